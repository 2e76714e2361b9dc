"""Column generation with rows added where they are broken: the bound, step by step."""

from __future__ import annotations

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.planning.cuts import base_needs, violated_rows
from engine.planning.kernel import ExtraRow
from engine.planning.master import MasterSolution, solve_master
from engine.planning.problem import RouteProblem
from engine.planning.relaxation import DualBound, Relaxation, RowMatrix, dual_bound
from engine.planning.relaxation_rows import relax

FIRST_COLUMNS = 150
NEW_COLUMNS = 300
PIN_COLUMNS = 30
ROUNDS_MOST = 25
IDLE_ROUNDS = 3
STALLED_SHARE = 0.02
"""A round that closes less than this share of the gap still open is not worth its time."""


class Bounding:
    """The relaxation of one problem while its bound falls.

    ``step`` is one unit of work. ``proof`` is the best multipliers so far as a proof; columns
    that it lets stand are what a kernel must hold.
    """

    def __init__(self, problem: RouteProblem) -> None:
        self.r: Relaxation = relax(problem)
        self.columns = _first_columns(self.r)
        self.rows: RowMatrix = self.r.rows
        if self.r.n:
            self.rows = self.rows.join(RowMatrix.of(base_needs(self.r, self.columns)))
        self._solved = self.rows
        self._lasting = len(self.rows)
        self._idle = np.zeros(0, dtype=np.int64)
        self.proof: DualBound = dual_bound(self.r, self.rows, np.zeros(len(self.rows)))
        self.solution: MasterSolution | None = None
        self.reduced: np.ndarray = self.r.objective[: self.r.n].astype(np.float64)
        self.priced_out = False
        self.finished = not self.r.n
        self.rounds = 0
        self._before: list[int] = []

    @property
    def work_milli(self) -> int:
        """Work of the next step, from sizes alone."""
        return 1 + len(self.columns) * len(self.rows) // 10_000

    def step(self, value: int | None) -> None:
        """Solve, bound, price, and add what is missing.

        Parameters
        ----------
        value
            Of the best route known: a bound near it is worth less effort.
        """
        r = self.r
        self.rounds += 1
        found = solve_master(r, self.rows, self.columns)
        if found is None:
            self.finished = True
            return
        self.solution, self._solved = found, self.rows
        proof = dual_bound(r, self.rows, found.y)
        if proof.total * self.proof.scale < self.proof.total * proof.scale:
            self.proof = proof
        self.reduced = proof.reduced / proof.scale
        inside = np.zeros(r.n, dtype=np.bool_)
        inside[self.columns] = True
        held = np.maximum(r.group_max(np.where(inside, self.reduced, 0.0)), 0.0)
        excess = self.reduced - held[r.group]
        new = np.flatnonzero((excess > 1.0) & ~inside)
        rows = violated_rows(r, found.x)
        self.priced_out = not len(new)
        if self.rounds >= ROUNDS_MOST or (not len(new) and not len(rows)) or self._stalled(value):
            self.finished = True
        else:
            new = new[np.lexsort((new, -excess[new]))][:NEW_COLUMNS]
            self.columns = np.union1d(self.columns, new)
            self.rows = self._rows_in_use(found.y).join(RowMatrix.of(rows))
            self._idle = np.append(self._idle, np.zeros(len(rows), dtype=np.int64))

    def _rows_in_use(self, y: FloatArray) -> RowMatrix:
        """Rows without those added ones that have had no multiplier for some rounds."""
        self._idle = np.where(y[self._lasting :] > 0, 0, self._idle + 1)
        kept = self._idle < IDLE_ROUNDS
        self._idle = self._idle[kept]
        return self.rows.keep(np.append(np.ones(self._lasting, dtype=np.bool_), kept))

    def _stalled(self, value: int | None) -> bool:
        self._before.append(self.proof.bound)
        if value is None or len(self._before) < 3 or not self.priced_out:
            return False
        # Early routes are poor: what is open is no measure then.
        open_gap = min(self._before[-3] - value, abs(self._before[-3]) // 20)
        return self._before[-3] - self._before[-1] < 2 * STALLED_SHARE * open_gap

    def proof_rows(self) -> list[ExtraRow]:
        """Added rows over candidates and pieces that the bound rests on, for a kernel."""
        if self.solution is None:
            return []
        r, y, rows = self.r, self.solution.y, self._solved
        found = []
        for i in range(len(r.rows), len(y)):
            span = slice(rows.indptr[i], rows.indptr[i + 1])
            columns, values = rows.indices[span], rows.values[span]
            if y[i] > 0 and columns.max() < r.first_meeting:
                own = columns < r.n
                pieces = zip((columns[~own] - r.n).tolist(), values[~own].tolist(), strict=True)
                found.append(
                    ExtraRow(
                        r.candidates[columns[own]],
                        values[own],
                        tuple(pieces),
                        int(rows.right[i]),
                    )
                )
        return found

    def ranked(self) -> IntArray:
        """Columns by what they lack to be chosen, the best first."""
        lack = self.proof.best[self.r.group] - self.proof.reduced
        return np.lexsort((np.arange(self.r.n), lack))

    def pool(self, size: int) -> IntArray:
        """The most promising columns; before any round, the first ones."""
        return self.columns if not self.rounds else self.ranked()[:size]

    def lack(self) -> IntArray:
        """By how much each column is worse than the best of its activity, in mpt."""
        return (self.proof.best[self.r.group] - self.proof.reduced) // self.proof.scale


def _first_columns(r: Relaxation) -> IntArray:
    """The most valuable alone, and for their minutes; of each pin the best few."""
    alone = (r.phi.total(r.gain) + r.objective[: r.n]).astype(np.float64)
    minutes = r.index.minutes
    chosen = [
        np.argsort(-alone, kind="stable")[:FIRST_COLUMNS],
        np.argsort(-alone / (minutes + 30), kind="stable")[:FIRST_COLUMNS],
    ]
    for pin in r.problem.pins:
        own = r.column_of[list(pin.candidates)]
        own = own[own >= 0]
        chosen.append(own[np.argsort(-alone[own], kind="stable")[:PIN_COLUMNS]])
    return np.unique(np.concatenate(chosen))
