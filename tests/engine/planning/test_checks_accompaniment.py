"""Mentor's cadence, checkpoints and the value, with windows and weeks worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.planning.checks import check_route
from engine.planning.problem import (
    CheckpointOffer,
    CheckpointRules,
    MentorRules,
    ProblemDemand,
    ProblemMentor,
    RouteProblem,
)
from engine.planning.solution import Route
from tests.engine.planning.problems import at, candidate, make_problem


def breaches(problem: RouteProblem, **route: Any) -> list[tuple[str, object]]:
    """Rule and kind of each violation."""
    found = check_route(problem, Route(**route)).violations
    return [(v.rule, v.parameters.get("kind")) for v in found]


def weekly_slots(n_weeks: int) -> tuple[tuple[int, int, int], ...]:
    """One slot on the Wednesday of every week; the index is the week."""
    return tuple((at(7 * w + 2, 15), at(7 * w + 2, 15, 45), 0) for w in range(n_weeks))


def mentored(start_day: int, end_day: int, cadence: int = 2, **fields: Any) -> RouteProblem:
    """One candidate, a mentor with a slot each week, eight weeks."""
    problem_fields = {k: fields.pop(k) for k in ("holidays", "tempo") if k in fields}
    rules = MentorRules(
        cadence_weeks=cadence,
        missed_meeting_mpt=700,
        options=(ProblemMentor("m", 50_000, 20_000, 1, weekly_slots(8)),),
        **fields,
    )
    return make_problem([candidate(0, start_day, end_day)], mentor=rules, **problem_fields)


def test_one_meeting_in_each_window() -> None:
    """Weeks 1–4 by twos: windows 1–2 and 3–4; a slot of each is all that is asked."""
    problem = mentored(7, 34, missed_meeting_allowed=False)
    assert breaches(problem, chosen=(0,), mentor=0, slots=(1, 4)) == []
    assert breaches(problem, chosen=(0,), mentor=0, slots=(2, 3)) == []
    assert breaches(problem, chosen=(0,), mentor=0, slots=(1, 2)) == [
        ("mentor_cadence", "several"),
        ("mentor_cadence", "missed"),
    ]
    assert breaches(problem, chosen=(0,), mentor=0, slots=(0, 1, 4, 5)) == [
        ("mentor_cadence", "outside"),
        ("mentor_cadence", "outside"),
    ]


def test_last_window_reaches_past_the_last_step_and_ends_with_the_horizon() -> None:
    """Weeks 1–5 by twos: the third window is 5–6; from week 7 it is week 7 alone."""
    problem = mentored(7, 35, missed_meeting_allowed=False)
    assert breaches(problem, chosen=(0,), mentor=0, slots=(1, 3, 6)) == []
    assert breaches(problem, chosen=(0,), mentor=0, slots=(1, 3, 7)) == [
        ("mentor_cadence", "missed"),
        ("mentor_cadence", "outside"),
    ]
    end = mentored(49, 55)
    report = check_route(end, Route((0,), 0))
    assert report.missed_windows == ((7, 7),)


def test_windows_of_holidays_only_are_dropped() -> None:
    """Holidays in weeks 2, 3 and 4, windows 0–1, 2–3, 4–5: only 2–3 is dropped."""
    problem = mentored(0, 41, holidays=(2, 3, 4), missed_meeting_allowed=False)
    assert breaches(problem, chosen=(0,), mentor=0, slots=(0, 5)) == []
    assert breaches(problem, chosen=(0,), mentor=0, slots=(1, 4)) == []
    assert breaches(problem, chosen=(0,), mentor=0, slots=(1, 2, 4)) == [
        ("mentor_cadence", "outside")
    ]
    assert breaches(problem, chosen=(0,), mentor=0, slots=(1,)) == [("mentor_cadence", "missed")]


def test_a_working_week_after_a_holiday_window_does_not_save_it() -> None:
    """Holidays in weeks 2 and 3 only: window 2–3 is dropped though week 4 works."""
    problem = mentored(0, 41, holidays=(2, 3), missed_meeting_allowed=False)
    assert breaches(problem, chosen=(0,), mentor=0, slots=(0, 4)) == []


def test_three_meetings_in_a_window_are_two_too_many() -> None:
    """The excess counts the meetings beyond the first."""
    problem = mentored(0, 20, cadence=3)
    found = check_route(problem, Route((0,), 0, (0, 1, 2))).violations
    assert [(v.rule, v.excess) for v in found] == [("mentor_cadence", 2)]


def test_windows_and_checkpoints_span_all_steps() -> None:
    """Steps in weeks 1 and 6: windows from 1 to 6, final after the last day, middle between.

    60 minutes in week 1 and 40 in week 6: half is done in week 1, so the middle is in week 2;
    the last day is 47.
    """
    slots = weekly_slots(8)
    runs = [candidate(0, 42, 47, weekly=((6, 40),)), candidate(1, 8, 10, weekly=((1, 60),))]
    problem = make_problem(
        runs,
        mentor=MentorRules(cadence_weeks=3, options=(ProblemMentor("m", 0, 0, 1, slots),)),
        checkpoints=CheckpointRules(
            middle=True,
            final=True,
            final_within_days=3,
            offers=tuple(CheckpointOffer(f"c{day}", day, 30) for day in (11, 14, 48)),
        ),
    )
    report = check_route(problem, Route((0, 1), 0, (), 1, 2))
    assert report.holds
    assert report.missed_windows == ((1, 3), (4, 6))
    assert report.middle_week == 2


def test_missed_meetings_cost_their_price() -> None:
    """Fit 50 000 − price 20 000 − two missed windows at 700."""
    problem = mentored(0, 41, cadence=2)
    report = check_route(problem, Route((0,), 0, (2,)))
    assert report.holds
    assert report.missed_windows == ((0, 1), (4, 5))
    assert report.value_mpt == 50_000 - 20_000 - 2 * 700


def test_a_mentor_on_an_empty_route_has_no_windows() -> None:
    """Nothing is missed, and no slot may be taken."""
    problem = mentored(0, 41, missed_meeting_allowed=False)
    assert breaches(problem, mentor=0) == []
    assert breaches(problem, mentor=0, slots=(0,)) == [("mentor_cadence", "outside")]


def test_a_slot_belongs_to_the_week_in_which_it_starts() -> None:
    """A slot that ends at midnight of Sunday counts in the tempo and window of its own week."""
    slots = ((at(6, 23), at(7, 0), 0),)
    rules = MentorRules(cadence_weeks=1, options=(ProblemMentor("m", 0, 0, 1, slots),))
    problem = make_problem([candidate(0, 0, 13)], mentor=rules)
    report = check_route(problem, Route((0,), 0, (0,)))
    assert report.holds
    assert report.weekly_load_min[:2] == (60, 0)
    assert report.missed_windows == ((1, 1),)


def checked(
    offers: list[tuple[int, int]],
    weekly: tuple[tuple[int, int], ...],
    last_day: int,
    *,
    n_weeks: int = 8,
    **fields: Any,
) -> RouteProblem:
    """One candidate from day 0 with this workload; offers are (day, minutes)."""
    rules = CheckpointRules(
        checkpoint_missing_mpt=900,
        offers=tuple(CheckpointOffer(f"c{i}", *offer) for i, offer in enumerate(offers)),
        **fields,
    )
    runs = [candidate(0, 0, last_day, weekly=weekly)]
    return make_problem(runs, checkpoints=rules, n_weeks=n_weeks)


@pytest.mark.parametrize(
    ("weekly", "middle_week"),
    [
        (((0, 50), (1, 30), (3, 20)), 1),  # exactly half by the end of week 0
        (((0, 49), (1, 31), (3, 20)), 2),  # 49 of 100: not yet
        (((0, 10), (1, 10), (2, 80)), 3),
        (((0, 10), (2, 90), (3, 10)), 3),
        (((0, 10), (3, 90)), None),  # half in the last week: nothing is left after it
        ((), 1),  # no minutes at all: h is week 0
    ],
)
def test_week_of_the_middle_checkpoint(
    weekly: tuple[tuple[int, int], ...], middle_week: int | None
) -> None:
    """The week after the one by whose end at least half is done, unless the route is over."""
    problem = checked([], weekly, 27, middle=True)
    report = check_route(problem, Route((0,)))
    assert report.holds
    assert report.middle_week == middle_week
    assert report.missing_checkpoints == (("middle",) if middle_week is not None else ())
    assert report.value_mpt == (-900 if middle_week is not None else 0)


def test_middle_checkpoint_may_fall_into_the_week_of_the_last_day() -> None:
    """Half by week 6 and a last day 49, the Monday of week 7: due in week 7 itself."""
    report = check_route(checked([], ((6, 50), (7, 50)), 49, middle=True), Route((0,)))
    assert report.middle_week == 7


def test_middle_checkpoint_is_taken_in_its_week() -> None:
    """Due in week 1 (days 7–13): both edges will do, days 6 and 14 will not."""
    weekly = ((0, 50), (1, 50))
    problem = checked([(6, 30), (7, 30), (13, 30), (14, 30)], weekly, 27, middle=True)
    assert breaches(problem, chosen=(0,), middle=1) == []
    assert breaches(problem, chosen=(0,), middle=2) == []
    assert breaches(problem, chosen=(0,), middle=0) == [("checkpoints", "not_due_then")]
    assert breaches(problem, chosen=(0,), middle=3) == [("checkpoints", "not_due_then")]
    assert breaches(problem, chosen=(0,)) == [("checkpoints", "not_taken")]
    assert check_route(problem, Route((0,), middle=1)).weekly_load_min[:2] == (50, 80)


def test_middle_checkpoint_past_the_end_is_not_taken() -> None:
    """A route within one week has no middle; an offer of the next week may not be taken."""
    problem = checked([(7, 30)], ((0, 50),), 6, middle=True)
    assert breaches(problem, chosen=(0,)) == []
    assert breaches(problem, chosen=(0,), middle=0) == [("checkpoints", "not_due_then")]


@pytest.mark.parametrize(
    ("day", "kind"), [(10, "not_due_then"), (11, None), (17, None), (18, "not_due_then")]
)
def test_final_checkpoint_comes_after_the_last_day(day: int, kind: str | None) -> None:
    """Last day 10, within 7 days: days 11 to 17."""
    problem = checked([(day, 30)], ((0, 50),), 10, final=True, final_within_days=7)
    expected = [] if kind is None else [("checkpoints", kind)]
    assert breaches(problem, chosen=(0,), final=0) == expected


def test_final_checkpoint_on_offer_must_be_taken() -> None:
    """Left out although on offer: forbidden; not on offer at all: missing at its price."""
    offered = checked([(11, 30)], ((0, 50),), 10, final=True, final_within_days=7)
    assert breaches(offered, chosen=(0,)) == [("checkpoints", "not_taken")]
    nothing = checked([], ((0, 50),), 10, final=True, final_within_days=7)
    report = check_route(nothing, Route((0,)))
    assert report.holds
    assert report.missing_checkpoints == ("final",)
    assert report.value_mpt == -900


def test_final_checkpoint_after_the_last_day_of_the_horizon_is_missing() -> None:
    """A route to the very last day has no day left for it."""
    problem = checked([(13, 30)], ((0, 50),), 13, n_weeks=2, final=True)
    assert check_route(problem, Route((0,))).missing_checkpoints == ("final",)
    assert breaches(problem, chosen=(0,), final=0) == [("checkpoints", "not_due_then")]


def test_one_offer_never_serves_both() -> None:
    """Middle due in week 1, final after day 8: offers on days 9 and 10 are shared out."""
    weekly = ((0, 50), (1, 40))
    both = {"middle": True, "final": True}
    problem = checked([(9, 30), (10, 30)], weekly, 8, **both)
    assert breaches(problem, chosen=(0,), middle=0, final=1) == []
    assert breaches(problem, chosen=(0,), middle=1, final=0) == []
    assert breaches(problem, chosen=(0,), middle=0, final=0) == [("checkpoints", "serves_both")]
    one = checked([(9, 30)], weekly, 8, **both)
    for route in ({}, {"middle": 0}, {"final": 0}, {"middle": 0, "final": 0}):
        assert breaches(one, chosen=(0,), **route) != []


def test_checkpoints_that_nobody_asks_for_are_not_taken() -> None:
    """With the rule off, or on an empty route, an offer may not be taken."""
    off = checked([(7, 30)], ((0, 50), (1, 50)), 13)
    assert breaches(off, chosen=(0,)) == []
    assert breaches(off, chosen=(0,), middle=0) == [("checkpoints", "not_due_then")]
    on = checked([(7, 30)], ((0, 50),), 13, middle=True, final=True)
    assert breaches(on) == []
    assert breaches(on, final=0) == [("checkpoints", "not_due_then")]


def test_checkpoints_count_in_workload() -> None:
    """50 + 50 of the step, 30 + 40 of two checkpoints."""
    problem = checked([(7, 30), (15, 40)], ((0, 50), (1, 50)), 13, middle=True, final=True)
    report = check_route(problem, Route((0,), middle=0, final=1))
    assert report.holds
    assert report.workload_min == 170
    assert report.weekly_load_min[:3] == (50, 80, 40)


def test_value_by_hand() -> None:
    """Two demands, several pieces, bonuses and prices.

    Demand A has pieces 1 000 at 900 and 500 at 200; gains 800 + 900 = 1 700 fill 1 500 and are
    worth 900 000 + 100 000. Demand B has 2 000 at 300 and 1 000 at 100; a gain of 2 400 is worth
    600 000 + 40 000. Bonus 5 000, prices 700 + 300.
    """
    demands = (
        ProblemDemand("A", ((1_000, 900), (500, 200))),
        ProblemDemand("B", ((2_000, 300), (1_000, 100))),
    )
    runs = [
        candidate(0, gains=((0, 800),), bonus_mpt=5_000, price_mpt=700),
        candidate(1, gains=((0, 900), (1, 2_400)), price_mpt=300),
    ]
    report = check_route(make_problem(runs, demands=demands), Route((0, 1)))
    assert report.value_mpt == 1_000_000 + 640_000 + 5_000 - 700 - 300
    filled = [(f.label, f.gained, f.filled, f.value_mpt) for f in report.demand_fill]
    assert filled == [("A", 1_700, 1_500, 1_000_000), ("B", 2_400, 2_400, 640_000)]


@pytest.mark.parametrize(
    ("gain", "worth"), [(999, 999 * 9), (1_000, 9_000), (1_001, 9_002), (1_500, 10_000)]
)
def test_value_at_the_edge_of_a_piece(gain: int, worth: int) -> None:
    """The unit after a full piece is worth the next slope."""
    demands = (ProblemDemand("A", ((1_000, 9), (500, 2))),)
    problem = make_problem([candidate(0, gains=((0, gain),))], demands=demands)
    assert check_route(problem, Route((0,))).value_mpt == worth
