"""The method for whole catalogues against brute force, and the truth of what it claims."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.planning.bounding import Bounding
from engine.planning.checks import check_route
from engine.planning.cuts import dff
from engine.planning.problem import RouteProblem
from engine.planning.relaxation import dual_bound
from engine.planning.solution import SolveOptions, SolveStatus
from engine.planning.solver import solve, solve_by_relaxation, solve_directly
from tests.conftest import LONG
from tests.engine.planning.oracle import best_of
from tests.engine.planning.problems import candidate, make_problem, random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=30_000, work_milli=60_000)
SEEDS_MOST = {"small": 120, "broad": 40} if LONG else {"small": 60, "broad": 20}
CASES = [(size, first) for size, most in SEEDS_MOST.items() for first in range(0, most, 10)]


@pytest.mark.parametrize(("size", "first"), CASES)
def test_it_finds_the_optimum_of_brute_force(size: str, first: int) -> None:
    """Asked for gap 0, status, value and bound are those of brute force."""
    for seed in range(first, first + 10):
        problem = random_problem(seed, size)
        best = best_of(seed, size)
        solution = solve_by_relaxation(problem, EXACT)
        if best.route is None:
            assert solution.status is SolveStatus.INFEASIBLE, seed
            continue
        assert solution.status is SolveStatus.OPTIMAL, seed
        assert solution.route is not None, seed
        assert check_route(problem, solution.route).violations == (), seed
        assert solution.value_mpt == solution.bound_mpt == best.value_mpt, seed


@pytest.mark.parametrize(
    "options",
    [
        SolveOptions(gap_ppm=200_000, deadline_ms=30_000, work_milli=60_000),
        SolveOptions(0, 30_000, 1),
        SolveOptions(0, 30_000, 8),
        SolveOptions(0, 1, 60_000),
    ],
)
def test_what_it_says_is_true_however_early_it_ends(options: SolveOptions) -> None:
    """A wide gap, hardly any work or time: no bound below the optimum, no value above it."""
    for seed in range(SEEDS_MOST["broad"]):
        problem = random_problem(seed, "broad")
        best, solution = best_of(seed, "broad"), solve_by_relaxation(problem, options)
        if best.value_mpt is None:
            assert solution.route is None, seed
            continue
        assert solution.status is not SolveStatus.INFEASIBLE, seed
        assert solution.bound_mpt is None or solution.bound_mpt >= best.value_mpt, seed
        if solution.route is not None:
            report = check_route(problem, solution.route)
            assert report.violations == (), seed
            assert report.value_mpt == solution.value_mpt, seed
            assert report.value_mpt <= best.value_mpt, seed


@pytest.mark.parametrize("seed", range(8))
def test_it_agrees_with_one_exact_model_on_larger_problems(seed: int) -> None:
    """Where brute force is too slow both methods prove the same value."""
    problem = random_problem(seed, "medium")
    ours, whole = solve_by_relaxation(problem, EXACT), solve_directly(problem, EXACT)
    assert (ours.status, ours.value_mpt) == (whole.status, whole.value_mpt)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 59), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1.0, 1e3, 1e7]))
def test_any_multipliers_give_a_true_bound(seed: int, noise: int, size: float) -> None:
    """Weak duality: the bound of arbitrary multipliers is above every route with a step."""
    problem = random_problem(seed, "small")
    best = best_of(seed, "small")
    bounding = Bounding(problem)
    if best.route is None or not best.route.chosen or not bounding.r.n:
        return
    y = np.random.default_rng(noise).random(len(bounding.rows)) * size
    assert dual_bound(bounding.r, bounding.rows, y).bound >= best.value_mpt


@pytest.mark.parametrize("seed", range(60))
def test_no_row_and_no_fixing_cuts_off_the_best_route(seed: int) -> None:
    """Every step's bound stays above the optimum, and its columns may exceed what is below it."""
    problem = random_problem(seed, "broad")
    best = best_of(seed, "broad")
    bounding = Bounding(problem)
    if best.value_mpt is None or best.route is None or not best.route.chosen:
        return
    while not bounding.finished:
        bounding.step(None)
        assert bounding.proof.bound >= best.value_mpt
        able = bounding.proof.can_exceed(best.value_mpt - 1)
        assert able[bounding.r.column_of[list(best.route.chosen)]].all()


@given(st.integers(10, 60), st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(1, 8))
def test_functions_of_the_tempo_are_dual_feasible(tempo: int, sizes: list[int], parts: int) -> None:
    """Minutes that fit into the tempo keep fitting after either function."""
    if sum(sizes) <= tempo:
        for kind, parameter in ((0, parts), (1, min(parts, tempo // 2))):
            value, right = dff(kind, parameter, tempo, np.array(sizes))
            assert value.sum() <= right


def _solved_twice(problem: RouteProblem, options: SolveOptions) -> None:
    first = solve_by_relaxation(problem, options)
    again = SolveOptions(options.gap_ppm, 30_000, first.work_milli, options.seed)
    second = solve_by_relaxation(problem, again)
    assert (first.route, first.value_mpt, first.bound_mpt) == (
        second.route,
        second.value_mpt,
        second.bound_mpt,
    )
    assert first.work_milli == second.work_milli


@pytest.mark.parametrize("deadline_ms", [5, 20, 60, 30_000])
@pytest.mark.parametrize("seed", range(4))
def test_the_finished_work_repeats_an_answer(seed: int, deadline_ms: int) -> None:
    """Solved again to ``work_milli`` without a clock, it is the same, cut by the clock or not."""
    _solved_twice(random_problem(seed, "medium"), SolveOptions(0, deadline_ms, 60_000))


def test_a_busy_neighbour_changes_nothing_but_time() -> None:
    """Beside a process that burns the processor the answer is the same."""
    problem = random_problem(5, "medium")
    alone = solve_by_relaxation(problem, EXACT)
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        assert solve_by_relaxation(problem, EXACT) == alone
    finally:
        burner.kill()
        burner.wait()


def test_a_catalogue_of_one_topic_is_certified_with_hardly_a_search() -> None:
    """Forty equal activities with five runs each, three steps: the best three, value by hand.

    Gains 1 000, 999, … of one certain demand of 10 000 units at 1 000 mpt: 1 000 + 999 + 998
    units are worth 2 997 000 mpt.
    """
    rows = [
        candidate(a, 7 * run, 7 * run + 6, gains=((0, 1_000 - a),), weekly=((run, 60),))
        for a in range(40)
        for run in range(5)
    ]
    base = make_problem(rows)
    problem = make_problem(rows, limits=type(base.limits)(steps_max=3))
    solution = solve(problem, SolveOptions(gap_ppm=0, deadline_ms=30_000, work_milli=10_000))
    assert (solution.status, solution.value_mpt) == (SolveStatus.OPTIMAL, 2_997_000)


def test_a_clock_that_is_over_before_the_search_leaves_a_route() -> None:
    """One millisecond of time or one unit of work: still steps, where any are worth it."""
    problem = random_problem(10, "large")
    for options in (SolveOptions(10_000, 1, 100_000), SolveOptions(10_000, 30_000, 1)):
        solution = solve_by_relaxation(problem, options)
        assert solution.route is not None
        assert solution.route.chosen
        assert check_route(problem, solution.route).holds
