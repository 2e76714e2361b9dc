"""Raw cells of one file or sheet, within the bounds of size."""

from __future__ import annotations

from dataclasses import dataclass

from engine.interchange.faults import FaultLog, Place
from engine.interchange.values import Cell

ROWS_MOST = 300_000
COLUMNS_MOST = 500

Row = tuple[int, list[Cell]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Raw cells of one CSV file or one sheet of a workbook.

    Parameters
    ----------
    file
        How faults name it: ``scores.csv`` or ``base.xlsx, лист «Баллы»``.
    name
        Sheet's name, or the file's name without its ending.
    rows
        Non-empty rows with their number as a spreadsheet counts them, from 1.
    """

    file: str
    name: str
    rows: tuple[Row, ...]

    @property
    def head(self) -> list[list[Cell]]:
        """Cells of the first ten rows."""
        return [cells for _, cells in self.rows[:10]]


class RowCollector:
    """Gathers non-empty rows within the bounds of size."""

    def __init__(self, label: str, log: FaultLog) -> None:
        self.rows: list[Row] = []
        self._label = label
        self._log = log

    def add(self, number: int, cells: list[Cell]) -> bool:
        """Add a row; ``False`` when a bound is broken (an error was logged)."""
        while cells and _blank(cells[-1]):
            cells.pop()
        if not cells:
            return True
        if len(cells) > COLUMNS_MOST:
            self._log.error(
                "too_many_columns",
                f"больше {COLUMNS_MOST} столбцов: удалите лишние или проверьте разделитель",
                Place(self._label, number),
            )
            return False
        if len(self.rows) >= ROWS_MOST:
            self._log.error(
                "too_many_rows",
                f"больше {ROWS_MOST} строк: разделите файл",
                Place(self._label, number),
            )
            return False
        self.rows.append((number, cells))
        return True


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
