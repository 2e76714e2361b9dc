"""Meetings both ways: overlap, travel, hours, busy times, internet, and minutes of a day."""

from __future__ import annotations

from typing import Any

import pytest

from engine.planning.problem import ONLINE, Limits, MentorRules, ProblemMentor, RouteProblem
from tests.engine.planning.problems import (
    activity,
    at,
    breaches,
    candidate,
    make_problem,
    violations,
)


def two_meetings(
    first: tuple[int, int, int], second: tuple[int, int, int], **fields: Any
) -> RouteProblem:
    runs = [candidate(0, 0, 6, meetings=(first,)), candidate(1, 0, 6, meetings=(second,))]
    return make_problem(runs, **fields)


def test_overlap_allows_touching_meetings() -> None:
    """A meeting may start in the minute in which another ends; one minute earlier it may not."""
    first = (at(0, 10), at(0, 11), ONLINE)
    assert breaches(two_meetings(first, (at(0, 11), at(0, 12), ONLINE)), 0, 1) == []
    earlier = two_meetings(first, (at(0, 10, 59), at(0, 12), ONLINE))
    assert breaches(earlier, 0, 1) == [("overlap", 1)]


def test_overlap_of_a_long_meeting_with_several_short_ones() -> None:
    """A long meeting is compared with all that start in it, not with its neighbour only."""
    runs = [
        candidate(0, 0, 0, meetings=((at(0, 9), at(0, 13), 0),)),
        candidate(1, 0, 0, meetings=((at(0, 10), at(0, 11), 0),)),
        candidate(2, 0, 0, meetings=((at(0, 11), at(0, 12), 0),)),
    ]
    assert breaches(make_problem(runs), 0, 1, 2) == [("overlap", 180), ("overlap", 120)]


@pytest.mark.parametrize(
    ("places", "gap", "expected"),
    [
        ((0, 1), 30, []),
        ((0, 1), 29, [("overlap", 1)]),
        ((0, 1), 0, [("overlap", 30)]),
        ((1, 0), 0, [("overlap", 30)]),
        ((0, 0), 0, []),
        ((0, ONLINE), 0, []),
        ((ONLINE, 1), 0, []),
    ],
)
def test_travel_buffer(places: tuple[int, int], gap: int, expected: list[tuple[str, int]]) -> None:
    """A buffer of 30 minutes is asked between two different places only."""
    first = (at(0, 10), at(0, 11), places[0])
    second = (at(0, 11, gap), at(0, 12, gap), places[1])
    problem = two_meetings(first, second, limits=Limits(travel_buffer_min=30))
    assert breaches(problem, 0, 1) == expected


def test_too_little_travel_time_is_told_apart_from_overlap() -> None:
    """Touching at different places lacks travel; a minute's overlap is one of meetings."""
    first, limits = (at(0, 10), at(0, 11), 0), Limits(travel_buffer_min=30)
    touching = two_meetings(first, (at(0, 11), at(0, 12), 1), limits=limits)
    assert [v.parameters["kind"] for v in violations(touching, 0, 1)] == ["travel"]
    crossing = two_meetings(first, (at(0, 10, 59), at(0, 12), 1), limits=limits)
    assert [v.parameters["kind"] for v in violations(crossing, 0, 1)] == ["meetings"]


def test_travel_buffer_holds_across_midnight() -> None:
    """Ends at 23:50, starts at 00:10 elsewhere: 20 minutes where 30 are asked."""
    first, second = (at(0, 23), at(0, 23, 50), 0), (at(1, 0, 10), at(1, 1), 1)
    problem = two_meetings(first, second, limits=Limits(travel_buffer_min=30))
    assert breaches(problem, 0, 1) == [("overlap", 10)]


def test_meetings_of_one_candidate_may_overlap() -> None:
    """Parallel sections of one event are its own affair."""
    meetings = ((at(0, 10), at(0, 12), 0), (at(0, 11), at(0, 13), 1))
    problem = make_problem([candidate(meetings=meetings)], limits=Limits(travel_buffer_min=60))
    assert breaches(problem, 0) == []


def test_meetings_of_the_mentor_may_not_overlap_those_of_candidates() -> None:
    """A slot that touches a meeting is allowed; one that begins a minute earlier is not."""
    runs = [candidate(0, 0, 6, meetings=((at(0, 10), at(0, 11), ONLINE),))]
    slots = ((at(0, 11), at(0, 12), ONLINE), (at(0, 10, 59), at(0, 12), ONLINE))
    problem = make_problem(runs, mentor=MentorRules(options=(ProblemMentor("m", 0, 0, 1, slots),)))
    assert breaches(problem, 0, mentor=0, slots=(0,)) == []
    assert breaches(problem, 0, mentor=0, slots=(1,)) == [("overlap", 1)]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (at(1, 9), at(1, 18), []),
        (at(1, 8, 59), at(1, 10), [("overlap", 1)]),
        (at(1, 17), at(1, 18, 1), [("overlap", 1)]),
        (at(1, 8), at(1, 19), [("overlap", 120)]),
    ],
)
def test_allowed_hours(start: int, end: int, expected: list[tuple[str, int]]) -> None:
    """A meeting lies between the opening and the closing of its day, both included."""
    runs = [candidate(0, 0, 6, meetings=((start, end, 0),))]
    problem = make_problem(runs, open_min=9 * 60, close_min=18 * 60)
    assert breaches(problem, 0) == expected


def test_a_meeting_may_end_at_midnight_but_not_cross_it() -> None:
    """With days open from 0 to 24 a meeting to 24:00 is allowed, to 00:15 forbidden."""
    until = [candidate(0, 0, 1, meetings=((at(0, 23), at(1, 0), 0),))]
    across = [candidate(0, 0, 1, meetings=((at(0, 23), at(1, 0, 15), 0),))]
    assert breaches(make_problem(until), 0) == []
    assert breaches(make_problem(across), 0) == [("overlap", 15)]


def test_a_closed_day_forbids_meetings() -> None:
    """Opening = closing: every meeting of the day is forbidden, also one around that minute."""
    runs = [candidate(0, 0, 0, meetings=((at(0, 9), at(0, 11), 0),))]
    assert breaches(make_problem(runs, open_min=600, close_min=600), 0) == [("overlap", 120)]


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        ((at(0, 9), at(0, 10)), []),
        ((at(0, 11), at(0, 12)), []),
        ((at(0, 9), at(0, 10, 1)), [("overlap", 1)]),
        ((at(0, 10, 59), at(0, 12)), [("overlap", 1)]),
        ((at(0, 10, 15), at(0, 10, 20)), [("overlap", 5)]),
    ],
)
def test_busy_times(busy: tuple[int, int], expected: list[tuple[str, int]]) -> None:
    """A meeting from 10 to 11 may touch busy times but not meet them."""
    runs = [candidate(0, 0, 0, meetings=((at(0, 10), at(0, 11), 0),))]
    assert breaches(make_problem(runs, busy=[busy]), 0) == expected


def test_busy_times_over_several_days_are_met_on_each() -> None:
    """A busy span from Monday to Thursday forbids a meeting on Wednesday."""
    runs = [candidate(0, 0, 6, meetings=((at(2, 10), at(2, 11), 0),))]
    assert breaches(make_problem(runs, busy=[(at(0, 12), at(3, 12))]), 0) == [("overlap", 60)]


def test_online_meetings_where_they_are_not_allowed() -> None:
    """Without internet a meeting at a place is allowed, one online forbidden; the mentor's too."""
    place, online = (at(0, 10), at(0, 11), 0), (at(0, 12), at(0, 13), ONLINE)
    runs = [candidate(0, 0, 0, meetings=(place,)), candidate(1, 0, 0, meetings=(online,))]
    mentor = MentorRules(options=(ProblemMentor("m", 0, 0, 1, (online,)),))
    problem = make_problem(runs, limits=Limits(online_allowed=False), mentor=mentor)
    assert breaches(problem, 0) == []
    assert breaches(problem, 1) == [("overlap", 60)]
    assert breaches(problem, 0, mentor=0, slots=(0,)) == [("overlap", 60)]


def test_daily_load_counts_meetings_of_candidates_and_mentor() -> None:
    """60 + 45 minutes in one day fit 105 and not 104; another day counts by itself."""
    runs = [
        candidate(0, 0, 6, meetings=((at(0, 9), at(0, 10), 0), (at(1, 9), at(1, 10), 0))),
    ]
    slots = ((at(0, 12), at(0, 12, 45), 0),)
    mentor = MentorRules(options=(ProblemMentor("m", 0, 0, 1, slots),))
    fits = make_problem(runs, limits=Limits(daily_max_min=105), mentor=mentor)
    assert breaches(fits, 0, mentor=0, slots=(0,)) == []
    tight = make_problem(runs, limits=Limits(daily_max_min=104), mentor=mentor)
    found = violations(tight, 0, mentor=0, slots=(0,))
    assert [(v.rule, v.parameters["day"], v.excess) for v in found] == [("daily_load", 0, 1)]


def test_daily_load_of_a_meeting_to_midnight_is_its_own_day_s() -> None:
    """23–24 on Monday and 0–1 on Tuesday are 60 minutes on each day."""
    runs = [candidate(0, 0, 6, meetings=((at(0, 23), at(1, 0), 0), (at(1, 0), at(1, 1), 0)))]
    assert breaches(make_problem(runs, limits=Limits(daily_max_min=60)), 0) == []
    assert breaches(make_problem(runs, limits=Limits(daily_max_min=59)), 0) == [
        ("daily_load", 1),
        ("daily_load", 1),
    ]


def test_daily_load_of_a_meeting_across_midnight_is_split() -> None:
    """23:00–01:00 is forbidden as such, but no day has more than 60 minutes."""
    runs = [candidate(0, 0, 6, meetings=((at(0, 23), at(1, 1), 0),))]
    assert breaches(make_problem(runs, limits=Limits(daily_max_min=60)), 0) == [("overlap", 60)]


@pytest.mark.parametrize(
    ("limits", "rule", "excess"),
    [
        (Limits(parallel_max=0), "parallel", 1),
        (Limits(daily_max_min=0), "daily_load", 60),
        (Limits(steps_max=0), "steps", 1),
    ],
)
def test_a_limit_of_zero_is_a_limit(limits: Limits, rule: str, excess: int) -> None:
    """Only −1 means no limit."""
    runs = [candidate(0, 0, 0, meetings=((at(0, 9), at(0, 10), 0),))]
    problem = make_problem(runs, activities=(activity(0, long=True),), limits=limits)
    assert breaches(problem, 0) == [(rule, excess)]
