"""How well chances told outcomes: against hand calculation, an oracle and planted chances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.domain import FloatArray
from engine.matching.factors import FACTORS, NUISANCE
from engine.matching.model import MatchingModel
from engine.training.outcome_metrics import outcome_metrics, predicted
from engine.training.table import LabelledTable
from tests.engine.training.histories import fitted, region, table

pytestmark = pytest.mark.slow


def labelled(label: FloatArray, weight: FloatArray | None = None) -> LabelledTable:
    """Some rows of the region with labels of our own."""
    some = table().select(np.arange(len(label)))
    return replace(some, label=label, weight=np.ones(len(label)) if weight is None else weight)


def test_three_people_by_hand() -> None:
    """Log-loss is a mean over people, not over rows; the rest is over weighted rows."""
    data, known = region(), table()
    person = data.interactions.person[known.row]
    first, second = np.unique(person)[:2]
    rows = np.concatenate(
        [np.flatnonzero(person == first)[:3], np.flatnonzero(person == second)[:1]]
    )
    some = replace(
        known.select(rows),
        label=np.array([1.0, 0.0, 1.0, 0.5]),
        weight=np.array([1.0, 1.0, 2.0, 1.0]),
    )
    chance = np.array([0.8, 0.4, 0.5, 0.25])
    found = outcome_metrics(data, some, chance, {}, seed=0)
    mine = (-np.log(0.8) - np.log(0.6) - 2 * np.log(0.5)) / 4
    other = -(np.log(0.25) + np.log(0.75)) / 2
    assert found.n == 4
    assert found.log_loss.estimate == pytest.approx((mine + other) / 2)
    assert found.log_loss.low <= found.log_loss.estimate <= found.log_loss.high
    squares = [0.2**2, 0.4**2, 2 * 0.5**2, 0.25**2]
    assert found.brier == pytest.approx(sum(squares) / 5)
    # four bins of one row each: |0.8 − 1|, |0.4 − 0|, 2 · |0.5 − 1|, |0.25 − 0.5|
    assert found.calibration_error == pytest.approx((0.2 + 0.4 + 1.0 + 0.25) / 5)


def test_auc_of_plain_outcomes_is_scikit_learns() -> None:
    """With outcomes of 0 and 1 it is the area scikit-learn has, weights too."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 200).astype(float)
    weight = rng.uniform(0.1, 2.0, 200)
    chance = np.clip(0.3 * label + 0.7 * rng.random(200), 0, 1)
    found = outcome_metrics(region(), labelled(label, weight), chance, {}, seed=0)
    assert found.auc == pytest.approx(roc_auc_score(label, chance, sample_weight=weight))


def test_auc_of_a_chance_counts_as_both_by_pairs() -> None:
    """Σ over pairs of y_i (1 − y_j) [p_i > p_j], ties by half, over Σ y_i (1 − y_j)."""
    y = np.array([0.9, 0.3, 0.5, 0.0])
    p = np.array([0.7, 0.2, 0.2, 0.6])
    pairs = y[:, None] * (1 - y)[None, :]
    wins = (p[:, None] > p[None, :]) + 0.5 * (p[:, None] == p[None, :])
    found = outcome_metrics(region(), labelled(y), p, {}, seed=0)
    assert found.auc == pytest.approx((pairs * wins).sum() / pairs.sum())
    alike = outcome_metrics(region(), labelled(np.ones(4)), p, {}, seed=0)
    assert np.isnan(alike.auc)


def test_true_chances_are_calibrated_and_shifted_ones_are_not() -> None:
    """Outcomes drawn from the chances: little error, also in a slice; a shift of 0.2 is found."""
    data, known = region(), table()
    rng = np.random.default_rng(3)
    true = rng.uniform(0.25, 0.75, len(known))
    drawn = replace(
        known, label=(rng.random(len(true)) < true).astype(float), weight=np.ones(len(true))
    )
    half = np.arange(len(data.interactions.people)) % 2 == 0
    slices = {"half": half, "nobody": np.zeros_like(half)}
    right = outcome_metrics(data, drawn, true, slices, seed=0)
    wrong = outcome_metrics(data, drawn, true + 0.2, slices, seed=0)
    assert right.calibration_error < 0.06
    assert wrong.calibration_error == pytest.approx(0.2, abs=0.05)
    error, n = wrong.calibration_by_slice["half"]
    assert n == np.count_nonzero(half[data.interactions.person[known.row]])
    assert error == pytest.approx(0.2, abs=0.06)
    assert "nobody" not in wrong.calibration_by_slice
    assert right.log_loss.estimate < wrong.log_loss.estimate
    assert right.brier < wrong.brier


def test_predictions_are_those_of_the_model_in_service() -> None:
    """Signals of everybody, popularity left out; the prior needs no signals."""
    data, found = region(), fitted()
    chance = predicted(data, table(), found.model, 1)
    X = found.table.X.copy()
    assert chance.shape == (len(X),)
    X[:, [FACTORS.index(name) for name in NUISANCE]] = np.nan
    by_fold = found.model.relevance.predict_proba(X)[:, 1]
    assert np.corrcoef(chance, by_fold)[0, 1] > 0.9  # other signals, the same weights
    assert (chance != by_fold).any()
    prior = predicted(data, table(), MatchingModel.prior(), 1)
    plain = MatchingModel.prior().relevance.predict_proba(table().X)[:, 1]
    np.testing.assert_allclose(prior, plain)
