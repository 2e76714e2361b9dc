"""Routes of a team: build them together, read them, decide about all of them at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.concurrency import run_in_threadpool

from api.access.deps import CurrentPrincipal
from api.deps import AcceptedLanguage, Loaded
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
from api.schemas.team import TeamDecisionBody, TeamRouteAnswer, TeamRouteBody
from api.team_asking import asked_team
from api.team_calls import TeamCalls

_LOCATION = {"Location": {"description": "Адрес построения.", "schema": {"type": "string"}}}
_BODY = tuple(code for code in WITH_BODY if code != "nothing_to_plan")

BuildId = Annotated[str, Path(max_length=128, description="Код построения команды.")]

router = APIRouter(prefix="/routes/team", tags=["routes"], route_class=OnceRoute)


async def team_calls(
    service: Loaded, principal: CurrentPrincipal, language: AcceptedLanguage
) -> TeamCalls:
    """Calls about routes of teams."""
    return TeamCalls(service, principal, language)


Teams = Annotated[TeamCalls, Depends(team_calls)]


@router.post(
    "",
    status_code=201,
    response_model=TeamRouteAnswer,
    responses={
        201: {"headers": {**_LOCATION, **TAGGED["headers"]}},
        **problems(*ALWAYS, *_BODY, *SOLVING, *KEYED_PROBLEMS),
    },
    dependencies=[KEYED],
    summary="Построить маршруты команды",
)
async def build_team_routes(
    body: TeamRouteBody,
    service: Loaded,
    teams: Teams,
    language: AcceptedLanguage,
    principal: CurrentPrincipal,
) -> Response:
    """Строит план управленческой команды: общие шаги и свой маршрут каждого, — и запоминает их.

    Маршруты — обычные (GET /routes/{id}, ход, перестройка), в состоянии proposed; в их
    lifecycle.team — построение команды. Согласуют их вместе: POST
    /routes/team/{build_id}/decisions. 201 — и тогда, когда плана нет: кто и почему, сказано в
    stuck и rejected.
    """
    build_id = service.new_id()
    asked = await run_in_threadpool(asked_team, body, service, language, principal, build_id)
    return await teams.build_team(asked, build_id)


@router.get(
    "/{build_id}",
    response_model=TeamRouteAnswer,
    responses={
        200: TAGGED,
        **problems(*ALWAYS, "invalid_input", "team_build_not_found", "database_unavailable"),
    },
    summary="Маршруты команды",
)
def read_team_routes(build_id: BuildId, teams: Teams) -> Response:
    """Отдаёт план команды, каким он был построен, и маршруты участников, каковы они есть."""
    return teams.read_team(build_id)


@router.post(
    "/{build_id}/decisions",
    response_model=TeamRouteAnswer,
    responses={
        200: TAGGED,
        **problems(
            *dict.fromkeys((*ALWAYS, *_BODY, *EDITS, *KEYED_PROBLEMS)),
            "team_build_not_found",
            "illegal_move",
            "seat_gone",
        ),
    },
    dependencies=[KEYED],
    summary="Решение о команде",
)
async def decide_team(
    build_id: BuildId, body: TeamDecisionBody, match: DemandedMatch, teams: Teams
) -> Response:
    """Согласует, возвращает или отменяет маршруты всех участников: все или ни одного.

    Согласие берёт места и наставников для всех сразу; чего нет, то названо в gone ответа 409
    `seat_gone` с кодом участника, и не занято ничего: постройте команду заново. Уже согласованные и
    законченные маршруты остаются как есть. 409 `illegal_move` — чей-то маршрут возвращён: сначала
    его перестраивают. If-Match — ETag прочитанного плана.
    """
    return await run_in_threadpool(teams.decide_team, build_id, body, match)
