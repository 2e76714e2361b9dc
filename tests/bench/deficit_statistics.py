"""Statistics of the deficits' benchmark; people are drawn with replacement, never their nodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.domain import BoolArray, FloatArray

BOOTSTRAP = 2_000


class Interval(NamedTuple):
    """A value with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


class Share(NamedTuple):
    """A share with its standard error."""

    value: float
    error: float


def clustered_share(hits: BoolArray, person: FloatArray) -> Share:
    """Share of rows that hit; the standard error counts the rows of a person as one draw.

    The linearised variance of a ratio of sums over people (Cochran 1977, section 6.3); of one
    person it is NaN.
    """
    _, owner = np.unique(person, return_inverse=True)
    rows = np.bincount(owner)
    hit = np.bincount(owner, weights=hits)
    share = float(hit.sum() / rows.sum())
    rest = hit - share * rows
    n = len(rows)
    scale = n / (n - 1) if n > 1 else np.nan
    return Share(share, float(np.sqrt(scale * (rest @ rest)) / rows.sum()))


def weighted_auc(score: FloatArray, positive: BoolArray, weight: FloatArray) -> FloatArray:
    """Chance that a positive row scores above a negative one; ties count half.

    Parameters
    ----------
    score, positive
        Shape (n,).
    weight
        Shape (n_draws, n), ≥ 0: how often a row is in each draw.

    Returns
    -------
    ndarray, shape (n_draws,); NaN where a draw has no positive or no negative row
    """
    _, place = np.unique(score, return_inverse=True)
    found = np.empty(len(weight))
    for b, w in enumerate(weight):
        above = np.bincount(place, weights=w * positive)
        below = np.bincount(place, weights=w * ~positive)
        wins = above @ (np.cumsum(below) - below / 2)
        pairs = above.sum() * below.sum()
        found[b] = wins / pairs if pairs else np.nan
    return found


class AucComparison(NamedTuple):
    """AUC of two scores on the same rows, and the first minus the second."""

    ours: float
    other: float
    difference: Interval


def compare_auc(
    ours: FloatArray,
    other: FloatArray,
    positive: BoolArray,
    person: FloatArray,
    *,
    draws: int = BOOTSTRAP,
) -> AucComparison:
    """Paired comparison with a 95 % percentile interval over people.

    NaN where there is no positive or no negative row.
    """
    _, owner = np.unique(person, return_inverse=True)
    drawn = _draws(int(owner.max()) + 1, draws)[:, owner]
    weight = np.vstack([np.ones(len(owner)), drawn])
    first, second = (weighted_auc(score, positive, weight) for score in (ours, other))
    differences = (first - second)[~np.isnan(first)]
    low, high = np.nan, np.nan
    if len(differences):
        low, high = np.quantile(differences, [0.025, 0.975]).tolist()
    return AucComparison(
        float(first[0]),
        float(second[0]),
        Interval(float(first[0] - second[0]), low, high),
    )


def relative_difference(ours: FloatArray, other: FloatArray, *, draws: int = BOOTSTRAP) -> Interval:
    """Σ ours / Σ other − 1 over people, pairs drawn together; a 95 % percentile interval."""
    weight = _draws(len(ours), draws)
    ratios = (weight @ ours) / (weight @ other) - 1
    low, high = np.quantile(ratios, [0.025, 0.975]).tolist()
    return Interval(float(ours.sum() / other.sum() - 1), low, high)


def _draws(n_people: int, draws: int) -> FloatArray:
    """How often each person is in each of the draws, shape (draws, n_people)."""
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(n_people, np.full(n_people, 1 / n_people), draws)
    return np.asarray(drawn, dtype=np.float64)
