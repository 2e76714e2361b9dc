"""What stands in the way of every candidate, against the checker asked one by one."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain import Reason
from engine.planning.checks import check_route
from engine.planning.problem import Limits
from engine.planning.solution import Route, SolveOptions
from engine.planning.solver import solve
from engine.planning.standing import IN_THE_WAY, reasons_in_the_way, standing_of
from tests.engine.planning.problems import activity, at, candidate, make_problem, random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=20_000, work_milli=20_000)
FOLLOWING = {"checkpoints", "mentor_cadence"}


def expected(problem, route, j):
    """Rules that the checker finds broken once ``j`` is added."""
    chosen = tuple(sorted({*route.chosen, j}))
    trial = Route(chosen, route.mentor, route.slots, route.middle, route.final)
    return {v.rule for v in check_route(problem, trial).violations} - FOLLOWING


@pytest.mark.parametrize("size", ["small", "broad"])
def test_the_rules_are_those_the_checker_finds(size):
    """On random problems every candidate's rules equal the checker's of the longer route."""
    seen: set[str] = set()
    for seed in range(60):
        problem = random_problem(seed, size)
        solution = solve(problem, EXACT)
        routes = [r for r in (solution.route, Route()) if r is not None]
        for route in routes:
            report = check_route(problem, route)
            if not report.holds:
                continue
            standing = standing_of(problem, route, report)
            for j in set(range(len(problem.candidates))) - set(route.chosen):
                rules = set(standing.rules(j))
                assert rules == expected(problem, route, j), (seed, j)
                seen |= rules
    assert seen == set(IN_THE_WAY)


def test_an_activity_speaks_by_its_least_obstructed_run():
    """A run beside the route's meeting is free, so the activity is only outranked."""
    clash = ((at(0, 10), at(0, 11), -1),)
    problem = make_problem(
        [
            candidate(0, meetings=clash),
            candidate(1, meetings=clash),
            candidate(1, start_day=3, end_day=3),
            candidate(2, meetings=clash),
        ]
    )
    route = Route((0,))
    standing = standing_of(problem, route, check_route(problem, route))
    found = reasons_in_the_way(problem, standing, route.chosen, np.zeros(4, dtype=np.int64))
    assert found == {"a1": Reason("outranked"), "a2": Reason("overlap")}


def test_the_rule_of_the_whole_route_is_named_first():
    """Steps and total are used up and the week is full: the total comes first, the rest beside."""
    problem = make_problem(
        [candidate(a, weekly=((0, 100),)) for a in range(2)],
        tempo=120,
        limits=Limits(workload_max_min=150, steps_max=1),
    )
    route = Route((0,))
    standing = standing_of(problem, route, check_route(problem, route))
    found = reasons_in_the_way(problem, standing, route.chosen, np.zeros(2, dtype=np.int64))
    assert found == {
        "a1": Reason("total_used", {"limit_min": 150, "also": ["steps", "tempo"]}),
    }


def test_no_candidates_are_no_trouble():
    """A problem without candidates has nothing to say."""
    problem = make_problem(activities=(activity(0),))
    route = Route()
    standing = standing_of(problem, route, check_route(problem, route))
    assert reasons_in_the_way(problem, standing, (), np.zeros(0, dtype=np.int64)) == {}
