"""Registers that are read off other records: programmes, events, mentors, the bank of deficits."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.schemas.base import Answer
from api.schemas.catalogue import Page
from api.schemas.groups import LeftOutAnswer, WithheldAnswer
from engine.deficits.groupings import Grouping
from engine.domain import Form, Kind, Level, MentorForm, Position


class _Titled(Answer):
    id: str = Field(description="Код активности каталога.")
    kind: Kind = Field(description="Вид активности.")
    title: str = Field(description="Полное название.")
    hours_academic: float | None = Field(
        description="Длина в академических часах по 45 минут; null — неизвестна."
    )
    provider: str = Field(description="Кто проводит; пусто — не сказано.")


class ProgrammeAnswer(_Titled):
    """Программа ДПО и её срок в федеральном реестре."""

    register_from: dt.date | None = Field(description="Первый день в ФР ДПП; null — не указан.")
    register_to: dt.date | None = Field(description="Последний день в ФР ДПП; null — не указан.")
    in_register: bool | None = Field(
        description="В ФР ДПП ли программа в названный день; null — ни одного дня не указано."
    )
    next_start: dt.date | None = Field(
        description="Начало ближайшего потока, на который ещё можно записаться; null — таких нет."
    )
    self_paced: bool = Field(description="Можно начать в этот день самостоятельно.")


class EventAnswer(_Titled):
    """Мероприятие каталога, кроме программ ДПО."""

    level: Level | None = Field(description="Уровень события; null — не указан.")
    form: Form = Field(description="Форма образования.")
    next_start: dt.date | None = Field(
        description="Начало ближайшего проведения, на которое ещё можно записаться; null — нет."
    )
    runs: int = Field(description="Проведений с датами, на которые ещё можно записаться.")
    seats_left: int | None = Field(
        description="Мест в них вместе, по словам организаторов, человек; null — хоть одно без "
        "ограничения или их нет."
    )


class MentorCardAnswer(Answer):
    """Наставник в реестре наставников."""

    id: str = Field(description="Код наставника, псевдоним.")
    position: Position = Field(description="Должность.")
    organisation_id: str | None = Field(description="Код организации; null — не указан.")
    district: str = Field(description="Район; пусто — не указан.")
    forms: list[MentorForm] = Field(description="Формы наставничества.")
    subjects: list[str] = Field(description="Предметы.")
    languages: list[str] = Field(description="Коды языков.")
    consent: bool = Field(description="Есть письменное согласие.")
    consent_on: dt.date | None = Field(description="Когда дано; null — не указано.")
    capacity: int = Field(description="Сколько человек может взять через эту службу.")
    trained_until: dt.date | None = Field(
        description="Последний день, до которого засчитывается подготовка; null — не указан."
    )
    trained: bool | None = Field(
        description="Засчитывается ли подготовка в названный день; null — срок не указан."
    )
    accompanies: int = Field(
        description="Скольких он сопровождает в этот день по реестру сопровождения."
    )


class DeficitCountAnswer(Answer):
    """Сколько людей группы на каком официальном уровне дефицита в одном узле перечня."""

    grouping: Grouping = Field(description="all — все вместе, иначе district или school.")
    group: str = Field(
        description="Название района или код организации; пусто — все или кто не указал."
    )
    title: str = Field(description="Название группы; пусто — как у group.")
    district: str = Field(description="Район организации; пусто — не указан.")
    node: str = Field(description="Код узла перечня.")
    node_title: str = Field(description="Название узла.")
    members: int = Field(description="Педагогов группы, к которым узел относится.")
    assessed: int = Field(description="Из них оценено в этом узле; остальные — не ноль.")
    high: int | None = Field(description="Человек с высоким дефицитом; null — не показано.")
    medium: int | None = Field(description="Человек со средним дефицитом; null — не показано.")
    minimal: int | None = Field(
        description="Человек с минимальным дефицитом или без него; null — не показано."
    )
    withheld: WithheldAnswer | None = Field(
        description="Почему числа показаны не все; null — показаны все."
    )


class _Dated(Page):
    on: dt.date = Field(description="День, на который составлен реестр.")


class ProgrammeList(_Dated):
    """Часть реестра программ, по коду."""

    items: list[ProgrammeAnswer] = Field(description="Программы.")


class EventList(_Dated):
    """Часть реестра мероприятий, по коду."""

    items: list[EventAnswer] = Field(description="Мероприятия.")


class MentorCardList(_Dated):
    """Часть реестра наставников, по коду."""

    items: list[MentorCardAnswer] = Field(description="Наставники.")


class DeficitBankAnswer(Answer):
    """Банк дефицитов."""

    as_of: dt.datetime = Field(description="Момент, на который он составлен.")
    policy: str = Field(description="Профиль политики: по нему определены уровни.")
    protected: bool = Field(
        description="true — скрыто всё, из чего можно узнать о меньшем числе людей, чем "
        "least_people; false — показано всё: вызывающему открыты и сами результаты."
    )
    least_people: int = Field(description="Порог этой защиты, человек.")
    items: list[DeficitCountAnswer] = Field(
        description="По группам, внутри — в порядке перечня; узлов, в которых никого не "
        "оценивали, нет."
    )
    left_out: list[LeftOutAnswer] = Field(description="Чьи результаты не учтены из-за ошибок.")
