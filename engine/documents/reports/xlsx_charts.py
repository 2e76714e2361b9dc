"""Native charts of a workbook: they refer to the cells of the table that they draw."""

from __future__ import annotations

import math
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.data_source import NumData, NumDataSource, NumVal
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.label import DataLabelList
from openpyxl.worksheet.worksheet import Worksheet

from engine.documents.reports.model import Amount, Drawing, Figure, Unit
from engine.documents.reports.speak import Speaker
from engine.documents.reports.xlsx_sheet import FORMATS, Grid, Place
from engine.documents.text import clean

WIDTH_CM, BAR_CM, LEAST_CM, MOST_CM, LINE_CM = 24.0, 0.62, 7.0, 38.0, 9.5
_INKS = ("1F5C99", "A96A08", "2C7A52", "6A4C93")
_LEVELS = ("123A63", "A9C6E4", "EEF2F7")


def chart_of(figure: Figure, grid: Grid, place: Place, sheet: Worksheet, speaker: Speaker) -> Any:
    """The chart of a figure whose table stands on the sheet already."""
    chart: Any = LineChart() if figure.drawing is Drawing.TREND else BarChart()
    chart.title = clean(speaker.text(figure.table.title))
    chart.title.overlay = False
    for order, column in enumerate(figure.values):
        at = grid.first[column]
        head = clean(speaker.text(figure.table.columns[column].head))
        values = Reference(sheet, min_col=at, min_row=place.head + 1, max_row=place.last)
        series = Series(values, title=head)
        _dress(series, figure, order)
        if grid.intervals[column] and figure.drawing is Drawing.BARS:
            series.errBars = _whiskers(figure, column)
        chart.series.append(series)
    chart.set_categories(Reference(sheet, min_col=1, min_row=place.head + 1, max_row=place.last))
    _axes(chart, figure)
    return chart


def _axes(chart: Any, figure: Figure) -> None:
    unit = _unit(figure)
    chart.x_axis.delete = chart.y_axis.delete = False  # openpyxl hides axes unless told
    chart.y_axis.number_format, chart.y_axis.scaling.min = FORMATS[unit], 0
    chart.width = WIDTH_CM
    if figure.drawing is Drawing.TREND:
        chart.height, chart.legend.position = LINE_CM, "b"
        return
    chart.type, chart.gapWidth = "bar", 45
    chart.x_axis.scaling.orientation = "maxMin"  # the first row stands at the top
    chart.y_axis.crosses = "max"
    chart.height = min(MOST_CM, max(LEAST_CM, 3.0 + BAR_CM * len(figure.table.rows)))
    if figure.drawing is Drawing.LEVELS:
        chart.grouping, chart.overlap, chart.y_axis.scaling.max = "stacked", 100, 1
        chart.legend.position = "b"
    else:
        chart.legend = None
        chart.dataLabels = DataLabelList()
        chart.dataLabels.showVal = True
        for other in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
            setattr(chart.dataLabels, other, False)


def _dress(series: Any, figure: Figure, order: int) -> None:
    if figure.drawing is Drawing.TREND:
        series.graphicalProperties.line.solidFill = _INKS[order % len(_INKS)]
        series.marker.symbol = ("circle", "square", "diamond", "triangle")[order % 4]
        series.marker.graphicalProperties.solidFill = _INKS[order % len(_INKS)]
        series.smooth = False
    elif figure.drawing is Drawing.LEVELS:
        series.graphicalProperties.solidFill = _LEVELS[min(order, 2)]
        series.graphicalProperties.line.solidFill = "596273"
    else:
        series.graphicalProperties.solidFill = _INKS[0]


def _unit(figure: Figure) -> Unit:
    cells = (row[i] for row in figure.table.rows for i in figure.values)
    return next((c.unit for c in cells if isinstance(c, Amount)), Unit.COUNT)


def _whiskers(figure: Figure, column: int) -> ErrorBars:
    """How far the interval reaches to either side of each number."""
    up, down = [], []
    for i, row in enumerate(figure.table.rows):
        cell = row[column]
        if not isinstance(cell, Amount) or cell.value is None or not math.isfinite(cell.value):
            continue
        if cell.low is not None and cell.high is not None:
            up.append(NumVal(idx=i, v=repr(round(cell.high - cell.value, 6))))
            down.append(NumVal(idx=i, v=repr(round(cell.value - cell.low, 6))))
    count = len(figure.table.rows)
    return ErrorBars(
        errDir="y",
        errBarType="both",
        errValType="cust",
        plus=NumDataSource(numLit=NumData(ptCount=count, pt=up)),
        minus=NumDataSource(numLit=NumData(ptCount=count, pt=down)),
    )
