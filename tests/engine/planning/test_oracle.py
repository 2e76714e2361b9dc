"""The oracle itself, and whether the random problems exercise every rule."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.planning.checks import check_route, validate_problem
from engine.planning.problem import RULES, Limits, Pin
from engine.planning.solution import Route
from tests.conftest import LONG
from tests.engine.planning.oracle import best_of, best_route
from tests.engine.planning.problems import candidate, make_problem, random_problem

BINDING_LEAST = 3 if LONG else 1
SEEDS_MOST = 300


def test_oracle_on_a_problem_solved_by_hand() -> None:
    """Gains 4 000, 3 500 and 3 000 with room for two of them: the first two, 7 500 units."""
    runs = [candidate(a, gains=((0, gain),)) for a, gain in enumerate((3_000, 4_000, 3_500))]
    problem = make_problem(runs, limits=Limits(steps_max=2))
    best = best_route(problem)
    assert best.route == Route((1, 2))
    assert best.value_mpt == 7_500_000


def test_oracle_finds_nothing_where_nothing_is_allowed() -> None:
    """An empty pin forbids every route."""
    best = best_route(make_problem([candidate()], pins=(Pin("pinned", "p", ()),)))
    assert best.route is None
    assert best.value_mpt is None


@pytest.mark.parametrize("seed", range(12))
def test_pruning_changes_nothing(seed: int) -> None:
    """Trying every combination without any pruning gives the same value."""
    problem = random_problem(seed, "tiny")
    assert best_of(seed, "tiny").value_mpt == best_route(problem, prune=False).value_mpt


@pytest.mark.parametrize("size", ["small", "medium"])
def test_random_problems_are_well_formed(size: str) -> None:
    """No generated problem has a fault."""
    for seed in range(60):
        assert validate_problem(random_problem(seed, size)) == ()


def test_random_problems_repeat() -> None:
    """The same seed gives the same problem, another seed another one."""
    first, again = random_problem(3), random_problem(3)
    assert first.candidates.label == again.candidates.label
    assert first.demands == again.demands
    assert first.demands != random_problem(4).demands


@pytest.mark.slow
def test_every_rule_binds_in_random_problems() -> None:
    """For each rule, dropping it alone changes the best value of a random problem (at length 3)."""
    binding: Counter[str] = Counter()
    for seed in range(SEEDS_MOST):
        wanted = [rule for rule in RULES if binding[rule] < BINDING_LEAST]
        if not wanted:
            break
        problem = random_problem(seed)
        value = best_of(seed).value_mpt
        for rule in wanted:
            binding[rule] += best_route(problem, frozenset({rule})).value_mpt != value
    assert {rule: binding[rule] for rule in RULES if binding[rule] < BINDING_LEAST} == {}


def test_random_problems_are_neither_trivial_nor_hopeless() -> None:
    """Most have a route, most routes have steps, and some have a mentor or a checkpoint."""
    routes = [best_of(seed).route for seed in range(80)]
    found = [route for route in routes if route is not None]
    assert 0.6 <= len(found) / len(routes) <= 0.97
    assert sum(bool(route.chosen) for route in found) >= 0.5 * len(routes)
    assert any(route.slots for route in found)
    assert any(route.middle is not None for route in found)
    assert any(route.final is not None for route in found)
    for seed, route in enumerate(routes):
        assert route is None or check_route(random_problem(seed), route).holds
