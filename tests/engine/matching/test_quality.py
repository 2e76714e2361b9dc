"""Quality of activities: found where outcomes show it, shrunk where they do not."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from engine.domain import Kind
from engine.matching.quality import QualityEvidence
from tests.engine.matching.records import activity


def _drawn(seed: int, per_activity: np.ndarray) -> tuple[QualityEvidence, np.ndarray, list]:
    """Outcomes of 200 activities of 10 providers, whose odds have known deviations."""
    rng = np.random.default_rng(seed)
    acts = [activity(f"a{i:03d}", provider=f"p{i % 10}") for i in range(200)]
    provider = rng.normal(0.0, 0.5, 10)
    own = rng.normal(0.0, 0.7, 200)
    truth = provider[np.arange(200) % 10] + own
    at = np.repeat(np.arange(200), per_activity)
    expected = expit(rng.normal(0.0, 0.8, len(at)))
    outcome = (rng.random(len(at)) < expit(logit(expected) + truth[at])).astype(float)
    return QualityEvidence.fit(acts, at, outcome, expected), truth, acts


def test_variances_of_the_levels_are_found() -> None:
    """Planted sds 0.5 between providers and 0.7 within are found within a third."""
    found = [_drawn(seed, np.full(200, 60))[0].variance for seed in range(6)]
    _, provider, own = np.mean(found, axis=0)
    assert np.sqrt(own) == pytest.approx(0.7, rel=0.2)
    assert np.sqrt(provider) == pytest.approx(0.5, rel=0.34)


def test_estimates_come_nearer_to_the_truth_than_raw_shares_and_than_nothing() -> None:
    """With 8 outcomes each, the shrunk log odds have the least error."""
    rng = np.random.default_rng(1)
    quality, truth, acts = _drawn(2, rng.integers(2, 15, 200))
    found = logit(quality.factor(acts))
    truth = truth - truth.mean()
    error = np.mean((found - found.mean() - truth) ** 2)
    assert error < 0.75 * np.mean(truth**2)
    assert np.corrcoef(found, truth)[0, 1] > 0.6


def test_an_activity_without_outcomes_has_what_its_provider_earned() -> None:
    """A new activity of a good provider lies above one of a bad one; a stranger at its kind."""
    acts = [activity(f"a{i}", provider="good" if i % 2 else "bad") for i in range(20)]
    at = np.repeat(np.arange(20), 50)
    rate = np.where(at % 2 == 1, 0.8, 0.3)
    outcome = (np.random.default_rng(0).random(len(at)) < rate).astype(float)
    quality = QualityEvidence.fit(acts, at, outcome, np.full(len(at), 0.55))
    new = [
        activity("n1", provider="Good"),
        activity("n2", provider="bad"),
        activity("n3", provider="?"),
    ]
    good, bad, stranger = quality.factor(new)
    assert good > stranger > bad
    assert good == pytest.approx(expit(logit(0.8) - logit(0.55)), abs=0.1)
    other = replace(new[0], kind=Kind.CONFERENCE)
    assert quality.factor([other])[0] == 0.5


def test_rows_without_weight_say_nothing() -> None:
    """A weight of 0 takes a row out."""
    acts = [activity("a0"), activity("a1")]
    at = np.array([0, 0, 0, 1, 1, 1])
    outcome = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    weight = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    left = QualityEvidence.fit(acts, at, outcome, np.full(6, 0.5), weight).factor(acts)
    alone = QualityEvidence.fit(acts, at[:3], outcome[:3], np.full(3, 0.5)).factor(acts)
    np.testing.assert_allclose(left, alone)
