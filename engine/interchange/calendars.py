"""Busy times out of iCalendar files: RRULE, EXDATE, all-day events, zones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from engine.domain import Slot
from engine.interchange.faults import FaultLog, Place
from engine.interchange.moments import instant
from engine.interchange.values import CellError

CALENDAR_MOST_BYTES = 5 * 1024 * 1024
EVENTS_MOST = 20_000
DAILY_MOST = 48


def read_calendar(
    content: bytes,
    label: str,
    first: dt.date,
    last: dt.date,
    zone: ZoneInfo,
    log: FaultLog,
) -> tuple[Slot, ...]:
    """Busy spans of a calendar that touch the days ``first`` … ``last``.

    Parameters
    ----------
    zone
        Zone of floating times and of all-day events (a whole local day each).

    Notes
    -----
    Cancelled events and those marked as free (``TRANSP:TRANSPARENT``) do not count. Spans are
    whole, sorted and without repetition.
    """
    place = Place(label)
    if len(content) > CALENDAR_MOST_BYTES:
        log.error(
            "calendar_too_large",
            f"календарь больше {CALENDAR_MOST_BYTES >> 20} МБ: выгрузите нужный период",
            place,
        )
        return ()
    try:
        calendar = icalendar.Calendar.from_ical(content)
        if too_dense := _too_dense(calendar):
            log.error(
                "calendar_rule_too_dense",
                f"правило повтора «{too_dense}» даёт события "
                "чаще, чем бывает занятость: исправьте RRULE",
                place,
            )
            return ()
        start = dt.datetime.combine(first, dt.time(), tzinfo=zone)
        stop = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=zone)
        events = recurring_ical_events.of(calendar).between(start, stop)
        if len(events) > EVENTS_MOST:
            log.error(
                "calendar_rule_too_dense",
                f"больше {EVENTS_MOST} событий в горизонте: выгрузите только занятость",
                place,
            )
            return ()
        slots = {_slot(event, zone) for event in events if _is_busy(event)}
    except CellError as error:
        log.error(error.code, error.detail, place, **error.parameters)
        return ()
    except Exception as error:  # the libraries raise many kinds on damaged text
        log.error(
            "calendar_unreadable",
            f"календарь не разбирается ({type(error).__name__}): "
            "выгрузите его заново в формате iCalendar (.ics)",
            place,
        )
        return ()
    return tuple(sorted((s for s in slots if s), key=lambda s: (s.start, s.end)))


def calendar_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Educator id and file of every ``busy/<educator_id>.ics``, ordered by id."""
    directory = folder / "busy"
    if directory.is_dir():
        for path in sorted(directory.iterdir()):
            if path.suffix.lower() == ".ics":
                yield path.stem, path


def _too_dense(calendar: Any) -> str | None:
    """Return the first repetition rule that makes more than ``DAILY_MOST`` events a day."""
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            frequency = str(rule.get("FREQ", [""])[0]).upper()
            daily = max(1, len(rule.get("BYHOUR", []))) * max(1, len(rule.get("BYMINUTE", [])))
            if frequency == "HOURLY":
                daily = 24 * max(1, len(rule.get("BYMINUTE", [])))
            if frequency in ("SECONDLY", "MINUTELY") or "BYSECOND" in rule or daily > DAILY_MOST:
                return str(rule.to_ical().decode())
    return None


def _is_busy(event: Any) -> bool:
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return not cancelled and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"


def _slot(event: Any, zone: ZoneInfo) -> Slot | None:
    start, end = event.start, event.end
    if not isinstance(start, dt.datetime):
        start = dt.datetime.combine(start, dt.time())
    if not isinstance(end, dt.datetime):
        end = dt.datetime.combine(end, dt.time())
    slot = Slot(instant(start, zone), instant(end, zone))
    # An event of no length (a reminder) keeps nobody busy.
    return slot if slot.start < slot.end else None
