"""What a kept route is held to, and taking one of its variants."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Response
from fastapi.concurrency import run_in_threadpool

from api.access.deps import CurrentPrincipal
from api.deps import AcceptedLanguage, Loaded, Routes, RunningJobs
from api.job_calls import begin_solve, wants_async
from api.once import KEYED, OnceRoute
from api.route_choices import RouteChoices
from api.routers.responses import ALWAYS, KEYED_PROBLEMS, SOLVING, TAGGED, problems
from api.schemas.jobs import JobAnswer
from api.schemas.lifecycle import RouteAnswer, RouteWishes

JSON = "application/json"
_LOCATION = {"Location": {"description": "Адрес маршрута.", "schema": {"type": "string"}}}

router = APIRouter(prefix="/routes/{route_id}", tags=["routes"], route_class=OnceRoute)

RouteId = Annotated[str, Path(max_length=128, description="Код маршрута.")]


async def route_choices(
    service: Loaded, principal: CurrentPrincipal, language: AcceptedLanguage
) -> RouteChoices:
    """Choices about the routes that the caller may see."""
    return RouteChoices(service, principal, language)


Choices = Annotated[RouteChoices, Depends(route_choices)]


@router.get(
    "/wishes",
    response_model=RouteWishes,
    responses=problems(*ALWAYS, "route_not_found", "route_not_repeatable", "invalid_input"),
    summary="Что закреплено и запрещено",
)
def read_wishes(route_id: RouteId, choices: Choices) -> Response:
    """Отдаёт закрепления и запреты маршрута; снимают их решениями unpin и unban."""
    return Response(choices.wishes(route_id), media_type=JSON)


@router.post(
    "/variants/{name}",
    status_code=201,
    response_model=RouteAnswer,
    responses={
        201: {"headers": {**_LOCATION, **TAGGED["headers"]}},
        202: {
            "headers": _LOCATION,
            "model": JobAnswer,
            "description": "Строится (Prefer: respond-async).",
        },
        **problems(
            *dict.fromkeys((*ALWAYS, *SOLVING, *KEYED_PROBLEMS)),
            *("route_not_found", "route_not_repeatable", "route_absent"),
            *("invalid_input", "nothing_to_plan"),
        ),
    },
    dependencies=[KEYED],
    summary="Взять вариант",
)
async def take_variant(
    route_id: RouteId,
    name: Annotated[Literal["fast", "light"], Path(description="Какой вариант.")],
    service: Loaded,
    choices: Choices,
    routes: Routes,
    language: AcceptedLanguage,
    principal: CurrentPrincipal,
    jobs: RunningJobs,
    prefer: Annotated[
        str | None,
        Header(
            max_length=1_000,
            description="respond-async — ответить сразу 202, строить потом; нет — ждать маршрута.",
        ),
    ] = None,
) -> Response:
    """Строит вариант маршрута как новый предложенный маршрут; прежний остаётся как был.

    Запрос тот же, что у маршрута, а потоки варианта закреплены: наставник, встречи и диагностика
    подбираются заново на сегодня. 409 `route_absent` — такого варианта у маршрута нет.
    """
    asked = await run_in_threadpool(choices.variant, route_id, name)
    if wants_async(prefer):
        return await run_in_threadpool(begin_solve, jobs, service, asked, principal, language)
    return await routes.build(asked)
