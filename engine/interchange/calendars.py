"""Busy times out of iCalendar files (RFC 5545): events, repetitions, zones, free/busy.

What is unclear is refused with its line and never guessed; what says nothing of times (texts,
alarms, tasks, properties of calendar programs) is not read at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from engine.domain import Slot
from engine.interchange.calendar_events import Wrong, event_text, latest, zone_text
from engine.interchange.calendar_freebusy import free_busy
from engine.interchange.calendar_rules import STEPS_MOST, occurrences_of, steps_of
from engine.interchange.calendar_text import Component, calendars_of, decode_calendar
from engine.interchange.calendar_zones import iana_name
from engine.interchange.faults import FaultLog, Place
from engine.interchange.moments import instant

CALENDAR_MOST_BYTES = 5 * 1024 * 1024
EVENTS_MOST = 20_000
_NOT_CALENDARS = frozenset({"REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER"})


def read_calendar(
    content: bytes,
    label: str,
    first: dt.date,
    last: dt.date,
    zone: ZoneInfo,
    log: FaultLog,
    *,
    free: bool = False,
) -> tuple[Slot, ...]:
    """Busy spans of a calendar that touch the days ``first`` … ``last``.

    Parameters
    ----------
    zone
        Zone of floating times and of all-day events (a whole local day each).
    free
        Read offered times instead: free periods of ``VFREEBUSY``, and every event whether it
        blocks time or not, as people keep calendars of their consulting hours.

    Returns
    -------
    tuple of Slot
        Whole spans, sorted and without repetition; empty after an error.

    Notes
    -----
    Cancelled events and those marked as free (``TRANSP:TRANSPARENT``) do not count. A zone that
    has an IANA or Windows name is read by today's rules of that zone, whatever the file's own
    ``VTIMEZONE`` says of it (old programs still write the Moscow of 2011); a name of the
    calendar's own by its ``VTIMEZONE``. A local time that the clocks skip or repeat is read as
    RFC 5545, 3.3.5 says: by the offset before the change.
    """
    place = Place(label)
    if len(content) > CALENDAR_MOST_BYTES:
        log.error(
            "calendar_too_large",
            f"календарь больше {CALENDAR_MOST_BYTES >> 20} МБ: выгрузите нужный период",
            place,
        )
        return ()
    text = decode_calendar(content, place, log)
    calendars = calendars_of(text, label, log) if text is not None else []
    spans: set[Slot] = set()
    for calendar in calendars:
        try:
            _check_calendar(calendar)
            spans.update(_events(calendar, first, last, zone, free))
            spans.update(free_busy(calendar, first, last, zone, free))
        except Wrong as error:
            log.error(
                error.code,
                str(error),
                Place(label, error.number),
                line=error.number,
                **error.parameters,
            )
        except _TooMany as error:
            log.error(error.code, error.detail, place)
    return () if log.failed else tuple(sorted(spans, key=lambda s: (s.start, s.end)))


def calendar_files(folder: Path, directory: str = "busy") -> Iterator[tuple[str, Path]]:
    """Person's id and file of every ``busy/<educator_id>.ics``, ordered by id.

    Parameters
    ----------
    directory
        Folder within the package; ``slots`` holds the offered times of mentors.
    """
    found = folder / directory
    if found.is_dir():
        for path in sorted(found.iterdir()):
            if path.suffix.lower() == ".ics":
                yield path.stem, path


class _TooMany(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def _check_calendar(calendar: Component) -> None:
    """Refuse what is no calendar of times, and repetitions of zones that nobody can know."""
    for line in calendar.all("CALSCALE"):
        if line.value.strip().upper() != "GREGORIAN":
            raise Wrong("calendar_scale_unknown", line.number, value=line.value[:80])
    for line in calendar.all("METHOD"):
        if line.value.strip().upper() in _NOT_CALENDARS:
            raise Wrong(
                "calendar_value_unreadable", line.number, what="METHOD", value=line.value[:80]
            )


def _events(
    calendar: Component, first: dt.date, last: dt.date, zone: ZoneInfo, free: bool
) -> Iterator[Slot]:
    found = [part for part in calendar.parts if part.name == "VEVENT"]
    if len(found) > EVENTS_MOST:
        raise _TooMany(
            "calendar_too_many_events",
            f"больше {EVENTS_MOST} событий в календаре: выгрузите нужный период",
        )
    if not found or calendar.text("METHOD") == "CANCEL":
        return
    parsed = _parsed(calendar, found)
    _check_work(parsed, first, last)
    start = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    stop = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    try:
        events = recurring_ical_events.of(parsed).between(start, stop)
    except Exception as error:  # the library raises many kinds on rules that contradict themselves
        raise _TooMany(
            "calendar_unreadable",
            f"повторения календаря не раскрываются ({type(error).__name__}): исправьте RRULE, "
            "RDATE и RECURRENCE-ID или выгрузите календарь заново",
        ) from error
    if len(events) > EVENTS_MOST:
        raise _too_many_within()
    for event in events:
        if free or _is_busy(event):
            yield from _slot(event, zone)


def _parsed(calendar: Component, found: Iterable[Component]) -> Any:
    """The calendar again, of checked lines alone; every event is parsed for itself."""
    zones = {
        line.value.strip(): part
        for part in calendar.parts
        if part.name == "VTIMEZONE"
        for line in part.all("TZID")
        if iana_name(line.value) is None
    }
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//-//\r\n"
    for line in calendar.all("X-WR-TIMEZONE"):
        name = iana_name(line.value)
        if name is None:
            raise Wrong("calendar_zone_unknown", line.number, value=line.value.strip()[:80])
        head += f"X-WR-TIMEZONE:{name}\r\n"
    texts = [zone_text(part) for part in zones.values()]
    kept = latest(list(found))
    texts += [event_text(event, uid, zones) for event, uid in kept]
    try:
        parsed: Any = icalendar.Calendar.from_ical(
            head + "\r\n".join([*texts, "END:VCALENDAR"]) + "\r\n"
        )
    except Exception as error:
        number = next(iter(zones.values()), calendar).number
        raise Wrong(
            "calendar_value_unreadable", number, what="VTIMEZONE", value=type(error).__name__
        ) from error
    for event, (component, _) in zip(parsed.walk("VEVENT"), kept, strict=True):
        _check_event(event, component)
    return parsed


def _check_event(event: Any, component: Component) -> None:
    if event.errors:
        name, reason = event.errors[0]
        raise Wrong(
            "calendar_value_unreadable", component.number, what=str(name), value=str(reason)[:80]
        )
    start, end = event.get("DTSTART").dt, event.get("DTEND")
    if end is None:
        return
    line = component.all("DTEND")[0].number
    if isinstance(start, dt.datetime) != isinstance(end.dt, dt.datetime):
        raise Wrong(
            "calendar_value_unreadable", line, what="DTEND", value=component.text("DTEND")[:80]
        )
    if isinstance(start, dt.datetime) and (start.tzinfo is None) != (end.dt.tzinfo is None):
        raise Wrong(
            "calendar_value_unreadable", line, what="DTEND", value=component.text("DTEND")[:80]
        )
    if end.dt < start:
        raise Wrong("calendar_ends_before_start", line)
    if end.dt == start and not isinstance(start, dt.datetime):
        # Some programs end an all-day event on its own day: it is that day (3.6.1 without DTEND).
        del event["DTEND"]


def _check_work(parsed: Any, first: dt.date, last: dt.date) -> None:
    """Refuse rules that together would take too long to expand, before they are expanded."""
    steps = within = 0.0
    for event in parsed.walk("VEVENT"):
        rules = event.get("RRULE", [])
        start = event.get("DTSTART").dt
        day = start.date() if isinstance(start, dt.datetime) else start
        for rule in rules if isinstance(rules, list) else [rules]:
            text = rule.to_ical().decode()
            steps += steps_of(text, day, last)
            within += occurrences_of(text, max(day, first), last)
    if within > EVENTS_MOST:
        raise _too_many_within()
    if steps > STEPS_MOST:
        raise _TooMany(
            "calendar_rule_too_dense",
            "правила повтора слишком долго раскрывать: они начинаются задолго до горизонта или "
            "называют дни, которых нет; выгрузите нужный период",
        )


def _too_many_within() -> _TooMany:
    return _TooMany(
        "calendar_rule_too_dense",
        f"больше {EVENTS_MOST} событий в горизонте: выгрузите только занятость",
    )


def _is_busy(event: Any) -> bool:
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return not cancelled and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"


def _slot(event: Any, zone: ZoneInfo) -> Iterator[Slot]:
    start, end = (_instant(value, zone) for value in (event.start, event.end))
    if end <= start and event.end > event.start:
        # It begins in an hour that the clocks skip: its length is what is said of it.
        end = start + (event.end - event.start)
    # An event of no length (a reminder) keeps nobody busy.
    if start < end and str(event.get("STATUS", "")).upper() != "CANCELLED":
        yield Slot(start, end)


def _instant(value: dt.date, zone: ZoneInfo) -> dt.datetime:
    local = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    # fold=0: a time that is skipped or repeated has the offset before the change.
    return instant(local if local.tzinfo else local.replace(tzinfo=zone, fold=0), zone)
