"""Groups against the rest: likelihoods by quadrature, planted differences, and no false finds."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, norm

from engine.analysis.contrast import _MEANS as MEANS
from engine.analysis.contrast import Results, compare, named, pooled, scale_of
from engine.analysis.contrast import _table as table

SCALE = scale_of(0.6, 1.22, 0.8)
GROUP_SD = 0.3


def _results(successes, tasks=6, procedure=None, sds=(0.2,)):
    n = len(successes)
    procedure = np.zeros(n, dtype=np.int64) if procedure is None else procedure
    done = np.asarray(successes, dtype=np.float64)
    return Results(done, tasks - done, procedure, np.array(sds))


def _members(group, n_groups):
    n = len(group)
    return sp.csr_array((np.ones(n), (np.arange(n), group)), shape=(n, n_groups))


def _contrasts(results, members, *, group_sd=GROUP_SD, least_excess=0.05):
    look = compare(results, members, SCALE, least_people=5)
    return pooled([look], group_sd, least_excess)[0]


def _drawn(rng, means, each, tasks=6):
    """Scores of people of groups whose mean log odds differ from the centre by ``means``."""
    group = np.repeat(np.arange(len(means)), each)
    alpha = SCALE.centre + np.asarray(means)[group] + rng.normal(0, SCALE.variance**0.5, len(group))
    return rng.binomial(tasks, expit(alpha)), group


def test_the_likelihood_is_the_integral_over_people():
    """Three of four tasks: against adaptive quadrature at several means."""
    found, of = table(_results([3.0], tasks=4), SCALE)
    assert of.tolist() == [0]
    sd = SCALE.variance**0.5
    for i in (60, 100, 137):
        mean = SCALE.centre + MEANS[i]
        value, _ = quad(
            lambda a, m=mean: expit(a) ** 3 * (1 - expit(a)) * norm.pdf(a, m, sd),
            mean - 9 * sd,
            mean + 9 * sd,
        )
        assert np.exp(found[0, i]) == pytest.approx(value, rel=1e-6)


def test_the_share_of_a_mean_is_that_of_its_people():
    """Of people N(0, 1.22) a share P(α < logit 0.8) has a deficit above minimal."""
    assert SCALE.share(np.zeros(1)) == pytest.approx(norm.cdf(np.log(4) / 1.22**0.5))


def test_a_planted_difference_is_found_with_its_interval():
    """A group a unit of log odds below nine others, in 150 regions: held in some 85 % (pooling
    draws it in a little), and nearly always credible."""
    held, probabilities, errors = [], [], []
    truth = float(
        SCALE.share(SCALE.centre - np.ones(1))[0] - SCALE.share(np.array([SCALE.centre]))[0]
    )
    for seed in range(150):
        score, group = _drawn(np.random.default_rng(seed), [-1.0] + 9 * [0.0], 80)
        found = _contrasts(_results(score), _members(group, 10))
        held.append(found.low[0] <= truth <= found.high[0])
        probabilities.append(found.probability[0])
        errors.append(found.difference[0] + 1)
    assert np.mean(held) >= 0.8
    assert np.mean(np.array(probabilities) > 0.9) > 0.97
    assert abs(np.mean(errors)) < 0.08  # pooling draws it in a little


def test_groups_that_do_not_differ_are_not_named():
    """Of 400 groups in 20 regions without any difference fewer than one in a hundred is named."""
    wrong = 0
    for seed in range(20):
        score, group = _drawn(np.random.default_rng(100 + seed), 20 * [0.0], 30)
        found = _contrasts(_results(score), _members(group, 20))
        wrong += int(named(found.probability, 0.05).sum())
    assert wrong < 4


def test_pooling_draws_small_groups_in_more():
    """Of two groups with the same scores the one of ten people keeps less of its difference."""
    score = np.concatenate([np.tile([1, 3], 5), np.tile([1, 3], 60), np.tile([3, 5, 4], 300)])
    group = np.repeat([0, 1, 2], [10, 120, 900])
    found = _contrasts(_results(score), _members(group, 3), least_excess=0.0)
    assert found.difference[1] < found.difference[0] < 0


def test_different_tests_are_no_difference_of_people():
    """Where a group sat another test than the rest, the difficulty of both is in the doubt."""
    rng = np.random.default_rng(5)
    score, group = _drawn(rng, [-0.5, 0.0], 4_000)
    same = _contrasts(_results(score), _members(group, 2), least_excess=0.0)
    other = _contrasts(
        _results(score, procedure=group, sds=(0.3, 0.4)), _members(group, 2), least_excess=0.0
    )
    # the two tests may differ by 0.3² + 0.4² = 0.5², as much as the groups do
    assert same.difference[0] == pytest.approx(-0.5, abs=0.1)
    assert same.probability[0] > 0.99
    assert abs(other.difference[0]) < 0.1
    assert other.probability[0] < 0.5


def test_too_few_people_are_not_compared():
    """A group of four, and one that is everybody, have no contrast."""
    score = np.tile([1.0, 5.0], 20)
    group = np.repeat([0, 1], [4, 36])
    found = _contrasts(_results(score), _members(group, 2), least_excess=0.0)
    assert np.isnan(found.excess).all()
    assert found.probability.tolist() == [0.0, 0.0]


def test_without_spread_of_groups_nothing_is_found():
    """A policy that says groups do not differ is believed."""
    score, group = _drawn(np.random.default_rng(1), [-1.0, 0.0], 300)
    found = _contrasts(_results(score), _members(group, 2), group_sd=0.0, least_excess=0.0)
    assert found.difference.tolist() == [0.0, 0.0]
    assert found.probability.tolist() == [0.0, 0.0]


def test_naming_bounds_the_share_of_wrong_ones():
    """0.99, 0.97 and 0.93 are wrong 0.037 on average: named at 0.05, the last not at 0.03."""
    probability = np.array([0.97, 0.5, 0.99, 0.93])
    assert named(probability, 0.05).tolist() == [True, False, True, True]
    assert named(probability, 0.03).tolist() == [True, False, True, False]
    assert named(np.array([0.89]), 0.5).tolist() == [False]  # not credible by itself


def test_all_right_answers_are_no_trouble():
    """A group in which everybody did everything lies above the rest, within the table."""
    score = np.concatenate([np.full(10, 6), binom.rvs(6, 0.6, size=200, random_state=1)])
    group = np.repeat([0, 1], [10, 200])
    found = _contrasts(_results(score), _members(group, 2), least_excess=0.05)
    assert np.isfinite(found.excess).all()
    assert found.difference[0] > 0
    assert found.probability[0] < 0.05
