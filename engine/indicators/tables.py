"""The record of a region as the tables that definitions speak of.

Everything here is free of the period of a report, so that one object serves all profiles and all
periods of a trend. Columns are made when a definition first asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from engine.domain import IntArray
from engine.indicators.columns import Ids, days, numbers, positions, sorted_ids, words
from engine.indicators.derived import DERIVED
from engine.indicators.frames import FRAMES
from engine.indicators.vocabulary import ROW, ROW_NAMES, TABLES, Column, ColumnKind
from engine.region_record import RegionRecord


class RegionTables:
    """Tables of a record by name, their columns, and the ids of the entities.

    Parameters
    ----------
    minimal_above
        Share of the maximum above which a score shows no deficit, in [0, 1].
    """

    def __init__(self, record: RegionRecord, minimal_above: float) -> None:
        self.record = record
        self.minimal_above = minimal_above
        self._frames: dict[str, pd.DataFrame] = {}
        self._columns: dict[tuple[str, str], Any] = {}

    @cached_property
    def ids(self) -> Mapping[str, Ids]:
        """Sorted ids by entity."""
        found = {
            table: sorted_ids(self.frame(table)[column])
            for table, columns in TABLES.items()
            for column in _own_id(table, columns)
        }
        by = {a.by for a in self.record.registers.accompaniments}
        named = self.record.routes["mentor"].dropna().unique()
        return found | {"mentors": sorted_ids({*found["mentors"], *by, *named})}

    def ids_of(self, entity: str) -> Ids:
        """Sorted ids of an entity; rows are named by what they tie together, in their order."""
        if entity in self.ids:
            return self.ids[entity]
        named = self.frame(entity)[list(ROW_NAMES[entity])].astype(str)
        names = np.empty(len(named), dtype=object)
        names[:] = [" · ".join(parts) for parts in named.itertuples(index=False)]
        return names

    def size(self, entity: str) -> int:
        """How many there are of an entity."""
        return len(self.ids[entity]) if entity in self.ids else len(self.frame(entity))

    @cached_property
    def indexes(self) -> Mapping[str, pd.Index[Any]]:
        """The ids as indexes that find positions."""
        return {entity: pd.Index(ids, dtype=object) for entity, ids in self.ids.items()}

    def frame(self, table: str) -> pd.DataFrame:
        """Frame of a table."""
        if table not in self._frames:
            self._frames[table] = FRAMES[table](self.record)
        return self._frames[table]

    def positions(self, entity: str, values: Any) -> IntArray:
        """Positions of ids among their entity's; −1 = none, or of nobody in the system."""
        return positions(self.indexes[entity], values)

    def column(self, table: str, name: str) -> Any:
        """A column: ids as positions, words and flags as categoricals, spans as pairs of days."""
        key = (table, name)
        if key not in self._columns:
            self._columns[key] = self._made(table, name)
        return self._columns[key]

    def _made(self, table: str, name: str) -> Any:
        derived = DERIVED.get((table, name))
        if derived is not None:
            return derived(self)
        frame, column = self.frame(table), TABLES[table][name]
        if name == ROW:
            return np.arange(len(frame), dtype=np.int64)
        if column.kind is ColumnKind.SPAN:
            return days(frame[f"{name}_since"]), days(frame[f"{name}_until"])
        if column.kind is ColumnKind.ID:
            return self.positions(column.entity, frame[name])
        if column.kind is ColumnKind.DAY:
            return days(frame[name])
        if column.kind is ColumnKind.NUMBER:
            return numbers(frame[name])
        if column.kind is ColumnKind.WORDS:
            return frame[name].to_numpy(dtype=object)
        return words(frame[name])


def _own_id(table: str, columns: Mapping[str, Column]) -> list[str]:
    """The table's own id column, if its rows are entities with ids."""
    return [name for name, column in columns.items() if column.entity == table and name != ROW]
