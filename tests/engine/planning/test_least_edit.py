"""The least edit against brute force over whole routes, by the words of the definition."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine.planning.checks import check_route
from engine.planning.least_edit import (
    FEW,
    LeastEdit,
    changes_of,
    count_edits,
    find_least_edit,
)
from engine.planning.problem import Limits, ProblemActivity, RouteProblem
from engine.planning.solution import Route, SolveOptions, SolveStatus
from engine.planning.solver import solve
from tests.engine.planning.oracle import _completions, _sets_of_steps
from tests.engine.planning.problems import candidate, make_problem, random_problem

AMPLE = SolveOptions(gap_ppm=0, deadline_ms=60_000, work_milli=100_000)


def edits_by_words(problem: RouteProblem, steps: list[list[int]], chosen: tuple[int, ...]) -> int:
    """Moved steps one each; removed ones and added ones pair up as replacements."""
    open_steps, coming = list(steps), []
    for j in chosen:
        same = next((s for s in open_steps if j in s), None)
        if same is None:
            coming.append(j)
        else:
            open_steps.remove(same)
    activity = problem.candidates.activity
    moved = 0
    for j in list(coming):
        run = next((s for s in open_steps if s and activity[s[0]] == activity[j]), None)
        if run is not None:
            open_steps.remove(run)
            coming.remove(j)
            moved += 1
    return moved + max(len(open_steps), len(coming))


def brute_force(problem: RouteProblem, steps: list[list[int]]) -> tuple[int, int] | None:
    """Fewest changes and, with so many, the greatest value; ``None`` where no route holds."""
    best: tuple[int, int] | None = None
    nothing: frozenset[str] = frozenset()
    for chosen, _ in _sets_of_steps(problem, nothing, prune=True):
        edits = edits_by_words(problem, steps, chosen)
        if best is not None and edits > best[0]:
            continue
        for route in _completions(problem, chosen, nothing, True):
            report = check_route(problem, route)
            key = (edits, -report.value_mpt)
            if report.holds and (best is None or key < (best[0], -best[1])):
                best = (edits, report.value_mpt)
    return best


def hand_made(problem: RouteProblem, rng: random.Random) -> list[list[int]]:
    """Some candidates at random, often against the rules; now and then a step that is none."""
    count = rng.randint(0, min(5, len(problem.candidates)))
    steps = [[j] for j in sorted(rng.sample(range(len(problem.candidates)), count))]
    return [*steps, []] if rng.random() < 0.2 else steps


CASES = [(seed, "tiny") for seed in range(100)] + [(seed, "small") for seed in range(60)]


@pytest.mark.parametrize("first", range(0, len(CASES), 40))
def test_least_edit_is_what_brute_force_finds(first):
    """Number of changes, then value, both exact and both proved, whatever the route breaks."""
    seen: Counter[int] = Counter()
    for seed, size in CASES[first : first + 40]:
        problem = random_problem(seed, size)
        steps = hand_made(problem, random.Random(seed))
        found = find_least_edit(problem, steps, solve(problem, AMPLE), AMPLE)
        expected = brute_force(problem, steps)
        if expected is None:
            assert found.status is SolveStatus.INFEASIBLE, seed
            continue
        assert found.status is SolveStatus.OPTIMAL, (seed, found)
        assert (found.edits, found.value_mpt) == expected, (seed, found)
        assert (found.edits_bound, found.value_bound_mpt) == expected, (seed, found)
        _is_true(problem, steps, found)
        seen[expected[0]] += 1
    assert len(seen) >= 4, seen


def _is_true(problem: RouteProblem, steps: list[list[int]], found: LeastEdit) -> None:
    assert found.route is not None
    report = check_route(problem, found.route)
    assert report.holds
    assert report.value_mpt == found.value_mpt
    assert len(found.changes) == found.edits
    assert found.edits == edits_by_words(problem, steps, found.route.chosen)
    # Applying the changes to the given steps gives the route.
    gone = {c.step for c in found.changes if c.step is not None}
    come = {c.candidate for c in found.changes if c.candidate is not None}
    kept = {i for i in range(len(steps)) if i not in gone}
    assert len(kept) + len(come) == len(found.route.chosen)
    assert come <= set(found.route.chosen)
    rest = set(found.route.chosen) - come
    assert all(rest & set(steps[i]) for i in kept)


def test_a_small_kernel_claims_no_more_than_it_knows(monkeypatch):
    """Where the first kernel leaves candidates out, counts stay exact: the whole one proves."""
    monkeypatch.setattr("engine.planning.least_edit.FEW", 3)
    for seed, size in CASES[100:130]:
        problem = random_problem(seed, size)
        steps = hand_made(problem, random.Random(seed))
        found = find_least_edit(problem, steps, solve(problem, AMPLE), AMPLE)
        expected = brute_force(problem, steps)
        if expected is None:
            assert found.status is SolveStatus.INFEASIBLE
        else:
            assert (found.edits, found.value_mpt) == expected, (seed, found)
            assert found.status is SolveStatus.OPTIMAL
    assert FEW > 3


def test_a_tight_limit_is_told():
    """With hardly any work a repair is still true and claims no proof that it does not have."""
    unproved = 0
    for seed, size in CASES[100:]:
        problem = random_problem(seed, size)
        steps = hand_made(problem, random.Random(seed))
        hasty = SolveOptions(gap_ppm=0, deadline_ms=60_000, work_milli=1)
        found = find_least_edit(problem, steps, solve(problem, AMPLE), hasty)
        expected = brute_force(problem, steps)
        if expected is None or found.route is None:
            continue
        assert found.edits_bound <= expected[0] <= (found.edits or 0)
        assert not found.edits_proved or found.edits == expected[0]
        _is_true(problem, steps, found)
        unproved += not found.edits_proved
    assert unproved, "the limit never bites: nothing is tested"


def test_changes_have_names():
    """Another run of the activity is moved, another activity replaces, the rest comes or goes."""
    problem = make_problem(
        [
            candidate(0, 0, 5),
            candidate(0, 7, 12),
            candidate(1, 0, 5),
            candidate(2, 14, 20),
            candidate(3, 21, 27),
        ]
    )
    steps = [[0], [2], []]
    changes = changes_of(problem, steps, Route(chosen=(1, 3)))
    assert [(c.code, c.step, c.candidate) for c in changes] == [
        ("moved", 0, 1),
        ("replaced", 2, 3),
        ("removed", 1, None),
    ]
    assert count_edits(problem, steps, Route(chosen=(1, 3))) == 3
    (added,) = changes_of(problem, [[0]], Route(chosen=(0, 4)))
    assert (added.code, added.step, added.candidate) == ("added", None, 4)
    assert changes_of(problem, [[0, 1]], Route(chosen=(1,))) == ()


def test_one_step_too_many_is_swapped_for_the_best():
    """Two programmes in one full week: one is replaced at the price of one change.

    Tempo 100; a0 and a1 take 100 min of week 0 each, a2 (900 units) takes week 1. Removing either
    would be one change too, but replacing it keeps more: a1 (700) stays with a2, not a0 (600).
    """
    problem = make_problem(
        [
            candidate(0, 0, 5, gains=((0, 600),), weekly=((0, 100),)),
            candidate(1, 0, 5, gains=((0, 700),), weekly=((0, 100),)),
            candidate(2, 7, 9, gains=((0, 900),), weekly=((1, 100),)),
        ],
        tempo=100,
    )
    found = find_least_edit(problem, [[0], [1]], solve(problem, AMPLE), AMPLE)
    assert found.route == Route(chosen=(1, 2))
    assert [c.code for c in found.changes] == ["replaced"]
    assert (found.edits, found.edits_bound, found.value_mpt) == (1, 1, 1_600_000)


def test_a_route_that_holds_needs_no_change():
    """It stays as it is, though a better one exists; only what accompanies it is settled."""
    problem = make_problem(
        [candidate(0, 0, 5, gains=((0, 10),)), candidate(1, 0, 5, gains=((0, 5_000),))],
        limits=Limits(steps_max=1),
        activities=(ProblemActivity("a0", 1), ProblemActivity("a1", 1)),
    )
    found = find_least_edit(problem, [[0]], solve(problem, AMPLE), AMPLE)
    assert (found.route, found.edits, found.changes) == (Route(chosen=(0,)), 0, ())
    assert found.status is SolveStatus.OPTIMAL
    assert found.value_mpt == found.value_bound_mpt == 10_000
