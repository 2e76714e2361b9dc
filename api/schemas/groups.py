"""Body and answer of ``POST /deficits/groups``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import Field

from api.schemas.base import DIAGNOSTICS_MOST, Answer, Body, Id, Instant, Title
from api.schemas.evidence import AnyDiagnostic
from api.schemas.people import AnyEducator
from engine.deficits.groupings import Grouping
from engine.domain import Position
from engine.framework import NodeLevel

EDUCATORS_MOST = 5_000
ROWS_MOST = 20_000


class MemberBody(Body):
    """Один педагог групп."""

    educator: AnyEducator = Field(description="Педагог: {id} — известный службе, иначе целиком.")
    diagnostics: tuple[AnyDiagnostic, ...] | None = Field(
        default=None,
        max_length=DIAGNOSTICS_MOST,
        description="Результаты диагностики; null — известные службе, [] — не оценивался.",
    )


class GroupsBody(Body):
    """Чьи дефициты и по каким группам сводить."""

    as_of: Instant | None = Field(
        default=None,
        description="Момент, на который считается владение, со смещением; null — сейчас.",
    )
    by: Grouping = Field(
        description="Что такое группа: all — только все вместе, school — организация, district — "
        "район, subject — предмет (педагог нескольких предметов входит в каждый), position — "
        "должность. Строки «все» есть всегда."
    )
    node_levels: tuple[NodeLevel, ...] = Field(
        default=(),
        max_length=3,
        description="Уровни узлов перечня: direction, block, leaf; пусто — все. Узел считается "
        "по тем, кого оценивали именно в нём.",
    )
    policy: Id | None = Field(
        default=None, description="Профиль политики (см. /version); null — из настроек службы."
    )
    educators: tuple[MemberBody, ...] | None = Field(
        default=None,
        max_length=EDUCATORS_MOST,
        description="Педагоги, каждый один раз; null — все известные службе.",
    )
    organisation_id: Id | None = Field(
        default=None,
        description="Из известных службе только педагоги этой организации; null — всех. Сводки по "
        "разным условиям защищены каждая сама по себе.",
    )
    district: Title | None = Field(
        default=None,
        description="Из известных службе только педагоги этого района; null — всех.",
    )
    position: Position | None = Field(
        default=None, description="Из известных службе только в этой должности; null — во всех."
    )


class GroupAnswer(Answer):
    """Группа педагогов."""

    grouping: Grouping = Field(description="Что такое группа; all — все педагоги.")
    key: str = Field(
        description="Код организации, название района или предмета, должность; пусто — все или "
        "те, у кого это не указано."
    )
    title: str = Field(description="Название; пусто — как у key.")
    district: str = Field(description="Район организации; пусто — не указан или не организация.")


class ShareAnswer(Answer):
    """Доля оценённых педагогов, у которых дефицит на самом деле такого уровня."""

    expected: float = Field(
        description="Ожидаемая доля: среднее вероятностей, от 0 до 1; вероятности учитывают и то, "
        "насколько все вместе отличаются от среднего в политике."
    )
    interval_90: tuple[float, float] = Field(
        description="Границы, в которых доля лежит с вероятностью около 90 %. Учтены ошибка "
        "измерения каждого, общая для всех ошибка теста (procedure_sd политики), отличие всех от "
        "prior_median и группы от всех; не учтены ошибка теста крупнее этой и задания не о том. "
        "Только об оценённых: о прочих членах группы границы не говорят."
    )


class WithheldAnswer(Answer):
    """Почему числа не показаны."""

    code: str = Field(
        description="group_not_assessed — никто не оценивался; group_too_few — оценено меньше "
        "least человек; group_protected — иначе стало бы известно о меньшем числе людей или о "
        "каждом из группы."
    )
    parameters: dict[str, Any] = Field(description="Величины, стоящие за кодом.")


class GroupRowAnswer(Answer):
    """Дефициты одной группы в одном узле перечня."""

    group: GroupAnswer = Field(description="Группа.")
    node: str = Field(description="Код узла.")
    node_title: str = Field(description="Название узла.")
    n_members: int = Field(description="Педагогов группы, к которым узел относится.")
    n_measured: int = Field(
        description="Из них оценено в этом узле; остальные не оценивались, это не ноль."
    )
    official: tuple[int | None, int | None, int | None] = Field(
        description="Сколько человек на официальных уровнях high, medium, minimal по последней "
        "диагностике; null — не показано. Показано одно число — остальные известны лишь вместе."
    )
    shares: tuple[ShareAnswer, ShareAnswer, ShareAnswer] | None = Field(
        description="Оценки долей high, medium, minimal; null — не показаны."
    )
    mean_deficit: float | None = Field(
        description="Средний дефицит оценённых ниже цели, от 0 до 1; null — не показан."
    )
    deficit_interval_90: tuple[float, float] | None = Field(
        description="Границы среднего дефицита 5 % и 95 %, учтено то же, что в границах долей; "
        "null — не показаны."
    )
    withheld: WithheldAnswer | None = Field(
        description="Почему оценок нет; null — они есть. Без них нет и официальных чисел."
    )
    official_withheld: WithheldAnswer | None = Field(
        description="Почему официальные числа показаны не все; null — показаны все."
    )


class LeftOutFault(Answer):
    """Ошибка в результатах педагога."""

    code: str = Field(description="Код ошибки.")
    detail: str = Field(description="Что не так и что сделать.")
    pointer: str = Field(description="Указатель на поле запроса; пусто — данные службы.")


class LeftOutAnswer(Answer):
    """Педагог, чьи результаты не учтены: он входит в группы как не оценивавшийся."""

    educator_id: str = Field(description="Код педагога.")
    errors: list[LeftOutFault] = Field(description="Ошибки в его результатах.")


class GroupsAnswer(Answer):
    """Сводка дефицитов по группам."""

    as_of: dt.datetime = Field(description="Момент расчёта.")
    policy: str = Field(description="Профиль политики.")
    by: Grouping = Field(description="Что такое группа.")
    least_people: int = Field(
        description="О меньшем числе людей из таблицы нельзя ничего узнать ни сложением строк, "
        "ни вычитанием."
    )
    n_people: int = Field(description="Педагогов всего, оценённых и нет.")
    rows: list[GroupRowAnswer] = Field(
        description="По группам, внутри — в порядке перечня; узлов, в которых никого не "
        "оценивали, нет."
    )
    left_out: list[LeftOutAnswer] = Field(description="Чьи результаты не учтены из-за ошибок.")
