"""History of a route as people tell it, and how its last rebuilding is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.workbench.words import said, say

Record = Mapping[str, Any]

REVISE = "revise"
DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history.

    Parameters
    ----------
    who
        Code of the person or key; empty = nobody, it fell due.
    step
        Title of the step; empty = the route.
    changes
        What a rebuilding changed, each a phrase.
    """

    at: dt.datetime
    who: str
    role: str
    what: str
    step: str
    comment: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undo:
    """How the last rebuilding is taken back.

    Parameters
    ----------
    pinned, excluded
        Codes of activities that come back, and of those that leave, where only new wishes can hold
        the former route: nobody's decision stands behind the rebuilding.
    back, out
        Titles of both.
    unpinned, unbanned
        Codes of the wishes that the decision behind the rebuilding placed: with them taken back
        none is left of it. Then nothing is pinned or excluded.
    """

    pinned: tuple[str, ...]
    excluded: tuple[str, ...]
    back: tuple[str, ...]
    out: tuple[str, ...]
    unpinned: tuple[str, ...] = ()
    unbanned: tuple[str, ...] = ()

    @property
    def lifts(self) -> bool:
        """Whether a decision is taken back."""
        return bool(self.unpinned or self.unbanned)


def titles_of(answer: Record) -> dict[str, str]:
    """Title by code of every activity that an answer names."""
    routes = [answer["route"], *(v["route"] for v in answer["variants"] or ())]
    return {s["activity"]: s["title"] for route in routes if route for s in route["steps"]}


def history_of(
    life: Record, titles: Mapping[str, str], zone: dt.tzinfo, language: str
) -> tuple[Line, ...]:
    """Lines of the history, the newest first, in a zone."""
    steps = _activities(life)
    lines = [_line(event, steps, titles, zone, language) for event in life["history"]]
    return tuple(reversed(lines))


def _line(
    event: Record,
    steps: Mapping[str, str],
    titles: Mapping[str, str],
    zone: dt.tzinfo,
    language: str,
) -> Line:
    kind, told = event["kind"], event["parameters"]
    key = f"{kind}_{told['action']}" if kind == REVISE and told.get("action") else kind
    due = event["role"] == "system"
    named = steps.get(event["step"] or "", event["step"] or "")
    role = said(f"base.role_{event['role']}", language, event["role"])
    return Line(
        at=dt.datetime.fromisoformat(event["at"]).astimezone(zone),
        who="" if due else titles.get(event["actor"], event["actor"]),
        role=say("route_moves.role_system", language, {}) if due else role,
        what=said(f"route_moves.kind_{key}", language, said(_plain(kind), language, kind)),
        step=titles.get(named, named),
        comment=event["comment"],
        changes=tuple(changes_of(event, titles, language)) if kind == REVISE else (),
    )


def _plain(kind: str) -> str:
    return f"route_moves.kind_{kind}"


def changes_of(event: Record, titles: Mapping[str, str], language: str) -> Iterator[str]:
    """What a line of the history says was changed, in words; nothing of other kinds."""
    for change in event["parameters"].get("changes") or ():
        before, after = (change[k] or "" for k in ("before", "after"))
        values = {"before": titles.get(before, before), "after": titles.get(after, after)}
        yield say(f"route_moves.change_{change['code']}", language, values)


def last_revision(life: Record) -> Record | None:
    """The line of the history that tells of the last rebuilding, ``None`` if there was none."""
    return next((e for e in reversed(life["history"]) if e["kind"] == REVISE), None)


def undo_of(life: Record, titles: Mapping[str, str], wishes: Sequence[Record] = ()) -> Undo | None:
    """How the last rebuilding is taken back.

    A decision on a step is undone by taking back its own pin and ban, so that the list of wishes
    is as it was before; after any other rebuilding what left is pinned and what came is excluded.

    Parameters
    ----------
    wishes
        Entries of ``GET …/wishes``, what the route is held to now.

    Returns
    -------
    Undo or None
        ``None`` where nothing came or left (moved runs are not named by the history), where the
        rebuilding made way for others, where something that came has begun, where the decision
        only took a wish back (it is made anew by a pin or a ban), or where the state of the route
        admits no rebuilding.
    """
    event = last_revision(life)
    if event is None or "replan" not in life["legal"]:
        return None
    told = event["parameters"]
    changes = [c for c in told.get("changes") or () if c["code"] != "moved"]
    back = tuple(c["before"] for c in changes if c["before"])
    out = tuple(c["after"] for c in changes if c["after"])
    begun = {s["activity"] for s in life["steps"] if s["state"] not in ("planned", "cancelled")}
    if not changes or told.get("action") == "seat_gone" or begun.intersection(out):
        return None
    told_back = tuple(titles.get(i, i) for i in back)
    told_out = tuple(titles.get(i, i) for i in out)
    if told.get("action") != DECIDE:
        return Undo(back, out, told_back, told_out)
    found = Undo(
        (),
        (),
        told_back,
        told_out,
        unpinned=tuple(w["id"] for w in wishes if w["decision"] == "pin" and w["activity"] in out),
        unbanned=tuple(w["id"] for w in wishes if w["decision"] == "ban" and w["activity"] in back),
    )
    return found if found.lifts else None


def named_activities(life: Record) -> tuple[str, ...]:
    """Codes of all activities that the history names, in its order."""
    found = [
        change[side]
        for event in life["history"]
        for change in event["parameters"].get("changes") or ()
        for side in ("before", "after")
    ]
    return tuple(dict.fromkeys(i for i in found if i))


def _activities(life: Record) -> dict[str, str]:
    """Activity of every step that the route has or had, by the step's code."""
    changes = [c for e in life["history"] for c in e["parameters"].get("changes") or ()]
    had = {c["step"]: c["before"] or c["after"] for c in changes}
    return had | {s["step"]: s["activity"] for s in life["steps"]}
