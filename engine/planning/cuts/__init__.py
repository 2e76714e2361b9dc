"""Rows that are added to the relaxation where its solution breaks them.

Each separator looks at a solution and gives rows that every route with a step obeys and the
solution does not. A row is built over all candidates at once, so that a bound from it covers
them all.
"""

from __future__ import annotations

import numpy as np

from engine.domain import FloatArray
from engine.planning.cuts.cliques import clique_rows
from engine.planning.cuts.coverage import coverage_rows
from engine.planning.cuts.mentor import cadence_rows, reach_rows
from engine.planning.cuts.needs import base_needs, prerequisite_rows, transfer_rows
from engine.planning.cuts.overlap import overlap_rows
from engine.planning.cuts.practices import shared_practice_rows
from engine.planning.cuts.tempo import dff, packing_rows
from engine.planning.relaxation import Relaxation, Rows

__all__ = ["SEPARATORS", "base_needs", "dff", "violated_rows"]


SEPARATORS = (
    transfer_rows,
    prerequisite_rows,
    overlap_rows,
    coverage_rows,
    packing_rows,
    clique_rows,
    shared_practice_rows,
    reach_rows,
    cadence_rows,
)
"""In the order in which their rows are added."""


def violated_rows(r: Relaxation, x: FloatArray) -> Rows:
    """All rows broken by a solution, in a fixed order."""
    rows = Rows()
    support = np.flatnonzero(x[: r.n] > 1e-6)
    for separator in SEPARATORS:
        separator(r, x, support, rows)
    return rows
