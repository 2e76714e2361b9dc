"""Sets of a profile as masks over the ids of their entity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce

import numpy as np

from engine.domain import BoolArray
from engine.indicators.conditions import meets, report_days
from engine.indicators.definitions import (
    CombinedSet,
    Condition,
    IndicatorProfile,
    Quantified,
    RowsSet,
    SetDefinition,
)
from engine.indicators.periods import ReportPeriod
from engine.indicators.tables import RegionTables
from engine.indicators.vocabulary import TABLES

TERM = "$"
"""What a reference to a term begins with."""

Binding = Mapping[str, str]
"""Set that each term means in one reading, by the term's id."""

_ROUNDING = 1e-9


def references(definition: SetDefinition) -> tuple[str, ...]:
    """Names of the sets and terms that a definition mentions."""
    if isinstance(definition, CombinedSet):
        return (*definition.all_of, *definition.any_of, *definition.none_of)
    found = [str(c.value) for c in definition.where if c.operator == "in_set"]
    if definition.each is not None:
        found.append(definition.each.in_set)
    return tuple(found)


class Sets:
    """Masks of sets in one period; each is made once for every meaning of its terms."""

    def __init__(
        self, tables: RegionTables, profile: IndicatorProfile, period: ReportPeriod
    ) -> None:
        self.tables = tables
        self.profile = profile
        self.days: Mapping[str, dt.date] = report_days(period, tables.record.as_of)
        self._masks: dict[tuple[str, tuple[tuple[str, str], ...]], BoolArray] = {}
        self._rows: dict[tuple[str, Condition], BoolArray] = {}

    def mask(self, name: str, binding: Binding) -> BoolArray:
        """Those in the set, over the sorted ids of its entity."""
        name = self.meant(name, binding)
        used = self._terms(name, binding)
        key = (name, tuple((term, binding[term]) for term in sorted(used)))
        if key not in self._masks:
            self._masks[key] = self._made(self.profile.sets[name], binding)
        return self._masks[key]

    def entity(self, name: str, binding: Binding) -> str:
        """What the set consists of."""
        definition = self.profile.sets[self.meant(name, binding)]
        if isinstance(definition, RowsSet):
            return TABLES[definition.table][definition.key].entity
        return self.entity(references(definition)[0], binding)

    def sources(self, name: str, binding: Binding) -> set[str]:
        """Tables that the set rests on."""
        definition = self.profile.sets[self.meant(name, binding)]
        own = {definition.table} if isinstance(definition, RowsSet) else set()
        return own.union(*(self.sources(r, binding) for r in references(definition)))

    def meant(self, name: str, binding: Binding) -> str:
        """Name of the set that a name or a term stands for."""
        return binding[name[len(TERM) :]] if name.startswith(TERM) else name

    def _terms(self, name: str, binding: Binding) -> set[str]:
        found: set[str] = set()
        for reference in references(self.profile.sets[name]):
            if reference.startswith(TERM):
                found.add(reference[len(TERM) :])
            found |= self._terms(self.meant(reference, binding), binding)
        return found

    def _made(self, definition: SetDefinition, binding: Binding) -> BoolArray:
        if isinstance(definition, CombinedSet):
            return self._combined(definition, binding)
        return self._of_rows(definition, binding)

    def _combined(self, definition: CombinedSet, binding: Binding) -> BoolArray:
        def masks(names: tuple[str, ...]) -> list[BoolArray]:
            return [self.mask(name, binding) for name in names]

        found = masks(definition.all_of)
        if definition.any_of:
            found.append(reduce(np.logical_or, masks(definition.any_of)))
        inside: BoolArray = reduce(np.logical_and, found)
        for mask in masks(definition.none_of):
            inside = inside & ~mask
        return inside

    def _of_rows(self, definition: RowsSet, binding: Binding) -> BoolArray:
        table = definition.table
        at = self.tables.column(table, definition.key)
        rows = at >= 0
        for condition in definition.where:
            rows = rows & self._meets(table, condition, binding)
        if definition.each is not None:
            return self._quantified(definition, definition.each, rows, binding)
        found = np.zeros(self._size(definition), dtype=np.bool_)
        found[at[rows]] = True
        return found

    def _meets(self, table: str, condition: Condition, binding: Binding) -> BoolArray:
        if condition.operator == "in_set":
            return self._inside(table, condition.column, str(condition.value), binding)
        key = (table, condition)
        if key not in self._rows:
            column = self.tables.column(table, condition.column)
            self._rows[key] = meets(condition, column, self.days)
        return self._rows[key]

    def _inside(self, table: str, column: str, name: str, binding: Binding) -> BoolArray:
        mask = self.mask(name, binding)
        found: BoolArray = np.append(mask, False)[self.tables.column(table, column)]
        return found

    def _quantified(
        self, definition: RowsSet, each: Quantified, rows: BoolArray, binding: Binding
    ) -> BoolArray:
        """Keys of which enough rows are inside; rows of nobody in the system do not count."""
        table, size = definition.table, self._size(definition)
        at = self.tables.column(table, definition.key)
        rows = rows & (self.tables.column(table, each.column) >= 0)
        inside = self._inside(table, each.column, each.in_set, binding)
        total = np.bincount(at[rows], minlength=size)
        hits = np.bincount(at[rows & inside], minlength=size)
        found: BoolArray = (hits >= each.least_share * total - _ROUNDING) & (
            hits >= each.least_count
        )
        return found

    def _size(self, definition: RowsSet) -> int:
        return self.tables.size(TABLES[definition.table][definition.key].entity)
