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
from engine.interchange.faults import FaultLog, Place
from engine.interchange.files import read_file
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
from engine.interchange.one_sheet import LongLayout, long_layout, read_id
from engine.interchange.sheets import Row, Sheet
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
    sheet, others = _enrolment_sheet(enrolments, log)
    if activities is not None:
        others = read_file(activities, file_name(activities), log)
    layout = long_layout(sheet, ENROLMENTS) if sheet is not None else None
    rows = _rows(sheet, layout, log) if sheet is not None and layout is not None else None
    catalogue = _catalogue_sheet(others, activities is not None, log)
    attributes = read_attributes(*catalogue, log) if catalogue is not None else None
    if rows is None or log.failed:
        raise InputError(log.errors)
    ids = sorted({*rows.activity, *(attributes.activities if attributes else ())})
    table = Interactions.from_columns(
        rows.person,
        rows.activity,
        rows.times.values,
        rows.state,
        outcome=rows.outcome,
        activities=ids,
        clock=rows.times.clock,
    )
    aligned = attributes.aligned(ids) if attributes else None
    return InteractionTables(table, aligned, log.warnings, log.notes)


# --------------------------------------------------------------------------- which file is which


def _enrolment_sheet(path: Path, log: FaultLog) -> tuple[Sheet | None, list[Sheet]]:
    """The sheet with people and activities, and the other ones."""
    files = [path]
    if path.is_dir():
        names = sorted(p for p in path.iterdir() if p.is_file() and p.name[0] not in ".~")
        files = [p for p in names if p.suffix.lower() in TABLE_SUFFIXES]
    sheets = [s for f in files for s in read_file(f, file_name(f), log) if s.rows]
    found = [s for s in sheets if long_layout(s, ENROLMENTS) is not None]
    if len(found) == 1:
        return found[0], [s for s in sheets if s is not found[0]]
    label = Place(file_name(path))
    if found:
        named = ", ".join(f"«{s.file}»" for s in found)
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
    sheets: Sequence[Sheet], wanted: bool, log: FaultLog
) -> tuple[Sheet, LongLayout] | None:
    """The first sheet whose header names activities."""
    for sheet in sheets:
        if sheet.rows and (layout := long_layout(sheet, CATALOGUE)) is not None:
            return sheet, layout
    if wanted and sheets:
        detail = f"в таблице мероприятий нет столбца «{ACTIVITY.header}» (activity)"
        log.error("column_missing", detail, Place(sheets[0].file))
    return None


# --------------------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    person: list[str]
    activity: list[str]
    times: Times
    state: IntArray
    outcome: FloatArray


def _rows(sheet: Sheet, layout: LongLayout, log: FaultLog) -> _Rows:
    kept: list[Row] = []
    person: list[str] = []
    activity: list[str] = []
    for number, cells in layout.rows:
        place = Place(sheet.file, number)
        who = read_id(PERSON, layout.cell(cells, "person"), place.at(PERSON.header), log)
        what = read_id(ACTIVITY, layout.cell(cells, "activity"), place.at(ACTIVITY.header), log)
        if who is not None and what is not None:
            kept.append((number, cells))
            person.append(who)
            activity.append(what)
    if not layout.rows:
        log.error("no_rows", "под заголовком нет ни одной строки", Place(sheet.file))
    times = read_times(sheet.file, LongLayout(layout.at, tuple(kept)), log)
    state = [_state(layout.cell(c, "state"), Place(sheet.file, n, STATE.header), log)
             for n, c in kept]  # fmt: skip
    outcome = [_outcome(layout.cell(c, "outcome"), Place(sheet.file, n, OUTCOME.header), log)
               for n, c in kept]  # fmt: skip
    return _Rows(person, activity, times, np.array(state, np.int64), np.array(outcome, np.float64))


def _state(cell: Cell, place: Place, log: FaultLog) -> int:
    """Position in ``STATES``; enrolled where nothing is said."""
    try:
        value = parse_cell(STATE, cell)
    except CellError as error:
        log.error(error.code, error.detail, place, **error.parameters)
        value = None
    return STATES.index(State.ENROLLED if value is None else State(value))


def _outcome(cell: Cell, place: Place, log: FaultLog) -> float:
    """Success in [0, 1], NaN = not said."""
    if isinstance(cell, bool):
        return float(cell)
    text = cell.strip().casefold() if isinstance(cell, str) else None
    if text in TRUE_WORDS:
        return 1.0
    if text in FALSE_WORDS:
        return 0.0
    try:
        value = parse_cell(OUTCOME, cell)
    except CellError as error:
        log.error(error.code, error.detail, place, **error.parameters)
        value = None
    return float("nan") if value is None else float(value)


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
