"""Runs that need a run of another activity before or after them: practices, prerequisites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.planning.columns import PRACTICE, PREREQUISITE
from engine.planning.compiled import compiled
from engine.planning.cuts.violation import VIOLATION
from engine.planning.relaxation import Relaxation, Rows

_FAR = 2**40


class Window(NamedTuple):
    """A need and the days between which the keys of its two sides lie.

    Keys are end of the owner's runs and start of the group's for practices, start and end for
    prerequisites.
    """

    need: int
    first: int
    last: int
    group_first: int
    group_last: int


def transfer_rows(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Σ runs of an activity that end in [d, e] ≤ Σ practices that start in (d, e + weeks].

    At most one run of an activity is chosen, so the runs may be summed; from each end day of a
    run in the solution on, up to it, and it alone.
    """
    reach = 7 * r.problem.limits.transfer_weeks
    windows = []
    for need, low, high in _active(r, support, PRACTICE):
        ends = r.end_day[low:high]
        first, last = int(ends.min()), int(ends.max())
        days = set(ends[x[low:high] > 1e-6].tolist())
        spans = {(d, last) for d in days} | {(first, d) for d in days} | {(d, d) for d in days}
        windows += [Window(need, d, e, d + 1, e + reach) for d, e in sorted(spans)]
    _add(r, x, VIOLATION, windows, rows)


def prerequisite_rows(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Σ runs that start by a day ≤ Σ runs of the group that end before that day."""
    windows = []
    for need, low, high in _active(r, support, PREREQUISITE):
        days = set(r.start_day[low:high][x[low:high] > 1e-6].tolist())
        windows += [Window(need, -_FAR, d, -_FAR, d - 1) for d in sorted(days)]
    _add(r, x, VIOLATION, windows, rows)


def base_needs(r: Relaxation, columns: IntArray) -> Rows:
    """Of every activity among the columns: no run without a practice or a prerequisite at all.

    Nearly all of these rows would be broken in the first rounds; having them spares the rounds.
    """
    reach = 7 * r.problem.limits.transfer_weeks
    windows = []
    for need, low, high in _active(r, columns):
        start, end = r.start_day[low:high], r.end_day[low:high]
        if r.index.needs.kind[need] == PRACTICE:
            after = int(end.min()) + 1, int(end.max()) + reach
            windows.append(Window(need, -_FAR, _FAR, *after))
        else:
            windows.append(Window(need, -_FAR, _FAR, -_FAR, int(start.max()) - 1))
    rows = Rows()
    _add(r, np.zeros(len(r.objective)), -1.0, windows, rows)
    return rows


def _active(
    r: Relaxation, columns: IntArray, kind: int | None = None
) -> Iterator[tuple[int, int, int]]:
    """Needs whose owner is among the columns, with the owner's first column and the one after."""
    needs, first = r.index.needs, r.index.first
    wanted = np.zeros(len(r.problem.activities), dtype=np.bool_)
    wanted[r.activity[columns]] = True
    active = wanted[needs.owner]
    if kind is not None:
        active &= needs.kind == kind
    for need in np.flatnonzero(active).tolist():
        owner = needs.owner[need]
        yield need, int(first[owner]), int(first[owner + 1])


def _add(r: Relaxation, x: FloatArray, least: float, windows: Sequence[Window], rows: Rows) -> None:
    """Add the rows of windows in which ``x`` lacks more than ``least``."""
    if windows:
        needs = r.index.needs
        flat = _covering(
            least, x, r.index.first, needs.owner, needs.kind, needs.indptr, needs.activities,
            r.index.days, np.array(windows, dtype=np.int64),
        )  # fmt: skip
        rows.add_all(*flat, np.zeros(len(flat[0]), dtype=np.int64))


@compiled
def _has(activities: IntArray, begin: int, stop: int, wanted: int) -> bool:
    """Whether a group has an activity."""
    found = False
    for g in range(begin, stop):
        found = found or activities[g] == wanted
    return found


@compiled
def _covering(
    least: float,
    x: FloatArray,
    first: IntArray,
    owner: IntArray,
    kinds: IntArray,
    indptr: IntArray,
    activities: IntArray,
    days: IntArray,
    windows: IntArray,
) -> tuple[IntArray, IntArray, IntArray]:
    """Rows Σ need ≤ Σ have of the windows; who is on both sides drops out.

    Parameters
    ----------
    days
        Start and end of each column, shape (2, n).
    windows
        Shape (n_windows, 5), see ``Window``.

    Returns
    -------
    counts, columns, values
        Entries of each row, and those of all rows one after another.
    """
    capacity = 0
    for w in range(len(windows)):
        i = windows[w, 0]
        capacity += first[owner[i] + 1] - first[owner[i]]
        for g in range(indptr[i], indptr[i + 1]):
            capacity += first[activities[g] + 1] - first[activities[g]]
    counts = np.empty(len(windows), dtype=np.int64)
    columns = np.empty(capacity, dtype=np.int64)
    values = np.empty(capacity, dtype=np.int64)
    n, at = 0, 0
    for w in range(len(windows)):
        i, begin, lack = windows[w, 0], at, 0.0
        own = owner[i]
        key, other = 1 - kinds[i], kinds[i]
        shared = _has(activities, indptr[i], indptr[i + 1], own)
        for j in range(first[own], first[own + 1]):
            if windows[w, 1] <= days[key, j] <= windows[w, 2]:
                if shared and windows[w, 3] <= days[other, j] <= windows[w, 4]:
                    continue
                lack += x[j]
                columns[at], values[at] = j, 1
                at += 1
        for g in range(indptr[i], indptr[i + 1]):
            a = activities[g]
            for j in range(first[a], first[a + 1]):
                if windows[w, 3] <= days[other, j] <= windows[w, 4]:
                    if a == own and windows[w, 1] <= days[key, j] <= windows[w, 2]:
                        continue
                    lack -= x[j]
                    columns[at], values[at] = j, -1
                    at += 1
        if lack > least:
            counts[n] = at - begin
            n += 1
        else:
            at = begin
    return counts[:n], columns[:at], values[:at]
