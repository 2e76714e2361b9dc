"""Under any limits an answer is true: of itself, and against everyone who knows better."""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, RouteSolution, SolveOptions, SolveStatus
from engine.planning.solver import solve, solve_by_relaxation, solve_directly
from tests.conftest import LONG
from tests.engine.planning.claims import (
    DEADLINES_MS,
    GAPS_PPM,
    WORKS_MILLI,
    faults,
    gave_up,
    lies,
    plain_routes,
    some_options,
)
from tests.engine.planning.highs_child import HighsAnswer, run_highs
from tests.engine.planning.oracle import best_route
from tests.engine.planning.problems import problem_of, random_problem
from tests.engine.planning.second_formulation import POINT, formulate

pytestmark = pytest.mark.slow

LONGER = SolveOptions(gap_ppm=0, deadline_ms=60_000, work_milli=200_000)
HIGHS_EXACT = {"mip_rel_gap": 0.0, "mip_abs_gap": 1e-6, "time_limit": 60.0}
BATCHES = [
    ("small", 5_050, 10),
    ("broad", 5_025, 10),
    ("medium", 5_000, 8),
    ("large", 5_000, 2),
]
MORE = [
    ("small", 5_060, 15),
    ("broad", 5_035, 15),
    ("medium", 5_008, 12),
    ("large", 5_002, 3),
    *(("small", first, 25) for first in (5_000, 5_025)),
    *(("broad", first, 25) for first in (5_000, 5_050)),
    *(("medium", first, 20) for first in (5_020, 5_040)),
    ("large", 5_005, 5),
]
HURRIED = 3
"""Solves of one problem under limits drawn at random."""


def test_the_batches_are_large_enough() -> None:
    """In the long run at least 200 problems, a third of them beyond brute force.

    None has a seed of other tests.
    """
    batches = [*BATCHES, *MORE]
    assert sum(count for _, _, count in batches) >= 200
    assert sum(count for size, _, count in batches if size in ("medium", "large")) >= 66


def _optimum(answer: HighsAnswer) -> int | None:
    assert answer.status in ("Optimal", "Infeasible"), answer
    return None if answer.value is None else round(answer.value * POINT)


@pytest.mark.parametrize(
    ("size", "first", "count"),
    [*BATCHES, *(pytest.param(*batch, marks=pytest.mark.long) for batch in MORE)],
)
def test_no_answer_contradicts_whoever_knows_better(size: str, first: int, count: int) -> None:
    """HiGHS on the second formulation, a longer solve, CP-SAT on the whole, two greedy routes.

    All of them are below every bound that any hurried solve states, and the checker passes every
    route.
    """
    seeds = range(first, first + count)
    answers = run_highs([formulate(random_problem(s, size)) for s in seeds], HIGHS_EXACT)
    for seed, answer in zip(seeds, answers, strict=True):
        problem, rng = random_problem(seed, size), random.Random(seed)
        optimum = _optimum(answer)
        whole = solve_directly(problem, LONGER)
        longer = solve(problem, LONGER)
        assert longer.value_mpt == whole.value_mpt == optimum, seed
        plain = max(plain_routes(problem, rng), default=None)
        assert plain is None or (optimum is not None and plain <= optimum), seed
        for solver in (solve, solve_by_relaxation, solve_directly):
            for _ in range(HURRIED):
                options = some_options(rng)
                said = solver(problem, options)
                found = [*faults(problem, options, said), *lies(said, optimum)]
                assert found == [], (seed, solver.__name__, options)
                assert not gave_up(options, said), (seed, solver.__name__, options, said)


RNGS: st.SearchStrategy[random.Random] = (
    st.randoms(use_true_random=False) if LONG else st.integers(0, 2**32 - 1).map(random.Random)
)
"""Chance that problems are drawn from. In the long run hypothesis draws every number of it and can
shrink the problem; that takes many times as long as to solve it."""
OPTIONS = st.builds(
    SolveOptions,
    gap_ppm=st.sampled_from(GAPS_PPM),
    deadline_ms=st.sampled_from(DEADLINES_MS),
    work_milli=st.sampled_from(WORKS_MILLI),
    seed=st.integers(0, 2**31 - 1),
)


@settings(max_examples=100 if LONG else 20, deadline=None, suppress_health_check=list(HealthCheck))
@given(RNGS, st.sampled_from(("tiny", "small", "broad")), OPTIONS)
def test_brute_force_finds_no_lie(rng: random.Random, size: str, options: SolveOptions) -> None:
    """On problems drawn (in the long run shrunk as well) by hypothesis, against every route."""
    problem = problem_of(rng, size)
    optimum = best_route(problem).value_mpt
    for solver in (solve, solve_by_relaxation):
        said = solver(problem, options)
        assert [*faults(problem, options, said), *lies(said, optimum)] == []


@settings(max_examples=30 if LONG else 6, deadline=None, suppress_health_check=list(HealthCheck))
@given(RNGS, OPTIONS)
def test_a_longer_solve_never_refutes_a_shorter_one(
    rng: random.Random, options: SolveOptions
) -> None:
    """More work finds no route above an earlier bound, and its bound is above earlier routes."""
    problem = problem_of(rng, "medium")
    short, long = solve(problem, options), solve(problem, LONGER)
    assert long.status in (SolveStatus.OPTIMAL, SolveStatus.INFEASIBLE)
    assert [*faults(problem, LONGER, long), *lies(short, long.value_mpt)] == []


@dataclass(frozen=True)
class Known:
    """A problem with its optimal answer."""

    problem: RouteProblem
    options: SolveOptions
    said: RouteSolution


@pytest.fixture(scope="module")
def known() -> Known:
    problem = random_problem(10, "large")
    said = solve(problem, LONGER)
    assert said.value_mpt
    assert said.route is not None
    assert len(said.route.chosen) > 1
    return Known(problem, LONGER, said)


@pytest.mark.parametrize(
    "change",
    [
        {"value_mpt": 10**9},
        {"bound_mpt": 0},
        {"bound_mpt": None},
        {"gap_ppm": 1},
        {"status": SolveStatus.WITHIN_GAP},
        {"status": SolveStatus.FEASIBLE},
        {"route": Route()},
        {"route": None},
    ],
)
def test_a_false_answer_is_seen(known: Known, change: dict[str, object]) -> None:
    """The checks of this file refuse an answer in which one thing is not true."""
    assert list(faults(known.problem, known.options, known.said)) == []
    false = dataclasses.replace(known.said, **change)
    assert list(faults(known.problem, known.options, false))


def test_a_false_bound_is_seen(known: Known) -> None:
    """A bound one thousandth of a point below the optimum is a lie, and so is INFEASIBLE."""
    value = known.said.value_mpt
    assert value is not None
    low = dataclasses.replace(known.said, bound_mpt=value - 1)
    none = dataclasses.replace(known.said, status=SolveStatus.INFEASIBLE, route=None)
    assert list(lies(known.said, value)) == []
    assert list(lies(low, value))
    assert list(lies(none, value))
    assert list(lies(known.said, None))
