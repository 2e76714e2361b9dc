"""What the list of routes shows: its conditions, its rows, how many are in which state."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.workbench.views.choices import Group, Places
from api.workbench.words import say
from engine.lifecycle.states import RouteState
from engine.wording import label
from engine.wording.dates import span
from engine.wording.values import as_date

Record = Mapping[str, Any]

FILTERS = (
    *("state", "status", "policy", "organisation_id", "mentor_id", "educator_id"),
    *("created_from", "created_to"),
)
"""Conditions of the list; the last two are days, the others go to the contract as they are."""

WITHOUT_ROUTE = ("INFEASIBLE", "UNKNOWN")
"""Statuses of answers that hold no route."""

WAITING = ("proposed", "returned", "agreed", "active")
"""States in which somebody is expected to do something."""

TONES: Mapping[str, str] = {
    "proposed": "watch",
    "returned": "bad",
    "agreed": "good",
    "active": "good",
    "completed": "good",
}
"""How states are coloured besides being named."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a route holds.

    Parameters
    ----------
    minutes
        Workload with the way there.
    closed
        What it closes of all deficits and requests, and their sum; ``None`` = nothing to close.
    """

    days: str
    minutes: int
    steps: int
    closed: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Row:
    """One route in the list.

    Parameters
    ----------
    name
        Educator's name; ``None`` = not loaded or not for this role.
    organisation
        Title, else the code; empty = not known.
    content
        What the route holds; ``None`` = there is none, or the role sees no numbers of it.
    waits
        For whom it waits, in words; empty = for nobody.
    mentor
        Name, else the cipher; empty = none.
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
    mentor: str
    revision: int
    content: Content | None
    waits: str


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


def query_of(asked: Mapping[str, str], zone: dt.tzinfo) -> dict[str, str]:
    """Parameters of ``GET /routes``.

    Parameters
    ----------
    zone
        Zone in which the days of the form are meant.
    """
    found = {k: v for k, v in asked.items() if v and not k.startswith("created_")}
    for name, days in (("created_from", 0), ("created_to", 1)):
        midnight = _midnight(asked.get(name, ""), days, zone)
        if midnight:
            found[name] = midnight
    return found


def _midnight(text: str, days: int, zone: dt.tzinfo) -> str:
    """Begin of a day so many days later, with offset; what is no day goes on to be refused."""
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return text
    return dt.datetime.combine(day, dt.time.min, zone).isoformat()


def row_of(
    item: Record,
    educator: Record | None,
    language: str,
    zone: dt.tzinfo,
    *,
    answer: Record | None = None,
    mentor: str | None = None,
) -> Row:
    """One row.

    Parameters
    ----------
    item
        Entry of ``GET /routes``.
    educator
        The person's record; ``None`` = not known any more or not for this role.
    zone
        In which its instants are told.
    answer
        The route itself; ``None`` = not for this role.
    mentor
        Name of its mentor; ``None`` = not known.
    """
    found = item["status"] not in WITHOUT_ROUTE
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
        found=found,
        policy=item["policy"],
        mentor=mentor or item["mentor_id"] or "",
        revision=item["revision"],
        content=None if answer is None else content_of(answer, language),
        waits=_waits(item["state"], answer, language) if found else "",
    )


def content_of(answer: Record, language: str) -> Content | None:
    """What a route of ``GET /routes/{id}`` holds; ``None`` = there is no route in the answer."""
    route = answer["route"]
    if route is None:
        return None
    start, end = as_date(route["start"]), as_date(route["end"])
    known = [d for d in answer["deficits"] if d["estimate"] is not None]
    whole = sum(d["estimate"] for d in known)
    return Content(
        days=span(start, end, language) if start and end else "",
        minutes=route["workload_min"],
        steps=len(route["steps"]),
        closed=(sum(d["closed_expected"] for d in known), whole) if whole > 0 else None,
    )


def _waits(state: str, answer: Record | None, language: str) -> str:
    """For whom a route waits; one of a team is agreed with its team."""
    if state not in WAITING:
        return ""
    team = answer is not None and answer["lifecycle"]["team"] is not None
    name = "proposed_team" if team and state == "proposed" else state
    return say(f"listing.waits_{name}", language, {})


def instant(text: str, zone: dt.tzinfo) -> dt.datetime:
    """Instant of the contract in a zone."""
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
