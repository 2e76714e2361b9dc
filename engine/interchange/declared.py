"""What a Frictionless resource declares of its cells, turned into cells as we write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.interchange.faults import FaultLog, Place
from engine.interchange.headers import normalise
from engine.interchange.sheets import Sheet
from engine.interchange.values import Cell

_UNREAD = {"quoteChar": '"', "doubleQuote": True, "escapeChar": None, "commentChar": None,
           "nullSequence": None, }  # fmt: skip
"""Properties of a dialect with the one value that is read."""


@dataclass(frozen=True, slots=True)
class FieldForm:
    """How one column writes its values; "" and empty = as everybody."""

    name: str
    decimal: str = "."
    group: str = ""
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    date_format: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a resource says of its cells.

    Parameters
    ----------
    missing
        Texts that stand for an empty cell besides "".
    fields
        In the order of the schema.
    header
        Whether the first row names the columns; if not, the schema does.
    """

    missing: tuple[str, ...] = ()
    fields: tuple[FieldForm, ...] = ()
    header: bool = True


NOTHING = Declared()


def read_declared(entry: Mapping[str, Any], place: Place, log: FaultLog) -> Declared | None:
    """Read the dialect and schema of a resource; ``None`` after an error."""
    schema, dialect = (
        found if isinstance(found := entry.get(key), dict) else {} for key in ("schema", "dialect")
    )
    for name, only in _UNREAD.items():
        if dialect.get(name, only) != only:
            _refuse(log, place, f"dialect.{name} = «{dialect[name]}» не читается")
            return None
    fields = schema.get("fields", [])
    if not isinstance(fields, list) or not all(isinstance(f, dict) for f in fields):
        _refuse(log, place, "schema.fields — список объектов")
        return None
    header = dialect.get("header", True) is not False
    if not header and not fields:
        _refuse(log, place, "без строки заголовков нужны schema.fields")
        return None
    return Declared(_texts(schema.get("missingValues")), tuple(_form(f) for f in fields), header)


def _refuse(log: FaultLog, place: Place, what: str) -> None:
    detail = f'{what}: сохраните файл как обычный CSV (кавычки «"», без комментариев)'
    log.error("dialect_unsupported", detail, place)


def _form(entry: Mapping[str, Any]) -> FieldForm:
    form, kind = entry.get("format"), entry.get("type")
    dated = isinstance(form, str) and "%" in form and kind in ("date", "datetime", "time")
    return FieldForm(
        str(entry.get("name", "")),
        str(entry.get("decimalChar") or "."),
        str(entry.get("groupChar") or ""),
        _texts(entry.get("trueValues")),
        _texts(entry.get("falseValues")),
        str(form) if dated else "",
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else ()


def as_declared(sheet: Sheet, declared: Declared) -> Sheet:
    """Sheet whose cells are written as ours are; a cell that does not fit stays as it is."""
    if declared == NOTHING or not sheet.rows:
        return sheet
    rows = list(sheet.rows)
    if not declared.header:
        rows = [(0, [f.name for f in declared.fields]), *rows]
    by_name = {normalise(f.name): f for f in declared.fields}
    head = [by_name.get(normalise(str(cell or "")), _PLAIN) for cell in rows[0][1]]
    rest = [
        (number, [_cell(cell, head[i] if i < len(head) else _PLAIN, declared.missing)
                  for i, cell in enumerate(cells)])
        for number, cells in rows[1:]
    ]  # fmt: skip
    return replace(sheet, rows=(rows[0], *rest))


_PLAIN = FieldForm("")


def _cell(cell: Cell, form: FieldForm, missing: tuple[str, ...]) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if text in missing:
        return None
    if text in form.true_values or text in form.false_values:
        return "true" if text in form.true_values else "false"
    if form.group or form.decimal != ".":
        text = text.replace(form.group, "") if form.group else text
        return text.replace(form.decimal, ".")
    return _dated(text, form.date_format) if form.date_format else cell


def _dated(text: str, form: str) -> str:
    try:
        found = dt.datetime.strptime(text, form)
    except ValueError:
        return text
    timed = any(mark in form for mark in ("%H", "%I", "%T", "%X", "%c"))
    if not timed:
        return found.date().isoformat()
    return found.isoformat() if "%d" in form or "%j" in form else found.time().isoformat()
