"""Outcomes of measuring again: against scipy's beta-binomial and quadrature, and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, betabinom

from engine.deficits.information import MOST_NODES, outlook_of
from engine.deficits.levels import expected_weight
from engine.domain import (
    DeficitVector,
    Demand,
    DemandKind,
    NodeProficiency,
    OfficialLevel,
)
from engine.policy import load_policy

POLICY = load_policy("default")
CASES = [
    # mean, sd, target, tasks
    (0.60, 0.15, 0.85, 6),
    (0.45, 0.20, 0.85, 12),
    (0.80, 0.08, 0.85, 3),
    (0.93, 0.10, 0.85, 6),
    (0.20, 0.12, 0.70, 25),
]


def node(code="N1", mean=0.6, sd=0.15):
    return NodeProficiency(code, mean, sd, 6, 10, mean, 6 * mean, 6.0)


def measured(code="N1", mean=0.6, sd=0.15, **changes):
    values = {
        "kind": DemandKind.DEFICIT,
        "title": code,
        "nodes": (code,),
        "weight": 1.0,
        "expected": 0.25,
        "sd": sd,
        "interval_90": (0.0, 0.5),
        "pieces": ((0.25, 1.0),),
        "proficiency": node(code, mean, sd),
        **changes,
    }
    return Demand(code, **values)


def vector(*demands, target=0.85):
    codes = tuple(sorted({d.code for d in demands}))
    at = np.full(len(codes), target)
    return DeficitVector(codes, at, at, at, tuple(demands), None)


def closed_by_grid(a, b, target, z):
    """E[min(max(0, target − θ), z)] for θ ~ Beta(a, b), by a fine sum of quantiles."""
    theta = beta(a, b).ppf((np.arange(20_000) + 0.5) / 20_000)
    return np.minimum(np.maximum(target - theta, 0.0), z).mean()


@pytest.mark.parametrize(("mean", "sd", "target", "tasks"), CASES)
def test_outcomes_are_beta_binomial(mean, sd, target, tasks):
    """Probability and worth of each number of right answers, by scipy and Bayes' rule."""
    told = outlook_of(vector(measured(mean=mean, sd=sd), target=target), POLICY).after(tasks)
    nu = mean * (1 - mean) / sd**2 - 1
    a, b = mean * nu, (1 - mean) * nu
    right = np.arange(tasks + 1)
    assert told.probability[0] == pytest.approx(betabinom(tasks, a, b).pmf(right), abs=2e-3)
    grid = np.linspace(0.0, 1.0, told.worth.shape[2])
    for y in (0, tasks // 2, tasks):
        for at in (6, 20, 64):
            expected = closed_by_grid(a + y, b + tasks - y, target, grid[at])
            if told.probability[0, y] > 0.01:
                assert told.worth[0, y, at] == pytest.approx(expected, abs=3e-3)


@pytest.mark.parametrize(("mean", "sd", "target", "tasks"), CASES)
def test_the_mean_over_the_outcomes_is_what_is_known_now(mean, sd, target, tasks):
    """News cannot be good or bad on average, whatever the number of tasks."""
    outlook = outlook_of(vector(measured(mean=mean, sd=sd), target=target), POLICY)
    told, more = outlook.after(tasks), outlook.after(4 * tasks)
    now = np.einsum("my,myg->mg", told.probability, told.worth)
    assert now == pytest.approx(np.einsum("my,myg->mg", more.probability, more.worth), abs=1e-12)
    nu = mean * (1 - mean) / sd**2 - 1
    by_grid = closed_by_grid(mean * nu, (1 - mean) * nu, target, 1.0)
    assert now[0, -1] == pytest.approx(by_grid, abs=1e-3)
    assert told.probability.sum() == pytest.approx(1.0)


def test_a_certain_deficit_tells_no_news():
    """Nobody learns from the answers of a person who is known: every outcome closes the same."""
    told = outlook_of(vector(measured(mean=0.6, sd=0.0)), POLICY).after(12)
    likely = told.probability[0] > 1e-6
    assert np.ptp(told.worth[0, likely, -1]) < 1e-3
    assert told.worth[0, 6, -1] == pytest.approx(0.25, abs=1e-3)


def test_more_right_answers_mean_a_smaller_deficit():
    """In every closed part, the worth falls with the number of right answers."""
    told = outlook_of(vector(measured(mean=0.5, sd=0.2)), POLICY).after(6)
    assert (np.diff(told.worth[0], axis=0) <= 1e-12).all()


def test_what_a_request_adds_is_not_measured():
    """Weight 1.2 of a request beside the deficit's own: 1.2 · min(z, 0.4) in every outcome."""
    level = {"official_level": OfficialLevel.HIGH, "level_probability": (0.5, 0.3, 0.2)}
    own = expected_weight(np.array([0.5, 0.3, 0.2]), POLICY.value)
    alone = outlook_of(vector(measured(weight=own, **level)), POLICY).after(6)
    joint = measured(weight=own + 1.2, request_ids=("R1",), **level)
    told = outlook_of(vector(joint), POLICY).after(6)
    z = np.linspace(0.0, 1.0, told.worth.shape[2])
    more = 1.2 * np.minimum(z, POLICY.value.request_deficit)
    assert told.worth == pytest.approx(alone.worth + more)


def test_only_what_was_measured_can_be_measured_anew():
    """A request has no posterior; without any measured node there is no outlook."""
    request = measured("request:R1", proficiency=None, kind=DemandKind.REQUEST)
    assert outlook_of(vector(request), POLICY) is None
    both = outlook_of(vector(request, measured("N1")), POLICY)
    assert both.demands.tolist() == [1]


def test_the_least_certain_demands_are_looked_at():
    """Of 14 equal ones with rising doubt the first two are left out."""
    demands = [measured(f"N{i:02d}", sd=0.05 + 0.01 * i) for i in range(MOST_NODES + 2)]
    found = outlook_of(vector(*demands), POLICY).demands
    assert found.tolist() == list(range(2, MOST_NODES + 2))
    heavy = [replace(demands[0], weight=10.0), *demands[1:]]
    assert 0 in outlook_of(vector(*heavy), POLICY).demands
