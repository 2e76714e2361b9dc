"""Variants against brute force: earliest end, least peak, distances, and what is said without."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from engine.planning.checks import check_route
from engine.planning.distance import distance, far_enough
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, SolveOptions, SolveStatus
from engine.planning.solver import solve
from engine.planning.variants import FAST, LIGHT, THOROUGH, Variant, find_variants, least_value
from tests.engine.planning.oracle import _completions, _sets_of_steps
from tests.engine.planning.problems import candidate, make_problem, random_problem

pytestmark = pytest.mark.slow

AMPLE = SolveOptions(gap_ppm=0, deadline_ms=60_000, work_milli=100_000)


@dataclass(frozen=True)
class Held:
    """A route that breaks no rule."""

    activities: frozenset[int]
    value: int
    end: int
    peak: int


def every_route(problem: RouteProblem) -> list[Held]:
    """All routes with steps that hold, one for each (steps, value, peak)."""
    found = set()
    nothing: frozenset[str] = frozenset()
    for chosen, _ in _sets_of_steps(problem, nothing, prune=True):
        if not chosen:
            continue
        end = max(int(problem.candidates.end_day[j]) for j in chosen)
        activities = frozenset(int(problem.candidates.activity[j]) for j in chosen)
        for route in _completions(problem, chosen, nothing, True):
            report = check_route(problem, route)
            if report.holds:
                found.add(Held(activities, report.value_mpt, end, max(report.weekly_load_min)))
    return list(found)


def apart(a: frozenset[int], b: frozenset[int]) -> bool:
    """The definition itself, in fractions."""
    return Fraction(len((a | b) - (a & b)), len(a | b)) >= Fraction(2, 5)


def activities_of(problem: RouteProblem, variant: Variant) -> frozenset[int]:
    assert variant.route is not None
    return frozenset(int(problem.candidates.activity[j]) for j in variant.route.chosen)


def saturated(problem: RouteProblem) -> RouteProblem:
    """The problem with demands that one or two steps fill, so that many routes are worth alike."""
    table = problem.candidates
    return replace(
        problem,
        demands=tuple(replace(d, pieces=((120, d.pieces[0][1]),)) for d in problem.demands),
        candidates=replace(
            table,
            bonus_mpt=np.zeros_like(table.bonus_mpt),
            price_mpt=np.zeros_like(table.price_mpt),
        ),
    )


@cache
def case(seed: int, size: str) -> tuple[RouteProblem, tuple[Variant, Variant, Variant]] | None:
    """A random problem with its variants; ``None`` where there is nothing to vary."""
    problem = random_problem(seed, size)
    if seed % 3:
        problem = saturated(problem)
    solved = solve(problem, AMPLE)
    if solved.route is None or not solved.route.chosen or (solved.value_mpt or 0) <= 0:
        return None
    return problem, find_variants(problem, solved, AMPLE)


CASES = [(seed, "tiny") for seed in range(150)] + [(seed, "small") for seed in range(90)]


@pytest.mark.parametrize("first", range(0, len(CASES), 30))
def test_fast_and_light_are_what_brute_force_finds(first):
    """Nothing that meets the conditions ends earlier than fast, or peaks lower than light."""
    for seed, size in CASES[first : first + 30]:
        found = case(seed, size)
        if found is None:
            continue
        problem, (thorough, fast, light) = found
        need = Fraction(4, 5) * (thorough.value_mpt or 0)
        main = activities_of(problem, thorough)
        worth = [r for r in every_route(problem) if r.value >= need]
        ends = [r.end for r in worth if apart(r.activities, main) and r.end < thorough.end_day]
        _judge(fast, fast.end_day, ends, seed)
        away = [main] if fast.route is None else [main, activities_of(problem, fast)]
        peaks = [
            r.peak
            for r in worth
            if all(apart(r.activities, a) for a in away) and r.peak < thorough.peak_min
        ]
        _judge(light, light.peak_min, peaks, seed)
        for variant, objective, worse in (
            (fast, [r.end for r in worth], thorough.end_day),
            (light, [r.peak for r in worth], thorough.peak_min),
        ):
            if variant.route is None:
                better = any(amount < worse for amount in objective)
                assert variant.reason == ("too_similar" if better else "not_better"), seed


def _judge(variant: Variant, amount: int | None, admitted: list[int], seed: int) -> None:
    if admitted:
        assert variant.status is SolveStatus.OPTIMAL, (seed, variant)
        assert amount == variant.bound == min(admitted), (seed, variant)
    else:
        assert variant.status is SolveStatus.INFEASIBLE, (seed, variant)
        assert variant.route is None, (seed, variant)


def test_the_cases_have_variants():
    """The comparison above sees variants of either kind and every reason for having none."""
    kinds: Counter[str] = Counter()
    for seed, size in CASES:
        found = case(seed, size)
        for variant in found[1][1:] if found else ():
            kinds[variant.reason or variant.name] += 1
    assert kinds[FAST] >= 15, kinds
    assert kinds[LIGHT] >= 10, kinds
    assert kinds["too_similar"] >= 10, kinds
    assert kinds["not_better"] >= 10, kinds


def test_a_kernel_of_few_candidates_claims_no_more_than_it_knows(monkeypatch):
    """Where kernels leave candidates out, bounds still hold and only proofs are fewer."""
    monkeypatch.setattr("engine.planning.variants.WHOLE_MOST", 0)
    monkeypatch.setattr("engine.planning.variants.FEW", 2)
    open_ends = 0
    for seed, size in CASES[150:]:
        found = case(seed, size)
        if found is None:
            continue
        problem, (_, exact, _) = found
        hasty = replace(AMPLE, work_milli=8)
        _, fast, _ = find_variants(problem, solve(problem, AMPLE), hasty)
        open_ends += fast.status in (SolveStatus.UNKNOWN, SolveStatus.FEASIBLE)
        if exact.route is None:
            assert fast.route is None
        else:
            assert exact.end_day is not None
            assert fast.bound is not None
            assert fast.bound <= exact.end_day
            assert fast.end_day is None or fast.end_day >= exact.end_day
            assert fast.status is not SolveStatus.INFEASIBLE
            assert (fast.status is SolveStatus.OPTIMAL) == (fast.end_day == fast.bound)
    assert open_ends, "few candidates are as good as all: nothing is tested"


def test_every_variant_is_a_route_that_holds():
    """Each passes the checker, keeps 80 % and lies 0.4 from the others; its numbers are true."""
    for seed, size in CASES:
        found = case(seed, size)
        if found is None:
            continue
        problem, variants = found
        assert [v.name for v in variants] == [THOROUGH, FAST, LIGHT]
        there = [v for v in variants if v.route is not None]
        for variant in there:
            report = check_route(problem, variant.route)
            assert report.holds
            assert report.value_mpt == variant.value_mpt
            assert max(report.weekly_load_min) == variant.peak_min
            assert 5 * report.value_mpt >= 4 * (variants[0].value_mpt or 0)
        for i, one in enumerate(there):
            for other in there[i + 1 :]:
                assert apart(activities_of(problem, one), activities_of(problem, other))


def test_a_tight_limit_tells_the_truth():
    """With hardly any work the bound still lies below the best, and no proof is claimed."""
    told = 0
    for seed, size in CASES[:60]:
        found = case(seed, size)
        if found is None:
            continue
        problem, (_, exact, _) = found
        hasty = SolveOptions(gap_ppm=0, deadline_ms=60_000, work_milli=2)
        _, fast, _ = find_variants(problem, solve(problem, AMPLE), hasty)
        if exact.route is not None:
            assert fast.status is not SolveStatus.INFEASIBLE
            assert fast.bound is not None
            assert exact.end_day is not None
            assert fast.bound <= exact.end_day
            if fast.route is None:
                assert fast.reason == "limit"
                told += 1
    assert told, "the limit never bites: nothing is tested"


def test_the_same_again():
    """Without a clock that cuts, the same problem gives the same variants."""
    problem, variants = next(c for c in (case(s, "small") for s in range(60)) if c is not None)
    assert find_variants(problem, solve(problem, AMPLE), AMPLE) == variants


def test_by_hand():
    """Two equal halves of value: thorough takes both, fast the early ones, light the thin ones.

    Demand: 10 000 units at 1 000 mpt. Thorough a0 + a1 (9 900 units, ends on day 40, 300 min in
    week 5). a2 + a3 give 8 000 units by day 10 at 290 min; a4 + a5 give 7 950 units by day 50 at
    60 min a week. 80 % of 9 900 000 is 7 920 000.
    """
    problem = make_problem(
        [
            candidate(0, 0, 40, gains=((0, 5_000),), weekly=((5, 150),)),
            candidate(1, 0, 40, gains=((0, 4_900),), weekly=((5, 150),)),
            candidate(2, 0, 10, gains=((0, 4_000),), weekly=((0, 290),)),
            candidate(3, 0, 10, gains=((0, 4_000),), weekly=((1, 290),)),
            candidate(4, 0, 50, gains=((0, 4_000),), weekly=((0, 60),)),
            candidate(5, 0, 50, gains=((0, 3_950),), weekly=((1, 60),)),
        ],
        n_weeks=8,
        limits=make_problem().limits.__class__(steps_max=2),
    )
    thorough, fast, light = find_variants(problem, solve(problem, AMPLE), AMPLE)
    assert thorough.route == Route(chosen=(0, 1))
    assert fast.route == Route(chosen=(2, 3))
    assert (fast.end_day, fast.bound, fast.status) == (10, 10, SolveStatus.OPTIMAL)
    assert light.route == Route(chosen=(4, 5))
    assert (light.peak_min, light.bound, light.value_mpt) == (60, 60, 7_950_000)


def test_nothing_to_vary():
    """A route without steps, or no route at all, has no variants, and that is said."""
    problem = make_problem([])
    thorough, fast, light = find_variants(problem, solve(problem, AMPLE), AMPLE)
    assert thorough.route == Route()
    assert (fast.reason, light.reason) == ("none", "none")
    assert fast.route is light.route is None


def test_distance():
    """|A △ B| / |A ∪ B|: two of four different is 0.5; 2 of 5 is just far enough, 2 of 6 not."""
    assert distance({1, 2, 3}, {2, 3, 4}) == 0.5
    assert distance((), ()) == 0.0
    assert far_enough({1, 2, 3, 4}, {1, 2, 3, 5})
    assert not far_enough({1, 2, 3, 4, 5}, {1, 2, 3, 4, 6})
    assert least_value(100) == 80
    assert least_value(101) == 81
