"""The benchmark of diagnostics: its measures, its draws, and a run on a tiny table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.diagnostics.held_out import auc, item_means, kept_back, log_loss
from tests.bench import diagnostics
from tests.bench.answer_models import ItemMean, LogisticOfMeans, Rasch, ShareCorrect
from tests.bench.simulated_answers import Shape, simulated

SHAPE = Shape(people=80, items=18, skills=3, missing=0.1)


def test_auc_counts_pairs_with_ties_as_halves() -> None:
    """By hand: right .9 and .4 against wrong .4 and .1 win 3½ of 4 pairs."""
    assert auc(np.array([1.0, 0, 1, 0]), np.array([0.9, 0.4, 0.4, 0.1])) == pytest.approx(3.5 / 4)


def test_an_answer_right_in_part_counts_on_both_sides() -> None:
    """By hand: ½ right at .8, ½ wrong at .8, one wrong at .2: pairs ½·½ tied, ½·1 won."""
    found = auc(np.array([0.5, 0.0]), np.array([0.8, 0.2]))
    assert found == pytest.approx((0.25 / 2 + 0.5) / (0.5 * 1.5))


def test_auc_of_answers_that_are_all_alike_is_not_a_number() -> None:
    """There is no pair to compare."""
    assert np.isnan(auc(np.ones(3), np.array([0.1, 0.2, 0.3])))


def test_log_loss_of_an_even_chance_is_the_logarithm_of_two() -> None:
    """Whatever the answer, right in part as well."""
    assert log_loss(np.array([0.0, 1.0, 0.3]), np.full(3, 0.5)) == pytest.approx(np.log(2))


def test_means_of_items_are_drawn_towards_the_mean_of_all() -> None:
    """By hand: 2 of 2 and 0 of 1 and none; all 2 of 3."""
    responses = np.array([[1, 0, np.nan], [1, np.nan, np.nan]])
    expected = [(2 + 2 / 3) / 3, (2 / 3) / 2, 2 / 3]
    np.testing.assert_allclose(item_means(responses), expected)


def test_a_fifth_of_the_answers_is_kept_back_by_seed() -> None:
    """Only given answers are, the same for one seed, others for another."""
    responses = simulated(SHAPE, 0)[0].to_numpy()
    back = kept_back(responses, 0.2, 3)
    assert not np.isnan(responses[back]).any()
    assert back.sum() == round(0.2 * (~np.isnan(responses)).sum())
    np.testing.assert_array_equal(back, kept_back(responses, 0.2, 3))
    assert (back != kept_back(responses, 0.2, 4)).any()


def test_new_people_show_just_so_many_answers() -> None:
    """Those with no more answers than that show none: nothing would be left to predict."""
    responses = simulated(Shape(people=60, items=18, skills=3, missing=0.5), 1)[0].to_numpy()
    known = diagnostics.answers_known(responses, 9, np.random.default_rng(0))
    counts = (~np.isnan(known)).sum(axis=1)
    given = (~np.isnan(responses)).sum(axis=1)
    assert (counts == np.where(given > 9, 9, 0)).all()
    assert 0 < (counts == 0).sum() < len(counts)
    shown = ~np.isnan(known)
    np.testing.assert_array_equal(known[shown], responses[shown])


def test_rasch_finds_the_easiness_that_people_were_drawn_with() -> None:
    """Of 4000 simulated people, with a third of the answers missing."""
    rng = np.random.default_rng(5)
    easiness, sd = np.linspace(-1.5, 1.5, 12), 0.9
    odds = sd * rng.normal(size=(4000, 1)) + easiness
    answers = (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(float)
    answers[rng.random(odds.shape) < 1 / 3] = np.nan
    model = Rasch().fit(answers, np.ones((12, 1)))
    np.testing.assert_allclose(model.easiness, easiness, atol=0.15)
    assert model.slopes[0] == pytest.approx(sd, abs=0.1)


@pytest.mark.parametrize("make", [ItemMean, ShareCorrect, Rasch, LogisticOfMeans])
def test_models_predict_without_looking_at_what_they_predict(
    make: type[ItemMean | ShareCorrect | Rasch | LogisticOfMeans],
) -> None:
    """What is kept back does not reach a prediction: other answers there change nothing."""
    responses, q_matrix = (table.to_numpy(float) for table in simulated(SHAPE, 2))
    back = kept_back(responses, 0.2, 0)
    twisted = np.where(back, 1 - responses, responses)
    chances = [
        make().fit(np.where(back, np.nan, r), q_matrix).predict(np.where(back, np.nan, r))[back]
        for r in (responses, twisted)
    ]
    np.testing.assert_array_equal(chances[0], chances[1])
    assert ((chances[0] > 0) & (chances[0] < 1)).all()


def test_the_benchmark_runs_on_any_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every study and model has its row, its column per seed, and the time of one person."""
    monkeypatch.setattr(diagnostics, "GIRTH", False)
    responses, q_matrix = simulated(SHAPE, 3)
    responses.to_csv(tmp_path / "r.csv")
    q_matrix.to_csv(tmp_path / "q.csv")
    arguments = ["--responses", str(tmp_path / "r.csv"), "--q-matrix", str(tmp_path / "q.csv")]
    diagnostics.main([*arguments, "--folds", "2", "--repeats", "1"])
    text = capsys.readouterr().out
    for study in ("held-out answers", "new people, 7 answers known", "14 answers known"):
        assert study in text
    for model in ("ours", "Rasch", "logistic of means", "share correct", "item mean"):
        assert text.count(f"\n| {model} |") == 3
    assert text.count("AUC, seed 1 |") == 3
    assert "2PL of girth left out: it is not installed." in text
    assert "`ItemResponseModel.posterior`, 18 answers" in text
    assert "nan" not in text
