"""Answers about the indicators of the regulations."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from api.schemas.base import Answer
from engine.indicators import Cadence


class PeriodAnswer(Answer):
    """Дни отчёта, оба включительно."""

    first: dt.date = Field(description="Первый день.")
    last: dt.date = Field(description="Последний день.")


class ReminderAnswer(Answer):
    """Что пора сделать или скоро понадобится."""

    kind: Literal["monitoring", "control"] = Field(
        description="monitoring — показатели за период; control — мероприятие плана."
    )
    id: str = Field(description="Профиль или номер мероприятия плана.")
    wording: str = Field(description="Что сделать, словами документа.")
    due_from: dt.date = Field(description="С какого дня.")
    due_until: dt.date = Field(description="По какой день включительно.")
    state: Literal["due", "upcoming"] = Field(description="due — срок идёт; upcoming — впереди.")
    days_left: int = Field(description="Дней от сегодняшнего до последнего; меньше 0 — просрочено.")
    responsible: list[str] = Field(description="Ответственные; пусто — документ их не называет.")


class IndicatorCard(Answer):
    """Показатель, как его задаёт документ."""

    id: str = Field(description="Код показателя в профиле.")
    wording: str = Field(description="Слово в слово.")
    clause: str = Field(description="Пункт документа.")
    unit: Literal["share", "count", "per_one"] = Field(
        description="share — доля от 0 до 1; count — количество; per_one — на одного."
    )
    formula: str = Field(description="Как считается, словами.")
    target: float | None = Field(
        description="Не меньше чего, в единицах значения (0.4 — это 40 %); null — не задано."
    )
    target_words: str | None = Field(description="Цель словами документа; null — не задана.")


class ProfileAnswer(Answer):
    """Документ, по которому отчитываются."""

    profile: str = Field(description="Код профиля.")
    title: str = Field(description="Коротко.")
    regulation: str = Field(description="Документ полностью.")
    cadence: Cadence = Field(description="Как часто, не реже.")
    cadence_wording: str = Field(description="То же словами документа.")
    period: PeriodAnswer = Field(description="Период, в котором лежит сегодняшний день.")
    indicators: list[IndicatorCard] = Field(description="Показатели; у плана мероприятий их нет.")
    reminders: list[ReminderAnswer] = Field(description="Что пора сделать и что скоро.")


class ProfileList(Answer):
    """Документы, по которым считаются показатели."""

    items: list[ProfileAnswer] = Field(description="По коду профиля.")


class SliceAnswer(Answer):
    """Часть показателя."""

    by: str = Field(
        description="Разрез: district, organisation, position, young; у мероприятий level, kind, "
        "provider."
    )
    key: str = Field(description="Значение разреза; пусто — не указано.")
    numerator: int = Field(description="Сколько учтено.")
    denominator: int | None = Field(description="Из скольких; null — показатель не доля.")
    value: float | None = Field(description="Как у прочтения; null — не из кого считать.")


class TrendPoint(Answer):
    """Значение за период."""

    period: PeriodAnswer = Field(description="Период.")
    value: float | None = Field(description="Значение; null — не из кого считать.")


class ReadingAnswer(Answer):
    """Показатель при одном прочтении каждого слова, которое документ не уточнил."""

    id: str = Field(description="Код прочтения; only — уточнять нечего.")
    label: str = Field(description="Прочтение словами; пусто — уточнять нечего.")
    label_en: str = Field(
        description="То же по-английски, а где определение не переведено — по-русски; пусто — "
        "уточнять нечего."
    )
    numerator: int | None = Field(description="Сколько учтено; null — скрыто: меньше 5 человек.")
    denominator: int | None = Field(
        description="Из скольких; null — показатель не доля, или скрыто вместе с числителем."
    )
    value: float | None = Field(
        description="Доля от 0 до 1 или число; null — не из кого считать, или скрыто."
    )
    reached: bool | None = Field(description="Цель достигнута; null — цели или значения нет.")
    undecided: int | None = Field(
        description="Скольких не учли только потому, что о них нет данных; null — так не бывает."
    )
    empty_sources: list[str] = Field(
        description="Пустые таблицы, на которых стоит прочтение: значение ни о чём не говорит."
    )
    breakdown: list[SliceAnswer] = Field(description="Части; пусто — разрез не просили.")
    withheld: int = Field(description="Сколько частей скрыто: в них меньше 5 человек.")
    trend: list[TrendPoint] = Field(description="По времени; пусто — прежних периодов не просили.")


class IndicatorAnswer(IndicatorCard):
    """Показатель со значениями; первое прочтение — то, что стоит в отчёте."""

    readings: list[ReadingAnswer] = Field(description="Все прочтения, выбранное первым.")


class ControlEvidenceAnswer(Answer):
    """Что из данных показывает, что мероприятие было."""

    label: str = Field(description="Что посчитано.")
    count: int = Field(description="Сколько.")


class ControlAnswer(Answer):
    """Мероприятие плана в году отчёта."""

    id: str = Field(description="Номер в плане.")
    section: str = Field(description="Раздел плана.")
    wording: str = Field(description="Слово в слово.")
    terms: str = Field(description="Срок словами плана.")
    responsible: list[str] = Field(description="Ответственные.")
    windows: list[PeriodAnswer] = Field(description="Когда в этом году; пусто — по другим планам.")
    state: Literal["shown", "not_shown", "no_data"] = Field(
        description="shown — данные показывают; not_shown — могли бы, но пусты; no_data — по "
        "данным не судить."
    )
    evidence: list[ControlEvidenceAnswer] = Field(description="На чём стоит state.")


class IndicatorReportAnswer(Answer):
    """Показатели одного документа за период."""

    profile: str = Field(description="Код профиля.")
    title: str = Field(description="Коротко.")
    regulation: str = Field(description="Документ полностью.")
    cadence: Cadence = Field(description="Как часто, не реже.")
    cadence_wording: str = Field(description="То же словами документа.")
    period: PeriodAnswer = Field(description="Дни отчёта.")
    as_of: dt.datetime = Field(description="На какой момент данные.")
    organisation: str | None = Field(description="Только эта организация; null — вся система.")
    indicators: list[IndicatorAnswer] = Field(description="В порядке документа.")
    controls: list[ControlAnswer] = Field(description="Мероприятия плана; пусто — не план.")
    reminders: list[ReminderAnswer] = Field(description="Что пора сделать и что скоро.")
    notes: list[str] = Field(description="Что читателю надо знать о данных.")


class CountedList(Answer):
    """Кто стоит за числом: псевдонимы."""

    entity: str = Field(
        description="Чьи коды: educators, teams, methodists, activities, runs и другие; у строк "
        "без своих кодов — их номера."
    )
    items: list[str] = Field(description="Коды по порядку.")
    next: str | None = Field(description="Откуда продолжить (cursor); null — конец.")
    total: int = Field(description="Сколько всего.")
