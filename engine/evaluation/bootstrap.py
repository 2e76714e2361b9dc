"""Intervals by drawing people again: a person's rows belong together, so people are drawn.

Every function draws the same people for the same seed and number of people, so that differences
and ratios of two models on one test are paired.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.matching.order_histories import sums_by

DRAWS = 2_000
LEVEL = 0.95
_CELLS = 8_000_000
"""Most cells of one block of draws: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its bootstrap percentile interval; NaN where nobody has a value."""

    estimate: float
    low: float
    high: float


def by_person(values: FloatArray, person: IntArray, n_people: int) -> tuple[FloatArray, FloatArray]:
    """Sum and count of each person's rows, shape (n_people,) each; NaN rows are left out."""
    kept = ~np.isnan(values)
    sums = sums_by(person[kept], values[kept], n_people)
    return sums, np.bincount(person[kept], minlength=n_people).astype(np.float64)


def resampled_sums(columns: FloatArray, *, draws: int, seed: int) -> FloatArray:
    """Sums of the columns over people drawn with replacement.

    Parameters
    ----------
    columns
        Shape (n_people, n_columns), without NaN.

    Returns
    -------
    FloatArray
        Shape (draws, n_columns).
    """
    n = len(columns)
    rng = np.random.default_rng(seed)
    found = np.zeros((draws, columns.shape[1]))
    if not n:
        return found
    block = max(1, _CELLS // n)
    for start in range(0, draws, block):
        size = min(block, draws - start)
        drawn = rng.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        found[start : start + size] = times @ columns
    return found


def mean_interval(
    values: FloatArray, *, seed: int, draws: int = DRAWS, level: float = LEVEL
) -> Interval:
    """Mean over people of ``values``, shape (n_people,); NaN = the person does not count."""
    return ratio_of_sums(*_sum_and_count(values), seed=seed, draws=draws, level=level)


def ratio_of_sums(
    above: FloatArray,
    below: FloatArray,
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> Interval:
    """Σ above / Σ below with people drawn again; for means over rows see ``by_person``."""
    sums = resampled_sums(np.column_stack([above, below]), draws=draws, seed=seed)
    return _interval(_divide(above.sum(), below.sum()), _divide(*sums.T), level)


def paired_difference(
    left: FloatArray,
    right: FloatArray,
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> Interval:
    """Mean left − mean right over the people who have both; shape (n_people,) each."""
    a, b, both = _paired(left, right)
    return ratio_of_sums(a - b, both, seed=seed, draws=draws, level=level)


def paired_ratio(
    left: FloatArray,
    right: FloatArray,
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> Interval:
    """Mean left / mean right over the people who have both; shape (n_people,) each."""
    a, b, _ = _paired(left, right)
    return ratio_of_sums(a, b, seed=seed, draws=draws, level=level)


def _sum_and_count(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    held = ~np.isnan(values)
    return np.where(held, values, 0.0), held.astype(np.float64)


def _paired(left: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Both columns with 0 for people who lack one, and whether they have both."""
    if len(left) != len(right):
        raise ValueError("a paired comparison needs the same people")
    both = ~(np.isnan(left) | np.isnan(right))
    return np.where(both, left, 0.0), np.where(both, right, 0.0), both.astype(np.float64)


def _divide(above: FloatArray | float, below: FloatArray | float) -> FloatArray:
    """Quotient; NaN where ``below`` is 0."""
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    found: FloatArray = np.full(above.shape, np.nan)
    np.divide(above, below, out=found, where=below != 0)
    return found


def _interval(estimate: FloatArray, drawn: FloatArray, level: float) -> Interval:
    """Percentile interval; draws without a value are left out."""
    if not 0 < level < 1:
        raise ValueError("level must be in (0, 1)")
    drawn = drawn[~np.isnan(drawn)]
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) if len(drawn) else (np.nan, np.nan)
    return Interval(float(estimate), float(low), float(high))
