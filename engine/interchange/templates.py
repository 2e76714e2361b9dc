"""Blank XLSX forms: Russian headers, example rows, lists to choose from, a sheet of hints."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from engine.interchange.columns import NODE, TYPE_WORDS, Column, ColumnType, Table
from engine.interchange.samples import sample_cell, sample_node
from engine.interchange.schema import TABLES
from engine.interchange.writing import cell_text

ROWS_WITH_LISTS = 2_000
HINTS_SHEET = "Пояснения"
NODES_SHEET = "Компетенции"
LIST_MOST_CHARS = 255
"""Excel takes no longer list typed into a validation; longer ones stand in the hints."""

_HEADER_FILL = PatternFill("solid", fgColor="DDE7F3")
_REQUIRED_FILL = PatternFill("solid", fgColor="FBE3C8")
_EXAMPLE_FONT = Font(italic=True, color="808080")


def write_templates(
    directory: Path,
    nodes: Mapping[str, str],
    tables: Iterable[str] | None = None,
) -> tuple[Path, ...]:
    """Write one blank form per table, named by its Russian title.

    The grey rows under the header are examples. Forms read back unchanged are accepted (the
    examples of all forms fit together); as soon as there is one row of your own, the example
    rows of every form are skipped with a note.

    Parameters
    ----------
    directory
        Made if it is not there; forms of the same names are replaced.
    nodes
        Code → title of the framework; listed in the forms that name competencies. At least one.
    tables
        Names of the tables; ``None`` = all.

    Returns
    -------
    tuple of Path
        Files written, in the order of the schema.

    Raises
    ------
    ValueError
        If a table is unknown or ``nodes`` is empty.
    """
    asked = list(TABLES) if tables is None else list(tables)
    unknown = [name for name in asked if name not in TABLES]
    if unknown or not nodes:
        raise ValueError(f"unknown tables: {unknown}" if unknown else "nodes must not be empty")
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(_write(TABLES[n], directory, nodes) for n in TABLES if n in set(asked))


def blank_form(table: Table, nodes: Mapping[str, str]) -> bytes:
    """Blank form of a table, as ``write_templates`` writes it, as the bytes of a workbook.

    Parameters
    ----------
    nodes
        As for ``write_templates``.
    """
    buffer = io.BytesIO()
    _form(table, nodes).save(buffer)
    return buffer.getvalue()


def write_filled(
    table: Table,
    rows: Iterable[Mapping[str, object]],
    path: Path,
    nodes: Mapping[str, str],
) -> None:
    """Write a form with rows to go on with: XLSX, or CSV for Excel by the file's suffix.

    Parameters
    ----------
    rows
        Values by column; what a row does not hold stays empty.
    path
        Replaced if it is there; its folder is made.
    nodes
        As for ``write_templates``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [[cell_text(row.get(c.name)) for c in table.columns] for row in rows]
    if path.suffix.lower() != ".xlsx":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerows([[c.header for c in table.columns], *cells])
        return
    book, sheet = _book(table)
    _texts(sheet, cells)
    _finish(book, sheet, table, nodes)
    book.save(path)


def filled_book(
    filled: Iterable[tuple[Table, Iterable[Mapping[str, str]]]], nodes: Mapping[str, str]
) -> openpyxl.Workbook:
    """Workbook of forms with rows, one sheet for each table; it can be sent back as it is.

    Parameters
    ----------
    filled
        Tables and their rows, texts of cells by column; at least one table.
    nodes
        As for ``write_templates``; listed once.
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    names_nodes = False
    for table, rows in filled:
        sheet = book.create_sheet(table.title)
        _header(sheet, table)
        _texts(sheet, ([row.get(c.name, "") for c in table.columns] for row in rows))
        _lists(sheet, table)
        sheet.freeze_panes = "A2"
        names_nodes |= any(c.references == NODE for c in table.columns)
    if names_nodes:
        _rows(book.create_sheet(NODES_SHEET), [("Код", "Название"), *nodes.items()], (18, 80))
    return book


def _write(table: Table, directory: Path, nodes: Mapping[str, str]) -> Path:
    path = directory / f"{table.title}.xlsx"
    _form(table, nodes).save(path)
    return path


def _form(table: Table, nodes: Mapping[str, str]) -> openpyxl.Workbook:
    book, sheet = _book(table)
    for row, example in enumerate(table.examples, start=2):
        _example(sheet, row, table, example, sample_node(nodes))
    _finish(book, sheet, table, nodes)
    return book


def _book(table: Table) -> tuple[openpyxl.Workbook, Any]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = table.title
    _header(sheet, table)
    return book, sheet


def _finish(book: openpyxl.Workbook, sheet: Any, table: Table, nodes: Mapping[str, str]) -> None:
    _lists(sheet, table)
    sheet.freeze_panes = "A2"
    _hints(book.create_sheet(HINTS_SHEET), table)
    if any(c.references == NODE for c in table.columns):
        _rows(book.create_sheet(NODES_SHEET), [("Код", "Название"), *nodes.items()], (18, 80))


def _texts(sheet: Any, rows: Iterable[Sequence[str]]) -> None:
    """Rows below the head, as texts: ids are no numbers for Excel and titles no formulas."""
    for number, row in enumerate(rows, start=2):
        for index, text in enumerate(row, start=1):
            if text:
                cell = sheet.cell(number, index)
                cell.value, cell.data_type, cell.number_format = text, "s", "@"


def _header(sheet: Any, table: Table) -> None:
    for index, column in enumerate(table.columns, start=1):
        cell = sheet.cell(1, index, column.head)
        cell.font = Font(bold=True)
        cell.fill = _REQUIRED_FILL if column.required else _HEADER_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        must = "Обязательный столбец. " if column.required else ""
        cell.comment = Comment(f"{must}{column.description}", "routes", width=320, height=140)
        width = max(len(column.head), len(column.example)) + 4
        sheet.column_dimensions[get_column_letter(index)].width = min(48, max(14, width))


def _example(sheet: Any, row: int, table: Table, example: Mapping[str, str], node: str) -> None:
    for index, column in enumerate(table.columns, start=1):
        value = sample_cell(column, example, node)
        if value:
            cell = sheet.cell(row, index, value)
            # Text, so that Excel keeps dates and ids as they are written.
            cell.number_format = "@"
            cell.font = _EXAMPLE_FONT


def _lists(sheet: Any, table: Table) -> None:
    for index, column in enumerate(table.columns, start=1):
        choices = _choices(column)
        if not choices:
            continue
        typed = f'"{",".join(choices)}"'
        if len(typed) > LIST_MOST_CHARS or any("," in c for c in choices):
            continue
        # Other spellings are understood as well, hence a warning and no refusal.
        rule = DataValidation("list", formula1=typed, allow_blank=True, errorStyle="warning")
        letter = get_column_letter(index)
        rule.add(f"{letter}2:{letter}{ROWS_WITH_LISTS}")
        sheet.add_data_validation(rule)


def _choices(column: Column) -> list[str]:
    if column.type is ColumnType.BOOLEAN:
        return ["да", "нет"]
    if column.type is ColumnType.ENUM:
        return [names[0] for names in (column.words or {}).values()]
    return []


def _hints(sheet: Any, table: Table) -> None:
    intro = [
        (table.title, table.description),
        (
            "Как заполнять",
            "Одна строка — одна запись. Серые строки под заголовком — образцы: их "
            "можно удалить или оставить, при чтении они пропускаются, как только есть хотя бы одна "
            "своя строка. Оранжевые заголовки обязательны. Порядок столбцов любой.",
        ),
        ("", ""),
    ]
    head = ("Столбец", "Что писать", "Тип", "Единица", "Обязателен", "Пример", "Значения")
    rows = [
        (
            c.header,
            c.description,
            TYPE_WORDS[c.type],
            c.unit,
            "да" if c.required else "нет",
            c.example,
            "; ".join(names[0] for names in (c.words or {}).values()),
        )
        for c in table.columns
    ]
    _rows(sheet, [*intro, head, *rows], (26, 70, 34, 14, 12, 30, 80))


def _rows(sheet: Any, rows: Sequence[tuple[str, ...]], widths: Sequence[int]) -> None:
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row, start=1):
            cell = sheet.cell(number, index, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
