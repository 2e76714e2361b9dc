"""Records of the catalogue: activities, offerings, mentors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.access.deps import CurrentPrincipal
from api.activity_filter import ActivityFilter, AskedActivities
from api.catalogue_calls import (
    import_records,
    list_records,
    put_record,
    read_record,
    remove_record,
)
from api.deps import AcceptedLanguage, Loaded
from api.etags import DemandedMatch, UpsertMatch
from api.once import KEYED, OnceRoute
from api.routers.paging import Cursor, Limit
from api.routers.responses import ALWAYS, EDITS, KEYED_PROBLEMS, TAGGED, WITH_BODY, problems
from api.schemas.base import Id, Label
from api.schemas.catalogue import (
    ActivitiesBody,
    ActivityBody,
    ActivityList,
    ActivityRecord,
    ImportAnswer,
    MentorBody,
    MentorList,
    MentorRecord,
    MentorsBody,
    OfferingBody,
    OfferingList,
    OfferingRecord,
    OfferingsBody,
)
from engine.domain import Kind, Offering

_BODY = tuple(code for code in WITH_BODY if code != "nothing_to_plan")
_LISTED = problems(*ALWAYS, "invalid_input")
_READ = problems(*ALWAYS, "record_not_found", "invalid_input")
_PUT = problems(*ALWAYS, *_BODY, *EDITS)
_REMOVED = problems(*ALWAYS, *EDITS, "record_not_found", "invalid_input")
_IMPORTED = problems(*ALWAYS, *_BODY, *KEYED_PROBLEMS)

router = APIRouter(tags=["catalogue"], route_class=OnceRoute)

DryRun = Annotated[bool, Query(description="true — только проверить и ничего не записать.")]


ActivityId = Annotated[str, Path(max_length=128, description="Код активности каталога.")]


@router.get("/activities", response_model=ActivityList, responses=_LISTED, summary="Активности")
def list_activities(
    service: Loaded,
    principal: CurrentPrincipal,
    cursor: Cursor = None,
    limit: Limit = 50,
    kind: Annotated[Kind | None, Query(description="Только этого вида; нет — все.")] = None,
    q: Annotated[
        Label | None,
        Query(
            description="Слова, каждое из которых есть в названии, описании, организаторе или коде "
            "с любым окончанием; нет или пусто — все."
        ),
    ] = None,
    covers: Annotated[
        Id | None,
        Query(
            description="Только занятые этим узлом перечня или узлами под ним, заданными или "
            "найденными в тексте; нет — все. После правки каталога ответ меняется через секунды."
        ),
    ] = None,
) -> Response:
    """Отдаёт записи каталога по коду: пакет данных с внесёнными правками."""
    fits = ActivityFilter(AskedActivities(q, kind, covers), service)
    return list_records("activity", service, principal, cursor, limit, fits)


@router.get(
    "/activities/{activity_id}",
    response_model=ActivityRecord,
    responses={200: TAGGED, **_READ},
    summary="Активность",
)
def read_activity(
    activity_id: ActivityId, service: Loaded, principal: CurrentPrincipal
) -> Response:
    """Отдаёт запись; её ETag нужен для правки."""
    return read_record("activity", service, principal, activity_id)


@router.put(
    "/activities/{activity_id}",
    response_model=ActivityRecord,
    responses={200: TAGGED, 201: TAGGED, **_PUT},
    summary="Внести активность",
)
def put_activity(
    activity_id: ActivityId,
    body: ActivityBody,
    match: UpsertMatch,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Вносит новую запись (If-None-Match: *) или заменяет ту, чей ETag назван в If-Match.

    201 — записи не было, 200 — была. Каталог получает новую версию; маршруты строятся по ней.
    """
    return put_record("activity", service, principal, activity_id, body, match)


@router.post(
    "/activities",
    response_model=ImportAnswer,
    responses=_IMPORTED,
    dependencies=[KEYED],
    summary="Внести активности",
)
def import_activities(
    body: ActivitiesBody,
    service: Loaded,
    principal: CurrentPrincipal,
    language: AcceptedLanguage,
    dry_run: DryRun = False,
) -> Response:
    """Вносит или заменяет записи по коду: все или, если хоть в одной ошибка, ни одной.

    Ошибки названы все, с номером записи в указателе (/items/3/title).
    """
    return import_records("activity", service, principal, body.items, language, dry_run=dry_run)


@router.delete(
    "/activities/{activity_id}",
    status_code=204,
    responses=_REMOVED,
    summary="Убрать активность",
)
def remove_activity(
    activity_id: ActivityId,
    match: DemandedMatch,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Убирает запись из каталога региона, и из пакета данных тоже.

    Потоки убранной активности пропадают вместе с ней.
    """
    return remove_record("activity", service, principal, activity_id, match)


OfferingId = Annotated[str, Path(max_length=128, description="Код потока.")]


@router.get("/offerings", response_model=OfferingList, responses=_LISTED, summary="Потоки")
def list_offerings(
    service: Loaded,
    principal: CurrentPrincipal,
    cursor: Cursor = None,
    limit: Limit = 50,
    activity_id: Annotated[
        str | None, Query(max_length=128, description="Только этой активности; нет — всех.")
    ] = None,
) -> Response:
    """Отдаёт записи каталога по коду: пакет данных с внесёнными правками."""

    def fits(offering: Offering) -> bool:
        return activity_id is None or offering.activity_id == activity_id

    return list_records("offering", service, principal, cursor, limit, fits)


@router.get(
    "/offerings/{offering_id}",
    response_model=OfferingRecord,
    responses={200: TAGGED, **_READ},
    summary="Поток",
)
def read_offering(
    offering_id: OfferingId, service: Loaded, principal: CurrentPrincipal
) -> Response:
    """Отдаёт запись; её ETag нужен для правки."""
    return read_record("offering", service, principal, offering_id)


@router.put(
    "/offerings/{offering_id}",
    response_model=OfferingRecord,
    responses={200: TAGGED, 201: TAGGED, **_PUT},
    summary="Внести поток",
)
def put_offering(
    offering_id: OfferingId,
    body: OfferingBody,
    match: UpsertMatch,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Вносит новую запись (If-None-Match: *) или заменяет ту, чей ETag назван в If-Match.

    201 — записи не было, 200 — была. Каталог получает новую версию; маршруты строятся по ней.
    """
    return put_record("offering", service, principal, offering_id, body, match)


@router.post(
    "/offerings",
    response_model=ImportAnswer,
    responses=_IMPORTED,
    dependencies=[KEYED],
    summary="Внести потоки",
)
def import_offerings(
    body: OfferingsBody,
    service: Loaded,
    principal: CurrentPrincipal,
    language: AcceptedLanguage,
    dry_run: DryRun = False,
) -> Response:
    """Вносит или заменяет записи по коду: все или, если хоть в одной ошибка, ни одной.

    Ошибки названы все, с номером записи в указателе (/items/3/title).
    """
    return import_records("offering", service, principal, body.items, language, dry_run=dry_run)


@router.delete(
    "/offerings/{offering_id}",
    status_code=204,
    responses=_REMOVED,
    summary="Убрать поток",
)
def remove_offering(
    offering_id: OfferingId,
    match: DemandedMatch,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Убирает запись из каталога региона, и из пакета данных тоже.

    Маршруты, в которых он стоит, не меняются: их перестраивает replan.
    """
    return remove_record("offering", service, principal, offering_id, match)


MentorId = Annotated[str, Path(max_length=128, description="Код наставника.")]


@router.get("/mentors", response_model=MentorList, responses=_LISTED, summary="Наставники")
def list_mentors(
    service: Loaded,
    principal: CurrentPrincipal,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Отдаёт записи каталога по коду: пакет данных с внесёнными правками."""
    return list_records("mentor", service, principal, cursor, limit)


@router.get(
    "/mentors/{mentor_id}",
    response_model=MentorRecord,
    responses={200: TAGGED, **_READ},
    summary="Наставник",
)
def read_mentor(mentor_id: MentorId, service: Loaded, principal: CurrentPrincipal) -> Response:
    """Отдаёт запись; её ETag нужен для правки."""
    return read_record("mentor", service, principal, mentor_id)


@router.put(
    "/mentors/{mentor_id}",
    response_model=MentorRecord,
    responses={200: TAGGED, 201: TAGGED, **_PUT},
    summary="Внести наставника",
)
def put_mentor(
    mentor_id: MentorId,
    body: MentorBody,
    match: UpsertMatch,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Вносит новую запись (If-None-Match: *) или заменяет ту, чей ETag назван в If-Match.

    201 — записи не было, 200 — была. Каталог получает новую версию; маршруты строятся по ней.
    """
    return put_record("mentor", service, principal, mentor_id, body, match)


@router.post(
    "/mentors",
    response_model=ImportAnswer,
    responses=_IMPORTED,
    dependencies=[KEYED],
    summary="Внести наставников",
)
def import_mentors(
    body: MentorsBody,
    service: Loaded,
    principal: CurrentPrincipal,
    language: AcceptedLanguage,
    dry_run: DryRun = False,
) -> Response:
    """Вносит или заменяет записи по коду: все или, если хоть в одной ошибка, ни одной.

    Ошибки названы все, с номером записи в указателе (/items/3/title).
    """
    return import_records("mentor", service, principal, body.items, language, dry_run=dry_run)


@router.delete(
    "/mentors/{mentor_id}",
    status_code=204,
    responses=_REMOVED,
    summary="Убрать наставника",
)
def remove_mentor(
    mentor_id: MentorId,
    match: DemandedMatch,
    service: Loaded,
    principal: CurrentPrincipal,
) -> Response:
    """Убирает запись из каталога региона, и из пакета данных тоже.

    Маршруты, в которых он назначен, не меняются: их перестраивает replan.
    """
    return remove_record("mentor", service, principal, mentor_id, match)
