"""Which practices carry which programme into work: the rule ``transfer`` before any request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from engine.catalogue import KINDS, Catalogue
from engine.domain import PRACTICE_KINDS, PROGRAMME_KINDS, BoolArray, FloatArray, IntArray
from engine.policy import Transfer

NO_GROUP = -1


@dataclass(frozen=True, eq=False)
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

    @cached_property
    def _entries(self) -> tuple[IntArray, IntArray]:
        """Group and activity of every membership."""
        owner = np.repeat(np.arange(len(self.members)), [len(m) for m in self.members])
        none = np.zeros(0, dtype=np.int64)
        return owner, np.concatenate([none, *self.members])

    def needed_by(self, activities: BoolArray) -> BoolArray:
        """Practices of any of the given activities, shape (n_activities,)."""
        # The last group stands for activities without one.
        asked = np.zeros(len(self.members) + 1, dtype=np.bool_)
        asked[self.group[activities]] = True
        owner, member = self._entries
        needed = np.zeros(len(self.group), dtype=np.bool_)
        needed[member[asked[owner]]] = True
        return needed

    def followed(self, alive: BoolArray) -> BoolArray:
        """Activities that have a living practice, shape (n_activities,)."""
        owner, member = self._entries
        served = np.zeros(len(self.members) + 1, dtype=np.bool_)
        served[owner[alive[member]]] = True
        return np.asarray(served[self.group])

    def among(self, activities: BoolArray, groups: Iterable[int]) -> dict[int, IntArray]:
        """Practices of some groups that are among the given activities, by group."""
        return {g: self.members[g][activities[self.members[g]]] for g in set(groups)}


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
