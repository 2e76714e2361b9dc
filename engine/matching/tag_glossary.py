"""Readings of a text that its words alone do not give: translations, formats, circumstances.

The framework is written in whole Russian terms. Titles shorten them («ДОУ», «педсовет»), borrow
them from English, or say by their format what they are about: who goes to a forum without a topic
meets colleagues. ``tag_glossary.csv`` lists such words, made from general knowledge of the field.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from engine.errors import ConfigurationError
from engine.matching.text import normalise, stem

GLOSSARY_FILE = "tag_glossary.csv"
Phrase = tuple[str, ...]
"""Keys of words in a row."""

SHORT = 3
"""Words up to this length stand for themselves: the stem of «ДОУ» is «до»."""

LONGEST = 4
"""Most words of a phrase."""

_WORD = re.compile(r"[0-9a-zа-я]+\+?")
_CIRCUMSTANCE = re.compile(
    r"\b(?:в условиях|в контексте|в соответствии с|в рамках|в свете|с учетом)\b"
)


@dataclass(frozen=True, slots=True)
class Readings:
    """What a text says, in three parts; empty = says nothing.

    Parameters
    ----------
    topic
        What it is about, with known foreign and shortened words put into the framework's.
    circumstance
        Under what conditions («в условиях реализации ФГОС»): named in every second title.
    format
        What the format of the event stands for.
    """

    topic: str
    circumstance: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Glossary:
    """Phrases with their meaning in the framework's words.

    Parameters
    ----------
    same
        Phrases that are replaced; the longest that fits wins.
    formats
        Phrases that add a meaning and stay.
    """

    same: Mapping[Phrase, str]
    formats: Mapping[Phrase, str]

    def read(self, text: str) -> Readings:
        """Parts of a text. A text that is nothing but a circumstance is a topic."""
        topics, circumstances, formats = [], [], []
        for segment in normalise(text).split("|"):
            found = _CIRCUMSTANCE.search(segment)
            cut = found.start() if found else len(segment)
            topics.append(self._translated(segment[:cut]))
            circumstances.append(self._translated(segment[cut:]))
            formats += self._formats(segment)
        topic = " | ".join(t for t in topics if t)
        circumstance = " | ".join(c for c in circumstances if c)
        if not topic:
            return Readings(circumstance, "", "; ".join(dict.fromkeys(formats)))
        return Readings(topic, circumstance, "; ".join(dict.fromkeys(formats)))

    def _translated(self, segment: str) -> str:
        """The segment with known phrases replaced; a meaning is a segment of its own."""
        words = _WORD.findall(segment)
        keys = [_key(w) for w in words]
        parts, i = [], 0
        while i < len(words):
            meaning, length = _longest(self.same, keys, i)
            parts.append(f"| {meaning} |" if length else words[i])
            i += max(length, 1)
        return " ".join(parts).strip(" |")

    def _formats(self, segment: str) -> list[str]:
        keys = [_key(w) for w in _WORD.findall(segment)]
        found = (_longest(self.formats, keys, i) for i in range(len(keys)))
        return [meaning for meaning, length in found if length]


def _key(word: str) -> str:
    return word if len(word) <= SHORT else stem(word)


def _longest(phrases: Mapping[Phrase, str], keys: list[str], start: int) -> tuple[str, int]:
    for length in range(min(LONGEST, len(keys) - start), 0, -1):
        meaning = phrases.get(tuple(keys[start : start + length]))
        if meaning is not None:
            return meaning, length
    return "", 0


def parse_glossary(text: str) -> Glossary:
    """Glossary from CSV with the columns ``reading`` (same, format), ``words``, ``meaning``.

    Raises
    ------
    ConfigurationError
        If a reading is unknown, a cell is empty, a phrase has more than ``LONGEST`` words or
        stands twice with two meanings.
    """
    tables: dict[str, dict[Phrase, str]] = {"same": {}, "format": {}}
    for row in csv.DictReader(text.splitlines()):
        phrase = tuple(_key(w) for w in _WORD.findall(normalise(row["words"])))
        meaning = row["meaning"]
        if row["reading"] not in tables or not 0 < len(phrase) <= LONGEST or not meaning:
            raise ConfigurationError(f"словарь разметки: непонятная строка {row}")
        if tables[row["reading"]].setdefault(phrase, meaning) != meaning:
            raise ConfigurationError(f"словарь разметки: «{row['words']}» стоит дважды")
    return Glossary(tables["same"], tables["format"])


@lru_cache(maxsize=1)
def load_glossary() -> Glossary:
    """Glossary that comes with the package."""
    text = (resources.files(__package__) / GLOSSARY_FILE).read_text(encoding="utf-8")
    return parse_glossary(text)
