"""Blank forms out, filled workbooks in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.access.deps import CurrentPrincipal
from api.bodies import XLSX_TYPE
from api.deps import AcceptedLanguage, Loaded
from api.file_names import attachment
from api.import_calls import import_workbook as take_workbook
from api.once import KEYED, OnceRoute
from api.routers.catalogue import DryRun
from api.routers.responses import ALWAYS, KEYED_PROBLEMS, Responses, problems
from api.schemas.imports import WorkbookAnswer
from api.workbook_reading import KEPT
from engine.interchange import TABLES, nodes_of
from engine.interchange.templates import blank_form

router = APIRouter(tags=["workbooks"], route_class=OnceRoute)

BlankForm = StrEnum("BlankForm", {name: name for name in TABLES if name in KEPT})  # type: ignore[misc]
"""Tables that have a blank form here: those that an import takes."""

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM: Responses = {200: {"description": "Книга Excel.", "content": {XLSX_TYPE: _BINARY}}}
_IMPORTED = problems(
    *ALWAYS,
    *KEYED_PROBLEMS,
    *("body_timeout", "body_too_large", "workbook_expected", "invalid_input"),
)


@router.get(
    "/templates/{form}.xlsx",
    response_class=Response,
    responses={**_FORM, **problems(*ALWAYS, "invalid_input")},
    summary="Пустой бланк",
)
def read_form(
    form: Annotated[BlankForm, Path(description="Таблица.")], service: Loaded
) -> Response:
    """Отдаёт бланк таблицы с заголовками, образцами и пояснениями; его принимает POST /imports."""
    table = TABLES[form.value]
    content = blank_form(table, nodes_of(service.engine.framework))
    headers = {"Content-Disposition": attachment(table.title, "xlsx", table.name)}
    return Response(content, media_type=XLSX_TYPE, headers=headers)


@router.post(
    "/imports",
    response_model=WorkbookAnswer,
    responses=_IMPORTED,
    dependencies=[KEYED],
    openapi_extra={"requestBody": {"required": True, "content": {XLSX_TYPE: _BINARY}}},
    summary="Внести книгу Excel",
)
async def import_workbook(
    request: Request,
    service: Loaded,
    principal: CurrentPrincipal,
    language: AcceptedLanguage,
    dry_run: DryRun = False,
) -> Response:
    """Вносит таблицы книги: каталог, людей, имена, диагностику, правки разметки, реестры.

    Таблицы узнаются по именам листов и заголовкам. Всё или, если хоть в одной строке ошибка,
    ничего; ошибки названы с листом, строкой и столбцом. Записи заменяются по коду целиком; из
    диагностики заменяются названные процедуры, остальные остаются.
    """
    content = await request.body()
    return await run_in_threadpool(
        take_workbook, content, service, principal, language, dry_run=dry_run
    )
