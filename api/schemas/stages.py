"""Answers of the stages alone: deficits, and ranked activities."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from api.schemas.answers import model_of
from api.schemas.base import Answer
from engine.dynamics import ChangeEntry, ProficiencyEntry
from engine.recommendation import ExplorationEntry

ChangeAnswer: Any = model_of(ChangeEntry)
ProficiencyAnswer: Any = model_of(ProficiencyEntry)
ExplorationAnswer: Any = model_of(ExplorationEntry)
"""The same records as in the answer of ``POST /routes``."""


class DemandEvidence(Answer):
    """Результат диагностики, стоящий за дефицитом."""

    procedure_id: str = Field(description="Код процедуры.")
    date: dt.date = Field(description="День диагностики.")
    method: str = Field(description="Способ: test, observation, self, expert.")
    score: float = Field(description="Балл.")
    max_score: float = Field(description="Наибольший возможный балл.")
    n_tasks: int | None = Field(description="Число заданий; null — неизвестно.")
    observer: str | None = Field(description="Кто ставил балл; null — не указано.")
    criterion: str | None = Field(
        description="Критерий карты наблюдения; null — балл не по одному критерию."
    )


class DemandAnswer(Answer):
    """То, для чего строится маршрут: дефицит, запрос или развитие."""

    node: str = Field(description="Узел перечня, request:<код> или development:<имя>.")
    kind: str = Field(description="deficit, request или development.")
    title: str = Field(description="Название.")
    nodes: list[str] = Field(description="Узлы, чьё покрытие засчитывается.")
    weight: float = Field(description="Вес в ценности маршрута, больше 0.")
    estimate: float = Field(description="Среднее дефицита, от 0 до 1.")
    sd: float = Field(description="Стандартное отклонение дефицита.")
    interval_90: tuple[float, float] = Field(description="Границы дефицита 5 % и 95 %.")
    official_level: str | None = Field(
        description="Уровень дефицита по доле баллов (Р-201): high, medium, minimal; null — "
        "не измерено."
    )
    level_probability: tuple[float, float, float] | None = Field(
        description="Вероятности уровней high, medium, minimal; null — не измерено."
    )
    proficiency: ProficiencyAnswer | None = Field(
        description="Владение, из которого вычислен дефицит; null — не измерено."
    )
    evidence: list[DemandEvidence] = Field(description="Результаты, новые первыми.")


class NodeAnswer(Answer):
    """Один узел перечня."""

    node: str = Field(description="Код узла.")
    mean: float | None = Field(description="Среднее дефицита, от 0 до 1; null — не измерено.")
    sd: float | None = Field(description="Стандартное отклонение; null — не измерено.")
    target: float | None = Field(
        description="Целевой уровень владения, от 0 до 1; null — для должности не задан."
    )


class DeficitsAnswer(Answer):
    """Дефициты одного педагога."""

    educator_id: str = Field(description="Код педагога.")
    as_of: dt.datetime = Field(description="Момент расчёта.")
    policy: str = Field(description="Профиль политики.")
    group: str | None = Field(
        description="Группа: support, levelling, development; null — без диагностики."
    )
    demands: list[DemandAnswer] = Field(description="Для чего строится маршрут, по коду.")
    nodes: list[NodeAnswer] = Field(description="Все узлы перечня, в его порядке.")
    changes: list[ChangeAnswer] = Field(
        description="Динамика: компетенции, измеренные в разные дни, в порядке перечня; пусто — "
        "таких нет."
    )


class RefusalAnswer(Answer):
    """Код причины с величинами."""

    code: str = Field(description="Код причины.")
    parameters: dict[str, Any] = Field(description="Величины, стоящие за кодом.")


class RankedActivity(Answer):
    """Активность каталога глазами этого педагога."""

    id: str = Field(description="Код активности.")
    title: str = Field(description="Название.")
    relevance: float = Field(
        description="Релевантность, от 0 до 1: вероятность, что педагог пройдёт и получит пользу."
    )
    contributions: dict[str, float | None] = Field(
        description="Вклад каждого признака в релевантность, в единицах линейного предиктора; "
        "null — признак неприменим."
    )
    coverage: dict[str, float] = Field(
        description="Доля активности на каждый запрос или дефицит, от 0 до 1, в сумме не больше 1."
    )
    eligible: bool = Field(description="Может ли педагог её пройти.")
    reasons: list[RefusalAnswer] = Field(description="Почему не может; пусто — может.")


class RecommendationsAnswer(Answer):
    """Активности каталога: сначала доступные, по убыванию релевантности."""

    educator_id: str = Field(description="Код педагога.")
    as_of: dt.datetime = Field(description="Момент расчёта.")
    policy: str = Field(description="Профиль политики.")
    model: str = Field(description="Версия модели подбора; пусто — без обученной модели.")
    total: int = Field(description="Активностей в каталоге.")
    eligible: int = Field(description="Из них доступных педагогу.")
    items: list[RankedActivity] = Field(description="Не больше limit первых.")
    exploration: ExplorationAnswer | None = Field(
        description="Порядок почти равных решил жребий; вероятности относятся к первым limit "
        "местам; null — порядок строго по релевантности."
    )
