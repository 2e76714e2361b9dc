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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache, partial
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
    try:
        return typing.cast(Record, _decoder(typing.cast(Any, record))(data))
    except _Odd as odd:
        raise odd.refused(pointer) from odd.__cause__


Decoder = Callable[[Any], Any]
"""From a JSON value to what a hint says; raises ``_Odd``."""


class _Odd(Exception):
    """A value that does not fit; its place is put together on the way out.

    An answer has thousands of values and hardly ever a fault: naming the place of each would take
    longer than reading it.
    """

    def __init__(self, code: str, what: str, value: object, *path: object) -> None:
        self.code, self.what, self.value = code, what, value
        self.path: list[object] = list(path)

    def refused(self, pointer: str) -> ArtefactError:
        """As users see it; ``pointer`` is that of the whole."""
        return _refused(
            self.code,
            pointer + "".join(f"/{step}" for step in reversed(self.path)),
            self.what,
            self.value,
        )


@cache
def _decoder(hint: Any) -> Decoder:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _optional(hint)
    if origin is tuple:
        return _tuple(get_args(hint))
    if origin is frozenset:
        return _frozenset(_decoder(get_args(hint)[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*map(_decoder, get_args(hint)))
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(hint)
    return _scalar(hint)


def _record(record: Any) -> Decoder:
    hints = _hints(record)

    @cache
    def decoders() -> Mapping[str, Decoder]:
        """Made when first needed, as a record may hold records of its own kind; whole or not at
        all, as several threads may need them first.
        """
        return {name: _decoder(hint) for name, hint in hints.items()}

    def read(data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise _Odd("record_not_object", "нужен объект JSON", data)
        known = decoders()
        values, key = {}, None
        try:
            for key, value in data.items():
                decoder = known.get(key)
                if decoder is None:
                    raise _Odd("record_field_unknown", "неизвестное поле", value)
                values[key] = decoder(value)
        except _Odd as odd:
            odd.path.append(key)
            raise
        for name in _required(record):
            if name not in values:
                raise _Odd("record_field_missing", "поля нет", None, name)
        return record(**values)

    return read


@cache
def _hints(record: Any) -> dict[str, Any]:
    known = {f.name for f in fields(record)}
    return {k: v for k, v in typing.get_type_hints(record).items() if k in known}


@cache
def _required(record: Any) -> tuple[str, ...]:
    return tuple(
        f.name for f in fields(record) if f.default is MISSING and f.default_factory is MISSING
    )


def _optional(hint: Any) -> Decoder:
    inner = [a for a in get_args(hint) if a is not type(None)]
    if len(inner) != 1:
        raise TypeError(f"only X | None can be read back, not {hint}")
    decoder = _decoder(inner[0])
    return lambda value: None if value is None else decoder(value)


def _tuple(arguments: tuple[Any, ...]) -> Decoder:
    open_ended = arguments[-1] is Ellipsis
    decoders = [_decoder(a) for a in arguments if a is not Ellipsis]

    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise _of_another_kind(value)
        inner = decoders * len(value) if open_ended else decoders
        if len(inner) != len(value):
            raise _of_another_kind(value)
        return tuple(_each(inner, value))

    return read


def _frozenset(decoder: Decoder) -> Decoder:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise _of_another_kind(value)
        return frozenset(_each([decoder] * len(value), value))

    return read


def _each(decoders: Sequence[Decoder], values: Sequence[Any]) -> Iterator[Any]:
    for place, (decoder, value) in enumerate(zip(decoders, values, strict=True)):
        try:
            yield decoder(value)
        except _Odd as odd:
            odd.path.append(place)
            raise


def _mapping(key_of: Decoder, value_of: Decoder) -> Decoder:
    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise _of_another_kind(value)
        found, key = {}, None
        try:
            for key, inner in value.items():
                found[key_of(key)] = value_of(inner)
        except _Odd as odd:
            odd.path.append(key)
            raise
        return found

    return read


def _scalar(hint: Any) -> Decoder:
    if hint is object:
        return _free
    if hint is float:
        return _float
    reader = _READERS.get(hint)
    if reader is not None:
        return partial(_read_by, reader)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return partial(_member, hint)
    return partial(_exactly, hint)


def _float(value: Any) -> float:
    if value is None:
        return math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise _of_another_kind(value)


def _read_by(reader: Decoder, value: Any) -> Any:
    if not isinstance(value, str):
        raise _of_another_kind(value)
    try:
        return reader(value)
    except ValueError as error:
        raise _Odd("record_value_type", "это не дата", value) from error


def _member(kind: Any, value: Any) -> Any:
    try:
        return kind(value)
    except ValueError as error:
        raise _Odd("record_value_type", "нет такого значения", value) from error


def _exactly(kind: Any, value: Any) -> Any:
    if kind in (str, int, bool) and type(value) is kind:
        return value
    raise _of_another_kind(value)


def _of_another_kind(value: object) -> _Odd:
    return _Odd("record_value_type", "значение не того вида", value)


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
