"""``freeze`` and ``changes`` of a revised route as linear rows, for the kernel and the relaxation.

max(n, m) − k ≤ e of ``problem`` is two rows over candidates: of the n kept steps at least n − e
stay, and at most e candidates are new. Fixed and frozen steps are pins besides, so every part of
the solver that knows pins knows them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.problem import Revision, RouteProblem


@dataclass(frozen=True, slots=True, eq=False)
class RevisionRow:
    """Σ x over some candidates, at least or at most so many.

    Parameters
    ----------
    candidates
        Indices of the problem, ascending.
    least, most
        ``None`` = that side does not bind.
    """

    candidates: IntArray
    least: int | None
    most: int | None


def revision_rows(problem: RouteProblem) -> tuple[RevisionRow, ...]:
    """Rows of the rule ``changes``, and one for each fixed and frozen step; none without either."""
    revision = problem.revision
    if revision is None:
        return ()
    kept, others = _kept(revision), np.ones(len(problem.candidates), dtype=np.bool_)
    others[kept] = False
    others[list(revision.fixed)] = False
    stay = len(revision.steps) - revision.changes_most
    stays = [(j,) for j in revision.fixed] + [revision.steps[s] for s in revision.frozen]
    return (
        RevisionRow(kept, stay if stay > 0 else None, None),
        RevisionRow(np.flatnonzero(others), None, revision.changes_most),
        *(RevisionRow(np.array(sorted(own), dtype=np.int64), 1, None) for own in stays),
    )


def starts_in_time(problem: RouteProblem) -> BoolArray:
    """Candidates that are kept, fixed, in a pin, or start from the free day on."""
    revision, table = problem.revision, problem.candidates
    if revision is None:
        return np.ones(len(table), dtype=np.bool_)
    free: BoolArray = np.asarray(table.start_day >= revision.free_day)
    free[_kept(revision)] = True
    free[list(revision.fixed)] = True
    for pin in problem.pins:
        free[list(pin.candidates)] = True
    return free


def _kept(revision: Revision) -> IntArray:
    return np.array(sorted(j for step in revision.steps for j in step), dtype=np.int64)
