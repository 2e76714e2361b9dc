"""Times at which mentor and educator are both free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from engine.calendar import DAY_MIN, WorkCalendar, local_minutes
from engine.domain import Slot

_Span = tuple[int, int]


def common_slots(
    slots: Sequence[Slot],
    busy: Sequence[Slot],
    calendar: WorkCalendar,
    meeting_min: int,
    as_of: dt.datetime,
) -> tuple[Slot, ...]:
    """One meeting of ``meeting_min`` minutes in each of the mentor's slots that has room for it.

    The meeting is the earliest one that lies in the slot, within one day of the horizon between
    its opening and closing hour, after ``as_of``, and meets no busy time (touching is allowed):
    it starts where the slot starts unless the educator is not free yet. Slots that overlap give
    meetings that do not.

    Returns
    -------
    tuple of Slot
        In the educator's zone, ordered by time, without overlaps.
    """
    taken = sorted(_busy_minutes(busy, calendar))
    found: list[Slot] = []
    free_from = as_of
    for slot in sorted(slots, key=lambda s: (s.start, s.end)):
        meeting = _earliest(slot, taken, calendar, meeting_min, free_from)
        if meeting is not None:
            found.append(meeting)
            free_from = meeting.end
    return tuple(found)


def _busy_minutes(busy: Sequence[Slot], calendar: WorkCalendar) -> Iterator[_Span]:
    for slot in busy:
        start = local_minutes(slot.start, calendar.first_monday, calendar.zone)
        yield start, start + _ceil_minutes(slot)


def _ceil_minutes(slot: Slot) -> int:
    """Length from the start's whole minute, rounded up, so that no busy second is lost."""
    seconds = (slot.end - slot.start).total_seconds() + slot.start.second
    return int(-(-seconds // 60))


def _earliest(
    slot: Slot,
    busy: Sequence[_Span],
    calendar: WorkCalendar,
    meeting_min: int,
    not_before: dt.datetime,
) -> Slot | None:
    first = max(slot.start, not_before)
    if first.second or first.microsecond:
        first = first.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    if first >= slot.end:
        return None
    start = local_minutes(first, calendar.first_monday, calendar.zone)
    end = start + int((slot.end - first).total_seconds() // 60)
    for day in range(max(0, start // DAY_MIN), min(calendar.n_days - 1, end // DAY_MIN) + 1):
        midnight = day * DAY_MIN
        opens = max(start, midnight + int(calendar.day_open_min[day]))
        closes = min(end, midnight + int(calendar.day_close_min[day]))
        at = _first_gap(opens, closes, busy, meeting_min)
        if at is not None:
            return Slot(calendar.instant(at), calendar.instant(at + meeting_min))
    return None


def _first_gap(opens: int, closes: int, busy: Sequence[_Span], length: int) -> int | None:
    """First minute from ``opens`` on with ``length`` free minutes before ``closes``."""
    at = opens
    for start, end in busy:  # ordered by start
        if start >= at + length:
            break
        at = max(at, end)
    return at if at + length <= closes else None
