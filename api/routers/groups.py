"""Deficits of groups of educators."""

from __future__ import annotations

from fastapi import APIRouter

from api.access.deps import CurrentPrincipal
from api.deps import AcceptedLanguage, Loaded
from api.groups import groups_answer
from api.routers.responses import ALWAYS, WITH_BODY, problems
from api.schemas.groups import GroupsAnswer, GroupsBody

router = APIRouter(
    tags=["stages"],
    responses=problems(*ALWAYS, *(code for code in WITH_BODY if code != "nothing_to_plan")),
)


@router.post("/deficits/groups", summary="Дефициты групп")
def view_groups(
    body: GroupsBody, service: Loaded, language: AcceptedLanguage, principal: CurrentPrincipal
) -> GroupsAnswer:
    """Сводит дефициты по организациям, районам, предметам или должностям.

    Показано лишь то, из чего нельзя узнать о меньшем числе людей, чем least_people, ни сложением,
    ни вычитанием строк. Таблицы по разным признакам и на разные дни защищены каждая сама по себе.
    """
    return groups_answer(body, service, language, principal)
