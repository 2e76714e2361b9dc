"""Routes of others and routes side by side: compare kept ones, check a hand-made one."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.access.deps import CurrentPrincipal
from api.deps import AcceptedLanguage, Loaded
from api.routers.responses import ALWAYS, SOLVING, WITH_BODY, problems
from api.schemas.answers import CheckAnswer, ComparisonAnswer
from api.schemas.side_bodies import CheckBody, CompareBody
from api.side import check_route, compare_routes

JSON = "application/json"

router = APIRouter(tags=["routes"])


@router.post(
    "/routes/compare",
    response_model=ComparisonAnswer,
    responses=problems(*ALWAYS, *(code for code in WITH_BODY if code != "nothing_to_plan")),
    summary="Сравнить маршруты",
)
def compare(body: CompareBody, service: Loaded, principal: CurrentPrincipal) -> Response:
    """Сравнивает два или три сохранённых маршрута одного педагога шаг за шагом.

    Один код — сравнение вариантов этого маршрута (построенного с options.variants).
    """
    return Response(compare_routes(body, service, principal), media_type=JSON)


@router.post(
    "/routes/check",
    response_model=CheckAnswer,
    responses=problems(*ALWAYS, *WITH_BODY, *SOLVING),
    summary="Проверить маршрут, составленный вручную",
)
async def check(
    body: CheckBody, service: Loaded, language: AcceptedLanguage, principal: CurrentPrincipal
) -> Response:
    """Называет нарушения с размерами, ценность рядом с лучшей и наименьшую правку.

    Ничего не запоминает. Половина срока идёт на лучший маршрут, половина — на правку.
    """
    return Response(await check_route(body, service, language, principal), media_type=JSON)
