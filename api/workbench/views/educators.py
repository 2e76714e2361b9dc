"""What the list of educators and the head of one educator's page show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from engine.wording import label, status_words
from engine.wording.tables import tables
from engine.wording.values import as_date

Record = Mapping[str, Any]

FILTERS = ("q", "position", "organisation_id", "district", "subject", "young")
"""Conditions of the list, in the order in which its form shows them."""

_TONES: Mapping[str, str] = {
    "agreed": "good",
    "active": "good",
    "completed": "good",
    "returned": "watch",
    "cancelled": "",
    "proposed": "watch",
}


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One route of an educator.

    Parameters
    ----------
    state, tone
        State of its life in words, and how it is coloured besides.
    status
        What the solve found, in words.
    """

    id: str
    day: dt.datetime
    state: str
    tone: str
    status: str
    revision: int


@dataclass(frozen=True, slots=True)
class Row:
    """One educator in the list.

    Parameters
    ----------
    name
        As documents show it; ``None`` = not loaded or not for this role.
    assessed
        Day of the newest diagnostics; ``None`` = none, or not for this role.
    route
        The newest route; ``None`` = none.
    """

    id: str
    name: str | None
    position: str
    subjects: str
    organisation_id: str | None
    organisation: str
    district: str
    assessed: dt.date | None
    route: RouteLine | None


def row_of(
    item: Record,
    language: str,
    evidence: Sequence[Record],
    routes: Sequence[Record],
    zone: dt.tzinfo,
) -> Row:
    """One row of the list.

    Parameters
    ----------
    item
        Entry of ``GET /educators``.
    evidence
        Results of the educator's diagnostics; empty = none.
    routes
        Newest routes first; empty = none.
    zone
        In which the days of routes are told.
    """
    record = item["record"]
    organisation = record["organisation"]
    return Row(
        id=record["id"],
        name=record["display_name"],
        position=label("position", record["position"], language),
        subjects=", ".join(record["subjects"]),
        organisation_id=organisation["id"] if organisation else None,
        organisation=organisation["title"] if organisation else "",
        district=district_of(record),
        assessed=newest(evidence),
        route=route_line(routes[0], language, zone) if routes else None,
    )


def route_line(route: Record, language: str, zone: dt.tzinfo) -> RouteLine:
    """A route from an entry of ``GET /routes``, its instant in a zone."""
    return RouteLine(
        id=route["id"],
        day=dt.datetime.fromisoformat(route["created_at"]).astimezone(zone),
        state=label("life_state", route["state"], language),
        tone=_TONES.get(route["state"], ""),
        status=status_words(route["status"], language),
        revision=route["revision"],
    )


def district_of(record: Record) -> str:
    """District of an educator, else of the organisation; empty = not stated."""
    organisation = record["organisation"] or {}
    return str(record["district"] or organisation.get("district", ""))


def newest(evidence: Sequence[Record]) -> dt.date | None:
    """Day of the newest result."""
    days = (as_date(entry["date"]) for entry in evidence)
    return max((day for day in days if day is not None), default=None)


def positions(language: str) -> list[tuple[str, str]]:
    """Positions and their names, in the order of the names."""
    named = tables(language)["label_position"].items()
    return sorted(named, key=lambda pair: pair[1])


def address(path: str, asked: Mapping[str, str], **changes: str | None) -> str:
    """Address of the same list with some conditions changed; those of no value are left out."""
    wanted = {**asked, **changes}
    query = urlencode({k: v for k, v in wanted.items() if v})
    return f"{path}?{query}" if query else path


def years_since(day: str | None, today: dt.date | None) -> int | None:
    """Full years from a day to today; ``None`` = one of them is not known, or it is to come."""
    begun = as_date(day)
    if begun is None or today is None or begun > today:
        return None
    return today.year - begun.year - ((today.month, today.day) < (begun.month, begun.day))


def conditions_of(record: Record) -> dict[str, Any]:
    """Conditions of work: what is stated of the educator, else of the organisation."""
    own = record["conditions"]
    given = (record["organisation"] or {}).get("conditions") or {}
    joined = {k: own[k] if own[k] is not None else given.get(k) for k in own}
    days = (*own["forbidden_weekdays"], *given.get("forbidden_weekdays", ()))
    return {**joined, "forbidden_weekdays": sorted(set(days))}


def completed(items: Sequence[Record]) -> list[tuple[str, str, str]]:
    """Activities that were completed before: day, title and id, newest first.

    Parameters
    ----------
    items
        Of ``POST /recommendations``: what was completed is refused with that reason.
    """
    found = [
        (str(reason["parameters"].get("completed_on", "")), item["title"], item["id"])
        for item in items
        for reason in item["reasons"]
        if reason["code"] == "already_completed"
    ]
    return sorted(found, key=lambda line: (line[0], line[2]), reverse=True)
