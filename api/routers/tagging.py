"""Tags of activities: the list of what is worth correcting, and corrections."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.access.deps import CurrentPrincipal
from api.deps import Loaded
from api.etags import DemandedMatch
from api.review_lists import REVIEW_MOST
from api.routers.catalogue import ActivityId
from api.routers.responses import ALWAYS, EDITS, TAGGED, WITH_BODY, problems
from api.schemas.tagging import TaggingList, TagsAnswer, TagsBody
from api.tagging_calls import TagCalls

_BODY = tuple(code for code in WITH_BODY if code != "nothing_to_plan")

router = APIRouter(tags=["catalogue"])


async def tag_calls(service: Loaded, principal: CurrentPrincipal) -> TagCalls:
    """Calls about the tags of the caller's catalogue."""
    return TagCalls(service, principal)


Tags = Annotated[TagCalls, Depends(tag_calls)]


@router.get(
    "/tagging",
    response_model=TaggingList,
    responses=problems(*ALWAYS, "invalid_input"),
    summary="Что проверить в разметке",
)
def list_tagging(
    tags: Tags,
    limit: Annotated[
        int, Query(ge=1, le=REVIEW_MOST, description="Сколько активностей назвать.")
    ] = 30,
) -> object:
    """Называет активности, разметку которых полезнее всего проверить, с найденным в тексте."""
    return tags.review(limit)


@router.get(
    "/activities/{activity_id}/tags",
    response_model=TagsAnswer,
    responses={200: TAGGED, **problems(*ALWAYS, "record_not_found", "invalid_input")},
    summary="Разметка активности",
)
def read_tags(activity_id: ActivityId, tags: Tags) -> Response:
    """Отдаёт компетенции активности с уверенностью и тем, откуда они известны."""
    return tags.read(activity_id)


@router.put(
    "/activities/{activity_id}/tags",
    response_model=TagsAnswer,
    responses={200: TAGGED, **problems(*ALWAYS, *_BODY, *EDITS, "record_not_found")},
    summary="Исправить разметку активности",
)
def put_tags(activity_id: ActivityId, body: TagsBody, match: DemandedMatch, tags: Tags) -> Response:
    """Запоминает правку методиста: по ней строятся маршруты, и модель учится на ней.

    Правка важнее охвата в записи, кто бы его ни прислал; модель её не меняет.
    """
    return tags.put(activity_id, body, match)
