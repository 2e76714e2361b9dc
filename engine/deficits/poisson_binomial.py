"""How many of n people have something, if each has it with a probability of his own.

The number is Poisson-binomial (Hong 2013). Its distribution is the convolution of n Bernoullis,
taken here pairwise in a balanced tree, for all groups at once: short arrays by shifted sums, long
ones by FFT. What is cut off the tails on the way weighs less than 10⁻¹⁵ in all.

Probabilities may depend on something that all members have in common: then each of its cases has a
weight, and the number is a mixture. Where its variance is 9 or more in every case, intervals come
from the normal approximation with a correction for skewness (Volkova 1996; Hong's "refined"), off
by at most 0.003 in probability there; smaller numbers stay exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtr

from engine.domain import BoolArray, FloatArray, IntArray

_DIRECT_MOST = 33
"""Longest arrays that are convolved by shifted sums; longer ones go faster by FFT."""

_TAIL_EXPONENT = 40.0
"""Each cut tail weighs at most exp(−40) ≈ 4·10⁻¹⁸."""

_ROUNDING = 1e-12

_REFINED_LEAST = 9.0
"""Least variance of a number for which the refined normal approximation is taken."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """Distributions of parts of groups, one a row; rows of a group stand together.

    Parameters
    ----------
    group
        Shape (n_rows,), never falling.
    first
        Shape (n_rows,): the count that column 0 stands for.
    probability
        Shape (n_rows, n_counts).
    mean, variance
        Shape (n_rows,), of the whole part.
    """

    group: IntArray
    first: IntArray
    probability: FloatArray
    mean: FloatArray
    variance: FloatArray

    def taken(self, rows: BoolArray) -> _Parts:
        return _Parts(
            self.group[rows],
            self.first[rows],
            self.probability[rows],
            self.mean[rows],
            self.variance[rows],
        )


def count_intervals(
    probability: FloatArray,
    group: IntArray,
    n_groups: int,
    *,
    weights: Sequence[float] | FloatArray = (1.0,),
    mass: float = 0.9,
) -> IntArray:
    """Equal-tailed intervals of the counts of many groups.

    Parameters
    ----------
    probability
        Shape (n, n_cases), in [0, 1]: that this member counts, in each case.
    group
        Shape (n,), in [0, n_groups): the member's group.
    weights
        Probability of each case, the same for all groups; sums to 1.
    mass
        Least probability of the interval; each tail outside weighs at most (1 − mass)/2.

    Returns
    -------
    ndarray of int, shape (n_groups, 2)
        Least and greatest count; (0, 0) for a group without members.
    """
    found = np.zeros((n_groups, 2), dtype=np.int64)
    tails = ((1 - mass) / 2, (1 + mass) / 2)
    numbers = _Numbers.of(probability, group, n_groups)
    wide = numbers.variance.min(axis=1) >= _REFINED_LEAST
    found[wide] = _refined_ends(numbers.taken(wide), np.array(weights), tails)
    few = ~wide[group]
    for parts in _distributions(*_cases(probability[few], group[few])):
        of_group, first, below = _mixed(parts, np.array(weights))
        for end, level in enumerate(tails):
            # counts are whole: a level that is met exactly must not be missed by rounding
            place = (below < level - _ROUNDING).sum(axis=1)
            found[of_group, end] = first + np.minimum(place, below.shape[1] - 1)
    return found


def count_distribution(probability: FloatArray) -> FloatArray:
    """P(count = 0), …, P(count = n) of one group; shape (n + 1,)."""
    whole = np.zeros(len(probability) + 1)
    whole[0] = 1.0
    for parts in _distributions(probability, np.zeros(len(probability), dtype=np.int64)):
        row = parts.probability[0]
        first = int(parts.first[0])
        row = row[: len(whole) - first]
        whole[:] = 0.0
        whole[first : first + len(row)] = row
    return whole


def _cases(probability: FloatArray, group: IntArray) -> tuple[FloatArray, IntArray]:
    """Each case of a group as a group of its own, those of a group next to each other."""
    n_cases = probability.shape[1]
    return probability.ravel(), (group[:, None] * n_cases + np.arange(n_cases)).ravel()


def _mixed(parts: _Parts, weights: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Groups, their first counts and distribution functions of the mixtures of their cases.

    All cases of a group have as many members, so they are ready together.
    """
    n_cases, width = len(weights), parts.probability.shape[1]
    first = parts.first.reshape(-1, n_cases)
    start = first - first.min(axis=1, keepdims=True)
    mixture = np.zeros((len(first), width + int(start.max())))
    rows, columns = np.arange(len(first))[:, None], np.arange(width)
    for case, weight in enumerate(weights.tolist()):
        own = parts.probability[case::n_cases]
        mixture[rows, start[:, case, None] + columns] += weight * own
    return parts.group[::n_cases] // n_cases, first.min(axis=1), np.cumsum(mixture, axis=1)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Moments of the numbers of many groups.

    Parameters
    ----------
    most
        Shape (n_groups,): members.
    mean, variance, third
        Shape (n_groups, n_cases); ``third`` is the third central moment.
    """

    most: IntArray
    mean: FloatArray
    variance: FloatArray
    third: FloatArray

    @classmethod
    def of(cls, probability: FloatArray, group: IntArray, n_groups: int) -> _Numbers:
        p = probability.T
        spread = p * (1 - p)
        mean, variance, third = (
            _sums(moment, group, n_groups) for moment in (p, spread, spread * (1 - 2 * p))
        )
        return cls(np.bincount(group, minlength=n_groups), mean, variance, third)

    def taken(self, rows: BoolArray) -> _Numbers:
        return _Numbers(self.most[rows], self.mean[rows], self.variance[rows], self.third[rows])

    def below(self, count: IntArray, weights: FloatArray) -> FloatArray:
        """P(number ≤ count) of the mixtures, shape (n_groups,)."""
        sd = np.sqrt(self.variance)
        x = (count[:, None] + 0.5 - self.mean) / sd
        bend = self.third / sd**3 * (1 - x**2) * np.exp(-(x**2) / 2) / np.sqrt(72 * np.pi)
        chance: FloatArray = np.clip(ndtr(x) + bend, 0.0, 1.0) @ weights
        return chance


def _sums(cases: FloatArray, group: IntArray, n_groups: int) -> FloatArray:
    """Sums over groups, shape (n_groups, n_cases), of an array with a row for each case."""
    sums = [np.bincount(group, case, n_groups).astype(np.float64) for case in cases]
    return np.stack(sums, axis=1)


def _refined_ends(numbers: _Numbers, weights: FloatArray, tails: Sequence[float]) -> IntArray:
    """Least counts that are not exceeded with the probabilities ``tails``, by bisection."""
    ends = []
    for level in tails:
        low, high = np.zeros_like(numbers.most), numbers.most.copy()
        while (low < high).any():
            middle = (low + high) // 2
            reached = numbers.below(middle, weights) >= level - _ROUNDING
            low, high = np.where(reached, low, middle + 1), np.where(reached, middle, high)
            low = np.minimum(low, high)
        ends.append(low)
    return np.stack(ends, axis=1)


def _distributions(probability: FloatArray, group: IntArray) -> Iterator[_Parts]:
    """Yield whole groups as soon as they are one row; each group with members exactly once."""
    order = np.argsort(group, kind="stable")
    p = probability[order]
    parts = _Parts(
        group=group[order],
        first=np.zeros(len(p), dtype=np.int64),
        probability=np.stack([1 - p, p], axis=1),
        mean=p,
        variance=p * (1 - p),
    )
    while len(parts.group):
        alone = np.bincount(parts.group)[parts.group] == 1
        if alone.any():
            yield parts.taken(alone)
            parts = parts.taken(~alone)
            continue
        parts = _trimmed(_paired(parts))


def _paired(parts: _Parts) -> _Parts:
    """Neighbours of the same group joined; an odd one out goes on as it is."""
    starts = np.searchsorted(parts.group, parts.group)
    left = (np.arange(len(parts.group)) - starts) % 2 == 0
    one = parts.taken(left)
    pair = np.cumsum(left)[~left] - 1  # which pair a right row belongs to
    first, mean, variance = one.first.copy(), one.mean.copy(), one.variance.copy()
    other = np.zeros_like(one.probability)
    other[:, 0] = 1.0
    other[pair] = parts.probability[~left]
    first[pair] += parts.first[~left]
    mean[pair] += parts.mean[~left]
    variance[pair] += parts.variance[~left]
    return _Parts(one.group, first, _convolved(one.probability, other), mean, variance)


def _convolved(one: FloatArray, other: FloatArray) -> FloatArray:
    """Convolution of rows, both of shape (n_rows, k); shape (n_rows, 2k − 1)."""
    width = one.shape[1]
    size = 2 * width - 1
    if width > _DIRECT_MOST:
        fast = next_fast_len(size, real=True)
        product = irfft(rfft(one, fast) * rfft(other, fast), fast)
        long: FloatArray = np.maximum(product[:, :size], 0.0)
        return long
    short = np.zeros((len(one), size))
    for shift in range(width):
        short[:, shift : shift + width] += one * other[:, shift : shift + 1]
    return short


def _trimmed(parts: _Parts) -> _Parts:
    """The same without counts that are out of reach.

    Bernstein: P(count − mean ≥ t) ≤ exp(−t²/(2·variance + 2t/3)), which is exp(−c) at
    t = c/3 + √(c²/9 + 2c·variance).
    """
    c, n_counts = _TAIL_EXPONENT, parts.probability.shape[1]
    reach = np.ceil(c / 3 + np.sqrt(c**2 / 9 + 2 * c * parts.variance.max()))
    width = int(2 * reach) + 2
    if width >= n_counts:
        return parts
    start = np.floor(parts.mean - reach).astype(np.int64) - parts.first
    start = np.clip(start, 0, n_counts - width)
    columns = start[:, None] + np.arange(width)
    kept = np.take_along_axis(parts.probability, columns, axis=1)
    return _Parts(parts.group, parts.first + start, kept, parts.mean, parts.variance)
