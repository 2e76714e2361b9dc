"""Geometry of the heat map of groups: one row a group, one column a competency."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.documents.lettering import wrapped
from engine.documents.text import clean
from engine.wording import label, phrase
from engine.wording.quantities import percent
from engine.wording.summaries import LEVELS

TITLE = 300.0
CELL = 108.0
CELL_HEIGHT = 40.0
_TITLE_LETTERS, _HEAD_LETTERS = 13.0, 12.0
_DARK, _LIGHT = "#1c2430", "#ffffff"

# Lightness alone carries the share, so a grey print tells the same; the ink turns where the
# contrast of dark on the fill falls below 4.5.
_FILLS = ("#f4f6f9", "#dbe8f5", "#a9c6e4", "#3f74ab", "#1f5c99", "#123a63")
_BOUNDS = (0.1, 0.25, 0.5, 0.7, 0.85)
_FIRST_DARK = 3


@dataclass(frozen=True, slots=True)
class Head:
    """A competency above its column; ``y`` is the base line of the first of ``lines``."""

    x: float
    y: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One group at one competency; ``fill`` is empty where the number is not shown."""

    x: float
    fill: str
    ink: str
    value: str
    interval: str
    hint: str


@dataclass(frozen=True, slots=True)
class Row:
    """One group; ``first`` is the base line of the first of the ``lines`` of its name."""

    top: float
    middle: float
    height: float
    first: float
    lines: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """All that the template needs; ``legend`` holds fill, ink and words."""

    width: float
    height: float
    cell_width: float
    title: str
    description: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    legend: tuple[tuple[str, str, str], ...]


def build_heat_map(
    table: Mapping[str, Any], level: str, node_level_nodes: Sequence[str] | None, language: str
) -> HeatMap | None:
    """Lay the groups of a table out against its competencies.

    Parameters
    ----------
    table
        JSON form of a ``GroupTable``, as ``POST /deficits/groups`` answers.
    level
        Level whose expected share is shown: ``high``, ``medium`` or ``minimal``.
    node_level_nodes
        Codes of the competencies to show, in this order; ``None`` = all, as they come.
    language
        ``ru`` or ``en``.

    Returns
    -------
    HeatMap or None
        ``None`` where nothing is left to show.
    """
    rows = [r for r in table["rows"] if node_level_nodes is None or r["node"] in node_level_nodes]
    nodes = {r["node"]: clean(r["node_title"]) for r in rows}
    order = [n for n in node_level_nodes if n in nodes] if node_level_nodes else list(nodes)
    groups: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        key = (row["group"]["grouping"], row["group"]["key"])
        groups.setdefault(key, {})[row["node"]] = row
    if not groups:
        return None
    place = LEVELS.index(level)
    heads, top = _heads([nodes[node] for node in order])
    laid: list[Row] = []
    for of_group in groups.values():
        laid.append(_row(of_group, order, place, top, language))
        top += laid[-1].height
    named = label("official_level", level, language)
    return HeatMap(
        width=TITLE + CELL * len(order),
        height=top + 40,
        cell_width=CELL,
        title=phrase("heat_title", language, level=named),
        description=phrase("heat_desc", language, level=named),
        heads=heads,
        rows=tuple(laid),
        legend=(*_legend(language), ("", _DARK, phrase("heat_withheld", language))),
    )


def _heads(titles: Sequence[str]) -> tuple[tuple[Head, ...], float]:
    named = [wrapped(title, CELL - 4, _HEAD_LETTERS) for title in titles]
    most = max(len(lines) for lines in named)
    heads = (
        Head(TITLE + CELL * i, 14.0 + 14 * (most - len(lines)), lines)
        for i, lines in enumerate(named)
    )
    return tuple(heads), 14.0 * most + 10


def _row(
    of_group: Mapping[str, Mapping[str, Any]],
    order: Iterable[str],
    place: int,
    top: float,
    language: str,
) -> Row:
    group = next(iter(of_group.values()))["group"]
    name = clean(group["title"] or group["key"]) or label(
        "group_kind" if group["grouping"] == "all" else "group_absent", group["grouping"], language
    )
    lines = wrapped(name, TITLE - 12, _TITLE_LETTERS)
    height = max(CELL_HEIGHT, 15.0 * len(lines) + 8)
    middle = top + height / 2
    cells = tuple(
        _cell(TITLE + CELL * i, name, of_group.get(node), place, language)
        for i, node in enumerate(order)
    )
    return Row(top, middle, height, middle - 7.5 * (len(lines) - 1) + 4, lines, cells)


def _cell(x: float, group: str, row: Mapping[str, Any] | None, place: int, language: str) -> Cell:
    shares = None if row is None else row["shares"]
    if row is None or shares is None:
        return Cell(x, "", _DARK, "—", "", f"{group}: {phrase('heat_withheld', language)}")
    expected = shares[place]["expected"]
    low, high = shares[place]["interval_90"]
    hint = phrase(
        "heat_hint",
        language,
        group=group,
        node=clean(row["node_title"]),
        share=percent(expected, language),
        low=percent(low, language),
        high=percent(high, language),
        measured=row["n_measured"],
        members=row["n_members"],
    )
    step = sum(expected >= bound for bound in _BOUNDS)
    ink = _LIGHT if step >= _FIRST_DARK else _DARK
    span = f"{math.floor(100 * low + 0.5)}–{math.floor(100 * high + 0.5)}"
    return Cell(x, _FILLS[step], ink, percent(expected, language), span, hint)


def _legend(language: str) -> Iterable[tuple[str, str, str]]:
    ends = (0.0, *_BOUNDS, 1.0)
    for step, fill in enumerate(_FILLS):
        low, high = (f"{100 * end:.0f}" for end in ends[step : step + 2])
        yield fill, _DARK, phrase("heat_range", language, low=low, high=high)
