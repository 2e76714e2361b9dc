"""The linear relaxation of a route problem, over every admissible candidate at once.

All rows are integer and read Σ a·v ≤ b. The columns are the admissible candidates, ordered by
activity, and after them a few continuous ones: the pieces of φ, one meeting column a week that
stands for whichever mentor's slot (slots of mentors are interchangeable and crowd a relaxation
out), the mentors, and the missed windows. It speaks of routes with at least one step; the empty
route is judged on its own. Checkpoints and the exact windows of the cadence are left to the
kernel, so the relaxation's bound stays a bound.

A bound comes from multipliers alone (``dual_bound``), in integers, whatever solver found them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.phi import Phi
from engine.planning.problem import RouteProblem

_SAFE = 2.0**61
"""No integer of ``dual_bound`` may come near 2⁶³."""


@dataclass(slots=True)
class Rows:
    """Sparse rows Σ a·v ≤ b while they are collected."""

    columns: list[IntArray] = field(default_factory=list)
    values: list[IntArray] = field(default_factory=list)
    right: list[int] = field(default_factory=list)

    def add(self, columns: IntArray, values: IntArray | int, right: int) -> None:
        """One row; a column stands in it once."""
        self.columns.append(columns)
        self.values.append(np.broadcast_to(np.asarray(values, dtype=np.int64), columns.shape))
        self.right.append(right)

    def add_block(self, row: IntArray, column: IntArray, value: IntArray, right: IntArray) -> None:
        """One row for each number in ``row`` (in ascending order), right side ``right[number]``."""
        order = np.argsort(row, kind="stable")
        row, column, value = row[order], column[order], value[order]
        numbers, starts = np.unique(row, return_index=True)
        self.columns += np.split(column, starts[1:]) if len(numbers) else []
        self.values += np.split(value, starts[1:]) if len(numbers) else []
        self.right += right[numbers].tolist()

    def extend(self, other: Rows) -> None:
        """Append all rows of ``other``."""
        self.columns += other.columns
        self.values += other.values
        self.right += other.right

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, slots=True, eq=False)
class RowMatrix:
    """Rows as one CSR matrix: entry arrays, row pointers and right sides."""

    indptr: IntArray
    indices: IntArray
    values: IntArray
    right: IntArray

    @staticmethod
    def of(rows: Rows) -> RowMatrix:
        """Pack collected rows."""
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(c) for c in rows.columns], out=indptr[1:])
        none = np.zeros(0, dtype=np.int64)
        return RowMatrix(
            indptr,
            np.concatenate([none, *rows.columns]),
            np.concatenate([none, *rows.values]),
            np.array(rows.right, dtype=np.int64),
        )

    def join(self, other: RowMatrix) -> RowMatrix:
        """These rows and then those of ``other``."""
        return RowMatrix(
            np.concatenate([self.indptr, other.indptr[1:] + self.indptr[-1]]),
            np.concatenate([self.indices, other.indices]),
            np.concatenate([self.values, other.values]),
            np.concatenate([self.right, other.right]),
        )

    def keep(self, rows: BoolArray) -> RowMatrix:
        """The rows flagged."""
        counts = np.diff(self.indptr)
        entries = np.repeat(rows, counts)
        indptr = np.concatenate([[0], np.cumsum(counts[rows])])
        return RowMatrix(indptr, self.indices[entries], self.values[entries], self.right[rows])

    def __len__(self) -> int:
        return len(self.right)


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Columns and static rows.

    Parameters
    ----------
    candidates
        Shape (n,): candidate of each of the first n columns, ordered by activity.
    group_start
        Shape (n_groups,): first column of each activity with candidates.
    objective
        Shape (n_columns,), mpt per unit.
    upper
        Shape (n_columns - n,): upper bounds of the continuous columns; lower ones are 0.
    phi
        Value functions of the demands.
    gain
        Shape (n, n_demands): counted gains, each at most the whole demand.
    """

    problem: RouteProblem
    candidates: IntArray
    activity: IntArray
    group_start: IntArray
    objective: IntArray
    upper: IntArray
    phi: Phi
    gain: IntArray
    load: sp.csr_array
    rows: RowMatrix
    first_piece: IntArray
    first_meeting: int
    first_mentor: int
    first_missed: int
    first_reach: int

    @property
    def n(self) -> int:
        """Candidate columns."""
        return len(self.candidates)

    @cached_property
    def group(self) -> IntArray:
        """Number of the activity's group of each candidate column."""
        sizes = np.diff(np.append(self.group_start, self.n))
        return np.repeat(np.arange(len(self.group_start)), sizes)

    @cached_property
    def start_day(self) -> IntArray:
        """Start of each candidate column."""
        return self.problem.candidates.start_day[self.candidates]

    @cached_property
    def end_day(self) -> IntArray:
        """End of each candidate column."""
        return self.problem.candidates.end_day[self.candidates]

    @cached_property
    def dense_load(self) -> IntArray:
        """Weekly minutes of each candidate column, shape (n, n_weeks)."""
        return np.asarray(self.load.toarray())

    @cached_property
    def column_of(self) -> IntArray:
        """Column of each candidate of the problem, −1 = not admissible."""
        column = np.full(len(self.problem.candidates), -1, dtype=np.int64)
        column[self.candidates] = np.arange(self.n)
        return column

    def group_max(self, values: np.ndarray) -> np.ndarray:
        """Greatest value of each activity's columns, shape (n_groups,)."""
        return np.maximum.reduceat(values, self.group_start) if self.n else values[:0]


def reduced(relaxation: Relaxation, rows: RowMatrix, y: np.ndarray) -> np.ndarray:
    """Objective − yᵀA of every column, in the type of ``y``."""
    counts = np.diff(rows.indptr)
    spread = np.repeat(y, counts) * rows.values
    size = len(relaxation.objective)
    if y.dtype.kind == "f":
        return relaxation.objective - np.bincount(rows.indices, weights=spread, minlength=size)
    matrix = sp.csr_array((rows.values, rows.indices, rows.indptr), shape=(len(rows), size))
    return np.asarray(matrix.T @ y)


@dataclass(frozen=True, slots=True, eq=False)
class DualBound:
    """A proof: no route with a step is worth more than ``bound``.

    Parameters
    ----------
    scale
        What one mpt is in the integers of ``total`` and ``slack``.
    total
        The bound times the scale.
    reduced
        Shape (n,): reduced value of each candidate column times the scale.
    best
        Shape (n_groups,): greatest positive reduced value of each activity.
    """

    scale: int
    total: int
    reduced: IntArray
    best: IntArray
    group: IntArray

    @property
    def bound(self) -> int:
        """In mpt, rounded down: every value is a whole number."""
        return self.total // self.scale

    def can_exceed(self, value: int) -> BoolArray:
        """Columns that a route worth more than ``value`` may hold, shape (n,)."""
        least = (value + 1) * self.scale
        return np.asarray(self.total - self.best[self.group] + self.reduced >= least)


def dual_bound(relaxation: Relaxation, rows: RowMatrix, y: FloatArray) -> DualBound:
    """Lagrangian bound of multipliers ``y`` over all candidates, in exact integers.

    bound = yᵀb + Σ_activities max(0, best reduced value) + Σ_others upper · max(0, reduced
    value): weak duality makes it true for any y ≥ 0, so multipliers are rounded freely.
    """
    y = np.maximum(y, 0.0)
    weight = np.repeat(y, np.diff(rows.indptr)) * np.abs(rows.values)
    most = float(np.bincount(rows.indices, weights=weight, minlength=1).max(initial=0.0))
    most = max(most, float(np.abs(relaxation.objective).max(initial=1)))
    size = most * (relaxation.n + float(relaxation.upper.sum()) + 2.0)
    size += float(y @ np.abs(rows.right))
    scale = 2 ** max(0, min(20, int(np.floor(np.log2(_SAFE / max(size, 1.0))))))
    multipliers = np.rint(y * scale).astype(np.int64)
    counts = np.diff(rows.indptr)
    spread = np.repeat(multipliers, counts) * rows.values
    taken = np.zeros(len(relaxation.objective), dtype=np.int64)
    np.add.at(taken, rows.indices, spread)
    rest = relaxation.objective * scale - taken
    n = relaxation.n
    best = np.maximum(relaxation.group_max(rest[:n]), 0)
    total = int(multipliers @ rows.right) + int(best.sum())
    total += int(np.maximum(rest[n:], 0) @ relaxation.upper)
    return DualBound(scale, total, rest[:n], best, relaxation.group)
