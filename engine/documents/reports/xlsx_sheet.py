"""A sheet of a workbook that is filled from the top with texts and tables of a report."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from engine.documents.reports.model import Amount, Cell, Table, Text, Unit
from engine.documents.reports.speak import Speaker
from engine.documents.text import clean
from engine.documents.xlsx import CELL_MOST_CHARS, LINE_POINTS, ROW_MOST_POINTS

WIDTH_CHARS = 120.0
NARROWEST, WIDEST, NAMES = 11.0, 60.0, 36.0
CM_PER_ROW = 0.53

FORMATS: Mapping[Unit, str] = {
    Unit.COUNT: "#,##0",
    Unit.SHARE: "0.0%",
    Unit.SIZE: "0.00",
    Unit.CHANGE: "+0.00;-0.00;0.00",
    Unit.AVERAGE: "0.0",
    Unit.HOURS: "0.0",
    Unit.MONEY: '#,##0 "₽"',
}
_HEAD = PatternFill("solid", fgColor="DDE7F3")
_RULE = Border(bottom=Side("thin", color="C3CAD5"))
_WRAP = Alignment(horizontal="left", vertical="top", wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="top", wrap_text=True)
_SIZES = (15, 12, 11)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: row of its head and of its last row, counted from 1."""

    head: int
    last: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as columns of a sheet.

    Parameters
    ----------
    first
        Column of the sheet, from 1, at which each column of the table begins.
    intervals
        Whether that column is followed by two with the ends of its interval.
    """

    table: Table
    first: tuple[int, ...]
    intervals: tuple[bool, ...]

    @staticmethod
    def of(table: Table) -> Grid:
        """Lay a table out."""
        intervals = tuple(
            any(isinstance(row[i], Amount) and row[i].low is not None for row in table.rows)  # type: ignore[union-attr]
            for i in range(len(table.columns))
        )
        first, at = [], 1
        for interval in intervals:
            first.append(at)
            at += 3 if interval else 1
        return Grid(table, tuple(first), intervals)

    @property
    def width(self) -> int:
        """Columns of the sheet."""
        return self.first[-1] + (2 if self.intervals[-1] else 0)

    def chars(self) -> list[float]:
        """Width of each column of the sheet in characters."""
        whole = sum(column.width for column in self.table.columns)
        made: list[float] = []
        for column, interval in zip(self.table.columns, self.intervals, strict=True):
            made.append(min(WIDEST, max(NARROWEST, WIDTH_CHARS * column.width / whole)))
            made += [NARROWEST] * (2 if interval else 0)
        return made


class Sheet:
    """One sheet; every method writes below what is there."""

    def __init__(self, sheet: Worksheet, speaker: Speaker) -> None:
        self.sheet, self.speaker = sheet, speaker
        setup = sheet.page_setup
        setup.paperSize, setup.orientation, setup.fitToHeight = 9, "landscape", 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self.row = 0
        self.chart_end = 0
        self._widths: list[float] = [WIDTH_CHARS]

    # -------------------------------------------------------------------- columns

    def widths(self, widths: Sequence[float]) -> None:
        """Widths of the columns in characters."""
        self._widths = list(widths)
        for i, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(i)].width = width

    def fit(self, grids: Sequence[Grid], *, named: bool = False) -> None:
        """Columns wide enough for each of some tables; ``named`` = for names of facts too."""
        most = max((grid.width for grid in grids), default=1)
        widths = [NARROWEST] * most if grids else [40.0, 80.0]
        for grid in grids:
            for i, width in enumerate(grid.chars()):
                widths[i] = max(widths[i], width)
        if len(widths) == 1:
            widths.append(WIDEST)
        if named:
            widths[0] = max(widths[0], NAMES)
        self.widths(widths)

    # -------------------------------------------------------------------- texts

    def gap(self) -> None:
        """An empty row."""
        self.row += 1

    def heading(self, text: str, level: int) -> None:
        """A heading over the whole width; 0 is the largest."""
        self._wide(text, Font(bold=True, size=_SIZES[level]), _SIZES[level] / 11)

    def text(self, text: str) -> None:
        """A paragraph over the whole width, going on below where no cell holds it."""
        said = clean(text)
        for at in range(0, max(1, len(said)), CELL_MOST_CHARS):
            self._wide(said[at : at + CELL_MOST_CHARS], Font(), 1.0)

    def pair(self, name: Text, value: Cell) -> None:
        """A name and its value beside it."""
        self.row += 1
        self._put(1, self.speaker.text(name), bold=False)
        self._put(2, value, bold=False)
        self._heighten([self.speaker.text(name), self.speaker.cell(value)])

    def _wide(self, text: str, font: Font, size: float) -> None:
        self.row += 1
        end = max(2, min(len(self._widths), 8))
        self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=1, end_column=end)
        cell = self.sheet.cell(self.row, 1)
        _write_text(cell, text)
        cell.font, cell.alignment = font, _WRAP
        room = sum(self._widths[:end]) / size
        lines = math.ceil(1.15 * len(text) / max(1.0, room))
        self.sheet.row_dimensions[self.row].height = _points(lines, size)

    # -------------------------------------------------------------------- tables

    def table(self, grid: Grid, *, below_chart: bool = False, gaps: bool = False) -> Place | None:
        """A table with its title and note; gives where it stands, ``None`` where it has no row.

        Parameters
        ----------
        below_chart
            A chart is to stand at its right: begin below the last one.
        gaps
            Leave cells without a number empty: a line breaks there instead of falling to zero.
        """
        table = grid.table
        if below_chart:
            self.row = max(self.row, self.chart_end)
        self.gap()
        self.heading(self.speaker.text(table.title), 2)
        if not table.rows:
            self.text(self.speaker.text(table.empty))
            return None
        self.row += 1
        head = self.row
        self._head(grid)
        for row in table.rows:
            self._line(grid, row, bold=False, gaps=gaps)
        last = self.row
        if table.total is not None:
            self._line(grid, table.total, bold=True, gaps=gaps)
        if table.note is not None:
            self.text(self.speaker.text(table.note))
        return Place(head, last)

    def _head(self, grid: Grid) -> None:
        said: list[str] = []
        for column, interval in zip(grid.table.columns, grid.intervals, strict=True):
            text = self.speaker.text(column.head)
            said.append(text)
            if interval:
                said += [self.speaker.say(key) for key in ("column_low", "column_high")]
        for i, text in enumerate(said, 1):
            cell = self._put(i, text, bold=True)
            cell.fill = _HEAD
        self._heighten(said)

    def _line(self, grid: Grid, row: Sequence[Cell], *, bold: bool, gaps: bool) -> None:
        self.row += 1
        said: list[str] = [""] * grid.width
        for value, at, interval in zip(row, grid.first, grid.intervals, strict=True):
            if gaps and isinstance(value, Amount) and not _finite(value.value):
                continue
            said[at - 1] = self.speaker.cell(value) if not _is_number(value) else ""
            self._put(at, value, bold=bold)
            if interval and isinstance(value, Amount):
                for offset, end in ((1, value.low), (2, value.high)):
                    if end is not None:
                        self._put(at + offset, Amount(end, value.unit), bold=bold)
        self._heighten(said)

    def _put(self, column: int, value: Cell, *, bold: bool) -> Any:
        cell = self.sheet.cell(self.row, column)
        cell.border, cell.font, cell.alignment = _RULE, Font(bold=bold), _WRAP
        if isinstance(value, Amount) and _finite(value.value):
            cell.value, cell.number_format = value.value, FORMATS[value.unit]
            cell.alignment = _RIGHT
            if value.unit is Unit.COUNT and value.value == int(value.value or 0):
                cell.value = int(value.value or 0)
        elif isinstance(value, dt.date):
            cell.value, cell.number_format = value, "dd.mm.yyyy"
        else:
            _write_text(cell, self.speaker.cell(value))
        return cell

    def _heighten(self, texts: Sequence[str]) -> None:
        """Height of a row in points; only Excel finds it out where the file says none."""
        widths = zip(texts, self._widths, strict=False)
        lines = max((math.ceil(1.15 * len(t) / w) for t, w in widths if t), default=1)
        self.sheet.row_dimensions[self.row].height = _points(lines, 1.0)

    # -------------------------------------------------------------------- charts

    def put_chart(self, chart: Any, place: Place) -> None:
        """A chart to the right of everything, at the height of its table."""
        column = get_column_letter(len(self._widths) + 2)
        self.sheet.add_chart(chart, f"{column}{place.head}")
        self.chart_end = place.head + math.ceil(chart.height / CM_PER_ROW) + 2


def _write_text(cell: Any, text: str) -> None:
    said = clean(text)[:CELL_MOST_CHARS]
    if said:
        cell.value = said
        # openpyxl takes "=…" for a formula, and Excel does when the cell is edited
        cell.data_type, cell.quotePrefix = "s", True


def _is_number(value: Cell) -> bool:
    return isinstance(value, Amount) and _finite(value.value)


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _points(lines: int, size: float) -> float:
    return min(ROW_MOST_POINTS, LINE_POINTS * size * max(1, lines))
