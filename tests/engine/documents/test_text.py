"""Cleaning and typesetting of texts."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from engine.documents.text import JOINER, NBSP, breakable, clean, shortened, typeset


@given(st.text())
def test_clean_leaves_no_control_characters(text):
    """Control characters and marks of direction are gone, and cleaning twice changes nothing."""
    result = clean(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in result)
    assert not set(result) & set("\u202a\u202e\u2066\u2069\u200f")
    assert clean(result) == result


def test_clean_keeps_words_apart():
    """A line break becomes a space, an escape sequence loses its power."""
    assert clean("один\r\nдва\x1b[31m") == "один два[31m"


def test_typeset():
    """Numbers stay with units, thousands together, short words and dashes with their neighbours."""
    assert typeset("3 ч 20 мин") == f"3{NBSP}ч{NBSP}20{NBSP}мин"
    assert typeset("12 000 ₽") == f"12{NBSP}000{NBSP}₽"
    assert typeset("работа в школе № 5") == f"работа в{NBSP}школе №{NBSP}5"
    assert typeset("сентябрь – май") == f"сентябрь{NBSP}– май"
    assert typeset("0,20–0,64") == f"0,20{JOINER}–{JOINER}0,64"
    assert typeset("4,4 ак. ч") == f"4,4{NBSP}ак.{NBSP}ч"


@given(st.text())
def test_typeset_changes_spaces_only(text):
    """Typesetting never changes a word."""
    plain = typeset(text).replace(NBSP, " ").replace(JOINER, "")
    assert plain == text.replace(NBSP, " ").replace(JOINER, "")


@given(st.text(), st.integers(2, 30))
def test_shortened_fits(text, length):
    """A shortened text is no longer than asked, and whole where it fits."""
    result = shortened(text, length)
    assert len(result) <= length
    assert len(text) > length or result == text


def test_shortened_at_a_word():
    """The cut falls at the end of a word that is near, without hanging punctuation."""
    assert shortened("Оценивание на уроке, часть вторая", 22) == "Оценивание на уроке…"


def test_clean_leaves_nothing_that_xml_refuses():
    """Noncharacters are gone: an office file with one of them does not open."""
    assert clean("a\ufffeb\uffffc\ufdd0d\U0001fffee") == "abcde"
    assert clean("\ufdfa \ufffd \U0001f600") == "\ufdfa \ufffd \U0001f600"


@given(st.text())
def test_breaks_add_nothing_but_places_to_break(text):
    """Without them the text is what it was, and no run of 25 characters is left unbroken."""
    broken = breakable(text)
    assert broken.replace("\u200b", "") == text.replace("\u200b", "")
    runs = broken.replace("\u200b", " ").replace("\u00a0", " ").split()
    assert all(len(run) < 25 or not set(run) - set("/._?&=,;:-") for run in runs)


def test_ordinary_words_are_never_broken():
    """Long words of the field stay whole; an address breaks behind its signs."""
    words = "высококвалифицированными переосвидетельствования здоровьесберегающих"
    assert breakable(words) == words
    address = "https://example.org/catalogue/programme"
    assert breakable(address).split("\u200b") == [
        "https://",
        "example.",
        "org/",
        "catalogue/",
        "programme",
    ]
