"""Claims about a solve: status, gap, repeatability, deadline."""

import subprocess
import sys
import time

import pytest

from engine.planning.checks import check_route
from engine.planning.greedy import greedy_route
from engine.planning.problem import Limits, Pin
from engine.planning.solution import SolveOptions, SolveStatus
from engine.planning.solver import gap_ppm, solve
from tests.engine.planning.problems import candidate, make_problem, random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=20_000, work_milli=20_000)


def test_gap_is_relative_to_the_value_and_rounded_up():
    """(bound − value) / max(1 point, |value|): 1 in 3 is 333 334 ppm; at least 1 point."""
    assert gap_ppm(3_000, 4_000) == 333_334
    assert gap_ppm(0, 500) == 500_000
    assert gap_ppm(-2_000, -1_000) == 500_000
    assert gap_ppm(5, 5) == 0


def test_an_empty_catalogue_has_the_empty_route():
    """Nothing to choose is an optimal empty route, not an error."""
    solution = solve(make_problem(), EXACT)
    assert (solution.status, solution.value_mpt) == (SolveStatus.OPTIMAL, 0)
    assert solution.route.chosen == ()


def test_worthless_candidates_stay_out():
    """A candidate whose price exceeds its worth is not taken."""
    problem = make_problem([candidate(0, gains=((0, 10),), price_mpt=10_001)])
    assert solve(problem, EXACT).route.chosen == ()


def test_infeasible_is_a_status_without_a_route():
    """A pin without candidates is proved infeasible."""
    solution = solve(make_problem([candidate(0)], pins=(Pin("pinned", "x", ()),)), EXACT)
    assert (solution.status, solution.route) == (SolveStatus.INFEASIBLE, None)


def test_a_gap_is_enough_where_a_gap_is_asked():
    """With a gap of 100 % any route with a finite bound may be returned, and says its gap."""
    problem = random_problem(3, "medium")
    loose = solve(problem, SolveOptions(gap_ppm=1_000_000, deadline_ms=20_000, work_milli=20_000))
    exact = solve(problem, EXACT)
    assert loose.status in (SolveStatus.OPTIMAL, SolveStatus.WITHIN_GAP)
    assert loose.bound_mpt >= exact.value_mpt >= loose.value_mpt
    assert loose.gap_ppm <= 1_000_000


@pytest.mark.parametrize("seed", range(8))
def test_the_same_problem_gives_the_same_route_beside_a_busy_process(seed):
    """Deterministic work, one worker, fixed seed: contention does not change the answer."""
    problem = random_problem(seed, "medium")
    options = SolveOptions(gap_ppm=0, deadline_ms=30_000, work_milli=50)
    alone = solve(problem, options)
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        beside = solve(problem, options)
    finally:
        burner.kill()
        burner.wait()
    assert alone == beside


def test_the_deadline_is_kept_and_said():
    """One millisecond leaves an answer all the same, and the clock's cut is marked."""
    problem = random_problem(5, "medium")
    started = time.monotonic()
    solution = solve(problem, SolveOptions(gap_ppm=0, deadline_ms=1, work_milli=100_000))
    assert time.monotonic() - started < 5  # a hang, not a timing, is what this would catch
    assert solution.status is not SolveStatus.INFEASIBLE
    if solution.route is not None:
        assert check_route(problem, solution.route).holds


@pytest.mark.parametrize("seed", range(40))
def test_the_greedy_route_always_holds(seed):
    """What stands in when the solver has no time breaks no rule and is no better than the best."""
    problem = random_problem(seed, "small")
    route = greedy_route(problem)
    if route is not None:
        report = check_route(problem, route)
        assert report.holds
        assert report.value_mpt <= solve(problem, EXACT).value_mpt


def test_the_greedy_route_is_not_empty_where_something_is_worth_it():
    """It takes the worthiest first and stops at the most steps."""
    rows = [candidate(a, gains=((0, 100 * (a + 1)),)) for a in range(4)]
    problem = make_problem(rows, limits=Limits(steps_max=2))
    assert greedy_route(problem).chosen == (2, 3)
