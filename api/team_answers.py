"""Answers about routes of a team: what was said of it, and its members' routes as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.lifecycle_json import answer_with_life
from engine.lifecycle.moves import ROUTE_MOVES, Move
from engine.lifecycle.states import RouteEvent, RouteState, StepState
from engine.storage import ShownRoute, StoredRoute, TeamBuild

_ENDED = frozenset({RouteState.COMPLETED, RouteState.CANCELLED})
_STAYS: Mapping[Move, frozenset[RouteState]] = {
    Move.AGREE: _ENDED | {RouteState.AGREED, RouteState.ACTIVE},
    Move.RETURN: _ENDED | {RouteState.RETURNED},
    Move.CANCEL_ROUTE: _ENDED,
}
"""States in which a decision about the team leaves a member's route as it is."""

DECISIONS: Mapping[str, Move] = {
    "agree": Move.AGREE,
    "return": Move.RETURN,
    "cancel": Move.CANCEL_ROUTE,
}


@dataclass(frozen=True, slots=True)
class KeptMember:
    """A member's route with its history."""

    route: StoredRoute | ShownRoute
    events: Sequence[RouteEvent]


def moves_route(move: Move, route: StoredRoute | ShownRoute) -> bool:
    """Whether a decision about the team is one about this route too."""
    planned = any(step.state is StepState.PLANNED for step in route.steps)
    return route.state not in _STAYS[move] and (move is not Move.AGREE or planned)


def legal_decisions(routes: Sequence[StoredRoute | ShownRoute]) -> list[str]:
    """Decisions that the states of all routes of a team admit."""
    return list(_legal(routes))


def _legal(routes: Sequence[StoredRoute | ShownRoute]) -> Iterator[str]:
    for name, move in DECISIONS.items():
        moving = [route for route in routes if moves_route(move, route)]
        if moving and all(route.state in ROUTE_MOVES[move] for route in moving):
            yield name


def version_of(routes: Sequence[StoredRoute | ShownRoute]) -> int:
    """Version of the routes of a team together, from 1 on.

    Each route's own version only grows, by one with each change, so their sum names one state.
    """
    return 1 + sum(route.version - 1 for route in routes)


def team_answer(build: TeamBuild, members: Sequence[KeptMember]) -> str:
    """JSON text: the kept answer with each member's route, as it is, in its place."""
    told = json.loads(build.answer)
    of_team = {one["route"]: one for one in told.pop("members")}
    routes = [m.route for m in members]
    life = {"version": version_of(routes), "legal": legal_decisions(routes)}
    head = json.dumps({**told, "lifecycle": life}, ensure_ascii=False, allow_nan=False)
    spliced = ", ".join(_member(of_team[m.route.id], m) for m in members)
    return f'{head[:-1]}, "members": [{spliced}]}}'


def _member(told: Mapping[str, object], member: KeptMember) -> str:
    """One member's record with the kept text of his route spliced in, byte for byte."""
    head = json.dumps(told, ensure_ascii=False, allow_nan=False)
    return f'{head[:-1]}, "recommendation": {answer_with_life(member.route, member.events)}}}'
