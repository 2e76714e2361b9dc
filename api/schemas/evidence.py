"""Diagnostics, requests and history of a request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from api.schemas.base import WHOLE, Body, Date, Id, Number, Text, Title
from engine.domain import Method, Position

SCORE_MOST = 1e6
Score = Annotated[Number, Field(ge=0, le=SCORE_MOST)]


class ScoreBody(Body):
    """Один балл за один узел перечня в одной процедуре."""

    procedure_id: Id = Field(description="Код процедуры: по нему различаются измерения.")
    date: Date = Field(description="День диагностики.")
    method: Method = Field(description="Как получен балл; способы различаются надёжностью.")
    node: Id = Field(description="Узел перечня компетенций.")
    score: Score = Field(description="Балл, от 0 до max_score.")
    max_score: Annotated[Number, Field(gt=0, le=SCORE_MOST)] = Field(
        description="Наибольший возможный балл, больше 0."
    )
    n_tasks: Annotated[int, Field(strict=True, ge=1, le=10_000), WHOLE] | None = Field(
        default=None,
        description="Число заданий, давших балл; null — неизвестно, берётся из политики.",
    )
    observer: Id | None = Field(default=None, description="Кто ставил балл; null — не указано.")
    criterion: Id | None = Field(
        default=None, description="Критерий карты наблюдения; null — балл не по одному критерию."
    )


class ItemBody(Body):
    """Один ответ на одно задание."""

    procedure_id: Id = Field(description="Код процедуры.")
    date: Date = Field(description="День диагностики.")
    item: Id = Field(description="Код задания.")
    response: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        description="Доля выполнения от 0 до 1; null — не отвечал (это не ошибка в задании)."
    )
    node: Id | None = Field(
        default=None,
        description="Узел перечня; null — все узлы задания по справочнику заданий пакета данных.",
    )


SCORE_TAG, ITEM_TAG = "score-result", "item-response"


def _which(value: object) -> str:
    item = "item" in value if isinstance(value, dict) else isinstance(value, ItemBody)
    return ITEM_TAG if item else SCORE_TAG


AnyDiagnostic = Annotated[
    Annotated[ScoreBody, Tag(SCORE_TAG)] | Annotated[ItemBody, Tag(ITEM_TAG)],
    Discriminator(_which),
]


class RequestBody(Body):
    """Один запрос педагога: узел перечня, свой текст или должность."""

    id: Id | None = Field(
        default=None, description="Код запроса; null — r1, r2, … по порядку. Коды не повторяются."
    )
    node: Id | None = Field(default=None, description="Узел перечня; null — не назван.")
    text: Text | None = Field(
        default=None, description="Запрос своими словами: узлы по нему находит служба; null — нет."
    )
    weight: Annotated[Number, Field(gt=0, le=10)] = Field(
        default=1.0, description="Вес относительно прочих запросов."
    )
    career_position: Position | None = Field(
        default=None, description="Должность, к которой педагог готовится; null — нет."
    )


class HistoryBody(Body):
    """Что пройдено раньше."""

    completed_on: Date = Field(description="День завершения.")
    activity_id: Id | None = Field(
        default=None, description="Активность каталога; null — по названию."
    )
    title: Title | None = Field(default=None, description="Название; null — по activity_id.")
