"""From JSON back to records: the inverse of ``recommendation.to_dict``.

The record's own annotations say how each value is read, so a new field needs nothing here.
What JSON cannot carry comes back as near as it can: a NaN, printed as null, is NaN again where
the field is a plain float; a float has its six printed digits; tuples inside free parameters
are lists turned into tuples.
"""

from __future__ import annotations

import datetime as dt
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

from engine.errors import ArtefactError, Fault
from engine.recommendation import Recommendation

Record = TypeVar("Record")


def recommendation_from_dict(data: object) -> Recommendation:
    """Rebuild a recommendation from the JSON form that ``to_dict`` made.

    Raises
    ------
    ArtefactError
        A field is missing, unknown or of the wrong type; the pointer names it.
    """
    return record_from_dict(Recommendation, data)


def record_from_dict(record: type[Record], data: object, pointer: str = "") -> Record:
    """Rebuild any frozen dataclass of the engine from its JSON form.

    Parameters
    ----------
    record
        The dataclass; fields with a default may be absent, as in data of an older version.
    data
        What ``json.loads`` gave.
    pointer
        JSON pointer of ``data``, for faults.

    Raises
    ------
    ArtefactError
        A field is missing, unknown or of the wrong type; the pointer names it.
    """
    if not isinstance(data, Mapping):
        raise _refused("record_not_object", pointer, "нужен объект JSON", data)
    known: Any = record
    hints = _hints(known)
    for key in data:
        if key not in hints:
            raise _refused(
                "record_field_unknown", f"{pointer}/{key}", "неизвестное поле", data[key]
            )
    values = {k: _value(hints[k], v, f"{pointer}/{k}") for k, v in data.items()}
    for name in _required(known):
        if name not in values:
            raise _refused("record_field_missing", f"{pointer}/{name}", "поля нет", None)
    return record(**values)


@cache
def _hints(record: Any) -> dict[str, Any]:
    known = {f.name for f in fields(record)}
    return {k: v for k, v in typing.get_type_hints(record).items() if k in known}


@cache
def _required(record: Any) -> tuple[str, ...]:
    return tuple(
        f.name for f in fields(record) if f.default is MISSING and f.default_factory is MISSING
    )


def _value(hint: Any, value: object, pointer: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _optional(hint, value, pointer)
    if origin is not None:
        return _container(origin, get_args(hint), value, pointer)
    if isinstance(hint, type) and is_dataclass(hint):
        return record_from_dict(hint, value, pointer)
    return _scalar(hint, value, pointer)


def _optional(hint: Any, value: object, pointer: str) -> Any:
    inner = [a for a in get_args(hint) if a is not type(None)]
    if len(inner) != 1:
        raise TypeError(f"{pointer}: only X | None can be read back, not {hint}")
    return None if value is None else _value(inner[0], value, pointer)


def _container(origin: Any, arguments: tuple[Any, ...], value: object, pointer: str) -> Any:
    if origin is tuple and isinstance(value, list | tuple):
        open_ended = arguments[-1] is Ellipsis
        inner = [arguments[0]] * len(value) if open_ended else list(arguments)
        if len(inner) == len(value):
            pairs = enumerate(zip(inner, value, strict=True))
            return tuple(_value(h, v, f"{pointer}/{i}") for i, (h, v) in pairs)
    if origin is frozenset and isinstance(value, list):
        return frozenset(_value(arguments[0], v, f"{pointer}/{i}") for i, v in enumerate(value))
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, Mapping):
        key, inner_hint = arguments
        return {
            _value(key, k, pointer): _value(inner_hint, v, f"{pointer}/{k}")
            for k, v in value.items()
        }
    raise _refused("record_value_type", pointer, "значение не того вида", value)


def _scalar(hint: Any, value: object, pointer: str) -> Any:
    if hint is object:
        return _free(value)
    if hint is float and value is None:
        return math.nan
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and hint in _READERS:
        try:
            return _READERS[hint](value)
        except ValueError as error:
            raise _refused("record_value_type", pointer, "это не дата", value) from error
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError as error:
            raise _refused("record_value_type", pointer, "нет такого значения", value) from error
    if hint in (str, int, bool) and type(value) is hint:
        return value
    raise _refused("record_value_type", pointer, "значение не того вида", value)


_READERS: Mapping[Any, Any] = {
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
}


def _free(value: object) -> object:
    """Parameters of a reason: lists become tuples, so that records stay immutable."""
    if isinstance(value, list):
        return tuple(_free(v) for v in value)
    if isinstance(value, Mapping):
        return {k: _free(v) for k, v in value.items()}
    return value


def _refused(code: str, pointer: str, what: str, value: object) -> ArtefactError:
    shown = repr(value)[:80]
    return ArtefactError(
        [
            Fault(
                code,
                f"сохранённая запись не читается: {what} ({shown}); она повреждена "
                "или сделана другой версией",
                pointer,
                parameters={"value": shown},
            )
        ]
    )
