"""What the calls about routes do: build, list, read."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Response
from fastapi.concurrency import run_in_threadpool

from api.access.scope import check_route, narrowed
from api.etags import etag
from api.once import keep_answer
from api.route_access import RouteAccess, answered
from api.solving.calls import BuildCall, Built
from api.translate import Translated
from engine.lifecycle.states import RouteEvent, RouteState
from engine.recommendation import to_dict
from engine.storage import Repositories, RouteFilter, ShownRoute, StoredRoute


class RouteCalls(RouteAccess):
    """Building, listing and reading routes; parameters as of ``RouteAccess``."""

    async def build(self, asked: Translated) -> Response:
        """Build a route and keep it.

        Raises
        ------
        InputError
            With pointers into the body.
        SolvingError
            No worker could do it.
        """
        call = BuildCall(asked.request, self._service.new_id())
        with asked.pointers.translating():
            built = await self._service.solved(call, self._service.deadline_ms(asked.request))
        route = self.built_route(built, call.route_id, asked)
        return await run_in_threadpool(self.keep_new, route, asked.display_name)

    def around_others(self, asked: Translated) -> Translated:
        """The same around what agreed routes hold at this moment."""
        occupied = replace(asked.request, occupancy=self.occupancy(None))
        return replace(asked, request=occupied)

    def built_route(self, built: Built, route_id: str, asked: Translated) -> StoredRoute:
        """A built route with the steps that moves will change."""
        route = self._service.stored(built, route_id, asked)
        organisation = asked.request.educator.organisation
        return replace(
            route,
            steps=built.steps,
            mentor_id=built.mentor_id,
            organisation_id=None if organisation is None else organisation.id,
        )

    def keep_new(self, route: StoredRoute, display_name: str | None) -> Response:
        """Keep a route that was just built, and answer with it."""
        with self._service.store.writing(self._principal.tenant) as kept:
            return keep_answer(kept, self.added(kept, route, display_name))

    def added(
        self,
        kept: Repositories,
        route: StoredRoute,
        display_name: str | None,
        action: str = "build_route",
    ) -> Response:
        """Add a built route within a transaction; ``action`` is the audit's."""
        kept.routes.add(route)
        if display_name is not None:
            kept.labels.put(route.educator_id, display_name)
        events = kept.routes.append(route.id, self._told("proposed", route))
        self._audit(kept, action, route.id, None, route)
        location = {"Location": f"/routes/{route.id}", **etag(route.version)}
        return answered(route, events, status=201, headers=location)

    def _told(self, kind: str, route: StoredRoute) -> RouteEvent:
        who = self._principal
        proposed = RouteState.PROPOSED.value
        return RouteEvent(route.created_at, who.actor, who.role.value, kind, None, "", proposed)

    def kept(self, route_id: str) -> tuple[ShownRoute, tuple[RouteEvent, ...]] | None:
        """A kept route and its history, of one moment; ``None`` if there is none.

        Raises
        ------
        Forbidden
            It is not the caller's.
        """
        with self._service.store.reading(self._principal.tenant) as kept:
            route = kept.routes.shown(route_id)
            if route is None:
                return None
            check_route(self._principal, route)
            return route, kept.routes.events(route_id)

    def listed(self, wanted: RouteFilter, cursor: str | None, limit: int) -> object:
        """Part of the list of the routes that the caller may see."""
        with self._service.store.reading(self._principal.tenant) as kept:
            page = kept.routes.page(narrowed(self._principal, wanted), cursor, limit)
        items = []
        for summary in page.items:
            shown = to_dict(summary)
            assert isinstance(shown, dict)
            items.append({k: v for k, v in shown.items() if k != "problem_digest"})
        return {"items": items, "next": page.next}
