"""Deficits of groups of people in a report: levels as documents count them, and the estimate.

What may be printed was decided when the table was made (``engine.deficits.disclosure``); nothing
is worked out from its rows here, so that nothing it withholds can follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.deficits.group_table import GroupRow, GroupTable
from engine.deficits.groupings import Group, Grouping
from engine.documents.reports.make import count, note, numbers, said, words
from engine.documents.reports.model import (
    HIDDEN,
    Amount,
    Block,
    Cell,
    Drawing,
    Figure,
    Name,
    Said,
    Table,
    Unit,
    Word,
)

PRINTED = 60
LEVEL_COLUMNS = ("level_high", "level_medium", "level_minimal")


def official_levels(table: GroupTable, title: Said) -> Iterator[Block]:
    """How many of everybody have which official level: levels alone, no estimate."""
    rows = [row for row in table.rows if row.group.grouping is Grouping.ALL]
    yield Figure(
        Drawing.LEVELS,
        Table(
            title,
            (
                words("competency", 4),
                numbers("column_measured"),
                *(numbers(f"{key}_share") for key in LEVEL_COLUMNS),
                *(numbers(key) for key in LEVEL_COLUMNS),
            ),
            tuple(_official_row(row) for row in rows),
            note=said("official_note", least=table.least_people),
            empty=Said("nobody_measured"),
        ),
        values=(2, 3, 4),
    )


def _official_row(row: GroupRow) -> tuple[Cell, ...]:
    """Shares only where all three numbers are printed: two would tell the third."""
    whole = all(n is not None for n in row.official) and row.n_measured > 0
    shares: tuple[Cell, ...] = (
        tuple(Amount((n or 0) / row.n_measured, Unit.SHARE) for n in row.official)
        if whole
        else (HIDDEN,) * 3
    )
    counts: tuple[Cell, ...] = tuple(HIDDEN if n is None else count(n) for n in row.official)
    return (row.node_title, count(row.n_measured), *shares, *counts)


def estimates(table: GroupTable, title: Said) -> Iterator[Block]:
    """Expected share of everybody with a high deficit, by competency, with its interval."""
    rows = [row for row in table.rows if row.group.grouping is Grouping.ALL]
    made = sorted(rows, key=lambda row: (-_high(row), row.node))
    yield Figure(
        Drawing.BARS,
        Table(
            title,
            (
                words("competency", 4),
                numbers("share_high", 1.8),
                numbers("share_medium", 1.8),
                numbers("mean_deficit", 1.8),
                numbers("column_measured"),
            ),
            tuple((row.node_title, *_estimated(row), count(row.n_measured)) for row in made),
            note=Said("estimate_note"),
            empty=Said("nobody_measured"),
        ),
    )


def by_group(table: GroupTable, title: Said) -> Iterator[Block]:
    """Groups and competencies with the largest expected shares of high deficits first."""
    rows = [r for r in table.rows if r.group.grouping is table.by and r.shares is not None]
    rows.sort(key=lambda r: (-_high(r), r.node, r.group.key))
    withheld = [r for r in table.rows if r.group.grouping is table.by and r.withheld is not None]
    yield Table(
        title,
        (
            words("group", 3),
            words("competency", 3.2),
            numbers("share_high", 1.9),
            numbers("official_high", 1.2),
            numbers("column_measured", 1.2),
        ),
        tuple(_group_row(row) for row in rows),
        note=said("withheld_rows", rows=len(withheld), least=table.least_people),
        empty=Said("no_group_shown"),
        printed=PRINTED,
    )
    reasons = _reasons(withheld)
    if reasons:
        yield note(*reasons)


def _reasons(rows: Sequence[GroupRow]) -> tuple[Word, ...]:
    found = {row.withheld.code: row.withheld for row in rows if row.withheld is not None}
    return tuple(Word(found[code]) for code in sorted(found))


def _group_row(row: GroupRow) -> tuple[Cell, ...]:
    high = row.official[0]
    return (
        group_name(row.group),
        row.node_title,
        _estimated(row)[0],
        HIDDEN if high is None else count(high),
        count(row.n_measured),
    )


def group_name(group: Group) -> Cell:
    """Name of a group; those who do not state what it is of are named so."""
    if group.grouping is Grouping.ALL:
        return Name("group_kind", group.grouping)
    if not group.key:
        return Name("group_absent", group.grouping)
    if group.grouping is Grouping.POSITION:
        return Name("position", group.key)
    return group.title or group.key


def _high(row: GroupRow) -> float:
    return row.shares[0].expected if row.shares is not None else -1.0


def _estimated(row: GroupRow) -> tuple[Cell, Cell, Cell]:
    """Shares of high and medium deficits and the mean deficit, or the mark of what is withheld."""
    if row.shares is None:
        return HIDDEN, HIDDEN, HIDDEN
    high, medium = (Amount(s.expected, Unit.SHARE, *s.interval_90) for s in row.shares[:2])
    if row.mean_deficit is None:
        return high, medium, HIDDEN
    low, top = row.deficit_interval_90 or (None, None)
    return high, medium, Amount(row.mean_deficit, Unit.SIZE, low, top)
