"""Learning routes: build one, read it, take it along."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import (
    AcceptedLanguage,
    DocumentLanguage,
    KeptRecommendation,
    KeptRoute,
    Loaded,
)
from api.routers.responses import ALWAYS, WITH_BODY, problems
from api.schemas.answers import RouteAnswer
from api.schemas.route_body import RouteBody
from api.translate import to_request
from engine.documents import render_html, render_ics

JSON = "application/json"
CALENDAR = "text/calendar"
_LOCATION = {"Location": {"description": "Адрес маршрута.", "schema": {"type": "string"}}}
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

router = APIRouter(tags=["routes"])
kept = APIRouter(
    prefix="/routes/{route_id}", tags=["routes"], responses=problems(*ALWAYS, "route_not_found")
)


@router.post(
    "/routes",
    status_code=201,
    response_model=RouteAnswer,
    responses={201: {"headers": _LOCATION}, **problems(*ALWAYS, *WITH_BODY)},
    summary="Построить маршрут",
)
def build_route(body: RouteBody, service: Loaded, language: AcceptedLanguage) -> Response:
    """Строит маршрут и запоминает его.

    201 — и тогда, когда маршрута нет (INFEASIBLE) или он не найден в срок (UNKNOWN): это ответ,
    а не ошибка.
    """
    route = service.build_route(to_request(body, service.context, language))
    location = {"Location": f"/routes/{route.id}"}
    return Response(route.answer, status_code=201, headers=location, media_type=JSON)


@kept.get("", response_model=RouteAnswer, summary="Маршрут")
def read_route(route: KeptRoute) -> Response:
    """Отдаёт маршрут байт в байт таким, каким он был построен."""
    return Response(route.answer, media_type=JSON)


@kept.get(
    "/problem",
    summary="Файл задачи",
    responses={200: {"content": {JSON: {}}, "description": "Файл задачи, JSON."}},
    response_class=Response,
)
def read_problem(route: KeptRoute) -> Response:
    """Отдаёт файл задачи: по нему маршрут строится заново без службы и её данных."""
    return _file(route.problem, JSON, f"route-{route.id}.problem.json")


@kept.get(
    "/calendar.ics",
    summary="Календарь",
    responses={
        200: {"content": {CALENDAR: {}}, "description": "iCalendar."},
        **problems("invalid_input"),
    },
    response_class=Response,
)
def read_calendar(recommendation: KeptRecommendation, language: DocumentLanguage) -> Response:
    """Отдаёт даты маршрута в формате iCalendar."""
    content = render_ics(recommendation, language)
    return _file(content, f"{CALENDAR}; charset=utf-8", f"route-{recommendation.id}.ics")


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
    recommendation: KeptRecommendation, language: DocumentLanguage, service: Loaded
) -> Response:
    """Отдаёт страницу индивидуального образовательного маршрута."""
    name = service.people.label(recommendation.educator.id)
    page = render_html(recommendation, language=language, display_name=name)
    return Response(
        page,
        media_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": _PAGE_POLICY, "Content-Language": language},
    )


def _file(content: bytes, media_type: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=disposition)
