"""Words of a search for activities: kinds and forms among them, and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from api.workbench.words import LANGUAGES
from engine.domain import Form, Kind, Technology
from engine.wording import label

STEM_LEAST, ENDING_MOST = 5, 3
"""Letters that a word and a label have in common at least, and that an ending has at most."""

SHORT_STEM_LEAST, SHORT_ENDING_MOST = 3, 2
"""The same of short words, of both sides of which only the ending may differ."""

MODES = (Technology.CLASSROOM, Technology.DISTANCE, Technology.BLENDED)
"""Technologies that people call a form: whether one comes or stays at home."""

GENERAL = frozenset({"обучение", "обучения", "программа", "программы", "learning", "programme"})
"""Words of many labels: alone they name no kind and no form."""


@dataclass(frozen=True, slots=True)
class AskedActivities:
    """A search for activities.

    Parameters
    ----------
    words
        What names neither kind nor form, to be found in what is written of an activity.
    kinds, forms, technologies
        Any of them; empty = every one.
    """

    words: str
    kinds: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()

    @property
    def by_labels(self) -> bool:
        """Whether a kind or a form is named."""
        return bool(self.kinds or self.forms or self.technologies)

    def fits(self, record: Mapping[str, Any]) -> bool:
        """Whether form and technologies of an activity are those asked for."""
        used = set(record.get("technologies") or ())
        return (not self.forms or record["form"] in self.forms) and (
            not self.technologies or bool(used & set(self.technologies))
        )


def asked_activities(text: str) -> AskedActivities:
    """The search behind what was typed; words that name a kind or form are asked for as such."""
    rest: list[str] = []
    found: dict[str, dict[str, None]] = {"kind": {}, "form": {}, "technology": {}}
    for given in text.split():
        named = list(_named(given.casefold()))
        for group, code in named:
            found[group][code] = None
        if not named:
            rest.append(given)
    return AskedActivities(
        " ".join(rest), tuple(found["kind"]), tuple(found["form"]), tuple(found["technology"])
    )


def _named(given: str) -> Iterator[tuple[str, str]]:
    if given in GENERAL:
        return
    for group, code, words in _labels():
        if any(_alike(given, word) for word in words):
            yield group, code


@cache
def _labels() -> tuple[tuple[str, str, frozenset[str]], ...]:
    """Group, code and the telling words of its labels in every language."""
    groups = (("kind", Kind), ("form", Form), ("technology", MODES))
    return tuple(
        (group, member.value, frozenset(_words(group, member.value)) - GENERAL)
        for group, members in groups
        for member in members
    )


def _words(group: str, code: str) -> Iterator[str]:
    for language in LANGUAGES:
        yield from re.findall(r"[\w-]+", label(group, code, language).casefold())


def _alike(given: str, known: str) -> bool:
    """Whether two words differ in their endings only; the beginning of a long word will do."""
    common = 0
    for a, b in zip(given, known, strict=False):
        if a != b:
            break
        common += 1
    if given == known:
        return True
    if common >= STEM_LEAST and len(given) - common <= ENDING_MOST:
        return True
    longer = max(len(given), len(known)) - common
    return common >= SHORT_STEM_LEAST and longer <= SHORT_ENDING_MOST
