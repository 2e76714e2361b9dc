"""How well answers that were kept back are predicted: the same measure for every model."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from engine.domain import BoolArray, FloatArray

_LEAST_CHANCE = 1e-6
"""A model that is sure and wrong must not make the mean infinite."""


def kept_back(responses: FloatArray, share: float, seed: int) -> BoolArray:
    """Answers to keep back, drawn at random among those given.

    Parameters
    ----------
    responses
        Shape (n_people, n_items), NaN = not answered.
    share
        Of the answers, in (0, 1); rounded to whole answers.

    Returns
    -------
    ndarray of bool, the shape of ``responses``
    """
    given = np.flatnonzero(~np.isnan(responses).ravel())
    drawn = np.random.default_rng(seed).permutation(given)[: round(share * len(given))]
    chosen = np.zeros(responses.size, dtype=bool)
    chosen[drawn] = True
    return chosen.reshape(responses.shape)


def auc(response: FloatArray, chance: FloatArray) -> float:
    """Probability that a right answer was given a higher chance than a wrong one.

    Parameters
    ----------
    response, chance
        Shape (n_answers,), in [0, 1]. An answer that is right in part counts as right with that
        weight and as wrong with the rest.

    Returns
    -------
    float
        In [0, 1]; NaN where all are right or all are wrong.
    """
    weight = np.concatenate([response, 1 - response])
    if not (response.sum() > 0 and (1 - response).sum() > 0):
        return float("nan")
    right = np.repeat([1, 0], len(response))
    return float(roc_auc_score(right, np.tile(chance, 2), sample_weight=weight))


def log_loss(response: FloatArray, chance: FloatArray) -> float:
    """Mean of −x·ln p − (1 − x)·ln(1 − p), in nats, ≥ 0; NaN without answers."""
    if not len(response):
        return float("nan")
    p = np.clip(chance, _LEAST_CHANCE, 1 - _LEAST_CHANCE)
    return float(-(response * np.log(p) + (1 - response) * np.log1p(-p)).mean())


def item_means(responses: FloatArray) -> FloatArray:
    """Share of right answers per item, shape (n_items,), drawn towards that of all answers.

    Of k right answers among n: (k + m) / (n + 1), m the mean of all answers; so an item without
    any answer has m.
    """
    given = ~np.isnan(responses)
    right = np.where(given, responses, 0.0)
    mean = right.sum() / max(1, given.sum())
    means: FloatArray = (right.sum(axis=0) + mean) / (given.sum(axis=0) + 1.0)
    return means
