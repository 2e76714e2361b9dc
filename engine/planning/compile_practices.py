"""Which practices carry which programme into work: the rule ``transfer`` before any request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.catalogue import KINDS, Catalogue
from engine.domain import PRACTICE_KINDS, PROGRAMME_KINDS, BoolArray, FloatArray, IntArray
from engine.policy import Transfer

NO_GROUP = -1


@dataclass(frozen=True, slots=True, eq=False)
class Practices:
    """Practices of every programme; programmes with the same main competencies share them.

    Parameters
    ----------
    group
        Shape (n_activities,): position in ``members``; −1 = no programme, or the rule is off.
    members
        Activity indices of the practices of a group, rising.
    """

    group: IntArray
    members: tuple[IntArray, ...]

    def needed_by(self, activities: BoolArray) -> BoolArray:
        """Practices of any of the given activities, shape (n_activities,)."""
        needed = np.zeros(len(self.group), dtype=np.bool_)
        for g in np.unique(self.group[activities]).tolist():
            if g != NO_GROUP:
                needed[self.members[g]] = True
        return needed

    def followed(self, alive: BoolArray) -> BoolArray:
        """Activities that have a living practice, shape (n_activities,)."""
        # The last entry stands for activities without a group.
        any_alive = np.array([alive[m].any() for m in self.members] + [False], dtype=np.bool_)
        return any_alive[self.group]

    def among(self, activities: BoolArray) -> dict[int, IntArray]:
        """Practices of a group that are among the given activities, by group."""
        return {g: m[activities[m]] for g, m in enumerate(self.members)}


def practices_of(catalogue: Catalogue, coverage: sp.csr_array, transfer: Transfer) -> Practices:
    """Practices of each programme for the rule ``transfer``.

    A practice is of a practice kind and covers one of the ``main_competencies`` of the
    programme, those that it covers most, by ``coverage_least`` or more.

    Parameters
    ----------
    coverage
        CSR, shape (n_activities, n_nodes), in [0, 1].
    """
    n = len(catalogue.activities)
    group = np.full(n, NO_GROUP, dtype=np.int64)
    if transfer.weeks <= 0:
        return Practices(group, ())
    table = sp.csr_array(coverage)
    row = np.repeat(np.arange(n), np.diff(table.indptr))
    node, share = table.indices, table.data
    programme = np.isin(catalogue.kind, [KINDS.index(k) for k in PROGRAMME_KINDS])[row]
    practice = np.isin(catalogue.kind, [KINDS.index(k) for k in PRACTICE_KINDS])[row]
    rank = _rank_in_row(row, node, share)
    main = np.flatnonzero(programme & (share > 0) & (rank < transfer.main_competencies))
    enough = practice & (share >= transfer.coverage_least)
    competencies: dict[int, list[int]] = {}
    for a, competency in zip(row[main].tolist(), node[main].tolist(), strict=True):
        competencies.setdefault(a, []).append(competency)
    groups: dict[tuple[int, ...], int] = {}
    for a, found in competencies.items():
        group[a] = groups.setdefault(tuple(sorted(found)), len(groups))
    members = tuple(
        np.unique(row[enough & np.isin(node, nodes)]).astype(np.int64) for nodes in groups
    )
    return Practices(group, members)


def _rank_in_row(row: IntArray, node: IntArray, share: FloatArray) -> IntArray:
    """Place of each entry in its row by falling share, equal ones by node."""
    order = np.lexsort((node, -share, row))
    first = np.searchsorted(row[order], row[order], side="left")
    rank = np.empty(len(row), dtype=np.int64)
    rank[order] = np.arange(len(row)) - first
    return rank
