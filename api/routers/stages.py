"""The stages alone: deficits, and ranked activities."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.access.deps import CurrentPrincipal
from api.asking import own_request
from api.deps import AcceptedLanguage, Loaded
from api.present import deficits_answer, recommendations_answer
from api.routers.responses import ALWAYS, WITH_BODY, problems
from api.schemas.route_body import RouteBody
from api.schemas.stages import DeficitsAnswer, RecommendationsAnswer

LIMIT_MOST = 1_000

router = APIRouter(tags=["stages"], responses=problems(*ALWAYS, *WITH_BODY))


@router.post("/deficits", summary="Дефициты")
def assess_deficits(
    body: RouteBody, service: Loaded, language: AcceptedLanguage, principal: CurrentPrincipal
) -> DeficitsAnswer:
    """Оценивает дефициты без построения маршрута; тело то же, что у POST /routes."""
    asked = own_request(body, service.context, language, principal)
    with asked.pointers.translating():
        vector = service.engine.deficits(asked.request)
    return deficits_answer(asked.request, vector)


@router.post("/recommendations", summary="Подходящие активности")
def rank_activities(
    body: RouteBody,
    service: Loaded,
    language: AcceptedLanguage,
    principal: CurrentPrincipal,
    limit: Annotated[
        int, Query(ge=1, le=LIMIT_MOST, description="Сколько первых активностей отдать.")
    ] = 20,
) -> RecommendationsAnswer:
    """Ранжирует каталог без построения маршрута; тело то же, что у POST /routes."""
    asked = own_request(body, service.context, language, principal)
    with asked.pointers.translating():
        stages = service.engine.rank(asked.request)
    return recommendations_answer(asked.request, stages, service.engine.catalogue, limit)
