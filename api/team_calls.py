"""What the calls about routes of a team do: build, read, decide about all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fastapi import Response
from fastapi.concurrency import run_in_threadpool

from api.access.decisions import may_decide
from api.access.errors import Forbidden
from api.etags import Match, etag
from api.messages import FAULTS, RUSSIAN
from api.moving import Mover
from api.observability.metrics import note_solve
from api.once import keep_answer
from api.refusals import Refused
from api.route_calls import RouteCalls
from api.schemas.team import TeamDecisionBody
from api.team_answers import (
    DECISIONS,
    KeptMember,
    legal_decisions,
    moves_route,
    team_answer,
    version_of,
)
from api.team_asking import AskedTeam
from api.team_call import TeamBuilt, TeamCall
from engine.errors import Fault, InputError
from engine.lifecycle.holds import Claim
from engine.lifecycle.illegal import IllegalMove
from engine.lifecycle.moves import Decision, Move
from engine.storage import (
    Repositories,
    ResourceGone,
    StoredRoute,
    TeamBuild,
    TeamLink,
)
from engine.wording import word


class TeamCalls(RouteCalls):
    """Calls about routes of teams; parameters as of ``RouteAccess``."""

    # ------------------------------------------------------------------ build

    async def build_team(self, asked: AskedTeam, build_id: str) -> Response:
        """Build the routes of a team and keep them.

        Raises
        ------
        InputError
            With pointers into the body.
        SolvingError
            No worker could do it.
        """
        occupancy = await run_in_threadpool(self.occupancy, None)
        asked = asked.around(occupancy)
        route_ids = tuple(self._service.new_id() for _ in asked.members)
        call = TeamCall(asked.request, build_id, route_ids)
        with asked.translating():
            built = await self._service.solved(call, asked.budget_ms)
        note_solve(built.status, built.gap_ppm, built.took_ms)
        return await run_in_threadpool(self._keep_team, asked, built, call)

    def _keep_team(self, asked: AskedTeam, built: TeamBuilt, call: TeamCall) -> Response:
        team_id = asked.request.team.id if asked.registered else None
        link = TeamLink(call.build_id, team_id)
        at = self._service.clock()
        first = asked.members[0].asked
        build = TeamBuild(
            id=call.build_id,
            created_at=at,
            team_id=team_id,
            as_of=first.request.as_of,
            status=built.status,
            policy=first.policy,
            answer=built.answer,
        )
        with self._service.store.writing(self._principal.tenant) as kept:
            members = []
            for one, own, route_id in zip(
                asked.members, built.members, call.route_ids, strict=False
            ):
                route = self.built_route(own, route_id, one.asked)
                self.added(kept, route, one.asked.display_name, "build_team_routes")
                events = kept.routes.events(route_id)
                members.append(KeptMember(replace(route, team=link), events))
            kept.teams.add(build, [m.route.id for m in members])
            answer = _answered(build, members, status=201)
            answer.headers["Location"] = f"/routes/team/{build.id}"
            return keep_answer(kept, answer)

    # ------------------------------------------------------------------ read

    def read_team(self, build_id: str) -> Response:
        """A build as it was, with the routes as they are.

        Raises
        ------
        Refused
            ``team_build_not_found``.
        """
        with self._service.store.reading(self._principal.tenant) as kept:
            build = _build(kept, build_id)
            members = []
            for route_id in kept.teams.routes_of(build_id):
                found = kept.routes.shown(route_id)
                assert found is not None  # the row goes with its route
                members.append(KeptMember(found, kept.routes.events(route_id)))
        return _answered(build, members)

    # ------------------------------------------------------------------ decide

    def decide_team(self, build_id: str, body: TeamDecisionBody, match: Match) -> Response:
        """Carry out a decision about the routes of all members, or about none.

        A route that is where the decision would bring it, or that has ended, stays as it is; so
        does, of an agreement, one without planned steps.

        Raises
        ------
        Refused
            ``team_build_not_found``, ``version_stale``, ``illegal_move``, ``seat_gone``.
        InputError
            A return without a comment.
        """
        if not may_decide(self._principal.role, body.decision):
            raise Forbidden(self._principal)
        if body.decision == "return" and not (body.comment or "").strip():
            said = FAULTS["comment_needed"].say(RUSSIAN)
            raise InputError([Fault("comment_needed", said, "/comment")])
        decision = Decision(
            DECISIONS[body.decision],
            actor=self._principal.actor,
            comment=body.comment or "",
            parameters={"team_build": build_id},
        )
        with self._service.store.writing(self._principal.tenant) as kept:
            build = _build(kept, build_id)
            ids = kept.teams.routes_of(build_id)
            # One order for all who lock several routes, so that none waits for another for ever.
            before = {i: self._locked(kept, i) for i in sorted(ids)}
            match.check(version_of([before[i] for i in ids]))
            after = self._all_moved(kept, [before[i] for i in ids], decision)
            members = []
            for route in after:
                if route.version != before[route.id].version:
                    self._audit(kept, "decide_team", route.id, before[route.id], route)
                members.append(KeptMember(route, kept.routes.events(route.id)))
            return keep_answer(kept, _answered(build, members))

    def _all_moved(
        self, kept: Repositories, routes: Sequence[StoredRoute], decision: Decision
    ) -> list[StoredRoute]:
        """The routes after the decision, in the members' order."""
        mover = self._mover(kept)
        found = [mover.expired(route) for route in routes]
        moving = [route for route in found if moves_route(decision.move, route)]
        if not moving:
            raise self._nothing_moves(decision, found)
        if decision.move is Move.AGREE:
            kept.holds.alone_at([c for route in moving for c in mover.claims(route)])
        moved: dict[str, StoredRoute] = {}
        gone: list[tuple[StoredRoute, Claim]] = []
        for route in moving:
            try:
                moved[route.id] = self._one_moved(mover, route, decision)
            except ResourceGone as error:
                # Nothing of it is kept; the others are gone through to name all that is missing.
                gone += [(route, claim) for claim in error.claims]
        if gone:
            raise _all_gone(gone)
        return [moved.get(route.id, route) for route in found]

    def _one_moved(self, mover: Mover, route: StoredRoute, decision: Decision) -> StoredRoute:
        try:
            return mover.move(route, decision)
        except IllegalMove as error:
            raise self._illegal_of(route, error) from error

    def _nothing_moves(self, decision: Decision, routes: Sequence[StoredRoute]) -> Refused:
        if not routes:
            return Refused("illegal_move", {"reason": self._word("team_without_plan")})
        state = routes[0].state.value
        error = IllegalMove(
            "team_move_not_legal", decision.move, state, legal=legal_decisions(routes)
        )
        told = {"reason": error.reason, "state": state, "legal": list(error.legal)}
        return Refused("illegal_move", {"reason": self._word(error.reason)}, members=told)

    def _illegal_of(self, route: StoredRoute, error: IllegalMove) -> Refused:
        found = self._illegal(error)
        whose = {"route": route.id, "educator": route.educator_id}
        return Refused(found.code, found.parameters, members={**found.members, **whose})

    def _word(self, code: str) -> str:
        return word(code, {}, self._language, family="move")


def _build(kept: Repositories, build_id: str) -> TeamBuild:
    build = kept.teams.get(build_id)
    if build is None:
        raise Refused("team_build_not_found", {"id": build_id[:80]})
    return build


def _answered(build: TeamBuild, members: Sequence[KeptMember], *, status: int = 200) -> Response:
    tag = etag(version_of([m.route for m in members]))
    text = team_answer(build, members)
    return Response(text, status_code=status, headers=tag, media_type="application/json")


def _all_gone(gone: Sequence[tuple[StoredRoute, Claim]]) -> Refused:
    """What cannot be had, and whose routes need it."""
    named = [
        {
            "kind": claim.kind.value,
            "resource": claim.resource,
            "route": route.id,
            "educator": route.educator_id,
        }
        for route, claim in gone
    ]
    shown = ", ".join(sorted({claim.resource for _, claim in gone}))
    return Refused("seat_gone", {"resources": shown}, members={"gone": named, "route": None})
