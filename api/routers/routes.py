"""Learning routes: build one, list them, read one, take it along."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access.deps import CurrentPrincipal
from api.asking import own_request
from api.deps import (
    AcceptedLanguage,
    DocumentLanguage,
    KeptRecommendation,
    KeptRoute,
    Loaded,
    Routes,
    RunningJobs,
)
from api.errors import RouteNotFound
from api.etags import KNOWN, etag, unchanged
from api.file_names import CALENDAR as CALENDAR_FILE
from api.file_names import PROBLEM, attachment, of_person
from api.job_calls import begin_solve, read_solve, wants_async
from api.once import KEYED, OnceRoute
from api.phrases import RUSSIAN
from api.route_access import answered
from api.routers.paging import Cursor, Limit
from api.routers.responses import (
    ALWAYS,
    KEYED_PROBLEMS,
    SOLVING,
    TAGGED,
    WITH_BODY,
    problems,
)
from api.schemas.base import Id, Instant
from api.schemas.jobs import JobAnswer
from api.schemas.lifecycle import RouteAnswer, RouteList
from api.schemas.route_body import RouteBody
from engine.documents import render_html, render_ics
from engine.lifecycle.states import RouteState
from engine.storage import RouteFilter

JSON = "application/json"
CALENDAR = "text/calendar"
_LOCATION = {"Location": {"description": "Адрес маршрута.", "schema": {"type": "string"}}}
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

router = APIRouter(tags=["routes"], route_class=OnceRoute)
kept = APIRouter(
    prefix="/routes/{route_id}", tags=["routes"], responses=problems(*ALWAYS, "route_not_found")
)


@router.post(
    "/routes",
    status_code=201,
    response_model=RouteAnswer,
    responses={
        201: {"headers": {**_LOCATION, **TAGGED["headers"]}},
        202: {
            "headers": _LOCATION,
            "model": JobAnswer,
            "description": "Строится (Prefer: respond-async).",
        },
        **problems(*ALWAYS, *WITH_BODY, *SOLVING, *KEYED_PROBLEMS),
    },
    dependencies=[KEYED],
    summary="Построить маршрут",
)
async def build_route(
    body: RouteBody,
    service: Loaded,
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
    """Строит маршрут вокруг того, что держат согласованные маршруты, и запоминает его.

    201 — и тогда, когда маршрута нет (INFEASIBLE) или он не найден в срок (UNKNOWN): это ответ,
    а не ошибка. С `Prefer: respond-async` — 202 и Location: маршрут по этому адресу, пока он
    строится, отвечает 202, а ход виден в `…/events`.
    """
    asked = await run_in_threadpool(own_request, body, service.context, language, principal)
    asked = await run_in_threadpool(routes.around_others, asked)
    if wants_async(prefer):
        return await run_in_threadpool(begin_solve, jobs, service, asked, principal, language)
    return await routes.build(asked)


@router.get(
    "/routes",
    response_model=RouteList,
    responses=problems(*ALWAYS, "invalid_input", "database_unavailable"),
    summary="Маршруты",
)
def list_routes(
    routes: Routes,
    educator_id: Annotated[Id | None, Query(description="Только этого педагога.")] = None,
    state: Annotated[RouteState | None, Query(description="Только в этом состоянии.")] = None,
    status: Annotated[Id | None, Query(description="Только с этим статусом решения.")] = None,
    policy: Annotated[Id | None, Query(description="Только по этой политике.")] = None,
    organisation_id: Annotated[Id | None, Query(description="Только этой организации.")] = None,
    mentor_id: Annotated[Id | None, Query(description="Только с этим наставником.")] = None,
    created_from: Annotated[
        Instant | None, Query(description="Построенные не раньше, со смещением.")
    ] = None,
    created_to: Annotated[
        Instant | None, Query(description="Построенные раньше, со смещением.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """Отдаёт маршруты, доступные вызывающему, новые первыми."""
    wanted = RouteFilter(
        educator_id=educator_id,
        state=state,
        status=status,
        policy=policy,
        organisation_id=organisation_id,
        mentor_id=mentor_id,
        created_from=created_from,
        created_to=created_to,
    )
    return routes.listed(wanted, cursor, limit)


@kept.get(
    "",
    response_model=RouteAnswer,
    responses={
        200: TAGGED,
        202: {"model": JobAnswer, "description": "Ещё строится."},
        304: {"description": "Версия та же, что в If-None-Match."},
        **problems("solve_failed", "internal_error", "configuration_error", "invalid_input"),
    },
    dependencies=[KNOWN],
    summary="Маршрут",
)
def read_route(
    route_id: Annotated[str, Path(max_length=128, description="Код маршрута.")],
    routes: Routes,
    request: Request,
) -> Response:
    """Отдаёт маршрут таким, каким он был построен, и его жизнь: состояние, шаги, историю.

    202 — маршрут, заказанный с `Prefer: respond-async`, ещё строится.
    """
    found = routes.kept(route_id)
    if found is None:
        try:
            return read_solve(*routes.caller, route_id)
        except RouteNotFound:
            # it may have been kept between the two looks
            found = routes.kept(route_id)
            if found is None:
                raise
    route, events = found
    if unchanged(request, route.version):
        return Response(status_code=304, headers=etag(route.version))
    return answered(route, events)


@kept.get(
    "/problem",
    summary="Файл задачи",
    responses={200: {"content": {JSON: {}}, "description": "Файл задачи, JSON."}},
    response_class=Response,
)
def read_problem(route: KeptRoute, service: Loaded) -> Response:
    """Отдаёт файл задачи: по нему маршрут строится заново без службы и её данных."""
    # for programs, so that its name is in one language; and nobody's name is in it
    zone = str(service.region.zone())
    title = of_person(PROBLEM.say(RUSSIAN), route.educator_id, route.as_of, zone)
    return _file(route.problem, JSON, attachment(title, "problem.json", f"route-{route.id}"))


@kept.get(
    "/calendar.ics",
    summary="Календарь",
    responses={
        200: {"content": {CALENDAR: {}}, "description": "iCalendar."},
        **problems("invalid_input"),
    },
    response_class=Response,
)
def read_calendar(
    recommendation: KeptRecommendation,
    language: DocumentLanguage,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Отдаёт даты маршрута в формате iCalendar."""
    educator = recommendation.educator
    name = service.people.label(educator.id) if principal.sees_names else None
    title = of_person(
        CALENDAR_FILE.say(language), name or educator.id, recommendation.as_of, educator.time_zone
    )
    content = render_ics(recommendation, language)
    disposition = attachment(title, "ics", f"route-{recommendation.id}")
    return _file(content, f"{CALENDAR}; charset=utf-8", disposition)


@kept.get(
    "/page",
    summary="Страница ИОМ",
    responses={
        200: {"content": {"text/html": {}}, "description": "Страница для печати."},
        **problems("invalid_input"),
    },
    response_class=Response,
)
def read_page(
    recommendation: KeptRecommendation,
    language: DocumentLanguage,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Отдаёт страницу индивидуального образовательного маршрута."""
    educator = recommendation.educator.id
    name = service.people.label(educator) if principal.sees_names else None
    page = render_html(recommendation, language=language, display_name=name)
    return Response(
        page,
        media_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": _PAGE_POLICY, "Content-Language": language},
    )


def _file(content: bytes | str, media_type: str, disposition: str) -> Response:
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type=media_type, headers=headers)
