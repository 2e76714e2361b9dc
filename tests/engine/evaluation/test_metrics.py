"""Metrics of rankings: against hand calculation and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics import brier_score_loss, ndcg_score

from engine.evaluation import metrics


def relevant(rows: list[list[float]]) -> sp.csr_array:
    return sp.csr_array(np.array(rows, dtype=float))


LISTS = np.array([[2, 0, 4], [1, 3, -1]])
GAINS = relevant([[1, 0, 1, 1, 0], [0, 0, 0, 1, 0]])


def test_the_best_come_first_and_equal_ones_by_position() -> None:
    """By hand; a NaN, −∞ and what may not be listed never are, and a short list is padded."""
    scores = np.array([[1.0, 3, 3, 2, 3], [np.nan, 1, -np.inf, 2, 5]])
    admissible = np.array([[1, 1, 1, 1, 0], [1, 1, 1, 1, 0]], dtype=bool)
    found = metrics.top_k(scores, 3, admissible)
    np.testing.assert_array_equal(found, [[1, 2, 3], [3, 1, -1]])


def test_the_list_is_that_of_a_stable_sort() -> None:
    """On random scores with many ties the partition gives what sorting everything gives."""
    scores = np.random.default_rng(0).integers(4, size=(50, 30)).astype(float)
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :7]
    np.testing.assert_array_equal(metrics.top_k(scores, 7), expected)


def test_a_list_longer_than_the_catalogue_is_padded() -> None:
    """Two activities cannot fill three places."""
    np.testing.assert_array_equal(metrics.top_k(np.array([[1.0, 2.0]]), 3), [[1, 0, -1]])


def test_recall_counts_all_that_is_relevant() -> None:
    """By hand: 2 of 3 and 1 of 1; nobody's relevance is NaN."""
    found = metrics.recall_at_k(LISTS, GAINS)
    np.testing.assert_allclose(found, [2 / 3, 1])
    assert np.isnan(metrics.recall_at_k(LISTS[:1], relevant([[0, 0, 0, 0, 0]])))[0]


def test_ndcg_by_hand() -> None:
    """Hits at ranks 1 and 2 of three relevant; a hit at rank 2 of one relevant."""
    ideal = 1 + 1 / np.log2(3) + 1 / 2
    expected = [(1 + 1 / np.log2(3)) / ideal, 1 / np.log2(3)]
    np.testing.assert_allclose(metrics.ndcg_at_k(LISTS, GAINS), expected)


@pytest.mark.parametrize("graded", [False, True])
def test_ndcg_is_that_of_scikit_learn(graded: bool) -> None:
    """For binary and graded gains, person by person, without ties in the scores."""
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(40, 25))
    gains = rng.random((40, 25)) * (rng.random((40, 25)) < 0.2)
    gains[np.arange(40), rng.integers(25, size=40)] = 0.5
    if not graded:
        gains = (gains > 0).astype(float)
    found = metrics.ndcg_at_k(metrics.top_k(scores, 10), sp.csr_array(gains))
    expected = [ndcg_score(g[None], s[None], k=10) for g, s in zip(gains, scores, strict=True)]
    np.testing.assert_allclose(found, expected)


def test_average_precision_by_hand() -> None:
    """Hits at 1 and 2 of three: (1 + 1) / 3; a hit at 2 of one: 1 / 2; a hit at 3 of nine: 1/9."""
    found = metrics.average_precision_at_k(LISTS, GAINS)
    np.testing.assert_allclose(found, [2 / 3, 1 / 2])
    late = metrics.average_precision_at_k(np.array([[10, 11, 0]]), relevant([[1] * 9 + [0, 0, 0]]))
    np.testing.assert_allclose(late, [(1 / 3) / 3])


def test_coverage_is_the_share_that_anybody_sees() -> None:
    """Five different of ten; padding is nothing."""
    assert metrics.coverage(LISTS, 10) == 0.5


def test_novelty_is_mean_surprise() -> None:
    """By hand: of 6 people 3 and 1 took them, so (3 + 1)/8 and (1 + 1)/8 are 1 and 2 bits."""
    found = metrics.novelty(np.array([[0, 1], [-1, -1]]), np.array([3, 1]), 6)
    np.testing.assert_allclose(found, [1.5, np.nan])


def test_popularity_lift_compares_with_the_own_history() -> None:
    """By hand: listed 10 and 4 takers beside a history of 2 and 5: (7 − 3.5) / 3.5."""
    history = relevant([[0, 0, 1, 1]])
    found = metrics.popularity_lift(np.array([[0, 1]]), history, np.array([10, 4, 2, 5]))
    np.testing.assert_allclose(found, [1.0])


def test_listed_popularity_is_a_share_of_people() -> None:
    """By hand: 10 and 4 of 20."""
    found = metrics.listed_popularity(np.array([[0, 1]]), np.array([10, 4]), 20)
    np.testing.assert_allclose(found, [0.35])


def test_gini_of_exposure_against_its_definition() -> None:
    """Half the mean absolute difference over the mean; alike is 0, one of n has it all 1 − 1/n."""
    lists = np.array([[0, 1, 2], [0, 1, 3], [0, 4, 4]])
    counts = np.array([3, 2, 1, 1, 2, 0])
    spread = np.abs(counts[:, None] - counts[None, :]).mean()
    assert metrics.exposure_gini(lists, 6) == pytest.approx(spread / (2 * counts.mean()))
    assert metrics.exposure_gini(np.array([[0, 1], [2, 3]]), 4) == pytest.approx(0)
    assert metrics.exposure_gini(np.array([[2], [2]]), 4) == pytest.approx(0.75)


def test_reliability_by_hand() -> None:
    """Chances .1 and .15 with one success in two; .95 with one in one, weight two."""
    rows = metrics.reliability_table(
        np.array([1.0, 0.0, 1.0]),
        np.array([0.1, 0.15, 1.0]),
        bins=5,
        weight=np.array([1.0, 1.0, 2.0]),
    )
    assert [r.n for r in rows] == [2, 0, 0, 0, 2]
    assert (rows[0].predicted, rows[0].observed) == (pytest.approx(0.125), 0.5)
    assert (rows[4].predicted, rows[4].observed) == (1.0, 1.0)
    assert np.isnan(rows[1].predicted)


def test_calibration_error_by_hand() -> None:
    """Half of the weight is .375 off, the other half right."""
    outcome, chance = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.15, 1.0, 1.0])
    found = metrics.expected_calibration_error(outcome, chance, bins=5)
    assert found == pytest.approx(0.375 / 2)


def test_calibrated_chances_have_a_small_error() -> None:
    """Outcomes drawn with the stated chances: only the noise of 20 000 draws is left."""
    rng = np.random.default_rng(0)
    chance = rng.random(20_000)
    outcome = (rng.random(20_000) < chance).astype(float)
    assert metrics.expected_calibration_error(outcome, chance) < 0.015
    assert metrics.expected_calibration_error(1 - outcome, chance) > 0.4


def test_brier_score_is_that_of_scikit_learn() -> None:
    """On random outcomes and chances, with weights."""
    rng = np.random.default_rng(2)
    outcome, chance, weight = rng.integers(2, size=50), rng.random(50), rng.random(50)
    found = metrics.brier_score(outcome.astype(float), chance, weight)
    assert found == pytest.approx(brier_score_loss(outcome, chance, sample_weight=weight))


def test_chances_outside_their_range_are_refused() -> None:
    """A chance of 1.2 or NaN is a mistake of the caller."""
    for bad in (1.2, np.nan):
        with pytest.raises(ValueError, match=r"\[0, 1\]"):
            metrics.reliability_table(np.array([1.0]), np.array([bad]))


def test_nothing_to_calibrate_is_not_a_number() -> None:
    """No rows: there is no error to state."""
    nothing = np.zeros(0)
    assert np.isnan(metrics.expected_calibration_error(nothing, nothing))
    assert np.isnan(metrics.brier_score(nothing, nothing))
