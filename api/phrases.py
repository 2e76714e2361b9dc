"""One message in both languages, and one kind of problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.wording.quantities import number

RUSSIAN, ENGLISH = "ru", "en"


class Phrase(NamedTuple):
    """One message; ``{name}`` stands for a parameter."""

    ru: str
    en: str

    def say(self, language: str, parameters: Mapping[str, object] | None = None) -> str:
        """Word the message."""
        text = self.en if language == ENGLISH else self.ru
        said = {k: _written(v, language) for k, v in (parameters or {}).items()}
        return text.format_map(_Known(said))


def _written(value: object, language: str) -> object:
    """Bounds that are decimal numbers as people write them: «1», «0,5», not «1.0»."""
    return number(value, language, 6) if isinstance(value, float) else value


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


class Kind(NamedTuple):
    """One kind of problem: HTTP status, title, detail."""

    status: int
    title: Phrase
    detail: Phrase
