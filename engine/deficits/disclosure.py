"""Which groups may be printed so that nothing about fewer than k people can be worked out.

A row of a table is a sum over the people of a group. Whoever knows who belongs where can add and
subtract rows, so it is not enough that each row stands for k people (Sweeney 2002): a district
less all of its schools but one *is* that school. The rules below bound what any such calculation
gives, as if every membership were known:

nested groups
    Printed groups cut people into *pieces*: a printed group without the printed groups inside
    it. Whatever follows from the rows by adding and subtracting, and speaks of some people and
    not of others, is a sum over whole pieces. So every piece must be safe, not every row only.
overlapping groups
    People with the same printed memberships are one piece. Safe pieces must tell all printed
    rows apart on their own (equal ranks): then any calculation that does not come to nothing
    has a whole safe piece in it. That bounds how few people it is about and how alike they are;
    small numbers at an official level are kept out of the pieces, not of sums with other pieces.

What makes a piece safe besides its size is that its people differ: if all of k people have a high
deficit, each one of them has (homogeneity; Machanavajjhala et al. 2007). For official levels, which
are exact, each number printed must be of at least k people or, where three levels are printed, of
none; so must the rest. That keeps all-or-nearly-all and hardly-any out of a table, as reports of
school results do (NCES 2011-603). For expected shares, at least two people's worth of probability
must lie outside each level: then nobody's probability of any level has a lower bound, not even for
one who knows his own.

Rows are tried from large to small and printed where everything printed remains safe; so beside a
small school the next smallest one is withheld too, and the total stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from engine.deficits.groupings import GroupSet
from engine.domain import BoolArray, FloatArray, IntArray

Safe = Callable[[Sequence[float]], bool]
"""Whether a piece may be known: (people, then an amount for each level)."""

LEAST_OUTSIDE = 2.0
"""People's worth of probability that must lie outside of each level of a piece."""

_ROUNDING = 1e-9


def safe_shares(least_people: int) -> Safe:
    """Rule for sums of level probabilities."""

    def safe(piece: Sequence[float]) -> bool:
        people = piece[0]
        outside = people - max(piece[1:])
        return people >= least_people and outside >= LEAST_OUTSIDE - _ROUNDING

    return safe


def safe_count(least_people: int, level: int) -> Safe:
    """Rule for the number of people at one official level beside all others together."""

    def safe(piece: Sequence[float]) -> bool:
        count = piece[1 + level]
        return min(count, piece[0] - count) >= least_people

    return safe


def safe_counts(least_people: int, level: int) -> Safe:
    """Rule for the numbers at all levels, where that at ``level`` is known anyway."""
    one = safe_count(least_people, level)

    def safe(piece: Sequence[float]) -> bool:
        return one(piece) and all(count == 0 or count >= least_people for count in piece[1:])

    return safe


def printable(
    groups: GroupSet, people: IntArray, amounts: FloatArray, safe: Safe, among: BoolArray
) -> BoolArray:
    """Which groups may be printed.

    Parameters
    ----------
    people
        Shape (n,): indices of the people that were measured.
    amounts
        Shape (n, n_levels): what is summed over them.
    safe
        Rule for one piece.
    among
        Shape (n_groups,): groups that come into question.

    Returns
    -------
    ndarray of bool, shape (n_groups,)
    """
    members = groups.members[people]
    one = np.ones((len(people), 1))
    totals = members.T @ np.hstack([one, amounts])
    order = _from_large_to_small(totals[:, 0], among, groups.parent)
    order = [g for g in order if safe(totals[g].tolist())]
    if groups.parent is not None:
        return _nested(order, groups.parent.tolist(), totals, safe)
    sums = np.zeros((len(groups.patterns), 1 + amounts.shape[1]))
    np.add.at(sums, groups.pattern[people], np.hstack([one, amounts]))
    there = sums[:, 0] > 0
    return _overlapping(order, groups.patterns[there], sums[there], safe)


def _from_large_to_small(size: FloatArray, among: BoolArray, parent: IntArray | None) -> list[int]:
    """Everybody first, then level by level, large groups first, ties by index."""
    depth = np.minimum(np.arange(len(size)), 1)
    if parent is not None:
        depth = np.where(parent > 0, 2, depth)
    order = np.lexsort((np.arange(len(size)), -size, depth))
    return [int(g) for g in order if among[g] and size[g] > 0]


def _nested(
    order: Sequence[int], parent: Sequence[int], totals: FloatArray, safe: Safe
) -> BoolArray:
    printed = np.zeros(len(totals), dtype=np.bool_)
    pieces: dict[int, FloatArray] = {}
    for g in order:
        above = parent[g]
        while above >= 0 and above not in pieces:
            above = parent[above]
        if above >= 0:
            rest = pieces[above] - totals[g]
            if rest[0] > 0 and not safe(rest.tolist()):
                continue
            pieces[above] = rest
        pieces[g] = totals[g]
        printed[g] = True
    return printed


def _overlapping(
    order: Sequence[int], patterns: BoolArray, sums: FloatArray, safe: Safe
) -> BoolArray:
    """``sums`` has shape (n_patterns, 1 + n_levels)."""
    chosen: list[int] = []
    for g in order:
        if _told_by_safe_pieces(patterns[:, [*chosen, g]], sums, safe):
            chosen.append(g)
    printed = np.zeros(patterns.shape[1], dtype=np.bool_)
    printed[chosen] = True
    return printed


def _told_by_safe_pieces(patterns: BoolArray, sums: FloatArray, safe: Safe) -> bool:
    rows, which = np.unique(patterns, axis=0, return_inverse=True)
    pieces = np.zeros((len(rows), sums.shape[1]))
    np.add.at(pieces, which.ravel(), sums)
    good = [safe(piece) for piece in pieces.tolist()]
    matrix = rows.astype(np.float64)
    return int(np.linalg.matrix_rank(matrix[good])) == int(np.linalg.matrix_rank(matrix))
