"""The educator of a request: known by id, or whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from api.schemas.base import (
    LIST_MOST,
    WHOLE,
    Body,
    Date,
    Flag,
    Id,
    Label,
    Minutes,
    Title,
)
from engine.domain import Position, Stage

Weekday = Annotated[int, Field(strict=True, ge=1, le=7), WHOLE]


class ConditionsBody(Body):
    """Условия школы."""

    rural: Flag | None = Field(
        default=None, description="Сельский населённый пункт; null — не указано."
    )
    internet: Flag | None = Field(
        default=None,
        description="Связь годится для встреч онлайн; false запрещает их, null — не указано.",
    )
    shift: Literal[1, 2] | None = Field(
        default=None, description="Смена, если педагог работает в одну; null — не указано."
    )
    forbidden_weekdays: tuple[Weekday, ...] = Field(
        default=(),
        max_length=7,
        description="Дни недели (1 — понедельник … 7), в которые школа не может отпустить.",
    )


class OrganisationBody(Body):
    """Организация, в которой педагог работает."""

    id: Id = Field(description="Код организации.")
    title: Title = Field(description="Название организации.")
    district: Label = Field(default="", description="Район; пусто — не указан.")
    locality: Label = Field(
        default="", description="Населённый пункт: от него считается дорога; пусто — не указан."
    )
    conditions: ConditionsBody = Field(default=ConditionsBody(), description="Условия организации.")


class EducatorRef(Body):
    """Педагог, известный службе."""

    id: Id = Field(description="Код педагога в хранилище или пакете данных службы.")


class EducatorBody(Body):
    """Педагог целиком; служба его не запоминает."""

    id: Id | None = Field(
        default=None, description="Код педагога, псевдоним; null — служба даст случайный код."
    )
    position: Position = Field(description="Должность.")
    subjects: tuple[Title, ...] = Field(
        default=(), max_length=LIST_MOST, description="Предметы; пусто — не указаны."
    )
    stages: tuple[Stage, ...] = Field(
        default=(), max_length=len(Stage), description="Уровни образования; пусто — не указаны."
    )
    organisation: OrganisationBody | None = Field(
        default=None, description="Организация; null — не указана."
    )
    district: Label = Field(default="", description="Район; пусто — район организации.")
    born_on: Date | None = Field(default=None, description="Дата рождения; null — не указана.")
    turns_35_on: Date | None = Field(
        default=None,
        description="День 35-летия, если дату рождения не передают; null — не указан. "
        "Без обеих дат возраст неизвестен.",
    )
    pedagogical_start: Date | None = Field(
        default=None, description="Первый день педагогической работы; null — не указан."
    )
    post_start: Date | None = Field(
        default=None, description="Первый день в нынешней должности; null — не указан."
    )
    tempo_min_per_week: Minutes | None = Field(
        default=None,
        description="Темп: больше стольких минут в неделю педагог не учится (обычных, по "
        "60 в часе); null — темп по умолчанию из политики.",
    )
    total_min: Annotated[int, Field(strict=True, ge=0, le=1_000_000), WHOLE] | None = Field(
        default=None,
        description="Наибольшая длительность всего маршрута, минут; null — без ограничения.",
    )
    conditions: ConditionsBody = Field(
        default=ConditionsBody(), description="Условия самого педагога."
    )
    strengths: tuple[Id, ...] = Field(
        default=(), max_length=LIST_MOST, description="Сильные стороны: узлы перечня компетенций."
    )
    languages: tuple[Id, ...] = Field(
        default=("ru",),
        min_length=1,
        max_length=10,
        description="Языки, на которых педагог учится.",
    )
    time_zone: Id | None = Field(
        default=None,
        description="Часовой пояс, имя IANA (Asia/Vladivostok); null — пояс из политики.",
    )
    display_name: Annotated[Title, Field(max_length=256)] | None = Field(
        default=None,
        description="Имя для страницы маршрута; хранится отдельно от всего и не попадает в "
        "ответ; null — страница без имени.",
    )


KNOWN_TAG, WHOLE_TAG = "known-educator", "whole-educator"


def _which(value: object) -> str:
    if isinstance(value, dict):
        return KNOWN_TAG if set(value) == {"id"} else WHOLE_TAG
    return KNOWN_TAG if isinstance(value, EducatorRef) else WHOLE_TAG


AnyEducator = Annotated[
    Annotated[EducatorRef, Tag(KNOWN_TAG)] | Annotated[EducatorBody, Tag(WHOLE_TAG)],
    Discriminator(_which),
]
"""Only ``id`` means a known educator; anything more means a whole one."""
