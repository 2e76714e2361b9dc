"""Needs and strengths laid on the leaves of the framework, as matrices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.assignment.mentees import Person
from engine.domain import BoolArray, Educator, FloatArray, Mentor
from engine.framework import Framework


class LeafIndex:
    """Leaves at or below codes; a code that the framework lacks stands for itself."""

    def __init__(self, framework: Framework | None) -> None:
        self._framework = framework
        self.column: dict[str, int] = {}
        self._leaves: dict[str, tuple[str, ...]] = {}
        self._applies: dict[object, BoolArray] = {}

    def __len__(self) -> int:
        return len(self.column)

    def leaves(self, codes: Iterable[str]) -> frozenset[str]:
        """Leaves at or below any of the codes."""
        found: set[str] = set()
        for code in codes:
            if code not in self._leaves:
                self._leaves[code] = self._leaves_of(code)
            found.update(self._leaves[code])
        return frozenset(found)

    def own_leaves(self, codes: Iterable[str], educator: Educator) -> frozenset[str]:
        """Those of them that apply to the educator; all where none does (a career request)."""
        leaves = self.leaves(codes)
        if self._framework is None:
            return leaves
        index, applies = self._framework.index, self._applies_to(educator)
        kept = frozenset(c for c in leaves if c not in index or applies[index[c]])
        return kept or leaves

    def columns(self, leaves: Iterable[str]) -> list[int]:
        """Columns of leaves, rising; new ones get the next."""
        return sorted(self.column.setdefault(leaf, len(self.column)) for leaf in sorted(leaves))

    def _applies_to(self, educator: Educator) -> BoolArray:
        assert self._framework is not None
        key = (educator.position, educator.subjects, educator.stages)
        if key not in self._applies:
            self._applies[key] = self._framework.applies_to(*key)
        return self._applies[key]

    def _leaves_of(self, code: str) -> tuple[str, ...]:
        if self._framework is None or code not in self._framework:
            return (code,)
        return tuple(n.code for n in self._framework.leaves_of(code))


@dataclass(frozen=True, slots=True, eq=False)
class LeafTable:
    """Needs of people and strengths of carers on the leaves that any of them has.

    Parameters
    ----------
    needs
        By person: code and columns of each need that has leaves.
    stake
        Shape (n, n_leaves): the share of a person's stakes on each leaf; rows sum to 1, or to 0
        where nothing is at stake. A need on several leaves lies evenly on them.
    touched
        Shape (n, n_leaves): 1 where a need has the leaf, whatever its stake.
    strong
        Shape (m, n_leaves): 1 where the carer is strong.
    """

    needs: tuple[tuple[tuple[str, tuple[int, ...]], ...], ...]
    stake: FloatArray
    touched: FloatArray
    strong: FloatArray


def leaf_table(
    people: Sequence[Person], carers: Sequence[Mentor], framework: Framework | None
) -> LeafTable:
    """Needs and strengths on leaves."""
    index = LeafIndex(framework)
    needs = [_needs(index, person) for person in people]
    strong = [index.columns(index.leaves(c.competencies)) for c in carers]
    stakes, touched = np.zeros((2, len(people), len(index)))
    for i, own in enumerate(needs):
        for _, stake, columns in own:
            touched[i, columns] = 1.0
            stakes[i, columns] += stake / len(columns)
    whole = stakes.sum(axis=1, keepdims=True)
    np.divide(stakes, whole, out=stakes, where=whole > 0)
    strengths = np.zeros((len(carers), len(index)))
    for j, columns in enumerate(strong):
        strengths[j, columns] = 1.0
    coded = tuple(tuple((code, tuple(columns)) for code, _, columns in own) for own in needs)
    return LeafTable(coded, stakes, touched, strengths)


def _needs(index: LeafIndex, person: Person) -> list[tuple[str, float, list[int]]]:
    found = []
    for need in person.needs:
        leaves = index.own_leaves(need.nodes, person.educator)
        if leaves:
            found.append((need.code, need.stake, index.columns(leaves)))
    return found
