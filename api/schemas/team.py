"""Bodies and answers of the calls about routes of a team."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from api.schemas.answers import model_of
from api.schemas.base import (
    DIAGNOSTICS_MOST,
    HISTORY_MOST,
    REQUESTS_MOST,
    SEED_MOST,
    WHOLE,
    Answer,
    Body,
    Id,
    Instant,
    Number,
    Text,
    Title,
)
from api.schemas.evidence import AnyDiagnostic, HistoryBody, RequestBody
from api.schemas.lifecycle import RouteAnswer
from api.schemas.people import AnyEducator
from api.schemas.route_body import ConstraintsBody
from engine.recommender.team_answer import MemberAnswer, TeamRecommendation
from engine.recommender.team_request import DEADLINE_MS, MEMBERS_MOST
from engine.settings import DEADLINE_LEAST_MS, DEADLINE_MOST_MS

MEMBER_MS = 2_000
"""For what is done of each member beside the search for the plan: his stages, and his best route
without the team, with which the plan is compared."""


class TeamMemberBody(Body):
    """Участник: кто он и что у него своё."""

    educator: AnyEducator = Field(description="Педагог: {id} — известный службе, иначе целиком.")
    diagnostics: tuple[AnyDiagnostic, ...] | None = Field(
        default=None,
        max_length=DIAGNOSTICS_MOST,
        description="Результаты диагностики; null — известные службе, [] — без диагностики.",
    )
    requests: tuple[RequestBody, ...] | None = Field(
        default=None,
        max_length=REQUESTS_MOST,
        description="Запросы педагога; null — известные службе, [] — без запросов.",
    )
    history: tuple[HistoryBody, ...] | None = Field(
        default=None,
        max_length=HISTORY_MOST,
        description="Пройденное раньше; null — известное службе, [] — ничего.",
    )
    constraints: ConstraintsBody | None = Field(
        default=None, description="Его ограничения вместо общих; null — общие."
    )


class TeamOptionsBody(Body):
    """Как решать и на каком языке отвечать."""

    deadline_ms: (
        Annotated[int, Field(strict=True, ge=DEADLINE_LEAST_MS, le=DEADLINE_MOST_MS), WHOLE] | None
    ) = Field(
        default=None,
        description=f"Срок поиска плана всей команды, мс; сверх него — до {MEMBER_MS} на участника "
        f"на подготовку и на его маршрут без команды. null — {DEADLINE_MS} или меньше, если "
        "столько не допускают настройки службы.",
    )
    gap_rel: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None,
        description="Достаточная относительная погрешность всей команды (0,01 — 1 %); null — из "
        "политики.",
    )
    seed: Annotated[int, Field(strict=True, ge=0, le=SEED_MOST), WHOLE] = Field(
        default=0, description="Зерно: с тем же зерном и теми же данными ответ тот же."
    )
    language: Literal["ru", "en"] | None = Field(
        default=None, description="Язык ответа; null — по Accept-Language, иначе из настроек."
    )


class TeamRouteBody(Body):
    """Запрос на маршруты команды: команда из реестра или названные участники."""

    as_of: Instant | None = Field(
        default=None,
        description="Момент, на который строится план, со смещением; null — сейчас.",
    )
    team: Id | None = Field(
        default=None,
        description="Код команды реестра (/registers/teams); null — команда — это members.",
    )
    title: Title | None = Field(
        default=None,
        description="Название команды не из реестра; null — без названия или как в реестре.",
    )
    members: tuple[TeamMemberBody, ...] | None = Field(
        default=None,
        max_length=MEMBERS_MOST,
        description="Участники, не меньше двух; при названной team — только те из них, у кого "
        "что-то своё. null — вся команда реестра, какой её знает служба.",
    )
    constraints: ConstraintsBody = Field(
        default=ConstraintsBody(), description="Ограничения каждого, у кого нет своих."
    )
    policy: Id | None = Field(
        default=None, description="Профиль политики (см. /version); null — из настроек службы."
    )
    options: TeamOptionsBody = Field(default=TeamOptionsBody(), description="Как решать.")


class TeamDecisionBody(Body):
    """Решение о маршрутах всей команды: обо всех или ни об одном."""

    decision: Literal["agree", "return", "cancel"] = Field(
        description="agree — согласовать (места общих и своих шагов берутся всем участникам сразу "
        "или никому), return — вернуть с замечанием, cancel — отменить."
    )
    comment: Text | None = Field(
        default=None, description="Замечание; для return обязательно, null — нет."
    )


class TeamLifecycleAnswer(Answer):
    """Жизнь маршрутов команды как одного целого."""

    version: int = Field(
        description="Версия: растёт с каждым изменением маршрута любого участника, она же ETag."
    )
    legal: list[str] = Field(
        description="Решения, допустимые обо всех сразу; пусто — никаких: причина в состояниях "
        "маршрутов."
    )


_TeamMember: Any = create_model(
    "TeamMemberAnswer",
    __base__=model_of(MemberAnswer),
    __doc__="Участник команды и его маршрут.",
    route=(str, Field(description="Код его маршрута: GET /routes/{route}.")),
    recommendation=(RouteAnswer, Field(description="Его маршрут, каков он есть, и его жизнь.")),
)

TeamRouteAnswer: Any = create_model(
    "TeamRouteAnswer",
    __base__=model_of(TeamRecommendation),
    __doc__="План команды, маршруты участников и их жизнь.",
    digest=(str, Field(description="Отпечаток задачи команды: та же задача — тот же.")),
    members=(
        list[_TeamMember],
        Field(description="Участники в порядке команды; пусто — плана нет."),
    ),
    lifecycle=(TeamLifecycleAnswer, Field(description="Версия и допустимые решения.")),
)
"""Answer of ``POST /routes/team``, ``GET /routes/team/{build_id}`` and of decisions."""
