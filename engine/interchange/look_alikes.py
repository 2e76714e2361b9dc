"""Cyrillic letters that look like Latin ones, typed into a Latin code on a Russian keyboard."""

from __future__ import annotations

_CYRILLIC = "АВЕКМНОРСТУХавекмнорстух"
_LATIN = "ABEKMHOPCTYXabekmhopctyx"
_TABLE = str.maketrans(_CYRILLIC, _LATIN)


def in_latin(text: str) -> str:
    """The text with every such letter replaced: «МЕТ.DIG» of Cyrillic М, Е, Т → ``MET.DIG``."""
    return text.translate(_TABLE)


def cyrillic_in(text: str) -> tuple[str, ...]:
    """The letters of a text that look Latin and are not, each once, in their order."""
    return tuple(dict.fromkeys(letter for letter in text if letter in _CYRILLIC))
