"""Geometry of bars: one row of a table beside its bar, its interval and its number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.documents.lettering import text_width, wrapped
from engine.documents.reports.model import Amount, Cell, Figure, Unit
from engine.documents.reports.scale import Scale, scale_of
from engine.documents.reports.speak import Speaker

WIDTH = 960.0
X0 = 330.0
NUMBERS = 150.0
"""Room for the numbers to the right of the bars."""
HEAD, LINE, LETTERS, FOOT = 24.0, 16.0, 13.0, 30.0
ROWS_MOST = 26
"""Rows of one picture: it fits a page of A4 with its heading, also where titles take two lines."""
INSIDE = 11.0

LEVEL_FILLS = (("#123a63", "#ffffff"), ("#a9c6e4", "#1c2430"), ("#eef2f7", "#1c2430"))
"""Fill and ink of the parts of a bar, in order; lightness alone tells them apart in print."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar; ``said`` is written in it, empty where it is too narrow."""

    x: float
    width: float
    fill: str
    ink: str
    said: str
    hint: str


@dataclass(frozen=True, slots=True)
class BarRow:
    """One row; ``first`` is the base line of the first of ``lines``, ``end`` that of its number.

    ``whisker`` holds both ends of the interval; ``None`` = there is none.
    """

    lines: tuple[str, ...]
    top: float
    height: float
    middle: float
    first: float
    parts: tuple[Part, ...]
    whisker: tuple[float, float] | None
    end: float
    said: str
    known: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """All that the template needs; ``legend`` names the parts of a bar, empty where it has one."""

    width: float
    height: float
    bottom: float
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[BarRow, ...]
    target: tuple[float, str] | None
    legend: tuple[tuple[float, str, str], ...]
    interval: bool


def build_bars(figure: Figure, speaker: Speaker) -> tuple[Bars, ...]:
    """Lay the rows of a figure out in as many pictures as they need, on one scale.

    Titles are wrapped, never cut; a row without a number says why instead of a bar.
    """
    rows = figure.table.rows
    unit = _unit_of(figure)
    scale = _scale(figure, unit)
    chunks = [rows[at : at + ROWS_MOST] for at in range(0, len(rows), ROWS_MOST)]
    return tuple(_picture(figure, chunk, unit, scale, speaker) for chunk in chunks)


def _unit_of(figure: Figure) -> Unit:
    found = (c.unit for row in figure.table.rows for c in _drawn(figure, row) if _is_number(c))
    return next(found, Unit.COUNT)


def _scale(figure: Figure, unit: Unit) -> Scale:
    if len(figure.values) > 1:
        return Scale(1.0, 0.2)
    amounts = [c for row in figure.table.rows for c in _drawn(figure, row)]
    ends = [v for a in amounts for v in (a.value, a.high) if v is not None]
    return scale_of([*ends, *([] if figure.target is None else [figure.target])], unit)


def _drawn(figure: Figure, row: Sequence[Cell]) -> tuple[Amount, ...]:
    cells = (row[i] for i in figure.values)
    return tuple(c for c in cells if isinstance(c, Amount))


def _is_number(amount: Amount) -> bool:
    return amount.value is not None and math.isfinite(amount.value)


def _picture(
    figure: Figure, rows: Sequence[Sequence[Cell]], unit: Unit, scale: Scale, speaker: Speaker
) -> Bars:
    room = WIDTH - X0 - NUMBERS
    made: list[BarRow] = []
    y = HEAD
    for row in rows:
        made.append(_row(figure, row, y, scale, room, speaker))
        y += made[-1].height
    ticks = tuple((X0 + room * scale.part(t), speaker.value(t, unit)) for t in scale.ticks)
    target = None
    if figure.target is not None:
        said = speaker.say("chart_target", {"target": Amount(figure.target, unit)})
        target = (X0 + room * scale.part(figure.target), said)
    interval = any(r.whisker for r in made)
    legend = _legend(figure, speaker)
    foot = FOOT if target or interval or legend else 8.0
    return Bars(WIDTH, y + foot, y, ticks, tuple(made), target, legend, interval)


def _row(
    figure: Figure,
    row: Sequence[Cell],
    top: float,
    scale: Scale,
    room: float,
    speaker: Speaker,
) -> BarRow:
    lines = wrapped(speaker.cell(row[0]), X0 - 14, LETTERS)
    height = max(26.0, LINE * len(lines) + 10)
    middle = top + height / 2
    amounts = _drawn(figure, row)
    known = len(amounts) == len(figure.values) and all(map(_is_number, amounts))
    parts = _parts(figure, amounts, scale, room, speaker) if known else ()
    whisker = None
    if known and len(amounts) == 1 and amounts[0].low is not None and amounts[0].high is not None:
        whisker = (X0 + room * scale.part(amounts[0].low), X0 + room * scale.part(amounts[0].high))
    ends = [X0, *(p.x + p.width for p in parts), *(whisker or ())]
    said = speaker.cell(row[figure.values[0]]) if len(figure.values) == 1 or not known else ""
    first = middle - LINE * (len(lines) - 1) / 2 + 4.5
    end = max(ends) + 7 if known else X0 + 7
    return BarRow(lines, top, height, middle, first, parts, whisker, end, said, known)


def _parts(
    figure: Figure, amounts: Sequence[Amount], scale: Scale, room: float, speaker: Speaker
) -> tuple[Part, ...]:
    if len(amounts) == 1:
        width = room * scale.part(amounts[0].value or 0.0)
        return (Part(X0, width, "#1f5c99", "#ffffff", "", speaker.cell(amounts[0])),)
    made, x = [], X0
    heads = [speaker.text(figure.table.columns[i].head) for i in figure.values]
    for amount, head, (fill, ink) in zip(amounts, heads, _fills(len(amounts)), strict=True):
        width = room * scale.part(amount.value or 0.0)
        said = speaker.amount(Amount(amount.value, amount.unit))
        fits = text_width(said, INSIDE) + 6 <= width
        made.append(Part(x, width, fill, ink, said if fits else "", f"{head}: {said}"))
        x += width
    return tuple(made)


def _fills(count: int) -> Sequence[tuple[str, str]]:
    return [LEVEL_FILLS[min(i, len(LEVEL_FILLS) - 1)] for i in range(count)]


def _legend(figure: Figure, speaker: Speaker) -> tuple[tuple[float, str, str], ...]:
    """Place, fill and words of each part."""
    if len(figure.values) == 1:
        return ()
    made, x = [], X0
    fills = _fills(len(figure.values))
    for i, (fill, _) in zip(figure.values, fills, strict=True):
        head = speaker.text(figure.table.columns[i].head)
        made.append((x, fill, head))
        x += 40 + text_width(head, 12)
    return tuple(made)
