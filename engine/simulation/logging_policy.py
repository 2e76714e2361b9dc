"""What a region proposes to its educators: slates, some of them drawn with known chances.

A slate of fixed size whose chances of inclusion are given exactly is drawn by systematic sampling
with unequal probabilities in random order (Madow 1949; Hartley and Rao 1962): the chances are
laid end to end on a line, and the points u, u + 1, u + 2, … take what they fall on. So every
chance is exact, whatever the order, and no simulation is needed to know it.
"""

from __future__ import annotations

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray


def inclusion_chances(
    scores: FloatArray, size: IntArray, temperature: float, floor: float
) -> FloatArray:
    """Chances of inclusion that go with exp(score / temperature), none above 1.

    Parameters
    ----------
    scores
        Shape (n, n_activities); −inf = may not be proposed.
    size
        Shape (n,), ≥ 0: activities of every slate; less where fewer may be proposed.
    floor
        Share of the slate that is spread evenly over all that may be proposed.

    Returns
    -------
    ndarray, shape (n, n_activities), in [0, 1]; rows sum to the size of the slate.
    """
    allowed = np.isfinite(scores)
    count = allowed.sum(axis=1)
    size = np.minimum(size, count)
    top = np.max(scores, axis=1, initial=-np.inf, keepdims=True)
    weight = np.exp((scores - np.where(np.isfinite(top), top, 0.0)) / temperature)
    share = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    even = allowed / np.maximum(count, 1)[:, None]
    return _capped((1 - floor) * share + floor * even, size.astype(np.float64))


def _capped(weight: FloatArray, size: FloatArray) -> FloatArray:
    """Chances proportional to weights, where those that would exceed 1 are 1."""
    sure = np.zeros(weight.shape, dtype=np.bool_)
    while True:
        rest = np.where(sure, 0.0, weight)
        left = np.maximum(size - sure.sum(axis=1), 0.0)
        scale = left / np.maximum(rest.sum(axis=1), 1e-300)
        chance = np.where(sure, 1.0, rest * scale[:, None])
        over = ~sure & (chance >= 1.0)
        if not over.any():
            return chance
        sure |= over


def draw_slates(rng: np.random.Generator, chance: FloatArray) -> BoolArray:
    """Draw a slate of every row; each activity is in it with its very chance.

    Parameters
    ----------
    chance
        Shape (n, n_activities), rows sum to whole numbers.

    Returns
    -------
    ndarray of bool, shape (n, n_activities); rows have as many as their chances sum to.
    """
    order = np.argsort(rng.random(chance.shape), axis=1)
    ends = np.cumsum(np.take_along_axis(chance, order, axis=1), axis=1)
    whole = np.rint(ends[:, -1:])
    ends = np.where(ends > ends[:, -1:] - 1e-9, whole, ends)  # sums are not whole to the last bit
    start = rng.random((len(chance), 1))
    # points start, start + 1, … below ``end``
    points = np.maximum(np.ceil(ends - start), 0.0)
    taken = np.diff(points, axis=1, prepend=0.0) > 0
    chosen = np.zeros(chance.shape, dtype=np.bool_)
    np.put_along_axis(chosen, order, taken, axis=1)
    return chosen


def best_slates(scores: FloatArray, size: IntArray) -> BoolArray:
    """The ``size`` best activities of every row, ties to the first; −inf is never taken."""
    order = np.argsort(-scores, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(scores.shape[1])[None, :], axis=1)
    best: BoolArray = (rank < size[:, None]) & np.isfinite(scores)
    return best
