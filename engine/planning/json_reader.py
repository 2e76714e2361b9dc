"""Reading JSON values into records of integers, booleans and texts; every fault is kept.

A value of a wrong type gives a fault and a stand-in, so that one pass finds all faults. The
stand-ins never leave: ``Reader.finish`` raises when there is any fault.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from engine.errors import Fault, InputError
from engine.planning.validity import NUMBER_MAX, capped, fault

Record = TypeVar("Record")
Item = TypeVar("Item")

FAULTS_MAX = 500
"""Further faults of one file are dropped: these are enough to see what is wrong with it."""

MISSING = object()
"""Stands for a field that is not there; its absence is already a fault."""


class Reader:
    """Turns JSON values into Python ones and collects faults."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def note(self, found: Fault) -> None:
        """Keep a fault; a file of nothing but faults does not fill the memory with them."""
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(found)

    def finish(self) -> None:
        """Raise what was found.

        Raises
        ------
        InputError
            If there is any fault.
        """
        if self.faults:
            raise InputError(self.faults)

    def integer(self, value: object, at: str, most: int = NUMBER_MAX) -> int:
        """An integer from ``-most`` to ``most``; 5.0, true, NaN and 1e309 are none."""
        if value is MISSING:
            return 0
        if type(value) is not int:
            self.note(_wrong_type(at, value, "целое число"))
            return 0
        if abs(value) > most:
            self.note(_too_large(at, value, most))
            return 0
        return value

    def boolean(self, value: object, at: str) -> bool:
        """``true`` or ``false``; 0 and 1 are none."""
        if type(value) is bool or value is MISSING:
            return value is True
        self.note(_wrong_type(at, value, "true или false"))
        return False

    def text(self, value: object, at: str) -> str:
        """A text that can be written as UTF-8."""
        if value is MISSING:
            return ""
        if type(value) is not str:
            self.note(_wrong_type(at, value, "текст"))
            return ""
        if any("\ud800" <= char <= "\udfff" for char in value):
            detail = "В тексте половина суррогатной пары Unicode: исправьте кодировку."
            self.note(fault("broken_text", at, detail))
            return ""
        return value

    def items(
        self, value: object, at: str, read: Callable[[object, str], Item]
    ) -> tuple[Item, ...]:
        """An array, each item read by ``read``."""
        return tuple(read(item, f"{at}/{i}") for i, item in enumerate(self._array(value, at)))

    def integers(self, value: object, at: str) -> list[int]:
        """An array of integers; quick on long ones without faults."""
        array = self._array(value, at)
        if set(map(type, array)) <= {int} and (
            not array or (max(array) <= NUMBER_MAX and min(array) >= -NUMBER_MAX)
        ):
            return array
        part = Reader()
        checked = [part.integer(item, f"{at}/{i}") for i, item in enumerate(array)]
        self._note_capped(at, part)
        return checked

    def booleans(self, value: object, at: str) -> list[bool]:
        """An array of booleans."""
        array = self._array(value, at)
        if set(map(type, array)) <= {bool}:
            return array
        part = Reader()
        checked = [part.boolean(item, f"{at}/{i}") for i, item in enumerate(array)]
        self._note_capped(at, part)
        return checked

    def numbers(self, width: int) -> Callable[[object, str], tuple[int, ...]]:
        """Reader of an array of exactly ``width`` integers."""

        def read(value: object, at: str) -> tuple[int, ...]:
            found = tuple(self.integers(value, at))
            if len(found) != width and isinstance(value, list):
                detail = f"Чисел {len(found)}, а должно быть {width}."
                self.note(fault("wrong_length", at, detail, expected=width))
            return found if len(found) == width else (0,) * width

        return read

    def fields(self, value: object, at: str, names: Sequence[str]) -> dict[str, Any]:
        """Fields of an object with exactly these names; absent ones are ``MISSING``."""
        if value is not MISSING and not isinstance(value, dict):
            self.note(_wrong_type(at, value, "объект { … }"))
        if not isinstance(value, dict):
            return dict.fromkeys(names, MISSING)
        for name in value:
            if name not in names:
                shown = _printable(name)
                detail = f"Неизвестное поле «{shown}»; известны: {', '.join(names)}."
                self.note(fault("unknown_field", f"{at}/{_escaped(shown)}", detail))
        for name in names:
            if name not in value:
                detail = f"Нет обязательного поля «{name}»: добавьте его."
                self.note(fault("missing_field", f"{at}/{name}", detail))
        return {name: value.get(name, MISSING) for name in names}

    def record(
        self,
        cls: Callable[..., Record],
        value: object,
        at: str,
        readers: Mapping[str, Callable[[object, str], object]] | None = None,
    ) -> Record:
        """A dataclass from an object with its fields.

        Fields declared ``int``, ``bool`` and ``str`` are read as such, the others by ``readers``.
        """
        plain: dict[str, Callable[[object, str], object]] = {
            "int": self.integer,
            "bool": self.boolean,
            "str": self.text,
        }
        declared = {f.name: str(f.type) for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
        found = self.fields(value, at, tuple(declared))
        read = {name: (readers or {}).get(name) or plain[kind] for name, kind in declared.items()}
        return cls(**{name: read[name](found[name], f"{at}/{name}") for name in declared})

    def _note_capped(self, at: str, part: Reader) -> None:
        for found in capped(at, part.faults):
            self.note(found)

    def _array(self, value: object, at: str) -> list[Any]:
        if isinstance(value, list):
            return value
        if value is not MISSING:
            self.note(_wrong_type(at, value, "массив [ … ]"))
        return []


def _wrong_type(at: str, value: object, wanted: str) -> Fault:
    shown = repr(value)
    shown = shown if len(shown) <= 40 else f"{shown[:37]}..."
    return fault("wrong_type", at, f"Ожидается {wanted}, а стоит {shown}.", found=shown)


def _too_large(at: str, value: int, most: int) -> Fault:
    # The value itself is not shown: it may have thousands of digits.
    detail = f"Число по модулю больше {most}: проверьте единицу измерения."
    return fault("number_too_large", at, detail, most=most, bits=value.bit_length())


def _printable(name: str) -> str:
    """The name without half surrogates (they cannot be written) and not without end."""
    return name[:80].encode("utf-8", "backslashreplace").decode()


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
