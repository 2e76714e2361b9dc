"""Answers of many people to the items of a test, in a wide or a long table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from engine.interchange.columns import Column, ColumnType, Table
from engine.interchange.faults import FaultLog, Place
from engine.interchange.one_sheet import (
    LongLayout,
    WideLayout,
    long_layout,
    one_sheet,
    read_id,
    wide_layout,
)
from engine.interchange.sheets import Sheet
from engine.interchange.tables_evidence import RESPONSES
from engine.interchange.values import Cell, CellError, parse_cell

ITEM, RESPONSE = RESPONSES.column("item"), RESPONSES.column("response")
_EDUCATOR = RESPONSES.column("educator_id")
PERSON = replace(
    _EDUCATOR,
    name="person",
    header="Человек",
    synonyms=(*_EDUCATOR.synonyms, "educator_id", "педагог", "id", "person id", "user"),
)
PROCEDURE = Column("procedure_id", "Процедура", ColumnType.ID, "Код процедуры.",
                   synonyms=RESPONSES.column("procedure_id").synonyms)  # fmt: skip
ANSWERS = Table(
    "answers", RESPONSES.title, "Ответы многих людей.", (PERSON, PROCEDURE, ITEM, RESPONSE)
)


@dataclass(slots=True)
class _Reader:
    """Answers as they come: one value per person and item, whichever row it stands in."""

    file: str
    items: Container[str]
    log: FaultLog
    columns: dict[str, int] = field(default_factory=dict)
    people: dict[str, dict[int, float]] = field(default_factory=dict)
    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    repeated: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    _seen: dict[str, float] = field(default_factory=dict)

    def add(self, person: str, item: str, cell: Cell, place: Place) -> None:
        value = self._value(cell, place)
        given = self.people.setdefault(person, {})
        column = self.columns.setdefault(item, len(self.columns))
        if math.isnan(value):
            return
        known = given.setdefault(column, value)
        first = self.rows.setdefault((person, column), place.row or 0)
        if first == place.row and known == value:
            return
        if known == value:
            self.repeated += 1
        else:
            detail = (
                f"у «{person}» на «{item}» ответ {value:g}, а в строке {first} — {known:g}: "
                "оставьте верный"
            )
            self.log.error("duplicate_contradiction", detail, place, person=person, item=item)

    def _value(self, cell: Cell, place: Place) -> float:
        """Share of right; NaN = not answered, and after an error."""
        if isinstance(cell, str) and cell in self._seen:
            return self._seen[cell]
        try:
            found = parse_cell(RESPONSE, cell)
        except CellError as error:
            self.log.error(error.code, error.detail, place, **error.parameters)
            return math.nan
        value = math.nan if found is None else float(found)
        if isinstance(cell, str):
            self._seen[cell] = value
        return value

    def skips(self, item: str, place: Place) -> bool:
        """Whether the Q-matrix does not know an item; named once, at its first place."""
        if item in self.items:
            return False
        self.unknown[item] += 1
        if self.unknown[item] == 1:
            detail = (
                f"задания «{item}» нет в Q-матрице: добавьте туда строку или уберите его ответы"
            )
            self.log.error("item_not_in_q_matrix", detail, place, item=item)
        return True

    def table(self) -> pd.DataFrame:
        values = np.full((len(self.people), len(self.columns)), np.nan)
        for i, given in enumerate(self.people.values()):
            values[i, list(given)] = list(given.values())
        return pd.DataFrame(values, index=list(self.people), columns=list(self.columns))


def read_answers(path: Path, items: Container[str], log: FaultLog) -> pd.DataFrame | None:
    """Read a table of answers; ``None`` where the file cannot be read as one.

    Wide: a row per person, the id in the first column, a column per item. Long: a row per answer,
    under the headers of the table ``responses``; where it has a column of procedures, every
    procedure of a person is a row of its own, as people change between them.

    Parameters
    ----------
    items
        Items of the Q-matrix; others are errors, each named once.

    Returns
    -------
    DataFrame
        People × items, in [0, 1], NaN = not answered.
    """
    sheet = one_sheet(path, RESPONSES, log)
    if sheet is None:
        return None
    reader = _Reader(sheet.file, items, log)
    layout = long_layout(sheet, ANSWERS)
    if layout is not None:
        _read_long(sheet, layout, reader)
    else:
        wide = wide_layout(sheet, ITEM, log)
        if wide is None:
            return None
        _read_wide(sheet, wide, reader)
    if not reader.people and not log.failed:
        log.error("no_rows", "под заголовком нет ни одной строки", Place(sheet.file))
    if reader.repeated:
        detail = f"повторённых ответов: {reader.repeated}; каждый взят один раз"
        log.note("answers_repeated", detail, Place(sheet.file))
    return reader.table()


def _read_long(sheet: Sheet, layout: LongLayout, reader: _Reader) -> None:
    log = reader.log
    for number, cells in layout.rows:
        place = Place(sheet.file, number)
        person = read_id(PERSON, layout.cell(cells, "person"), place.at(PERSON.header), log)
        item = read_id(ITEM, layout.cell(cells, "item"), place.at(ITEM.header), log)
        if person is None or item is None or reader.skips(item, place.at(ITEM.header)):
            continue
        procedure = layout.cell(cells, "procedure_id")
        if procedure not in (None, ""):
            person = f"{person} / {procedure}"
        reader.add(person, item, layout.cell(cells, "response"), place.at(RESPONSE.header))


def _read_wide(sheet: Sheet, layout: WideLayout, reader: _Reader) -> None:
    header = Place(sheet.file, layout.header_row)
    known = [
        (i, name) for i, name in layout.names.items() if not reader.skips(name, header.at(name))
    ]
    for _, name in known:
        reader.columns.setdefault(name, len(reader.columns))
    for number, cells in layout.rows:
        place = Place(sheet.file, number)
        person = read_id(PERSON, cells[0], place.at(PERSON.header), reader.log)
        if person is None:
            continue
        for i, name in known:
            cell = cells[i] if i < len(cells) else None
            reader.add(person, name, cell, Place(sheet.file, number, name))
