"""Which meetings exclude each other: cliques of overlaps and pairs too far apart to travel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.problem import RouteProblem


def overlap_cliques(meetings: IntArray) -> Iterator[list[int]]:
    """Maximal sets of meetings that share an instant.

    Intervals have the Helly property, so these cliques hold every overlapping pair. Touching
    ends do not overlap.

    Parameters
    ----------
    meetings
        Shape (n, 3): start, end, place.

    Yields
    ------
    list of int
        Indices of at least two meetings.
    """
    events = sorted(
        [(int(end), 0, i) for i, (_, end, _) in enumerate(meetings)]
        + [(int(start), 1, i) for i, (start, _, _) in enumerate(meetings)]
    )
    active: dict[int, None] = {}
    grown = False
    for _, opens, i in events:
        if opens:
            active[i] = None
            grown = True
        else:
            if grown and len(active) > 1:
                yield list(active)
            grown = False
            del active[i]


def travel_pairs(meetings: IntArray, buffer_min: int) -> Iterator[tuple[int, int]]:
    """Pairs at different places (both ≥ 0) that do not overlap but leave less than the buffer."""
    if buffer_min <= 0:
        return
    onsite = np.flatnonzero(meetings[:, 2] >= 0)
    order = onsite[np.argsort(meetings[onsite, 0], kind="stable")]
    starts = meetings[order, 0]
    for first in order.tolist():
        _, end, place = meetings[first].tolist()
        low, high = np.searchsorted(starts, [end, end + buffer_min], side="left")
        for second in order[low:high].tolist():
            if meetings[second, 2] != place:
                yield first, second


def pairs_clash(first: IntArray, second: IntArray, problem: RouteProblem) -> BoolArray:
    """Which meetings exclude each other, shape (n_first, n_second)."""
    a, b = first[:, None, :], second[None, :, :]
    apart = np.maximum(a[..., 0], b[..., 0]) - np.minimum(a[..., 1], b[..., 1])
    travel = (a[..., 2] != b[..., 2]) & (a[..., 2] >= 0) & (b[..., 2] >= 0)
    return np.asarray(apart < np.where(travel, problem.limits.travel_buffer_min, 0))
