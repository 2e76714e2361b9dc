"""Metrics of a ranking, by person; whoever reports one averages over people.

Relevant activities are a sparse table of gains, people × activities: 1 for a binary question, any
number above 0 for a graded one. A person without relevant activities has no recall: NaN, which
means leave out. Lists are made by ``top_k``; −1 pads a list that is shorter than ``k``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.domain import BoolArray, FloatArray, IntArray
from engine.matching.collaborative_pairs import cells_of
from engine.matching.order_histories import sums_by


def top_k(scores: FloatArray, k: int, admissible: BoolArray | None = None) -> IntArray:
    """Positions of the ``k`` best activities of every person, best first.

    Parameters
    ----------
    scores
        Shape (n_people, n_activities); NaN and −∞ are never listed.
    admissible
        Same shape; False = may not be listed (taken before, say). ``None`` = all may.

    Returns
    -------
    IntArray
        Shape (n_people, k); equal scores by position, −1 where nothing is left.
    """
    if k < 1:
        raise ValueError("k must be at least 1")
    usable = np.isfinite(scores) | (scores == np.inf)
    if admissible is not None:
        usable &= admissible
    kept = np.where(usable, scores, -np.inf)
    n = min(k, scores.shape[1])
    best = _smallest(-kept, n)
    taken = np.take_along_axis(usable, best, axis=1)
    lists = np.full((len(scores), k), -1, dtype=np.int64)
    lists[:, :n] = np.where(taken, best, -1)
    return lists


def _smallest(costs: FloatArray, n: int) -> IntArray:
    """Positions of the ``n`` smallest of each row, ascending, equal ones by position.

    A partition alone would cut through equal costs at random: all that are not above the n-th
    cost are sorted, which is the whole row only where they are all alike.
    """
    if n == 0:
        return np.zeros((len(costs), 0), dtype=np.int64)
    edge = np.partition(costs, n - 1, axis=1)[:, n - 1 : n]
    found = np.empty((len(costs), n), dtype=np.int64)
    for row, (cost, most) in enumerate(zip(costs, edge, strict=True)):
        near = np.flatnonzero(cost <= most[0])
        found[row] = near[np.argsort(cost[near], kind="stable")[:n]]
    return found


def gains_of(lists: IntArray, relevant: sp.csr_array) -> FloatArray:
    """Gain of every listed activity, the shape of ``lists``; padding gains 0."""
    rows = np.repeat(np.arange(lists.shape[0]), lists.shape[1])
    found = cells_of(relevant, rows, np.maximum(lists, 0).ravel())
    gains: FloatArray = np.where(lists >= 0, found.reshape(lists.shape), 0.0)
    return gains


# --------------------------------------------------------------------------- accuracy


def recall_at_k(lists: IntArray, relevant: sp.csr_array) -> FloatArray:
    """Share of a person's relevant activities that are listed; shape (n_people,).

    The denominator is all that is relevant, also where that is more than ``k``.
    """
    hits = (gains_of(lists, relevant) > 0).sum(axis=1)
    return _ratio(hits, _count(relevant))


def ndcg_at_k(lists: IntArray, relevant: sp.csr_array) -> FloatArray:
    """Discounted gain over the best possible one; shape (n_people,), in [0, 1].

    Gains are linear and discounted by log2(rank + 1) (Järvelin and Kekäläinen 2002), as in
    scikit-learn; the best list has the ``k`` greatest gains of the person.
    """
    discount = 1 / np.log2(np.arange(2, lists.shape[1] + 2))
    found = gains_of(lists, relevant) @ discount
    return _ratio(found, _ideal(relevant, discount))


def _ideal(relevant: sp.csr_array, discount: FloatArray) -> FloatArray:
    """Discounted gain of the best list of every person."""
    table = sp.csr_array(relevant, dtype=np.float64)
    person = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    order = np.lexsort((-table.data, person))
    rank = np.arange(len(person)) - table.indptr[person]
    within = rank < len(discount)
    value = table.data[order][within] * discount[rank[within]]
    return sums_by(person[within], value, table.shape[0])


def average_precision_at_k(lists: IntArray, relevant: sp.csr_array) -> FloatArray:
    """Mean over the hits of the precision at their ranks; shape (n_people,), in [0, 1].

    The sum over hits is divided by min(k, relevant), so that a perfect list gives 1.
    """
    hits = gains_of(lists, relevant) > 0
    k = lists.shape[1]
    precision = hits.cumsum(axis=1) / np.arange(1, k + 1)
    return _ratio((precision * hits).sum(axis=1), np.minimum(_count(relevant), k))


def _count(relevant: sp.csr_array) -> IntArray:
    return np.asarray((relevant > 0).sum(axis=1), dtype=np.int64).ravel()


def _ratio(above: FloatArray | IntArray, below: FloatArray | IntArray) -> FloatArray:
    """Quotient; NaN where there is nothing to divide by."""
    found: FloatArray = np.full(len(above), np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found


# --------------------------------------------------------------------------- beyond accuracy


def coverage(lists: IntArray, n_activities: int) -> float:
    """Share of the catalogue that is in anybody's list; 0 for an empty catalogue."""
    listed = np.unique(lists[lists >= 0])
    return len(listed) / n_activities if n_activities else 0.0


def novelty(lists: IntArray, takers: IntArray, n_people: int) -> FloatArray:
    """Mean surprise −log2 p of what is listed, in bits; shape (n_people,), NaN = empty list.

    Parameters
    ----------
    takers
        Shape (n_activities,): people who took it in training; p = (takers + 1) / (n_people + 2),
        so that what nobody took is surprising and not infinitely so.
    """
    surprise = -np.log2((takers + 1) / (n_people + 2))
    return _mean_listed(lists, surprise)


def listed_popularity(lists: IntArray, takers: IntArray, n_people: int) -> FloatArray:
    """Mean share of people who took what is listed; shape (n_people,), NaN = empty list."""
    return _mean_listed(lists, takers / max(n_people, 1))


def popularity_lift(lists: IntArray, history: sp.csr_array, takers: IntArray) -> FloatArray:
    """How much more popular a list is than what its person took before; shape (n_people,).

    (list − history) / history of mean takers (Abdollahpouri et al. 2019); 0 = as popular as the
    person's own choice, above = pushed to the popular, NaN = no history or no list.
    """
    listed = _mean_listed(lists, takers.astype(np.float64))
    taken = sp.csr_array(history > 0, dtype=np.float64)
    own = _ratio(taken @ takers.astype(np.float64), _count(history))
    found: FloatArray = np.full(len(listed), np.nan)
    np.divide(listed - own, own, out=found, where=own > 0)
    return found


def exposure_gini(lists: IntArray, n_activities: int) -> float:
    """Gini coefficient of how often activities are listed: 0 = alike, → 1 = one has it all."""
    counts = np.sort(np.bincount(lists[lists >= 0], minlength=n_activities))
    total = counts.sum()
    if not total:
        return 0.0
    n = len(counts)
    return float((2 * np.arange(1, n + 1) - n - 1) @ counts / (n * total))


def _mean_listed(lists: IntArray, values: FloatArray) -> FloatArray:
    held = lists >= 0
    found = np.where(held, values[np.maximum(lists, 0)], 0.0).sum(axis=1)
    return _ratio(found, held.sum(axis=1))


# --------------------------------------------------------------------------- calibration


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """Predictions of one bin beside what came.

    Parameters
    ----------
    low, high
        Bounds of the bin, in [0, 1]; ``low`` belongs to it, ``high`` only to the last one.
    n
        Weight of the predictions in it.
    predicted, observed
        Means; NaN for an empty bin.
    """

    low: float
    high: float
    n: float
    predicted: float
    observed: float


def reliability_table(
    outcome: FloatArray, chance: FloatArray, bins: int = 10, weight: FloatArray | None = None
) -> tuple[ReliabilityRow, ...]:
    """Mean prediction and mean outcome in ``bins`` equal intervals of [0, 1].

    Parameters
    ----------
    outcome, chance, weight
        Shape (n,); outcome and chance in [0, 1], weight ≥ 0 (``None`` = 1 each).

    Raises
    ------
    ValueError
        A chance is NaN or outside [0, 1].
    """
    if not ((chance >= 0) & (chance <= 1)).all():
        raise ValueError("chances must be in [0, 1]")
    weights = np.ones(len(chance)) if weight is None else weight
    at = np.minimum((chance * bins).astype(np.int64), bins - 1)
    n = sums_by(at, weights, bins)
    predicted = _ratio(sums_by(at, weights * chance, bins), n)
    observed = _ratio(sums_by(at, weights * outcome, bins), n)
    edges = np.arange(bins + 1) / bins
    return tuple(
        ReliabilityRow(*map(float, row))
        for row in zip(edges[:-1], edges[1:], n, predicted, observed, strict=True)
    )


def expected_calibration_error(
    outcome: FloatArray, chance: FloatArray, bins: int = 10, weight: FloatArray | None = None
) -> float:
    """Mean distance of prediction and outcome over the bins, by their weight; NaN for no rows."""
    rows = [r for r in reliability_table(outcome, chance, bins, weight) if r.n > 0]
    total = sum(r.n for r in rows)
    if not total:
        return float("nan")
    return sum(r.n * abs(r.predicted - r.observed) for r in rows) / total


def brier_score(outcome: FloatArray, chance: FloatArray, weight: FloatArray | None = None) -> float:
    """Mean squared distance of chance and outcome, in [0, 1]; NaN for no rows."""
    if not len(chance):
        return float("nan")
    return float(np.average((chance - outcome) ** 2, weights=weight))
