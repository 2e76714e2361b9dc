"""Every rule both ways: it allows at its limit and forbids just beyond it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from engine.planning.checks import CHECKS, STRUCTURE, check_route
from engine.planning.problem import (
    RULES,
    FormLimit,
    Limits,
    MentorRules,
    Pin,
    ProblemDemand,
    ProblemMentor,
)
from engine.planning.solution import Route
from tests.engine.planning.problems import (
    DPP_PK,
    DPP_PP,
    INFORMAL,
    NON_FORMAL,
    activity,
    at,
    breaches,
    candidate,
    make_problem,
    violations,
)


def test_the_table_has_every_rule_in_order() -> None:
    """The checker's table has the rules of the contract, in their order, and no other."""
    assert tuple(CHECKS) == RULES


def test_empty_route_holds_and_is_worth_nothing() -> None:
    """A route without anything breaks no rule of a relaxed problem."""
    report = check_route(make_problem([candidate()]), Route())
    assert report.holds
    assert report.value_mpt == 0
    assert report.weekly_load_min == (0,) * 8


def test_one_offering() -> None:
    """Two runs of different activities are allowed, of one activity forbidden."""
    runs = [candidate(0, 0, 1), candidate(1, 0, 1), candidate(0, 7, 8)]
    assert breaches(make_problem(runs), 0, 1) == []
    found = violations(make_problem(runs), 0, 1, 2)
    assert [(v.rule, v.subject, v.excess) for v in found] == [("one_offering", "a0", 1)]


def test_tempo_counts_candidates_and_meetings_of_the_mentor() -> None:
    """100 + 80 + 45 minutes fit a tempo of 225 and exceed one of 224 by one."""
    runs = [
        candidate(0, 0, 13, weekly=((0, 100), (1, 10))),
        candidate(1, 0, 6, weekly=((0, 80),)),
    ]
    mentor = MentorRules(options=(ProblemMentor("m", 0, 0, 1, ((at(2, 9), at(2, 9, 45), 0),)),))
    base = make_problem(runs, tempo=[225, 10, 0, 0], n_weeks=4, mentor=mentor)
    assert breaches(base, 0, 1, mentor=0, slots=(0,)) == []
    tight = make_problem(runs, tempo=[224, 10, 0, 0], n_weeks=4, mentor=mentor)
    assert breaches(tight, 0, 1, mentor=0, slots=(0,)) == [("tempo", 1)]
    later = make_problem(runs, tempo=[225, 9, 0, 0], n_weeks=4, mentor=mentor)
    found = violations(later, 0, 1, mentor=0, slots=(0,))
    assert [dict(v.parameters) for v in found] == [{"week": 1, "load_min": 10, "limit_min": 9}]


def test_workload_sums_all_weeks() -> None:
    """60 + 70 minutes in different weeks fit 130 and not 129."""
    runs = [candidate(0, 0, 13, weekly=((0, 60), (1, 70)))]
    assert breaches(make_problem(runs, limits=Limits(workload_max_min=130)), 0) == []
    assert breaches(make_problem(runs, limits=Limits(workload_max_min=129)), 0) == [("workload", 1)]
    nothing = make_problem(runs, limits=Limits(workload_max_min=0))
    assert breaches(nothing) == []
    assert breaches(nothing, 0) == [("workload", 130)]


@pytest.mark.parametrize(("start", "expected"), [(6, []), (5, [("prerequisite", 1)])])
def test_prerequisite_is_finished_before_the_start(
    start: int, expected: list[tuple[str, int]]
) -> None:
    """What ends on day 5 is a prerequisite of what starts on day 6, not on day 5."""
    runs = [candidate(0, 0, 5), candidate(1, start, 10)]
    activities = (activity(0), activity(1, prerequisites=((0,),)))
    assert breaches(make_problem(runs, activities=activities), 0, 1) == expected


def test_prerequisite_groups_are_and_of_or() -> None:
    """Each group needs one of its activities; an empty group forbids."""
    runs = [candidate(a, 2 * a, 2 * a) for a in range(4)]
    activities = (
        activity(0),
        activity(1),
        activity(2),
        activity(3, prerequisites=((0, 1), (2,))),
    )
    problem = make_problem(runs, activities=activities)
    assert breaches(problem, 1, 2, 3) == []
    assert breaches(problem, 0, 2, 3) == []
    assert breaches(problem, 0, 1, 3) == [("prerequisite", 1)]
    assert breaches(problem, 3) == [("prerequisite", 1), ("prerequisite", 1)]
    never = make_problem(runs[:1], activities=(activity(0, prerequisites=((),)),))
    assert breaches(never, 0) == [("prerequisite", 1)]


def test_parallel_counts_long_activities_by_week() -> None:
    """Two long runs that share Sunday's and Monday's week are two; a short one is none."""
    runs = [candidate(0, 0, 7), candidate(1, 13, 20), candidate(2, 14, 20), candidate(3, 0, 20)]
    activities = tuple(activity(a, long=a != 3) for a in range(4))
    problem = make_problem(runs, activities=activities, limits=Limits(parallel_max=1))
    assert breaches(problem, 0, 2, 3) == []
    assert breaches(problem, 0, 1) == [("parallel", 1)]
    found = violations(problem, 0, 1, 2)
    assert [v.parameters["week"] for v in found] == [1, 2]


def test_steps() -> None:
    """Two steps are allowed where at most two are, three are one too many."""
    problem = make_problem([candidate(a) for a in range(3)], limits=Limits(steps_max=2))
    assert breaches(problem, 0, 1) == []
    assert breaches(problem, 0, 1, 2) == [("steps", 1)]


def test_budget_by_source() -> None:
    """3 000 + 2 000 roubles fit 5 000 of their source and not 4 999; another source is its own."""
    runs = [
        candidate(0, source=0, cost_rub=3_000),
        candidate(1, source=0, cost_rub=2_000),
        candidate(2, source=1, cost_rub=9_000),
    ]
    sources = ("state", "own")
    fits = make_problem(runs, budget_sources=sources, budget_rub=(5_000, 9_000))
    assert breaches(fits, 0, 1, 2) == []
    assert check_route(fits, Route((0, 1, 2))).cost_by_source == (5_000, 9_000)
    tight = make_problem(runs, budget_sources=sources, budget_rub=(4_999, 9_000))
    found = violations(tight, 0, 1, 2)
    assert [(v.rule, v.subject, v.excess) for v in found] == [("budget", "state", 1)]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (FormLimit(0, least_min=100), []),
        (FormLimit(0, least_min=101), [("form_mix", 1)]),
        (FormLimit(0, most_min=100), []),
        (FormLimit(0, most_min=99), [("form_mix", 1)]),
        (FormLimit(0, least_steps=2), []),
        (FormLimit(0, least_steps=3), [("form_mix", 1)]),
        (FormLimit(0, most_steps=2), []),
        (FormLimit(0, most_steps=1), [("form_mix", 1)]),
        (FormLimit(1, most_min=0, most_steps=0), [("form_mix", 30), ("form_mix", 1)]),
        (FormLimit(2, least_min=40, least_steps=1), [("form_mix", 40), ("form_mix", 1)]),
        (FormLimit(2, most_min=0), []),
    ],
)
def test_form_mix(limit: FormLimit, expected: list[tuple[str, int]]) -> None:
    """Programmes of both kinds are the formal form: 60 + 40 minutes in two steps."""
    runs = [
        candidate(0, weekly=((0, 60),)),
        candidate(1, weekly=((0, 40),)),
        candidate(2, weekly=((0, 30),)),
    ]
    activities = (activity(0, DPP_PP), activity(1, DPP_PK), activity(2, NON_FORMAL))
    problem = make_problem(runs, activities=activities, form_mix=(limit,))
    assert breaches(problem, 0, 1, 2) == expected
    assert breaches(problem) == []


def test_form_by_level_forbids_what_counts_nowhere() -> None:
    """Gains in a demand that does not admit the category count nothing; alone they forbid."""
    informal_only, any_form = 1 << INFORMAL, 0b1111
    demands = (
        ProblemDemand("minimal", ((1_000, 10),), informal_only),
        ProblemDemand("high", ((1_000, 10),), any_form),
    )
    runs = [
        candidate(0, gains=((0, 500),)),
        candidate(0, 7, 7, gains=((0, 500), (1, 300))),
        candidate(0, 14, 14),
        candidate(1, gains=((0, 500),)),
    ]
    activities = (activity(0, DPP_PK), activity(1, INFORMAL))
    problem = make_problem(runs, activities=activities, demands=demands)
    assert breaches(problem, 0) == [("form_by_level", 1)]
    report = check_route(problem, Route((1,)))
    assert report.holds
    assert [fill.gained for fill in report.demand_fill] == [0, 300]
    assert report.value_mpt == 3_000
    assert breaches(problem, 2) == []
    assert check_route(problem, Route((3,))).value_mpt == 5_000
    pinned = make_problem(
        runs, activities=activities, demands=demands, pins=(Pin("pinned", "p", (0,)),)
    )
    report = check_route(pinned, Route((0,)))
    assert report.holds
    assert report.value_mpt == 0


@pytest.mark.parametrize(
    ("start", "expected"),
    [(10, [("transfer", 1)]), (11, []), (24, []), (25, [("transfer", 1)])],
)
def test_transfer_window(start: int, expected: list[tuple[str, int]]) -> None:
    """Ends on day 10, two weeks: the practice starts on day 11 … 24."""
    runs = [candidate(0, 0, 10), candidate(1, start, 40)]
    activities = (activity(0, needs_practice=True, practices=(1,)), activity(1, NON_FORMAL))
    problem = make_problem(runs, activities=activities, limits=Limits(transfer_weeks=2))
    assert breaches(problem, 0, 1) == expected
    assert breaches(problem, 1) == []
    off = make_problem(runs, activities=activities, limits=Limits(transfer_weeks=0))
    assert breaches(off, 0) == []


def test_one_practice_serves_several_programmes() -> None:
    """Both programmes are followed by the same practice; one that is no practice does not do."""
    runs = [candidate(0, 0, 3), candidate(1, 0, 5), candidate(2, 8, 8), candidate(3, 8, 8)]
    needs: dict[str, Any] = {"needs_practice": True, "practices": (2,)}
    activities = (activity(0, **needs), activity(1, **needs), activity(2), activity(3))
    problem = make_problem(runs, activities=activities, limits=Limits(transfer_weeks=1))
    assert breaches(problem, 0, 1, 2) == []
    assert breaches(problem, 0, 1, 3) == [("transfer", 1), ("transfer", 1)]


def test_pinned() -> None:
    """One of a pin's candidates is enough; none is a breach, an empty pin always."""
    runs = [candidate(0), candidate(1), candidate(2)]
    problem = make_problem(runs, pins=(Pin("required_theme", "burnout", (1, 2)),))
    assert breaches(problem, 0, 2) == []
    found = violations(problem, 0)
    assert [(v.rule, v.subject, v.parameters["code"]) for v in found] == [
        ("pinned", "burnout", "required_theme")
    ]
    assert breaches(make_problem(runs, pins=(Pin("pinned", "x", ()),)), 0, 1, 2) == [("pinned", 1)]


def test_excluded_and_seats() -> None:
    """Excluded candidates and those without seats are forbidden; one seat or no limit is enough."""
    runs = [
        candidate(0, excluded=True),
        candidate(1, seats=0),
        candidate(2, seats=1),
        candidate(3, seats=-1),
    ]
    problem = make_problem(runs)
    assert breaches(problem, 2, 3) == []
    assert breaches(problem, 0, 1) == [("excluded", 1), ("seats", 1)]


def test_mentor_required_and_capacity() -> None:
    """Required: one with capacity is chosen, also on an empty route; none left: relax or refuse."""
    free, full = ProblemMentor("free", 0, 0, 1, ()), ProblemMentor("full", 0, 0, 0, ())
    runs = [candidate()]
    some = make_problem(runs, mentor=MentorRules(required=True, options=(full, free)))
    assert breaches(some, 0, mentor=1) == []
    assert breaches(some, 0) == [("mentor_required", 1)]
    assert breaches(some) == [("mentor_required", 1)]
    assert breaches(some, 0, mentor=0) == [("mentor_capacity", 1)]
    relax = make_problem(runs, mentor=MentorRules(required=True, options=(full,)))
    assert breaches(relax, 0) == []
    refuse = MentorRules(required=True, refuse_without=True, options=(full,))
    assert breaches(make_problem(runs, mentor=refuse), 0) == [("mentor_required", 1)]
    assert breaches(make_problem(runs, mentor=refuse)) == [("mentor_required", 1)]
    voluntary = MentorRules(required=False, refuse_without=True)
    assert breaches(make_problem(runs, mentor=voluntary), 0) == []


@pytest.mark.parametrize(
    ("route", "subject", "kind"),
    [
        (Route((0, 5)), "chosen", "out_of_range"),
        (Route((-1,)), "chosen", "out_of_range"),
        (Route((1, 0)), "chosen", "unsorted"),
        (Route((0, 0)), "chosen", "repeated"),
        (Route((0,), mentor=7), "mentor", "out_of_range"),
        (Route((0,), slots=(0,)), "slots", "without_mentor"),
        (Route((0,), mentor=0, slots=(9,)), "slots", "out_of_range"),
        (Route((0,), middle=3), "middle", "out_of_range"),
        (Route((0,), final=-1), "final", "out_of_range"),
        (Route((np.int64(0),)), "chosen", "out_of_range"),
    ],
)
def test_a_route_that_does_not_fit_the_problem_is_a_violation(
    route: Route, subject: str, kind: str
) -> None:
    """Wrong indices never raise: they are told, and the rest of the route is judged."""
    options = (ProblemMentor("m", 0, 0, 1, ((at(0, 9), at(0, 10), 0),)),)
    problem = make_problem(
        [candidate(0, seats=0), candidate(1)], mentor=MentorRules(options=options)
    )
    found = [v for v in check_route(problem, route).violations if v.rule == STRUCTURE]
    assert [(v.subject, v.parameters["kind"]) for v in found] == [(subject, kind)]


def test_the_rest_of_a_broken_route_is_judged() -> None:
    """Candidate 0 has no seats: told beside the index out of range."""
    problem = make_problem([candidate(0, seats=0), candidate(1)])
    assert breaches(problem, 0, 5) == [(STRUCTURE, 1), ("seats", 1)]


def test_a_route_of_ten_steps_is_checked_in_five_milliseconds() -> None:
    """Cost depends on the route, not on the 5 000 candidates of the problem."""
    runs = [
        candidate(
            j,
            j % 40,
            j % 40 + 13,
            gains=((0, 10),),
            weekly=((j % 40 // 7, 60), (j % 40 // 7 + 1, 60)),
            meetings=tuple((at(j % 40 + d, 9), at(j % 40 + d, 10), 0) for d in range(0, 14, 2)),
        )
        for j in range(5_000)
    ]
    busy = [(at(d, 8), at(d, 8, 45)) for d in range(56)]
    pins = (Pin("required_theme", "t", tuple(range(0, 5_000, 2))),)
    problem = make_problem(runs, n_weeks=9, busy=busy, pins=pins)
    route = Route(tuple(range(0, 5_000, 500)))
    elapsed = []
    for _ in range(5):
        started = time.perf_counter()
        check_route(problem, route)
        elapsed.append(time.perf_counter() - started)
    assert min(elapsed) < 0.005
