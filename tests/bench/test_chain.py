"""The benchmark's problems: made by the real chain, with every rule in them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.planning.problem import RULES, RouteProblem
from engine.planning.validity import validate_problem
from engine.simulation import RegionPlan
from tests.bench.chain import World, ask, build_world, compile_asked, true_ranking

PLAN = RegionPlan(activities=300, educators=40)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(PLAN, 1)


@pytest.fixture(scope="module")
def problems(world: World) -> list[RouteProblem]:
    return [compile_asked(ask(world, e)).problem for e in range(PLAN.educators)]


def test_problems_are_well_formed(problems: list[RouteProblem]) -> None:
    """The validity check finds no fault in any of them."""
    assert all(validate_problem(problem) == () for problem in problems)


def test_every_rule_has_something_to_say(problems: list[RouteProblem]) -> None:
    """For each rule some problems hold what it speaks of."""
    present: Counter[str] = Counter()
    for p in problems:
        present.update(rule for rule, there in _present(p).items() if there)
    assert {rule for rule in RULES if present[rule] < 2} == set()


def _present(p: RouteProblem) -> dict[str, bool]:
    table, limits = p.candidates, p.limits
    meetings = np.diff(table.meetings.indptr) > 0
    many = np.bincount(table.activity) > 1
    return {
        "one_offering": bool(many.any()),
        "tempo": bool((p.tempo_min == 0).any()) and bool((p.tempo_min > 0).any()),
        "workload": limits.workload_max_min > 0,
        "overlap": bool(meetings.sum() > 5) and len(p.busy) > 0 and limits.travel_buffer_min > 0,
        "prerequisite": any(a.prerequisites for a in p.activities),
        "parallel": limits.parallel_max > 0 and any(a.long for a in p.activities),
        "daily_load": limits.daily_max_min > 0,
        "steps": limits.steps_max > 0,
        "budget": bool((table.cost_rub > 0).any()),
        "form_mix": bool(p.form_mix),
        "form_by_level": any(d.categories != 0b1111 for d in p.demands),
        "transfer": limits.transfer_weeks > 0 and any(a.needs_practice for a in p.activities),
        "checkpoints": p.checkpoints.middle and p.checkpoints.final and bool(p.checkpoints.offers),
        "pinned": bool(p.pins),
        "excluded": bool(table.excluded.any()),
        "mentor_required": p.mentor.required,
        "mentor_cadence": any(option.slots for option in p.mentor.options),
        "mentor_capacity": any(option.capacity == 1 for option in p.mentor.options),
        "seats": bool((table.seats > 0).any()),
    }


def test_sizes_are_those_of_the_measured_prototypes(problems: list[RouteProblem]) -> None:
    """Of 300 activities most educators have some dozens to some hundreds of candidates."""
    counts = np.array([len(p.candidates) for p in problems])
    assert 60 <= np.median(counts) <= 250
    assert counts.max() <= 600


def test_deficits_are_four_to_eight(world: World) -> None:
    """Every educator has as many demands as measured competencies and own requests."""
    for e, person in enumerate(world.region.educators[:10]):
        demands = ask(world, e).deficits.demands
        assert {r.node for r in person.diagnostics} == {d.code for d in demands}


def test_the_ranking_is_the_truth(world: World) -> None:
    """Relevance is the table's; activities of subjects not taught are not eligible."""
    deficits = ask(world, 0).deficits
    ranking = true_ranking(world, 0, deficits)
    expected = world.region.truth.relevance(0, world.catalogue.kind)
    assert np.array_equal(ranking.relevance, expected)
    own = set(world.region.educators[0].educator.subjects)
    for a, activity in enumerate(world.catalogue.activities):
        foreign = bool(activity.subjects) and not set(activity.subjects) & own
        assert (a in ranking.ineligible) == foreign
    shares = np.asarray(ranking.coverage.sum(axis=1)).ravel()
    assert shares.max() <= 1 + 1e-9
