"""Closed deficit of plans: by hand, and the same whoever works it out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp

from engine.domain import Kind
from engine.planning.solver import solve
from engine.recommender.request import RouteRequest
from engine.training.judge import Judge
from engine.training.plan_metrics import (
    PLAN_OPTIONS,
    PlanOutcome,
    chosen_activities,
    closed_deficit,
    plan_outcomes,
    recommender_of,
)
from tests.engine.matching.records import activity, deficits, demand
from tests.engine.training.histories import POLICY, fitted, region, table

pytestmark = pytest.mark.slow

VALUE = POLICY.value


@cache
def judge() -> Judge:
    return Judge.fit(region(), table())


def people(n: int) -> list[str]:
    data = region()
    return [id for id in sorted(data.people) if data.people[id].diagnostics][:n]


@cache
def outcomes(n: int, n_jobs: int = 1) -> list[PlanOutcome]:
    return plan_outcomes(region(), fitted().model, judge(), people(n), n_jobs=n_jobs)


def test_closed_deficit_by_hand() -> None:
    """Two activities on two demands: gains add up, pieces of φ are filled from the first.

    h = 16 academic hours of 45 minutes = 12 h.
    """
    acts = [activity("a0", hours_academic=16.0), activity("a1", hours_academic=16.0)]
    wanted = [
        replace(demand("MET"), weight=1.5, pieces=((0.1, 1.0), (0.2, 0.5))),
        replace(demand("PSY"), weight=1.0, pieces=((0.3, 0.8),)),
    ]
    coverage = np.array([[0.5, 0.5], [0.4, 0.0]])
    chance, effect = np.array([0.5, 1.0]), np.array([0.3, 0.1])
    h0 = VALUE.saturation_hours[Kind.SEMINAR]
    first = 0.5 * 0.3 * (1 - np.exp(-0.5 * 12 / h0))
    second = 1.0 * 0.1 * (1 - np.exp(-0.4 * 12 / h0))
    z = first + second
    assert 0.1 < z < 0.3
    expected = 1.5 * (0.1 + 0.5 * (z - 0.1)) + 1.0 * 0.8 * min(first, 0.3)
    found = closed_deficit(deficits(wanted), sp.csr_array(coverage), acts, chance, effect, POLICY)
    assert found == pytest.approx(expected)


def test_no_more_than_the_whole_deficit_is_closed() -> None:
    """However much is taken, Σ weight · Σ length · slope is the most; nothing chosen closes 0."""
    acts = [activity(f"a{i}", hours_academic=300.0) for i in range(40)]
    wanted = [replace(demand("MET"), weight=2.0, pieces=((0.1, 1.0), (0.2, 0.5)))]
    ones = np.ones(40)
    coverage = sp.csr_array(ones[:, None])
    assert closed_deficit(deficits(wanted), coverage, acts, ones, ones, POLICY) == pytest.approx(
        2.0 * 0.2
    )
    nothing = sp.csr_array((0, 1))
    assert closed_deficit(deficits(wanted), nothing, [], ones[:0], ones[:0], POLICY) == 0.0
    assert closed_deficit(deficits([]), sp.csr_array((40, 0)), acts, ones, ones, POLICY) == 0.0


def test_an_activity_of_unknown_length_closes_nothing() -> None:
    """As in planning, where hours are not known nothing is gained."""
    act = activity("a0", hours_academic=None)
    one = np.ones(1)
    wanted = deficits([demand("MET")])
    assert closed_deficit(wanted, sp.csr_array(np.ones((1, 1))), [act], one, one, POLICY) == 0.0


def test_plans_repeat_in_one_process_and_in_two() -> None:
    """The same routes and the same closed deficits, in the order of the people."""
    serial = outcomes(12)
    assert plan_outcomes(region(), fitted().model, judge(), people(12)[:3], n_jobs=1) == serial[:3]
    assert outcomes(12, 2) == serial
    assert len({o.activities for o in serial}) > 6
    assert sum(o.closed > 0 for o in serial) > 6


def test_what_is_judged_is_the_route_that_was_built() -> None:
    """One educator's outcome again from the parts: his route, the judge's chances, the policy."""
    data, model = region(), fitted().model
    recommender = recommender_of(data, model)
    place = next(i for i, o in enumerate(outcomes(12)) if len(o.activities) > 1)
    person = data.people[people(12)[place]]
    prepared = recommender.prepare(person)
    solution = solve(prepared.compiled.problem, PLAN_OPTIONS)
    chosen = chosen_activities(prepared.compiled.problem, solution)
    assert chosen == outcomes(12)[place].activities
    at = [data.activities.index(next(a for a in data.activities if a.id == id)) for id in chosen]
    factors, coverage = recommender.matcher.factor_matrix(
        person.educator,
        prepared.deficits,
        requests=person.requests,
        history=person.history,
        policy=POLICY,
        as_of=person.as_of,
        online=recommender.offering_table.online_share(len(data.activities)),
    )
    acts = [data.activities[i] for i in at]
    found = closed_deficit(
        prepared.deficits,
        sp.csr_array(coverage)[at],
        acts,
        judge().chance(person, POLICY, acts, factors[at]),
        np.array([VALUE.effect.get(a.kind, 0.0) for a in acts]),
        POLICY,
    )
    assert found == pytest.approx(outcomes(12)[place].closed)


def test_who_has_nothing_to_plan_has_an_empty_route() -> None:
    """No test and no request: nothing chosen, nothing closed, no error."""
    data = region()
    id = people(1)[0]
    bare = RouteRequest(data.people[id].educator, data.as_of)
    without = replace(data, people={**data.people, id: bare})
    found = plan_outcomes(without, fitted().model, judge(), [id], n_jobs=1)
    assert found == [PlanOutcome((), 0.0)]
