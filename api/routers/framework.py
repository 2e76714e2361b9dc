"""The list of competencies that everything else speaks of."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from api.deps import Loaded
from api.etags import KNOWN, etag, unchanged
from api.routers.responses import ALWAYS, TAGGED, problems
from api.schemas.framework import FrameworkAnswer
from engine.framework import Framework
from engine.interchange.case import case_document, day_of_version

JSON = "application/json"
_RESPONSES = {
    200: TAGGED,
    304: {"description": "Перечень тот же, что в If-None-Match."},
    **problems(*ALWAYS),
}

router = APIRouter(tags=["framework"])


@router.get(
    "/framework",
    response_model=FrameworkAnswer,
    responses=_RESPONSES,
    dependencies=[KNOWN],
    summary="Перечень компетенций",
)
async def read_framework(request: Request, service: Loaded) -> Response:
    """Отдаёт узлы перечня по порядку: коды, о которых говорят дефициты, охват и маршруты."""
    framework = service.engine.framework
    if unchanged(request, framework.digest):
        return Response(status_code=304, headers=etag(framework.digest))
    return Response(_text(framework), media_type=JSON, headers=etag(framework.digest))


@router.get(
    "/framework.case.json",
    response_class=Response,
    responses={
        **_RESPONSES,
        200: {**TAGGED, "content": {JSON: {}}, "description": "Пакет 1EdTech CASE 1.0."},
    },
    dependencies=[KNOWN],
    summary="Перечень компетенций в формате CASE",
)
def export_framework(request: Request, service: Loaded) -> Response:
    """Отдаёт перечень как CFPackage; тот же перечень — те же байты."""
    framework = service.engine.framework
    if unchanged(request, framework.digest):
        return Response(status_code=304, headers=etag(framework.digest))
    # a version without a day: the package's own day is that of the data, never the clock's
    changed = day_of_version(framework) or service.package.as_of.date()
    text = json.dumps(case_document(framework, changed), ensure_ascii=False)
    disposition = {"Content-Disposition": 'attachment; filename="framework.case.json"'}
    return Response(text, media_type=JSON, headers={**etag(framework.digest), **disposition})


def _text(framework: Framework) -> str:
    leaves = frozenset(framework.leaves)
    found = {
        "id": framework.id,
        "version": framework.version,
        "title": framework.title,
        "digest": framework.digest,
        "nodes": [
            {
                "code": node.code,
                "parent": node.parent,
                "level": node.level,
                "leaf": place in leaves,
                "title": node.title,
                "description": node.description,
                "positions": [p.value for p in node.positions],
                "subjects": [list(group) for group in node.subjects],
                "stages": [s.value for s in node.stages],
            }
            for place, node in enumerate(framework.nodes)
        ],
    }
    return json.dumps(found, ensure_ascii=False)
