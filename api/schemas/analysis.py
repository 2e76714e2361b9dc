"""Answers about a whole region: where deficits concentrate, what is lacking, what would help."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Answer
from engine.analysis import Addressee, GapCode
from engine.deficits.groupings import Grouping
from engine.domain import Kind, Position, Stage


class ComputingAnswer(Answer):
    """Что считается; тот же запрос, повторенный позже, получит ответ."""

    state: Literal["waiting", "running"] = Field(
        description="waiting — ждёт своей очереди, running — считается."
    )
    subject: str = Field(description="Что считается: analysis или report и его название.")
    since: dt.datetime = Field(description="С какого момента, со смещением.")


class EstimateAnswer(Answer):
    """Ожидаемая величина и её границы."""

    value: float = Field(description="Ожидаемое значение, в единицах поля.")
    interval_90: tuple[float, float] = Field(
        description="С вероятностью 90 % истинное значение не меньше первого и не больше второго."
    )


class AudienceAnswer(Answer):
    """Люди, для которых правила каталога говорят одно и то же."""

    position: Position = Field(description="Должность.")
    subjects: list[str] = Field(description="Предметы; пусто — не указаны.")
    stages: list[Stage] = Field(description="Уровни образования; пусто — не указаны.")


class NodeShareAnswer(Answer):
    """Дефициты всех по одной компетенции."""

    node: str = Field(description="Код компетенции.")
    title: str = Field(description="Её название.")
    n_members: int = Field(description="Человек, к которым она относится.")
    n_measured: int = Field(description="Человек, измеренных по ней; об остальных не сказано.")
    share: EstimateAnswer = Field(
        description="Доля измеренных с дефицитом выше минимального, от 0 до 1."
    )
    people: EstimateAnswer = Field(description="Их число, человек.")


class ConcentrationAnswer(Answer):
    """Группа, дефициты которой заметно выше, чем у остальных."""

    grouping: Grouping = Field(description="Вид группы.")
    key: str = Field(description="Код организации, район, предмет или должность.")
    title: str = Field(description="Название для людей.")
    district: str = Field(description="Район организации; пусто — не организация или не указан.")
    node: str = Field(description="Код компетенции.")
    node_title: str = Field(description="Её название.")
    n_measured: int = Field(description="Человек группы, измеренных по ней.")
    share: EstimateAnswer = Field(
        description="Доля измеренных в группе с дефицитом выше минимального, от 0 до 1."
    )
    excess: EstimateAnswer = Field(
        description="На сколько доля выше, чем у остальных измеренных, от −1 до 1; по последним "
        "результатам этой компетенции."
    )
    probability: float = Field(
        description="Вероятность, от 0 до 1, что превышение больше least_excess."
    )
    people: float = Field(description="Человек с дефицитом сверх ожидаемых по остальным.")


class CatalogueGapAnswer(Answer):
    """Люди с дефицитом, которым не найти места до дня until, по одной причине."""

    node: str = Field(description="Код компетенции.")
    title: str = Field(description="Её название.")
    code: GapCode = Field(
        description="no_activity — нет подходящих мероприятий; no_run — нет потоков; "
        "enrolment_closed — запись закрыта; no_seats — мест не осталось; too_few_seats — мест "
        "меньше, чем людей."
    )
    until: dt.date = Field(description="Последний день потоков, которые учтены.")
    audiences: list[AudienceAnswer] = Field(description="О ком это, сначала самые многочисленные.")
    n_measured: int = Field(description="Человек из них, измеренных по компетенции.")
    people: EstimateAnswer = Field(description="Из них с дефицитом выше минимального, человек.")
    unserved: float = Field(
        description="Кому места не хватит, даже если отдать под этот дефицит все места, человек."
    )
    seats: int = Field(description="Свободных мест, которые ему отвечают.")
    activities: list[str] = Field(
        description="Мероприятия каталога, которые ему отвечают; пусто — таких нет."
    )
    everyone: bool = Field(description="Это обо всех измеренных по компетенции.")


class SupplyAnswer(Answer):
    """Сколько дефицита есть и сколько могут закрыть нынешние потоки."""

    deficit: float | None = Field(
        description="Сумма дефицитов выше минимального, целых дефицитов; null — роли не виден."
    )
    closable: float | None = Field(
        description="Сколько из неё могут закрыть нынешние потоки, не больше; null — открытых "
        "потоков или измеренных нет."
    )


class ProposedRunAnswer(Answer):
    """Ещё один поток, сверх тех, что стоят в списке перед ним."""

    activity: str | None = Field(
        description="Код мероприятия, которое повторить; null — нового, вида kind о nodes."
    )
    kind: Kind = Field(description="Вид мероприятия.")
    title: str = Field(description="Название мероприятия или темы.")
    nodes: list[str] = Field(description="Коды компетенций.")
    hours_academic: float = Field(description="Длительность, академических часов.")
    seats: int = Field(description="Мест в потоке.")
    audiences: list[AudienceAnswer] = Field(description="Кто займёт места.")
    takers: int = Field(description="Сколько мест займут люди с дефицитом.")
    closes: EstimateAnswer = Field(
        description="Сколько закроет сверх нынешних потоков, целых дефицитов."
    )


class ProposedRunsAnswer(Answer):
    """Потоки, которые добавить."""

    runs: list[ProposedRunAnswer] = Field(description="Каждый — лучший сверх предыдущих.")
    closes: float = Field(description="Все вместе закроют, целых дефицитов.")
    limit: float = Field(
        description="Никакой другой список стольких же потоков не закроет больше, целых дефицитов."
    )


class SeatUseAnswer(Answer):
    """Поток, места которого и нуждающиеся в нём не сходятся."""

    offering: str = Field(description="Код потока.")
    activity: str = Field(description="Код мероприятия.")
    title: str = Field(description="Его название.")
    seats_left: int = Field(description="Свободных мест.")
    need: EstimateAnswer = Field(description="Нуждающихся среди измеренных, человек.")
    spare: int = Field(description="Мест, которые останутся пустыми, даже если придут все.")
    enrolment_until: dt.date | None = Field(
        description="Последний день записи; null — до начала потока или в любое время."
    )


class MentorGroupAnswer(Answer):
    """Люди одного вида, которым нужен наставник."""

    district: str = Field(description="Район; пусто — не указан.")
    position: Position = Field(description="Должность.")
    subject: str = Field(description="Предмет; пусто — не указан.")
    people: int = Field(description="Кому нужен и у кого нет, человек.")
    unserved: int = Field(description="Кто останется без него и при лучшем распределении, человек.")


class ProposedMentorAnswer(Answer):
    """Ещё один наставник."""

    district: str = Field(description="Район; пусто — любой.")
    position: Position = Field(description="Должность.")
    subject: str = Field(description="Предмет; пусто — любой.")
    capacity: int = Field(description="Мест у него.")
    serves: int = Field(description="Сколько ещё человек получат наставника.")


class MentorShortageAnswer(Answer):
    """Кому нужен наставник и кто есть."""

    needing: int = Field(description="Кому нужен и у кого нет, человек.")
    accompanied: int = Field(description="У кого есть, человек.")
    unknown: int = Field(description="О ком не известны даты, которые это решают, человек.")
    capacity: int = Field(description="Мест у наставников, которые могут взять кого-нибудь.")
    served: int = Field(description="Скольким можно дать наставника сразу, не больше, человек.")
    served_in_subject: int = Field(
        description="То же, если у наставника тот же предмет или, без предмета, должность."
    )
    groups: list[MentorGroupAnswer] = Field(description="Кто останется без своего наставника.")
    proposals: list[ProposedMentorAnswer] = Field(
        description="Наставники, которые нужнее всего, один за другим."
    )


class RegionAdviceAnswer(Answer):
    """Что сделать, кому и на чём это основано."""

    addressee: Addressee = Field(description="Кому.")
    code: str = Field(description="Код рекомендации.")
    said: str = Field(description="Она же словами.")
    subject_id: str = Field(
        description="Организация, район, поток или мероприятие; пусто — весь регион."
    )
    size: float = Field(description="О скольких людях или местах, в среднем.")
    parameters: dict[str, Any] = Field(
        description="Величины, стоящие за кодом; их имена зависят от кода."
    )
    closes: EstimateAnswer | None = Field(
        description="Сколько закроет, целых дефицитов; null — сама по себе не закрывает."
    )
    rests_on: dict[str, int] = Field(
        description="Сколько людей или мест за этим стоит: n_measured — измеренных, n_takers — "
        "займут места, n_seats — мест, n_needing — нужен наставник, n_places — мест у "
        "наставников, n_people — всего."
    )


class MissingDataAnswer(Answer):
    """Что не сказано, потому что нет данных."""

    code: str = Field(description="Код.")
    said: str = Field(description="Он же словами.")
    parameters: dict[str, Any] = Field(description="Величины, стоящие за кодом.")


class AssumptionsAnswer(Answer):
    """Что принято сверх политики."""

    benefit: float = Field(description="Вероятность, от 0 до 1, что начавший завершает с пользой.")
    least_gain: float = Field(
        description="Какую часть целого дефицита мероприятие должно закрыть, чтобы ему отвечать."
    )
    run_seats: int = Field(description="Мест в потоке, который предлагается добавить.")
    most_runs: int = Field(description="Сколько потоков предлагается, не больше.")
    mentor_capacity: int = Field(description="Мест у наставника, которого подготовить.")
    least_excess: float = Field(
        description="Какое превышение доли над остальными стоит называть, от 0 до 1."
    )
    false_share: float = Field(
        description="Ожидаемая доля групп, названных ошибочно, среди названных одного вида."
    )
    by: list[Grouping] = Field(description="По каким группам искали скопления.")


class AnalysisAnswer(Answer):
    """Где скапливаются дефициты, чего не хватает и что с этим делать."""

    as_of: dt.date = Field(description="День анализа в поясе региона.")
    until: dt.date = Field(description="Последний день потоков, которые учтены.")
    policy: str = Field(description="Политика.")
    organisation: str | None = Field(
        description="Организация руководителя, о которой ответ; null — весь регион."
    )
    options: AssumptionsAnswer = Field(description="Что принято сверх политики.")
    n_people: int = Field(description="Педагогов.")
    n_measured: int = Field(description="Из них с пригодным результатом диагностики.")
    recommendations: list[RegionAdviceAnswer] = Field(
        description="Что сделать: по адресатам, у каждого сначала самое большое."
    )
    nodes: list[NodeShareAnswer] = Field(
        description="Компетенции, по которым измерено достаточно людей."
    )
    concentrations: list[ConcentrationAnswer] = Field(
        description="Группы, которые выделяются, сначала те, где лишнего дефицита больше."
    )
    supply: SupplyAnswer = Field(description="Сколько дефицита есть и сколько можно закрыть.")
    gaps: list[CatalogueGapAnswer] = Field(description="Чего нет в каталоге.")
    runs: ProposedRunsAnswer = Field(description="Что закроют ещё несколько потоков.")
    unused_seats: list[SeatUseAnswer] = Field(description="Потоки с лишними местами.")
    oversubscribed: list[SeatUseAnswer] = Field(description="Потоки, где мест меньше, чем людей.")
    mentors: MentorShortageAnswer | None = Field(
        description="Наставники; null — по политике никому не нужны, или даты не известны, или "
        "ответ об одной организации."
    )
    missing: list[MissingDataAnswer] = Field(description="Чего не сказано за неимением данных.")
