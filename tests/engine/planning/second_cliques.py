"""Cliques of meetings for the second formulation: overlap and travel as rows of a program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

Meeting = tuple[int, int, int]


def overlap_rows(
    meetings: Iterable[tuple[int, int, int, int]], buffer: int
) -> list[frozenset[int]]:
    """Sets of columns of which a route has at most one.

    Parameters
    ----------
    meetings
        (start, end, place, column) in minutes.
    buffer
        Minutes between meetings at different places, both ≥ 0.
    """
    active: list[tuple[Meeting, int]] = []
    rows: set[frozenset[int]] = set()
    for start, end, place, column in sorted(meetings):
        active = [(m, c) for m, c in active if m[1] + buffer > start]
        now = {c for m, c in active if m[1] > start} | {column}
        rows.add(frozenset(now))
        near = [(m, c) for m, c in active if m[2] >= 0 and m[2] != place]
        if buffer and place >= 0 and near:
            rows.update(travel_cliques((start, end, place), column, near, active))
        active.append(((start, end, place), column))
    return maximal(rows)


def travel_cliques(
    meeting: Meeting,
    column: int,
    near: Sequence[tuple[Meeting, int]],
    active: Sequence[tuple[Meeting, int]],
) -> Iterator[frozenset[int]]:
    """Rows for meetings elsewhere that have not ended a buffer before ``meeting`` starts.

    Meetings at two places whose spans, prolonged by the buffer, share an instant exclude each
    other; so a row may join one set of overlapping meetings from every place.
    """
    start, _, place = meeting
    places: dict[int, list[tuple[Meeting, int]]] = defaultdict(list)
    for m, c in near:
        places[m[2]].append((m, c))
    same = {c for m, c in active if m[2] == place and m[1] > start}
    sets = [_overlapping(group) for group in places.values()]
    for chosen in zip_longest(*sets, fillvalue=frozenset()):
        yield frozenset({column}).union(same, *chosen)


def _overlapping(group: Sequence[tuple[Meeting, int]]) -> list[frozenset[int]]:
    """Sets of columns whose meetings overlap pairwise; together they hold the whole group."""
    found: list[frozenset[int]] = []
    left = sorted(group)
    while left:
        first_end = min(m[1] for m, _ in left)
        found.append(frozenset(c for m, c in left if m[0] < first_end))
        left = [(m, c) for m, c in left if m[0] >= first_end]
    return found


def maximal(rows: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Rows of at least two columns that lie in no other row."""
    kept: list[frozenset[int]] = []
    having: dict[int, set[int]] = defaultdict(set)
    for row in sorted(rows, key=lambda r: (-len(r), sorted(r))):
        if len(row) > 1 and not set.intersection(*(having[c] for c in row)):
            for c in row:
                having[c].add(len(kept))
            kept.append(row)
    return kept
