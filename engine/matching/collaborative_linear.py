"""Closed-form linear models of what goes with what: without order (EASE) and with it."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotri

from engine.domain import FloatArray, IntArray
from engine.matching.order_histories import Histories

_FAINT = 0.02
"""Decayed weights below this are left out: they cost time and decide nothing."""
_EXAMPLES = 200_000
"""Moments held at once."""


def ease_weights(both: sp.csr_array, ridge: float) -> FloatArray:
    """Weights B of EASE (Steck 2019): X B ≈ X by ridge regression, diagonal of B zero.

    Parameters
    ----------
    both
        XᵀX, shape (n, n).
    ridge
        > 0, added to the diagonal.
    """
    gram = both.toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    # from its Cholesky factor the inverse costs a third of solving for every unit vector
    half, _ = dpotri(cho_factor(gram, lower=True, overwrite_a=True)[0], lower=1)
    inverse = np.tril(half) + np.tril(half, -1).T
    weights: FloatArray = inverse / -np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0.0)
    return weights


def directed_weights(
    histories: Histories,
    n_activities: int,
    ridge: float,
    half_life: float,
    ahead_half_life: float,
) -> FloatArray:
    """Weights B with past · B ≈ future by ridge regression over all moments of all histories.

    At a moment between two rows the past is what was taken before, each weighing
    0.5^(rows back / half_life), and the future what came after, 0.5^(rows ahead / ahead_half_life)
    — a linear model of sessions as in Choi et al. 2021. Shape (n, n), row past, column future.
    """
    n = n_activities
    gram, target = np.zeros((n, n)), np.zeros((n, n))
    which, cut = _moments(histories)
    back, ahead = _reach(half_life), _reach(ahead_half_life)
    for low in range(0, len(which), _EXAMPLES):
        one, at = which[low : low + _EXAMPLES], cut[low : low + _EXAMPLES]
        past = histories.between(one, np.maximum(at - back, 0), at)
        future = histories.between(one, at, np.minimum(at + ahead, histories.lengths[one]))
        given = past.table(n, 0.5 ** (past.from_end / half_life))
        gram += (given.T @ given).toarray()
        target += (
            given.T @ future.table(n, 0.5 ** (future.from_start / ahead_half_life))
        ).toarray()
    gram[np.diag_indices(n)] += ridge
    found: FloatArray = cho_solve(cho_factor(gram, overwrite_a=True), target, overwrite_b=True)
    return found


def _moments(histories: Histories) -> tuple[IntArray, IntArray]:
    """History and number of rows before it, of every moment with something on both sides."""
    inner = histories.from_start > 0
    return histories.owner[inner], histories.from_start[inner]


def _reach(half_life: float) -> int:
    """Rows after which a decayed weight is faint."""
    return max(1, int(np.ceil(half_life * np.log2(1 / _FAINT))))
