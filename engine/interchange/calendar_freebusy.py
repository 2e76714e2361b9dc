"""``VFREEBUSY``: periods that somebody is busy, or offers, without saying why."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from engine.domain import Slot
from engine.interchange.calendar_events import Wrong
from engine.interchange.calendar_text import Component, Line

_LENGTH = r"\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
_PERIOD = re.compile(rf"(\d{{8}}T\d{{6}})Z/(?:(\d{{8}}T\d{{6}})Z|{_LENGTH})")


def free_busy(
    calendar: Component, first: dt.date, last: dt.date, zone: ZoneInfo, free: bool
) -> Iterator[Slot]:
    """Periods of every ``VFREEBUSY`` that touch the days ``first`` … ``last``.

    Parameters
    ----------
    zone
        Zone of the two days.
    free
        The offered periods (``FBTYPE=FREE``) instead of the busy ones. A type that is not known
        is busy (RFC 5545, 3.2.9).

    Raises
    ------
    Wrong
        A period that is not in UTC, as 3.8.2.6 asks, or does not end after it starts.
    """
    start = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    stop = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    for part in calendar.parts:
        if part.name != "VFREEBUSY":
            continue
        for line in part.all("FREEBUSY"):
            if (line.parameters.get("FBTYPE", "BUSY").upper() == "FREE") is free:
                slots = (_period(text.strip(), line) for text in line.value.split(","))
                yield from (s for s in slots if s.start < stop and s.end > start)


def _period(text: str, line: Line) -> Slot:
    found = _PERIOD.fullmatch(text)
    wrong = Wrong("calendar_value_unreadable", line.number, what="FREEBUSY", value=text[:80])
    if found is None:
        raise wrong
    begin, end, *parts = found.groups()
    try:
        start = _utc(begin)
        if end is not None:
            stop = _utc(end)
        else:
            weeks, days, hours, minutes, seconds = (int(part or 0) for part in parts)
            stop = start + dt.timedelta(
                days=7 * weeks + days, hours=hours, minutes=minutes, seconds=seconds
            )
    except (ValueError, OverflowError) as error:
        raise wrong from error
    if stop <= start:
        raise Wrong("calendar_ends_before_start", line.number)
    return Slot(start, stop)


def _utc(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
