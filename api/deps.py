"""What handlers ask for: the loaded service, and the language of the caller.

What does not wait is ``async``: the framework sends everything else to a thread and back, which
costs more than the work itself. What every call needs does not ask for one another as
dependencies either: the framework's way from one to the next took a fifth of a read.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from api.access.deps import CurrentPrincipal, current_principal
from api.access.principal import Principal
from api.access.scope import check_route
from api.errors import NotReady, RouteNotFound
from api.jobs import Jobs
from api.messages import language_of
from api.route_calls import RouteCalls
from api.route_moves import RouteMoves
from api.service import Service
from api.solving.errors import Stopping
from api.state import Loading
from api.tenants import Tenants
from engine.recommendation import Recommendation
from engine.recommendation_json import recommendation_from_dict
from engine.storage import DEFAULT_TENANT, StoredRoute


async def loaded(request: Request) -> Service:
    """Service of the caller's tenant; 503 before it is loaded and when it is being stopped."""
    state: Loading = request.app.state.loading
    if state.stopping:
        raise Stopping()
    if state.service is None:
        raise NotReady(state.failed)
    principal: Principal | None = getattr(request.state, "principal", None)
    tenants: Tenants = request.app.state.tenants
    tenant = DEFAULT_TENANT if principal is None else principal.tenant
    at_hand = tenants.at_hand(tenant)
    return at_hand if at_hand is not None else await run_in_threadpool(tenants.of, tenant)


Loaded = Annotated[Service, Depends(loaded)]


async def accepted_language(request: Request) -> str:
    """Language that the caller asks for in ``Accept-Language``."""
    return _language(request, await loaded(request))


def _language(request: Request, service: Service) -> str:
    return language_of(request.headers.get("accept-language"), service.settings.language)


AcceptedLanguage = Annotated[str, Depends(accepted_language)]


async def page_language(
    accepted: AcceptedLanguage,
    language: Annotated[
        str | None,
        Query(pattern="^(ru|en)$", description="Язык: ru или en; нет — по Accept-Language."),
    ] = None,
) -> str:
    """Language of a document: asked for in the address, else accepted."""
    return language or accepted


DocumentLanguage = Annotated[str, Depends(page_language)]


def stored_route(
    route_id: Annotated[str, Path(description="Код маршрута.")],
    service: Loaded,
    principal: CurrentPrincipal,
) -> StoredRoute:
    """Kept route of the address; 404 if the tenant has none, 403 if it is not the caller's."""
    route = service.route(principal.tenant, route_id)
    if route is None:
        raise RouteNotFound(route_id)
    check_route(principal, route)
    return route


async def route_calls(request: Request) -> RouteCalls:
    """Calls about the routes that the caller may see."""
    service, principal = await loaded(request), await current_principal(request)
    return RouteCalls(service, principal, _language(request, service))


Routes = Annotated[RouteCalls, Depends(route_calls)]


async def running_jobs(request: Request) -> Jobs:
    """Asynchronous solves of this process."""
    found: Jobs = request.app.state.jobs
    return found


RunningJobs = Annotated[Jobs, Depends(running_jobs)]


async def route_moves(request: Request) -> RouteMoves:
    """Moves of the routes that the caller may see."""
    service, principal = await loaded(request), await current_principal(request)
    return RouteMoves(service, principal, _language(request, service))


Moves = Annotated[RouteMoves, Depends(route_moves)]


KeptRoute = Annotated[StoredRoute, Depends(stored_route)]


def kept_recommendation(route: KeptRoute) -> Recommendation:
    """Kept answer as records again."""
    return recommendation_from_dict(json.loads(route.answer))


KeptRecommendation = Annotated[Recommendation, Depends(kept_recommendation)]
