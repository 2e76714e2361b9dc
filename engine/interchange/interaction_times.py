"""When something was taken: dates, seconds, a number that orders, or the order of the rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray
from engine.interactions import Clock
from engine.interchange.columns import Column, ColumnType
from engine.interchange.dates import parse_date
from engine.interchange.faults import FaultLog, Place
from engine.interchange.interaction_columns import ORDER, TIME
from engine.interchange.one_sheet import LongLayout
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


def read_times(file: str, layout: LongLayout, log: FaultLog) -> Times:
    """Times of the rows of a layout; a cell that cannot be read is an error."""
    n = len(layout.rows)
    if "time" not in layout.at and "order" not in layout.at:
        detail = "нет ни даты, ни порядка: порядком взят порядок строк"
        log.note("order_of_rows", detail, Place(file))
        return Times(np.arange(n, dtype=np.float64), "order")
    if "time" not in layout.at:
        return Times(_numbers(file, layout, "order", ORDER, log), "order")
    cells = [layout.cell(c, "time") for _, c in layout.rows]
    if all(_looks_like_number(c) for c in cells):
        values = _numbers(file, layout, "time", _NUMBER, log)
        if n and ((values >= _SECONDS[0]) & (values < _SECONDS[1])).all():
            log.note("seconds_read", "числа в столбце времени прочтены как секунды", Place(file))
            return Times(values / 86_400, "days")
        detail = "числа в столбце времени прочтены как порядок у каждого человека"
        log.note("order_read", detail, Place(file))
        return Times(values, "order")
    days = [
        _day(cell, Place(file, row, TIME.header), log)
        for (row, _), cell in zip(layout.rows, cells, strict=True)
    ]
    values = np.array(days, dtype=np.float64)
    return Times(_broken_by_order(file, layout, values, log), "days")


def _numbers(file: str, layout: LongLayout, name: str, column: Column, log: FaultLog) -> FloatArray:
    found = np.zeros(len(layout.rows))
    for i, (row, cells) in enumerate(layout.rows):
        place = Place(file, row, column.header)
        try:
            value = parse_cell(column, layout.cell(cells, name))
        except CellError as error:
            log.error(error.code, error.detail, place, **error.parameters)
            continue
        if value is None:
            _report_empty(column, place, log)
        else:
            found[i] = value
    return found


def _broken_by_order(file: str, layout: LongLayout, days: FloatArray, log: FaultLog) -> FloatArray:
    """Days; where a column of order stands beside them, it tells rows of one day apart.

    The order moves a row by less than a second, so days stay what they are.
    """
    if "order" not in layout.at:
        return days
    order = _numbers(file, layout, "order", ORDER, log)
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


def _day(cell: Cell, place: Place, log: FaultLog) -> float:
    """Days since 1970-01-01 with their fraction; the offset of a moment is taken into account."""
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "":
        _report_empty(TIME, place, log)
        return 0.0
    try:
        moment = _moment(cell)
    except ValueError:
        detail = f"«{cell}» — не дата: впишите гггг-мм-дд или дд.мм.гггг"
        log.error("date_unreadable", detail, place)
        return 0.0
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


def _report_empty(column: Column, place: Place, log: FaultLog) -> None:
    detail = f"пусто в столбце «{column.header}»: впишите значение или уберите строку"
    log.error("cell_empty", detail, place)
