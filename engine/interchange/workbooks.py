"""XLSX workbooks read safely: values only, bounded, with a clear word on what is wrong."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from engine.interchange.archives import TOO_LARGE, archive_problem
from engine.interchange.faults import FaultLog, Place
from engine.interchange.sheets import RowCollector, Sheet
from engine.interchange.values import Cell, Percent

CELLS_MOST = 50_000_000
"""Cells of a sheet, blank ones that rows are filled up with included."""

_PERCENT = re.compile(rb"""numFmtId=["'](?:9|10)["']|%""")
"""Built-in percentage formats, or one of one's own, in the styles of a book."""
_QUOTED = re.compile(r'"[^"]*"|\\.')
"""Literal text of a number format: «0.0 "%"» shows the number as it is."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
NOTE_SHEETS = frozenset(
    {
        *("пояснения", "подсказки", "компетенции", "readme"),
        *("дпп и федеральный реестр", "события на день", "наставники на день", "банк дефицитов"),
    }
)
"""Sheets of forms and exports that hold no data of their own (folded names)."""


def read_workbook(content: bytes, label: str, log: FaultLog, sheet: str | None) -> list[Sheet]:
    """Read the sheets of a workbook, or the one asked for.

    Formulas give the value that Excel stored with them; one without a stored value is an error.
    """
    place = Place(label)
    try:
        problem = archive_problem(content)
        if problem:
            log.error(*problem, place)
            return []
        return _read_sheets(content, label, log, sheet)
    except Exception as error:  # zlib, zipfile and openpyxl raise many kinds on damaged parts
        log.error(
            "workbook_damaged",
            f"книга повреждена и не читается ({type(error).__name__}): пересохраните её в Excel "
            "или LibreOffice",
            place,
        )
        return []


def _read_sheets(content: bytes, label: str, log: FaultLog, sheet: str | None) -> list[Sheet]:
    book = _load(content, values=True)
    if sheet is not None and sheet not in book.sheetnames:
        log.error(
            "sheet_missing",
            f"в книге нет листа «{sheet}»; есть: {', '.join(book.sheetnames)}",
            Place(label),
        )
        return []
    names = [sheet] if sheet is not None else _visible(book)
    formulas = _load(content, values=False) if _has_formulas(content) else None
    several = len(names) > 1 or sheet is not None
    percents = _has_percents(content)
    read = (_read_sheet(book, formulas, name, label, several, percents, log) for name in names)
    return [s for s in read if s is not None and s.rows]


def _has_percents(content: bytes) -> bool:
    """Whether any style of a book may show percentages; only then formats are read, being slow."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "xl/styles.xml" not in archive.namelist():
            return False
        return bool(_PERCENT.search(archive.read("xl/styles.xml")))


def _rows(worksheet: Any, percents: bool) -> Iterator[list[Cell]]:
    """Values of the rows; numbers shown as percentages are marked where the book has such."""
    if not percents:
        for values in worksheet.iter_rows(values_only=True):
            yield list(values)
        return
    for cells in worksheet.iter_rows():
        yield [_marked(cell) for cell in cells]


def _marked(cell: Any) -> Cell:
    value: Cell = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = _QUOTED.sub("", cell.number_format or "")
        return Percent(value) if "%" in shown else value
    return value


def _load(content: bytes, *, values: bool) -> Any:
    with warnings.catch_warnings():
        # Extensions that openpyxl drops (lists, conditional formats) do not touch the values.
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=values, keep_links=False
        )


def _visible(book: Any) -> list[str]:
    return [
        ws.title
        for ws in book.worksheets
        if ws.sheet_state == "visible" and ws.title.casefold() not in NOTE_SHEETS
    ]


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(
            _FORMULA.search(archive.read(name))
            for name in archive.namelist()
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        )


def _read_sheet(
    book: Any,
    formulas: Any | None,
    name: str,
    label: str,
    several: bool,
    percents: bool,
    log: FaultLog,
) -> Sheet | None:
    file = f"{label}, лист «{name}»" if several else label
    worksheet = book[name]
    # The stated dimensions are often wrong (one formatted cell in the last row).
    worksheet.reset_dimensions()
    collector = RowCollector(file, log)
    seen = 0
    for number, cells in enumerate(_rows(worksheet, percents), start=1):
        # One far cell makes a row of 16 384, and a small part of a file a million such rows.
        seen += len(cells)
        if seen > CELLS_MOST:
            log.error("workbook_too_large", TOO_LARGE, Place(file, number))
            return None
        if not collector.add(number, cells):
            return None
    if formulas is not None:
        _refuse_uncalculated(formulas[name], collector, file, log)
    return Sheet(file, name, tuple(collector.rows))


def _refuse_uncalculated(worksheet: Any, collector: RowCollector, file: str, log: FaultLog) -> None:
    """Log every formula cell that Excel has stored no value for; it would read as empty."""
    worksheet.reset_dimensions()
    values = dict(collector.rows)
    for number, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
        row = values.get(number, [])
        for index, cell in enumerate(cells):
            stored = row[index] if index < len(row) else None
            if isinstance(cell, str) and cell.startswith("=") and stored is None:
                log.error(
                    "formula_without_value",
                    "у формулы нет сохранённого значения: откройте "
                    "книгу в Excel и сохраните, либо вставьте значения",
                    Place(file, number, get_column_letter(index + 1)),
                )
