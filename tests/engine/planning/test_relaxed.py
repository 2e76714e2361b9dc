"""Taking a rule away by data is the same as not asking for it."""

from __future__ import annotations

import pytest

from engine.planning.problem import RULES, RouteProblem
from engine.planning.validity import validate_problem
from tests.conftest import LONG
from tests.engine.planning.oracle import best_of, best_route
from tests.engine.planning.problems import random_problem
from tests.engine.planning.relaxed import REMOVALS, without

OF_VALUE = frozenset({"checkpoints", "mentor_cadence", "form_by_level"})
"""Rules that also decide what a route is worth, so that they are more than a prohibition."""


def test_every_rule_can_be_taken_away() -> None:
    """The removals are those of the rules, in their order."""
    assert tuple(REMOVALS) == RULES


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_what_is_left_is_well_formed_and_worth_no_less(rule: str) -> None:
    """A problem without a rule has no fault and a best route at least as good."""
    removed = 0
    for seed in range(25 if LONG else 15):
        problem = random_problem(seed)
        free = without(problem, rule)
        if free is None or _permits(rule, problem):
            continue
        removed += 1
        assert validate_problem(free) == (), seed
        before, after = best_of(seed).value_mpt, best_route(free).value_mpt
        if before is not None:
            assert after is not None, seed
            assert after >= before, seed
    assert removed >= (5 if LONG else 3)


@pytest.mark.slow
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in OF_VALUE])
def test_it_is_the_oracle_that_ignores_the_rule(rule: str) -> None:
    """Brute force over routes that may break the rule finds the same best value."""
    for seed in range(40, 55 if LONG else 48):
        problem = random_problem(seed)
        free = without(problem, rule)
        if free is not None and not _permits(rule, problem):
            ignoring = best_route(problem, frozenset({rule})).value_mpt
            assert best_route(free).value_mpt == ignoring, seed


def _permits(rule: str, problem: RouteProblem) -> bool:
    """Where the rule's data also loosen another rule, which taking them away tightens.

    Without capacity nobody must take a required mentor; a pin admits what ``form_by_level``
    forbids.
    """
    if rule == "mentor_capacity":
        return problem.mentor.required
    levels = any(d.categories != 0b1111 for d in problem.demands)
    return rule == "pinned" and bool(problem.pins) and levels
