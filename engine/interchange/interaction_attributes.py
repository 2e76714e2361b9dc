"""A plain table of activities → text, categories and numbers, told apart by their cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.interchange.columns import Column, ColumnType
from engine.interchange.faults import FaultLog, Place
from engine.interchange.headers import match_column, normalise
from engine.interchange.interaction_columns import ACTIVITY, CATALOGUE
from engine.interchange.one_sheet import LongLayout, read_id
from engine.interchange.sheets import Row, Sheet
from engine.interchange.values import Cell, CellError, parse_cell
from engine.matching.enrolment_attributes import ActivityAttributes

CATEGORIES_SHARE = 0.5
"""A column with more values than this share of its rows is text or an id, and no category."""
_NUMBER = Column("number", "", ColumnType.NUMBER, "")
_TEXT = Column("text", "", ColumnType.TEXT, "")


def read_attributes(sheet: Sheet, layout: LongLayout, log: FaultLog) -> ActivityAttributes:
    """Read a table with a row per activity; an activity that stands twice is an error.

    Title and summary are the text. Of the other columns, those whose cells are all numbers are
    numbers, those with few values are categories, the rest is left out with a note.
    """
    ids, rows = _by_id(sheet, layout, log)
    texts = _texts(layout, rows)
    categories: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for name, at in _other_columns(sheet, layout).items():
        cells = [c[at] if at < len(c) else None for _, c in rows]
        values = _numbers(cells)
        if values is not None:
            numbers[name] = np.array(values, dtype=np.float64)
            continue
        words = tuple(_word(c) for c in cells)
        if len(set(words) - {""}) <= CATEGORIES_SHARE * len(words):
            categories[name] = words
        else:
            detail = f"столбец «{name}» не взят: почти у каждого мероприятия своё значение"
            log.note("column_not_used", detail, Place(sheet.file, None, name))
    return ActivityAttributes(tuple(ids), texts, categories, numbers)


def _by_id(sheet: Sheet, layout: LongLayout, log: FaultLog) -> tuple[list[str], list[Row]]:
    first: dict[str, int] = {}
    rows: list[Row] = []
    for number, cells in layout.rows:
        place = Place(sheet.file, number, ACTIVITY.header)
        name = read_id(ACTIVITY, layout.cell(cells, "activity"), place, log)
        if name is None:
            continue
        if name in first:
            detail = f"мероприятие «{name}» уже стоит в строке {first[name]}: оставьте одну"
            log.error("duplicate_id", detail, place, id=name)
            continue
        first[name] = number
        rows.append((number, cells))
    return list(first), rows


def _texts(layout: LongLayout, rows: Sequence[Row]) -> tuple[str, ...] | None:
    names = [n for n in ("title", "summary") if n in layout.at]
    if not names:
        return None
    return tuple(
        ". ".join(w for n in names if (w := _word(layout.cell(cells, n)))) for _, cells in rows
    )


def _other_columns(sheet: Sheet, layout: LongLayout) -> dict[str, int]:
    """Names and places of the columns that the table's own do not take."""
    before = len(sheet.rows) - len(layout.rows) - 1
    header = sheet.rows[before][1]
    taken = set(layout.at.values())
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        name = normalise(str(cell)).replace(" ", "_") if cell is not None else ""
        if name and at not in taken and match_column(str(cell), CATALOGUE) is None:
            found.setdefault(name, at)
    return found


def _numbers(cells: Sequence[Cell]) -> list[float] | None:
    """Numbers, NaN = empty; ``None`` where any cell is something else, or all are empty."""
    found: list[float] = []
    for cell in cells:
        try:
            value = parse_cell(_NUMBER, cell)
        except CellError:
            return None
        found.append(float("nan") if value is None else float(value))
    return None if np.isnan(found).all() else found


def _word(cell: Cell) -> str:
    try:
        value = parse_cell(_TEXT, cell)
    except CellError:
        return ""
    return "" if value is None else str(value)
