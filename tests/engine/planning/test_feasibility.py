"""Feasibility is decided rightly, with a route in hand, or not at all."""

from __future__ import annotations

import random

from engine.planning.checks import check_route
from engine.planning.feasibility import Feasibility, pin_activity
from engine.planning.problem import ProblemDemand
from engine.planning.solution import SolveOptions, SolveStatus
from engine.planning.solver import solve_directly
from tests.engine.planning.problems import activity, candidate, make_problem, random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=20_000, work_milli=20_000)


def test_verdicts_are_those_of_the_exact_model():
    """On random problems, with any hint, pinned and not; a route comes with every yes."""
    said = []
    for seed in range(80):
        problem = random_problem(seed, "small")
        rng = random.Random(seed)
        for case in (problem, pin_activity(problem, rng.choice(problem.activities).label)):
            if case is None:
                continue
            near = rng.sample(range(len(case.candidates)), 3)
            verdict = Feasibility(EXACT).check(case, near)
            truth = solve_directly(case, EXACT).status is not SolveStatus.INFEASIBLE
            assert verdict.feasible is truth, seed
            assert (verdict.route is not None) is truth
            if verdict.route is not None:
                assert check_route(case, verdict.route).holds
            said.append(truth)
    assert 20 <= sum(said) <= len(said) - 20


def test_a_pinned_route_contains_the_activity():
    """Every route of the pinned problem takes one of its runs."""
    problem = make_problem([candidate(0), candidate(1), candidate(1, 7, 8)])
    pinned = pin_activity(problem, "a1")
    assert pinned is not None
    verdict = Feasibility(EXACT).check(pinned)
    assert verdict.route is not None
    assert set(verdict.route.chosen) & {1, 2}


def test_what_no_route_can_take_is_not_pinned():
    """Unknown, without runs, banned, full, or of a level that does not admit it."""
    problem = make_problem(
        [
            candidate(0, excluded=True),
            candidate(1, seats=0),
            candidate(2, gains=((0, 100),)),
        ],
        activities=(activity(0), activity(1), activity(2, 0), activity(3)),
        demands=(ProblemDemand("d0", ((1_000, 1_000),), categories=0b1110),),
    )
    for label in ("a0", "a1", "a2", "a3", "nobody"):
        assert pin_activity(problem, label) is None


def test_spent_limits_decide_nothing():
    """Without work or time the verdict is open, never a guess."""
    problem = make_problem([candidate(0)])
    out_of_work = Feasibility(EXACT, total_work_milli=0)
    assert out_of_work.spent
    assert out_of_work.check(problem).feasible is None
    assert Feasibility(SolveOptions(deadline_ms=0)).check(problem).feasible is None
