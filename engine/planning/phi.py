"""The value functions of all demands at once, in exact integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain import IntArray
from engine.planning.problem import RouteProblem


@dataclass(frozen=True, slots=True, eq=False)
class Phi:
    """Pieces of φ, padded to one number of pieces.

    Parameters
    ----------
    start, length, slope
        Shape (n_demands, n_pieces): gain units at which a piece begins, its length, mpt a unit.
    """

    start: IntArray
    length: IntArray
    slope: IntArray

    @staticmethod
    def of(problem: RouteProblem) -> Phi:
        """Pieces of the problem's demands."""
        most = max((len(d.pieces) for d in problem.demands), default=0)
        pieces = np.zeros((len(problem.demands), most, 2), dtype=np.int64)
        for k, demand in enumerate(problem.demands):
            if demand.pieces:
                pieces[k, : len(demand.pieces)] = demand.pieces
        length, slope = pieces[:, :, 0], pieces[:, :, 1]
        return Phi(np.cumsum(length, axis=1) - length, length, slope)

    @property
    def whole(self) -> IntArray:
        """Gain units of each whole demand, shape (n_demands,)."""
        return np.asarray(self.length.sum(axis=1))

    def of_demand(self, k: int, gained: IntArray) -> IntArray:
        """Value of gain units of demand ``k``, in mpt, in the shape of ``gained``."""
        value = np.zeros(gained.shape, dtype=np.int64)
        for start, length, slope in zip(
            self.start[k].tolist(), self.length[k].tolist(), self.slope[k].tolist(), strict=True
        ):
            value += slope * np.minimum(np.maximum(gained - start, 0), length)
        return value

    def total(self, gained: IntArray) -> IntArray:
        """Value of gains, shape (..., n_demands), summed over the demands: shape (...)."""
        value = np.zeros(gained.shape[:-1], dtype=np.int64)
        for i in range(self.start.shape[1]):
            part = np.minimum(np.maximum(gained - self.start[:, i], 0), self.length[:, i])
            value += part @ self.slope[:, i]
        return value
