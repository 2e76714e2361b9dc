"""Feedback on activities, and models; bodies and answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    Tag,
    model_validator,
)

from api.schemas.base import Answer, Body, Id, Instant, Number, Text
from engine.interactions import State

FEEDBACK_MOST = 5_000


class FeedbackBody(Body):
    """Что стало с активностью, которую предложили или взяли."""

    id: Id = Field(description="Код строки у отправителя: присланная дважды считается один раз.")
    at: Instant = Field(description="Когда предложена или взята, со смещением.")
    educator_id: Id = Field(description="Код педагога.")
    activity_id: Id = Field(description="Код активности.")
    state: State = Field(description="Что с ней стало.")
    outcome: Annotated[Number, Field(ge=0, le=1)] | None = Field(
        default=None, description="Успех, от 0 до 1; null — не сказано."
    )
    ended_at: Instant | None = Field(
        default=None, description="Когда завершена или брошена; null — не известно."
    )
    offering_id: Id | None = Field(default=None, description="Код потока; null — не назван.")
    route_id: Id | None = Field(default=None, description="Код маршрута; null — вне маршрута.")
    step_id: Id | None = Field(default=None, description="Код шага; null — не назван.")
    comment: Text | None = Field(default=None, description="Отзыв словами; null — нет.")


class XapiStatement(Body):
    """Утверждение xAPI 1.0.x по опубликованной схеме 1.0.1; хранится названное здесь."""

    model_config = Body.model_config | {"extra": "ignore"}
    _statement: Any = PrivateAttr(None)

    id: Id = Field(description="UUID утверждения.")
    actor: dict[Id, Any] = Field(
        max_length=20,
        description="Кто: account.name — код педагога, нет account — mbox_sha1sum. Имя и почта не "
        "берутся.",
    )
    verb: dict[Id, Any] = Field(max_length=20, description="Что: id глагола.")
    object: dict[Id, Any] = Field(
        max_length=20, description="С чем: id, последняя часть которого — код активности."
    )
    result: dict[Id, Any] | None = Field(
        default=None,
        max_length=20,
        description="Чем кончилось: score.scaled, нет — score.raw в своих границах, нет — success, "
        "нет — глагол; null — не сказано.",
    )
    timestamp: Instant = Field(description="Когда, со смещением.")

    @model_validator(mode="wrap")
    @classmethod
    def _as_it_came(cls, given: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        """Keep an object as it came: the reader of statements judges it by the published schemas.

        The fields only tell the contract; two sets of rules would give two sets of faults.
        """
        if not isinstance(given, dict):
            return check(given)
        made = cls.model_construct()
        # The contract admits null for a result that is not stated; xAPI leaves it out.
        unstated = "result" in given and given["result"] is None
        made._statement = {k: v for k, v in given.items() if k != "result"} if unstated else given
        return made

    @property
    def statement(self) -> Any:
        """The statement as JSON gives it, unchecked."""
        return self._statement


ROW_TAG, STATEMENT_TAG = "feedback-row", "xapi-statement"


def _which(value: object) -> str:
    xapi = "verb" in value if isinstance(value, dict) else isinstance(value, XapiStatement)
    return STATEMENT_TAG if xapi else ROW_TAG


AnyFeedback = Annotated[
    Annotated[FeedbackBody, Tag(ROW_TAG)] | Annotated[XapiStatement, Tag(STATEMENT_TAG)],
    Discriminator(_which),
]


class FeedbackListBody(Body):
    """Обратная связь: свои строки и утверждения xAPI вперемешку, все или ни одной."""

    items: tuple[AnyFeedback, ...] = Field(
        min_length=1, max_length=FEEDBACK_MOST, description="Строки."
    )


class FeedbackAnswer(Answer):
    """Что принято."""

    received: int = Field(description="Сколько строк пришло.")
    added: int = Field(description="Сколько из них новых; прочие уже были.")


class FeedbackRecord(Answer):
    """Строка обратной связи."""

    id: str = Field(description="Код строки.")
    at: dt.datetime = Field(description="Когда предложена или взята.")
    educator_id: str = Field(description="Код педагога.")
    activity_id: str = Field(description="Код активности.")
    state: State = Field(description="Что с ней стало.")
    outcome: float | None = Field(description="Успех, от 0 до 1; null — не сказано.")
    ended_at: dt.datetime | None = Field(description="Когда кончилась; null — не известно.")
    offering_id: str | None = Field(description="Код потока; null — не назван.")
    route_id: str | None = Field(description="Код маршрута; null — вне маршрута.")
    step_id: str | None = Field(description="Код шага; null — не назван.")


class FeedbackList(Answer):
    """Часть списка обратной связи, старые первыми."""

    items: list[FeedbackRecord] = Field(description="Строки.")
    next: str | None = Field(
        description="Курсор следующей части (параметр cursor); null — это последняя."
    )


class ModelEntry(Answer):
    """Модель подбора в реестре."""

    version: str = Field(description="Версия.")
    status: str = Field(description="Состояние: работает, работала, кандидат.")
    digest: str = Field(description="SHA-256 файла модели.")
    created_on: dt.date = Field(description="День обучения.")
    registered_at: dt.datetime = Field(description="Когда внесена в реестр.")
    figures: dict[str, float] = Field(description="Главные показатели по именам.")
    fault: str | None = Field(description="Что не так с её файлами; null — всё в порядке.")
    gate: dict[str, Any] | None = Field(
        description="Отчёт допуска: сравнение с работающей моделью; null — не сравнивалась."
    )


class ModelList(Answer):
    """Реестр моделей."""

    in_service: str | None = Field(description="Версия, которая работает; null — веса из поставки.")
    items: list[ModelEntry] = Field(description="Модели, новые первыми.")


class PromotionBody(Body):
    """Пуск модели в работу."""

    force_reason: Text | None = Field(
        default=None,
        description="Почему вопреки отчёту допуска: остаётся в истории; null — только если "
        "допущена.",
    )


class PromotionAnswer(Answer):
    """Смена работающей модели."""

    action: Literal["promote", "rollback"] = Field(
        description="promote — пуск, rollback — возврат."
    )
    version: str | None = Field(description="Что работает теперь; null — веса из поставки.")
    previous: str | None = Field(description="Что работало до этого; null — веса из поставки.")
    at: dt.datetime = Field(description="Когда.")
    forced: bool = Field(description="Вопреки отчёту допуска.")


class ModelCardAnswer(Answer):
    """Карточка модели."""

    version: str = Field(description="Версия.")
    digest: str = Field(description="SHA-256 файла модели.")
    card: dict[str, Any] = Field(
        description="Сведения: назначение, показатели с интервалами, срезы, веса, вердикт. Состав "
        "зависит от версии программы; те же слова — в виде markdown."
    )
