"""What is known of a whole region on one day, as columns: what indicators and analysis read.

Frames, not records: a region has tens of thousands of educators and millions of rows, and what is
counted is counted by column. Whoever fills them (a data package, the store, a simulation) puts
outside ids in; nothing here knows a name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from engine.domain import Activity, Mentor, Offering, Organisation
from engine.registers import Registers

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "educators": (
            "educator",
            "position",
            "manager",
            "organisation",
            "district",
            "rural",
            "turns_35_on",
            "pedagogical_start",
            "post_start",
            "subjects",
        ),
        "sittings": (
            "educator",
            "date",
            "procedure",
            "method",
            "node",
            "score",
            "max_score",
        ),
        "routes": (
            "route",
            "educator",
            "created_on",
            "state",
            "agreed_on",
            "ended_on",
            "diagnosed",
            "mentor",
        ),
        "participation": (
            "educator",
            "activity",
            "offering",
            "route",
            "state",
            "date",
            "ended_on",
            "selected_by_deficit",
        ),
    }
)
"""Columns of each frame, in order; their meaning stands in ``RegionRecord``."""

MORE_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"educators": ("stages",), "sittings": ("n_tasks",)}
)
"""Columns that a frame may have after these, any of them, in order; absent = nowhere stated."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionRecord:
    """A region as of one instant.

    Days are ``datetime64[ns]`` at midnight without zone (the region's days), NaT = not known.
    Ids are strings, ``None`` = none.

    Parameters
    ----------
    as_of
        Instant with offset.
    educators
        One row each. ``educator`` id; ``position`` a value of ``Position``; ``manager`` bool;
        ``organisation`` id or None; ``district`` string, empty = not stated; ``rural`` True,
        False or None; ``turns_35_on``, ``pedagogical_start``, ``post_start`` days; ``subjects``
        tuple of strings. May have ``stages``, tuples of values of ``Stage``; empty = not stated.
    sittings
        One row for each score: ``educator``; ``date``; ``procedure`` id; ``method`` a value of
        ``Method``; ``node`` code; ``score`` and ``max_score`` floats, 0 ≤ score ≤ max_score.
        May have ``n_tasks``, tasks behind the score; NaN = not stated.
    routes
        One row each. ``created_on``, ``agreed_on``, ``ended_on`` days; ``state`` as
        ``engine.lifecycle.states`` names it; ``diagnosed`` bool: a demand of the route rests on a
        diagnostic result (not on a request alone); ``mentor`` id or None.
    participation
        One row for each activity that an educator enrolled in, whether by a route or told of
        otherwise. ``offering`` and ``route`` ids or None; ``state`` of ``planned``, ``enrolled``,
        ``attended``, ``completed``, ``missed``, ``cancelled``; ``date`` the day it began or was
        told of; ``ended_on`` the day it was completed; ``selected_by_deficit`` True where the
        stored route links the activity to a measured deficit, False where it links it to none,
        None where no route is known for it.
    """

    as_of: dt.datetime
    educators: pd.DataFrame
    sittings: pd.DataFrame
    routes: pd.DataFrame
    participation: pd.DataFrame
    activities: tuple[Activity, ...] = ()
    offerings: tuple[Offering, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    mentors: tuple[Mentor, ...] = ()
    registers: Registers = field(default_factory=Registers)

    def __post_init__(self) -> None:
        for name, columns in COLUMNS.items():
            found = tuple(getattr(self, name).columns)
            more = tuple(c for c in MORE_COLUMNS.get(name, ()) if c in found)
            if found != columns + more:
                raise ValueError(f"{name} must have the columns {columns}, not {found}")
