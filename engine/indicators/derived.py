"""Columns that follow from several tables: the activity behind a row, the register, deficits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from engine.domain import BoolArray, IntArray
from engine.indicators.columns import DAY, chosen, holds, taken, words

if TYPE_CHECKING:
    from engine.indicators.tables import RegionTables

ACTIVITY_COLUMNS = (
    "kind", "form", "level", "document", "provider", "positions", "subjects", "themes", "hours",
    "register", "in_register_ever",
)  # fmt: skip


def of_activity(table: str, column: str, tables: RegionTables) -> Any:
    """Column of the activity that a row is about."""
    return taken(tables.column("activities", column), tables.column(table, "activity"))


def in_register(day: str, tables: RegionTables) -> pd.Categorical:
    """Whether the activity was in the federal register on a day of the row.

    A programme that states neither day has never been there.
    """
    span = tables.column("participation", "register")
    ever = chosen(tables.column("participation", "in_register_ever"), (True,))
    return words(ever & holds(span, tables.column("participation", day)))


def covers_deficit(tables: RegionTables) -> pd.Categorical:
    """Whether the activity covers a competency in which its participant then showed a deficit.

    By the latest day of scores on or before the row's date, all scores of that day together; a
    score shows a deficit if its share of the maximum is at most ``minimal_above`` (Р-201, table
    1). A score of a competency tells of what lies below it in the framework and of what it lies
    in, by the codes.
    """
    table = "participation"
    latest = _Latest(tables)
    person, date = tables.column(table, "educator"), tables.column(table, "date")
    activity = tables.column(table, "activity")
    rows = np.flatnonzero((person >= 0) & (activity >= 0) & ~np.isnat(date))
    starts, nodes = _measured_by_activity(tables, latest.nodes)
    counts = np.diff(starts)[activity[rows]]
    repeated = np.repeat(np.arange(len(rows)), counts)
    first = np.repeat(starts[activity[rows]] - np.cumsum(counts) + counts, counts)
    node = nodes[first + np.arange(len(repeated))]
    deficit = latest.deficit(person[rows][repeated], node, date[rows][repeated])
    found = np.zeros(len(person), dtype=np.bool_)
    found[rows[repeated[deficit]]] = True
    return words(found)


class _Latest:
    """Latest score of each educator and node on or before a day."""

    def __init__(self, tables: RegionTables) -> None:
        frame = tables.frame("sittings")
        self.minimal_above = tables.minimal_above
        node, nodes = pd.factorize(frame["node"].to_numpy(dtype=object), sort=True)
        self.nodes = [str(n) for n in nodes]
        person, date = tables.column("sittings", "educator"), tables.column("sittings", "date")
        kept = (person >= 0) & (node >= 0) & ~np.isnat(date)
        day = date[kept].astype(np.int64)
        self.origin = int(day.min(initial=0)) - 1
        self.width = int(day.max(initial=0)) - self.origin + 1
        key = (person[kept] * len(self.nodes) + node[kept]) * self.width + day - self.origin
        self.keys, at = np.unique(key, return_inverse=True)
        scores = [
            np.bincount(at, frame[c].to_numpy(dtype=np.float64)[kept], len(self.keys))
            for c in ("score", "max_score")
        ]
        self.share = scores[0] / scores[1]

    def deficit(self, person: IntArray, node: IntArray, date: Any) -> BoolArray:
        """Whether each educator shows a deficit in a node on a day; no score shows none."""
        if not len(self.keys):
            return np.zeros(len(person), dtype=np.bool_)
        day = np.clip(date.astype(DAY).astype(np.int64) - self.origin, 0, self.width - 1)
        cell = person * len(self.nodes) + node
        at = np.searchsorted(self.keys, cell * self.width + day, side="right") - 1
        found: BoolArray = (
            (at >= 0)
            & (self.keys[at] // self.width == cell)
            & (self.share[at] <= self.minimal_above)
        )
        return found


def _measured_by_activity(tables: RegionTables, nodes: list[str]) -> tuple[IntArray, IntArray]:
    """Nodes with scores that tell of what each activity covers, as offsets and positions."""
    related: dict[str, list[int]] = {}
    lists = []
    for activity in sorted(tables.record.activities, key=lambda a: a.id):
        told: set[int] = set()
        for code, share in activity.coverage.items():
            if code not in related:
                related[code] = [i for i, n in enumerate(nodes) if _related(code, n)]
            told.update(related[code] if share > 0 else ())
        lists.append(sorted(told))
    starts = np.concatenate([[0], np.cumsum([len(found) for found in lists])]).astype(np.int64)
    flat = [i for found in lists for i in found]
    return starts, np.array(flat, dtype=np.int64)


def _related(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


DERIVED: Mapping[tuple[str, str], Callable[[RegionTables], Any]] = MappingProxyType(
    {
        **{
            (table, column): partial(of_activity, table, column)
            for table in ("participation", "runs")
            for column in ACTIVITY_COLUMNS
        },
        ("participation", "in_register_at_start"): partial(in_register, "date"),
        ("participation", "in_register_at_end"): partial(in_register, "ended_on"),
        ("participation", "covers_deficit"): covers_deficit,
    }
)
"""How each derived column is made, by table and column."""
