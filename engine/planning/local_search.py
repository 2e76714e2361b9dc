"""A good route fast: ruin and recreate on the columns that the relaxation likes.

What comes out is a proposal: only the checker says that it holds and what it is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain import IntArray
from engine.planning.relaxation import Relaxation
from engine.planning.search_loops import STEPS_CAP, search
from engine.planning.search_table import search_table
from engine.planning.solution import Route

OUT_AHEAD = 5
"""Entries of the accompaniment before the slots."""


@dataclass(frozen=True, slots=True)
class Found:
    """A proposal: its columns, and the whole route."""

    columns: IntArray
    route: Route


class LocalSearch:
    """Search over a pool of columns of the relaxation.

    Parameters
    ----------
    pool
        Columns in any order, each once.
    lack
        Shape (n columns of the relaxation,), mpt: by how much each is worse than what the
        relaxation would take.
    """

    def __init__(self, r: Relaxation, pool: IntArray, lack: IntArray) -> None:
        self.r = r
        self.pool = np.sort(pool)
        self.table = search_table(r, self.pool, lack[self.pool])

    def run(self, begin: IntArray, turns: int, patience_ppm: int, seed: int) -> Found | None:
        """The best of a number of sets of steps.

        Parameters
        ----------
        begin
            Columns to start from, the most wanted first; those outside the pool are left out.
        turns, patience_ppm, seed
            See ``search_loops.search``.
        """
        place = np.minimum(np.searchsorted(self.pool, begin), len(self.pool) - 1)
        inside = self.pool[place] == begin
        chosen = np.zeros(STEPS_CAP, dtype=np.int64)
        out = np.zeros(self.r.problem.n_weeks + OUT_AHEAD + 1, dtype=np.int64)
        start = np.ascontiguousarray(place[inside][: STEPS_CAP // 2])
        count = search(self.table, start, turns, patience_ppm, seed, chosen, out)
        if not count:
            return None
        columns = self.pool[chosen[:count]]
        mentor, middle, final, taken = (int(v) for v in out[:4])
        slots = out[OUT_AHEAD : OUT_AHEAD + taken].tolist() if mentor >= 0 else []
        route = Route(
            tuple(sorted(self.r.candidates[columns].tolist())),
            mentor if mentor >= 0 else None,
            tuple(sorted(slots)),
            middle if middle >= 0 else None,
            final if final >= 0 else None,
        )
        return Found(columns, route)
