"""Geometry of the deficit profile: one row a demand, its title beside its bar."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.documents.lettering import wrapped
from engine.documents.view import DeficitView, RouteView
from engine.wording.quantities import number

WIDTH = 960.0
X0 = 410.0
SCALE = 400.0
HEAD = 20.0
LINE = 16.0
TITLE, LETTERS = 395.0, 13.0


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One demand; ``first`` is the base line of the first of its title's ``lines``."""

    deficit: DeficitView
    measured: bool
    lines: tuple[str, ...]
    top: float
    first: float
    middle: float


@dataclass(frozen=True, slots=True)
class Profile:
    """All that the template needs; the scale runs from ``x0`` over ``scale``.

    ``route`` tells whether there is a route, whose share is then part of the legend.
    """

    width: float
    height: float
    x0: float
    scale: float
    bottom: float
    route: bool
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[ProfileRow, ...]


def build_profile(view: RouteView, *, route: bool) -> Profile | None:
    """Lay the demands out below each other; titles are wrapped, never cut.

    Parameters
    ----------
    view
        The recommendation in words.
    route
        Whether there is a route.

    Returns
    -------
    Profile or None
        ``None`` where there is no demand.
    """
    rows: list[ProfileRow] = []
    y = HEAD + 6
    for d in view.deficits:
        lines = wrapped(d.title, TITLE, LETTERS)
        height = max(30.0, LINE * len(lines) + 12)
        middle = y + height / 2
        first = middle - LINE * (len(lines) - 1) / 2 + 4.5
        rows.append(ProfileRow(d, not math.isnan(d.estimate), lines, y, first, middle))
        y += height
    if not rows:
        return None
    ticks = tuple((at, number(at, view.language, 2)) for at in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Profile(WIDTH, y + 36, X0, SCALE, y, route, ticks, tuple(rows))
