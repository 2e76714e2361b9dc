"""What people took, in order: all histories of a table in three arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp

from engine.domain import BoolArray, FloatArray, IntArray
from engine.interactions import Interactions


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Histories one after another; each holds an activity once, at its first time.

    Parameters
    ----------
    start
        Shape (n + 1,): history i is the rows ``start[i]`` to ``start[i + 1]``.
    activity, time
        Shape (n_rows,), ascending in time within a history.
    """

    start: IntArray
    activity: IntArray
    time: FloatArray

    @classmethod
    def of(cls, interactions: Interactions) -> Self:
        """One history for each person of the table, in its order, from what was taken up."""
        rows = interactions.select(interactions.taken).in_order()
        key = rows.person * max(len(rows.activities), 1) + rows.activity
        first = np.sort(np.unique(key, return_index=True)[1])
        counts = np.bincount(rows.person[first], minlength=len(rows.people))
        return cls(_starts(counts), rows.activity[first], rows.time[first])

    @classmethod
    def of_one(cls, activities: Sequence[int] | IntArray, times: FloatArray | None = None) -> Self:
        """One history; without times the order is the time. Repeats count at their first time."""
        taken = np.asarray(activities, dtype=np.int64)
        when = np.arange(len(taken), dtype=np.float64) if times is None else np.asarray(times)
        if len(when) != len(taken):
            raise ValueError("a history needs one time per activity")
        order = np.argsort(when, kind="stable")
        first = np.sort(np.unique(taken[order], return_index=True)[1])
        kept = order[first]
        start = np.array([0, len(kept)], dtype=np.int64)
        return cls(start, taken[kept], when[kept].astype(np.float64))

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def lengths(self) -> IntArray:
        """Shape (n,)."""
        return np.diff(self.start)

    @property
    def owner(self) -> IntArray:
        """Shape (n_rows,): history of each row."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def from_start(self) -> IntArray:
        """Shape (n_rows,): 0 for the first row of its history."""
        return np.arange(len(self.activity)) - self.start[self.owner]

    @property
    def from_end(self) -> IntArray:
        """Shape (n_rows,): 0 for the last row of its history."""
        return self.lengths[self.owner] - 1 - self.from_start

    def keep(self, rows: BoolArray) -> Histories:
        """Histories of some of the rows; none goes away, some may become empty."""
        counts = np.bincount(self.owner[rows], minlength=len(self))
        return Histories(_starts(counts), self.activity[rows], self.time[rows])

    def between(self, which: IntArray, low: IntArray, high: IntArray) -> Histories:
        """Parts of histories: of ``which[i]`` the rows ``low[i]`` to ``high[i]``, end excluded."""
        counts = np.maximum(high - low, 0)
        start = _starts(counts)
        rows = np.arange(start[-1]) + np.repeat(self.start[which] + low - start[:-1], counts)
        return Histories(start, self.activity[rows], self.time[rows])

    def table(self, n_activities: int, weight: FloatArray | None = None) -> sp.csr_array:
        """Histories × activities with a weight per row (``None`` = 1)."""
        values = np.ones(len(self.activity)) if weight is None else weight
        shape = (len(self), n_activities)
        return sp.csr_array((values, self.activity, self.start), shape=shape)


def _starts(counts: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def sums_by(group: IntArray, values: FloatArray, n: int) -> FloatArray:
    """Sum of the values of every group 0 … n − 1."""
    return np.asarray(np.bincount(group, weights=values, minlength=n), dtype=np.float64)
