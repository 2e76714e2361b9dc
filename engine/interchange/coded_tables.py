"""Long tables of any length by column: every distinct cell is kept, and parsed, once.

A row of cells as a list costs some hundred bytes a cell, and a million rows of them more memory
than all that is learned from them. Here a row costs eight bytes a column, and what is wrong with a
cell is still told for every row that has it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.interchange.columns import Column, Table
from engine.interchange.faults import FaultLog, Place
from engine.interchange.files import is_workbook, read_content
from engine.interchange.one_sheet import LongLayout, long_layout
from engine.interchange.sheets import Row, RowCollector, Sheet
from engine.interchange.texts import CsvBroken, CsvText, csv_text
from engine.interchange.values import Cell, CellError
from engine.interchange.workbooks import read_workbook

ROWS_MOST = 5_000_000
FILE_MOST_BYTES = 512 * 1024 * 1024
HEAD_ROWS = 10
"""Rows among which a header is sought, see ``find_header``."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class CodedColumn:
    """One column, ``n`` rows.

    Parameters
    ----------
    codes
        Shape (n,), positions in ``cells``.
    cells
        Raw cells, each once, in the order of their first row; ``None`` = the row is shorter.
    """

    codes: IntArray
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CodedTable:
    """Rows of a long table below its header.

    Parameters
    ----------
    file
        How faults name it.
    rows
        Shape (n,): numbers of the rows as a spreadsheet counts them, from 1; empty ones are left
        out.
    columns
        By the name of the column in its ``Table``; absent ones are not in the header.
    """

    file: str
    rows: IntArray
    columns: Mapping[str, CodedColumn]

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def select(self, rows: BoolArray) -> CodedTable:
        """Some of the rows, with the cells that occur in them."""
        columns = {}
        for name, column in self.columns.items():
            used, codes = np.unique(column.codes[rows], return_inverse=True)
            cells = tuple(column.cells[i] for i in used.tolist())
            columns[name] = CodedColumn(codes.astype(np.int64), cells)
        return CodedTable(self.file, self.rows[rows], columns)

    def parsed(
        self, column: Column, name: str, parse: Callable[[Cell], T], log: FaultLog
    ) -> list[T | None]:
        """Value of each of ``columns[name].cells``, ``None`` where ``parse`` raised ``CellError``.

        Every row of such a cell is an error under the header of ``column``.
        """
        coded = self.columns[name]
        values: list[T | None] = []
        wrong: dict[int, CellError] = {}
        for code, cell in enumerate(coded.cells):
            try:
                values.append(parse(cell))
            except CellError as error:
                values.append(None)
                wrong[code] = error
        for at in np.flatnonzero(np.isin(coded.codes, list(wrong))).tolist() if wrong else ():
            fault = wrong[int(coded.codes[at])]
            place = Place(self.file, int(self.rows[at]), column.header)
            log.error(fault.code, fault.detail, place, **fault.parameters)
        return values


@dataclass(frozen=True, slots=True)
class LongFile:
    """A CSV file, or a sheet of a workbook, of which the head is known.

    Parameters
    ----------
    head
        First rows of a CSV file, all rows of a sheet.
    text
        The CSV file; ``None`` = a sheet.
    """

    head: Sheet
    text: CsvText | None

    def layout(self, table: Table) -> LongLayout | None:
        """Where the columns of a table stand; ``None`` where a required one is missing."""
        return long_layout(self.head, table)

    def whole(self, log: FaultLog) -> Sheet | None:
        """All cells, within the bounds of a package's table; ``None`` after an error."""
        if self.text is None:
            return self.head
        collector = RowCollector(self.head.file, log)
        for number, cells in self._rows(log):
            if not collector.add(number, list(cells)):
                return None
        return Sheet(self.head.file, self.head.name, tuple(collector.rows))

    def coded(self, layout: LongLayout, log: FaultLog) -> CodedTable | None:
        """Columns of a layout of this file; ``None`` after an error."""
        header = len(self.head.rows) - len(layout.rows)
        codes = {name: array("q") for name in layout.at}
        seen: dict[str, dict[Hashable, int]] = {name: {} for name in layout.at}
        cells: dict[str, list[Cell]] = {name: [] for name in layout.at}
        targets = [(at, codes[n].append, seen[n], cells[n]) for n, at in layout.at.items()]
        numbers = array("q")
        failed = len(log.errors)
        for number, row in islice(self._rows(log), header, None):
            if len(numbers) >= ROWS_MOST:
                detail = f"больше {ROWS_MOST} строк: разделите файл"
                log.error("too_many_rows", detail, Place(self.head.file, number))
                return None
            numbers.append(number)
            for at, add, known, distinct in targets:
                cell = row[at] if at < len(row) else None
                # 1, 1.0 and True are one key, and not one cell
                key = cell if type(cell) is str else (type(cell), cell)
                code = known.setdefault(key, len(distinct))
                if code == len(distinct):
                    distinct.append(cell)
                add(code)
        if len(log.errors) > failed:
            return None
        columns = {
            name: CodedColumn(np.array(codes[name], np.int64), tuple(cells[name]))
            for name in layout.at
        }
        return CodedTable(self.head.file, np.array(numbers, np.int64), columns)

    def _rows(self, log: FaultLog) -> Iterator[Row]:
        if self.text is None:
            yield from self.head.rows
            return
        try:
            yield from _filled(self.text.records())
        except CsvBroken as error:
            error.report(self.head.file, log)


def long_files(path: Path, label: str, log: FaultLog) -> list[LongFile]:
    """Sheets of a workbook that have rows, or the one CSV file; none after an error."""
    content = read_content(path, label, log, FILE_MOST_BYTES)
    if content is None:
        return []
    if is_workbook(content):
        return [LongFile(s, None) for s in read_workbook(content, label, log, None) if s.rows]
    text = csv_text(content, label, log)
    if text is None:
        return []
    try:
        rows = tuple(islice(_filled(text.records()), HEAD_ROWS))
    except CsvBroken as error:
        error.report(label, log)
        return []
    return [LongFile(Sheet(label, path.stem, rows), text)] if rows else []


def _filled(records: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    """Records with any cell that is not blank."""
    for number, record in records:
        if any(cell and not cell.isspace() for cell in record):
            yield number, list[Cell](record)
