"""When something was taken: dates, seconds, a number that orders, or the order of the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray
from engine.interactions import Clock
from engine.interchange.coded_tables import CodedTable
from engine.interchange.columns import Column, ColumnType
from engine.interchange.dates import parse_date
from engine.interchange.faults import FaultLog, Place
from engine.interchange.interaction_columns import ORDER, TIME
from engine.interchange.values import Cell, CellError, parse_cell

_EPOCH = dt.datetime(1970, 1, 1)
_SECONDS = (1e8, 1e11)
"""Numbers in between are seconds since 1970: 1973 to 5138; nobody counts his courses so far."""
_NUMBER = Column("time", TIME.header, ColumnType.NUMBER, "")


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Time of every row, and what it counts; see ``engine.interactions``."""

    values: FloatArray
    clock: Clock


def read_times(table: CodedTable, log: FaultLog) -> Times:
    """Times of the rows of a table; a cell that cannot be read is an error."""
    n, place = len(table), Place(table.file)
    if "time" not in table and "order" not in table:
        detail = "нет ни даты, ни порядка: порядком взят порядок строк"
        log.note("order_of_rows", detail, place)
        return Times(np.arange(n, dtype=np.float64), "order")
    if "time" not in table:
        return Times(_numbers(table, "order", ORDER, log), "order")
    if all(_looks_like_number(cell) for cell in table.columns["time"].cells):
        values = _numbers(table, "time", _NUMBER, log)
        if n and ((values >= _SECONDS[0]) & (values < _SECONDS[1])).all():
            log.note("seconds_read", "числа в столбце времени прочтены как секунды", place)
            return Times(values / 86_400, "days")
        detail = "числа в столбце времени прочтены как порядок у каждого человека"
        log.note("order_read", detail, place)
        return Times(values, "order")
    return Times(_broken_by_order(table, _by_row(table, "time", TIME, _day, log), log), "days")


def _numbers(table: CodedTable, name: str, column: Column, log: FaultLog) -> FloatArray:
    def read(cell: Cell) -> float:
        value = parse_cell(column, cell)
        if value is None:
            raise _empty(column)
        return float(value)

    return _by_row(table, name, column, read, log)


def _by_row(
    table: CodedTable, name: str, column: Column, read: Callable[[Cell], float], log: FaultLog
) -> FloatArray:
    """Shape (n,); 0 where a cell is an error."""
    values = table.parsed(column, name, read, log)
    found = np.array([0.0 if v is None else v for v in values], dtype=np.float64)
    by_row: FloatArray = found[table.columns[name].codes]
    return by_row


def _broken_by_order(table: CodedTable, days: FloatArray, log: FaultLog) -> FloatArray:
    """Days; where a column of order stands beside them, it tells rows of one day apart.

    The order moves a row by less than a second, so days stay what they are.
    """
    if "order" not in table:
        return days
    order = _numbers(table, "order", ORDER, log)
    rank = np.unique(order, return_inverse=True)[1]
    found: FloatArray = days + rank / max(len(order), 1) / 86_400
    return found


def _looks_like_number(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float) or cell is None:
        return True
    if not isinstance(cell, str):
        return False
    text = cell.strip().replace(",", ".")
    return not text or text.replace(".", "", 1).replace("-", "", 1).isdigit()


def _day(cell: Cell) -> float:
    """Days since 1970-01-01 with their fraction; the offset of a moment is taken into account."""
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "":
        raise _empty(TIME)
    try:
        moment = _moment(cell)
    except ValueError as error:
        detail = f"«{cell}» — не дата: впишите гггг-мм-дд или дд.мм.гггг"
        raise CellError("date_unreadable", detail) from error
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return (moment - _EPOCH) / dt.timedelta(days=1)


def _moment(cell: Cell) -> dt.datetime:
    if isinstance(cell, dt.datetime):
        return cell
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)
    text = str(cell)
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        day = parse_date(text)
        return dt.datetime(day.year, day.month, day.day)


def _empty(column: Column) -> CellError:
    detail = f"пусто в столбце «{column.header}»: впишите значение или уберите строку"
    return CellError("cell_empty", detail)
