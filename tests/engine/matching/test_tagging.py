"""The tagger: a right competency in its first five far more often than chance."""

import csv
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import Position
from engine.errors import InputError
from engine.matching.coverage import cover_activities, infer_themes, tag_activities
from engine.matching.tagging import CompetencyTagger
from tests.engine.matching.records import FRAMEWORK, activity

TAGGER = CompetencyTagger().fit(FRAMEWORK)
LABELS = Path(__file__).parents[2] / "labels" / "catalogue_titles.csv"


def _best(text: str, most: int = 5) -> list[str]:
    scores = TAGGER.decision_function([text])[0]
    order = np.argsort(-scores, kind="stable")[:most]
    return [TAGGER.leaves_[j] for j in order if scores[j] > 0]


def test_hand_labels_are_found_at_least_five_times_as_often_as_by_chance(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Over 40 titles labelled by hand, from the title alone; chance is hypergeometric, exact."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    n = len(TAGGER.leaves_)
    hits, chance = 0, 0.0
    for row in rows:
        right = set(row["labels"].split(";"))
        assert right <= set(TAGGER.leaves_)
        hits += bool(right & set(_best(row["title"])))
        chance += 1 - comb(n - len(right), 5) / comb(n, 5)
    with capsys.disabled():
        print(
            f"\ntagger: {hits} of 40 titles with a right competency in the first five "
            f"({hits / 40:.3f}), chance {chance / 40:.3f}, factor {hits / chance:.1f}"
        )
    assert hits >= 5 * chance


@pytest.mark.parametrize(
    ("title", "leaf"),
    [
        ("Методика решения задач. Учебный предмет «Физика»", "SUB.NAT.01"),
        ("Преподавание математики в 5 классе", "SUB.MTH.01"),
        ("Актуальные вопросы преподавания русского языка", "SUB.HUM.01"),
        ("Занятия по английскому языку", "SUB.HUM.03"),
        ("Урок химии сегодня", "SUB.NAT.02"),
        ("Учителям ОБЖ", "SUB.ART.05"),
    ],
)
def test_the_name_of_a_subject_leads_to_its_leaf(title: str, leaf: str) -> None:
    """A subject named in any case form is the first leaf found."""
    assert _best(title, 1) == [leaf]


def test_everyday_words_are_no_subjects() -> None:
    """«Технология» in a title about something else does not make it a lesson of technology."""
    found = TAGGER.nodes_for_text("Технология модерации на совещании")
    assert [node for node, _ in found] == ["COM.SPE.02"]


def test_english_mixed_and_empty_texts() -> None:
    """A title outside the field finds nothing with confidence 0 rather than breaking."""
    coverage, confidence = TAGGER.predict_coverage(["", "Quantum field theory", "!!! 🙂"])
    assert coverage.nnz == 0
    assert confidence.tolist() == [0.0, 0.0, 0.0]
    assert _best("Soft skills учителя: критическое мышление", 1) == ["MET.FUN.05"]


@settings(deadline=None)
@given(st.lists(st.text(alphabet="абвгдежз математика ЕГЭ ОВЗ класс .,«»-", max_size=80)))
def test_coverage_is_a_share_and_confidence_a_chance(texts: list[str]) -> None:
    """Rows lie in [0, 1] and sum to their confidence, which lies in [0, 1]."""
    coverage, confidence = TAGGER.predict_coverage(texts)
    assert coverage.shape == (len(texts), len(TAGGER.leaves_))
    assert ((coverage.data >= 0) & (coverage.data <= 1 + 1e-12)).all()
    assert ((confidence >= 0) & (confidence <= 1)).all()
    np.testing.assert_allclose(np.asarray(coverage.sum(axis=1)).ravel(), confidence, atol=1e-12)


def test_coverage_of_a_text_does_not_depend_on_its_neighbours() -> None:
    """A title is tagged the same alone and in a batch."""
    titles = ["Подготовка к ЕГЭ по физике", "Работа с родителями", "Школьная медиация"]
    together = TAGGER.decision_function(titles)
    apart = np.vstack([TAGGER.decision_function([t]) for t in titles])
    np.testing.assert_allclose(together, apart)


def test_nodes_for_a_request() -> None:
    """A request's words find their competency first, surely; nonsense finds none."""
    (node, confidence), *_ = TAGGER.nodes_for_text("хочу научиться работать с детьми с ОВЗ")
    assert node == "PSY.INC.01"
    assert 0.5 < confidence <= 1
    assert TAGGER.nodes_for_text("абракадабра") == []


# ------------------------------------------------------------------ activities


def test_given_coverage_is_taken_as_it_is() -> None:
    """Coverage by a methodist is not touched and keeps its confidence."""
    given_by_hand = activity(
        title="ЕГЭ по физике", coverage={"MET.ASM": 0.5, "COM": 0.2}, coverage_confidence=0.9
    )
    assert tag_activities([given_by_hand], FRAMEWORK) == [
        ("a1", [("MET.ASM", 0.5, 0.9), ("COM", 0.2, 0.9)])
    ]


def test_text_of_an_activity_is_tagged() -> None:
    """Title and subject together: exam preparation in mathematics covers both."""
    [(_, nodes)] = tag_activities([activity(title="Подготовка к ЕГЭ по математике")], FRAMEWORK)
    assert {"MET.ASM.02", "SUB.MTH.01"} <= {code for code, _, _ in nodes}
    assert sum(share for _, share, _ in nodes) <= 1 + 1e-12
    assert all(0 < confidence <= 1 for _, _, confidence in nodes)


def test_the_stated_audience_narrows_the_leaves() -> None:
    """«Русский язык» for primary teachers is the leaf of primary school, not of the subject."""
    title = "Орфографические нормы русского языка"
    primary = activity(title=title, positions=(Position.PRIMARY_TEACHER,))
    [(_, nodes)] = tag_activities([primary], FRAMEWORK)
    assert nodes[0][0] == "SUB.PRI.01"
    assert "SUB.HUM.01" not in {code for code, _, _ in nodes}


def test_wrong_given_coverage_is_refused_with_every_fault() -> None:
    """Unknown node, share out of range and a sum above 1 are all reported, by activity."""
    wrong = [
        activity("a1", coverage={"X.9": 0.5}),
        activity("a2", coverage={"MET": -0.1}),
        activity("a3", coverage={"MET": 0.7, "COM": 0.7}),
        activity("a4", coverage={"MET": float("nan")}),
    ]
    with pytest.raises(InputError) as error:
        cover_activities(wrong, FRAMEWORK, TAGGER)
    assert [(f.code, f.parameters["id"]) for f in error.value.faults] == [
        ("unknown_competency", "a1"),
        ("coverage_out_of_range", "a2"),
        ("coverage_above_one", "a3"),
        ("coverage_out_of_range", "a4"),
    ]


def test_an_empty_catalogue_is_covered() -> None:
    """No activities give an empty table, not an error."""
    table = cover_activities([], FRAMEWORK, TAGGER)
    assert table.coverage.shape == (0, len(FRAMEWORK))


def test_a_required_theme_is_found_in_the_text() -> None:
    """An untagged activity about burnout carries the theme, a stated theme is kept as it is."""
    acts = [
        activity("a1", "Профилактика эмоционального выгорания педагогов"),
        activity("a2", "Подготовка к ЕГЭ"),
        activity("a3", "Подготовка к ЕГЭ", themes=("digital",)),
        activity("a4", coverage={"PSY.SLF.01": 0.6}),
        activity("a5", coverage={"PSY.SLF.01": 0.4}),
    ]
    burnout = ("burnout_prevention",)
    assert infer_themes(acts, FRAMEWORK) == {
        "a1": burnout,
        "a2": (),
        "a3": ("digital",),
        "a4": burnout,
        "a5": (),
    }
