"""How evenly loads are shared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.assignment.records import Spread
from engine.domain import FloatArray


def spread_of(shares: Sequence[float]) -> Spread:
    """Spread of loads as shares of capacities, each ≥ 0."""
    values = np.asarray(shares, dtype=np.float64)
    if not len(values):
        return Spread(0, *(float("nan"),) * 5)
    return Spread(
        carers=len(values),
        mean=float(values.mean()),
        least=float(values.min()),
        most=float(values.max()),
        sd=float(values.std()),
        gini=gini(values),
    )


def gini(values: FloatArray) -> float:
    """Gini coefficient Σ_ij |x_i − x_j| / (2·n²·mean), in [0, 1); 0 where all are 0.

    Notes
    -----
    Over rising values the double sum is 2·Σ_i (2i − n − 1)·x_i with i from 1.
    """
    ordered = np.sort(values)
    n, whole = len(ordered), float(ordered.sum())
    if whole == 0:
        return 0.0
    rank = 2 * np.arange(1, n + 1) - n - 1
    return float(rank @ ordered) / (n * whole)
