"""Cells and texts of a report in one language, as ready text."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping

from engine.documents.reports.model import (
    Amount,
    Cell,
    Hidden,
    Name,
    Said,
    Text,
    Unit,
    Word,
)
from engine.wording import known_language, label, word
from engine.wording.dates import date
from engine.wording.messages import fill
from engine.wording.quantities import academic, number, percent, roubles, signed
from engine.wording.tables import tables

SEPARATOR = "; "

_WRITTEN: Mapping[Unit, Callable[[float, str], str]] = {
    Unit.COUNT: lambda value, language: number(value, language, 0),
    Unit.SHARE: percent,
    Unit.SIZE: lambda value, language: number(value, language, 2, fixed=True),
    Unit.CHANGE: signed,
    Unit.AVERAGE: lambda value, language: number(value, language, 1),
    Unit.HOURS: academic,
    Unit.MONEY: roubles,
}


class Speaker:
    """Says texts, cells and numbers in one language."""

    def __init__(self, language: str) -> None:
        self.language = known_language(language)

    def say(self, code: str, parameters: Mapping[str, object] | None = None) -> str:
        """A phrase of the table ``report``; an unknown key is told as it is."""
        template = tables(self.language)["report"].get(code, code)
        return fill(template, self._spoken(parameters or {}), self.language)

    def text(self, text: Text) -> str:
        """Any text."""
        if isinstance(text, str):
            return text
        if isinstance(text, Said):
            return self.say(text.code, text.parameters)
        if isinstance(text, Name):
            return label(text.group, text.value, self.language)
        return word(text.coded, language=self.language, family=text.family)

    def cell(self, cell: Cell) -> str:
        """Any cell as text; an interval stands in brackets behind its number."""
        if cell is None:
            return label("common", None, self.language)
        if isinstance(cell, Hidden):
            return self.say("hidden")
        if isinstance(cell, Amount):
            return self.amount(cell)
        if isinstance(cell, dt.date):
            return date(cell, self.language)
        if isinstance(cell, tuple):
            return SEPARATOR.join(self.cell(item) for item in cell)
        return self.text(cell)

    def amount(self, amount: Amount) -> str:
        """A number with its unit and its interval."""
        if amount.value is None:
            return label("common", None, self.language)
        if math.isnan(amount.value):
            return self.say("no_data")
        said = self.value(amount.value, amount.unit)
        if amount.low is None or amount.high is None:
            return said
        return f"{said} ({self._ends(amount.low, amount.high, amount.unit)})"

    def value(self, value: float, unit: Unit) -> str:
        """A finite number with its unit."""
        return _WRITTEN[unit](value, self.language)

    def _ends(self, low: float, high: float, unit: Unit) -> str:
        if unit is Unit.SHARE:  # the sign of per cent stands with the number itself
            return "–".join(number(100 * end, self.language, 0) for end in (low, high))
        return "–".join(self.value(end, unit) for end in (low, high))

    def _spoken(self, parameters: Mapping[str, object]) -> Mapping[str, object]:
        """Parameters that are texts or amounts themselves are said first."""
        return {
            name: self.cell(value) if isinstance(value, Said | Word | Name | Amount) else value
            for name, value in parameters.items()
        }
