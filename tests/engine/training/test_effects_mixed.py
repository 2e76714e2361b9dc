"""The mixed model against dense algebra and planted variances."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from engine.training.effects_mixed import Level, Sittings, fit_mixed


def _problem(seed, n_sittings=60, size=3, n_columns=8):
    rng = np.random.default_rng(seed)
    n = n_sittings * size
    z = sp.csr_array(rng.random((n, n_columns)) * (rng.random((n, n_columns)) < 0.4) * 0.3)
    rows = np.arange(n).reshape(n_sittings, size)
    loading = rng.normal(0, 0.1, (n_sittings, size, size))
    known = loading @ loading.transpose(0, 2, 1) + 0.02 * np.eye(size)
    fixed = np.column_stack([np.ones(n), rng.normal(size=n)])
    groups = np.arange(n_columns) // 4
    upper = sp.csr_array((np.ones(n_columns), (np.arange(n_columns), groups)))
    levels = [Level(upper, 0.09), Level(sp.eye_array(n_columns, format="csr"), 0.04)]
    squares = np.asarray(z.multiply(z).sum(axis=1)).ravel()
    y = rng.normal(0, 0.2, n)
    return y, fixed, np.array([0.5, 0.5]), z, levels, [Sittings(rows, known)], squares


def test_posterior_is_that_of_dense_algebra():
    """Given all variances, mean and covariance are those of one big Gaussian system."""
    y, fixed, fixed_sd, z, levels, sittings, squares = _problem(0)
    fit = fit_mixed(y, fixed, fixed_sd, z, levels, sittings, squares)
    n = len(y)
    error = np.zeros((n, n))
    for rows, known in zip(sittings[0].rows, sittings[0].known, strict=True):
        extra = np.diag(fit.noise.own + fit.noise.benefit * squares[rows])
        error[np.ix_(rows, rows)] = known + fit.noise.shared + extra
    x = np.column_stack([fixed, z.toarray() @ levels[0].members.toarray(), z.toarray()])
    prior = np.concatenate([fixed_sd**2, [0.09] * 2, [0.04] * 8])
    # Marginal covariance of y, and the regression of the effects on it.
    marginal = x @ np.diag(prior) @ x.T + error
    gain = np.diag(prior) @ x.T @ np.linalg.inv(marginal)
    mean, covariance = gain @ y, np.diag(prior) - gain @ x @ np.diag(prior)
    np.testing.assert_allclose(fit.drift, mean[:2], atol=1e-9)
    np.testing.assert_allclose(fit.effects, mean[2:], atol=1e-9)
    np.testing.assert_allclose(fit.covariance, covariance[2:, 2:], atol=1e-9)
    np.testing.assert_allclose(fit.drift_sd, np.sqrt(np.diag(covariance)[:2]), atol=1e-9)


def _planted(seed, n_sittings=3_000, size=3, n_columns=120, spread=0.4):
    rng = np.random.default_rng(seed)
    n = n_sittings * size
    rows = np.arange(n).reshape(n_sittings, size)
    column = rng.integers(n_columns, size=n)
    x = rng.uniform(0.1, 0.4, n) * (rng.random(n) < 0.7)
    z = sp.csr_array((x, (np.arange(n), column)), shape=(n, n_columns))
    effect = rng.normal(0, spread, n_columns)
    known = np.tile(0.01 * np.eye(size) + 0.005, (n_sittings, 1, 1))
    error = np.einsum(
        "ij,nj->ni", np.linalg.cholesky(known[0]), rng.normal(size=(n_sittings, size))
    )
    error = error.ravel() + np.repeat(rng.normal(0, 0.06, n_sittings), size)
    error += rng.normal(0, 0.08, n) + x * rng.normal(0, 0.5, n)
    y = z @ effect + error + 0.02
    levels = [Level(sp.eye_array(n_columns, format="csr"))]
    args = (y, np.ones((n, 1)), np.array([0.1]), z, levels, [Sittings(rows, known)], x**2)
    return args, effect


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_planted_variances_are_found(seed):
    """Sds of effects and of the three parts of the errors come back within a fifth."""
    args, effect = _planted(seed)
    fit = fit_mixed(*args)
    assert fit.converged
    assert np.sqrt(fit.variances[0]) == pytest.approx(effect.std(), rel=0.2)
    assert np.sqrt(fit.noise.own) == pytest.approx(0.08, rel=0.2)
    assert np.sqrt(fit.noise.shared) == pytest.approx(0.06, rel=0.2)
    assert np.sqrt(fit.noise.benefit) == pytest.approx(0.5, rel=0.2)
    assert fit.calibration == pytest.approx(1.0, abs=0.05)
    assert fit.inside_90 == pytest.approx(0.9, abs=0.01)
    assert fit.drift[0] == pytest.approx(0.02, abs=3 * fit.drift_sd[0])


def test_intervals_hold_the_planted_effects():
    """90 % intervals of 5 · 120 effects hold 87 to 93 % of them."""
    held = []
    for seed in range(5):
        args, effect = _planted(seed, n_sittings=800)
        fit = fit_mixed(*args)
        sd = np.sqrt(np.diag(fit.covariance))
        held.append(np.abs(fit.effects - effect) < 1.645 * sd)
    assert 0.87 <= np.mean(held) <= 0.93


def test_errors_no_larger_than_known_need_no_more():
    """Where all of the error is known, the estimated parts are next to nothing."""
    rng = np.random.default_rng(4)
    n = 3_000
    rows = np.arange(n).reshape(-1, 3)
    z = sp.csr_array((np.full(n, 0.2), (np.arange(n), rng.integers(10, size=n))), shape=(n, 10))
    fit = fit_mixed(
        *(rng.normal(0, 0.2, n), np.ones((n, 1)), np.array([0.1]), z),
        [Level(sp.eye_array(10, format="csr"))],
        [Sittings(rows, np.tile(0.04 * np.eye(3), (1_000, 1, 1)))],
        np.full(n, 0.04),
    )
    assert fit.noise.own + 0.04 * fit.noise.benefit + fit.noise.shared < 0.003


def test_without_effects_their_variance_is_small():
    """Pure noise leaves the effects' sd far under the weak prior's, and the effects near 0."""
    args, _ = _planted(7, spread=0.0)
    fit = fit_mixed(*args)
    assert np.sqrt(fit.variances[0]) < 0.12
    assert np.abs(fit.effects).max() < 0.15
