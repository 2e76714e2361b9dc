"""Taking a person out of what was said of teams.

Who takes what with whom stays under the pseudonym of his routes, for the others' routes rest on
it; why he could not take something tells of him and goes.
"""

from __future__ import annotations

import json
from typing import Any

from engine.storage.bound import Bound
from engine.storage.tables import TEAM_BUILDS

_LISTS = frozenset({"members", "outside_audience"})
"""Fields that list ids of educators; ``members`` of the whole answer lists records."""

_ABOUT = frozenset({"reasons", "conflict"})
"""Fields beside an educator's id that tell why."""


def erase_from_teams(bound: Bound, person: str, pseudonym: str) -> int:
    """Take a person out of every build of a tenant, within a transaction.

    Returns
    -------
    int
        How many builds named him.
    """
    said = json.dumps(person, ensure_ascii=False)
    rows = bound.rows(
        TEAM_BUILDS,
        bound.holds_text(TEAM_BUILDS.c.answer, said),
        columns=(TEAM_BUILDS.c.id, TEAM_BUILDS.c.answer),
        order=(TEAM_BUILDS.c.id,),
        lock=True,
    )
    found = 0
    for row in rows:
        text = without_person(row.answer, person, pseudonym)
        if text != row.answer:
            bound.update(TEAM_BUILDS, {"answer": text}, TEAM_BUILDS.c.id == row.id)
            found += 1
    return found


def without_person(answer: str, person: str, pseudonym: str) -> str:
    """Text of a team's answer in which a person has a pseudonym and no reasons of his own."""
    left = _without(json.loads(answer), person, pseudonym)
    return json.dumps(left, ensure_ascii=False, allow_nan=False)


def _without(told: Any, person: str, pseudonym: str) -> Any:
    if isinstance(told, list):
        return [_without(value, person, pseudonym) for value in told]
    if not isinstance(told, dict):
        return told
    his = told.get("educator") == person
    left: dict[str, Any] = {}
    for name, value in told.items():
        if his and name == "educator":
            left[name] = pseudonym
        elif his and name in _ABOUT:
            left[name] = []
        elif name in _LISTS and isinstance(value, list):
            named = [pseudonym if v == person else v for v in value]
            left[name] = _without(named, person, pseudonym)
        else:
            left[name] = _without(value, person, pseudonym)
    return left
