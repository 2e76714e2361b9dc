"""What a text says beyond its words: translations, formats, circumstances."""

import numpy as np
import pytest

from engine.errors import ConfigurationError
from engine.matching.tag_glossary import Glossary, Readings, load_glossary, parse_glossary
from engine.matching.tagging import CompetencyTagger
from tests.engine.matching.records import FRAMEWORK

HEAD = "reading,words,meaning\n"
OWN = parse_glossary(
    HEAD + "same,lesson,урок\nsame,lesson study,анализ урока\nsame,доу,детский сад\n"
    "format,форум,обмен опытом\n"
)
TAGGER = CompetencyTagger().fit(FRAMEWORK)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lesson Study в ДОУ", Readings("анализ урока | в | детский сад")),
        ("Lessons!", Readings("урок")),
        ("до и после", Readings("до и после")),
        ("V форум «Форумы»", Readings("v форум | форумы", "", "обмен опытом")),
        ("Урок в условиях ФГОС. ДОУ", Readings("урок | детский сад", "в условиях фгос")),
        ("В рамках форума", Readings("в рамках форума", "", "обмен опытом")),
        ("", Readings("")),
        ("«!» 🙂", Readings("")),
    ],
)
def test_readings(text: str, expected: Readings) -> None:
    """The longest phrase is replaced, abbreviations by the letter, a lone circumstance is topic."""
    assert OWN.read(text) == expected


def test_no_word_is_lost() -> None:
    """Without phrases that fit, a text keeps its words in order."""
    read = Glossary({}, {}).read("Методика: решение задач, 5 класс")
    assert read.topic.replace("|", " ").split() == ["методика", "решение", "задач", "5", "класс"]


@pytest.mark.parametrize(
    "row", ["other,a,б", "same,!,б", "same,a,", "same,a b c d e,б", "same,a,б\nsame,A,в"]
)
def test_broken_glossaries_are_refused(row: str) -> None:
    """Unknown reading, no words, no meaning, too many words, two meanings."""
    with pytest.raises(ConfigurationError):
        parse_glossary(HEAD + row + "\n")


def test_every_meaning_that_ships_leads_into_the_framework() -> None:
    """No entry is dead: each meaning finds a leaf by itself."""
    glossary = load_glossary()
    meanings = [*glossary.same.values(), *glossary.formats.values()]
    best = TAGGER.lexicon_.scores(meanings).max(axis=1)
    weak = [m for m, score in zip(meanings, best, strict=True) if score < 0.2]
    assert weak == []


@pytest.mark.parametrize(
    ("title", "leaf"),
    [
        ("Inclusive education: children with disabilities", "PSY.INC.01"),
        ("Project-based learning", "MET.TEC.02"),
        ("Teacher burnout prevention", "PSY.SLF.01"),
        ("Mentoring young teachers", "COM.COL.01"),
        ("Blended learning на уроке", "MET.DIG.02"),
        ("Formative assessment", "MET.ASM.01"),
        ("AI для учителя", "MET.DIG.03"),
        ("Stop bullying!", "PSY.SAF.02"),
    ],
)
def test_english_terms_of_the_field_are_understood(title: str, leaf: str) -> None:
    """Terms of the glossary lead to their leaf, alone and inside a Russian title."""
    [chances] = TAGGER.predict_proba([title])
    assert TAGGER.leaves_[int(np.argmax(chances))] == leaf


def test_circumstances_do_not_outweigh_the_topic() -> None:
    """«В условиях реализации ФГОС» changes a title's first leaf neither before nor after it."""
    for topic, leaf in (("Профилактика травли", "PSY.SAF.02"), ("Методика химии", "SUB.NAT.02")):
        for title in (topic, f"{topic} в условиях реализации ФГОС"):
            assert TAGGER.nodes_for_text(title)[0][0] == leaf


def test_a_forum_without_a_topic_is_about_the_profession() -> None:
    """The format speaks where nothing else does, and is behind where there is a topic."""
    assert TAGGER.nodes_for_text("III Всероссийский форум")[0][0] == "COM.COL.02"
    assert TAGGER.nodes_for_text("Форум по профилактике травли")[0][0] == "PSY.SAF.02"
