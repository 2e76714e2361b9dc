"""What all calls about routes share: looking them up, locking them, audit, answers, refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from fastapi import Response

from api.access.principal import Principal
from api.access.scope import check_route
from api.audit import audited
from api.errors import RouteNotFound, RouteNotRepeatable
from api.etags import etag
from api.lifecycle_json import answer_with_life, legal_names
from api.moving import Mover
from api.refusals import Refused
from api.service import Service
from engine.domain import Occupancy
from engine.lifecycle.illegal import IllegalMove
from engine.lifecycle.states import RouteEvent
from engine.recommendation import to_dict
from engine.storage import Repositories, ResourceGone, ShownRoute, StoredRoute
from engine.wording import word

JSON = "application/json"


class RouteAccess:
    """Routes of one tenant that the caller may see.

    Parameters
    ----------
    service
        Of the tenant.
    language
        In which refusals are worded.
    """

    def __init__(self, service: Service, principal: Principal, language: str) -> None:
        self._service = service
        self._principal = principal
        self._language = language

    @property
    def caller(self) -> tuple[Service, Principal]:
        """Whose service is asked by whom, for calls about what is no kept route."""
        return self._service, self._principal

    def occupancy(self, without: str | None) -> Occupancy:
        """What is held at this moment."""
        with self._service.store.reading(self._principal.tenant) as kept:
            return kept.holds.occupancy(self._service.clock(), without)

    def _mover(self, kept: Repositories) -> Mover:
        at = self._service.clock()
        mentors = self._service.package.mentors
        catalogue = self._service.engine.catalogue
        return Mover(kept, catalogue, mentors, at, self._principal.role.value)

    def _locked(self, kept: Repositories, route_id: str) -> StoredRoute:
        route = kept.routes.lock(route_id)
        if route is None:
            raise RouteNotFound(route_id)
        check_route(self._principal, route)
        return route

    def _visible(self, route_id: str) -> StoredRoute:
        with self._service.store.reading(self._principal.tenant) as kept:
            route = kept.routes.get(route_id)
        if route is None:
            raise RouteNotFound(route_id)
        check_route(self._principal, route)
        return route

    def _audit(
        self,
        kept: Repositories,
        action: str,
        route_id: str,
        before: StoredRoute | None,
        after: StoredRoute,
    ) -> None:
        at, who = self._service.clock(), self._principal
        old = None if before is None else _audited(before)
        audited(kept, who, action, "route", route_id, old, _audited(after), at)

    def _illegal(self, error: IllegalMove) -> Refused:
        reason = word(error.reason, error.parameters, self._language, family="move")
        told = {"reason": error.reason, "state": error.state, "legal": legal_names(error.legal)}
        return Refused("illegal_move", {"reason": reason}, members=told)

    def _gone(self, gone: ResourceGone, route: StoredRoute | None) -> Refused:
        named = [{"kind": c.kind.value, "resource": c.resource} for c in gone.claims]
        shown = ", ".join(sorted({c.resource for c in gone.claims}))
        members: dict[str, object] = {"gone": named, "route": None}
        if route is None:
            return Refused("seat_gone", {"resources": shown}, members=members)
        with self._service.store.reading(self._principal.tenant) as kept:
            events = kept.routes.events(route.id)
        members["route"] = json.loads(answer_with_life(route, events))
        return Refused(
            "seat_gone", {"resources": shown}, headers=etag(route.version), members=members
        )


def answered(
    route: StoredRoute | ShownRoute,
    events: Sequence[RouteEvent],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    difference: str | None = None,
) -> Response:
    """Answer with a route and its life.

    Parameters
    ----------
    difference
        JSON text of what the revision changed; ``None`` = it is no new revision.
    """
    text = answer_with_life(route, events)
    if difference is not None:
        text = f'{text[:-1]}, "difference": {difference}}}'
    told = {**etag(route.version), **(headers or {})}
    return Response(text, status_code=status, headers=told, media_type=JSON)


def _audited(route: StoredRoute) -> dict[str, object]:
    """The part of a route whose digest goes into the audit."""
    return {
        "answer": route.answer,
        "state": route.state,
        "revision": route.revision,
        "version": route.version,
        "steps": [to_dict(s) for s in route.steps],
    }


def kept_request(route: StoredRoute) -> str:
    """Request that a route was built from, JSON text.

    Raises
    ------
    RouteNotRepeatable
        It is not kept.
    """
    if route.request is None or route.solution is None:
        raise RouteNotRepeatable(route.id)
    return route.request
