"""Is a group weaker than the rest? From the results at one node alone, all groups at once.

A person's posterior borrows from his other results, so a district that is weak in one competency
looks a little weak in all: fine for a person, wrong for comparing groups. Here only the newest
result at the node speaks. With s of s + f effective tasks done,

    L_i(m) = ∫ σ(α)^s (1 − σ(α))^f N(α; m, V) dα ,    V the policy's variance of people at the node,

and a group's likelihood of its mean m is the product over its people: results are few different
ones, so it is a table of results × means, multiplied by counts. Near its top it is normal.

The difference d of a group from the rest has then a normal estimate. Its variance is that of both
means and what different tests add: Σ_p procedure_sd_p²·(share_p of the group − share_p of the
rest)², which is zero where all sat the same tests.

Many looks find much that is not there, so all groups of one kind at all nodes are shrunk together
(adaptive shrinkage, Stephens 2017): d ~ Σ_j π_j N(0, τ_j²) with τ in multiples of the policy's
``group_sd``, 0 among them, and π fitted by expectation maximisation with the penalty for the null
that Stephens takes. Most groups are drawn in to the rest; one that lies far off is recognised as
such and keeps its difference. Among those named the expected share of wrong ones is bounded besides
(``named``), by the sum of the posterior probabilities of being wrong (Newton et al. 2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import log_expit, logit, logsumexp, ndtr, ndtri, roots_hermite

from engine.domain import BoolArray, FloatArray, IntArray

_NODES, _WEIGHTS = roots_hermite(40)
_MEANS = np.linspace(-5.0, 5.0, 201)
"""Means of log odds, from the policy's median."""

_PRIOR_SD = 1.5
"""Only to keep the top of a likelihood inside the table; taken off again."""

_SPREADS = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0])
"""τ in units of the policy's ``group_sd``."""

_NULL_COUNT = 9.0
"""Groups without a difference that are taken to have been seen before."""

_STEPS, _STILL = 2_000, 1e-8

Z_90 = 1.6448536269514722
_LEAST_PROBABILITY = 0.9
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """Groups of one kind at one node against the rest of the measured.

    Parameters
    ----------
    n
        Shape (n_groups,): people measured.
    difference, spread
        Shape (n_groups,): mean and sd of d, the group's mean less that of the rest, in log odds,
        after pooling; NaN where either has too few people.
    excess, low, high
        Shape (n_groups,): the same as shares above minimal, with the ends of a 90 % interval.
    probability
        Shape (n_groups,): that the excess is more than the least one; 0 where it is NaN.
    """

    n: IntArray
    difference: FloatArray
    spread: FloatArray
    excess: FloatArray
    low: FloatArray
    high: FloatArray
    probability: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Results of people at one node.

    Parameters
    ----------
    successes, failures
        Shape (n,), effective tasks.
    procedure
        Shape (n,), index into ``procedure_sd``.
    procedure_sd
        Shape (n_procedures,), log odds.
    """

    successes: FloatArray
    failures: FloatArray
    procedure: IntArray
    procedure_sd: FloatArray


@dataclass(frozen=True, slots=True)
class Scale:
    """What the policy says of people: log odds.

    Parameters
    ----------
    centre, variance
        Of the people at the node.
    threshold
        Log odds below which a deficit is above minimal.
    """

    centre: float
    variance: float
    threshold: float

    def share(self, mean: FloatArray) -> FloatArray:
        """Share above minimal of people with such a mean, in (0, 1)."""
        found: FloatArray = ndtr((self.threshold - mean) / np.sqrt(self.variance))
        return found

    def density(self, mean: FloatArray) -> FloatArray:
        """How much the share falls per unit of the mean."""
        z = (self.threshold - mean) / np.sqrt(self.variance)
        found: FloatArray = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi * self.variance)
        return found


def scale_of(prior_median: float, variance: float, minimal_above: float) -> Scale:
    """The scale from shares."""
    return Scale(float(logit(prior_median)), variance, float(logit(minimal_above)))


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Groups of one kind at one node against the rest, before pooling.

    Parameters
    ----------
    n
        Shape (n_groups,): people measured.
    difference, variance
        Shape (n_groups,), log odds: the group's mean less that of the rest; NaN where either has
        too few people.
    rest, rest_variance
        Shape (n_groups,): mean of the rest, log odds, and its variance.
    """

    n: IntArray
    difference: FloatArray
    variance: FloatArray
    rest: FloatArray
    rest_variance: FloatArray
    scale: Scale


def compare(
    results: Results, members: sp.csr_array, scale: Scale, *, least_people: int
) -> Compared:
    """Compare every group with the rest.

    Parameters
    ----------
    members
        Shape (n, n_groups): who of the measured belongs to which group of one kind.
    least_people
        A group or a rest of fewer people is not compared.
    """
    n_all, n = members.shape[0], np.asarray(members.sum(axis=0)).ravel().astype(np.int64)
    likelihood, of = _table(results, scale)
    pattern = sp.csr_array((np.ones(n_all), (np.arange(n_all), of)), shape=(n_all, len(likelihood)))
    counts = np.asarray((members.T @ pattern).todense())
    rest = np.asarray(pattern.sum(axis=0)).ravel() - counts
    mean, variance = _top(counts @ likelihood, scale)
    rest_mean, rest_variance = _top(rest @ likelihood, scale)
    few = (n < least_people) | (n_all - n < least_people)
    total = variance + rest_variance + _between_procedures(results, members, n)
    return Compared(
        n=n,
        difference=np.where(few, np.nan, mean - rest_mean),
        variance=np.where(few, np.nan, total),
        rest=rest_mean,
        rest_variance=rest_variance,
        scale=scale,
    )


def pooled(looks: Sequence[Compared], group_sd: float, least_excess: float) -> list[Contrasts]:
    """Shrink all looks of one kind together.

    Parameters
    ----------
    group_sd
        How much groups differ, log odds.
    """
    difference = np.concatenate([look.difference for look in looks])
    variance = np.concatenate([look.variance for look in looks])
    told = ~np.isnan(difference)
    spread = _SPREADS * group_sd
    weight = _mixture(difference[told], variance[told], spread)
    found, first = [], 0
    for look in looks:
        own = told[first : first + len(look.n)]
        table, probability = np.full((5, len(own)), np.nan), np.zeros(len(own))
        apart = _Pooled.of(look.difference[own], look.variance[own], spread, weight)
        table[:2, own] = apart.mean, apart.sd
        table[2:, own] = apart.excess(look.rest[own], look.rest_variance[own], look.scale)
        probability[own] = apart.more_than(least_excess, look.rest[own], look.scale)
        found.append(
            Contrasts(look.n, table[0], table[1], table[2], table[3], table[4], probability)
        )
        first += len(own)
    return found


def named(probability: FloatArray, false_share: float) -> BoolArray:
    """Which of many looks are named: each credible, and few wrong ones to be expected among them.

    Parameters
    ----------
    probability
        Shape (n,): of each being true.
    false_share
        Most that the mean of 1 − probability over those named may be.
    """
    order = np.argsort(-probability, kind="stable")
    wrong = np.cumsum(1 - probability[order]) / np.arange(1, len(order) + 1)
    taken = (wrong <= false_share) & (probability[order] >= _LEAST_PROBABILITY)
    found = np.zeros(len(probability), dtype=np.bool_)
    found[order[taken]] = True
    return found


def _table(results: Results, scale: Scale) -> tuple[FloatArray, IntArray]:
    """Log likelihoods, shape (n_patterns, n_means), and the pattern of each person."""
    pairs = np.round(np.stack([results.successes, results.failures], axis=1), 6)
    patterns, of = np.unique(pairs, axis=0, return_inverse=True)
    alpha = (scale.centre + _MEANS)[:, None] + np.sqrt(2 * scale.variance) * _NODES
    right, wrong = log_expit(alpha), log_expit(-alpha)
    weights = np.log(_WEIGHTS / _WEIGHTS.sum())
    rows = [logsumexp(s * right + f * wrong + weights, axis=1) for s, f in patterns.tolist()]
    return np.array(rows).reshape(-1, len(_MEANS)), of.ravel()


def _top(likelihood: FloatArray, scale: Scale) -> tuple[FloatArray, FloatArray]:
    """Normal approximation of each row at its top: mean and variance, shape (n_groups,)."""
    whole = likelihood - (_MEANS / _PRIOR_SD) ** 2 / 2
    step = _MEANS[1] - _MEANS[0]
    at = np.clip(np.argmax(whole, axis=1), 1, len(_MEANS) - 2)
    rows = np.arange(len(whole))
    left, middle, right = (whole[rows, at + k] for k in (-1, 0, 1))
    bend = np.minimum(left - 2 * middle + right, -1e-12)
    top = _MEANS[at] + step * np.clip((left - right) / (2 * bend), -1.0, 1.0)
    precision = np.maximum(-bend / step**2 - _PRIOR_SD**-2, 1e-9)
    # without the prior the top lies further out by what the prior drew it in
    return scale.centre + top * (1 + 1 / (precision * _PRIOR_SD**2)), 1 / precision


def _between_procedures(results: Results, members: sp.csr_array, n: IntArray) -> FloatArray:
    """Variance of the difference that comes from tests which group and rest do not share."""
    n_all = members.shape[0]
    sat = sp.csr_array(
        (np.ones(n_all), (np.arange(n_all), results.procedure)),
        shape=(n_all, len(results.procedure_sd)),
    )
    used = np.flatnonzero(np.asarray(sat.sum(axis=0)).ravel())
    sat = sat[:, used]
    own = np.asarray((members.T @ sat).todense())
    rest = np.asarray(sat.sum(axis=0)).ravel() - own
    apart = own / np.maximum(n, 1)[:, None] - rest / np.maximum(n_all - n, 1)[:, None]
    found: FloatArray = apart**2 @ results.procedure_sd[used] ** 2
    return found


def _chances(difference: FloatArray, variance: FloatArray, spread: FloatArray) -> FloatArray:
    """Log density of each difference under each τ, shape (n_groups, n_τ)."""
    total = variance[:, None] + spread**2
    density: FloatArray = -(difference[:, None] ** 2 / total + np.log(total)) / 2
    return density


def _mixture(difference: FloatArray, variance: FloatArray, spread: FloatArray) -> FloatArray:
    """Weights π of the τ's, by penalised expectation maximisation."""
    log_density = _chances(difference, variance, spread)
    density = np.exp(log_density - log_density.max(axis=1, initial=-np.inf, keepdims=True))
    before = np.zeros(len(spread))
    before[0] = _NULL_COUNT
    weight = np.full(len(spread), 1.0 / len(spread))
    for _ in range(_STEPS):
        joint = density * weight
        seen = before + (joint / joint.sum(axis=1, keepdims=True)).sum(axis=0)
        after = seen / seen.sum()
        still = bool(np.abs(after - weight).max() < _STILL)
        weight = after
        if still:
            break
    return weight


@dataclass(frozen=True, slots=True, eq=False)
class _Pooled:
    """Differences after pooling: a mixture of normal distributions over τ.

    Parameters
    ----------
    weight, means, sds
        Shape (n_groups, n_τ).
    mean, sd
        Shape (n_groups,), of the mixture.
    """

    weight: FloatArray
    means: FloatArray
    sds: FloatArray
    mean: FloatArray
    sd: FloatArray

    @classmethod
    def of(
        cls, difference: FloatArray, variance: FloatArray, spread: FloatArray, weight: FloatArray
    ) -> _Pooled:
        with np.errstate(divide="ignore"):  # a τ of no weight has none afterwards
            log_joint = _chances(difference, variance, spread) + np.log(weight)
        own = np.exp(log_joint - logsumexp(log_joint, axis=1, keepdims=True))
        kept = spread**2 / (variance[:, None] + spread**2)
        means, sds = difference[:, None] * kept, np.sqrt(variance[:, None] * kept)
        mean = (means * own).sum(axis=1)
        square = ((means**2 + sds**2) * own).sum(axis=1)
        return cls(own, means, sds, mean, np.sqrt(np.maximum(square - mean**2, 0.0)))

    def excess(self, rest: FloatArray, rest_variance: FloatArray, scale: Scale) -> FloatArray:
        """Excess share with the ends of its interval, shape (3, n_groups).

        That the mean of the rest is not known exactly moves both shares: with slopes f_g and f_r
        and Cov(d, rest) = −rest_variance it adds (f_r² − f_g²)·rest_variance, to first order.
        """
        base = scale.share(rest)
        value, low, high = (
            scale.share(rest + self.mean + z * self.sd) - base for z in (0.0, Z_90, -Z_90)
        )
        more = scale.density(rest) ** 2 - scale.density(rest + self.mean) ** 2
        doubt = Z_90 * np.sqrt(np.maximum(more, 0.0) * rest_variance)
        return np.array(
            [value, value - np.hypot(value - low, doubt), value + np.hypot(high - value, doubt)]
        )

    def more_than(self, least: float, rest: FloatArray, scale: Scale) -> FloatArray:
        """Probability of a greater excess share, shape (n_groups,)."""
        to = np.minimum(scale.share(rest) + least, 1.0)
        enough = (scale.threshold - np.sqrt(scale.variance) * ndtri(to) - rest)[:, None]
        certain = (enough > self.means + _ROUNDING).astype(np.float64)
        z = (enough - self.means) / np.maximum(self.sds, 1e-12)
        found: FloatArray = (np.where(self.sds > 0, ndtr(z), certain) * self.weight).sum(axis=1)
        return found
