"""Educators and their diagnostics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access.deps import CurrentPrincipal
from api.deps import AcceptedLanguage, Loaded
from api.etags import DemandedMatch, UpsertMatch
from api.once import KEYED, OnceRoute
from api.people_calls import PeopleCalls
from api.people_filter import AskedPeople
from api.routers.catalogue import DryRun
from api.routers.paging import Cursor, Limit
from api.routers.responses import ALWAYS, EDITS, KEYED_PROBLEMS, TAGGED, WITH_BODY, problems
from api.schemas.base import Id, Label, Title
from api.schemas.catalogue import ImportAnswer
from api.schemas.people import EducatorBody
from api.schemas.people_records import (
    AllEvidenceBody,
    BusyRecord,
    EducatorList,
    EducatorRecord,
    EducatorsBody,
    ErasedAnswer,
    EvidenceBody,
    EvidenceList,
    EvidenceRecord,
)
from engine.domain import Position

_BODY = tuple(code for code in WITH_BODY if code != "nothing_to_plan")
_READ = problems(*ALWAYS, "record_not_found", "invalid_input")
_PUT = problems(*ALWAYS, *_BODY, *EDITS, "record_not_found")
_IMPORTED = problems(*ALWAYS, *_BODY, *KEYED_PROBLEMS, "record_not_found")

router = APIRouter(tags=["people"], route_class=OnceRoute)

EducatorId = Annotated[str, Path(max_length=128, description="Код педагога.")]


async def people_calls(service: Loaded, principal: CurrentPrincipal) -> PeopleCalls:
    """Calls about the people whom the caller may see."""
    return PeopleCalls(service, principal)


People = Annotated[PeopleCalls, Depends(people_calls)]


async def asked_educators(
    q: Annotated[
        Label | None,
        Query(
            description="Часть имени или кода, без учёта регистра и «ё»; роли, которой имена не "
            "показывают, — только кода. Нет или пусто — все.",
        ),
    ] = None,
    position: Annotated[Position | None, Query(description="Должность; нет — все.")] = None,
    organisation_id: Annotated[Id | None, Query(description="Код организации; нет — все.")] = None,
    district: Annotated[
        Title | None,
        Query(description="Район педагога, а если не указан — организации; без учёта регистра."),
    ] = None,
    subject: Annotated[
        Title | None, Query(description="Предмет целиком, без учёта регистра; нет — все.")
    ] = None,
    young: Annotated[
        bool | None,
        Query(
            description="true — молодые педагоги по правилу политики службы на сегодня, false — "
            "остальные; о ком по датам не решить, не входят ни туда, ни туда."
        ),
    ] = None,
) -> AskedPeople:
    """Filters of the list."""
    return AskedPeople(q, position, organisation_id, district, subject, young)


AskedEducators = Annotated[AskedPeople, Depends(asked_educators)]


@router.get(
    "/educators",
    response_model=EducatorList,
    responses=problems(*ALWAYS, "invalid_input"),
    summary="Педагоги",
)
def list_educators(
    people: People, asked: AskedEducators, cursor: Cursor = None, limit: Limit = 50
) -> Response:
    """Отдаёт педагогов, доступных вызывающему, по коду: всех или тех, кто подходит под условия."""
    return people.listed(cursor, limit, asked)


@router.get(
    "/educators/{educator_id}",
    response_model=EducatorRecord,
    responses={200: TAGGED, **_READ},
    summary="Педагог",
)
def read_educator(educator_id: EducatorId, people: People) -> Response:
    """Отдаёт педагога; ETag записи нужен для правки."""
    return people.read(educator_id)


@router.put(
    "/educators/{educator_id}",
    response_model=EducatorRecord,
    responses={200: TAGGED, 201: TAGGED, **_PUT},
    summary="Внести педагога",
)
def put_educator(
    educator_id: EducatorId, body: EducatorBody, match: UpsertMatch, people: People
) -> Response:
    """Вносит нового педагога (If-None-Match: *) или заменяет того, чей ETag в If-Match.

    Имя (display_name) хранится отдельно; если поля нет, имя остаётся, null его стирает.
    """
    return people.put(educator_id, body, match)


@router.post(
    "/educators",
    response_model=ImportAnswer,
    responses=_IMPORTED,
    dependencies=[KEYED],
    summary="Внести педагогов",
)
def import_educators(
    body: EducatorsBody, people: People, language: AcceptedLanguage, dry_run: DryRun = False
) -> Response:
    """Вносит или заменяет педагогов по коду: всех или, если хоть в одном ошибка, ни одного."""
    return people.put_all(body.items, language, dry_run=dry_run)


@router.delete(
    "/educators/{educator_id}",
    response_model=ErasedAnswer,
    responses=_READ,
    summary="Стереть педагога",
)
def erase_educator(educator_id: EducatorId, people: People) -> Response:
    """Стирает человека: имя, запись, диагностику, тексты запросов, место в реестрах.

    Отменить это нельзя. Маршруты и обратная связь остаются для сводок под случайными кодами.
    """
    return people.erase(educator_id)


@router.get(
    "/educators/{educator_id}/busy",
    response_model=BusyRecord,
    responses=_READ,
    summary="Занятость педагога",
)
def read_busy(educator_id: EducatorId, people: People) -> Response:
    """Отдаёт известную службе занятость: её заменяет или дополняет занятость запроса."""
    return people.busy(educator_id)


@router.get(
    "/diagnostics",
    response_model=EvidenceList,
    responses=problems(*ALWAYS, "invalid_input"),
    summary="Диагностика",
)
def list_diagnostics(people: People, cursor: Cursor = None, limit: Limit = 50) -> object:
    """Отдаёт результаты доступных педагогов, по коду педагога."""
    return people.evidence_listed(cursor, limit)


@router.get(
    "/diagnostics/{educator_id}",
    response_model=EvidenceRecord,
    responses={200: TAGGED, **_READ},
    summary="Диагностика педагога",
)
def read_diagnostics(educator_id: EducatorId, people: People) -> Response:
    """Отдаёт все результаты педагога; их ETag нужен для правки."""
    return people.evidence(educator_id)


@router.put(
    "/diagnostics/{educator_id}",
    response_model=EvidenceRecord,
    responses={200: TAGGED, **_PUT},
    summary="Заменить диагностику педагога",
)
def put_diagnostics(
    educator_id: EducatorId, body: EvidenceBody, match: DemandedMatch, people: People
) -> Response:
    """Заменяет все результаты педагога; по ним строятся маршруты с educator.id."""
    return people.put_evidence(educator_id, body.items, match)


@router.post(
    "/diagnostics",
    response_model=ImportAnswer,
    responses=_IMPORTED,
    dependencies=[KEYED],
    summary="Внести диагностику",
)
def import_diagnostics(body: AllEvidenceBody, people: People) -> Response:
    """Заменяет результаты названных педагогов: всех или, если хоть в одном ошибка, ни одного."""
    return people.put_all_evidence(body.items)


@router.delete(
    "/diagnostics/{educator_id}",
    status_code=204,
    responses=problems(*ALWAYS, *EDITS, "record_not_found", "invalid_input"),
    summary="Убрать диагностику педагога",
)
def remove_diagnostics(educator_id: EducatorId, match: DemandedMatch, people: People) -> Response:
    """Забывает все результаты педагога."""
    return people.remove_evidence(educator_id, match)
