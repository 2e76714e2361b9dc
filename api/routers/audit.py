"""The journal of writes, for auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.access.deps import CurrentPrincipal
from api.deps import Loaded
from api.routers.responses import ALWAYS, problems
from api.schemas.audit import AuditAnswer, AuditEntryAnswer
from api.schemas.base import Instant
from engine.recommendation import to_dict

LIMIT_MOST = 500

router = APIRouter(tags=["operations"])

_Filter = Annotated[str | None, Query(max_length=128, description="Только такие; нет — любые.")]


@router.get("/audit", summary="Журнал изменений", responses=problems(*ALWAYS, "invalid_input"))
def list_audit(
    service: Loaded,
    principal: CurrentPrincipal,
    object_kind: _Filter = None,
    object_id: _Filter = None,
    actor: _Filter = None,
    since: Annotated[
        Instant | None, Query(description="Не раньше этого момента, со смещением; нет — с начала.")
    ] = None,
    cursor: Annotated[
        str | None, Query(max_length=512, description="Из next предыдущей страницы; нет — первая.")
    ] = None,
    limit: Annotated[
        int, Query(ge=1, le=LIMIT_MOST, description="Сколько записей на странице.")
    ] = 50,
) -> AuditAnswer:
    """Отдаёт записи о каждом изменении данных региона, новые первыми."""
    with service.store.reading(principal.tenant) as kept:
        page = kept.audit.page(
            cursor, limit, object_kind=object_kind, object_id=object_id, actor=actor, since=since
        )
    items = [AuditEntryAnswer.model_validate(to_dict(entry)) for entry in page.items]
    return AuditAnswer(items=items, next=page.next)
