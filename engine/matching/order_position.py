"""Where activities stand in time when only each person's order is known.

Whoever took ``a`` before ``b`` says that ``a`` is the earlier one. The latent positions are those
of a Bradley–Terry model, P(a before b) = σ(x_b − x_a), with a normal prior around 0: with many
people's partial orders they line up in one calendar, and an activity nobody took stands at 0.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import cg
from scipy.special import expit

from engine.domain import FloatArray, IntArray
from engine.matching.order_histories import sums_by

_STEPS, _TOLERANCE = 50, 1e-5
_INEXACT = 1e-3
"""Newton's steps need not be exact: the next one mends what this one left."""


def latent_positions(before: sp.csr_array, precision: float) -> FloatArray:
    """Positions x of the most probable calendar, shape (n_activities,).

    Parameters
    ----------
    before
        Shape (n, n): weight with which row was taken before column.
    precision
        > 0, of the prior; holds apart what never changes places.

    Notes
    -----
    The posterior is strictly concave. Newton's steps solve a graph Laplacian by conjugate
    gradients, so nothing dense of size n² is made.
    """
    pairs = sp.coo_array(before)
    a, b, weight = pairs.row, pairs.col, pairs.data
    n = before.shape[0]
    x = np.zeros(n)
    value = _objective(x, a, b, weight, precision)
    for _ in range(_STEPS):
        short = expit(x[a] - x[b])  # 1 − P(a before b)
        gradient = _scatter(b, a, weight * short, n) - precision * x
        curvature = weight * short * (1 - short)
        system = sp.csr_array(_laplacian(a, b, curvature, n) + precision * sp.eye_array(n))
        scale = sp.diags_array(1 / system.diagonal())
        step, _ = cg(system, gradient, rtol=_INEXACT, M=scale, maxiter=20 * n + 100)
        x, value, moved = _climb(x, step, value, (a, b, weight, precision))
        if moved < _TOLERANCE:
            break
    return x


def _climb(
    x: FloatArray,
    step: FloatArray,
    value: float,
    model: tuple[IntArray, IntArray, FloatArray, float],
) -> tuple[FloatArray, float, float]:
    """The longest of the halved steps that does not lower the posterior."""
    scale = 1.0
    while scale > 1e-6:
        found = _objective(x + scale * step, *model)
        if found >= value - 1e-12 * abs(value):
            return x + scale * step, found, float(np.abs(scale * step).max(initial=0.0))
        scale /= 2
    return x, value, 0.0


def _objective(
    x: FloatArray, a: IntArray, b: IntArray, weight: FloatArray, precision: float
) -> float:
    return float(-(weight * np.logaddexp(0.0, x[a] - x[b])).sum() - precision / 2 * (x @ x))


def _scatter(plus: IntArray, minus: IntArray, values: FloatArray, n: int) -> FloatArray:
    return sums_by(plus, values, n) - sums_by(minus, values, n)


def _laplacian(a: IntArray, b: IntArray, weight: FloatArray, n: int) -> sp.csr_array:
    adjacency = sp.coo_array((weight, (a, b)), shape=(n, n)).tocsr()
    adjacency = adjacency + adjacency.T
    degree = np.asarray(adjacency.sum(axis=1)).ravel()
    return sp.csr_array(sp.diags_array(degree) - adjacency)


def calendar_share(positions: FloatArray, takers: FloatArray) -> FloatArray:
    """Positions as shares of all that was taken: 0 = before everything, 1 = after it.

    An activity lies in the middle of its own takers; one that nobody took, where it would stand.
    Equal positions have equal shares.
    """
    total = takers.sum()
    if not total:
        return np.full(len(positions), 0.5)
    order = np.argsort(positions, kind="stable")
    cumulated = np.concatenate([[0.0], np.cumsum(takers[order])])
    low = cumulated[np.searchsorted(positions[order], positions, side="left")]
    high = cumulated[np.searchsorted(positions[order], positions, side="right")]
    share: FloatArray = (low + high) / 2 / total
    return share
