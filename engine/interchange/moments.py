"""Local times → instants with offset; spans of tables and calendars expanded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from engine.domain import Slot
from engine.interchange.values import CellError


def instant(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return a local time of a zone as an instant with a fixed offset.

    An aware time is only given its fixed offset, whatever ``zone``. Fixed offsets compare and
    print alike on every machine.

    Raises
    ------
    CellError
        If the local time does not exist or happens twice (clocks put forward or back).
    """
    if local.utcoffset() is not None:
        return _fixed(local)
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        raise CellError(
            "local_time_ambiguous",
            f"местного времени {local} в поясе {zone.key} нет или оно бывает дважды (перевод "
            "часов): укажите время со смещением",
        )
    return _fixed(first)


def _fixed(moment: dt.datetime) -> dt.datetime:
    offset = moment.utcoffset()
    assert offset is not None
    return moment.replace(tzinfo=dt.timezone(offset), fold=0)


def span(
    date: dt.date | None,
    start: dt.time | dt.datetime,
    end: dt.time | dt.datetime,
    zone: ZoneInfo,
) -> Slot:
    """Span of one row: times of ``date``, or dates and times of their own.

    An end without a date is of the day on which the span starts.

    Raises
    ------
    CellError
        If the day is missing or the span does not end after it starts.
    """
    if isinstance(start, dt.time):
        if date is None:
            raise CellError(
                "date_missing", f"указано только время {start:%H:%M}: впишите дату или день недели"
            )
        start = dt.datetime.combine(date, start)
    if isinstance(end, dt.time):
        end = dt.datetime.combine(start.date(), end, tzinfo=start.tzinfo)
    slot = Slot(instant(start, zone), instant(end, zone))
    if slot.start >= slot.end:
        raise CellError(
            "span_ends_before_start",
            f"окончание {end} не позже начала {start}: поменяйте их местами или исправьте",
        )
    return slot


def weekly(
    weekday: int,
    start: dt.time,
    end: dt.time,
    first: dt.date,
    last: dt.date,
    zone: ZoneInfo,
) -> Iterator[Slot]:
    """Yield the spans of a weekly row from ``first`` to ``last``, both days included."""
    day = first + dt.timedelta(days=(weekday - first.isoweekday()) % 7)
    while day <= last:
        yield span(day, start, end, zone)
        day += dt.timedelta(weeks=1)
