"""The number of people, against enumeration, the binomial distribution and plain convolution."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from engine.deficits.poisson_binomial import count_distribution, count_intervals

PROBABILITY = st.floats(0, 1)


def one_group(probability, mass=0.9):
    group = np.zeros(len(probability), dtype=np.int64)
    cases = np.array(probability)[:, None]
    return tuple(count_intervals(cases, group, 1, mass=mass)[0].tolist())


@given(st.lists(PROBABILITY, min_size=1, max_size=9))
def test_distribution_is_that_of_all_outcomes(probability):
    """Summing over all 2ⁿ outcomes gives the same."""
    want = np.zeros(len(probability) + 1)
    for outcome in itertools.product((0, 1), repeat=len(probability)):
        chance = math.prod(p if o else 1 - p for p, o in zip(probability, outcome, strict=True))
        want[sum(outcome)] += chance
    assert count_distribution(np.array(probability)) == pytest.approx(want, abs=1e-12)


@pytest.mark.parametrize(("n", "p"), [(1, 0.4), (33, 0.5), (64, 0.02), (500, 0.3), (4000, 0.75)])
def test_equal_probabilities_are_binomial(n, p):
    """Short and long, direct and by FFT, with and without trimmed tails."""
    found = count_distribution(np.full(n, p))
    assert np.abs(found - binom(n, p).pmf(np.arange(n + 1))).max() < 1e-13
    low, high = one_group(np.full(n, p))
    assert (low, high) == tuple(int(q) for q in binom(n, p).ppf([0.05, 0.95]))


def test_a_large_group_with_few_who_count():
    """A thousand rare and a thousand sure ones: nothing is cut off that matters."""
    rng = np.random.default_rng(7)
    p = np.concatenate([rng.random(1000) * 1e-3, 1 - rng.random(1000) * 1e-3])
    want = np.ones(1)
    for chance in p:
        want = np.convolve(want, [1 - chance, chance])
    assert np.abs(count_distribution(p) - want).max() < 1e-13


def test_groups_are_counted_apart():
    """Members in any order, groups of any size, one of them without members."""
    rng = np.random.default_rng(3)
    group = rng.permutation(np.repeat([0, 1, 3, 4], [1, 2, 37, 200]))
    p = rng.random(len(group))
    together = count_intervals(p[:, None], group, 5)
    apart = [one_group(p[group == g]) if (group == g).any() else (0, 0) for g in range(5)]
    assert together.tolist() == [list(ends) for ends in apart]


def test_interval_leaves_five_per_cent_on_each_side():
    """Ten fair coins: P(X ≤ 2) = 56/1024 > 5 %, P(X ≤ 1) = 11/1024; so 2 to 8."""
    assert one_group([0.5] * 10) == (2, 8)
    assert one_group([0.0] * 5) == (0, 0)
    assert one_group([1.0] * 5) == (5, 5)


def test_interval_covers_the_true_number():
    """Schools of 3 to 40 people with probabilities of their own: at least 90 % covered."""
    rng = np.random.default_rng(11)
    sizes = rng.integers(3, 41, 4000)
    group = np.repeat(np.arange(4000), sizes)
    p = rng.beta(0.6, 1.2, len(group))
    truth = np.bincount(group, rng.random(len(group)) < p, minlength=4000)
    low, high = count_intervals(p[:, None], group, 4000).T
    covered = np.mean((low <= truth) & (truth <= high))
    # whole numbers make it conservative; 0.89 is two standard errors below what is promised
    assert 0.89 <= covered <= 0.985


@pytest.mark.parametrize("sizes", [(3, 8, 1, 20), (60, 9, 300, 41)])
def test_mixture_of_cases_is_the_weighted_sum(sizes):
    """Three cases of a common cause: the ends are the quantiles of the summed distributions."""
    rng = np.random.default_rng(len(sizes))
    group = np.repeat(np.arange(len(sizes)), sizes)
    p = rng.beta(1, 2, (len(group), 1)) ** np.array([0.4, 1.0, 2.5])
    weights = np.array([0.2, 0.5, 0.3])
    found = count_intervals(p, group, len(sizes), weights=weights)
    for g, ends in enumerate(found.tolist()):
        mixture = sum(
            weight * count_distribution(case)
            for weight, case in zip(weights, p[group == g].T, strict=True)
        )
        below = np.cumsum(mixture)
        want = [int((below < level - 1e-12).sum()) for level in (0.05, 0.95)]
        assert ends == pytest.approx(want, abs=0 if sizes[g] <= 20 else 1)


@pytest.mark.parametrize("n", [37, 200, 3000])
@pytest.mark.parametrize("p", [0.02, 0.3, 0.5])
def test_large_numbers_leave_hardly_more_outside(n, p):
    """Refined normal ends of binomial numbers: each tail is at most 5 % and 0.003 more."""
    low, high = one_group(np.full(n, p))
    number = binom(n, p)
    assert number.cdf(low - 1) <= 0.053
    assert number.sf(high) <= 0.053
    assert number.cdf(low) >= 0.047
    assert number.sf(high - 1) >= 0.047
