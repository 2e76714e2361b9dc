"""The solver against brute force: same optimum, same verdict of infeasibility."""

from __future__ import annotations

import pytest

from engine.planning.checks import check_route
from engine.planning.problem import CheckpointRules, Pin, ProblemDemand
from engine.planning.solution import SolveOptions, SolveStatus
from engine.planning.solver import solve
from tests.engine.planning.oracle import best_of
from tests.engine.planning.problems import candidate, make_problem, random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=30_000, work_milli=60_000)
SEEDS_PER_CASE = 10
CASES = [("small", first) for first in range(0, 240, SEEDS_PER_CASE)]
CASES += [("broad", first) for first in range(0, 60, SEEDS_PER_CASE)]


@pytest.mark.parametrize(("size", "first"), CASES)
def test_solver_finds_the_optimum_of_brute_force(size: str, first: int) -> None:
    """Asked for gap 0, the solver's status, value and bound are those of brute force."""
    for seed in range(first, first + SEEDS_PER_CASE):
        problem = random_problem(seed, size)
        best = best_of(seed, size)
        solution = solve(problem, EXACT)
        if best.route is None:
            assert solution.status is SolveStatus.INFEASIBLE, seed
            assert solution.route is None, seed
            continue
        assert solution.status is SolveStatus.OPTIMAL, seed
        assert solution.route is not None, seed
        report = check_route(problem, solution.route)
        assert report.violations == (), seed
        assert report.value_mpt == solution.value_mpt == best.value_mpt, seed
        assert solution.bound_mpt == best.value_mpt, seed
        assert solution.gap_ppm == 0, seed


@pytest.mark.parametrize("seed", range(6))
def test_larger_problems_get_routes_that_hold(seed: int) -> None:
    """On problems too large for brute force the route holds and lies under its bound."""
    problem = random_problem(seed, "medium")
    solution = solve(problem, SolveOptions(gap_ppm=0, deadline_ms=30_000, work_milli=20_000))
    if solution.route is None:
        assert solution.status is SolveStatus.INFEASIBLE
        return
    report = check_route(problem, solution.route)
    assert report.violations == ()
    assert report.value_mpt == solution.value_mpt
    assert solution.bound_mpt is not None
    assert solution.bound_mpt >= report.value_mpt


def test_the_bound_is_never_below_the_value() -> None:
    """A gain of 429 units at 358 less a missing checkpoint is worth 153 582 − 150 000 = 3 582.

    The relaxation says so up to floating-point noise; a bound of 3 581 would be a false proof.
    """
    problem = make_problem(
        [candidate(0, 44, 44, gains=((0, 429),))],
        n_weeks=7,
        tempo=1_000,
        demands=(ProblemDemand("d0", ((952, 358),)),),
        pins=(Pin("pinned", "p", (0,)),),
        checkpoints=CheckpointRules(
            final=True, final_within_days=7, checkpoint_missing_mpt=150_000
        ),
    )
    solution = solve(problem, EXACT)
    assert solution.value_mpt == 3_582
    assert solution.bound_mpt == 3_582


@pytest.mark.parametrize("options", [SolveOptions(gap_ppm=200_000), SolveOptions(0, 1_000, 1)])
def test_a_bound_is_true_however_early_the_solve_ends(options: SolveOptions) -> None:
    """A wide gap or hardly any work: no bound lies below the optimum, no value above it."""
    for seed in range(40):
        problem = random_problem(seed, "broad")
        best, solution = best_of(seed, "broad"), solve(problem, options)
        if best.value_mpt is None:
            assert solution.route is None, seed
            continue
        assert solution.status is not SolveStatus.INFEASIBLE, seed
        if solution.bound_mpt is not None:
            assert solution.bound_mpt >= best.value_mpt, seed
        if solution.route is not None:
            report = check_route(problem, solution.route)
            assert report.violations == (), seed
            assert report.value_mpt == solution.value_mpt, seed
            assert report.value_mpt <= best.value_mpt, seed
