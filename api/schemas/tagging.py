"""Tags of activities: what they cover, whence that is known, what a methodist says of it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import LIST_MOST, Answer, Body, Id, Number


class VerdictBody(Body):
    """Верна ли компетенция активности."""

    node: Id = Field(description="Конечный узел перечня компетенций.")
    verdict: Literal["right", "wrong"] = Field(
        description="right — активность об этом, wrong — нет."
    )
    share: Annotated[Number, Field(gt=0, le=1)] | None = Field(
        default=None,
        description="Какая доля активности об этом, только у верной; null — верные без доли "
        "делят остаток поровну.",
    )


class TagsBody(Body):
    """Что методист говорит о разметке активности; прежнее заменяется целиком."""

    verdicts: tuple[VerdictBody, ...] = Field(
        max_length=LIST_MOST,
        description="Есть хоть одна верная — список верных полон, прочие неверны; одни неверные — "
        "остальная разметка в силе; пусто — правка забывается. Доли в сумме не больше 1.",
    )


class TagAnswer(Answer):
    """Компетенция, которой занята активность."""

    node: str = Field(description="Узел перечня.")
    node_title: str = Field(description="Его название.")
    share: float = Field(description="Доля активности, от 0 до 1; с ней считается маршрут.")
    confidence: float = Field(
        description="Уверенность, от 0 до 1: у выведенной из текста — вероятность, что она верна, "
        "у прочих — насколько уверен тот, кто задал охват (1 — методист)."
    )


class VerdictAnswer(Answer):
    """Сказанное методистом."""

    node: str = Field(description="Узел перечня.")
    verdict: Literal["right", "wrong"] = Field(description="Верна или нет.")
    share: float | None = Field(description="Доля, от 0 до 1; null — не указана.")


class TagsAnswer(Answer):
    """Разметка активности."""

    activity_id: str = Field(description="Код активности.")
    title: str = Field(description="Её название.")
    version: int = Field(description="Версия правки, она же ETag; 0 — правки не было.")
    source: Literal["given", "corrected", "tagged"] = Field(
        description="given — охват задан в записи, corrected — правкой методиста, tagged — выведен "
        "из текста."
    )
    tags: list[TagAnswer] = Field(
        description="По убыванию доли; пусто — в тексте ничего не найдено."
    )
    verdicts: list[VerdictAnswer] = Field(description="Правка методиста; пусто — её нет.")
    updated_at: dt.datetime | None = Field(
        description="Когда внесена правка; null — её нет или она из пакета данных."
    )


class ProposedTag(Answer):
    """Компетенция, найденная в тексте."""

    node: str = Field(description="Узел перечня.")
    node_title: str = Field(description="Его название.")
    chance: float = Field(description="Вероятность, что она верна, от 0 до 1.")


class ReviewAnswer(Answer):
    """Активность, разметку которой стоит проверить."""

    activity_id: str = Field(description="Код активности.")
    title: str = Field(description="Её название.")
    tags: list[ProposedTag] = Field(
        description="Найденное, самое вероятное первым; пусто — ничего не найдено."
    )
    doubt: float = Field(description="Неуверенность в разметке, от 0: сумма дисперсий по узлам.")
    use: float = Field(description="Что от неё зависит: академические часы × число потоков.")
    similar: int = Field(description="Похожих активностей без охвата: правка научит и о них.")
    value: float = Field(
        description="Насколько правка уменьшит ошибку по всему каталогу, в единицах doubt × use; "
        "убывает по списку."
    )


class TaggingList(Answer):
    """Что стоит проверить в первую очередь."""

    items: list[ReviewAnswer] = Field(description="Самое полезное первым.")
    untagged: int = Field(description="Активностей, охват которых никем не задан и не проверен.")
