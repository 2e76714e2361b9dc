"""Many routes in one call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse

from api.access.deps import CurrentPrincipal
from api.bodies import BATCH_PATH, BATCH_TYPE
from api.deps import AcceptedLanguage, Loaded
from api.ndjson import Batch, DuplexResponse
from api.once import KEY_MOST, check_key
from api.refusals import Refused
from api.routers.responses import ALWAYS, problems

router = APIRouter(tags=["routes"])

_LINES = {"schema": {"type": "string", "description": "По одному JSON в строке."}}


@router.post(
    BATCH_PATH,
    responses={
        200: {"content": {BATCH_TYPE: _LINES}, "description": "По строке на строку запроса."},
        **problems(
            *ALWAYS,
            "unsupported_media_type",
            "ndjson_expected",
            "idempotency_key_unfit",
            "invalid_input",
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "Тела POST /routes, по одному в строке (NDJSON, UTF-8); длина строки "
            "не больше max_body_bytes.",
            "content": {BATCH_TYPE: _LINES},
        }
    },
    response_class=StreamingResponse,
    summary="Построить много маршрутов",
)
async def build_routes(
    request: Request,
    service: Loaded,
    principal: CurrentPrincipal,
    language: AcceptedLanguage,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=KEY_MOST,
            description="Ключ повтора всего пакета: строки, которые уже построены, не строятся "
            "заново; нет — без него.",
        ),
    ] = None,
) -> Response:
    """Строит маршруты строка за строкой и отдаёт ответы в том же порядке, не дожидаясь конца.

    Строка ответа: {"index": номер от 0, "status": 201, "route": {…}} или {"index", "status",
    "problem": {…}}; ошибка в одной строке не мешает другим.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != BATCH_TYPE:
        raise Refused("ndjson_expected")
    if idempotency_key is not None:
        check_key(idempotency_key)
    batch = Batch(request, service, principal, language, idempotency_key)
    return DuplexResponse(batch.answers(), media_type=BATCH_TYPE)
