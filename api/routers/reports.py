"""Reports on a region, notes for four addressees, the passport of the system: as files."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from api.access.deps import CurrentPrincipal
from api.access.principal import DataScope
from api.computing.waiting import NOT_YET, Computing, Preference, answered
from api.deps import DocumentLanguage, KeptRecommendation, KeptRoute, Loaded
from api.lifecycle_json import progress_of
from api.report_calls import ReportCalls, file_of, period_of
from api.routers.responses import ALWAYS, COMPUTING, Responses, problems
from api.schemas.base import Date
from engine.documents.reports import build_educator_note
from engine.documents.reports.kinds import Asked, ReportName, profiles_for

_OFFICE = "application/vnd.openxmlformats-officedocument"


class ReportFormat(StrEnum):
    """Formats of a report."""

    HTML = "html"
    DOCX = "docx"
    XLSX = "xlsx"


MEDIA_TYPES = {
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.DOCX: f"{_OFFICE}.wordprocessingml.document",
    ReportFormat.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
}
_FILES: Responses = {
    200: {
        "content": {media.partition(";")[0]: {} for media in MEDIA_TYPES.values()},
        "description": "Страница, документ для правки или книга с диаграммами.",
    }
}
Format = Annotated[ReportFormat, Path(description="Формат: html, docx или xlsx.")]

router = APIRouter(tags=["reports"])


@router.get(
    "/routes/{route_id}/note.{format}",
    summary="Аналитическая справка педагога",
    responses={
        **_FILES,
        **problems(*ALWAYS, "route_not_found", "invalid_input", "report_unavailable"),
    },
    response_class=Response,
)
def read_note(
    format: Format,
    recommendation: KeptRecommendation,
    route: KeptRoute,
    language: DocumentLanguage,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Отдаёт справку педагога: дефициты с уровнем и вероятностью, изменения, его маршрут, советы.

    Имя стоит в справке, если служба его знает, а вызывающему видны имена; иначе — шифр.
    """
    name = service.people.label(recommendation.educator.id) if principal.sees_names else None
    report = build_educator_note(recommendation, progress=progress_of(route), display_name=name)
    zone = ZoneInfo(recommendation.educator.time_zone)
    return file_of(report, format.value, MEDIA_TYPES[format], language, zone)


@router.get(
    "/reports/{report}.{format}",
    summary="Отчёт о регионе",
    responses={
        **_FILES,
        **NOT_YET,
        **problems(*ALWAYS, *COMPUTING, "invalid_input", "report_unavailable"),
    },
    response_class=Response,
)
async def read_report(
    report: Annotated[
        ReportName,
        Path(
            description="yearly — ежегодный отчёт о системе; passport — паспорт системы; справки: "
            "municipality — району, methodical-service — методической службе, school — "
            "руководителю организации."
        ),
    ],
    format: Format,
    language: DocumentLanguage,
    service: Loaded,
    principal: CurrentPrincipal,
    computing: Computing,
    prefer: Preference = None,
    since: Annotated[
        Date | None, Query(alias="from", description="Первый день; нет — 1 января этого года.")
    ] = None,
    until: Annotated[
        Date | None, Query(alias="to", description="Последний день; нет — 31 декабря этого года.")
    ] = None,
    profile: Annotated[
        list[str] | None,
        Query(description="Документы с показателями; нет — региона и тот, что велит отчёт."),
    ] = None,
    district: Annotated[
        str | None, Query(max_length=200, description="Район; нет — весь регион.")
    ] = None,
    organisation: Annotated[
        str | None,
        Query(max_length=128, description="Организация; руководителю — своя."),
    ] = None,
) -> Any:
    """Отдаёт отчёт по данным службы на сегодня; один и тот же считается один раз.

    Кто не дождался, получает 202 и спрашивает снова: отчёт о большом регионе считается минуты.
    Руководителю — справка о его организации: уровни без баллов и оценок, ни одного числа, из
    которого можно узнать о меньше чем пяти людях.
    """
    policy = service.context.policy
    own = policy if policy in service.indicator_profiles else None
    named = organisation
    if named is None and principal.data_scope is DataScope.ORGANISATION:
        named = principal.organisation
    asked = Asked(
        name=report,
        period=period_of(since, until, service.region.today()),
        profiles=tuple(profile or ()) or profiles_for(report, own),
        district=district,
        organisation=named,
    )
    flight = await run_in_threadpool(ReportCalls(service, principal, computing).asked, asked)
    return await answered(
        computing,
        flight,
        f"report {report.value}",
        prefer,
        lambda made: file_of(
            made, format.value, MEDIA_TYPES[format], language, service.region.zone()
        ),
    )
