"""The hierarchical posterior against independent computations."""

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import beta

from engine.diagnostics.hierarchy import hierarchical_posterior
from engine.errors import ConfigurationError

PRIOR = {"prior_mean": 0.6, "prior_tasks": 5.0, "node_tasks": 6.0}


def posterior(successes, failures, **changes):
    s, f = (np.array(x, dtype=float) for x in (successes, failures))
    return hierarchical_posterior(s, f, **{**PRIOR, **changes})


def test_without_evidence_the_level_is_the_prior():
    """Beta(3, 2): mean 0.6, variance 0.6·0.4/6 = 0.04."""
    none = posterior([], [])
    assert none.overall_mean == pytest.approx(0.6, abs=1e-10)
    assert none.overall_sd == pytest.approx(0.2, abs=1e-10)
    assert none.mean.shape == (0,)


def test_single_node_agrees_with_two_dimensional_integration():
    """One node, 2 of 6: moments of θ and μ by plain quadrature of the joint density."""
    a, b, kappa, s, f = 3.0, 2.0, 6.0, 2.0, 4.0

    def joint(theta, mu):
        return (
            beta.pdf(mu, a, b)
            * beta.pdf(theta, kappa * mu, kappa * (1 - mu))
            * theta**s
            * (1 - theta) ** f
        )

    def moment(g):
        edge = 1e-7
        value, _ = dblquad(
            lambda theta, mu: g(theta, mu) * joint(theta, mu), edge, 1 - edge, 0, 1, epsabs=1e-9
        )
        return value

    mass = moment(lambda theta, mu: 1.0)
    theta1 = moment(lambda theta, mu: theta) / mass
    theta2 = moment(lambda theta, mu: theta**2) / mass
    mu1 = moment(lambda theta, mu: mu) / mass
    got = posterior([s], [f])
    assert got.mean[0] == pytest.approx(theta1, abs=1e-5)
    assert got.sd[0] == pytest.approx(np.sqrt(theta2 - theta1**2), abs=1e-5)
    assert got.overall_mean == pytest.approx(mu1, abs=1e-5)


@pytest.mark.parametrize(
    ("successes", "failures"),
    [([2, 5, 4, 6], [4, 1, 2, 0]), ([0.7, 3.1], [1.2, 0.4]), ([0, 0, 0], [6, 6, 6])],
)
def test_several_nodes_agree_with_importance_sampling(successes, failures):
    """People drawn from the prior and weighted by their likelihood give the same moments."""
    rng = np.random.default_rng(20260901)
    size = 1_000_000
    mu = rng.beta(3.0, 2.0, size)
    theta = rng.beta(6 * mu, 6 * (1 - mu), (len(successes), size))
    theta = np.clip(theta, 1e-300, 1 - 1e-16)
    s, f = (np.array(x, dtype=float)[:, None] for x in (successes, failures))
    weight = np.exp((s * np.log(theta) + f * np.log1p(-theta)).sum(axis=0))
    weight /= weight.sum()
    mean = theta @ weight
    sd = np.sqrt((theta**2) @ weight - mean**2)
    got = posterior(successes, failures)
    # four standard errors of a weighted mean; the sd of a distribution on [0, 1] has smaller ones
    error = 4 * sd.max() * np.sqrt((weight**2).sum())
    assert error < 0.008
    np.testing.assert_allclose(got.mean, mean, atol=error)
    np.testing.assert_allclose(got.sd, sd, atol=error)
    assert got.overall_mean == pytest.approx(float(mu @ weight), abs=error)


def test_full_pooling_is_the_plain_beta_binomial():
    """Nodes tied tightly to the person: (3 + 7)/(5 + 12) and Beta(10, 7) for every node."""
    got = posterior([2, 5], [4, 1], node_tasks=1e7)
    expected_sd = beta.std(10, 7)
    np.testing.assert_allclose(got.mean, 10 / 17, atol=1e-5)
    np.testing.assert_allclose(got.sd, expected_sd, atol=1e-4)
    assert got.overall_sd == pytest.approx(expected_sd, abs=1e-4)


@pytest.mark.parametrize(
    "prior",
    [{"prior_mean": 0.0}, {"prior_mean": 1.0}, {"prior_tasks": 0.0}, {"prior_tasks": 1e6}],
)
def test_prior_that_cannot_be_integrated_is_refused(prior):
    """A wrong prior is a configuration error and never a NaN."""
    with pytest.raises(ConfigurationError, match="prior"):
        posterior([2], [4], **prior)


def test_uncertain_level_reaches_the_node():
    """Given the level exactly, the node would be Beta(κμ + s, κ(1 − μ) + f), which is narrower."""
    got = posterior([2], [4])
    level = got.overall_mean
    exact = beta.std(6 * level + 2, 6 * (1 - level) + 4)
    assert got.sd[0] > exact
    sure = posterior([2], [4], prior_mean=level, prior_tasks=1000.0)
    assert sure.sd[0] == pytest.approx(exact, abs=1e-3)


def test_node_lies_between_its_share_and_the_level():
    """Shrinkage moves every node from its own share towards the person's level."""
    share = np.array([0.0, 1 / 3, 0.5, 1.0])
    got = posterior(6 * share, 6 * (1 - share))
    low = np.minimum(share, got.overall_mean)
    high = np.maximum(share, got.overall_mean)
    assert np.all((low < got.mean) & (got.mean < high))
    assert 0.45 < got.overall_mean < 0.6


def test_more_tasks_make_it_surer():
    """The same share from twice the tasks has a smaller sd, and comes nearer to the share."""
    sds, distances = [], []
    for tasks in (3, 6, 12, 24, 48, 96):
        got = posterior([tasks / 3, tasks / 3], [2 * tasks / 3, 2 * tasks / 3])
        sds.append(got.sd[0])
        distances.append(abs(got.mean[0] - 1 / 3))
    assert sds == sorted(sds, reverse=True)
    assert distances == sorted(distances, reverse=True)


def test_much_evidence_is_integrated_exactly():
    """Pooled nodes with 6 000 tasks: the level is known to ±0.006 and still not blurred."""
    got = posterior([1200.0, 1200.0], [1800.0, 1800.0], node_tasks=1e7)
    assert got.overall_mean == pytest.approx(2403 / 6005, abs=1e-5)
    assert got.overall_sd == pytest.approx(beta.std(2403, 3602), rel=0.02)


def test_intervals_cover_simulated_people():
    """90 % intervals of the Beta by moments hold the truth of 85–95 % of simulated nodes."""
    rng = np.random.default_rng(7)
    inside = total = 0
    for _ in range(400):
        mu = rng.beta(3.0, 2.0)
        theta = rng.beta(6 * mu, 6 * (1 - mu), 4)
        tasks = rng.integers(3, 10, 4)
        right = rng.binomial(tasks, theta)
        got = posterior(right, tasks - right)
        nu = got.mean * (1 - got.mean) / got.sd**2 - 1
        low, high = beta.ppf([[0.05], [0.95]], got.mean * nu, (1 - got.mean) * nu)
        inside += int(((low <= theta) & (theta <= high)).sum())
        total += 4
    assert 0.85 <= inside / total <= 0.95
