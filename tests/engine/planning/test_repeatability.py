"""The same problem gives the same answer again: busy, cut by the clock, or from its file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from engine.planning.problem import RouteProblem
from engine.planning.problem_json import (
    NO_CLOCK_MS,
    read_problem_file,
    replay_options,
    write_problem_file,
)
from engine.planning.solution import RouteSolution, SolveOptions, SolveStatus
from engine.planning.solver import solve, solve_by_relaxation, solve_directly
from tests.engine.planning.problems import random_problem

Solver = Callable[[RouteProblem, SolveOptions], RouteSolution]
SOLVERS: tuple[Solver, ...] = (solve, solve_by_relaxation, solve_directly)
DEADLINES_MS = (1, 8, 30)
"""A millisecond hardly ever suffices, the last often does."""
CUT_SEEDS = (("broad", range(2)), ("medium", range(4)), ("large", range(2)))
MORE_CUT_SEEDS = (("broad", range(2, 8)), ("medium", range(4, 16)), ("large", range(2, 8)))
AMPLE_MILLI = 100_000


@contextmanager
def busy_neighbour() -> Iterator[None]:
    """A second process that burns the processor."""
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        burner.kill()
        burner.wait()


def replayed(solver: Solver, problem: RouteProblem, options: SolveOptions) -> RouteSolution:
    """Solve, write the file, read it, solve again; both answers are alike but for the clock."""
    first = solver(problem, options)
    file = write_problem_file(problem, replay_options(options, first))
    again = solver(*read_problem_file(file))
    assert not again.cut_by_clock
    assert again == replace(first, cut_by_clock=False), (first, again)
    return first


def test_a_replay_has_no_clock() -> None:
    """The work of an uncut answer is the asked one, of a cut one what was finished."""
    options = SolveOptions(5, 70, 800, 3)
    said = RouteSolution(SolveStatus.FEASIBLE, None, None, None, None, 17, cut_by_clock=True)
    assert replay_options(options, said) == SolveOptions(5, NO_CLOCK_MS, 17, 3)
    uncut = replace(said, cut_by_clock=False)
    assert replay_options(options, uncut) == SolveOptions(5, NO_CLOCK_MS, 800, 3)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("gap_ppm", [0, 10_000, 200_000])
@pytest.mark.parametrize(
    "seeds", [CUT_SEEDS, pytest.param(MORE_CUT_SEEDS, marks=pytest.mark.long)], ids=["", "more"]
)
def test_what_the_clock_cut_is_repeated_by_its_work(
    solver: Solver, gap_ppm: int, seeds: tuple[tuple[str, range], ...]
) -> None:
    """Whatever the deadline and the asked gap, also where the cut answer is near enough."""
    cut = 0
    for size, own in seeds:
        for seed in own:
            problem = random_problem(seed, size)
            for deadline_ms in DEADLINES_MS:
                options = SolveOptions(gap_ppm, deadline_ms, AMPLE_MILLI)
                cut += replayed(solver, problem, options).cut_by_clock
    assert cut >= 5


@pytest.mark.parametrize("work_milli", [1, 4, 9, 30, 100])
def test_what_ran_out_of_work_is_repeated(work_milli: int) -> None:
    """The clock has no part in it: the same limit, the same answer, and it says no cut."""
    for size, seed in (("medium", 2), ("medium", 5), ("large", 10), ("large", 3)):
        options = SolveOptions(0, 30_000, work_milli)
        assert not replayed(solve, random_problem(seed, size), options).cut_by_clock


@pytest.mark.parametrize("deadline_ms", [15, 30_000])
def test_a_busy_neighbour_changes_no_answer(deadline_ms: int) -> None:
    """Cut or not, made beside a busy process, an answer is repeated by its file alone."""
    for size, seed in (("medium", 0), ("medium", 5), ("large", 10)):
        problem = random_problem(seed, size)
        options = SolveOptions(0, deadline_ms, AMPLE_MILLI)
        with busy_neighbour():
            beside = solve(problem, options)
        file = write_problem_file(problem, replay_options(options, beside))
        assert solve(*read_problem_file(file)) == replace(beside, cut_by_clock=False)


def test_the_order_of_solves_changes_nothing() -> None:
    """A solve leaves nothing behind that steers the next one of the process."""
    problems = [random_problem(seed, "medium") for seed in range(6)]
    options = SolveOptions(10_000, 30_000, AMPLE_MILLI)
    forward = [solve(p, options) for p in problems]
    backward = [solve(p, options) for p in reversed(problems)]
    assert forward == backward[::-1]
