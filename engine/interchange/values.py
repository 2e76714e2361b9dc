"""One cell of a table → one value of the column's type, or a named error."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from engine.interchange.columns import Column, ColumnType
from engine.interchange.dates import parse_date
from engine.interchange.headers import nearest, normalise
from engine.interchange.words import FALSE_WORDS, TRUE_WORDS

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | None
"""What a file gives for one cell."""

TEXT_MOST = 20_000


class Percent(float):
    """A number that a workbook shows as a percentage: 0.72 under the format «0%» is seen as 72%."""

    @property
    def shown(self) -> str:
        """As the workbook shows it."""
        return f"{float(self) * 100:.10g}%"


_EMPTY = frozenset({"", "-", "–", "—", "н/д", "нет данных", "не указано", "не указан", "n/a"})
_EXCEL_ERRORS = frozenset(
    {
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#Н/Д",
        "#ССЫЛКА!",
        "#ЗНАЧ!",
        "#ДЕЛ/0!",
        "#ИМЯ?",
        "#ПУСТО!",
        "#ЧИСЛО!",
    }
)
_ID_FLOAT = re.compile(r"(\d+)\.0+")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf(?:inity)?|бесконечность|∞)", re.IGNORECASE)
_LIST_ITEM = re.compile(r"(?:\\.|[^;\\]|\\$)+", re.DOTALL)
_LIST_ITEM_COMMA = re.compile(r"(?:\\.|[^;,\\]|\\$)+", re.DOTALL)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_LOCAL = re.compile(r"(\S+(?:\s+\S+\s+\d{4})?)[\sT]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)")


class CellError(ValueError):
    """A cell that cannot be read; ``detail`` says in Russian what to do."""

    def __init__(self, code: str, detail: str, **parameters: object) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.parameters = parameters


def parse_cell(column: Column, cell: Cell) -> Any:
    """Read one cell; ``None`` = empty.

    Returns
    -------
    object
        ``str``, ``int``, ``float``, ``bool``, ``date``, ``time``, ``datetime`` (aware or local)
        or a tuple, by the column's type; a controlled list gives its canonical values.

    Raises
    ------
    CellError
        With the code and what to do.
    """
    if isinstance(cell, str):
        cell = cell.replace("\u00a0", " ").strip()
        if cell.upper() in _EXCEL_ERRORS:
            raise CellError("cell_error_value", f"в ячейке ошибка {cell}: исправьте формулу")
    if _is_empty(column, cell):
        return None
    return _PARSERS[column.type](column, cell)


def _is_empty(column: Column, cell: Cell) -> bool:
    if cell is None or cell == "":
        return True
    if column.type in (ColumnType.TEXT, ColumnType.BOOLEAN) or not isinstance(cell, str):
        return False
    return cell.casefold() in _EMPTY


# --------------------------------------------------------------------------- text and ids


def _text(column: Column, cell: Cell) -> str:
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    if isinstance(cell, dt.date | dt.time):
        text = cell.isoformat()
    elif isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    else:
        text = str(cell)
    if len(text) > TEXT_MOST:
        raise CellError("text_too_long", f"текст длиннее {TEXT_MOST} знаков: сократите его")
    if "\x00" in text:
        raise CellError("text_unreadable", "в тексте есть нулевые знаки: пересохраните файл")
    return text


def _id(column: Column, cell: Cell) -> str:
    text = _text(column, cell)
    # Excel turns the id 123 into the number 123.0 on the way to CSV.
    match = _ID_FLOAT.fullmatch(text)
    return match[1] if match else text


# --------------------------------------------------------------------------- numbers


def _number(column: Column, cell: Cell) -> float:
    value = _float(column, cell)
    if not math.isfinite(value):
        raise CellError(
            "number_not_finite",
            f"«{cell}» — не конечное число: впишите число или оставьте ячейку пустой",
        )
    _check_range(column, value)
    return value


def _float(column: Column, cell: Cell) -> float:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise CellError("number_unreadable", f"здесь должно быть число, а не «{cell}»")
    if isinstance(cell, Percent) and column.no_percent:
        raise CellError(
            "percent_cell",
            f"в ячейке процент ({cell.shown}), а столбец «{column.header}» — {column.unit}: "
            "задайте ей числовой формат и впишите балл либо число процентов с максимумом 100",
        )
    if isinstance(cell, int | float):
        try:
            return float(cell)
        except OverflowError:
            return math.inf
    text = _without_unit(column, cell)
    if _NOT_FINITE.fullmatch(text):
        return math.nan
    if _GROUPED.fullmatch(text):
        text = text.replace(" ", "")
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        hint = " Уберите знак процента и укажите максимум 100." if "%" in text else ""
        if not hint and column.unit:
            hint = f" Столбец «{column.header}» — {column.unit}."
        raise CellError("number_unreadable", f"«{cell}» — не число: впишите одно число.{hint}")
    return float(text)


def _without_unit(column: Column, text: str) -> str:
    for unit in sorted(column.units_written, key=len, reverse=True):
        words = r"\W*".join(re.escape(w) for w in unit.split())
        match = re.fullmatch(rf"(.*\d)\s*{words}\.?", text, re.IGNORECASE)
        if match:
            return match[1].strip()
    return text


def _integer(column: Column, cell: Cell) -> int:
    value = _number(column, cell)
    if value != int(value):
        raise CellError("integer_expected", f"«{cell}» — не целое: впишите целое число")
    return int(value)


def _check_range(column: Column, value: float) -> None:
    low = column.least if not column.positive else 0.0
    too_low = low is not None and (value < low or (column.positive and value == 0))
    if not too_low and (column.most is None or value <= column.most):
        return
    bounds = []
    if low is not None:
        bounds.append(f"больше {low:g}" if column.positive else f"не меньше {low:g}")
    if column.most is not None:
        bounds.append(f"не больше {column.most:g}")
    code = column.range_code if too_low else "out_of_range"
    raise CellError(code, f"{value:g}: должно быть {' и '.join(bounds)}", value=value)


def _integer_list(column: Column, cell: Cell) -> tuple[int, ...]:
    if isinstance(cell, str):
        return tuple(_integer(column, item) for item in split_list(cell))
    return (_integer(column, cell),)


# --------------------------------------------------------------------------- yes or no, lists


def _boolean(column: Column, cell: Cell) -> bool | None:
    if isinstance(cell, bool):
        return cell
    text = normalise(_text(column, cell)) or _text(column, cell)
    if text in TRUE_WORDS:
        return True
    if text in FALSE_WORDS:
        return False
    if text in {"–", "—", "н д", "нет данных", "не указано", "n a"}:
        return None
    raise CellError("boolean_unreadable", f"«{cell}»: впишите «да» или «нет»")


@cache
def _spelled(items: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    """Folded spelling → canonical value; a canonical value or first wording wins a clash."""
    spelled: dict[str, str] = {}
    for value, names in items:
        spelled.setdefault(normalise(value), str(value))
        spelled.setdefault(normalise(names[0]), str(value))
    for value, names in items:
        for name in names[1:]:
            spelled.setdefault(normalise(name), str(value))
    return spelled


def spelled_values(column: Column) -> Mapping[str, str]:
    """Folded spelling → canonical value of a controlled list."""
    return _spelled(tuple((str(k), v) for k, v in (column.words or {}).items()))


def _enum(column: Column, cell: Cell) -> str:
    text = _text(column, cell)
    spelled = spelled_values(column)
    folded = normalise(text)
    if folded in spelled:
        return spelled[folded]
    if column.by_prefix:
        parts = folded.split()
        for n in range(len(parts) - 1, 0, -1):
            if (found := spelled.get(" ".join(parts[:n]))) is not None:
                return found
    words = column.words or {}
    close = nearest(text, [w for names in words.values() for w in names] + list(words))
    hint = f"Похоже на: {', '.join(f'«{c}»' for c in close)}. " if close else ""
    allowed = ", ".join(names[0] for names in words.values())
    raise CellError(
        "enum_unknown",
        f"значение «{text}» неизвестно. {hint}Допустимы: {allowed}; иные слова можно сопоставить "
        "в файле соответствий (values)",
        value=text,
        nearest=close,
    )


def split_list(text: str, *, commas: bool = False) -> tuple[str, ...]:
    r"""Split at ``;`` (and ``,`` if asked); ``\;``, ``\,`` and ``\\`` stand for themselves."""
    pattern = _LIST_ITEM_COMMA if commas else _LIST_ITEM
    items = (re.sub(r"\\([;,\\])", r"\1", item.strip()) for item in pattern.findall(text))
    return tuple(item for item in items if item)


def join_list(items: tuple[str, ...]) -> str:
    r"""Write a list so that ``split_list`` gives it back, commas escaped as well."""
    return ";".join(re.sub(r"([;,\\])", r"\\\1", item) for item in items)


def _list(column: Column, cell: Cell) -> tuple[str, ...]:
    return split_list(_id(column, cell), commas=column.comma_splits)


def _enum_list(column: Column, cell: Cell) -> tuple[str, ...]:
    found = [_enum(column, item) for item in split_list(_text(column, cell), commas=True)]
    return tuple(dict.fromkeys(found))


# --------------------------------------------------------------------------- dates and times


def _date(column: Column, cell: Cell) -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, str):
        # A date column exported with midnight times is still a date.
        text = re.sub(r"[T\s]+0?0:00(:00(\.0+)?)?$", "", cell)
        try:
            return parse_date(text)
        except ValueError:
            pass
    hint = (
        "похоже на внутреннее число Excel: задайте ячейке формат даты"
        if isinstance(cell, int | float)
        else "впишите дату как дд.мм.гггг или гггг-мм-дд"
    )
    raise CellError("date_unreadable", f"«{cell}» — не дата: {hint}")


def _dates(column: Column, cell: Cell) -> str:
    if isinstance(cell, dt.datetime | dt.date):
        return f"{cell:%d.%m.%Y}"
    return _text(column, cell)


def _moment(column: Column, cell: Cell) -> dt.time | dt.datetime:
    if isinstance(cell, dt.datetime | dt.time):
        return cell
    if isinstance(cell, str):
        try:
            return _moment_of(cell)
        except ValueError:
            pass
    raise CellError(
        "moment_unreadable",
        f"«{cell}»: впишите время чч:мм либо дату и время (2026-10-07 15:00, 07.10.2026 15:00, "
        "2026-10-07T15:00:00+03:00)",
    )


def _moment_of(text: str) -> dt.time | dt.datetime:
    if match := _TIME.fullmatch(text):
        return dt.time(int(match[1]), int(match[2]), int(match[3] or 0))
    if match := _LOCAL.fullmatch(text):
        clock = dt.time.fromisoformat(match[2].zfill(len(match[2]) + (match[2][1] == ":")))
        return dt.datetime.combine(parse_date(match[1]), clock)
    moment = dt.datetime.fromisoformat(text)
    if len(text) <= len("2026-10-07"):
        raise ValueError("a date without a time")
    return moment


_PARSERS: Mapping[ColumnType, Callable[[Column, Cell], Any]] = {
    ColumnType.TEXT: _text,
    ColumnType.ID: _id,
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: _date,
    ColumnType.DATES: _dates,
    ColumnType.MOMENT: _moment,
    ColumnType.ENUM: _enum,
    ColumnType.ENUM_LIST: _enum_list,
    ColumnType.LIST: _list,
    ColumnType.INTEGER_LIST: _integer_list,
}
