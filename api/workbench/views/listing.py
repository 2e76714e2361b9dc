"""What the list of routes shows: its conditions, its rows, how many are in which state."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.workbench.views.choices import Group, Places
from engine.lifecycle.states import RouteState
from engine.wording import label

Record = Mapping[str, Any]

FILTERS = (
    *("state", "status", "policy", "organisation_id", "mentor_id", "educator_id"),
    *("created_from", "created_to"),
)
"""Conditions of the list; the last two are days, the others go to the contract as they are."""

WITHOUT_ROUTE = ("INFEASIBLE", "UNKNOWN")
"""Statuses of answers that hold no route."""

TONES: Mapping[str, str] = {
    "proposed": "watch",
    "returned": "bad",
    "agreed": "good",
    "active": "good",
    "completed": "good",
}
"""How states are coloured besides being named."""


@dataclass(frozen=True, slots=True)
class Row:
    """One route in the list.

    Parameters
    ----------
    name
        Educator's name; ``None`` = not loaded or not for this role.
    organisation
        Title, else the code; empty = not known.
    held_until
        Until when seats are held; ``None`` = nothing is held with an end.
    found
        Whether there is a route at all.
    """

    id: str
    educator_id: str
    name: str | None
    organisation_id: str | None
    organisation: str
    created: dt.datetime
    state: str
    tone: str
    held_until: dt.datetime | None
    status: str
    found: bool
    policy: str
    mentor_id: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class Person:
    """Whose routes are asked for.

    Parameters
    ----------
    code
        Empty = anybody's.
    others
        Pairs of code and name, where what was typed fits several.
    """

    code: str
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """Routes with one value of a condition, e.g. in one state."""

    value: str
    title: str
    tone: str
    number: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many routes are in which state, and how many answers hold no route.

    Parameters
    ----------
    counted
        Routes that were looked at; the newest ones.
    all
        Whether these are all that meet the conditions.
    """

    states: tuple[Count, ...]
    failures: tuple[Count, ...]
    counted: int
    all: bool


def meant(found: Sequence[Record], typed: str) -> Person:
    """Who is meant by what was typed: the one of that code, the only one found, or nobody else.

    Parameters
    ----------
    found
        Records of educators who have it in their code or name.
    """
    names = {r["id"]: r["display_name"] or r["id"] for r in found}
    if typed in names or not names:
        return Person(typed)
    if len(names) == 1:
        return Person(next(iter(names)))
    return Person(typed, tuple(names.items()))


def mentors(found: Sequence[Record], places: Places, language: str) -> tuple[Group, ...]:
    """Mentors to choose from, by organisation; the contract knows them by their codes alone."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for record in found:
        title = places.organisation(record["organisation_id"] or "")
        name = f"{record['id']} · {label('position', record['position'], language)}"
        groups.setdefault(title, []).append((record["id"], name))
    return tuple(Group(title, tuple(groups[title])) for title in sorted(groups))


def query_of(asked: Mapping[str, str], zone: dt.tzinfo | None) -> dict[str, str]:
    """Parameters of ``GET /routes``.

    Parameters
    ----------
    zone
        Zone in which the days of the form are meant; ``None`` = that of the machine.
    """
    found = {k: v for k, v in asked.items() if v and not k.startswith("created_")}
    for name, days in (("created_from", 0), ("created_to", 1)):
        midnight = _midnight(asked.get(name, ""), days, zone)
        if midnight:
            found[name] = midnight
    return found


def _midnight(text: str, days: int, zone: dt.tzinfo | None) -> str:
    """Begin of a day so many days later, with offset; what is no day goes on to be refused."""
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return text
    begin = dt.datetime.combine(day, dt.time.min)
    return (begin.astimezone() if zone is None else begin.replace(tzinfo=zone)).isoformat()


def row_of(
    item: Record, educator: Record | None, language: str, zone: dt.tzinfo | None = None
) -> Row:
    """One row.

    Parameters
    ----------
    item
        Entry of ``GET /routes``.
    educator
        The person's record; ``None`` = not known any more or not for this role.
    """
    organisation = (educator or {}).get("organisation") or {}
    here = organisation.get("id") == item["organisation_id"]
    return Row(
        id=item["id"],
        educator_id=item["educator_id"],
        name=(educator or {}).get("display_name"),
        organisation_id=item["organisation_id"],
        organisation=organisation["title"] if here and organisation else "",
        created=instant(item["created_at"], zone),
        state=label("life_state", item["state"], language),
        tone=TONES.get(item["state"], ""),
        held_until=instant(item["held_until"], zone) if item["held_until"] else None,
        status=label("solve_status", item["status"], language),
        found=item["status"] not in WITHOUT_ROUTE,
        policy=item["policy"],
        mentor_id=item["mentor_id"],
        revision=item["revision"],
    )


def instant(text: str, zone: dt.tzinfo | None) -> dt.datetime:
    """Instant of the contract in a zone; ``None`` = that of the machine."""
    return dt.datetime.fromisoformat(text).astimezone(zone)


def counts_of(items: Sequence[Record], more: bool, language: str) -> Counts:
    """Counts over entries of ``GET /routes``; those that are 0 are left out.

    Parameters
    ----------
    more
        There are routes beyond these.
    """
    states = Counter(item["state"] for item in items if item["status"] not in WITHOUT_ROUTE)
    statuses = Counter(item["status"] for item in items)
    return Counts(
        states=tuple(
            Count(s.value, label("life_state", s, language), TONES.get(s, ""), states[s.value])
            for s in RouteState
            if states[s.value]
        ),
        failures=tuple(
            Count(s, label("solve_status", s, language), "bad", statuses[s])
            for s in WITHOUT_ROUTE
            if statuses[s]
        ),
        counted=len(items),
        all=not more,
    )


def states(language: str) -> list[tuple[str, str]]:
    """States of a route and their names, in the order of its life."""
    return [(s.value, label("life_state", s, language)) for s in RouteState]


def statuses(language: str) -> list[tuple[str, str]]:
    """Statuses of solves and their names, the best one first."""
    known = ("OPTIMAL", "WITHIN_GAP", "FEASIBLE", *WITHOUT_ROUTE)
    return [(s, label("solve_status", s, language)) for s in known]
