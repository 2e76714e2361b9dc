"""Common times of mentor and educator."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import local_minutes
from engine.domain import Conditions, Slot
from engine.mentorship.slots import common_slots
from tests.engine.mentorship.people import (
    AS_OF,
    MONDAY,
    MOSCOW,
    VLADIVOSTOK,
    calendar,
    hours,
    teacher,
)

WEEK = calendar(weeks=1)


def meetings(
    slots: list[Slot], busy: tuple[Slot, ...] = (), length: int = 60, as_of: dt.datetime = AS_OF
) -> tuple[Slot, ...]:
    return common_slots(slots, busy, WEEK, length, as_of)


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        (hours(1, 15, 16), hours(1, 15, 16)),
        (hours(1, 15, 18), hours(1, 15, 16)),  # cut to the meeting's length from its start
        (hours(1, 15, 15.9), None),  # too short
        (hours(1, 8, 9), hours(1, 8, 9)),  # opening hour
        (hours(1, 7, 8.9), None),  # 54 minutes after opening
        (hours(1, 7, 10), hours(1, 8, 9)),  # waits for opening
        (hours(1, 20, 21), hours(1, 20, 21)),  # closing hour
        (hours(1, 20.5, 22), None),
        (hours(1, 20.5, 40), hours(2, 8, 9)),  # over night: the next morning
        (hours(6, 10, 12), None),  # Sunday
        (hours(-1, 10, 12), None),  # before the horizon
        (hours(7, 10, 12), None),  # after it
        (hours(5, 10, 12), hours(5, 10, 11)),  # Saturday
    ],
)
def test_meeting_lies_in_slot_and_allowed_hours(slot: Slot, expected: Slot | None):
    """One meeting of the policy's length, the earliest in the slot and in the day's hours."""
    assert meetings([slot]) == (() if expected is None else (expected,))


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        (hours(1, 13, 14), hours(1, 14, 15)),  # touches the start
        (hours(1, 15, 16), hours(1, 14, 15)),  # touches the end
        (hours(1, 13, 14.5), hours(1, 14.5, 15.5)),
        (hours(1, 14.5, 15), hours(1, 15, 16)),  # the gap before it is too short
        (hours(1, 13, 17), None),
        (hours(1, 14.75, 15.25), None),  # 45 minutes on either side
        (hours(0, 0, 168), None),
    ],
)
def test_meeting_keeps_clear_of_busy_times(busy: Slot, expected: Slot | None):
    """In a slot of Tuesday 14–16 the first hour free of the busy time is taken."""
    assert meetings([hours(1, 14, 16)], (busy,)) == (() if expected is None else (expected,))


def test_seconds_of_busy_times_are_not_lost():
    """A busy time until 14:00:30 pushes the meeting to 14:01."""
    until = hours(1, 13, 14).end + dt.timedelta(seconds=30)
    busy = Slot(hours(1, 13, 14).start, until)
    assert meetings([hours(1, 14, 16)], (busy,))[0].start == hours(1, 14, 15).start + (
        dt.timedelta(minutes=1)
    )


def test_mentor_in_moscow_and_educator_in_vladivostok():
    """14:00 in Moscow is 21:00 in Vladivostok, too late; 13:00 there is 20:00, just in time."""
    educator = teacher(time_zone="Asia/Vladivostok")
    eastern = calendar(educator, weeks=1)
    slots = [hours(1, 14, 15), hours(2, 13, 14), hours(3, 15, 16)]
    found = common_slots(slots, (), eastern, 60, AS_OF)
    assert found == (hours(2, 20, 21, VLADIVOSTOK),)
    assert found[0].start == dt.datetime(2026, 9, 9, 13, tzinfo=MOSCOW)


def test_shift_and_forbidden_weekday_of_the_educator():
    """A first-shift educator meets from 14:00; Wednesday is the school's."""
    educator = teacher(conditions=Conditions(shift=1, forbidden_weekdays=(3,)))
    slots = [hours(1, 9, 18), hours(2, 9, 18), hours(3, 9, 14.5)]
    found = common_slots(slots, (), calendar(educator, weeks=1), 60, AS_OF)
    assert found == (hours(1, 14, 15),)


def test_nothing_before_as_of():
    """What is past cannot be met: a slot that has begun starts with the next whole minute."""
    as_of = dt.datetime(2026, 9, 8, 15, 10, 20, tzinfo=MOSCOW)
    slots = [hours(1, 13, 14), hours(1, 15, 16.5)]
    found = meetings(slots, as_of=as_of)
    assert [s.start for s in found] == [dt.datetime(2026, 9, 8, 15, 11, tzinfo=MOSCOW)]


def test_overlapping_and_repeated_slots_give_separate_meetings():
    """Two spans 14–15 and 14:30–16 give 14–15 and 15–16; a repeated span gives nothing more."""
    slots = [hours(1, 14.5, 16), hours(1, 14, 15), hours(1, 14, 15)]
    assert meetings(slots) == (hours(1, 14, 15), hours(1, 15, 16))


spans = st.tuples(st.integers(-200, 7 * 1440 + 200), st.integers(1, 600))


@given(
    slots=st.lists(spans, max_size=6),
    busy=st.lists(spans, max_size=6),
    length=st.integers(5, 120),
)
def test_meetings_are_the_earliest_that_brute_force_finds(
    slots: list[tuple[int, int]], busy: list[tuple[int, int]], length: int
):
    """For each slot in order, the first minute at which every minute of the meeting is allowed
    (in the slot, the day's hours, not busy, after the meeting before) is taken."""
    midnight = dt.datetime.combine(MONDAY, dt.time(), tzinfo=MOSCOW)

    def slot(span: tuple[int, int]) -> Slot:
        start = midnight + dt.timedelta(minutes=span[0])
        return Slot(start, start + dt.timedelta(minutes=span[1]))

    free = [
        0 <= m < 6 * 1440 and 480 <= m % 1440 < 1260 and not any(a <= m < a + n for a, n in busy)
        for m in range(7 * 1440 + 800)
    ]
    expected, after = [], 0
    for start, span in sorted(slots, key=lambda s: (s[0], s[0] + s[1])):
        first = max(start, after, 0)
        # Nights are closed, so a run of free minutes never crosses midnight.
        at = next(
            (m for m in range(first, start + span - length + 1) if all(free[m : m + length])), None
        )
        if at is not None:
            expected.append((at, at + length))
            after = at + length
    found = meetings([slot(s) for s in slots], tuple(slot(b) for b in busy), length)
    assert [
        (local_minutes(s.start, MONDAY, MOSCOW), local_minutes(s.end, MONDAY, MOSCOW))
        for s in found
    ] == expected
