"""Life of a route as the answer tells it, spliced into the text of the answer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from engine.lifecycle.moves import Move, legal_moves
from engine.lifecycle.states import RouteEvent, RouteProgress, StepRecord
from engine.recommendation import to_dict
from engine.storage import ShownRoute, StoredRoute

CALLED: Mapping[str, str] = {
    Move.AGREE: "agree",
    Move.RETURN: "return",
    Move.ACCEPT: "accept",
    Move.REVISE: "replan",
    Move.COMPLETE_ROUTE: "complete",
    Move.CANCEL_ROUTE: "cancel",
    Move.ENROL: "enrolled",
    Move.ATTEND: "attended",
    Move.COMPLETE: "completed",
    Move.MISS: "missed",
    Move.CANCEL: "cancelled",
    Move.ACCEPT_REPORT: "report_accepted",
}
"""Names of moves in bodies of ``decisions`` and ``progress``; ``replan`` is a call of its own."""


def progress_of(route: StoredRoute | ShownRoute) -> RouteProgress:
    """The part of a stored route that moves change."""
    return RouteProgress(
        state=route.state,
        revision=route.revision,
        steps=route.steps,
        mentor_id=route.mentor_id,
        held_until=route.held_until,
    )


def answer_with_life(route: StoredRoute | ShownRoute, events: Sequence[RouteEvent]) -> str:
    """The kept answer, byte for byte, with its life as one more member at the end."""
    life = {
        "state": route.state.value,
        "revision": route.revision,
        "version": route.version,
        "held_until": None if route.held_until is None else _utc(route.held_until),
        "legal": legal_names([move.value for move in _legal(route)]),
        "steps": [_step(step) for step in route.steps],
        "history": [_event(event) for event in events],
        "team": _team(route),
    }
    text = json.dumps(life, ensure_ascii=False, allow_nan=False)
    return f'{route.answer.rstrip()[:-1]}, "lifecycle": {text}}}'


def legal_names(moves: Sequence[str]) -> list[str]:
    """Moves under the names by which calls ask for them; what falls due is nobody's to ask for."""
    return [CALLED[move] for move in moves if move in CALLED]


def _legal(route: StoredRoute | ShownRoute) -> Sequence[Move]:
    """Moves of the route by itself: one of a team is agreed with its team."""
    found = legal_moves(progress_of(route))
    return found if route.team is None else [m for m in found if m is not Move.AGREE]


def _team(route: StoredRoute | ShownRoute) -> dict[str, object] | None:
    if route.team is None:
        return None
    return {"build": route.team.build_id, "team": route.team.team_id}


def _utc(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat()


def _step(step: StepRecord) -> dict[str, object]:
    return {
        "step": step.step_id,
        "activity": step.activity_id,
        "offering": step.offering_id,
        "start": step.start.isoformat(),
        "end": step.end.isoformat(),
        "state": step.state.value,
        "report_accepted": None if step.report_accepted is None else str(step.report_accepted),
    }


def _event(event: RouteEvent) -> dict[str, object]:
    return {
        "seq": event.seq,
        "at": _utc(event.at),
        "actor": event.actor,
        "role": event.role,
        "kind": event.kind,
        "step": event.step_id,
        "before": event.before,
        "after": event.after,
        "comment": event.comment,
        "parameters": to_dict(event.parameters),
    }
