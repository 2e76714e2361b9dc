"""Body and answer of ``POST /mentors/assignment``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from api.schemas.base import WHOLE, Answer, Body, Flag, Id, Instant, Number, Title
from api.schemas.groups import LeftOutAnswer
from engine.assignment.peer_records import PeerRules
from engine.assignment.records import Pricing
from engine.assignment.task import TUTORED_MOST
from engine.assignment.teams import TeamRules
from engine.domain import MentorForm

WISHES_MOST = 20_000
_PRICING, _PEERS, _TEAMS = Pricing(), PeerRules(), TeamRules()

Price = Annotated[Number, Field(ge=0, le=100)]
Count = Annotated[int, Field(strict=True, ge=1, le=1000), WHOLE]


class WishBody(Body):
    """Пожелание одного из двоих."""

    educator_id: Id = Field(description="Кого сопровождают: код педагога, для команд — команды.")
    by: Id = Field(description="Кто: код наставника, методиста, педагога или команды.")
    veto: Flag = Field(
        default=False,
        description="true — этой пары быть не должно; false — она предпочтительна. Правил "
        "предпочтение не отменяет.",
    )


class AssignmentBody(Body):
    """Кого за кем закрепить."""

    as_of: Instant | None = Field(
        default=None, description="Момент, на который действуют правила; null — сейчас."
    )
    policy: Id | None = Field(
        default=None, description="Профиль политики (см. /version); null — из настроек службы."
    )
    form: MentorForm | None = Field(
        default=None,
        description="mentor_young — наставники молодым, peer — пары коллег по компетенциям, "
        "team — команды командам из реестра, tutor — маршруты методистам и тьюторам; null — "
        "наставник каждому, кому он положен, в первой подходящей форме.",
    )
    organisation_id: Id | None = Field(
        default=None, description="Только педагоги этой организации; null — всех."
    )
    district: Title | None = Field(
        default=None, description="Только педагоги этого района; null — всех."
    )
    asking: tuple[Id, ...] = Field(
        default=(),
        max_length=WISHES_MOST,
        description="Коды педагогов, которые просят наставника сами; пусто — только положенное.",
    )
    wishes: tuple[WishBody, ...] = Field(
        default=(), max_length=WISHES_MOST, description="Пожелания и отказы; пусто — их нет."
    )
    fairness: Price = Field(
        default=_PRICING.fairness,
        description="Цена неравной нагрузки в единицах соответствия: x человек при вместимости C "
        "стоят fairness·x²/(2·C).",
    )
    wish: Price = Field(
        default=_PRICING.wish, description="Сколько соответствия прибавляет предпочтение."
    )
    change: Price | None = Field(
        default=None,
        description="Цена смены прежнего сопровождающего в единицах соответствия; null — прежние "
        "пары остаются. Пары согласованных маршрутов остаются всегда.",
    )
    most: Count | None = Field(
        default=None,
        description=f"Сколько самое большее приходится на одного: пар у педагога (peer), команд у "
        f"команды (team), педагогов у методиста (tutor); null — {_PEERS.most_pairs}, {_TEAMS.most} "
        f"и {TUTORED_MOST}. У наставников своя вместимость.",
    )
    least: Annotated[Number, Field(ge=0.001, le=100)] | None = Field(
        default=None,
        description="Сколько пара должна давать не меньше (peer, team), в полных дефицитах веса 1; "
        f"null — {_PEERS.least:g}.",
    )
    meetings: Flag = Field(
        default=False,
        description="Только пары, у которых есть общий свободный час; часы наставника, "
        "который их не указал, не проверяются. Для педагогов и наставников.",
    )
    same_subject: Flag = Field(default=False, description="Пары peer только с общим предметом.")
    same_district: Flag = Field(default=False, description="Пары peer только внутри района.")


class GroundAnswer(Answer):
    """Слагаемое соответствия."""

    code: str = Field(description="mentor_fit_competency, _subject, _position или _district.")
    parameters: dict[str, Any] = Field(
        description="value — доля совпадения, от 0 до 1; contribution — сколько она прибавила."
    )


class PairAnswer(Answer):
    """Педагог и тот, кто его сопровождает."""

    educator_id: str = Field(description="Код педагога, для команд — команды.")
    carer_id: str = Field(description="Код наставника, методиста или команды.")
    form: MentorForm = Field(description="Форма сопровождения.")
    fit: float | None = Field(
        description="Соответствие от 0 до 1, у команд — сколько даёт, в полных дефицитах веса 1; "
        "null — прежняя пара, её не пересматривали."
    )
    present: bool = Field(description="Так было и раньше.")
    competencies: list[str] = Field(
        description="В чём сопровождающий силён, а педагогу нужна помощь: коды узлов или запросов."
    )
    reasons: list[GroundAnswer] = Field(
        description="Слагаемые соответствия; пусто — прежняя пара или команды."
    )


class UnservedAnswer(Answer):
    """Педагог, которому никто не достался."""

    educator_id: str = Field(description="Код педагога, для команд — команды.")
    required: bool = Field(description="Наставник положен ему по политике.")
    code: str = Field(
        description="assignment_none_admitted — правила не допускают никого; "
        "assignment_places_gone — подходящие есть, но мест у них меньше, чем людей."
    )
    refusals: dict[str, int] = Field(
        description="Сколько сопровождающих не допущено каждым правилом; один может быть не "
        "допущен несколькими."
    )
    admitted: int = Field(description="Сколько сопровождающих ему подходит.")
    bottleneck: int | None = Field(
        description="Номер в bottlenecks, от 0; null — не подходит никто."
    )


class ShortageAnswer(Answer):
    """Люди, которым подходят только эти сопровождающие, а мест у них меньше."""

    educators: list[str] = Field(description="Коды людей.")
    carers: list[str] = Field(description="Коды всех, кто им подходит.")
    places: int = Field(description="Мест у них вместе.")
    missing: int = Field(description="Сколько человек останется, кого ни выбери.")


class LoadAnswer(Answer):
    """Нагрузка одного сопровождающего."""

    carer_id: str = Field(description="Код.")
    capacity: int = Field(description="Скольких может сопровождать всего, человек.")
    held: int = Field(description="Скольких сопровождает и оставляет, человек.")
    given: int = Field(description="Скольких дало это закрепление, человек.")
    one_more_serves: int | None = Field(
        description="Ещё одно его место обслужило бы ещё одного: 0 — из тех, кому положено, "
        "1 — из прочих; null — никому."
    )
    one_more_fit: float = Field(
        description="На сколько ещё одно его место подняло бы соответствие за вычетом цены "
        "нагрузки, если никому больше его не даст."
    )


class SpreadAnswer(Answer):
    """Разброс нагрузки: доля вместимости у тех, кому можно кого-то дать."""

    carers: int = Field(description="Сколько таких сопровождающих.")
    mean: float | None = Field(description="Среднее; null — таких нет.")
    least: float | None = Field(description="Наименьшее; null — таких нет.")
    most: float | None = Field(description="Наибольшее; null — таких нет.")
    sd: float | None = Field(description="Стандартное отклонение; null — таких нет.")
    gini: float | None = Field(
        description="Коэффициент Джини: 0 — у всех поровну; null — таких нет."
    )


class AssignmentProofAnswer(Answer):
    """Почему лучше нельзя."""

    served_required: int = Field(description="Закреплено из тех, кому положено: наибольшее.")
    required: int = Field(description="Кому положено, человек.")
    served: int = Field(description="Закреплено всего: наибольшее.")
    people: int = Field(description="Рассмотрено, человек.")
    value: float = Field(description="Соответствие с пожеланиями за вычетом цен.")
    bound: float = Field(description="Доказано: при стольких закреплённых больше не бывает.")
    gap: float = Field(description="bound − value; 0 — доказано наилучшее.")


class PricingAnswer(Answer):
    """Цены, с которыми считалось."""

    fairness: float = Field(description="Цена неравной нагрузки.")
    wish: float = Field(description="Сколько прибавляет предпочтение.")
    change: float | None = Field(description="Цена смены; null — прежние пары оставались.")


class AssignedAnswer(Answer):
    """Закрепление."""

    form: MentorForm | None = Field(description="Форма; null — у каждого первая подходящая.")
    as_of: dt.datetime = Field(description="Момент, на который действуют правила.")
    policy: str = Field(description="Профиль политики.")
    pairs: list[PairAnswer] = Field(description="По коду педагога.")
    unserved: list[UnservedAnswer] = Field(description="Кому никто не достался, по коду.")
    bottlenecks: list[ShortageAnswer] = Field(description="Где мест меньше, чем людей.")
    loads: list[LoadAnswer] = Field(description="Все сопровождающие, по коду.")
    spread: SpreadAnswer = Field(description="Разброс нагрузки.")
    certificate: AssignmentProofAnswer = Field(description="Доказательство.")
    pricing: PricingAnswer = Field(description="Цены.")


class PeerRulesAnswer(Answer):
    """Правила пар."""

    most_pairs: int = Field(description="Пар у одного педагога самое большее.")
    least: float = Field(description="Сколько пара даёт не меньше, в полных дефицитах веса 1.")
    declared: float = Field(description="Вероятность силы, которая названа, но не измерена.")
    has_from: float = Field(
        description="С какой вероятности считается, что компетенция есть и её можно передать."
    )
    same_subject: bool = Field(description="Только с общим предметом.")
    same_district: bool = Field(description="Только внутри района.")


class PeerPairAnswer(Answer):
    """Два коллеги."""

    one_id: str = Field(description="Код первого; первый — меньший код.")
    other_id: str = Field(description="Код второго.")
    one_gives: float = Field(description="Сколько первый даёт второму, в полных дефицитах веса 1.")
    other_gives: float = Field(description="Сколько второй даёт первому, в тех же единицах.")
    one_shares: list[tuple[str, float]] = Field(
        description="В чём: код узла и сколько он прибавил, не больше трёх."
    )
    other_shares: list[tuple[str, float]] = Field(description="То же от второго первому.")


class AloneAnswer(Answer):
    """Педагог без пары."""

    educator_id: str = Field(description="Код педагога.")
    code: str = Field(
        description="peer_nobody_suits — никто не подходит; peer_others_paired — подходящие дают "
        "больше в других парах."
    )
    suiting: int = Field(description="Сколько коллег подходит.")


class PeersAnswer(Answer):
    """Горизонтальные пары."""

    as_of: dt.datetime = Field(description="Момент, на который действуют правила.")
    policy: str = Field(description="Профиль политики.")
    rules: PeerRulesAnswer = Field(description="Правила пар.")
    pairs: list[PeerPairAnswer] = Field(description="Пары по коду первого.")
    alone: list[AloneAnswer] = Field(description="Кто остался без пары, по коду.")
    value: float = Field(description="Сколько дают все пары вместе, в полных дефицитах веса 1.")
    bound: float = Field(description="Доказано: никакой выбор пар не даёт больше.")
    gap: float = Field(description="bound − value; 0 — доказано наилучшее.")
    considered: int = Field(description="Сколько возможных пар допустимо и даёт достаточно.")
    present: list[tuple[str, str]] = Field(
        description="Прежние пары из реестра сопровождения: они остаются; коды двоих."
    )


class MissingAnswer(Answer):
    """Недостающая дата."""

    code: str = Field(description="date_missing.")
    parameters: dict[str, Any] = Field(description="field — какой даты нет; rule — для чего.")


class UnclearAnswer(Answer):
    """Педагог, о котором нельзя сказать, положен ли ему наставник."""

    educator_id: str = Field(description="Код педагога.")
    missing: list[MissingAnswer] = Field(description="Каких дат не хватает.")


class AssignmentAnswer(Answer):
    """Предложение; служба его не запоминает, закрепляют записями /registers/accompaniments."""

    assignment: AssignedAnswer | None = Field(description="Закрепление; null — спрошены пары peer.")
    peers: PeersAnswer | None = Field(description="Пары peer; null — спрошено закрепление.")
    unclear: list[UnclearAnswer] = Field(description="О ком не хватает дат.")
    left_out: list[LeftOutAnswer] = Field(description="Чьи результаты учтены не все из-за ошибок.")
