"""Values of TOML tables, checked; whatever is wrong is collected with its file and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.indicators.vocabulary import Column, ColumnKind

Problem = tuple[str, str, str]
"""File, place and what is wrong."""


class Values:
    """Takes values out of tables; ``problems`` fills while it does.

    Parameters
    ----------
    origin
        File by place, as ``sets.NAME`` or ``indicators.ID``.
    """

    def __init__(self, origin: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self._origin = origin

    def _tell(self, place: str, text: str) -> None:
        key = ".".join(place.split(".")[:2])
        self.problems.append((self._origin.get(key, self._origin["profile"]), place, text))

    def _known(self, table: Mapping[str, Any], keys: Sequence[str], place: str) -> None:
        for key in table:
            if key not in keys:
                self._tell(f"{place}.{key}", f"неизвестный ключ; есть: {', '.join(keys)}")

    def _text(self, table: Mapping[str, Any], key: str, place: str) -> str:
        value = table.get(key)
        if isinstance(value, str) and value:
            return value
        self._tell(f"{place}.{key}", "нужна непустая строка")
        return "?"

    def _names(self, value: Any, place: str) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
        self._tell(place, "нужен список имён")
        return ()

    def _one_of(
        self,
        table: Mapping[str, Any],
        key: str,
        place: str,
        known: Sequence[str],
        default: str | None = None,
    ) -> str | None:
        value = table.get(key, default)
        if value in known:
            return str(value)
        self._tell(f"{place}.{key}", f"значение {value!r} не из списка: {', '.join(known)}")
        return None

    def _number(
        self,
        table: Mapping[str, Any],
        key: str,
        place: str,
        least: float,
        most: float,
        default: float | None = None,
    ) -> float:
        value = table.get(key, default)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and least <= value <= most:
            return float(value)
        self._tell(f"{place}.{key}", f"нужно число от {least:g} до {most:g}")
        return least

    def _whole(
        self, table: Mapping[str, Any], key: str, place: str, default: int | None = None
    ) -> int:
        value = table.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
        self._tell(f"{place}.{key}", "нужно целое число от 1")
        return 1

    def _table(self, table: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
        value = table.get(key, {})
        if isinstance(value, Mapping):
            return value
        self._tell(f"{place}.{key}", "нужна таблица")
        return {}

    def _list(self, table: Mapping[str, Any], key: str, place: str) -> list[Any]:
        value = table.get(key, [])
        if isinstance(value, list):
            return value
        self._tell(f"{place}.{key}", "нужен список")
        return []


def value_problem(operator: str, column: Column, value: Any) -> str:
    """What is wrong with the value of an operator; empty = nothing."""
    values = value if isinstance(value, list) else [value]
    if operator in ("stated", "in_period", "open_in_period") and not isinstance(value, bool):
        return "нужно true или false"
    if operator in ("in_period", "open_in_period") and not value:
        return "нужно true: отрицание пишут через none_of"
    if operator == "is":
        kind: type = bool if column.kind is ColumnKind.FLAG else str
        words = "true или false" if kind is bool else "слово или список слов"
        return "" if values and all(isinstance(v, kind) for v in values) else f"нужно {words}"
    if operator in ("at_least", "at_most", "years_below"):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number else "нужно число"
    if operator in ("in_set", "includes") and not all(isinstance(v, str) for v in values):
        return "нужно имя"
    return ""
