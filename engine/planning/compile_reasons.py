"""Texts that a solve does not need: made when somebody asks, reasons and labels alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

from engine.domain import Reason


class Reasons(Mapping[str, Reason]):
    """Reasons by activity id in the order of the catalogue, made on first use.

    A solve needs none of them, a page needs all; thousands of small records are slow to make.
    """

    __slots__ = ("_found", "_make")

    def __init__(self, make: Callable[[], dict[str, Reason]]) -> None:
        self._make = make
        self._found: dict[str, Reason] | None = None

    def _all(self) -> dict[str, Reason]:
        if self._found is None:
            self._found = self._make()
        return self._found

    def __getitem__(self, activity_id: str) -> Reason:
        return self._all()[activity_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


class Labels(Sequence[str]):
    """Labels of candidates, made on first use; equal to a tuple of the same labels."""

    __slots__ = ("_found", "_make", "_size")

    def __init__(self, size: int, make: Callable[[], tuple[str, ...]]) -> None:
        self._size = size
        self._make = make
        self._found: tuple[str, ...] | None = None

    def _all(self) -> tuple[str, ...]:
        if self._found is None:
            self._found = self._make()
        return self._found

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        return self._all()[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Labels | tuple) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())
