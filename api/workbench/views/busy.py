"""Busy times of a form as a calendar: what was uploaded together with what was typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from icalendar import Calendar, Event


@dataclass(frozen=True, slots=True)
class Weekly:
    """Busy every week on a day (1 = Monday … 7) between two times of day."""

    day: int
    start: dt.time
    end: dt.time


def busy_calendar(
    uploaded: str | None,
    weekly: Sequence[Weekly],
    away: Sequence[tuple[dt.date, dt.date]],
    today: dt.date,
) -> str | None:
    """Text of one calendar with everything.

    Parameters
    ----------
    uploaded
        Text of a calendar file; ``None`` = none. One that cannot be read stays as it is: the
        contract says what is wrong with it.
    weekly
        Every week from today's on. Their times name no zone, so that the service reads them in
        the educator's own.
    away
        Spans of whole days, both ends included.

    Returns
    -------
    str or None
        ``None`` where nothing is given.
    """
    if not weekly and not away:
        return uploaded
    calendar = Calendar()
    if uploaded is not None:
        try:
            calendar = Calendar.from_ical(uploaded)
        except ValueError:
            return uploaded
    else:
        calendar.add("prodid", "-//learning-routes//workbench//")
        calendar.add("version", "2.0")
    for number, span in enumerate(weekly):
        calendar.add_component(_weekly(span, today, number))
    for number, (first, last) in enumerate(away):
        event = _event(f"away-{number}", today)
        event.add("dtstart", first)
        event.add("dtend", last + dt.timedelta(days=1))
        calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _weekly(span: Weekly, today: dt.date, number: int) -> Event:
    monday = today - dt.timedelta(days=today.weekday())
    day = monday + dt.timedelta(days=span.day - 1)
    event = _event(f"weekly-{number}", today)
    event.add("dtstart", dt.datetime.combine(day, span.start))
    event.add("dtend", dt.datetime.combine(day, span.end))
    event.add("rrule", {"freq": "weekly"})
    return event


def _event(uid: str, today: dt.date) -> Event:
    event = Event()
    event.add("uid", f"{uid}@workbench")
    event.add("dtstamp", dt.datetime.combine(today, dt.time(), tzinfo=dt.UTC))
    return event
