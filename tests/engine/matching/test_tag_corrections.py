"""Corrections: the last word on their activity, and a shrunk lesson for similar texts."""

import numpy as np
import pytest
from sklearn.base import clone

from engine.domain import Position
from engine.errors import InputError
from engine.matching.coverage import cover_activities, tag_activities, tag_chances
from engine.matching.tag_corrections import (
    ResidualSmoother,
    TagCorrection,
    corrected_chances,
)
from engine.matching.tagging import CompetencyTagger
from tests.engine.matching.records import FRAMEWORK, activity

ZERO_SHOT = CompetencyTagger().fit(FRAMEWORK)
BREAK = "Лаборатория тихих перемен"


def _tagger(*corrections: TagCorrection, ridge: float = 0.3) -> CompetencyTagger:
    return CompetencyTagger(corrections=corrections, ridge=ridge).fit(FRAMEWORK)


def _chance(tagger: CompetencyTagger, title: str, leaf: str) -> float:
    return float(tagger.predict_proba([title])[0, tagger.leaves_.index(leaf)])


def test_shares_stated_and_open() -> None:
    """Stated shares stay, the rest is split evenly; a bare set is split evenly."""
    item = activity("a1", "Занятие")
    assert TagCorrection.of(item, {"A": 0.4, "B": None, "C": None}).coverage() == pytest.approx(
        {"A": 0.4, "B": 0.3, "C": 0.3}
    )
    assert TagCorrection.of(item, ("A", "B")).coverage() == {"A": 0.5, "B": 0.5}
    assert TagCorrection.of(item, {"A": 0.4}).coverage() == {"A": 0.4}


def test_targets_of_whole_and_partial_corrections() -> None:
    """A list of right leaves is whole; wrong ones alone leave the other chances as they are."""
    whole = TagCorrection("a1", "", right=(("B", None),))
    partial = TagCorrection("a2", "", wrong=("A",))
    chances = np.array([[0.9, 0.2, 0.1], [0.9, 0.2, 0.1]])
    target = corrected_chances([whole, partial], ["A", "B", "C"], chances)
    assert target.tolist() == [[0.0, 1.0, 0.0], [0.0, 0.2, 0.1]]


def test_given_goes_before_corrected_goes_before_tagged() -> None:
    """Of three activities with one title each way of coverage is taken as said."""
    title = "Подготовка к ЕГЭ по математике"
    corrected = activity("a2", title)
    tagger = _tagger(
        TagCorrection.of(activity("a1", title), {"PSY.DEV.03": 1.0}),
        TagCorrection.of(corrected, {"PSY.DEV.03": 0.7, "MET.ASM.02": 0.2}),
    )
    given = activity("a1", title, coverage={"MET": 0.5}, coverage_confidence=0.8)
    untouched = activity("a3", "Школьная медиация")
    (_, one), (_, two), (_, three) = tag_activities(
        [given, corrected, untouched], FRAMEWORK, tagger
    )
    assert one == [("MET", 0.5, 0.8)]
    assert two == [("PSY.DEV.03", 0.7, 1.0), ("MET.ASM.02", 0.2, 1.0)]
    assert three[0][0] == "COM.CNF.01"
    assert cover_activities([corrected], FRAMEWORK, tagger).inferred.tolist() == [False]


def test_a_leaf_that_was_struck_out_does_not_come_back() -> None:
    """With only a wrong leaf said, the rest of the tags of the activity stands."""
    item = activity("a1", "Подготовка к ЕГЭ по математике")
    [(_, before)] = tag_activities([item], FRAMEWORK, ZERO_SHOT)
    [(_, after)] = tag_activities(
        [item], FRAMEWORK, _tagger(TagCorrection.of(item, (), ["SUB.MTH.01"]))
    )
    assert {"MET.ASM.02", "SUB.MTH.01"} <= {node for node, _, _ in before}
    assert "SUB.MTH.01" not in {node for node, _, _ in after}
    assert "MET.ASM.02" in {node for node, _, _ in after}


@pytest.mark.parametrize("ridge", [0.1, 0.3, 1.0])
def test_a_twin_of_a_corrected_text_learns_by_the_ridge(ridge: float) -> None:
    """One correction of one text mends 1 / (1 + ridge) of what was missed on an equal text."""
    tagger = _tagger(TagCorrection.of(activity("a1", BREAK), ["PSY.SAF.02"]), ridge=ridge)
    before = _chance(ZERO_SHOT, BREAK, "PSY.SAF.02")
    after = _chance(tagger, BREAK, "PSY.SAF.02")
    assert after == pytest.approx(before + (1 - before) / (1 + ridge))
    wrong = "SUB.NAT.02"
    lost = _chance(ZERO_SHOT, BREAK, wrong)
    assert lost > 0.2
    assert _chance(tagger, BREAK, wrong) == pytest.approx(lost * ridge / (1 + ridge))


def test_similar_texts_learn_less_and_others_nothing() -> None:
    """The lesson falls with the words in common; without any the zero-shot chances stand."""
    tagger = _tagger(TagCorrection.of(activity("a1", BREAK), ["PSY.SAF.02"]))
    gains = [
        _chance(tagger, title, "PSY.SAF.02") - _chance(ZERO_SHOT, title, "PSY.SAF.02")
        for title in (BREAK, "Неделя тихих перемен", "Перемен требуют")
    ]
    assert gains[0] > gains[1] > gains[2] > 0
    other = "Подготовка к ЕГЭ по математике"
    np.testing.assert_array_equal(tagger.predict_proba([other]), ZERO_SHOT.predict_proba([other]))


def test_the_smoother_is_the_mean_of_a_gaussian_process() -> None:
    """Predictions equal k(x)ᵀ (K + ridge I)⁻¹ r, solved here from the words' cosines."""
    texts = ["тихая перемена", "перемена климата", "климат класса"]
    missed = np.array([[1.0, -0.2], [0.0, 0.5], [-0.3, 0.0]])
    found = ResidualSmoother(0.4).fit(texts, missed, ["фон"])
    known = found.words_.transform(texts).toarray()
    asked = found.words_.transform(["тихий климат", "ничего общего"]).toarray()
    weights = np.linalg.inv(known @ known.T + 0.4 * np.eye(3)) @ missed
    np.testing.assert_allclose(
        found.predict(["тихий климат", "ничего общего"]), asked @ known.T @ weights, atol=1e-12
    )


def test_the_audience_of_a_correction_counts() -> None:
    """What the audience ruled out anyway is no miss: texts for others keep the leaf.

    «Русский язык» for primary teachers is corrected to the primary leaf; the subject's leaf is
    out for them, so nothing was missed on it and teachers of Russian keep it.
    """
    title = "Орфографические нормы русского языка"
    primary = activity("a1", title, audience="учителя начальных классов")
    teachers = activity("a2", title, positions=(Position.TEACHER,), subjects=("русский язык",))
    tagger = _tagger(TagCorrection.of(primary, ["SUB.PRI.01"]))
    leaf = tagger.leaves_.index("SUB.HUM.01")
    before = tag_chances([teachers], FRAMEWORK, ZERO_SHOT)[0, leaf]
    assert tag_chances([teachers], FRAMEWORK, tagger)[0, leaf] == pytest.approx(before)
    assert before > 0.5


def test_wrong_corrections_are_refused_with_every_fault() -> None:
    """Unknown leaves, nodes that are no leaves and two corrections of one activity."""
    wrong = (
        TagCorrection("a1", "Занятие", right=(("X.9", None),)),
        TagCorrection("a2", "Занятие", wrong=("MET",)),
        TagCorrection("a1", "Занятие", right=(("MET.ASM.01", None),)),
    )
    with pytest.raises(InputError) as error:
        CompetencyTagger(corrections=wrong).fit(FRAMEWORK)
    assert [(f.code, f.parameters["id"]) for f in error.value.faults] == [
        ("unknown_competency", "a1"),
        ("unknown_competency", "a2"),
        ("duplicate_correction", "a1"),
    ]


def test_a_clone_learns_the_same() -> None:
    """The corrections are a parameter like any other; they can be hashed and compared."""
    correction = TagCorrection.of(activity("a1", BREAK), ["PSY.SAF.02"])
    tagger = _tagger(correction)
    again = clone(tagger).fit(FRAMEWORK)
    assert hash(again.corrections) == hash((correction,))
    np.testing.assert_array_equal(again.predict_proba([BREAK]), tagger.predict_proba([BREAK]))
