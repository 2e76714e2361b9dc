"""How well a model's relevance told the held-out outcomes: calibration and discrimination."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from engine.domain import BoolArray, FloatArray
from engine.evaluation.bootstrap import Interval, mean_interval
from engine.evaluation.metrics import (
    ReliabilityRow,
    brier_score,
    expected_calibration_error,
    reliability_table,
)
from engine.matching.factors import FACTORS, NUISANCE
from engine.matching.model import MatchingModel
from engine.matching.signals import LearnedSignals
from engine.training.data import TrainingData
from engine.training.fit import with_signals
from engine.training.table import LabelledTable


@dataclass(frozen=True, slots=True)
class OutcomeMetrics:
    """One model on held-out outcomes.

    Parameters
    ----------
    n
        Outcomes.
    log_loss
        Mean over people, with its interval; less is better.
    auc
        Area under the ROC curve; an outcome that is a chance counts as both, weighted. NaN where
        all outcomes are alike.
    brier, calibration_error
        In [0, 1].
    reliability
        Ten bins of prediction beside what came.
    calibration_by_slice
        Expected calibration error and number of outcomes by slice.
    """

    n: int
    log_loss: Interval
    auc: float
    brier: float
    calibration_error: float
    reliability: tuple[ReliabilityRow, ...]
    calibration_by_slice: Mapping[str, tuple[float, int]]


def predicted(
    data: TrainingData, table: LabelledTable, model: MatchingModel, n_jobs: int
) -> FloatArray:
    """Relevance of the rows of a table as the model would have said it, shape (n,)."""
    signals = model.signals or LearnedSignals()
    everybody = np.zeros(len(table), dtype=np.int64)
    X = with_signals(data, table, [signals], everybody, n_jobs)
    X[:, [FACTORS.index(name) for name in NUISANCE]] = np.nan
    found: FloatArray = model.relevance.predict_proba(X)[:, 1]
    return found


def outcome_metrics(
    data: TrainingData,
    table: LabelledTable,
    chance: FloatArray,
    slices: Mapping[str, BoolArray],
    seed: int,
) -> OutcomeMetrics:
    """Metrics of predictions for the rows of a table.

    Parameters
    ----------
    chance
        Shape (n,), of ``predicted``.
    slices
        By name, shape (n_people,) over ``data.interactions.people``.
    """
    y, w = table.label, table.weight
    person = data.interactions.person[table.row]
    n_people = len(data.interactions.people)
    safe = np.clip(chance, 1e-6, 1 - 1e-6)
    loss = -w * (y * np.log(safe) + (1 - y) * np.log1p(-safe))
    sums = np.bincount(person, loss, minlength=n_people)
    weights = np.bincount(person, w, minlength=n_people)
    per_person = np.divide(sums, weights, out=np.full(n_people, np.nan), where=weights > 0)
    by_slice = {}
    for name, members in slices.items():
        own = members[person]
        if own.any():
            error = expected_calibration_error(y[own], chance[own], weight=w[own])
            by_slice[name] = (error, int(own.sum()))
    return OutcomeMetrics(
        n=len(table),
        log_loss=mean_interval(per_person, seed=seed),
        auc=_auc(y, chance, w),
        brier=brier_score(y, chance, w),
        calibration_error=expected_calibration_error(y, chance, weight=w),
        reliability=reliability_table(y, chance, weight=w),
        calibration_by_slice=by_slice,
    )


def _auc(label: FloatArray, chance: FloatArray, weight: FloatArray) -> float:
    if len(label) == 0 or np.ptp(label) == 0:
        return float("nan")
    both = np.concatenate([weight * label, weight * (1 - label)])
    ends = np.repeat([1, 0], len(label))
    return float(roc_auc_score(ends, np.concatenate([chance, chance]), sample_weight=both))
