"""The population of first sittings."""

from __future__ import annotations

import datetime as dt

import numpy as np
from scipy.special import expit

from engine.diagnostics.prior import ProficiencyPrior
from engine.domain import DiagnosticResult, Method
from engine.training.effects_evidence import measurements_of
from engine.training.effects_population import Population
from tests.engine.training.effect_world import FRAMEWORK, POLICY

RULE = POLICY.diagnostics
LEAVES = [FRAMEWORK.codes[i] for i in FRAMEWORK.leaves]
# Five leaves of the first direction and five of the last.
CODES = sorted(LEAVES[:5] + LEAVES[-5:])


def _draw(seed, n, sds, means, measured=6):
    rng = np.random.default_rng(seed)
    tops = [FRAMEWORK.ancestors(c)[-1].code for c in CODES]
    kinds = sorted(set(tops))
    found = {}
    for p in range(n):
        direction = dict(zip(kinds, rng.normal(0, sds[1], len(kinds)), strict=True))
        alpha = means + rng.normal(0, sds[0]) + rng.normal(0, sds[2], len(CODES))
        alpha = alpha + [direction[t] for t in tops] + rng.normal(0, 0.2)
        score = rng.binomial(10, expit(alpha))
        found[f"e{p:05d}"] = [
            DiagnosticResult("p", dt.date(2025, 1, 1), Method.TEST, CODES[k], float(score[k]), 10.0,
                             n_tasks=10)
            for k in rng.permutation(len(CODES))[:measured]
        ]  # fmt: skip
    return measurements_of(found, RULE)


def test_planted_population_is_found():
    """Means of ten nodes within 0.15 and sds within 0.1 of those planted in 2 500 people."""
    means = np.linspace(-0.6, 1.6, len(CODES))
    table = _draw(0, 2_500, (0.9, 0.5, 0.6), means)
    found = Population.of(table, FRAMEWORK, RULE)
    assert found.learned
    assert len({FRAMEWORK.ancestors(c)[-1].code for c in CODES}) == 2
    np.testing.assert_allclose(found.mean, means, atol=0.15)
    person = np.sqrt(found.covariance[0, -1])
    direction = np.sqrt(found.covariance[0, 1] - found.covariance[0, -1])
    node = np.sqrt(found.covariance[0, 0] - found.covariance[0, 1])
    np.testing.assert_allclose([person, direction, node], [0.9, 0.5, 0.6], atol=0.1)


def test_few_people_leave_the_prior_of_the_policy():
    """Forty people do not make a population: mean and covariance are the policy's."""
    table = _draw(1, 40, (0.9, 0.5, 0.6), np.zeros(len(CODES)))
    found = Population.of(table, FRAMEWORK, RULE)
    prior = ProficiencyPrior.from_policy(RULE)
    assert not found.learned
    np.testing.assert_allclose(found.mean, prior.mean)
    np.testing.assert_allclose(found.covariance, prior.covariance(FRAMEWORK, table.nodes))


def test_only_first_sittings_count():
    """What people learned later does not make the population stronger."""
    table = _draw(2, 200, (0.9, 0.5, 0.6), np.zeros(len(CODES)))
    rows = {
        person: [
            DiagnosticResult(
                procedure, day, Method.TEST, table.nodes[k], score * 10, 10.0, n_tasks=10
            )
            for k, s in zip(
                table.node[table.person == p], table.share[table.person == p], strict=True
            )
            for procedure, day, score in (
                ("p", dt.date(2025, 1, 1), s),
                ("q", dt.date(2025, 9, 1), 1.0),
            )
        ]
        for p, person in enumerate(table.people)
    }
    later = measurements_of(rows, RULE)
    np.testing.assert_allclose(
        Population.of(later, FRAMEWORK, RULE).mean, Population.of(table, FRAMEWORK, RULE).mean
    )
