"""Organisations and districts, to be named in the conditions of lists."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from api.access.deps import CurrentPrincipal
from api.audit import digest
from api.deps import Loaded
from api.etags import KNOWN, etag, unchanged
from api.organisation_calls import organisations_of
from api.routers.responses import ALWAYS, TAGGED, problems
from api.schemas.organisations import OrganisationList

JSON = "application/json"

router = APIRouter(tags=["people"])


@router.get(
    "/organisations",
    response_model=OrganisationList,
    responses={
        200: TAGGED,
        304: {"description": "Список тот же, что в If-None-Match."},
        **problems(*ALWAYS),
    },
    dependencies=[KNOWN],
    summary="Организации и районы",
)
def list_organisations(request: Request, service: Loaded, principal: CurrentPrincipal) -> Response:
    """Отдаёт организации и районы доступных педагогов с числом людей: ими отбирают списки."""
    found = organisations_of(service, principal)
    tag = (digest(found) or "")[:16]
    if unchanged(request, tag):
        return Response(status_code=304, headers=etag(tag))
    return Response(json.dumps(found, ensure_ascii=False), media_type=JSON, headers=etag(tag))
