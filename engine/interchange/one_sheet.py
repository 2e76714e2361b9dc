"""A file that holds one table whose columns are not all known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.interchange.columns import Column, Table
from engine.interchange.faults import FaultLog, Place
from engine.interchange.files import read_file
from engine.interchange.headers import find_header, match_column, match_table
from engine.interchange.names import file_name
from engine.interchange.sheets import Row, Sheet
from engine.interchange.tables_evidence import ITEMS, RESPONSES
from engine.interchange.values import Cell, CellError, parse_cell

_NUMBERS = frozenset({"", "0", "1", "0.0", "1.0", "-"})


def one_sheet(path: Path, table: Table, log: FaultLog) -> Sheet | None:
    """The sheet of a file that is the table: the only one, or the one of its name.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    """
    if not path.exists():
        raise FileNotFoundError(2, "нет файла", str(path))
    label = file_name(path)
    faulty = len(log.errors)
    sheets = read_file(path, label, log)
    if len(sheets) > 1:
        sheets = [s for s in sheets if match_table(s.name, (RESPONSES, ITEMS)) is table]
        if len(sheets) != 1:
            detail = f"в книге несколько листов: оставьте один или назовите нужный «{table.title}»"
            log.error("sheet_not_chosen", detail, Place(label))
            return None
    if len(log.errors) > faulty:
        return None
    if not sheets or not sheets[0].rows:
        log.error("file_empty", "файл пуст: нужна строка заголовков и строки под ней", Place(label))
        return None
    return sheets[0]


@dataclass(frozen=True, slots=True)
class LongLayout:
    """Where the columns of a long table stand, and its rows below the header."""

    at: dict[str, int]
    rows: tuple[Row, ...]

    def cell(self, cells: Sequence[Cell], column: str) -> Cell:
        """A cell of a row; ``None`` where the row is shorter or the column absent."""
        at = self.at.get(column, len(cells))
        return cells[at] if at < len(cells) else None


def long_layout(sheet: Sheet, table: Table) -> LongLayout | None:
    """Layout of a long table; ``None`` where a required column is not in the header."""
    index = find_header(sheet.head, (), table).index
    header = sheet.rows[index][1]
    at: dict[str, int] = {}
    for i, cell in enumerate(header):
        column = match_column(str(cell), table) if cell is not None else None
        if column is not None:
            at.setdefault(column.name, i)
    if any(c.name not in at for c in table.required):
        return None
    return LongLayout(at, sheet.rows[index + 1 :])


@dataclass(frozen=True, slots=True)
class WideLayout:
    """Names over the columns of a wide table after the first, and the rows below.

    Parameters
    ----------
    names
        By the position of the column; columns without a name and without cells are left out.
    """

    header_row: int
    names: dict[int, str]
    rows: tuple[Row, ...]


def wide_layout(sheet: Sheet, column: Column, log: FaultLog) -> WideLayout | None:
    """Layout of a wide table, its faults logged; ``None`` where its header cannot be used.

    Parameters
    ----------
    column
        How a name in the header is read.
    """
    number, header = sheet.rows[0]
    place = Place(sheet.file, number)
    texts = ["" if c is None else str(c).strip() for c in header]
    if len(texts) < 2 or _NUMBERS.issuperset(texts[1:]):
        detail = "нет строки заголовков: в первой строке нужны названия столбцов"
        log.error("header_missing", detail, place)
        return None
    rows = sheet.rows[1:]
    names = {i: str(parse_cell(column, header[i])) for i in range(1, len(header)) if texts[i]}
    good = _named_once(names, place, log)
    for row, cells in rows:
        bare = [i for i in range(1, len(cells)) if i not in names and cells[i] not in (None, "")]
        if bare:
            detail = f"в столбце {bare[0] + 1} есть значение, а названия у столбца нет"
            log.error("header_missing", detail, Place(sheet.file, row))
            good = False
    return WideLayout(number, names, rows) if good else None


def _named_once(names: dict[int, str], place: Place, log: FaultLog) -> bool:
    twice = {name for name in names.values() if list(names.values()).count(name) > 1}
    for name in sorted(twice):
        detail = f"столбец «{name}» стоит дважды: оставьте один"
        log.error("column_twice", detail, place.at(name))
    return not twice


def read_id(column: Column, cell: Cell, place: Place, log: FaultLog) -> str | None:
    """An id that must be there; ``None`` after an error."""
    try:
        value = parse_cell(column, cell)
    except CellError as error:
        log.error(error.code, error.detail, place, **error.parameters)
        return None
    if value is None:
        detail = f"пусто в обязательном столбце «{column.header}»: впишите значение"
        log.error("cell_empty", detail, place)
        return None
    return str(value)
