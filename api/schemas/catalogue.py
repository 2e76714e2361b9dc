"""Records of the catalogue: activities, offerings, mentors; bodies and answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.base import (
    LIST_MOST,
    WHOLE,
    Answer,
    Body,
    Date,
    Flag,
    Id,
    Instant,
    Label,
    Number,
    Title,
)
from engine.domain import (
    Document,
    Form,
    Funding,
    Kind,
    Level,
    MentorForm,
    Position,
    Stage,
    Technology,
)

MEETINGS_MOST, SLOTS_MOST, WEEKS_MOST, ROWS_MOST = 500, 5_000, 110, 5_000
Share = Annotated[Number, Field(gt=0, le=1)]
Roubles = Annotated[int, Field(strict=True, ge=0, le=10_000_000), WHOLE]
WeekMinutes = Annotated[int, Field(strict=True, ge=0, le=10_080), WHOLE]
LongText = Annotated[str, Field(max_length=20_000)]


class ActivityBody(Body):
    """Программа ДПО или событие, без дат."""

    id: Id = Field(description="Код активности.")
    kind: Kind = Field(description="Вид активности.")
    title: Title = Field(description="Полное название.")
    hours_academic: Annotated[Number, Field(gt=0, le=2_000)] | None = Field(
        description="Длина в академических часах по 45 минут; null — неизвестна: активность "
        "хранится, но не планируется."
    )
    form: Form = Field(description="Форма образования.")
    summary: LongText = Field(default="", description="О чём активность; пусто — не сказано.")
    audience: LongText = Field(default="", description="Для кого, словами источника.")
    positions: tuple[Position, ...] = Field(
        default=(), max_length=len(Position), description="Кому можно; пусто — всем."
    )
    subjects: tuple[Title, ...] = Field(
        default=(), max_length=LIST_MOST, description="Для каких предметов; пусто — для всех."
    )
    stages: tuple[Stage, ...] = Field(
        default=(), max_length=len(Stage), description="Для каких уровней; пусто — для всех."
    )
    provider: Label = Field(default="", description="Кто проводит; пусто — не сказано.")
    document: Document = Field(default=Document.NONE, description="Какой документ выдаётся.")
    level: Level | None = Field(default=None, description="Уровень события; null — не указан.")
    technologies: tuple[Technology, ...] = Field(
        default=(), max_length=len(Technology), description="Технологии обучения."
    )
    network_form: Flag = Field(default=False, description="Программа в сетевой форме.")
    partners: tuple[Title, ...] = Field(
        default=(), max_length=LIST_MOST, description="Партнёры сетевой формы."
    )
    coverage: dict[Id, Share] = Field(
        default={},
        max_length=500,
        description="Доля активности на каждый узел перечня, в сумме не больше 1; пусто — "
        "выводится из текста.",
    )
    coverage_confidence: Annotated[Number, Field(ge=0, le=1)] = Field(
        default=1.0, description="Уверенность в охвате, от 0 до 1; 1 — сказал методист."
    )
    prerequisites: tuple[
        Annotated[tuple[Id, ...], Field(min_length=1, max_length=LIST_MOST)], ...
    ] = Field(
        default=(),
        max_length=LIST_MOST,
        description="Что пройти раньше: из каждой группы кодов хотя бы одно.",
    )
    themes: tuple[Id, ...] = Field(
        default=(), max_length=LIST_MOST, description="Темы, которых может требовать политика."
    )
    register_from: Date | None = Field(
        default=None, description="Первый день в ФР ДПП; null — не указан."
    )
    register_to: Date | None = Field(
        default=None, description="Последний день в ФР ДПП; null — не указан."
    )
    price_rub: Roubles = Field(default=0, description="Цена, рублей; 0 — бесплатно.")
    funding: tuple[Funding, ...] = Field(
        default=(), max_length=len(Funding), description="Чем оплачивается, по предпочтению."
    )
    language: Id = Field(default="ru", description="Код языка.")
    source: LongText = Field(default="", description="Откуда сведения.")
    synthetic: Flag = Field(default=False, description="Придумана для показа, а не из жизни.")


class MeetingBody(Body):
    """Одна встреча потока."""

    start: Instant = Field(description="Начало, со смещением.")
    end: Instant = Field(description="Окончание, со смещением.")
    place: Label = Field(default="", description="Населённый пункт и адрес; пусто — онлайн.")


class OfferingBody(Body):
    """Датированное проведение активности (поток)."""

    id: Id = Field(description="Код потока.")
    activity_id: Id = Field(description="Код активности каталога.")
    start: Date | None = Field(
        description="Первый день; null — у самостоятельного изучения: в любое время."
    )
    end: Date | None = Field(
        description="Последний день; null — у самостоятельного изучения: в любое время."
    )
    self_paced: Flag = Field(
        default=False, description="Проходится самостоятельно в любое время срока."
    )
    enrolment_until: Date | None = Field(
        default=None, description="Последний день записи; null — до начала."
    )
    weekly_min: tuple[WeekMinutes, ...] = Field(
        default=(),
        max_length=WEEKS_MOST,
        description="Обычных минут по неделям от недели начала; пусто — поровну по дням.",
    )
    meetings: tuple[MeetingBody, ...] = Field(
        default=(), max_length=MEETINGS_MOST, description="Встречи в назначенное время."
    )
    seats_left: Annotated[int, Field(strict=True, ge=0, le=1_000_000), WHOLE] | None = Field(
        default=None,
        description="Мест, которые даёт организатор, всего для этой службы: занятое "
        "согласованными маршрутами служба вычитает сама; null — без ограничения.",
    )
    price_rub: Roubles | None = Field(
        default=None, description="Цена потока, рублей; null — как у активности."
    )
    locality: Label = Field(default="", description="Где проходит; пусто — дистанционно.")


class SlotBody(Body):
    """Свободный отрезок наставника."""

    start: Instant = Field(description="Начало, со смещением.")
    end: Instant = Field(description="Окончание, со смещением.")


class MentorBody(Body):
    """Наставник."""

    id: Id = Field(description="Код наставника, псевдоним.")
    position: Position = Field(description="Должность.")
    consent: Flag = Field(
        description="Есть письменное согласие: без него наставник не принимается."
    )
    consent_on: Date | None = Field(default=None, description="Когда дано; null — не указано.")
    capacity: Annotated[int, Field(strict=True, ge=0, le=100), WHOLE] = Field(
        description="Сколько человек может взять через эту службу; занятые согласованными "
        "маршрутами места служба вычитает сама."
    )
    subjects: tuple[Title, ...] = Field(default=(), max_length=LIST_MOST, description="Предметы.")
    stages: tuple[Stage, ...] = Field(
        default=(), max_length=len(Stage), description="Уровни образования."
    )
    organisation_id: Id | None = Field(
        default=None, description="Код организации; null — не указан."
    )
    district: Label = Field(default="", description="Район; пусто — не указан.")
    forms: tuple[MentorForm, ...] = Field(
        default=(MentorForm.MENTOR_YOUNG,),
        min_length=1,
        max_length=len(MentorForm),
        description="Формы наставничества.",
    )
    competencies: tuple[Id, ...] = Field(
        default=(), max_length=LIST_MOST, description="Узлы перечня, в которых силён."
    )
    languages: tuple[Id, ...] = Field(
        default=("ru",), min_length=1, max_length=10, description="Коды языков."
    )
    slots: tuple[SlotBody, ...] = Field(
        default=(),
        max_length=SLOTS_MOST,
        description="Свободные отрезки: встреча занимает отрезок целиком.",
    )
    online: Flag = Field(default=True, description="Готов встречаться онлайн.")
    line_manager_of: tuple[Id, ...] = Field(
        default=(), max_length=500, description="Педагоги, которым он прямой руководитель."
    )
    trained_until: Date | None = Field(
        default=None, description="Последний день, до которого засчитывается подготовка; null — "
        "не указан."
    )  # fmt: skip


Origin = Literal["package", "store"]


class Versioned(Answer):
    """Версия записи и откуда она."""

    version: int = Field(
        description="Версия записи: растёт с каждой правкой, она же ETag; 0 — запись пакета "
        "данных, которую не правили."
    )
    origin: Origin = Field(description="package — из пакета данных, store — внесена вызовом.")
    updated_at: dt.datetime | None = Field(
        description="Момент последней правки; null — запись пакета данных."
    )


class ActivityRecord(Versioned):
    """Активность каталога с её версией."""

    record: ActivityBody = Field(description="Сама запись, в том же виде, в каком её вносят.")


class OfferingRecord(Versioned):
    """Поток с его версией."""

    record: OfferingBody = Field(description="Сама запись, в том же виде, в каком её вносят.")


class MentorRecord(Versioned):
    """Наставник с версией записи."""

    record: MentorBody = Field(description="Сама запись, в том же виде, в каком её вносят.")


class Page(Answer):
    """Часть списка."""

    next: str | None = Field(
        description="Курсор следующей части (параметр cursor); null — это последняя."
    )
    total: int = Field(description="Сколько записей подходит под условия во всех частях.")


class ActivityList(Page):
    """Часть списка активностей, по коду."""

    items: list[ActivityRecord] = Field(description="Записи.")


class OfferingList(Page):
    """Часть списка потоков, по коду."""

    items: list[OfferingRecord] = Field(description="Записи.")


class MentorList(Page):
    """Часть списка наставников, по коду."""

    items: list[MentorRecord] = Field(description="Записи.")


class ActivitiesBody(Body):
    """Активности, которые внести или заменить: все или ни одной."""

    items: tuple[ActivityBody, ...] = Field(
        min_length=1, max_length=ROWS_MOST, description="Записи; коды не повторяются."
    )


class OfferingsBody(Body):
    """Потоки, которые внести или заменить: все или ни одного."""

    items: tuple[OfferingBody, ...] = Field(
        min_length=1, max_length=ROWS_MOST, description="Записи; коды не повторяются."
    )


class MentorsBody(Body):
    """Наставники, которых внести или заменить: все или ни одного."""

    items: tuple[MentorBody, ...] = Field(
        min_length=1, max_length=ROWS_MOST, description="Записи; коды не повторяются."
    )


class RowWarning(Answer):
    """Замечание, с которым запись всё же принята."""

    index: int | None = Field(description="Номер записи от 0; null — замечание обо всех.")
    pointer: str = Field(description="JSON-указатель на поле тела; пусто — всё тело.")
    code: str = Field(description="Постоянный код замечания.")
    detail: str = Field(description="Что странно и что сделать.")


class ImportAnswer(Answer):
    """Что внесено."""

    accepted: int = Field(description="Сколько записей внесено; при dry_run — было бы внесено.")
    dry_run: bool = Field(description="true — только проверка, ничего не записано.")
    catalogue_version: int | None = Field(
        description="Версия каталога после правки: растёт с каждой; null — каталог не менялся."
    )
    warnings: list[RowWarning] = Field(description="Замечания; пусто — их нет.")
