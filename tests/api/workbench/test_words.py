"""Words of the pages: both languages, every key, nothing left over."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from api.workbench.words import words
from engine.wording.messages import parameters_of

ROOT = Path(str(files("api.workbench")))
ASKED = re.compile(r"""\bt\(\s*["']([a-z_0-9]+\.[a-z_0-9]+)["']\s*[,)]""")
SOURCES = sorted([*ROOT.rglob("*.j2"), *ROOT.rglob("*.py")])


def test_both_languages_say_the_same_things() -> None:
    """Every text is there in both languages, not empty, over the same values."""
    found = words()
    assert found["ru"].keys() == found["en"].keys()
    for key, russian in found["ru"].items():
        english = found["en"][key]
        assert russian.strip(), key
        assert english.strip(), key
        assert parameters_of(russian) == parameters_of(english), key


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_text_that_is_asked_for_is_there(source: Path) -> None:
    """No page can ask for a text that nobody has written."""
    missing = set(ASKED.findall(source.read_text(encoding="utf-8"))) - words()["ru"].keys()
    assert not missing


@pytest.mark.parametrize("source", sorted(ROOT.rglob("*.j2")), ids=lambda p: p.name)
def test_no_words_of_a_language_stand_in_templates(source: Path) -> None:
    """Templates hold no Cyrillic: what people read comes from the tables of words."""
    text = re.sub(r"\{#.*?#\}", "", source.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"[А-Яа-яЁё]{2,}", text)
