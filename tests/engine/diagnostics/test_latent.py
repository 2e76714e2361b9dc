"""The latent posterior against independent computations."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from engine.diagnostics.latent import latent_posterior, tilted_moments
from engine.diagnostics.logit_normal import share_below, share_moments, share_quantile


def posterior(mean, covariance, design, offset, successes, failures, **options):
    arrays = [np.asarray(x, dtype=float) for x in (mean, covariance, design, offset)]
    return latent_posterior(
        *arrays, np.atleast_2d(successes).astype(float), np.atleast_2d(failures).astype(float)
    )


@pytest.mark.parametrize(
    ("s", "f", "mean", "variance"),
    [(2, 4, 0.6, 1.2), (6, 0, 0.6, 1.5), (0, 0, -1.0, 0.3), (0, 1, 4.0, 9.0), (180, 20, -2.0, 4.0)],
)
def test_tilted_moments_agree_with_adaptive_integration(s, f, mean, variance):
    """Mean and variance of normal × logistic likelihood by QUADPACK, to a part in a thousand."""
    at = np.linspace(-30, 30, 60_001)
    log = s * np.log(expit(at)) + f * np.log(expit(-at)) + norm.logpdf(at, mean, variance**0.5)
    top, peak = log.max(), at[log.argmax()]

    def moment(power):
        def integrand(x):
            value = s * np.log(expit(x)) + f * np.log(expit(-x))
            return x**power * np.exp(value + norm.logpdf(x, mean, variance**0.5) - top)

        return quad(integrand, peak - 12, peak + 12, limit=400)[0]

    mass, first, second = (moment(k) for k in range(3))
    got = tilted_moments(*(np.array([float(x)]) for x in (s, f, mean, variance)))
    assert got[0][0] == pytest.approx(first / mass, rel=1e-3, abs=1e-3)
    assert got[1][0] == pytest.approx(second / mass - (first / mass) ** 2, rel=2e-3)


def test_without_evidence_the_posterior_is_the_prior():
    """Nothing observed changes nothing, and the log odds of evidence not seen are predicted."""
    covariance = [[1.0, 0.4], [0.4, 2.0]]
    got = posterior([0.5, -0.5], covariance, [[1, 1], [2, 0]], [0.1, 0.0], [0, 0], [0, 0])
    np.testing.assert_allclose(got.mean[0], [0.5, -0.5])
    np.testing.assert_allclose(got.covariance[0], covariance)
    np.testing.assert_allclose(got.odds_mean[0], [0.1, 1.0])
    np.testing.assert_allclose(got.odds_variance[0], [1 + 2 + 0.8, 4.0])


def test_one_piece_of_evidence_is_exact():
    """With one likelihood the moments are those of the tilted distribution itself."""
    got = posterior([0.6], [[1.2]], [[1.0]], [0.0], [2], [4])
    mean, variance = tilted_moments(*(np.array([x]) for x in (2.0, 4.0, 0.6, 1.2)))
    assert got.mean[0, 0] == pytest.approx(mean[0], abs=1e-8)
    assert got.covariance[0, 0, 0] == pytest.approx(variance[0], abs=1e-8)


def importance(mean, covariance, design, offset, successes, failures, size=500_000):
    """Moments by drawing from the prior and weighting with the likelihood; and their error."""
    rng = np.random.default_rng(20260901)
    draws = mean + rng.standard_normal((size, len(mean))) @ np.linalg.cholesky(covariance).T
    odds = draws @ np.transpose(design) + offset
    weight = np.exp(np.log(expit(odds)) @ successes + np.log(expit(-odds)) @ failures)
    weight /= weight.sum()
    centre = weight @ draws
    spread = (draws - centre).T @ ((draws - centre) * weight[:, None])
    return centre, spread, np.sqrt((weight**2).sum())


@pytest.mark.parametrize(
    ("successes", "failures"),
    [
        ([2, 5, 4, 1], [4, 1, 2, 0]),
        ([6, 6, 6, 1], [0, 0, 0, 0]),
        ([0.7, 0, 3.1, 0], [1.2, 0, 0.4, 1]),
    ],
)
def test_correlated_latents_agree_with_importance_sampling(successes, failures):
    """Four pieces of evidence, one over two latents, also all right and partly missing."""
    mean = np.array([0.6, 0.6, 0.0])
    covariance = np.array([[1.2, 0.9, 0.0], [0.9, 1.2, 0.0], [0.0, 0.0, 0.25]])
    design = np.array([[1.0, 0, 1], [0, 1.0, 1], [0, 1, 0], [0.7, 0.7, 0]])
    offset = np.array([0.0, 0.0, -0.4, 0.5])
    s, f = (np.array(x, dtype=float) for x in (successes, failures))
    centre, spread, error = importance(mean, covariance, design, offset, s, f)
    got = posterior(mean, covariance, design, offset, s, f)
    # four standard errors, and what the normal factors may leave: a fiftieth of an sd
    np.testing.assert_allclose(got.mean[0], centre, atol=4 * error + 0.02)
    np.testing.assert_allclose(got.covariance[0], spread, atol=8 * error + 0.03)


def test_singular_priors_need_no_case_of_their_own():
    """Two names of one latent stay equal, and a known latent stays known."""
    covariance = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    got = posterior([0.0, 0.0, 0.3], covariance, np.eye(3), np.zeros(3), [3, 0, 5], [1, 2, 1])
    assert got.mean[0, 0] == pytest.approx(got.mean[0, 1])
    assert got.mean[0, 2] == pytest.approx(0.3)
    both = posterior([0.0], [[1.0]], [[1.0], [1.0]], np.zeros(2), [3, 0], [1, 2])
    assert got.mean[0, 0] == pytest.approx(both.mean[0, 0], abs=1e-4)


def test_people_do_not_touch_each_other():
    """A table of people gives each what he gets alone, whoever settles later."""
    rng = np.random.default_rng(3)
    s, f = rng.integers(0, 7, (2, 5, 2)).astype(float)
    s[4] = f[4] = 0.0
    args = [0.6, 0.6], [[1.2, 0.8], [0.8, 1.2]], np.eye(2), np.zeros(2)
    together = posterior(*args, s, f)
    for i in range(5):
        alone = posterior(*args, s[i], f[i])
        np.testing.assert_allclose(together.mean[i], alone.mean[0], atol=2e-4)


def test_share_moments_and_quantiles():
    """σ of a normal: moments by numeric integration, quantiles and tails by monotony."""
    mean, sd = np.array([0.6, -2.0]), np.array([1.1, 0.4])
    centre, spread = share_moments(mean, sd)
    for i in range(2):

        def moment(power, i=i):
            return quad(lambda x: expit(x) ** power * norm.pdf(x, mean[i], sd[i]), -12, 12)[0]

        assert centre[i] == pytest.approx(moment(1), abs=1e-7)
        assert spread[i] == pytest.approx((moment(2) - moment(1) ** 2) ** 0.5, abs=1e-6)
    low = share_quantile(mean, sd, -1.2815515655446004)
    np.testing.assert_allclose([share_below(mean[i], sd[i], low[i]) for i in range(2)], 0.1)


@pytest.mark.parametrize("seed", range(40))
def test_extreme_evidence_settles(seed):
    """Thousands of tasks, evidence that contradicts itself, wide priors."""
    rng = np.random.default_rng(seed)
    n_latents, n_evidence = int(rng.integers(1, 8)), int(rng.integers(1, 25))
    root = rng.normal(size=(n_latents, n_latents))
    design = rng.normal(size=(n_evidence, n_latents)) * rng.choice([0.3, 1])
    tasks = rng.integers(0, 2, (10, n_evidence)) * float(rng.choice([1, 50, 1000, 20_000]))
    s = np.where(rng.random(tasks.shape) < 0.5, 0.0, tasks)
    offset = rng.normal(size=n_evidence) * 5
    mean, covariance = rng.normal(size=n_latents), root @ root.T * rng.choice([0.01, 0.3, 1])
    got = posterior(mean, covariance, design, offset, s, tasks - s)
    assert got.sweeps < 100
    assert np.isfinite(got.mean).all()
    assert (np.diagonal(got.covariance, axis1=1, axis2=2) <= np.diag(covariance) + 1e-9).all()
    assert (got.sites.precision >= 0).all()


def test_nobodys_result_depends_on_his_company():
    """Somebody with extreme evidence beside him settles later and changes nothing."""
    args = [0.6], [[1.2]], [[1.0], [1.0]], [0.0, -9.0]
    alone = posterior(*args, [2, 0], [4, 0])
    beside = posterior(*args, [[2, 0], [5000, 0]], [[4, 0], [0, 5000]])
    assert beside.mean[0, 0] == pytest.approx(alone.mean[0, 0], rel=1e-9)
