"""Factors of people with priors of their own."""

from __future__ import annotations

import numpy as np

from engine.diagnostics.latent import latent_posterior
from engine.training.logistic_sites import normal_sites


def _people(seed, n, size):
    rng = np.random.default_rng(seed)
    loading = rng.normal(size=(n, size, size))
    covariance = loading @ loading.transpose(0, 2, 1) / size + 0.2 * np.eye(size)
    tasks = rng.integers(1, 12, (n, size)).astype(float)
    right = rng.binomial(tasks.astype(int), 0.7).astype(float)
    return rng.normal(0.5, 1.0, (n, size)), covariance, right, tasks - right


def test_factors_are_those_of_the_shared_prior_code():
    """Person by person, the factors are those that ``engine.diagnostics.latent`` finds."""
    mean, covariance, right, wrong = _people(0, 12, 4)
    precision, shift = normal_sites(mean, covariance, right, wrong)
    for i in range(len(mean)):
        one = slice(i, i + 1)
        found = latent_posterior(
            mean[i], covariance[i], np.eye(4), np.zeros(4), right[one], wrong[one], tolerance=1e-6
        ).sites
        np.testing.assert_allclose(precision[i], found.precision[0], atol=5e-3)
        np.testing.assert_allclose(shift[i], found.shift[0], atol=5e-3)


def test_company_changes_nobody():
    """A person's factors do not depend on who is worked out beside him."""
    people = _people(1, 9, 3)
    together = normal_sites(*people)
    alone = [normal_sites(*(a[i : i + 1] for a in people)) for i in range(9)]
    for k in range(2):
        np.testing.assert_allclose(together[k], np.concatenate([a[k] for a in alone]), atol=1e-12)


def test_start_leads_to_the_same_end():
    """Factors of a similar calculation as a start change nothing but the way."""
    mean, covariance, right, wrong = _people(2, 6, 3)
    cold = normal_sites(mean, covariance, right, wrong)
    near = normal_sites(mean + 0.2, covariance, right, wrong)
    warm = normal_sites(mean, covariance, right, wrong, start=near)
    np.testing.assert_allclose(warm[0], cold[0], atol=5e-3)
    assert near[0] is not warm[0]
