"""Body of ``POST /routes`` and of the stages alone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import (
    BUSY_MOST,
    DIAGNOSTICS_MOST,
    HISTORY_MOST,
    ICS_MOST,
    IDS_MOST,
    REQUESTS_MOST,
    SEED_MOST,
    WEEKS_MOST,
    WHOLE,
    Body,
    Date,
    Flag,
    Id,
    Instant,
    Minutes,
    Number,
)
from api.schemas.evidence import AnyDiagnostic, HistoryBody, RequestBody
from api.schemas.people import AnyEducator
from engine.domain import Form, Funding
from engine.settings import DEADLINE_LEAST_MS, DEADLINE_MOST_MS

Roubles = Annotated[int, Field(strict=True, ge=0, le=100_000_000), WHOLE]


class HorizonBody(Body):
    """Срок, в который укладывается маршрут."""

    start: Date | None = Field(
        default=None, description="Первый день; null — понедельник после as_of."
    )
    end: Date | None = Field(default=None, description="Последний день; null — длина из политики.")


class SpanBody(Body):
    """Промежуток времени, начало раньше конца."""

    start: Instant = Field(description="Начало, момент со смещением.")
    end: Instant = Field(description="Конец, момент со смещением.")


class ConstraintsBody(Body):
    """Ограничения этого маршрута; только ужесточают политику."""

    horizon: HorizonBody = Field(default=HorizonBody(), description="Горизонт.")
    tempo_by_week: dict[Date, Minutes] = Field(
        default_factory=dict,
        max_length=WEEKS_MOST,
        description="Темп в отдельные недели, минут: ключ — понедельник недели, 0 — неделя "
        "закрыта.",
    )
    busy: tuple[SpanBody, ...] | None = Field(
        default=None,
        max_length=BUSY_MOST,
        description="Занятость: встречи на неё не попадают; null — известная службе.",
    )
    busy_ics: Annotated[str, Field(min_length=1, max_length=ICS_MOST)] | None = Field(
        default=None,
        description="Занятость текстом iCalendar вместо busy; повторы разворачиваются в "
        "пределах горизонта; null — нет.",
    )
    keep_busy: Flag = Field(
        default=False,
        description="true — занятость из busy или busy_ics добавляется к известной; false — "
        "заменяет её. При перестройке известна та, с которой маршрут строили.",
    )
    forms: tuple[Form, ...] = Field(
        default=(), max_length=len(Form), description="Допустимые формы; пусто — все."
    )
    budget_by_source: dict[Funding, Roubles] | None = Field(
        default=None,
        description="Бюджет по источникам, рублей; null — из политики. Источника нет в "
        "перечне — денег из него нет.",
    )
    pinned: tuple[Id, ...] = Field(
        default=(),
        max_length=IDS_MOST,
        description="Активности или запуски, обязательные в маршруте.",
    )
    excluded: tuple[Id, ...] = Field(
        default=(),
        max_length=IDS_MOST,
        description="Активности или запуски, которых не должно быть.",
    )
    max_steps: Annotated[int, Field(strict=True, ge=1, le=100), WHOLE] | None = Field(
        default=None, description="Наибольшее число шагов; null — из политики."
    )


class OptionsBody(Body):
    """Как решать и на каком языке отвечать."""

    deadline_ms: (
        Annotated[int, Field(strict=True, ge=DEADLINE_LEAST_MS, le=DEADLINE_MOST_MS), WHOLE] | None
    ) = Field(default=None, description="Срок решения, мс; null — из политики.")
    gap_rel: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None,
        description="Достаточная относительная погрешность (0,01 — 1 %); null — из политики.",
    )
    seed: Annotated[int, Field(strict=True, ge=0, le=SEED_MOST), WHOLE] = Field(
        default=0, description="Зерно: с тем же зерном и теми же данными ответ тот же."
    )
    variants: Flag = Field(
        default=False,
        description="Найти и варианты: fast (кончается раньше) и light (легче в самую полную "
        "неделю); им — половина срока.",
    )
    language: Literal["ru", "en"] | None = Field(
        default=None, description="Язык ответа; null — по Accept-Language, иначе из настроек."
    )


class RouteBody(Body):
    """Запрос на построение маршрута."""

    as_of: Instant | None = Field(
        default=None,
        description="Момент, на который строится маршрут, со смещением; null — сейчас.",
    )
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
    constraints: ConstraintsBody = Field(default=ConstraintsBody(), description="Ограничения.")
    policy: Id | None = Field(
        default=None, description="Профиль политики (см. /version); null — из настроек службы."
    )
    options: OptionsBody = Field(default=OptionsBody(), description="Как решать.")
