"""Next revisions of a route: replanning, decisions on single steps, a place that has gone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import Response
from fastapi.concurrency import run_in_threadpool

from api.etags import Match
from api.lifecycle_json import progress_of
from api.once import keep_answer
from api.refusals import Refused
from api.revision_call import Revision, RevisionCall
from api.route_access import RouteAccess, answered, kept_request
from api.schemas.lifecycle import ReplanBody
from api.solving.calls import BuildCall, Built
from api.translate import constraints_of
from engine.errors import Fault, InputError
from engine.lifecycle.directives import Directives
from engine.lifecycle.illegal import IllegalMove
from engine.lifecycle.moves import Decision, Move, legal_moves
from engine.lifecycle.replan import Evidence
from engine.lifecycle.states import RouteState
from engine.recommender import request_from_json, request_to_json
from engine.storage import ResourceGone, StoredRoute


@dataclass(frozen=True, slots=True)
class Wanted:
    """A revision that is asked for.

    Parameters
    ----------
    pointers
        Beginnings of the engine's pointers → those of the body.
    changes_most
        ``None`` = the policy's.
    request
        JSON text that takes the place of the kept request; ``None`` = that one.
    action
        Name of the call, for the audit.
    """

    directives: Directives
    pointers: Mapping[str, str]
    comment: str = ""
    changes_most: int | None = None
    request: str | None = None
    action: str = "replan"


class RouteRevisions(RouteAccess):
    """Planning the rest of a route anew; parameters as of ``RouteAccess``."""

    async def replan(self, route_id: str, body: ReplanBody, match: Match) -> Response:
        """Plan the rest of a route anew."""
        pointers = {"/pins": "/pinned", "/bans": "/excluded"}
        wanted = Wanted(
            Directives(pins=body.pinned, bans=body.excluded),
            pointers,
            comment=body.comment or "",
            changes_most=body.changes_most,
        )
        if body.constraints is not None:
            route = await run_in_threadpool(self._visible, route_id)
            request = request_from_json(kept_request(route))
            changed = constraints_of(body.constraints, request)
            wanted = replace(wanted, request=request_to_json(replace(request, constraints=changed)))
        return await self.revised(route_id, match, wanted)

    async def revised(self, route_id: str, match: Match, wanted: Wanted) -> Response:
        """Plan a route anew as it is wanted, and keep the revision.

        Raises
        ------
        Refused
            ``version_stale``, ``illegal_move``, ``replan_impossible``, ``seat_gone``.
        """
        route = await run_in_threadpool(self._visible, route_id)
        match.check(route.version)
        if Move.REVISE not in legal_moves(progress_of(route)):
            error = IllegalMove(
                "move_not_legal",
                Move.REVISE,
                route.state,
                legal=legal_moves(progress_of(route)),
            )
            raise self._illegal(error)
        revision = await self._revision(route, wanted)
        if revision.difference is None:
            raise self._impossible(revision)
        try:
            return await run_in_threadpool(self._keep_revision, route, revision, wanted)
        except IllegalMove as error:
            raise self._illegal(error) from error
        except ResourceGone as gone:
            raise self._gone(gone, None) from gone

    async def _revision(self, route: StoredRoute, wanted: Wanted) -> Revision:
        request = kept_request(route)
        if not route.steps or route.solution is None:
            raise Refused("route_absent", {"id": route.id[:80]})
        call = RevisionCall(
            route_id=route.id,
            answer=route.answer,
            problem=route.problem,
            request=wanted.request or request,
            solution=route.solution,
            progress=progress_of(route),
            as_of=self._service.clock(),
            directives=wanted.directives,
            occupancy=await run_in_threadpool(self.occupancy, route.id),
            evidence=await run_in_threadpool(self._evidence, route),
            changes_most=wanted.changes_most,
        )
        deadline = self._service.deadline_ms(request_from_json(request))
        try:
            return await self._service.solved(call, deadline)
        except InputError as error:
            raise InputError([_repointed(f, wanted.pointers) for f in error.faults]) from error

    def _evidence(self, route: StoredRoute) -> Evidence | None:
        """What is kept of a known educator by now; ``None`` = as the route was planned with."""
        known = self._service.people.known(route.educator_id)
        if known is None or not (known.diagnostics or known.responses):
            return None
        return Evidence(known.diagnostics, known.responses)

    def _keep_revision(self, seen: StoredRoute, revision: Revision, wanted: Wanted) -> Response:
        with self._service.store.writing(self._principal.tenant) as kept:
            before = self._locked(kept, seen.id)
            Match(frozenset({str(seen.version)})).check(before.version)
            route = self._mover(kept).revise(
                before,
                _with_content(before, revision, self._service.clock()),
                Decision(
                    Move.REVISE,
                    actor=self._principal.actor,
                    comment=wanted.comment,
                    parameters={"changes": revision.changes, "action": wanted.action},
                ),
            )
            self._audit(kept, wanted.action, route.id, before, route)
            events = kept.routes.events(route.id)
            return keep_answer(kept, answered(route, events, difference=revision.difference))

    async def seat_gone(self, route_id: str, gone: ResourceGone) -> Refused:
        """Refusal with the route built again around what others hold, kept as its next revision."""
        route = await run_in_threadpool(self._visible, route_id)
        try:
            if route.state in (RouteState.PROPOSED, RouteState.RETURNED):
                if not await self._rebuilt(route):
                    return self._gone(gone, None)
            else:
                wanted = Wanted(Directives(), {}, action="seat_gone")
                await self.revised(route_id, Match(any=True), wanted)
        except (Refused, InputError, ResourceGone, IllegalMove):
            return self._gone(gone, None)
        return self._gone(gone, await run_in_threadpool(self._visible, route_id))

    async def _rebuilt(self, route: StoredRoute) -> bool:
        """Build a route that nobody has agreed to anew, as if it were asked for now.

        Returns
        -------
        bool
            Whether there is such a route.
        """
        request = replace(
            request_from_json(kept_request(route)),
            as_of=self._service.clock(),
            occupancy=await run_in_threadpool(self.occupancy, route.id),
        )
        call = BuildCall(request, route.id)
        built = await self._service.solved(call, self._service.deadline_ms(request))
        return await run_in_threadpool(self._keep_rebuilt, route, built)

    def _keep_rebuilt(self, seen: StoredRoute, built: Built) -> bool:
        if not built.has_route:
            return False
        revision = Revision(built, built.steps, built.mentor_id, None, (), None, None)
        with self._service.store.writing(self._principal.tenant) as kept:
            before = self._locked(kept, seen.id)
            Match(frozenset({str(seen.version)})).check(before.version)
            route = self._mover(kept).revise(
                before,
                _with_content(before, revision, self._service.clock()),
                Decision(
                    Move.REVISE, actor=self._principal.actor, parameters={"action": "seat_gone"}
                ),
            )
            self._audit(kept, "decide", route.id, before, route)
        return True

    def _impossible(self, revision: Revision) -> Refused:
        told = json.loads(revision.conflict or "{}")
        members = {"needs_changes": revision.needs_changes, **told}
        return Refused("replan_impossible", {"status": revision.built.status}, members=members)


def _with_content(route: StoredRoute, revision: Revision, at: dt.datetime) -> StoredRoute:
    built = revision.built
    return replace(
        route,
        as_of=built.as_of,
        status=built.status,
        problem_digest=built.problem_digest,
        answer=built.answer,
        problem=built.problem,
        request=built.request,
        solution=built.solution,
        steps=revision.steps,
        mentor_id=revision.mentor_id,
        updated_at=at,
        links=built.links,
    )


def _repointed(fault: Fault, pointers: Mapping[str, str]) -> Fault:
    for theirs, ours in pointers.items():
        if fault.pointer.startswith(theirs):
            return replace(fault, pointer=ours + fault.pointer.removeprefix(theirs))
    return fault
