"""What can be done with a route and with each of its steps, and what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from api.access.decisions import may_decide
from api.access.principal import Role
from api.lifecycle_json import legal_names
from api.workbench.ask import quoted
from api.workbench.views.keys import new_key
from api.workbench.views.listing import TONES
from api.workbench.views.route_history import Line, Undo, history_of, titles_of, undo_of
from engine.lifecycle.moves import legal_moves
from engine.lifecycle.states import RouteProgress, RouteState, StepRecord, StepState
from engine.wording import label, sentence, word
from engine.wording.dates import date
from engine.wording.values import as_date

Record = Mapping[str, Any]

STEP_TONES: Mapping[str, str] = {
    "enrolled": "good",
    "attended": "good",
    "completed": "good",
    "missed": "bad",
    "cancelled": "bad",
}
NATURAL = ("enrolled", "attended", "completed", "report_accepted")
"""Events of a step that goes well, in their order; the others end it early."""


@dataclass(frozen=True, slots=True)
class StepMoves:
    """What can be done with one step.

    Parameters
    ----------
    tone
        Colour of the state; empty = nothing to report.
    events
        Names of events that ``POST …/progress`` admits now, those that go well first.
    replaceable, bannable, pinnable
        Whether the state of step and route admits it; who may, is asked beside.
    pinned
        A decision holds the step in the route already.
    passed
        What became of it so far and on which day (in the educator's zone), in order.
    """

    id: str
    title: str
    activity: str
    offering: str
    state: str
    tone: str
    events: tuple[str, ...]
    replaceable: bool
    bannable: bool
    pinnable: bool
    pinned: bool
    report_accepted: dt.date | None
    passed: tuple[tuple[str, str], ...]

    def open_to(self, role: Role) -> tuple[str, ...]:
        """Events that the role may tell."""
        return tuple(e for e in self.events if may_decide(role, e))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the route is held to.

    Parameters
    ----------
    lift
        Decision that takes it back.
    run
        Days of the run; empty = it is about the whole activity.
    """

    decision: str
    lift: str
    id: str
    title: str
    run: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the routes that the same answer offers, beside the main one.

    Parameters
    ----------
    name
        As the contract calls it.
    here
        It is the route that is shown.
    found
        There is a route.
    more, moved, less
        Titles that it has besides, in another run, and that it lacks.
    reason
        Why there is none, a sentence; empty = there is one.
    """

    title: str
    name: str
    here: bool
    found: bool
    more: tuple[str, ...]
    moved: tuple[str, ...]
    less: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Moves:
    """What can be done with a route.

    Parameters
    ----------
    version
        Of the route that is shown; forms carry it, so that none changes another.
    legal
        Names of decisions, and ``replan``, that the state admits.
    steps
        By id.
    undo
        How the last rebuilding can be taken back; ``None`` = it cannot, or there was none.
    """

    route_id: str
    path: str
    version: int
    state: str
    tone: str
    legal: frozenset[str]
    held_until: dt.datetime | None
    steps: Mapping[str, StepMoves]
    history: tuple[Line, ...]
    undo: Undo | None
    variants: tuple[Variant, ...]

    def may(self, role: Role, decision: str) -> bool:
        """Whether the state and the role admit a decision."""
        return decision in self.legal and (decision == "replan" or may_decide(role, decision))

    def changes(self, role: Role) -> bool:
        """Whether the role may pin, ban and replace now."""
        return "replan" in self.legal and may_decide(role, "replace")

    def key(self) -> str:
        """Key of one more form."""
        return new_key()


def build(
    answer: Record,
    language: str,
    names: Mapping[str, str] | None = None,
    wishes: Sequence[Record] = (),
) -> Moves:
    """What can be done with a route and what was done.

    Parameters
    ----------
    answer
        Of ``GET /routes/{route_id}``.
    names
        Titles of activities and names of people by code, where the answer does not tell them;
        ``None`` = none.
    wishes
        Entries of ``GET …/wishes``; without them no decision can be undone.
    """
    life = answer["lifecycle"]
    titles = titles_of(answer) | dict(names or {})
    route, zone = _progress(life), ZoneInfo(answer["educator"]["time_zone"])
    until = route.held_until
    pinned = {s["id"] for s in (answer["route"] or {"steps": ()})["steps"] if s["pinned"]}
    return Moves(
        route_id=answer["id"],
        path=f"/workbench/routes/{quoted(answer['id'])}",
        version=life["version"],
        state=label("life_state", life["state"], language),
        tone=TONES.get(life["state"], ""),
        legal=frozenset(life["legal"]),
        held_until=None if until is None else until.astimezone(zone),
        steps={
            step.step_id: _step(route, step, life, titles, step.step_id in pinned, zone, language)
            for step in route.steps
        },
        history=history_of(life, titles, zone, language),
        undo=undo_of(life, titles, wishes),
        variants=tuple(_variants(answer, language)),
    )


def wishes_of(wishes: Sequence[Record], terms: Mapping[str, str] | None = None) -> tuple[Wish, ...]:
    """Pins and bans of ``GET /routes/{route_id}/wishes``.

    Parameters
    ----------
    terms
        First and last day by run, in words; a run without them is told by its code.
    """
    known = terms or {}
    return tuple(
        Wish(
            decision=w["decision"],
            lift=f"un{w['decision']}",
            id=w["id"],
            title=w["title"],
            run=known.get(w["offering"], w["offering"]) if w["offering"] else "",
        )
        for w in wishes
    )


def _step(
    route: RouteProgress,
    step: StepRecord,
    life: Record,
    titles: Mapping[str, str],
    pinned: bool,
    zone: dt.tzinfo,
    language: str,
) -> StepMoves:
    legal = set(legal_names(legal_moves(route, step.step_id)))
    open_route = "replan" in life["legal"]
    planned = step.state is StepState.PLANNED
    over = step.state in (StepState.MISSED, StepState.CANCELLED)
    return StepMoves(
        id=step.step_id,
        title=titles.get(step.activity_id, step.activity_id),
        activity=step.activity_id,
        offering=step.offering_id,
        state=label("life_state", step.state.value, language),
        tone=STEP_TONES.get(step.state.value, ""),
        events=(*(e for e in NATURAL if e in legal), *sorted(legal.difference(NATURAL))),
        replaceable=open_route and (planned or over),
        bannable=open_route and planned,
        pinnable=open_route and planned and not pinned,
        pinned=pinned,
        report_accepted=step.report_accepted,
        passed=tuple(_passed(life, step.step_id, zone, language)),
    )


def _passed(
    life: Record, step_id: str, zone: dt.tzinfo, language: str
) -> Iterator[tuple[str, str]]:
    for event in life["history"]:
        if event["step"] == step_id:
            at = dt.datetime.fromisoformat(event["at"]).astimezone(zone)
            code = "accept_report" if event["kind"] == "accept_report" else event["after"]
            yield code, date(at.date(), language)


def _progress(life: Record) -> RouteProgress:
    """The route as ``legal_moves`` reads it."""
    return RouteProgress(
        state=RouteState(life["state"]),
        revision=life["revision"],
        steps=tuple(
            StepRecord(
                step_id=s["step"],
                activity_id=s["activity"],
                offering_id=s["offering"],
                start=dt.date.fromisoformat(s["start"]),
                end=dt.date.fromisoformat(s["end"]),
                state=StepState(s["state"]),
                report_accepted=as_date(s["report_accepted"]),
            )
            for s in life["steps"]
        ),
        held_until=_instant(life["held_until"]),
    )


def _variants(answer: Record, language: str) -> Iterator[Variant]:
    main = _runs(answer["route"])
    for variant in answer["variants"] or ():
        runs = _runs(variant["route"])
        lacks = variant["reason"] or {"code": "none", "parameters": {}}
        yield Variant(
            title=label("variant", variant["name"], language),
            name=variant["name"],
            here=bool(runs) and runs == main,
            found=bool(runs),
            more=tuple(title for a, (_, title) in runs.items() if a not in main),
            moved=tuple(t for a, (o, t) in runs.items() if a in main and main[a][0] != o),
            less=tuple(title for a, (_, title) in main.items() if runs and a not in runs),
            reason=""
            if runs
            else sentence(word(lacks["code"], lacks["parameters"], language, family="variant")),
        )


def _runs(route: Record | None) -> dict[str, tuple[str, str]]:
    """Run and title by activity."""
    steps: Sequence[Record] = route["steps"] if route else ()
    return {s["activity"]: (s["offering"], s["title"]) for s in steps}


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
