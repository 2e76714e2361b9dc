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
from engine.planning.columns import Columns
from engine.planning.compiled import compiled
from engine.planning.phi import Phi
from engine.planning.problem import RouteProblem

_SAFE = 2.0**61
"""No integer of ``dual_bound`` may come near 2⁶³."""


@dataclass(slots=True)
class Rows:
    """Sparse rows Σ a·v ≤ b while they are collected."""

    columns: list[IntArray] = field(default_factory=list)
    values: list[IntArray] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)

    def add(self, columns: IntArray, values: IntArray | int, right: int) -> None:
        """One row; a column stands in it once."""
        if isinstance(values, int):
            values = np.full(len(columns), values)
        self.columns.append(columns)
        self.values.append(values)
        self.counts.append(len(columns))
        self.right.append(right)

    def add_all(
        self, counts: IntArray, columns: IntArray, values: IntArray, right: IntArray
    ) -> None:
        """Rows one after another: their numbers of entries, all entries, right sides."""
        self.columns.append(columns)
        self.values.append(values)
        self.counts += counts.tolist()
        self.right += right.tolist()

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
        np.cumsum(rows.counts, out=indptr[1:])
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
    index
        What is looked up about the candidate columns.
    """

    problem: RouteProblem
    candidates: IntArray
    activity: IntArray
    group_start: IntArray
    objective: IntArray
    upper: IntArray
    phi: Phi
    gain: IntArray
    index: Columns
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
        dense = np.zeros((self.n, self.problem.n_weeks), dtype=np.int64)
        column, week, minutes = self.index.load_entries
        dense[column, week] = minutes
        return dense

    @cached_property
    def load(self) -> sp.csr_array:
        """Weekly minutes of each candidate column, shape (n, n_weeks)."""
        column, week, minutes = self.index.load_entries
        indptr = np.searchsorted(column, np.arange(self.n + 1))
        return sp.csr_array((minutes, week, indptr), shape=(self.n, self.problem.n_weeks))

    @cached_property
    def column_of(self) -> IntArray:
        """Column of each candidate of the problem, −1 = not admissible."""
        column = np.full(len(self.problem.candidates), -1, dtype=np.int64)
        column[self.candidates] = np.arange(self.n)
        return column

    def group_max(self, values: np.ndarray) -> np.ndarray:
        """Greatest value of each activity's columns, shape (n_groups,)."""
        return np.maximum.reduceat(values, self.group_start) if self.n else values[:0]


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
    n_columns = len(relaxation.objective)
    most = _greatest_weight(y, rows.indptr, rows.indices, rows.values, n_columns)
    most = max(most, float(np.abs(relaxation.objective).max(initial=1)))
    size = most * (relaxation.n + float(relaxation.upper.sum()) + 2.0)
    size += float(y @ np.abs(rows.right))
    scale = 2 ** max(0, min(20, int(np.floor(np.log2(_SAFE / max(size, 1.0))))))
    multipliers = np.rint(y * scale).astype(np.int64)
    rest = relaxation.objective * scale
    _take(multipliers, rows.indptr, rows.indices, rows.values, rest)
    n = relaxation.n
    best = np.maximum(relaxation.group_max(rest[:n]), 0)
    total = int(multipliers @ rows.right) + int(best.sum())
    total += int(np.maximum(rest[n:], 0) @ relaxation.upper)
    return DualBound(scale, total, rest[:n], best, relaxation.group)


@compiled
def _greatest_weight(
    y: FloatArray, indptr: IntArray, indices: IntArray, values: IntArray, n_columns: int
) -> float:
    """Greatest Σ y·|a| of a column."""
    weight = np.zeros(n_columns, dtype=np.float64)
    for row in range(len(y)):
        if y[row] > 0.0:
            for entry in range(indptr[row], indptr[row + 1]):
                weight[indices[entry]] += y[row] * abs(values[entry])
    most = 0.0
    for column in range(n_columns):
        most = max(most, weight[column])
    return most


@compiled
def _take(
    y: IntArray, indptr: IntArray, indices: IntArray, values: IntArray, rest: IntArray
) -> None:
    """Subtract yᵀA from ``rest``, shape (n_columns,)."""
    for row in range(len(y)):
        if y[row] > 0:
            for entry in range(indptr[row], indptr[row + 1]):
                rest[indices[entry]] -= y[row] * values[entry]
