"""Plain tables of enrolments from elsewhere → interactions, and top lists back out.

A table needs a person and an activity in every row. Time may be a date, seconds since 1970, a
number that orders each person's rows, or nothing but the order of the rows. Faults are gathered
over all rows before anything is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.errors import Fault, InputError
from engine.interactions import STATES, Interactions, State
from engine.interchange.coded_tables import CodedTable, LongFile, long_files
from engine.interchange.columns import Column
from engine.interchange.faults import FaultLog, Place
from engine.interchange.interaction_attributes import read_attributes
from engine.interchange.interaction_columns import (
    ACTIVITY,
    CATALOGUE,
    ENROLMENTS,
    OUTCOME,
    PERSON,
    STATE,
)
from engine.interchange.interaction_times import Times, read_times
from engine.interchange.names import file_name
from engine.interchange.one_sheet import LongLayout, long_layout
from engine.interchange.sheets import Sheet
from engine.interchange.sources import TABLE_SUFFIXES
from engine.interchange.values import Cell, CellError, parse_cell
from engine.interchange.words import FALSE_WORDS, TRUE_WORDS
from engine.matching.enrolment_attributes import ActivityAttributes


@dataclass(frozen=True, slots=True, eq=False)
class InteractionTables:
    """What a ranker learns from.

    Parameters
    ----------
    interactions
        Its activities are those of the enrolments and of the table of activities together.
    attributes
        In the order of ``interactions.activities``; ``None`` = there is no such table.
    warnings, notes
        What was left out, and what was decided.
    """

    interactions: Interactions
    attributes: ActivityAttributes | None
    warnings: tuple[Fault, ...]
    notes: tuple[Fault, ...]


def read_interaction_tables(enrolments: Path, activities: Path | None = None) -> InteractionTables:
    """Read a table of enrolments and, if there is one, a table of activities (CSV or XLSX).

    Parameters
    ----------
    enrolments
        A file, or a folder in which exactly one file has a person and an activity in its header;
        a file there with activities alone is the table of activities.

    Raises
    ------
    InputError
        With every fault of both files, with file, row and column.
    FileNotFoundError
        A path is not there.
    """
    for path in (enrolments, activities):
        if path is not None and not path.exists():
            raise FileNotFoundError(2, "нет файла или папки", str(path))
    log = FaultLog()
    enrolled, others = _enrolment_file(enrolments, log)
    if activities is not None:
        others = long_files(activities, file_name(activities), log)
    rows = _rows(*enrolled, log) if enrolled is not None else None
    catalogue = _catalogue_sheet(others, activities is not None, log)
    attributes = read_attributes(*catalogue, log) if catalogue is not None else None
    if rows is None or log.failed:
        raise InputError(log.errors)
    return _tables(rows, attributes, log)


# --------------------------------------------------------------------------- which file is which


def _enrolment_file(
    path: Path, log: FaultLog
) -> tuple[tuple[LongFile, LongLayout] | None, list[LongFile]]:
    """The file or sheet with people and activities, and the other ones."""
    paths = [path]
    if path.is_dir():
        names = sorted(p for p in path.iterdir() if p.is_file() and p.name[0] not in ".~")
        paths = [p for p in names if p.suffix.lower() in TABLE_SUFFIXES]
    files = [f for p in paths for f in long_files(p, file_name(p), log)]
    laid = [(f, f.layout(ENROLMENTS)) for f in files]
    found = [(f, layout) for f, layout in laid if layout is not None]
    if len(found) == 1:
        return found[0], [f for f in files if f is not found[0][0]]
    label = Place(file_name(path))
    if found:
        named = ", ".join(f"«{f.head.file}»" for f, _ in found)
        detail = f"таблиц с людьми и мероприятиями несколько ({named}): укажите одну"
        log.error("enrolments_ambiguous", detail, label)
    elif not log.failed:
        detail = (
            "нет таблицы записей: в заголовке нужны столбцы человека "
            f"(«{PERSON.header}», person) и мероприятия («{ACTIVITY.header}», activity)"
        )
        log.error("enrolments_missing", detail, label)
    return None, []


def _catalogue_sheet(
    files: Sequence[LongFile], wanted: bool, log: FaultLog
) -> tuple[Sheet, LongLayout] | None:
    """The first sheet whose header names activities."""
    for file in files:
        if file.layout(CATALOGUE) is None:
            continue
        sheet = file.whole(log)
        layout = None if sheet is None else long_layout(sheet, CATALOGUE)
        return None if sheet is None or layout is None else (sheet, layout)
    if wanted and files:
        detail = f"в таблице мероприятий нет столбца «{ACTIVITY.header}» (activity)"
        log.error("column_missing", detail, Place(files[0].head.file))
    return None


# --------------------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True, eq=False)
class _Ids:
    """Ids of a column: of each distinct cell (``None`` = an error), and their place by row."""

    of_cell: tuple[str | None, ...]
    codes: IntArray

    def by_row(self, ids: Sequence[str]) -> IntArray:
        """Position in ``ids`` by row; every id is among them."""
        at = {id: i for i, id in enumerate(ids)}
        places = np.array([at[id] for id in self.of_cell if id is not None], dtype=np.int64)
        found: IntArray = places[self.codes]
        return found

    @property
    def known(self) -> set[str]:
        """All of them."""
        return {id for id in self.of_cell if id is not None}


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    person: _Ids
    activity: _Ids
    times: Times
    state: IntArray
    outcome: FloatArray


def _rows(file: LongFile, layout: LongLayout, log: FaultLog) -> _Rows | None:
    """Columns of the rows; whoever logged an error must not use them."""
    table = file.coded(layout, log)
    if table is None:
        return None
    if not len(table):
        log.error("no_rows", "под заголовком нет ни одной строки", Place(table.file))
    person, activity = _ids(table, PERSON, log), _ids(table, ACTIVITY, log)
    bad = [np.array([id is None for id in ids.of_cell], bool)[ids.codes]
           for ids in (person, activity)]  # fmt: skip
    table = table.select(~(bad[0] | bad[1]))
    n = len(table)
    state = np.full(n, STATES.index(State.ENROLLED), np.int64)
    if STATE.name in table:
        of_cell = table.parsed(STATE, STATE.name, _state, log)
        state = np.array([s or 0 for s in of_cell], np.int64)[table.columns[STATE.name].codes]
    outcome = np.full(n, np.nan)
    if OUTCOME.name in table:
        values = table.parsed(OUTCOME, OUTCOME.name, _outcome, log)
        outcome = np.array(values, np.float64)[table.columns[OUTCOME.name].codes]
    return _Rows(person, activity, read_times(table, log), state, outcome)


def _ids(table: CodedTable, column: Column, log: FaultLog) -> _Ids:
    def read(cell: Cell) -> str:
        value = parse_cell(column, cell)
        if value is None:
            raise CellError(
                "cell_empty", f"пусто в обязательном столбце «{column.header}»: впишите значение"
            )
        return str(value)

    found = table.parsed(column, column.name, read, log)
    return _Ids(tuple(found), table.columns[column.name].codes)


def _state(cell: Cell) -> int:
    """Position in ``STATES``; enrolled where nothing is said."""
    value = parse_cell(STATE, cell)
    return STATES.index(State.ENROLLED if value is None else State(value))


def _outcome(cell: Cell) -> float:
    """Success in [0, 1], NaN = not said."""
    if isinstance(cell, bool):
        return float(cell)
    text = cell.strip().casefold() if isinstance(cell, str) else None
    if text in TRUE_WORDS:
        return 1.0
    if text in FALSE_WORDS:
        return 0.0
    value = parse_cell(OUTCOME, cell)
    return float("nan") if value is None else float(value)


def _tables(rows: _Rows, attributes: ActivityAttributes | None, log: FaultLog) -> InteractionTables:
    """Rows without any error → interactions by positions in sorted ids."""
    people = sorted(rows.person.known)
    ids = sorted(rows.activity.known | set(attributes.activities if attributes else ()))
    n = len(rows.state)
    unknown = np.full(n, np.nan)
    table = Interactions(
        people=tuple(people),
        activities=tuple(ids),
        person=rows.person.by_row(people),
        activity=rows.activity.by_row(ids),
        time=rows.times.values,
        state=rows.state,
        outcome=rows.outcome,
        ended=unknown,
        slate=np.full(n, -1, np.int64),
        propensity=unknown,
        clock=rows.times.clock,
    )
    aligned = attributes.aligned(ids) if attributes else None
    return InteractionTables(table, aligned, log.warnings, log.notes)


# --------------------------------------------------------------------------- lists


def write_top_lists(
    path: Path,
    people: Sequence[str],
    activities: Sequence[str],
    lists: IntArray,
    scores: FloatArray,
) -> None:
    """Write ranked lists as CSV: person, rank from 1, activity, score.

    Parameters
    ----------
    people
        One per row of ``lists``.
    lists, scores
        Shape (n_people, k): positions in ``activities``, −1 = nothing more, and their scores.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([PERSON.name, "rank", ACTIVITY.name, "score"])
    for person, row, values in zip(people, lists.tolist(), scores.tolist(), strict=True):
        for rank, (at, score) in enumerate(zip(row, values, strict=True), start=1):
            if at >= 0:
                writer.writerow([person, rank, activities[at], f"{score:.6g}"])
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
