"""Progress that is told of a step before its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.wording.values import as_date

EVENTS = ("attended", "completed", "missed")
"""What becomes of a step only from its first day on; one enrols or gives up at any time."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step that has not begun yet, by its title and its first day."""

    title: str
    start: dt.date


def ahead_of(answer: Mapping[str, Any], step_id: str, event: str, now: dt.datetime) -> Ahead | None:
    """The step, if an event lies ahead of it.

    Parameters
    ----------
    answer
        Of ``GET /routes/{route_id}``; the day is the educator's.

    Returns
    -------
    Ahead or None
        ``None`` = the step has begun, is none of the route's, or the route does not admit the
        event: then the contract says what is wrong.
    """
    life = answer.get("lifecycle") or {"steps": ()}
    record = next((s for s in life["steps"] if s["step"] == step_id), None)
    start = None if record is None else as_date(record["start"])
    if record is None or start is None or event not in EVENTS:
        return None
    if now.astimezone(ZoneInfo(answer["educator"]["time_zone"])).date() >= start:
        return None
    steps = answer["route"]["steps"] if answer.get("route") else ()
    titles = {s["id"]: str(s["title"]) for s in steps}
    return Ahead(titles.get(step_id, record["activity"]), start)
