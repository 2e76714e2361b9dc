"""Feedback, and the models that learn from it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.deps import CurrentPrincipal
from api.deps import Loaded
from api.feedback_calls import add_feedback as add_rows
from api.feedback_calls import list_feedback as list_rows
from api.model_calls import MARKDOWN, model_card, promote, roll_back
from api.model_calls import list_models as list_entries
from api.once import KEYED, OnceRoute
from api.routers.paging import Cursor, Limit
from api.routers.responses import ALWAYS, KEYED_PROBLEMS, WITH_BODY, problems
from api.schemas.base import Id
from api.schemas.feedback import (
    FeedbackAnswer,
    FeedbackList,
    FeedbackListBody,
    ModelCardAnswer,
    ModelList,
    PromotionAnswer,
    PromotionBody,
)

_BODY = tuple(code for code in WITH_BODY if code != "nothing_to_plan")
_MOVED = (*ALWAYS, *KEYED_PROBLEMS, "registry_absent", "promotion_refused")

router = APIRouter(tags=["models"], route_class=OnceRoute)

ModelVersion = Annotated[str, Path(max_length=64, description="Версия модели.")]


@router.post(
    "/feedback",
    response_model=FeedbackAnswer,
    responses=problems(*ALWAYS, *_BODY, *KEYED_PROBLEMS),
    dependencies=[KEYED],
    summary="Обратная связь",
)
def add_feedback(body: FeedbackListBody, service: Loaded, principal: CurrentPrincipal) -> Response:
    """Принимает исходы: свои строки или утверждения xAPI; по ним учится модель подбора."""
    return add_rows(service, principal, body.items)


@router.get(
    "/feedback",
    response_model=FeedbackList,
    responses=problems(*ALWAYS, "invalid_input"),
    summary="Принятая обратная связь",
)
def list_feedback(
    service: Loaded,
    principal: CurrentPrincipal,
    educator_id: Annotated[Id | None, Query(description="Только этого педагога.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """Отдаёт строки для обучения, без отзывов словами."""
    return list_rows(service, principal, educator_id, cursor, limit)


@router.get("/models", response_model=ModelList, responses=problems(*ALWAYS), summary="Модели")
def list_models(service: Loaded) -> object:
    """Отдаёт реестр моделей подбора с отчётами допуска."""
    return list_entries(service)


@router.get(
    "/models/{version}/card",
    response_model=ModelCardAnswer,
    responses={
        200: {"content": {MARKDOWN: {"schema": {"type": "string"}}}},
        **problems(*ALWAYS, "registry_absent", "model_not_found", "artefact_refused"),
    },
    summary="Карточка модели",
)
def read_model_card(
    version: ModelVersion,
    request: Request,
    service: Loaded,
    form: Annotated[
        Literal["json", "markdown"] | None,
        Query(alias="format", description="Вид; нет — по Accept, без него — json."),
    ] = None,
) -> Response:
    """Отдаёт карточку: для чего модель, показатели с интервалами, срезы, вердикт, пределы."""
    accepted = request.headers.get("accept", "").lower()
    asked = MARKDOWN in accepted and "json" not in accepted
    return model_card(service, version, markdown=asked if form is None else form == "markdown")


@router.post(
    "/models/{version}/promotion",
    response_model=PromotionAnswer,
    responses=problems(*_MOVED, *_BODY, "model_not_found"),
    dependencies=[KEYED],
    summary="Пустить модель в работу",
)
def promote_model(
    version: ModelVersion,
    body: PromotionBody,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Пускает модель в работу, если сравнение с работающей её допускает; службы подхватят её."""
    return promote(service, principal, version, body.force_reason)


@router.post(
    "/models/rollback",
    response_model=PromotionAnswer,
    responses=problems(*_MOVED),
    dependencies=[KEYED],
    summary="Вернуть прежнюю модель",
)
def roll_back_model(service: Loaded, principal: CurrentPrincipal) -> Response:
    """Возвращает в работу модель, которая работала до нынешней."""
    return roll_back(service, principal)
