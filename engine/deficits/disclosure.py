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
one who knows his own. That goes for the chances of each person's own posterior and for the amounts
printed, which know of the other people; both are fixed numbers for each person, whatever the rows.

Rows are tried from large to small and printed where everything printed remains safe; so beside a
small school the next smallest one is withheld too, and the total stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.deficits.groupings import GroupSet
from engine.domain import BoolArray, FloatArray, IntArray

Amount = float | FloatArray
Safe = Callable[[Sequence[Amount]], bool | BoolArray]
"""Whether a piece may be known: (people, then an amount for each level); or many pieces, each of
these an array."""

LEAST_OUTSIDE = 2.0
"""People's worth of probability that must lie outside of each level of a piece."""

_ROUNDING = 1e-9

_SURELY_FULL = 1e-6
"""Least ratio of the eigenvalues of a matrix of full rank, far above what rounding leaves."""


def safe_shares(least_people: int) -> Safe:
    """Rule for sums of level probabilities."""

    def safe(piece: Sequence[Amount]) -> bool | BoolArray:
        people, *amounts = piece
        allowed: bool | BoolArray = people >= least_people
        for amount in amounts:
            allowed = allowed & (people - amount >= LEAST_OUTSIDE - _ROUNDING)
        return allowed

    return safe


def safe_count(least_people: int, level: int) -> Safe:
    """Rule for the number of people at one official level beside all others together."""

    def safe(piece: Sequence[Amount]) -> bool | BoolArray:
        count = piece[1 + level]
        return (count >= least_people) & (piece[0] - count >= least_people)

    return safe


def safe_counts(least_people: int, level: int) -> Safe:
    """Rule for the numbers at all levels, where that at ``level`` is known anyway."""
    one = safe_count(least_people, level)

    def safe(piece: Sequence[Amount]) -> bool | BoolArray:
        allowed = one(piece)
        for count in piece[1:]:
            allowed = allowed & ((count == 0) | (count >= least_people))
        return allowed

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
    own, n_patterns = groups.pattern[people], len(groups.patterns)
    columns = np.hstack([one, amounts]).T
    sums = np.stack([_sums(own, column, n_patterns) for column in columns], axis=1)
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
    pieces = _Pieces.whole(len(patterns))
    chosen: list[int] = []
    for g in order:
        finer = pieces.refined(patterns[:, g])
        if _told_by_safe_pieces(patterns[finer.first][:, [*chosen, g]], finer, sums, safe):
            pieces = finer
            chosen.append(g)
    printed = np.zeros(patterns.shape[1], dtype=np.bool_)
    printed[chosen] = True
    return printed


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Patterns that the groups chosen so far do not tell apart.

    Parameters
    ----------
    piece
        Shape (n_patterns,): which piece a pattern is part of.
    first
        Shape (n_pieces,): one pattern of each.
    """

    piece: IntArray
    first: IntArray

    @classmethod
    def whole(cls, n_patterns: int) -> _Pieces:
        return cls(np.zeros(n_patterns, dtype=np.int64), np.zeros(min(n_patterns, 1), np.int64))

    def refined(self, member: BoolArray) -> _Pieces:
        """The pieces cut in two by one more group."""
        packed = 2 * self.piece + member
        place = np.full(2 * len(self.first), -1, dtype=np.int64)
        place[packed[::-1]] = np.arange(len(packed))[::-1]
        there = place >= 0
        return _Pieces((np.cumsum(there) - 1)[packed], place[there])

    def sums(self, amounts: FloatArray) -> list[FloatArray]:
        """Sums over the patterns of each piece, an array for each column of ``amounts``."""
        return [_sums(self.piece, column, len(self.first)) for column in amounts.T]


def _sums(part: IntArray, values: FloatArray, n_parts: int) -> FloatArray:
    return np.bincount(part, values, n_parts).astype(np.float64)


def _told_by_safe_pieces(matrix: BoolArray, pieces: _Pieces, sums: FloatArray, safe: Safe) -> bool:
    """Whether safe pieces alone tell all chosen groups apart; ``matrix`` has a row for each."""
    good = np.asarray(safe(pieces.sums(sums)))
    if good.all():
        return True
    rows = matrix.astype(np.float64)
    # products of 0 and 1 are whole numbers, so the eigenvalues are as good as their own rounding
    values = np.linalg.eigvalsh(rows[good].T @ rows[good])
    if values[0] > _SURELY_FULL * values[-1]:
        return True
    return int(np.linalg.matrix_rank(rows[good])) == int(np.linalg.matrix_rank(rows))
