"""Meetings at one instant."""

from __future__ import annotations

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.planning.cuts.violation import VIOLATION
from engine.planning.relaxation import Relaxation, Rows


def overlap_rows(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """At one instant at most one meeting of the route."""
    every = r.index.meetings
    inside = np.zeros(r.n, dtype=np.bool_)
    inside[support] = True
    own = np.flatnonzero(inside[every.column])
    if not len(own):
        return
    start, end, weight = every.start[own], every.end[own], x[every.column[own]]
    instants = np.unique(start)
    running = (start <= instants[:, None]) & (instants[:, None] < end)
    broken = instants[running @ weight > 1 + VIOLATION]
    seen: set[bytes] = set()
    for instant in broken.tolist():
        at_once = every.column[(every.start <= instant) & (instant < every.end)]
        columns = np.unique(at_once)
        if x[columns].sum() > 1 + VIOLATION and columns.tobytes() not in seen:
            seen.add(columns.tobytes())
            rows.add(columns, 1, 1)
