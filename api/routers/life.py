"""Life of a kept route: decisions, progress, planning anew."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.deps import Moves
from api.etags import DemandedMatch
from api.once import KEYED, OnceRoute
from api.routers.responses import (
    ALWAYS,
    EDITS,
    KEYED_PROBLEMS,
    SOLVING,
    TAGGED,
    WITH_BODY,
    problems,
)
from api.schemas.lifecycle import ChangedRouteAnswer, DecisionBody, ProgressBody, ReplanBody

_BODY = (code for code in WITH_BODY if code != "nothing_to_plan")
_CHANGED = problems(
    *dict.fromkeys((*ALWAYS, *_BODY, *EDITS, *KEYED_PROBLEMS, *SOLVING)),
    "route_not_found",
    "illegal_move",
    "route_absent",
    "seat_gone",
    "team_route",
    "replan_impossible",
    "route_not_repeatable",
)

RouteId = Annotated[str, Path(max_length=128, description="Код маршрута.")]

router = APIRouter(
    prefix="/routes/{route_id}",
    tags=["routes"],
    route_class=OnceRoute,
    dependencies=[KEYED],
    responses={200: TAGGED, **_CHANGED},
)


@router.post("/decisions", response_model=ChangedRouteAnswer, summary="Решение")
async def decide(
    route_id: RouteId, body: DecisionBody, match: DemandedMatch, moves: Moves
) -> Response:
    """Согласует, возвращает, принимает, завершает, отменяет; закрепляет, запрещает, заменяет.

    If-Match — ETag прочитанного маршрута. 409 `illegal_move` — так в этом состоянии нельзя (что
    можно, сказано в legal). 409 `seat_gone` — место занято, пока согласовывали: в route лежит
    маршрут, построенный заново, а в ETag — его версия. 409 `team_route` — маршрут построен с
    командой: согласуют всю команду, чтобы места общих шагов достались всем или никому.
    """
    return await moves.decide(route_id, body, match)


@router.post("/progress", response_model=ChangedRouteAnswer, summary="Ход маршрута")
async def report_progress(
    route_id: RouteId, body: ProgressBody, match: DemandedMatch, moves: Moves
) -> Response:
    """Отмечает, что стало с шагами: все события или ни одного."""
    return await moves.progress(route_id, body, match)


@router.post("/replan", response_model=ChangedRouteAnswer, summary="Перестроить")
async def replan(
    route_id: RouteId, body: ReplanBody, match: DemandedMatch, moves: Moves
) -> Response:
    """Планирует остаток маршрута заново: по новой диагностике, каталогу, пропускам и решениям.

    Начатое и пройденное остаётся; изменений не больше, чем допускает политика, и ни одного в
    ближайшие дни. В difference — каждое изменение с причиной. 409 `replan_impossible` — с такими
    изменениями маршрута нет; needs_changes говорит, сколько их хватило бы.
    """
    return await moves.replan(route_id, body, match)
