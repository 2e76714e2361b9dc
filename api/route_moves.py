"""Decisions about a route and what became of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import Response
from fastapi.concurrency import run_in_threadpool

from api.access.decisions import may_decide
from api.access.errors import Forbidden
from api.etags import Match
from api.messages import FAULTS, RUSSIAN
from api.once import keep_answer
from api.refusals import Refused
from api.route_access import answered
from api.route_revisions import RouteRevisions, Wanted
from api.schemas.lifecycle import DecisionBody, ProgressBody
from engine.errors import Fault, InputError
from engine.lifecycle.directives import Directives
from engine.lifecycle.illegal import IllegalMove
from engine.lifecycle.moves import Decision, Move
from engine.storage import ResourceGone, TeamLink

MOVES: Mapping[str, Move] = {
    "agree": Move.AGREE,
    "return": Move.RETURN,
    "accept": Move.ACCEPT,
    "complete": Move.COMPLETE_ROUTE,
    "cancel": Move.CANCEL_ROUTE,
}
STEP_MOVES: Mapping[str, Move] = {
    "enrolled": Move.ENROL,
    "attended": Move.ATTEND,
    "completed": Move.COMPLETE,
    "missed": Move.MISS,
    "cancelled": Move.CANCEL,
    "report_accepted": Move.ACCEPT_REPORT,
}
_ABOUT_ACTIVITIES = ("pin", "ban", "unpin", "unban", "replace")


class RouteMoves(RouteRevisions):
    """Decisions and progress; parameters as of ``RouteAccess``."""

    async def decide(self, route_id: str, body: DecisionBody, match: Match) -> Response:
        """Carry out a decision.

        Raises
        ------
        Refused
            ``version_stale``, ``illegal_move``, ``seat_gone``, ``replan_impossible``.
        InputError
            The body lacks what the decision needs.
        """
        self._may(body.decision)
        _check_decision(body)
        if body.decision not in MOVES:
            return await self.revised(route_id, match, _wanted_of(body))
        move = MOVES[body.decision]
        decision = Decision(move, actor=self._principal.actor, comment=body.comment or "")
        try:
            return await run_in_threadpool(self._moved, route_id, match, [decision], "decide")
        except ResourceGone as gone:
            raise await self.seat_gone(route_id, gone) from gone

    async def progress(self, route_id: str, body: ProgressBody, match: Match) -> Response:
        """Note what became of steps, all of it or nothing."""
        decisions = []
        for event in body.events:
            self._may(event.event)
            move, actor = STEP_MOVES[event.event], self._principal.actor
            decisions.append(Decision(move, event.step, actor, event.comment or ""))
        try:
            return await run_in_threadpool(
                self._moved, route_id, match, decisions, "report_progress"
            )
        except ResourceGone as gone:
            raise await self.seat_gone(route_id, gone) from gone

    def _moved(
        self, route_id: str, match: Match, decisions: Sequence[Decision], action: str
    ) -> Response:
        with self._service.store.writing(self._principal.tenant) as kept:
            mover = self._mover(kept)
            before = self._locked(kept, route_id)
            match.check(before.version)
            route = mover.expired(before)
            for decision in decisions:
                if decision.move is Move.AGREE and not route.steps:
                    raise Refused("route_absent", {"id": route_id[:80]})
                if decision.move is Move.AGREE and route.team is not None:
                    raise of_team(route.team)
                try:
                    route = mover.move(route, decision)
                except IllegalMove as error:
                    raise self._illegal(error) from error
            self._audit(kept, action, route_id, before, route)
            return keep_answer(kept, answered(route, kept.routes.events(route_id)))

    def _may(self, decision: str) -> None:
        if not may_decide(self._principal.role, decision):
            raise Forbidden(self._principal)


def of_team(link: TeamLink) -> Refused:
    """Refusal to agree one member's route: seats are taken for the whole team or for nobody."""
    told = {"team": link.team_id, "build": link.build_id}
    return Refused("team_route", {"build": link.build_id}, members=told)


def _wanted_of(body: DecisionBody) -> Wanted:
    """The revision that a decision of a methodist asks for."""
    comment, named = body.comment or "", body.activity or ""
    if body.decision == "pin":
        directives, pointers = Directives(pins=(named,)), {"/pins/0": "/activity"}
    elif body.decision == "ban":
        place = "/activity" if body.activity is not None else "/step"
        directives = Directives(bans=(body.activity or body.step or "",))
        pointers = {"/bans/0": place}
    elif body.decision == "unpin":
        directives, pointers = Directives(unpins=(named,)), {"/unpins/0": "/activity"}
    elif body.decision == "unban":
        directives, pointers = Directives(unbans=(named,)), {"/unbans/0": "/activity"}
    elif body.activity is None:
        directives, pointers = Directives(bans=(body.step or "",)), {"/bans/0": "/step"}
    else:
        directives = Directives(replacements={body.step or "": named})
        pointers = {f"/replacements/{body.step}": "/step"}
    return Wanted(directives, pointers, comment, action="decide")


def _check_decision(body: DecisionBody) -> None:
    """Refuse a decision that lacks what it needs, or says what it has no use for."""
    faults = []
    if body.decision == "return" and not (body.comment or "").strip():
        faults.append(("comment_needed", "/comment"))
    if body.decision == "replace" and body.step is None:
        faults.append(("step_needed", "/step"))
    if body.decision in ("pin", "unpin", "unban") and body.activity is None:
        faults.append(("activity_needed", "/activity"))
    if body.decision == "ban" and body.activity is None and body.step is None:
        faults.append(("activity_needed", "/activity"))
    if body.step is not None and body.decision not in ("ban", "replace"):
        faults.append(("step_unwanted", "/step"))
    if body.activity is not None and body.decision not in _ABOUT_ACTIVITIES:
        faults.append(("activity_unwanted", "/activity"))
    if faults:
        raise InputError([Fault(code, FAULTS[code].say(RUSSIAN), at) for code, at in faults])
