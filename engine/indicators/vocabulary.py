"""What definitions may speak of: tables, their columns, and the days of a comparison.

A column's kind decides which operators it bears. Columns that are ids name the kind of entity
whose ids they are, so that a set of educators is never compared with a set of teams.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ColumnKind(StrEnum):
    """What a column holds."""

    ID = "id"
    WORD = "word"
    FLAG = "flag"
    DAY = "day"
    NUMBER = "number"
    WORDS = "words"
    SPAN = "span"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its kind, and of an id the entity that it names."""

    kind: ColumnKind
    entity: str = ""


OPERATORS: Mapping[ColumnKind, tuple[str, ...]] = MappingProxyType(
    {
        ColumnKind.ID: ("in_set", "stated"),
        ColumnKind.WORD: ("is", "stated"),
        ColumnKind.FLAG: ("is", "stated"),
        ColumnKind.DAY: ("in_period", "after", "not_after", "not_before", "years_below", "stated"),
        ColumnKind.NUMBER: ("at_least", "at_most", "stated"),
        ColumnKind.WORDS: ("includes", "stated"),
        ColumnKind.SPAN: ("open_in_period", "open_on"),
    }
)
"""Operators that a kind of column bears."""

DAYS = ("first_day", "last_day", "known_day")
"""First and last day of the period; ``known_day`` = its last day or that of the record, whichever
comes first: nothing is known of later ones."""

EVENT_DIMENSIONS = ("level", "kind", "provider")
DIMENSIONS = ("district", "organisation", "position", "young", *EVENT_DIMENSIONS)
"""Ways of breaking down; each entity has those that mean something for it."""


def _columns(text: str) -> Mapping[str, Column]:
    """Columns from ``name:kind`` words; ``name:=entity`` is an id of that entity."""
    found = {}
    for word in text.split():
        name, kind = word.split(":")
        if kind.startswith("="):
            found[name] = Column(ColumnKind.ID, kind[1:])
        else:
            found[name] = Column(ColumnKind(kind))
    return MappingProxyType(found)


_ACTIVITY = (
    " kind:word form:word level:word document:word provider:word positions:words subjects:words"
    " themes:words hours:number register:span in_register_ever:flag"
)
_PLACE = " district:word organisation:=organisations"

TABLES: Mapping[str, Mapping[str, Column]] = MappingProxyType(
    {
        "educators": _columns(
            "educator:=educators position:word manager:flag rural:flag subjects:words"
            " turns_35_on:day pedagogical_start:day post_start:day" + _PLACE
        ),
        "organisations": _columns("organisation:=organisations district:word rural:flag"),
        "sittings": _columns(
            "row:=sittings educator:=educators date:day procedure:word method:word node:word"
            " score:number max_score:number share:number"
        ),
        "routes": _columns(
            "route:=routes educator:=educators created_on:day agreed_on:day ended_on:day"
            " active:span state:word diagnosed:flag mentor:=mentors"
        ),
        "participation": _columns(
            "row:=participation educator:=educators activity:=activities run:=runs route:=routes"
            " state:word date:day ended_on:day selected_by_deficit:flag in_register_at_start:flag"
            " in_register_at_end:flag covers_deficit:flag" + _ACTIVITY
        ),
        "activities": _columns("activity:=activities" + _ACTIVITY),
        "runs": _columns(
            "run:=runs activity:=activities start:day end:day during:span self_paced:flag"
            + _ACTIVITY
        ),
        "teams": _columns("team:=teams from_register:flag exists:span members:number" + _PLACE),
        "team_members": _columns("team:=teams educator:=educators from_register:flag exists:span"),
        "methodists": _columns(
            "methodist:=methodists level:word trained_until:day in_post:span subjects:words"
            " assigned_educators:number assigned_organisations:number" + _PLACE
        ),
        "methodist_charges": _columns(
            "row:=methodist_charges methodist:=methodists educator:=educators level:word"
            " by_name:flag in_post:span"
        ),
        "mentors": _columns(
            "mentor:=mentors district:word organisation:=organisations consent:flag"
            " consent_on:day trained_until:day capacity:number forms:words"
        ),
        "accompaniments": _columns(
            "educator:=educators team:=teams mentor:=mentors form:word during:span"
        ),
        "communities": _columns("community:=communities level:word exists:span" + _PLACE),
        "community_members": _columns(
            "community:=communities educator:=educators level:word exists:span"
        ),
        "sites": _columns("site:=sites level:word open_during:span places:number" + _PLACE),
        "practices": _columns("practice:=practices level:word in_bank:span" + _PLACE),
    }
)
"""Tables and their columns; the meaning of most stands in ``engine.region_record`` and
``engine.registers``.

``row`` is the row itself, so that sets of rows can be combined before people are made of them.
``participation`` and ``runs`` bear the columns of their activity; ``register`` is the time in the
federal register, ``in_register_ever`` whether any is stated. ``covers_deficit``: by the latest
scores before it began, the activity covers a competency in which the educator shows a deficit.
``team_members`` and ``teams`` hold the teams of the register and, with ``from_register`` false,
one team for each organisation that has a manager: all its managers. ``methodist_charges`` holds a
row for each educator assigned to a methodist, by his name or through his organisation."""

ROW = "row"
"""Column of the row itself."""

ROW_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sittings": ("educator", "procedure", "node"),
        "participation": ("educator", "activity"),
        "methodist_charges": ("methodist", "educator"),
    }
)
"""What a row is named by where rows themselves are counted."""
