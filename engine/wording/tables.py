"""The tables of words: TOML files of each language, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import Enum
from functools import cache
from importlib import resources

LANGUAGES: tuple[str, ...] = ("ru", "en")
"""Languages with a full set of words; the first stands in for an unknown one."""

FILES: tuple[str, ...] = (
    "labels.toml",
    "messages.toml",
    "page.toml",
    "reports.toml",
    "indicators.toml",
    "assignment.toml",
    "team.toml",
    "analysis.toml",
)


def known_language(language: str) -> str:
    """The language itself (``en-GB`` → ``en``), or Russian where there are no words for it."""
    short = language.lower().replace("_", "-").split("-")[0]
    return short if short in LANGUAGES else LANGUAGES[0]


@cache
def tables(language: str) -> Mapping[str, Mapping[str, str]]:
    """All tables of a language: table name → key → text. Names are unique over the files."""
    result: dict[str, Mapping[str, str]] = {}
    folder = resources.files("engine.wording") / language
    for name in FILES:
        result.update(tomllib.loads((folder / name).read_text(encoding="utf-8")))
    return result


@cache
def declared() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Parameters of every message: family → code → names, from ``codes.toml``."""
    source = resources.files("engine.wording") / "codes.toml"
    raw = tomllib.loads(source.read_text(encoding="utf-8"))
    return {
        family: {code: tuple(names) for code, names in codes.items()}
        for family, codes in raw.items()
    }


def lookup(table: str, key: str, language: str) -> str:
    """The text of a key; the key itself where there is none."""
    return tables(known_language(language)).get(table, {}).get(key, key)


def label(group: str, value: object, language: str) -> str:
    """Name of a value of a controlled list.

    Parameters
    ----------
    group
        Name of the list in snake case, as its enumeration: ``kind``, ``mentor_form``, …
    value
        A member of the enumeration or its value; ``None`` and "" are «не указано».
    language
        ``ru`` or ``en``.

    Returns
    -------
    str
        The name, or the value itself where the list has no such value.
    """
    if value is None or value == "":
        return lookup("common", "not_stated", language)
    plain = value.value if isinstance(value, Enum) else value
    return lookup(f"label_{group}", str(plain), language)
