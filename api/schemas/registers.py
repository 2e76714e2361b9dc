"""Records of the kept registers: bodies, and answers made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from api.schemas.base import LIST_MOST, WHOLE, Body, Date, Id, Label, Title
from api.schemas.catalogue import ROWS_MOST, LongText, Page, Versioned
from engine.domain import Level, MentorForm, Stage
from engine.register_kinds import RegisterName

PEOPLE_MOST = 5_000
"""Most people of one record: a methodist of a large city has thousands."""

Places = Annotated[int, Field(strict=True, ge=0, le=100_000), WHOLE]
MethodistLevel = Literal[Level.SCHOOL, Level.MUNICIPAL, Level.DISTRICT, Level.REGIONAL]


class PeriodBody(Body):
    """Дни с первого по последний, оба входят."""

    since: Date | None = Field(default=None, description="Первый день; null — с самого начала.")
    until: Date | None = Field(default=None, description="Последний день; null — бессрочно.")


NO_PERIOD = PeriodBody()


class _Record(Body):
    id: Id = Field(description="Код записи.")


class _Themed(_Record):
    """Поля площадки, сообщества и практики."""

    title: Title = Field(description="Название.")
    organisation_id: Id | None = Field(
        default=None, description="Код организации; null — не указан."
    )
    district: Label = Field(default="", description="Район; пусто — не указан.")
    level: Level | None = Field(default=None, description="Уровень; null — не указан.")
    subjects: tuple[Title, ...] = Field(
        default=(), max_length=LIST_MOST, description="По каким предметам; пусто — по всем."
    )
    stages: tuple[Stage, ...] = Field(
        default=(), max_length=len(Stage), description="Уровни образования; пусто — все."
    )
    competencies: tuple[Id, ...] = Field(
        default=(), max_length=LIST_MOST, description="Узлы перечня; пусто — не указаны."
    )


class MethodistBody(_Record):
    """Методист и закреплённые за ним."""

    id: Id = Field(description="Код методиста, псевдоним.")
    level: MethodistLevel = Field(description="Уровень, на котором он работает.")
    organisation_id: Id | None = Field(
        default=None, description="Методическая служба или школа; null — не указана."
    )
    district: Label = Field(default="", description="Район; пусто — не указан.")
    subjects: tuple[Title, ...] = Field(
        default=(), max_length=LIST_MOST, description="По каким предметам; пусто — по всем."
    )
    educators: tuple[Id, ...] = Field(
        default=(), max_length=PEOPLE_MOST, description="Закреплённые за ним педагоги."
    )
    organisations: tuple[Id, ...] = Field(
        default=(), max_length=PEOPLE_MOST, description="Закреплённые за ним организации."
    )
    trained_until: Date | None = Field(
        default=None,
        description="Последний день, до которого засчитывается подготовка; null — не указан.",
    )
    in_post: PeriodBody = Field(default=NO_PERIOD, description="Когда он методист.")


class TeamBody(_Record):
    """Управленческая команда организации."""

    organisation_id: Id = Field(description="Чья команда.")
    title: Label = Field(default="", description="Название; пусто — нет.")
    members: tuple[Id, ...] = Field(
        default=(), max_length=PEOPLE_MOST, description="Участники, педагоги любых должностей."
    )
    exists: PeriodBody = Field(default=NO_PERIOD, description="Когда она существует.")


class SiteBody(_Themed):
    """Стажировочная площадка."""

    activities: tuple[Id, ...] = Field(
        default=(), max_length=500, description="Активности каталога, которые там проходят."
    )
    places: Places | None = Field(
        default=None, description="Стажёров одновременно, человек; null — не указано."
    )
    open_during: PeriodBody = Field(default=NO_PERIOD, description="Когда у неё есть статус.")


class CommunityBody(_Themed):
    """Профессиональное сообщество, ассоциация, методическое объединение."""

    lead: Id | None = Field(default=None, description="Руководитель; null — не указан.")
    members: tuple[Id, ...] = Field(default=(), max_length=PEOPLE_MOST, description="Участники.")
    exists: PeriodBody = Field(default=NO_PERIOD, description="Когда оно действует.")


class PracticeBody(_Themed):
    """Лучшая практика."""

    summary: LongText = Field(default="", description="В чём она; пусто — не сказано.")
    authors: tuple[Id, ...] = Field(
        default=(), max_length=LIST_MOST, description="Авторы; у практики организации их нет."
    )
    link: Annotated[str, Field(max_length=2_000)] = Field(
        default="", description="Где описана: адрес или выходные данные; пусто — не сказано."
    )
    in_bank: PeriodBody = Field(default=NO_PERIOD, description="Когда она в банке.")


class AccompanimentBody(_Record):
    """Кто кого сопровождал."""

    educator_id: Id = Field(
        description="Кого: код педагога, в форме team — код управленческой команды."
    )
    form: MentorForm = Field(description="Форма сопровождения.")
    by: Id = Field(
        description="Кто: код наставника, методиста или педагога, в форме team — код команды."
    )
    during: PeriodBody = Field(default=NO_PERIOD, description="Когда сопровождение шло.")


@dataclass(frozen=True, slots=True)
class RegisterShapes:
    """What is sent and answered of one register.

    Parameters
    ----------
    title, one
        The register and one record of it, in Russian, for the contract.
    body, bodies, record, listing
        One record sent, many sent, one answered with its version, a part of the list.
    """

    title: str
    one: str
    body: type[BaseModel]
    bodies: type[BaseModel]
    record: type[BaseModel]
    listing: type[BaseModel]


def _shapes(title: str, one: str, body: type[BaseModel]) -> RegisterShapes:
    name = body.__name__.removesuffix("Body")
    record = create_model(
        f"{name}Record",
        __base__=Versioned,
        __doc__=f"Реестр «{title}»: запись с её версией.",
        record=(body, Field(description="Сама запись, в том же виде, в каком её вносят.")),
    )
    listing = create_model(
        f"{name}List",
        __base__=Page,
        __doc__=f"Реестр «{title}»: часть списка, по коду.",
        items=(list[record], Field(description="Записи.")),  # type: ignore[valid-type]
    )
    many: Any = tuple[body, ...]  # type: ignore[valid-type]
    bodies = create_model(
        f"{name}ItemsBody",
        __base__=Body,
        __doc__=f"Реестр «{title}»: записи, которые внести или заменить, все или ни одной.",
        items=(
            many,
            Field(min_length=1, max_length=ROWS_MOST, description="Записи; коды не повторяются."),
        ),
    )
    return RegisterShapes(title, one, body, bodies, record, listing)


SHAPES: Mapping[RegisterName, RegisterShapes] = MappingProxyType(
    {
        RegisterName.METHODISTS: _shapes("Методисты", "методиста", MethodistBody),
        RegisterName.TEAMS: _shapes("Управленческие команды", "команду", TeamBody),
        RegisterName.SITES: _shapes("Стажировочные площадки", "площадку", SiteBody),
        RegisterName.COMMUNITIES: _shapes(
            "Профессиональные сообщества", "сообщество", CommunityBody
        ),
        RegisterName.PRACTICES: _shapes("Лучшие практики", "практику", PracticeBody),
        RegisterName.ACCOMPANIMENTS: _shapes("Сопровождение", "сопровождение", AccompanimentBody),
    }
)
