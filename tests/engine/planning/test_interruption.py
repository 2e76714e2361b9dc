"""Ending a solve from outside: what comes out is true, and without it nothing changes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest

from engine.planning.checks import check_route
from engine.planning.cp_sat import run_cp_sat
from engine.planning.feasibility import Feasibility
from engine.planning.interruption import (
    Interruption,
    breakable,
    end_of,
    interruptible,
    stop_asked,
)
from engine.planning.kernel import Model
from engine.planning.problem import RouteProblem
from engine.planning.solution import Progress, RouteSolution, SolveOptions, SolveStatus
from engine.planning.solver import gap_ppm, solve, solve_by_relaxation, solve_directly
from engine.planning.variants import find_variants
from tests.engine.planning.oracle import best_of
from tests.engine.planning.problems import random_problem

EXACT = SolveOptions(gap_ppm=0, deadline_ms=30_000, work_milli=60_000)
Solve = Callable[..., RouteSolution]
BOTH = pytest.mark.parametrize("chosen", [solve_by_relaxation, solve_directly])


def true_of(problem: RouteProblem, solution: RouteSolution, seed: int) -> None:
    """The certificate holds against brute force: value ≤ optimum ≤ bound."""
    best = best_of(seed, "broad").value_mpt
    assert best is not None
    if solution.bound_mpt is not None:
        assert solution.bound_mpt >= best
    if solution.route is not None:
        report = check_route(problem, solution.route)
        assert report.violations == ()
        assert solution.value_mpt == report.value_mpt <= best


@BOTH
@pytest.mark.parametrize("stop_first", [True, False])
def test_a_stopped_solve_tells_the_truth(chosen: Solve, stop_first: bool) -> None:
    """Stopped before it begins or at its first news: a route that holds, and true bounds."""
    cut = 0
    for seed in range(30):
        problem = random_problem(seed, "broad")
        if best_of(seed, "broad").route is None:
            continue
        interruption = Interruption()
        if stop_first:
            interruption.stop()
        with interruptible(interruption):
            solution = chosen(problem, EXACT, on_progress=lambda _: interruption.stop())  # noqa: B023
        true_of(problem, solution, seed)
        if stop_first:
            assert solution.status is not SolveStatus.INFEASIBLE
        cut += solution.cut_by_clock
    if stop_first:
        assert cut > 20
    elif chosen is solve_by_relaxation:
        assert cut > 0


@BOTH
def test_an_interruption_that_is_not_used_changes_nothing(chosen: Solve) -> None:
    """Status, route, value, bound and work are those of a solve without it."""
    for seed in range(30):
        problem = random_problem(seed, "broad")
        plain = chosen(problem, EXACT)
        with interruptible(Interruption(budget_ms=600_000)):
            assert chosen(problem, EXACT, on_progress=lambda _: None) == plain


def test_progress_gets_better_and_ends_with_the_answer() -> None:
    """Values never fall, bounds never rise, and the last news is the solution's certificate."""
    told = 0
    for seed in range(30):
        problem = random_problem(seed, "broad")
        news: list[Progress] = []
        solution = solve_by_relaxation(problem, EXACT, on_progress=news.append)
        if solution.route is None:
            continue
        values = [p.value_mpt for p in news if p.value_mpt is not None]
        bounds = [p.bound_mpt for p in news if p.bound_mpt is not None]
        assert values == sorted(values)
        assert bounds == sorted(bounds, reverse=True)
        assert len(set(news)) == len(news)
        if news:
            told += 1
            assert news[-1] == Progress(solution.value_mpt, solution.bound_mpt)
            assert news[-1].gap_ppm == solution.gap_ppm
    assert told > 20


@pytest.mark.parametrize(
    ("value", "bound", "gap"),
    [(90_000, 99_000, 100_000), (None, 5, None), (5, None, None), (0, 1, 1_000), (7, 7, 0)],
)
def test_the_gap_of_progress_is_the_certificates(
    value: int | None, bound: int | None, gap: int | None
) -> None:
    """Worked out by hand; at least one point divides; nothing known is ``None``."""
    assert Progress(value, bound).gap_ppm == gap
    if value is not None and bound is not None:
        assert gap == gap_ppm(value, bound)


def test_a_run_of_cp_sat_ends_when_stopped() -> None:
    """A market split of 5 × 40 keeps one worker busy for hours; a stop from a thread ends it."""
    model, draw = Model(), random.Random(0)
    variables = [model.new_bool() for _ in range(40)]
    for _ in range(5):
        row = [draw.randrange(100) for _ in variables]
        model.linear(variables, row, low=sum(row) // 2, high=sum(row) // 2)
    model.finish(objective=False)
    interruption = Interruption()
    threading.Timer(0.3, interruption.stop).start()
    options = SolveOptions(deadline_ms=600_000, work_milli=10**9)
    with interruptible(interruption):
        run = run_cp_sat(model, options, 600.0, proving=True)
    assert interruption.stopped
    assert not run.found
    assert run.cut_by_clock


def test_cancelling_happens_only_meanwhile() -> None:
    """At once if the stop came before, during the work if it comes then, never after it."""
    called: list[str] = []
    first = Interruption()
    with interruptible(first):
        with breakable(lambda: called.append("during")):
            assert called == []
            first.stop()
            assert called == ["during"]
        with breakable(lambda: called.append("before")):
            assert called == ["during", "before"]
        first.stop()
        assert called == ["during", "before"]
    with breakable(lambda: called.append("outside")):
        first.stop()
    assert called == ["during", "before"]


def test_the_budget_begins_with_the_first_solve() -> None:
    """What comes before costs nothing of it; all solves share it; a nearer deadline stands."""
    interruption = Interruption(budget_ms=10_000)
    with interruptible(interruption):
        time.sleep(0.05)
        before = time.monotonic()
        first = end_of(60_000)
        assert before + 10 <= first <= time.monotonic() + 10
        assert end_of(60_000) == first
        assert end_of(1_000) < first - 8
    assert end_of(60_000) > first + 40
    assert not stop_asked()


def test_a_spent_budget_ends_a_solve_as_the_clock_does() -> None:
    """With no time left the answer is one that the clock cut, and true."""
    for seed in range(10):
        problem = random_problem(seed, "broad")
        if best_of(seed, "broad").route is None:
            continue
        with interruptible(Interruption(budget_ms=0)):
            solution = solve(problem, EXACT)
        true_of(problem, solution, seed)
        assert solution.cut_by_clock


def test_variants_and_checks_end_too() -> None:
    """What is asked after a stop is left undecided, and says so."""
    stopped = Interruption()
    stopped.stop()
    for seed in range(10):
        problem = random_problem(seed, "broad")
        thorough = solve(problem, EXACT)
        if thorough.route is None or not thorough.route.chosen:
            continue
        with interruptible(stopped):
            _, fast, light = find_variants(problem, thorough, EXACT)
            verdict = Feasibility(EXACT).feasible(problem)
        assert verdict is None
        whole = find_variants(problem, thorough, EXACT)
        for variant, full in zip((fast, light), whole[1:], strict=True):
            # what needs no work at all may still be proved
            assert variant.cut_by_clock or variant.status is full.status
