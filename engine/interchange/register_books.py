"""Registers as workbooks: those that are kept read back, those that are views are for people.

Kept ones stand under the headers of their blank forms, with the words that people write, so that
the book can be corrected and sent back. Views (programmes, events, mentors, the bank of deficits)
stand on sheets that an import leaves alone.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from engine.deficits.groupings import Grouping
from engine.domain import Kind
from engine.interchange.columns import Column, Words
from engine.interchange.registers import register_rows
from engine.interchange.schema import TABLES
from engine.interchange.templates import filled_book
from engine.interchange.values import join_list
from engine.interchange.words import (
    FORM_WORDS,
    KIND_WORDS,
    LEVEL_WORDS,
    MENTOR_FORM_WORDS,
    POSITION_WORDS,
)
from engine.interchange.writing import cell_text
from engine.register_kinds import RegisterName
from engine.register_views import DeficitEntry, Event, MentorCard, Programme
from engine.registers import Registers

Head = tuple[str, str, Words | None]
"""Field of a view, its header, and the words of its controlled list."""

_YES_NO: Words = {"True": ("да",), "False": ("нет",)}
_GROUPS: Words = {
    Grouping.ALL: ("все",),
    Grouping.DISTRICT: ("район",),
    Grouping.SCHOOL: ("организация",),
}

VIEW_HEADS: Mapping[type[Any], tuple[str, tuple[Head, ...]]] = {
    Programme: (
        "ДПП и федеральный реестр",
        (
            ("id", "Идентификатор", None),
            ("kind", "Вид", {k: KIND_WORDS[k] for k in (Kind.DPP_PK, Kind.DPP_PP)}),
            ("title", "Название", None),
            ("hours_academic", "Часы", None),
            ("provider", "Организатор", None),
            ("register_from", "В ФР ДПП с", None),
            ("register_to", "В ФР ДПП по", None),
            ("in_register", "В ФР ДПП на день", _YES_NO),
            ("next_start", "Ближайший поток", None),
            ("self_paced", "Можно начать сразу", _YES_NO),
        ),
    ),
    Event: (
        "События на день",
        (
            ("id", "Идентификатор", None),
            ("kind", "Вид", KIND_WORDS),
            ("title", "Название", None),
            ("level", "Уровень", LEVEL_WORDS),
            ("form", "Форма образования", FORM_WORDS),
            ("hours_academic", "Часы", None),
            ("provider", "Организатор", None),
            ("next_start", "Ближайшее", None),
            ("runs", "Потоков с открытой записью", None),
            ("seats_left", "Мест в них", None),
        ),
    ),
    MentorCard: (
        "Наставники на день",
        (
            ("id", "Шифр", None),
            ("position", "Должность", POSITION_WORDS),
            ("organisation_id", "Организация", None),
            ("district", "Район", None),
            ("forms", "Формы", MENTOR_FORM_WORDS),
            ("subjects", "Предметы", None),
            ("languages", "Языки", None),
            ("consent", "Согласие", _YES_NO),
            ("consent_on", "Дата согласия", None),
            ("capacity", "Ещё может взять", None),
            ("trained_until", "Обучен до", None),
            ("trained", "Обучен на день", _YES_NO),
            ("accompanies", "Сопровождает", None),
        ),
    ),
    DeficitEntry: (
        "Банк дефицитов",
        (
            ("grouping", "Кто", _GROUPS),
            ("group", "Район или организация", None),
            ("title", "Название", None),
            ("district", "Район", None),
            ("node", "Код компетенции", None),
            ("node_title", "Компетенция", None),
            ("members", "Педагогов", None),
            ("assessed", "Оценено", None),
            ("high", "Высокий дефицит", None),
            ("medium", "Средний дефицит", None),
            ("minimal", "Минимальный или нет", None),
        ),
    ),
}
"""Sheet and columns of each view; an empty number of people is withheld."""

_HEAD = PatternFill("solid", fgColor="DDE7F3")


def register_book(
    registers: Registers,
    names: Iterable[RegisterName],
    nodes: Mapping[str, str],
    views: Mapping[type[Any], Sequence[object]] | None = None,
) -> bytes:
    """Workbook of registers.

    Parameters
    ----------
    names
        Kept registers that are wanted, each one sheet, also where it is empty.
    nodes
        Code → title of the framework.
    views
        Rows of views by their class, each one more sheet. At least one sheet must be wanted.

    Returns
    -------
    bytes
        XLSX.
    """
    filled = [(TABLES[n], [_texts(n, row) for row in register_rows(registers, n)]) for n in names]
    book = filled_book(filled, nodes)
    for kind, rows in (views or {}).items():
        _view(book, kind, rows)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _texts(name: RegisterName, row: Mapping[str, object]) -> dict[str, str]:
    return {c.name: _text(c, row[c.name]) for c in TABLES[name].columns}


def _text(column: Column, value: object) -> str:
    """A value as people write it into the form: words of lists, days with dots."""
    if isinstance(value, tuple):
        return join_list(tuple(_text(column, v) for v in value))
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if column.words is not None and value is not None:
        return column.words[str(value)][0]
    return cell_text(value)


# --------------------------------------------------------------------------- views


def _view(book: openpyxl.Workbook, kind: type[Any], rows: Sequence[object]) -> None:
    title, heads = VIEW_HEADS[kind]
    sheet = book.create_sheet(title)
    for index, (_, header, _) in enumerate(heads, start=1):
        cell = sheet.cell(1, index, header)
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        width = 48 if header in ("Название", "Компетенция") else max(12, len(header) + 2)
        sheet.column_dimensions[get_column_letter(index)].width = width
    for number, row in enumerate(rows, start=2):
        for index, (field, _, words) in enumerate(heads, start=1):
            _put(sheet, number, index, getattr(row, field), words)
    sheet.freeze_panes = "A2"


def _put(sheet: Any, row: int, column: int, value: object, words: Words | None) -> None:
    shown = _shown(value, words)
    if shown in (None, ""):
        return
    cell = sheet.cell(row, column)
    cell.value = shown
    if isinstance(shown, str):
        # a title that begins with «=» is no formula
        cell.data_type, cell.number_format = "s", "@"
    elif isinstance(shown, dt.date):
        cell.number_format = "dd.mm.yyyy"


def _shown(value: object, words: Words | None) -> object:
    if isinstance(value, tuple):
        return "; ".join(str(_shown(v, words)) for v in value)
    if words is not None and value is not None:
        return words[str(value)][0]
    return value.value if isinstance(value, Enum) else value
