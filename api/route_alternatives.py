"""What could stand in the place of a step of a kept route, as things are now."""

from __future__ import annotations

from fastapi.concurrency import run_in_threadpool

from api.alternatives_call import AlternativesCall
from api.lifecycle_json import progress_of
from api.refusals import Refused
from api.route_access import kept_request
from api.route_revisions import RouteRevisions
from engine.lifecycle.illegal import IllegalMove
from engine.lifecycle.moves import Move, legal_moves
from engine.recommender import AskLimits


class RouteAlternatives(RouteRevisions):
    """Questions before a replacement; parameters as of ``RouteAccess``."""

    async def alternatives(self, route_id: str, step_id: str) -> str:
        """The best few activities in the place of a step; JSON text.

        Raises
        ------
        RouteNotFound, RouteNotRepeatable
            There is no such route, or it was kept without its request.
        Refused
            ``step_not_found``, ``route_absent``; ``illegal_move`` where the route is over.
        InputError
            ``step_has_begun``.
        SolvingError
            No worker could do it.
        """
        route = await run_in_threadpool(self._visible, route_id)
        request, progress = kept_request(route), progress_of(route)
        if Move.REVISE not in legal_moves(progress):
            legal = legal_moves(progress)
            raise self._illegal(
                IllegalMove("move_not_legal", Move.REVISE, route.state, legal=legal)
            )
        if not route.steps or route.solution is None:
            raise Refused("route_absent", {"id": route.id[:80]})
        if step_id not in {step.step_id for step in route.steps}:
            raise Refused("step_not_found", {"id": route.id[:80], "step": step_id[:80]})
        limits = AskLimits()
        call = AlternativesCall(
            answer=route.answer,
            problem=route.problem,
            request=request,
            solution=route.solution,
            progress=progress,
            step_id=step_id,
            as_of=self._service.clock(),
            occupancy=await run_in_threadpool(self.occupancy, route.id),
            evidence=await run_in_threadpool(self._evidence, route),
            limits=limits,
        )
        return await self._service.solved(call, limits.deadline_ms)
