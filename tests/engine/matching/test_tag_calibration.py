"""Chances of tags: monotone, recovered from planted truth, right as often as they say."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import ConfigurationError
from engine.matching.tag_calibration import (
    TagCalibration,
    calibration_features,
    candidates,
    fit_calibration,
    load_tag_calibration,
    parse_calibration,
    to_json,
)
from engine.matching.tagging import CompetencyTagger
from tests.bench.tag_measures import calibration_error
from tests.bench.tagging import catalogue_scores, fit_on, out_of_fold, title_scores
from tests.engine.matching.records import FRAMEWORK
from tests.labels.titles import first_titles, rest_titles, right_leaves

TITLES = [*first_titles(), *rest_titles()]
RIGHT = right_leaves(TITLES, FRAMEWORK)
SHIPPED = load_tag_calibration()


def test_features_by_hand() -> None:
    """Logarithm, margin over the best other leaf, logarithm of the place; equals stand alike."""
    found = calibration_features(np.array([[0.5, 0.2, 0.5], [0.4, 0.1, 0.0]]))
    log = np.log
    expected = [
        [[log(0.5), 0.0, 0.0], [log(0.2), -0.3, -log(3)], [log(0.5), 0.0, 0.0]],
        [[log(0.4), 0.3, 0.0], [log(0.1), -0.3, -log(2)], [log(0.001), -0.4, -log(3)]],
    ]
    np.testing.assert_allclose(found, expected)


@settings(deadline=None)
@given(
    arrays(np.float64, (1, 5), elements=st.floats(0, 1)),
    st.integers(0, 4),
    st.floats(0, 1),
)
def test_a_higher_score_never_lowers_the_chance(
    scores: np.ndarray, leaf: int, higher: float
) -> None:
    """Raising one leaf's score alone does not lower its chance, nor raise the others'."""
    raised = scores.copy()
    raised[0, leaf] = max(scores[0, leaf], higher)
    before, after = SHIPPED.chances(scores)[0], SHIPPED.chances(raised)[0]
    assert after[leaf] >= before[leaf] - 1e-12
    others = np.arange(5) != leaf
    assert (after[others] <= before[others] + 1e-12).all()


def test_what_was_not_found_has_no_chance() -> None:
    """A score of 0 gives 0, an empty table stays empty."""
    assert SHIPPED.chances(np.array([[0.0, 0.3]]))[0, 0] == 0.0
    assert SHIPPED.chances(np.zeros((0, 3))).shape == (0, 3)
    assert SHIPPED.chances(np.array([[0.4]])).shape == (1, 1)


def test_candidates_are_the_best_that_were_found() -> None:
    """Two of three are taken, ties by position, and never a zero."""
    scores = np.array([[0.3, 0.3, 0.3], [0.0, 0.0, 0.2]])
    assert candidates(scores, 2).tolist() == [[True, True, False], [False, False, True]]


def test_a_planted_curve_is_recovered() -> None:
    """From 4 000 texts labelled by a known curve its chances come back, .005 off on average.

    The greatest miss is of the few scores far from the others.
    """
    rng = np.random.default_rng(3)
    scores = rng.beta(1, 4, (4_000, 10))
    truth = TagCalibration("t", 2.0, 1.5, 2.0, 0.5, "")
    right = rng.random(scores.shape) < truth.chances(scores)
    found = fit_calibration(scores, right)
    missed = np.abs(found.chances(scores) - truth.chances(scores))
    assert missed.mean() < 0.005
    assert missed.max() < 0.04


def test_weights_stay_monotone_on_labels_against_sense() -> None:
    """Where only low scores are right, the curve goes flat instead of falling."""
    scores = np.linspace(0.1, 0.9, 200)[:, None].repeat(2, axis=1)
    scores[:, 1] = 0.05
    found = fit_calibration(scores, scores < 0.5)
    chances = found.chances(scores)[:, 0]
    assert (np.diff(chances) >= -1e-12).all()


def test_labels_of_one_kind_are_refused() -> None:
    """Without a right or without a wrong leaf there is nothing to fit."""
    with pytest.raises(ValueError, match="both right and wrong"):
        fit_calibration(np.array([[0.2, 0.3]]), np.array([[True, True]]))


def test_the_shipped_curve_is_the_fit_on_the_labels() -> None:
    """The file of the package is what the labels and this tagger give, to its four digits."""
    scores = [catalogue_scores(TITLES, FRAMEWORK), title_scores(TITLES, FRAMEWORK)]
    fitted = json.loads(to_json(fit_on(scores, RIGHT)))
    shipped = json.loads(to_json(SHIPPED))
    for name in ("intercept", "log_score", "margin", "rank"):
        assert fitted.pop(name) == pytest.approx(shipped.pop(name), abs=2e-3)
    assert fitted == shipped


@pytest.mark.parametrize("which", [0, 1], ids=["title and audience", "title"])
def test_chances_are_right_as_often_as_they_say(which: int) -> None:
    """Out of fold, the calibration error is at most .07 over first leaves and over kept tags."""
    scores = [catalogue_scores(TITLES, FRAMEWORK), title_scores(TITLES, FRAMEWORK)]
    chances = out_of_fold(scores, RIGHT, seed=0)[which]
    for chosen in (candidates(scores[which], 5), CompetencyTagger().kept(chances)):
        assert calibration_error(chances[chosen], RIGHT[chosen]) <= 0.07


@pytest.mark.parametrize(
    "change",
    [{"margin": -0.1}, {"intercept": float("nan")}, {"rank": "x"}, {"log_score": None}],
)
def test_a_broken_curve_is_refused(change: dict[str, object]) -> None:
    """Negative weights, no numbers and missing values are configuration errors."""
    content = {**json.loads(to_json(SHIPPED)), **change}
    with pytest.raises(ConfigurationError):
        parse_calibration(json.dumps(content))
