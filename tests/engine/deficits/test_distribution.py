"""Deficit distributions and pieces against numerical integration, simulation and brute force."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import cumulative_trapezoid, quad
from scipy.special import betainc, ndtri
from scipy.stats import beta

from engine.deficits.distribution import (
    MAX_PIECES,
    Posterior,
    concave_pieces,
    deficit_distribution,
    falling_pieces,
    level_probability,
    with_request,
)
from engine.diagnostics.logit_normal import share_below, share_moments, share_quantile

CASES = [
    (0.4, 0.15, 0.8),
    (0.4, 0.15, 0.45),
    (0.75, 0.12, 0.8),
    (0.3, 0.03, 0.8),
    (0.1, 0.09, 0.8),
    (0.5, 0.29, 0.8),
    (0.5, 0.45, 0.8),
    (0.5, 0.15, 1.0),
    (0.93, 0.05, 0.8),
]


def one(mean, sd):
    return Posterior.from_moments(np.array([mean]), np.array([sd]))


def scipy_beta(mean, sd):
    nu = mean * (1 - mean) / sd**2 - 1
    return beta(mean * nu, (1 - mean) * nu)


def phi(mean, sd, target, z):
    """∫₀ᶻ P(θ < target − t) dt by adaptive quadrature."""
    theta = scipy_beta(mean, sd)
    middle = [p for p in (target - mean,) if 0 < p < z]
    return quad(lambda t: theta.cdf(target - t), 0, z, points=middle or None, limit=200)[0]


def pieces_of(mean, sd, target, most=MAX_PIECES):
    return concave_pieces(one(mean, sd), np.array([target]), np.array([most]))[0]


def fill(pieces, z):
    """Value of the piecewise-linear function at z, filled piece by piece."""
    value = 0.0
    for length, slope in pieces:
        value += slope * min(length, max(z, 0.0))
        z -= length
    return value


@pytest.mark.parametrize(("mean", "sd", "target"), CASES)
def test_moments_and_interval_agree_with_simulation(mean, sd, target):
    """Mean, sd and quantiles of max(0, target − θ) from 400 000 draws."""
    theta = scipy_beta(mean, sd).rvs(400_000, random_state=np.random.default_rng(5))
    d = np.maximum(0.0, target - theta)
    got = deficit_distribution(one(mean, sd), np.array([target]))
    assert got.mean[0] == pytest.approx(d.mean(), abs=0.004 * max(d.std(), 0.01))
    assert got.sd[0] == pytest.approx(d.std(), rel=0.02, abs=1e-4)
    np.testing.assert_allclose(got.interval_90[0], np.quantile(d, [0.05, 0.95]), atol=0.006)


def test_uniform_proficiency_by_hand():
    """θ uniform, target ½: E[D] = 1/8, E[D²] = 1/24; D exceeds 0.45 with probability 5 %."""
    got = deficit_distribution(one(0.5, np.sqrt(1 / 12)), np.array([0.5]))
    assert got.mean[0] == pytest.approx(1 / 8)
    assert got.sd[0] == pytest.approx(np.sqrt(1 / 24 - 1 / 64))
    np.testing.assert_allclose(got.interval_90[0], [0.0, 0.45], atol=1e-9)


@pytest.mark.parametrize(("mean", "sd", "target"), CASES)
def test_pieces_follow_phi(mean, sd, target):
    """They meet φ at the breakpoints, lie below it elsewhere, by at most 0.004."""
    pieces = pieces_of(mean, sd, target)
    ends = np.cumsum([0.0, *(length for length, _ in pieces)])
    for z in ends:
        assert fill(pieces, z) == pytest.approx(phi(mean, sd, target, z), abs=1e-7)
    gaps = [phi(mean, sd, target, z) - fill(pieces, z) for z in np.linspace(0, target, 60)]
    assert min(gaps) >= -1e-7
    assert max(gaps) <= 0.004


def test_pieces_are_nearly_the_best_possible():
    """No six chords do better than 0.85 of ours (dynamic programme over 81 grid points)."""
    mean, sd, target = 0.4, 0.15, 0.8
    pieces = pieces_of(mean, sd, target)
    assert len(pieces) == 6
    end = sum(length for length, _ in pieces)
    grid = np.linspace(0, end, 81)
    value = np.array([phi(mean, sd, target, z) for z in grid])
    n = len(grid)
    error = np.full((n, n), np.inf)
    for i in range(n):
        for j in range(i + 1, n):
            chord = np.interp(grid[i : j + 1], grid[[i, j]], value[[i, j]])
            error[i, j] = (value[i : j + 1] - chord).max()
    best = np.where(np.arange(n) == 0, 0.0, np.inf)
    for _ in range(6):
        best = np.minimum(best, np.maximum(best[:, None], error).min(axis=0))
    ours = max(v - fill(pieces, z) for z, v in zip(grid, value, strict=True))
    assert best[-1] >= 0.85 * ours


@given(
    st.floats(0.01, 0.99), st.floats(0.002, 0.45), st.floats(0.05, 1.0), st.integers(1, MAX_PIECES)
)
def test_shape_of_pieces(mean, sd, target, most):
    """At most the asked number, slopes in [0.01, 1] strictly falling, no more than E[D]."""
    assume(sd**2 < 0.95 * mean * (1 - mean))
    pieces = pieces_of(mean, sd, target, most)
    slopes = [slope for _, slope in pieces]
    expected = deficit_distribution(one(mean, sd), np.array([target])).mean[0]
    assert len(pieces) <= most
    assert all(length > 0 for length, _ in pieces)
    assert all(0.01 <= slope <= 1 for slope in slopes)
    assert all(a > b for a, b in pairwise(slopes))
    total = sum(length * slope for length, slope in pieces)
    assert total <= expected + 1e-9
    # what is cut off is at most 1 % of what is left of the target
    assert expected - total <= 0.01 * target + 1e-9


def test_near_certain_deficit_has_one_or_two_pieces():
    """θ = 0.3 ± 0.005 against 0.8: half a deficit for sure, then almost nothing."""
    for sd in (0.0, 0.001, 0.005):
        pieces = pieces_of(0.3, sd, 0.8)
        assert len(pieces) <= 2
        assert pieces[0][1] > 0.98
        assert fill(pieces, 1.0) == pytest.approx(0.5, abs=1e-3)


def test_excluded_deficit_has_no_pieces():
    """A proficiency surely above the target leaves nothing to close."""
    assert pieces_of(0.95, 0.02, 0.8) == ()


def test_certain_proficiency_needs_no_case_of_its_own():
    """Mean 0 or 1 without any spread gives the whole target or nothing."""
    got = deficit_distribution(
        Posterior.from_moments(np.array([0.0, 1.0]), np.array([0.0, 0.0])), np.array([0.8, 0.8])
    )
    np.testing.assert_allclose(got.mean, [0.8, 0.0], atol=1e-4)
    assert np.all(np.isfinite(got.sd))
    assert np.all(np.isfinite(got.interval_90))


@pytest.mark.parametrize(
    ("mean", "sd"), [(float("nan"), 0.1), (1.2, 0.1), (0.5, -0.1), (0.5, 0.5), (0.0, 0.2)]
)
def test_impossible_moments_are_refused(mean, sd):
    """What no distribution on [0, 1] has is an error, not a number."""
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        one(mean, sd)


@pytest.mark.parametrize(("mean", "sd", "target"), CASES)
def test_level_probabilities_sum_to_one(mean, sd, target):
    """They are the masses of [0, 0.6), [0.6, 0.8], (0.8, 1]."""
    theta = scipy_beta(mean, sd)
    want = [theta.cdf(0.6), theta.cdf(0.8) - theta.cdf(0.6), theta.sf(0.8)]
    got = level_probability(one(mean, sd), 0.6, 0.8)[0]
    np.testing.assert_allclose(got, want, atol=1e-12)
    assert got.sum() == pytest.approx(1.0, abs=1e-15)
    assert np.all(got >= 0)


def test_falling_pieces_join_equal_slopes_and_cut_flat_ones():
    """Two chords of slope ½ are one piece; an empty and a flat one go."""
    chords = [(0.2, 0.2), (0.0, 0.0), (0.1, 0.05), (0.3, 0.15), (0.4, 0.003)]
    pieces = falling_pieces(chords)
    assert [length for length, _ in pieces] == pytest.approx([0.2, 0.4])
    assert [slope for _, slope in pieces] == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize(("mean", "sd", "target"), CASES)
@pytest.mark.parametrize("size", [0.05, 0.4, 1.0])
def test_request_adds_its_own_value_over_the_same_coverage(mean, sd, target, size):
    """w·value of the joint pieces = w_d·φ(z) + w_r·min(z, size), but for flat ends."""
    measured = pieces_of(mean, sd, target, MAX_PIECES - 1)
    joint = with_request(measured, 2.0, 1.5, size)
    assert len(joint) <= MAX_PIECES
    slopes = [slope for _, slope in joint]
    assert all(a > b for a, b in pairwise(slopes))
    for z in np.linspace(0, 1, 41):
        want = 2.0 * fill(measured, z) + 1.5 * min(z, size)
        assert 3.5 * fill(joint, z) == pytest.approx(want, abs=3.5 * 0.01)


def test_request_counts_where_no_deficit_is():
    """Without any deficit a request of weight 3 beside a weight of 1 is worth ¾ of its size."""
    assert with_request((), 1.0, 3.0, 0.4) == ((pytest.approx(0.4), pytest.approx(0.75)),)


def logit_normals():
    """Means and sds of log odds with posterior means of 0.1–0.95, and the Betas beside them."""
    sd, target = (a.ravel() for a in np.meshgrid(SPREADS, np.arange(0.1, 0.955, 0.01)))
    low, high = np.full((2, len(sd)), [[-8.0], [8.0]])
    for _ in range(50):
        middle = (low + high) / 2
        above = share_moments(middle, sd)[0] > target
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    mean, spread = share_moments(middle, sd)
    return middle, sd, Posterior.from_moments(mean, spread)


SPREADS = np.linspace(0.2, 1.2, 11)


def test_beta_of_the_same_moments_stands_in_for_the_logit_normal():
    """Levels agree to 0.03, quantiles to 0.017 and φ to 0.005, as ``from_moments`` says.

    The logit-normal side is normal tails in closed form, and their integral by trapezoids.
    """
    mean, sd, posterior = logit_normals()
    high, not_minimal = ((posterior.below(u), share_below(mean, sd, u)) for u in (0.6, 0.8))
    assert np.abs(high[0] - high[1]).max() < 0.0105
    assert np.abs(not_minimal[0] - not_minimal[1]).max() < 0.0275
    medium = [not_minimal[i] - high[i] for i in (0, 1)]
    assert np.abs(medium[0] - medium[1]).max() < 0.0305
    for p in (0.05, 0.25, 0.75, 0.95):
        assert np.abs(posterior.quantile(p) - share_quantile(mean, sd, ndtri(p))).max() < 0.017
    for target in (0.7, 0.85, 1.0):
        u = np.linspace(target, 1e-9, 201)
        beta_tail = betainc(posterior.a[:, None], posterior.b[:, None], u)
        difference = beta_tail - share_below(mean[:, None], sd[:, None], np.minimum(u, 1 - 1e-12))
        phi_difference = cumulative_trapezoid(difference, -u, axis=1)
        assert np.abs(phi_difference).max() < 0.005
