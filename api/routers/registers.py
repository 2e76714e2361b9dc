"""Registers: those that are kept, those that are read off other records, and their workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access.deps import CurrentPrincipal
from api.bodies import XLSX_TYPE
from api.deps import AcceptedLanguage, Loaded
from api.etags import DemandedMatch, UpsertMatch
from api.file_names import attachment
from api.once import KEYED, OnceRoute
from api.register_calls import RegisterCalls
from api.register_names import SINGULAR, AnyRegister, ViewName
from api.register_view_calls import ViewCalls
from api.routers.catalogue import DryRun
from api.routers.paging import Cursor, Limit
from api.routers.responses import (
    ALWAYS,
    EDITS,
    KEYED_PROBLEMS,
    TAGGED,
    WITH_BODY,
    Responses,
    problems,
)
from api.schemas.base import Date
from api.schemas.catalogue import ImportAnswer
from api.schemas.register_views import (
    DeficitBankAnswer,
    EventList,
    MentorCardList,
    ProgrammeList,
)
from api.schemas.registers import SHAPES
from engine.deficits.groupings import Grouping
from engine.documents.archive import repeatable
from engine.framework import NodeLevel
from engine.register_kinds import RegisterName

_BODY = tuple(code for code in WITH_BODY if code != "nothing_to_plan")
_LISTED = problems(*ALWAYS, "invalid_input")
_READ = problems(*ALWAYS, "record_not_found", "invalid_input")
_PUT = problems(*ALWAYS, *_BODY, *EDITS)
_REMOVED = problems(*ALWAYS, *EDITS, "record_not_found", "invalid_input")
_IMPORTED = problems(*ALWAYS, *_BODY, *KEYED_PROBLEMS)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BOOK: Responses = {200: {"description": "Книга Excel.", "content": {XLSX_TYPE: _BINARY}}}

router = APIRouter(tags=["registers"], route_class=OnceRoute)

OnDay = Annotated[
    Date | None, Query(description="День, о котором спрашивают; нет — сегодня по поясу политики.")
]
HeldOn = Annotated[
    Date | None, Query(description="Только записи, действующие в этот день; нет — все.")
]
_FILE_TITLES: Mapping[str, str] = {
    **{name.value: SHAPES[name].title for name in RegisterName},
    ViewName.PROGRAMMES: "Реестр программ ДПО",
    ViewName.EVENTS: "Реестр мероприятий",
    ViewName.MENTORS: "Реестр наставников",
    ViewName.DEFICITS: "Банк дефицитов",
}
"""How the saved workbook of a register is called, as the workbook itself is in Russian."""

RecordId = Annotated[str, Path(max_length=128, description="Код записи реестра.")]


async def view_calls(service: Loaded, principal: CurrentPrincipal) -> ViewCalls:
    """Calls about registers that are read off other records."""
    return ViewCalls(service, principal)


Views = Annotated[ViewCalls, Depends(view_calls)]


@router.get(
    "/registers/{register}.xlsx",
    response_class=Response,
    responses={**_BOOK, **problems(*ALWAYS, "invalid_input")},
    summary="Реестр книгой Excel",
)
def export_register(
    register: Annotated[AnyRegister, Path(description="Реестр.")], views: Views, on: OnDay = None
) -> Response:
    """Отдаёт реестр таблицей. Хранимые реестры стоят в своих бланках: их примет POST /imports.

    Банк дефицитов — по районам. Роль, которой результаты не открыты, получает числа с защитой.
    """
    name = register.value
    kept = name in set(RegisterName)
    content = views.book(RegisterName(name) if kept else ViewName(name), on)
    day = views.day(on)
    title = f"{_FILE_TITLES[name]} {day.isoformat()}"
    headers = {"Content-Disposition": attachment(title, "xlsx", f"{name}-{day.isoformat()}")}
    at = dt.datetime.combine(day, dt.time(), dt.UTC)
    return Response(repeatable(content, at), media_type=XLSX_TYPE, headers=headers)


@router.get(
    "/registers/programmes",
    response_model=ProgrammeList,
    responses=_LISTED,
    summary="Реестр программ ДПО",
)
def list_programmes(
    views: Views, cursor: Cursor = None, limit: Limit = 50, on: OnDay = None
) -> Response:
    """Отдаёт программы каталога по коду: срок в федеральном реестре и есть ли они там в день on."""
    return views.listed(ViewName.PROGRAMMES, cursor, limit, on)


@router.get(
    "/registers/events",
    response_model=EventList,
    responses=_LISTED,
    summary="Реестр мероприятий",
)
def list_events(
    views: Views, cursor: Cursor = None, limit: Limit = 50, on: OnDay = None
) -> Response:
    """Отдаёт мероприятия каталога, кроме программ ДПО, по коду, с тем, куда ещё можно записаться.

    Места — по словам организаторов: занятое маршрутами здесь не вычтено.
    """
    return views.listed(ViewName.EVENTS, cursor, limit, on)


@router.get(
    "/registers/mentors",
    response_model=MentorCardList,
    responses=_LISTED,
    summary="Реестр наставников",
)
def list_mentor_cards(
    views: Views, cursor: Cursor = None, limit: Limit = 50, on: OnDay = None
) -> Response:
    """Отдаёт наставников по коду: формы, языки, подготовка и скольких сопровождают в день on.

    Руководителю — только своей организации. Вносят наставников вызовы /mentors.
    """
    return views.listed(ViewName.MENTORS, cursor, limit, on)


@router.get(
    "/registers/deficits",
    response_model=DeficitBankAnswer,
    responses=_LISTED,
    summary="Банк дефицитов",
)
def read_deficit_bank(
    views: Views,
    language: AcceptedLanguage,
    by: Annotated[
        Literal[Grouping.DISTRICT, Grouping.SCHOOL],
        Query(description="Группы: district — районы, school — организации."),
    ] = Grouping.DISTRICT,
    node_levels: Annotated[
        list[NodeLevel] | None,
        Query(max_length=3, description="Уровни узлов: direction, block, leaf; нет — все."),
    ] = None,
) -> Response:
    """Отдаёт, сколько людей на каком официальном уровне дефицита: узел, группа, уровень.

    Кому сами результаты не открыты, не показано ничего о меньшем числе людей, чем least_people;
    руководитель видит только свою организацию.
    """
    return views.bank_answer(by, node_levels or (), language)


# --------------------------------------------------------------------------- kept registers


def _add(name: RegisterName) -> None:
    """Endpoints of one kept register; all registers have the same ones."""
    shapes, one = SHAPES[name], SINGULAR[name]
    path, single = f"/registers/{name}", f"/registers/{name}/{{record_id}}"

    async def calls(service: Loaded, principal: CurrentPrincipal) -> RegisterCalls:
        return RegisterCalls(service, principal, name, one)

    needed = Depends(calls)

    @router.get(
        path,
        name=f"list_{name}",
        response_model=shapes.listing,
        responses=_LISTED,
        summary=f"Реестр «{shapes.title}»",
    )
    def listed(
        cursor: Cursor = None,
        limit: Limit = 50,
        on: HeldOn = None,
        register: RegisterCalls = needed,
    ) -> Response:
        """Отдаёт записи по коду: реестр пакета данных с внесёнными правками.

        Руководителю — только то, что относится к его организации.
        """
        return register.listed(cursor, limit, on)

    @router.get(
        single,
        name=f"read_{one}",
        response_model=shapes.record,
        responses={200: TAGGED, **_READ},
        summary=f"Прочесть {shapes.one}",
    )
    def read(record_id: RecordId, register: RegisterCalls = needed) -> Response:
        """Отдаёт запись; её ETag нужен для правки."""
        return register.read(record_id)

    def put(
        record_id: RecordId, body: object, match: UpsertMatch, register: RegisterCalls = needed
    ) -> Response:
        """Вносит новую запись (If-None-Match: *) или заменяет ту, чей ETag назван в If-Match.

        201 — записи не было, 200 — была.
        """
        return register.put(record_id, body, match)  # type: ignore[arg-type]

    put.__annotations__["body"] = shapes.body
    router.put(
        single,
        name=f"put_{one}",
        response_model=shapes.record,
        responses={200: TAGGED, 201: TAGGED, **_PUT},
        summary=f"Внести {shapes.one}",
    )(put)

    def put_all(
        body: object,
        language: AcceptedLanguage,
        dry_run: DryRun = False,
        register: RegisterCalls = needed,
    ) -> Response:
        """Вносит или заменяет записи по коду: все или, если хоть в одной ошибка, ни одной.

        Ошибки названы все, с номером записи в указателе (/items/3/title).
        """
        return register.put_all(body.items, language, dry_run=dry_run)  # type: ignore[attr-defined]

    put_all.__annotations__["body"] = shapes.bodies
    router.post(
        path,
        name=f"import_{name}",
        response_model=ImportAnswer,
        responses=_IMPORTED,
        dependencies=[KEYED],
        summary=f"Внести в реестр «{shapes.title}»",
    )(put_all)

    @router.delete(
        single,
        name=f"remove_{one}",
        status_code=204,
        responses=_REMOVED,
        summary=f"Убрать {shapes.one}",
    )
    def remove(
        record_id: RecordId, match: DemandedMatch, register: RegisterCalls = needed
    ) -> Response:
        """Убирает запись из реестра региона, и из пакета данных тоже."""
        return register.remove(record_id, match)


for _name in RegisterName:
    _add(_name)
