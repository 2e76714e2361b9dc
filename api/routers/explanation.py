"""Questions about a kept route: why not this, why this, and what would help."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from api.access.deps import CurrentPrincipal
from api.deps import AcceptedLanguage, KeptRoute, Loaded
from api.route_alternatives import RouteAlternatives
from api.routers.responses import ALWAYS, SOLVING, problems
from api.schemas.answers import AlternativesAnswer, ExplanationAnswer, WhyNotAnswer

ChangeCode = Literal[
    "more_tempo", "more_total", "more_weeks", "more_steps", "more_budget", "more_parallel",
    "more_daily", "later_hours", "earlier_hours", "working_hours", "open_weekday", "allow_online",
    "free_slot", "lift_ban", "drop_pin", "pin_it", "allow_form", "relax_rule", "complete_first",
]  # fmt: skip

JSON = "application/json"

router = APIRouter(
    prefix="/routes/{route_id}",
    tags=["routes"],
    responses=problems(
        *ALWAYS, *SOLVING, "route_not_found", "route_outdated", "route_not_repeatable"
    ),
)


@router.get(
    "/why-not/{activity_id}",
    response_model=WhyNotAnswer,
    responses=problems("route_not_found", "activity_not_found", "invalid_input"),
    summary="Почему не это",
)
async def read_why_not(
    route: KeptRoute,
    service: Loaded,
    activity_id: Annotated[str, Path(description="Код активности каталога.")],
    change: Annotated[
        list[ChangeCode] | None,
        Query(description="Виды изменений, о которых вопрос; можно повторять; нет — все виды."),
    ] = None,
) -> Response:
    """Говорит, какое наименьшее изменение впустит активность в маршрут или во что она обойдётся.

    Каждое названное изменение проверено расчётом; чего не успели проверить, о том так и сказано.
    """
    answer = await service.why_not(route, activity_id, tuple(change or ()))
    return Response(answer, media_type=JSON)


@router.get(
    "/explanation",
    response_model=ExplanationAnswer,
    summary="Почему так и что поможет",
)
async def read_explanation(route: KeptRoute, service: Loaded) -> Response:
    """Обоснование шагов и цена послаблений: час в неделю, неделя, шаг, каждое закрепление."""
    return Response(await service.explain(route), media_type=JSON)


@router.get(
    "/alternatives/{step_id}",
    response_model=AlternativesAnswer,
    responses=problems(
        "route_not_found",
        "step_not_found",
        "route_not_repeatable",
        "route_absent",
        "illegal_move",
        "artefact_refused",
        "invalid_input",
        "database_unavailable",
    ),
    summary="Чем заменить шаг",
)
async def read_alternatives(
    route_id: Annotated[str, Path(max_length=128, description="Код маршрута.")],
    step_id: Annotated[
        str, Path(max_length=128, description="Код шага: запланированного, пропущенного, снятого.")
    ],
    service: Loaded,
    principal: CurrentPrincipal,
    language: AcceptedLanguage,
) -> Response:
    """Называет лучшие замены шага по последней редакции маршрута на этот момент.

    Остальные шаги остаются как есть; наставник, встречи и замеры подбираются заново. Каждая замена
    проверена, а полнота списка доказана (complete). Ввести её — решение `replace` с activity из
    step.activity, а при kind other_run — с потоком из step.offering; тогда могут измениться и
    другие шаги, так что лучший маршрут с ней стоит не меньше. Начатый шаг не заменить: 422
    `step_has_begun`.
    """
    calls = RouteAlternatives(service, principal, language)
    return Response(await calls.alternatives(route_id, step_id), media_type=JSON)
