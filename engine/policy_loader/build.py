"""From nested tables to dataclasses, led by the types of their fields."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.policy_loader.checks import check_values
from engine.policy_loader.files import ABOUT_KEYS, RawProfile, leaves, refuse

T = TypeVar("T")

KEY_FIELDS: Mapping[str, str] = {"form_mix": "form"}
"""Tables of records whose key is itself a field of the record."""

# Takes key and text; its result stands in for the value that could not be made.
_Report = Callable[[str, str], Any]


def build_profile(cls: type[T], raw: RawProfile) -> T:
    """Build the profile's dataclass ``cls`` out of a raw profile and check every value.

    Raises
    ------
    ConfigurationError
        All problems of one kind at once (types and keys first, then ranges), each with the file
        that sets the leaf and its dotted key.
    """
    problems: list[tuple[str, str, str]] = []

    def report(key: str, text: str) -> None:
        problems.append((_file_of(raw, key), key, text))

    given = {"id": raw.name, **raw.about, "sources": dict(raw.sources)}
    for key in raw.values.keys() & given.keys():
        report(key, f"неизвестный ключ; {', '.join(ABOUT_KEYS)} стоят в [profile]")
    table = {k: v for k, v in raw.values.items() if k not in given}
    profile = _record(cls, table, "", report, given)
    refuse(problems)
    for key, text in check_values(leaves(raw.values)):
        report(key, text)
    refuse(problems)
    return profile


def _file_of(raw: RawProfile, key: str) -> str:
    """File that sets a leaf; for a table, the file of its first leaf; else the profile's own."""
    inside = (file for k, file in raw.origin.items() if k == key or k.startswith(key + "."))
    return next(inside, raw.file)


def _record(
    cls: type[T],
    table: Mapping[str, object],
    path: str,
    report: _Report,
    given: Mapping[str, object] = types.MappingProxyType({}),
) -> T:
    """One dataclass; ``given`` fields come from elsewhere and not from the table."""
    hints = get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    values: dict[str, Any] = dict(given)
    for key, value in table.items():
        if key not in fields or key in given:
            known = ", ".join(n for n in fields if n not in given)
            report(_join(path, key), f"неизвестный ключ; есть: {known}")
        else:
            values[key] = _convert(hints[key], value, _join(path, key), report)
    for name in fields.keys() - values.keys():
        if _has_default(fields[name]):
            continue
        # TOML has no null: an optional value is absent.
        if type(None) not in get_args(hints[name]):
            report(_join(path, name), "ключа нет, а он обязателен")
        values[name] = None
    return cls(**values)


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def _convert(hint: Any, value: object, path: str, report: _Report) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = next(a for a in arguments if a is not type(None))
        return _convert(inner, value, path, report)
    if origin is Literal:
        return _choice(value, arguments, path, report)
    if origin is tuple:
        return _sequence(arguments, value, path, report)
    if origin is frozenset:
        return frozenset(_items(arguments[0], value, path, report))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(arguments, value, path, report)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if isinstance(value, dict):
            return _record(hint, value, path, report)
        return report(path, "нужна таблица")
    if issubclass(hint, StrEnum):
        chosen = _choice(value, tuple(e.value for e in hint), path, report)
        return None if chosen is None else hint(chosen)
    return _scalar(hint, value, path, report)


_SCALARS: Mapping[type, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true или false"),
    int: ((int,), "целое число"),
    float: ((int, float), "число"),
    str: ((str,), "строка"),
    dt.date: ((dt.date,), "дата ГГГГ-ММ-ДД"),
}


def _scalar(kind: type, value: object, path: str, report: _Report) -> Any:
    accepted, words = _SCALARS[kind]
    # bool is an int and datetime is a date: neither is meant.
    fits = isinstance(value, accepted) and not isinstance(value, dt.datetime)
    if not fits or (isinstance(value, bool) and kind is not bool):
        return report(path, f"нужно: {words}; стоит {value!r}")
    return float(value) if kind is float else value  # type: ignore[arg-type]


def _choice(value: object, allowed: tuple[object, ...], path: str, report: _Report) -> Any:
    if value in allowed and isinstance(value, str):
        return value
    return report(path, f"значение {value!r} не из списка: {', '.join(map(str, allowed))}")


def _items(kind: Any, value: object, path: str, report: _Report) -> list[Any]:
    if not isinstance(value, list):
        report(path, "нужен список")
        return []
    return [_convert(kind, item, path, report) for item in value]


def _sequence(
    arguments: tuple[Any, ...], value: object, path: str, report: _Report
) -> tuple[Any, ...]:
    """A list; a list of records is a table of named tables."""
    kind = arguments[0]
    if dataclasses.is_dataclass(kind):
        return _records(kind, value, path, report)
    items = tuple(_items(kind, value, path, report))
    if arguments[-1] is not Ellipsis and len(items) != len(arguments):
        report(path, f"нужен список из {len(arguments)} значений")
    return items


def _records(kind: Any, value: object, path: str, report: _Report) -> tuple[Any, ...]:
    if not isinstance(value, dict):
        report(path, "нужна таблица именованных таблиц")
        return ()
    found = []
    for key, table in value.items():
        if not isinstance(table, dict):
            report(_join(path, key), "нужна таблица")
            continue
        inner = _join(path, key)
        given = {}
        if path in KEY_FIELDS:
            name = KEY_FIELDS[path]
            given[name] = _convert(get_type_hints(kind)[name], key, inner, report)
        found.append(_record(kind, table, inner, report, given))
    return tuple(found)


def _mapping(arguments: tuple[Any, ...], value: object, path: str, report: _Report) -> Any:
    if not isinstance(value, dict):
        return report(path, "нужна таблица")
    key_kind, value_kind = arguments
    found = {}
    for text, item in value.items():
        inner = _join(path, text)
        key = _key(key_kind, text, inner, report)
        found[key] = _convert(value_kind, item, inner, report)
    return found


def _key(kind: Any, text: str, path: str, report: _Report) -> Any:
    if kind is int:
        return int(text) if text.isdecimal() else report(path, "ключ должен быть числом")
    return _convert(kind, text, path, report)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
