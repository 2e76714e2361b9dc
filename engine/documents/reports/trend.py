"""Geometry of a trend: lines over periods, told apart by their marks and dashes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby

from engine.documents.lettering import fitted, text_width, wrapped
from engine.documents.reports.model import Amount, Figure, Unit
from engine.documents.reports.scale import Scale, scale_of
from engine.documents.reports.speak import Speaker

WIDTH, LEFT, RIGHT, TOP, PLOT = 960.0, 70.0, 20.0, 16.0, 240.0
LETTERS, LINE = 12.0, 16.0
MARKS = ("circle", "square", "diamond", "triangle")
DASHES = ("", "7 4", "2 3", "10 3 2 3")
INKS = ("#1f5c99", "#a96a08", "#2c7a52", "#6a4c93")


@dataclass(frozen=True, slots=True)
class Point:
    """One number; ``said`` stands above it."""

    x: float
    y: float
    said: str
    hint: str


@dataclass(frozen=True, slots=True)
class Line:
    """One column; ``runs`` are its points without the periods of which nothing is known."""

    name: tuple[str, ...]
    mark: str
    dash: str
    ink: str
    y: float
    runs: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """All that the template needs."""

    width: float
    height: float
    left: float
    right: float
    bottom: float
    ticks: tuple[tuple[float, str], ...]
    periods: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    target: tuple[float, str] | None


def build_trend(figure: Figure, speaker: Speaker) -> Trend:
    """Lay the columns of a figure out over its rows; a period without a number breaks a line."""
    unit, scale = _scale(figure)
    right = WIDTH - RIGHT
    rows = figure.table.rows
    # each period has its own room, so that the first and the last one's names fit
    step = (right - LEFT) / max(1, len(rows))
    places = [LEFT + step * (i + 0.5) for i in range(len(rows))]
    bottom = TOP + PLOT
    legend = bottom + 44.0
    lines = []
    for order, column in enumerate(figure.values):
        name = wrapped(speaker.text(figure.table.columns[column].head), right - LEFT - 60, LETTERS)
        runs = _runs(figure, column, places, bottom, scale, speaker)
        style = order % len(MARKS)
        lines.append(Line(name, MARKS[style], DASHES[style], INKS[style], legend, runs))
        legend += LINE * len(name) + 4
    target = None
    if figure.target is not None:
        said = speaker.say("chart_target", {"target": Amount(figure.target, unit)})
        target = (bottom - PLOT * scale.part(figure.target), said)
    return Trend(
        width=WIDTH,
        height=legend - 6,
        left=LEFT,
        right=right,
        bottom=bottom,
        ticks=tuple((bottom - PLOT * scale.part(t), speaker.value(t, unit)) for t in scale.ticks),
        periods=tuple(
            (x, fitted(speaker.cell(row[0]), step - 4, LETTERS))
            for x, row in zip(places, rows, strict=True)
        ),
        lines=tuple(lines),
        target=target,
    )


def _scale(figure: Figure) -> tuple[Unit, Scale]:
    cells = [row[i] for row in figure.table.rows for i in figure.values]
    amounts = [c for c in cells if isinstance(c, Amount)]
    unit = amounts[0].unit if amounts else Unit.COUNT
    values = [a.value for a in amounts if a.value is not None]
    return unit, scale_of([*values, *([] if figure.target is None else [figure.target])], unit)


def _runs(
    figure: Figure,
    column: int,
    places: list[float],
    bottom: float,
    scale: Scale,
    speaker: Speaker,
) -> tuple[tuple[Point, ...], ...]:
    def point(x: float, period: str, amount: Amount) -> Point:
        said = speaker.amount(amount)
        y = bottom - PLOT * scale.part(amount.value or 0.0)
        room = text_width(said, LETTERS) / 2
        return Point(min(x, WIDTH - room), y, said, f"{period}: {said}")

    found = [
        (x, speaker.cell(row[0]), cell if isinstance(cell := row[column], Amount) else None)
        for x, row in zip(places, figure.table.rows, strict=True)
    ]
    return tuple(
        tuple(point(x, period, amount) for x, period, amount in run if amount is not None)
        for known, run in groupby(found, key=lambda item: _known(item[2]))
        if known
    )


def _known(amount: Amount | None) -> bool:
    return amount is not None and amount.value is not None and math.isfinite(amount.value)
