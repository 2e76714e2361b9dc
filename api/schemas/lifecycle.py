"""Life of a route: states, decisions, progress, replanning; bodies and answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from api.schemas.answers import RouteAnswer as BuiltAnswer
from api.schemas.answers import model_of
from api.schemas.base import WHOLE, Answer, Body, Id, Text
from api.schemas.route_body import ConstraintsBody
from engine.lifecycle.difference import RouteDifference
from engine.lifecycle.states import RouteState, StepState

EVENTS_MOST = 100


class StepProgress(Answer):
    """Шаг маршрута и докуда он дошёл."""

    step: str = Field(description="Код шага, один и тот же во всех редакциях маршрута.")
    activity: str = Field(description="Код активности.")
    offering: str = Field(description="Код потока.")
    start: dt.date = Field(description="Первый день.")
    end: dt.date = Field(description="Последний день.")
    state: StepState = Field(description="Состояние шага.")
    report_accepted: dt.date | None = Field(
        description="День, когда тьютор принял отчёт; null — ещё не принят."
    )


class HistoryEntry(Answer):
    """Одна строка истории маршрута."""

    seq: int = Field(description="Номер, от 1.")
    at: dt.datetime = Field(description="Момент.")
    actor: str = Field(description="Кто: код лица или ключа.")
    role: str = Field(description="В какой роли; system — наступил срок.")
    kind: str = Field(description="Что произошло.")
    step: str | None = Field(description="Код шага; null — о маршруте целиком.")
    before: str = Field(description="Состояние до: шага, если он назван, иначе маршрута.")
    after: str = Field(description="Состояние после.")
    comment: str = Field(description="Замечание; пусто — нет.")
    parameters: dict[str, Any] = Field(description="Подробности; имена зависят от kind.")


class TeamLinkAnswer(Answer):
    """Команда, вместе с которой построен маршрут."""

    build: str = Field(description="Код построения: GET /routes/team/{build}.")
    team: str | None = Field(
        description="Код команды реестра; null — команда названа своими участниками."
    )


class LifecycleAnswer(Answer):
    """Жизнь маршрута после построения."""

    state: RouteState = Field(description="Состояние маршрута.")
    revision: int = Field(description="Редакция содержания, от 1: растёт при перестройке.")
    version: int = Field(description="Версия: растёт с каждым изменением, она же ETag.")
    held_until: dt.datetime | None = Field(
        description="До какого момента согласованный маршрут держит места и наставника; null — "
        "ничего не держит со сроком."
    )
    legal: list[str] = Field(description="Что можно сделать с маршрутом в этом состоянии.")
    steps: list[StepProgress] = Field(description="Шаги в порядке маршрута.")
    history: list[HistoryEntry] = Field(description="История от первого события.")
    team: TeamLinkAnswer | None = Field(
        description="Построение команды, частью которого он стал: согласуют всю команду; null — "
        "маршрут построен один."
    )


RouteAnswer: Any = create_model(
    "RecommendationAnswer",
    __base__=BuiltAnswer,
    __doc__="Построенный маршрут и его жизнь.",
    lifecycle=(LifecycleAnswer, Field(description="Состояние, шаги и история.")),
)
"""Answer of ``POST /routes`` and ``GET /routes/{route_id}``."""


_Difference: Any = model_of(RouteDifference)

ChangedRouteAnswer: Any = create_model(
    "ChangedRouteAnswer",
    __base__=RouteAnswer,
    __doc__="Маршрут после решения, хода или перестройки.",
    difference=(
        _Difference | None,
        Field(
            default=None, description="Чем новая редакция отличается; поля нет — редакция та же."
        ),
    ),
)


class RouteSummaryAnswer(Answer):
    """Маршрут в списке."""

    id: str = Field(description="Код маршрута.")
    created_at: dt.datetime = Field(description="Когда построен впервые.")
    updated_at: dt.datetime = Field(description="Когда изменён последний раз.")
    educator_id: str = Field(description="Код педагога.")
    as_of: dt.datetime = Field(description="Момент, на который построен.")
    status: str = Field(description="Статус решения.")
    policy: str = Field(description="Профиль политики.")
    state: RouteState = Field(description="Состояние маршрута.")
    revision: int = Field(description="Редакция содержания, от 1.")
    version: int = Field(description="Версия, она же ETag.")
    mentor_id: str | None = Field(description="Код наставника; null — без наставника.")
    organisation_id: str | None = Field(description="Код организации; null — не известна.")
    held_until: dt.datetime | None = Field(
        description="До какого момента держатся места; null — ничего не держится со сроком."
    )


class RouteList(Answer):
    """Часть списка маршрутов, новые первыми."""

    items: list[RouteSummaryAnswer] = Field(description="Маршруты.")
    next: str | None = Field(
        description="Курсор следующей части (параметр cursor); null — это последняя."
    )


DecisionName = Literal[
    "agree", "return", "accept", "complete", "cancel", "pin", "ban", "unpin", "unban", "replace"
]  # fmt: skip


class DecisionBody(Body):
    """Решение о маршруте."""

    decision: DecisionName = Field(
        description="agree — согласовать (места держатся hold_days политики), return — вернуть с "
        "замечанием, accept — педагог согласен, complete — завершить, cancel — отменить, pin — "
        "закрепить активность, ban — запретить, unpin и unban — снять закрепление и запрет, "
        "replace — заменить шаг; пять последних перестраивают маршрут."
    )
    comment: Text | None = Field(
        default=None, description="Замечание; для return обязательно, null — нет."
    )
    step: Id | None = Field(
        default=None, description="Код шага: для replace, и для ban вместо activity; null — нет."
    )
    activity: Id | None = Field(
        default=None,
        description="Код активности или потока: что закрепить, запретить, с чего снять, чем "
        "заменить; для replace null — подобрать; для прочих решений — null.",
    )


ProgressName = Literal[
    "enrolled", "attended", "completed", "missed", "cancelled", "report_accepted"
]  # fmt: skip


class WishEntry(Answer):
    """Одно условие о мероприятии, которого держится маршрут."""

    decision: Literal["pin", "ban"] = Field(description="pin — закреплено, ban — запрещено.")
    id: str = Field(description="Код, которым условие снимают: activity решений unpin и unban.")
    activity: str = Field(description="Код активности; при условии о потоке — его активности.")
    offering: str | None = Field(description="Код потока; null — условие обо всей активности.")
    title: str = Field(description="Название активности.")


class RouteWishes(Answer):
    """Что закреплено и запрещено в маршруте: при построении и решениями после него."""

    route_id: str = Field(description="Код маршрута.")
    version: int = Field(description="Версия маршрута, она же ETag: с ней условие снимают.")
    items: list[WishEntry] = Field(
        description="Закреплённые, затем запрещённые, в том порядке, в каком они названы; "
        "пропущенные и отменённые потоки запрещает сама перестройка."
    )


class ProgressEvent(Body):
    """Что стало с одним шагом."""

    step: Id = Field(description="Код шага.")
    event: ProgressName = Field(
        description="enrolled — записан (место твёрдое), attended — был, completed — завершил, "
        "missed — пропустил, cancelled — отменён, report_accepted — тьютор принял отчёт."
    )
    comment: Text | None = Field(default=None, description="Замечание; null — нет.")


class ProgressBody(Body):
    """Ход маршрута: все события или ни одного, в этом порядке."""

    events: tuple[ProgressEvent, ...] = Field(
        min_length=1, max_length=EVENTS_MOST, description="События."
    )


class ReplanBody(Body):
    """Как перестроить маршрут; начатое и пройденное остаётся."""

    comment: Text | None = Field(default=None, description="Почему; null — не сказано.")
    pinned: tuple[Id, ...] = Field(
        default=(), max_length=50, description="Что ещё закрепить: активности или потоки."
    )
    excluded: tuple[Id, ...] = Field(
        default=(), max_length=50, description="Что ещё запретить: активности или потоки."
    )
    changes_most: Annotated[int, Field(strict=True, ge=0, le=100), WHOLE] | None = Field(
        default=None,
        description="Не больше стольких изменений; null — из политики (replan_changes_most).",
    )
    constraints: ConstraintsBody | None = Field(
        default=None, description="Новые ограничения; null — прежние."
    )
