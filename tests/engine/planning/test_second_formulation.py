"""Independent truth: another formulation and another solver find the same value."""

from __future__ import annotations

import random

import pytest

from engine.planning.problem import RULES, Limits, RouteProblem
from engine.planning.solution import SolveOptions, SolveStatus
from engine.planning.solver import solve
from engine.simulation import RegionPlan
from tests.bench.chain import ask, build_world, compile_asked
from tests.conftest import LONG
from tests.engine.planning.highs_child import HighsAnswer, run_highs
from tests.engine.planning.oracle import best_of
from tests.engine.planning.problems import at, candidate, make_problem, random_problem
from tests.engine.planning.relaxed import without
from tests.engine.planning.second_formulation import POINT, formulate

EXACT = SolveOptions(gap_ppm=0, deadline_ms=30_000, work_milli=60_000)
LOOSE = SolveOptions(gap_ppm=20_000, deadline_ms=30_000, work_milli=60_000)
HIGHS_EXACT = {"mip_rel_gap": 0.0, "mip_abs_gap": 1e-6, "time_limit": 60.0}
BATCHES = [
    ("small", 1_000, 25),
    ("broad", 1_000, 15),
    ("medium", 1_000, 10),
    ("large", 1_000, 4),
]
MORE = [
    ("small", 1_025, 35),
    ("broad", 1_015, 25),
    ("medium", 1_010, 20),
    ("large", 1_004, 11),
    ("small", 1_060, 60),
    ("broad", 1_040, 40),
    *(("medium", first, 15) for first in range(1_030, 1_075, 15)),
    ("large", 1_015, 15),
]
"""Together 305 problems, other seeds than those of the brute-force tests; "large" ones have more
candidates than a direct solve takes."""


def _value_mpt(answer: HighsAnswer) -> int | None:
    """Value of a proved optimum; ``None`` = proved infeasible."""
    assert answer.status in ("Optimal", "Infeasible"), answer
    return None if answer.value is None else round(answer.value * POINT)


def test_the_batches_are_large_enough() -> None:
    """In the long run at least 300 problems are compared, 100 of them beyond brute force."""
    batches = [*BATCHES, *MORE]
    assert sum(count for _, _, count in batches) >= 300
    assert sum(count for size, _, count in batches if size in ("medium", "large")) >= 100


def test_the_second_formulation_agrees_with_brute_force() -> None:
    """Where everything can be tried, HiGHS on the second formulation finds that value."""
    seeds = range(2_000, 2_030)
    answers = run_highs([formulate(random_problem(s)) for s in seeds], HIGHS_EXACT)
    for seed, answer in zip(seeds, answers, strict=True):
        assert _value_mpt(answer) == best_of(seed).value_mpt, seed


BUFFERS = 40 if LONG else 16


def _crowded(seed: int, buffer_min: int) -> RouteProblem:
    """Fourteen activities that meet once in three days at three places or online."""
    rng = random.Random(seed)
    steps = []
    for a in range(14):
        day = rng.randrange(3)
        start = at(day, rng.randrange(8, 24), rng.choice((0, 0, 30)))
        meeting = (
            start,
            min(start + rng.choice((30, 60, 90)), at(day + 1, 0)),
            rng.randrange(-1, 3),
        )
        gains = ((0, rng.randrange(100, 900)),)
        steps.append(candidate(a, day, day, gains=gains, meetings=(meeting,)))
    return make_problem(steps, limits=Limits(travel_buffer_min=buffer_min))


def test_travel_alone_is_formulated_alike() -> None:
    """Where only travel and overlap bind both agree, and most often the ways cost something."""
    buffers = [(seed, (30, 60, 300, 700)[seed % 4]) for seed in range(BUFFERS)]
    answers = run_highs([formulate(_crowded(*pair)) for pair in buffers], HIGHS_EXACT)
    binding = 0
    for (seed, buffer), answer in zip(buffers, answers, strict=True):
        solution = solve(_crowded(seed, buffer), EXACT)
        assert _value_mpt(answer) == solution.value_mpt, seed
        binding += solve(_crowded(seed, 0), EXACT).value_mpt != solution.value_mpt
    assert binding >= 0.6 * BUFFERS


def _holds_between(problem: RouteProblem, optimum_mpt: int) -> None:
    """Asked for 2 %, the engine's value and bound enclose the other solver's optimum."""
    loose = solve(problem, LOOSE)
    assert loose.value_mpt is not None
    assert loose.bound_mpt is not None
    assert loose.value_mpt <= optimum_mpt <= loose.bound_mpt


@pytest.mark.parametrize(
    ("size", "first", "count"),
    [*BATCHES, *(pytest.param(*batch, marks=pytest.mark.long) for batch in MORE)],
)
def test_another_solver_on_another_formulation_agrees(size: str, first: int, count: int) -> None:
    """The engine's optimum is that of HiGHS, and so is its verdict of infeasibility."""
    seeds = range(first, first + count)
    answers = run_highs([formulate(random_problem(s, size)) for s in seeds], HIGHS_EXACT)
    for seed, answer in zip(seeds, answers, strict=True):
        problem = random_problem(seed, size)
        solution = solve(problem, EXACT)
        expected = _value_mpt(answer)
        if expected is None:
            assert solution.status is SolveStatus.INFEASIBLE, seed
        else:
            assert solution.status is SolveStatus.OPTIMAL, seed
            assert solution.value_mpt == solution.bound_mpt == expected, seed
            _holds_between(problem, expected)


BINDING_LEAST = 3 if LONG else 1
SAMPLED = [("medium", seed) for seed in range(1_000, 1_075)]
SAMPLED += [("small", seed) for seed in range(1_000, 1_120)]
"""Seeds of both lists of batches, those beyond brute force first."""


def _binding() -> dict[str, list[tuple[str, int]]]:
    """For each rule the first problems of which the engine says that it changes their optimum."""
    found: dict[str, list[tuple[str, int]]] = {rule: [] for rule in RULES}
    for size, seed in SAMPLED:
        wanted = [rule for rule in RULES if len(found[rule]) < BINDING_LEAST]
        problem = random_problem(seed, size)
        value = solve(problem, EXACT).value_mpt if wanted else None
        for rule in wanted:
            free = without(problem, rule)
            if free is not None and solve(free, EXACT).value_mpt != value:
                found[rule].append((size, seed))
    return found


def test_every_rule_binds_in_the_compared_problems() -> None:
    """Each rule, taken away, changes the optimum of some, for the engine and for HiGHS alike."""
    found = _binding()
    assert {rule: pairs for rule, pairs in found.items() if len(pairs) < BINDING_LEAST} == {}
    assert all(any(size == "medium" for size, _ in pairs) for pairs in found.values())
    cases = [(rule, *pair) for rule, pairs in found.items() for pair in pairs]
    bound = [random_problem(seed, size) for _, size, seed in cases]
    freed = [without(p, rule) for p, (rule, _, _) in zip(bound, cases, strict=True)]
    programs = [formulate(p) for p in (*bound, *freed) if p is not None]
    values = [_value_mpt(answer) for answer in run_highs(programs, HIGHS_EXACT)]
    for i, case in enumerate(cases):
        free = freed[i]
        assert free is not None
        assert values[i] == solve(bound[i], EXACT).value_mpt, case
        assert values[len(cases) + i] == solve(free, EXACT).value_mpt, case
        assert values[i] != values[len(cases) + i], case


SIMULATED = 12 if LONG else 6


def test_simulated_problems_agree() -> None:
    """The same for compiled problems of a small region, where the policy's rules are all on."""
    world = build_world(RegionPlan(activities=150, educators=SIMULATED), 4)
    problems = [compile_asked(ask(world, e)).problem for e in range(SIMULATED)]
    answers = run_highs([formulate(problem) for problem in problems], HIGHS_EXACT)
    for e, (problem, answer) in enumerate(zip(problems, answers, strict=True)):
        solution = solve(problem, EXACT)
        assert solution.value_mpt == _value_mpt(answer), e
        if solution.value_mpt is not None:
            assert solution.bound_mpt == solution.value_mpt, e
            _holds_between(problem, solution.value_mpt)
