"""Feedback, and the models that learn from it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access.deps import CurrentPrincipal
from api.deps import Loaded
from api.feedback_calls import add_feedback as add_rows
from api.feedback_calls import list_feedback as list_rows
from api.model_calls import list_models as list_entries
from api.model_calls import promote, roll_back
from api.once import KEYED, OnceRoute
from api.routers.paging import Cursor, Limit
from api.routers.responses import ALWAYS, KEYED_PROBLEMS, WITH_BODY, problems
from api.schemas.base import Id
from api.schemas.feedback import (
    FeedbackAnswer,
    FeedbackList,
    FeedbackListBody,
    ModelList,
    PromotionAnswer,
    PromotionBody,
)

_BODY = tuple(code for code in WITH_BODY if code != "nothing_to_plan")
_MOVED = (*ALWAYS, *KEYED_PROBLEMS, "registry_absent", "promotion_refused")

router = APIRouter(tags=["models"], route_class=OnceRoute)


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


@router.post(
    "/models/{version}/promotion",
    response_model=PromotionAnswer,
    responses=problems(*_MOVED, *_BODY, "model_not_found"),
    dependencies=[KEYED],
    summary="Пустить модель в работу",
)
def promote_model(
    version: Annotated[str, Path(max_length=64, description="Версия модели.")],
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
