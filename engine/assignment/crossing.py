"""Tables of few kinds against few kinds, spread over many people: subjects, languages, positions.

Thousands of people have some dozens of different subjects and languages, so what two of them have
to do with one another is told for the kinds once and looked up for the pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from engine.domain import FloatArray, IntArray

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class Kinds(Generic[K]):
    """Kinds of some people.

    Parameters
    ----------
    of
        Shape (n,): index of each one's kind.
    kinds
        Those kinds, in the order in which they were met.
    """

    of: IntArray
    kinds: tuple[K, ...]

    @classmethod
    def told(cls, values: Iterable[K]) -> Kinds[K]:
        """Kinds of people by their values."""
        found: dict[K, int] = {}
        of = [found.setdefault(value, len(found)) for value in values]
        return cls(np.array(of, dtype=np.int64), tuple(found))


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """A value for every pair, by their kinds.

    Parameters
    ----------
    rows, columns
        Shapes (n,) and (m,): kind of each person and carer.
    table
        Shape (row kinds, column kinds).
    """

    rows: IntArray
    columns: IntArray
    table: FloatArray

    @classmethod
    def of(
        cls, rows: Kinds[K], columns: Kinds[K], value: Callable[[K, K], float | bool]
    ) -> Crossing:
        """Ask ``value(row kind, column kind)`` once for every two kinds."""
        cells = [[float(value(r, c)) for c in columns.kinds] for r in rows.kinds]
        table = np.array(cells, dtype=np.float64).reshape(len(rows.kinds), len(columns.kinds))
        return cls(rows.of, columns.of, table)

    def block(self, rows: slice) -> FloatArray:
        """Values of some people and all carers, shape (rows, m)."""
        return self.table[np.ix_(self.rows[rows], self.columns)]

    def among(self, rows: IntArray, columns: IntArray) -> FloatArray:
        """Values of some people and some carers, shape (rows, columns)."""
        return self.table[np.ix_(self.rows[rows], self.columns[columns])]

    def at(self, row: int, column: int) -> float:
        """Value of one pair."""
        return float(self.table[self.rows[row], self.columns[column]])


def same(one: Sequence[str | None], other: Sequence[str | None]) -> tuple[IntArray, IntArray]:
    """Codes of two lists of names that are equal where both names are, and never for no name.

    Returns
    -------
    tuple of ndarray
        Shapes (len(one),) and (len(other),); no name is −1 on the one side and −2 on the other.
    """
    found: dict[str, int] = {}
    left = [found.setdefault(name, len(found)) if name else -1 for name in one]
    right = [found.get(name, -2) if name else -2 for name in other]
    return np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
