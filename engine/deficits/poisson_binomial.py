"""How many of n people have something, if each has it with a probability of his own.

The number is Poisson-binomial (Hong 2013). Its distribution is the convolution of n Bernoullis,
taken here pairwise in a balanced tree, for all groups at once: short arrays by shifted sums, long
ones by FFT. No normal approximation comes in; what is cut off the tails on the way weighs less
than 10⁻¹⁵ in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from engine.domain import BoolArray, FloatArray, IntArray

_DIRECT_MOST = 33
"""Longest arrays that are convolved by shifted sums; longer ones go faster by FFT."""

_TAIL_EXPONENT = 40.0
"""Each cut tail weighs at most exp(−40) ≈ 4·10⁻¹⁸."""

_ROUNDING = 1e-12


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
    probability: FloatArray, group: IntArray, n_groups: int, *, mass: float = 0.9
) -> IntArray:
    """Equal-tailed intervals of the counts of many groups.

    Parameters
    ----------
    probability
        Shape (n,), in [0, 1]: that this member counts.
    group
        Shape (n,), in [0, n_groups): the member's group.
    mass
        Least probability of the interval; each tail outside weighs at most (1 − mass)/2.

    Returns
    -------
    ndarray of int, shape (n_groups, 2)
        Least and greatest count; (0, 0) for a group without members.
    """
    found = np.zeros((n_groups, 2), dtype=np.int64)
    tail = (1 - mass) / 2
    for parts in _distributions(probability, group):
        below = np.cumsum(parts.probability, axis=1)
        for end, level in enumerate((tail, 1 - tail)):
            # counts are whole: a level that is met exactly must not be missed by rounding
            place = (below < level - _ROUNDING).sum(axis=1)
            last = below.shape[1] - 1
            found[parts.group, end] = parts.first + np.minimum(place, last)
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
