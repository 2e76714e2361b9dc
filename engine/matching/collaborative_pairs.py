"""Pairs of activities in the histories of people: taken together, and one after the other."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from engine.domain import FloatArray, IntArray
from engine.matching.order_histories import Histories


def ordered_pairs(
    histories: Histories,
    n_activities: int,
    window: int,
    half_life: float = np.inf,
    half_life_days: float = np.inf,
) -> sp.csr_array:
    """How much was taken after what: Σ over pairs of a history that are ≤ ``window`` apart.

    A pair weighs 0.5^((gap − 1) / half_life) · 0.5^(days / half_life_days), gap in rows.

    Returns
    -------
    csr_array
        Shape (n, n), row before column.
    """
    n = n_activities
    found = sp.csr_array((n, n), dtype=np.float64)
    from_end = histories.from_end
    most = min(window, int(histories.lengths.max(initial=1)) - 1)
    for gap in range(1, most + 1):
        first = np.flatnonzero(from_end >= gap)
        weight = np.full(len(first), 0.5 ** ((gap - 1) / half_life))
        if np.isfinite(half_life_days):
            days = histories.time[first + gap] - histories.time[first]
            weight *= 0.5 ** (days / half_life_days)
        cells = (histories.activity[first], histories.activity[first + gap])
        found = found + sp.coo_array((weight, cells), shape=(n, n)).tocsr()
    return sp.csr_array(found)


def together(histories: Histories, n_activities: int) -> sp.csr_array:
    """People who took both, shape (n, n); the diagonal holds the takers."""
    table = histories.table(n_activities)
    return sp.csr_array(table.T @ table)


def shrunk_cosine(both: sp.csr_array, shrinkage: float) -> sp.csr_array:
    """Cosine of two activities' takers, n_ab / (√(n_a n_b) + shrinkage), diagonal left out.

    The root corrects for popularity, shrinkage for pairs that few people speak for.
    """
    takers = both.diagonal()
    pairs = sp.coo_array(both)
    apart = pairs.row != pairs.col
    a, b, n = pairs.row[apart], pairs.col[apart], pairs.data[apart]
    values = n / (np.sqrt(takers[a] * takers[b]) + shrinkage)
    return sp.coo_array((values, (a, b)), shape=both.shape).tocsr()


def cells_of(matrix: sp.csr_array, rows: IntArray, columns: IntArray) -> FloatArray:
    """Values of single cells; 0 where the matrix holds none."""
    if not len(rows):  # scipy answers with a sparse array then
        return np.zeros(0)
    return np.asarray(matrix[rows, columns], dtype=np.float64).ravel()


def scaled_rows(matrix: sp.csr_array, factor: FloatArray) -> sp.csr_array:
    """Every row times its factor."""
    return sp.csr_array(sp.diags_array(factor) @ matrix)


def strongest(matrix: FloatArray, most: int) -> sp.csr_array:
    """Sparse copy of a dense matrix that keeps the ``most`` greatest magnitudes of each row."""
    n = matrix.shape[1]
    if n <= most:
        return sp.csr_array(matrix)
    kept = np.sort(np.argpartition(-np.abs(matrix), most, axis=1)[:, :most], axis=1)
    values = np.take_along_axis(matrix, kept, axis=1)
    start = np.arange(len(matrix) + 1) * most
    return sp.csr_array((values.ravel(), kept.ravel(), start), shape=matrix.shape)
