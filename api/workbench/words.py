"""Words of the pages: ``words/<family>.toml``, looked up as ``family.key``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from engine.wording.messages import fill

LANGUAGES = ("ru", "en")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Language → text by ``family.key``.

    A text is a template of ``engine.wording``: ``{name}``, ``{name:count step}``, ``[[ ]]``.
    """
    found: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for file in sorted(files("api.workbench").joinpath("words").iterdir(), key=lambda f: f.name):
        family = file.name.removesuffix(".toml")
        for key, texts in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for language in LANGUAGES:
                found[language][f"{family}.{key}"] = texts[language]
    return found


def say(key: str, language: str, values: Mapping[str, object]) -> str:
    """Text of a key.

    Raises
    ------
    KeyError
        No family has the key.
    """
    return fill(words()[language][key], values, language)


def said(key: str, language: str, otherwise: str) -> str:
    """Text of a key that may not be there: names of codes that later versions bring."""
    return words()[language].get(key, otherwise)
