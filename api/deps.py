"""What handlers ask for: the loaded service, and the language of the caller."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from api.errors import NotReady, RouteNotFound
from api.messages import language_of
from api.service import Service
from api.state import Loading
from engine.recommendation import Recommendation
from engine.recommendation_json import recommendation_from_dict
from engine.storage import StoredRoute


def loading(request: Request) -> Loading:
    """State of loading; there from the first moment on."""
    found: Loading = request.app.state.loading
    return found


def loaded(state: Annotated[Loading, Depends(loading)]) -> Service:
    """Service once it is loaded; 503 before."""
    if state.service is None:
        raise NotReady(state.failed)
    return state.service


Loaded = Annotated[Service, Depends(loaded)]


def accepted_language(request: Request, service: Loaded) -> str:
    """Language that the caller asks for in ``Accept-Language``."""
    return language_of(request.headers.get("accept-language"), service.settings.language)


AcceptedLanguage = Annotated[str, Depends(accepted_language)]


def page_language(
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
    route_id: Annotated[str, Path(description="Код маршрута.")], service: Loaded
) -> StoredRoute:
    """Kept route of the address; 404 if there is none."""
    route = service.route(route_id)
    if route is None:
        raise RouteNotFound(route_id)
    return route


KeptRoute = Annotated[StoredRoute, Depends(stored_route)]


def kept_recommendation(route: KeptRoute) -> Recommendation:
    """Kept answer as records again."""
    return recommendation_from_dict(json.loads(route.answer))


KeptRecommendation = Annotated[Recommendation, Depends(kept_recommendation)]
