"""Bodies and answers of the contract."""

# fmt: off
# Made by api.make_client; do not edit by hand.

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class AbsentMemberAnswer(TypedDict):
    """Участник, который не может взять поток, и почему."""

    educator: str
    reasons: list[ReasonAnswer]


class AccompanimentBody(TypedDict):
    """Кто кого сопровождал."""

    by: str
    during: NotRequired[PeriodBody]
    educator_id: str
    form: MentorForm
    id: str


class AccompanimentItemsBody(TypedDict):
    """Реестр «Сопровождение»: записи, которые внести или заменить, все или ни одной."""

    items: list[AccompanimentBody]


class AccompanimentList(TypedDict):
    """Реестр «Сопровождение»: часть списка, по коду."""

    items: list[AccompanimentRecord]
    next: str | None
    total: int


class AccompanimentRecord(TypedDict):
    """Реестр «Сопровождение»: запись с её версией."""

    origin: Literal['package', 'store']
    record: AccompanimentBody
    updated_at: str | None
    version: int


class ActivitiesBody(TypedDict):
    """Активности, которые внести или заменить: все или ни одной."""

    items: list[ActivityBody]


class ActivityBody(TypedDict):
    """Программа ДПО или событие, без дат."""

    audience: NotRequired[str]
    coverage: NotRequired[dict[str, Any]]
    coverage_confidence: NotRequired[float]
    document: NotRequired[Document]
    form: Form
    funding: NotRequired[list[Funding]]
    hours_academic: float | None
    id: str
    kind: Kind
    language: NotRequired[str]
    level: NotRequired[Level | None]
    network_form: NotRequired[bool]
    partners: NotRequired[list[str]]
    positions: NotRequired[list[Position]]
    prerequisites: NotRequired[list[list[str]]]
    price_rub: NotRequired[int]
    provider: NotRequired[str]
    register_from: NotRequired[str | None]
    register_to: NotRequired[str | None]
    source: NotRequired[str]
    stages: NotRequired[list[Stage]]
    subjects: NotRequired[list[str]]
    summary: NotRequired[str]
    synthetic: NotRequired[bool]
    technologies: NotRequired[list[Technology]]
    themes: NotRequired[list[str]]
    title: str


class ActivityList(TypedDict):
    """Часть списка активностей, по коду."""

    items: list[ActivityRecord]
    next: str | None
    total: int


class ActivityRecord(TypedDict):
    """Активность каталога с её версией."""

    origin: Literal['package', 'store']
    record: ActivityBody
    updated_at: str | None
    version: int


Addressee: TypeAlias = "Literal['educator', 'organisation', 'methodical_service', 'municipality', 'region']"


class AllEvidenceBody(TypedDict):
    """Результаты диагностики многих педагогов: все или ни одного."""

    items: list[OwnedEvidenceBody]


class AloneAnswer(TypedDict):
    """Педагог без пары."""

    code: str
    educator_id: str
    suiting: int


class AlternativesAnswer(TypedDict):
    """Чем можно заменить шаг; остальные шаги остаются как есть."""

    activity: str
    alternatives: list[StepAlternativeAnswer]
    as_of: str
    complete: bool
    cut_by_clock: bool
    lost: list[str]
    problem_digest: str
    step: str
    title: str
    value: float | None
    work_limit: float


class AnalysisAnswer(TypedDict):
    """Где скапливаются дефициты, чего не хватает и что с этим делать."""

    as_of: str
    concentrations: list[ConcentrationAnswer]
    gaps: list[CatalogueGapAnswer]
    mentors: MentorShortageAnswer | None
    missing: list[MissingDataAnswer]
    n_measured: int
    n_people: int
    nodes: list[NodeShareAnswer]
    options: AssumptionsAnswer
    organisation: str | None
    oversubscribed: list[SeatUseAnswer]
    policy: str
    recommendations: list[RegionAdviceAnswer]
    runs: ProposedRunsAnswer
    supply: SupplyAnswer
    until: str
    unused_seats: list[SeatUseAnswer]


AnyRegister: TypeAlias = "Literal['methodists', 'teams', 'internship_sites', 'communities', 'practices', 'accompaniments', 'programmes', 'events', 'mentors', 'deficits']"


class AssignedAnswer(TypedDict):
    """Закрепление."""

    as_of: str
    bottlenecks: list[ShortageAnswer]
    certificate: AssignmentProofAnswer
    form: MentorForm | None
    loads: list[LoadAnswer]
    pairs: list[PairAnswer]
    policy: str
    pricing: PricingAnswer
    spread: SpreadAnswer
    unserved: list[UnservedAnswer]


class AssignmentAnswer(TypedDict):
    """Предложение; служба его не запоминает, закрепляют записями /registers/accompaniments."""

    assignment: AssignedAnswer | None
    left_out: list[LeftOutAnswer]
    peers: PeersAnswer | None
    unclear: list[UnclearAnswer]


class AssignmentBody(TypedDict):
    """Кого за кем закрепить."""

    as_of: NotRequired[str | None]
    asking: NotRequired[list[str]]
    change: NotRequired[float | None]
    district: NotRequired[str | None]
    fairness: NotRequired[float]
    form: NotRequired[MentorForm | None]
    least: NotRequired[float | None]
    meetings: NotRequired[bool]
    most: NotRequired[int | None]
    organisation_id: NotRequired[str | None]
    policy: NotRequired[str | None]
    same_district: NotRequired[bool]
    same_subject: NotRequired[bool]
    wish: NotRequired[float]
    wishes: NotRequired[list[WishBody]]


class AssignmentProofAnswer(TypedDict):
    """Почему лучше нельзя."""

    bound: float
    gap: float
    people: int
    required: int
    served: int
    served_required: int
    value: float


class AssumptionsAnswer(TypedDict):
    """Что принято сверх политики."""

    benefit: float
    by: list[Grouping]
    false_share: float
    least_excess: float
    least_gain: float
    mentor_capacity: int
    most_runs: int
    run_seats: int


class AudienceAnswer(TypedDict):
    """Люди, для которых правила каталога говорят одно и то же."""

    position: Position
    stages: list[Stage]
    subjects: list[str]


class AuditAnswer(TypedDict):
    """Страница журнала, новые записи первыми."""

    items: list[AuditEntryAnswer]
    next: str | None


class AuditEntryAnswer(TypedDict):
    """Одна запись: кто, что и когда изменил."""

    action: str
    actor: str
    after_digest: str | None
    at: str
    before_digest: str | None
    object_id: str
    object_kind: str
    request_id: str | None
    role: str
    seq: int


BlankForm: TypeAlias = "Literal['activities', 'offerings', 'meetings', 'prerequisites', 'coverage', 'corrections', 'organisations', 'educators', 'mentors', 'mentor_slots', 'labels', 'diagnostics', 'responses', 'items', 'methodists', 'teams', 'internship_sites', 'communities', 'practices', 'accompaniments']"


class BusyRecord(TypedDict):
    """Занятость педагога, известная службе: вокруг неё строятся маршруты с educator.id."""

    educator_id: str
    items: list[BusySpan]
    time_zone: str


class BusySpan(TypedDict):
    """Промежуток, в который педагог занят."""

    end: str
    start: str


Cadence: TypeAlias = "Literal['yearly', 'half_yearly']"


class CatalogueAnswer(TypedDict):
    """Каталог."""

    activities: int
    offerings: int
    version: str


class CatalogueGapAnswer(TypedDict):
    """Люди с дефицитом, которым не найти места до дня until, по одной причине."""

    activities: list[str]
    audiences: list[AudienceAnswer]
    code: GapCode
    everyone: bool
    n_measured: int
    node: str
    people: EstimateAnswer
    seats: int
    title: str
    unserved: float
    until: str


class CertificateAnswer(TypedDict):
    """Доказательство качества: лучше маршрута нет больше чем на gap_rel."""

    bound: float | None
    cut_by_clock: bool
    gap_rel: float | None
    value: float | None
    work_limit: float


class ChangeEntryAnswer(TypedDict):
    """Изменение владения компетенцией от первого измерения к последнему."""

    change: float
    interval_90: list[float]
    node: str
    points: list[PointEntryAnswer]
    probability_after: float
    probability_before: float
    probability_grown: float
    probability_removed: float
    status: str
    title: str


class ChangeOutcomeAnswer(TypedDict):
    """Вид изменения и что показала проверка."""

    code: str
    outcome: str
    parameters: dict[str, Any]


class ChangedRouteAnswer(TypedDict):
    """Маршрут после решения, хода или перестройки."""

    as_of: str
    certificate: CertificateAnswer
    changes: list[ChangeEntryAnswer]
    conditions: ConditionsEntryAnswer
    conflict: list[ConflictMemberAnswer] | None
    deficits: list[DeficitEntryAnswer]
    descriptors: DescriptorsAnswer
    difference: NotRequired[RouteDifferenceAnswer | None]
    educator: EducatorEntryAnswer
    exploration: ExplorationEntryAnswer | None
    group: str | None
    id: str
    lifecycle: LifecycleAnswer
    not_chosen: dict[str, ReasonAnswer]
    notes: list[ReasonAnswer]
    provenance: ProvenanceAnswer
    repairs: list[RepairAnswer]
    requests: list[RequestEntryAnswer]
    resources: ResourcesAnswer
    route: RouteEntryAnswer | None
    status: str
    unmet: list[UnmetAnswer]
    variants: list[VariantEntryAnswer]


class CheckBody(TypedDict):
    """Запрос на проверку маршрута: тот же, что на построение, и шаги."""

    as_of: NotRequired[str | None]
    constraints: NotRequired[ConstraintsBody]
    diagnostics: NotRequired[list[ScoreBody | ItemBody] | None]
    educator: EducatorRef | EducatorBody
    history: NotRequired[list[HistoryBody] | None]
    mentor: NotRequired[str | None]
    options: NotRequired[OptionsBody]
    policy: NotRequired[str | None]
    requests: NotRequired[list[RequestBody] | None]
    steps: list[StepBody]


class CheckedStepAnswer(TypedDict):
    """Названный шаг, как он понят."""

    activity: str
    end: str | None
    number: int
    offering: str | None
    reason: ReasonAnswer | None
    start: str | None
    title: str


class CheckpointAnswer(TypedDict):
    """Промежуточная или итоговая диагностика."""

    activity: str | None
    date: str | None
    duration_min: int
    stage: str
    title: str | None


class ClosedChangeAnswer(TypedDict):
    """Дефицит, который с заменой закрывается иначе."""

    node: str
    now: float
    then: float
    title: str


class ClosingAnswer(TypedDict):
    """Что шаг закрывает в одном дефиците или запросе."""

    expected: float
    interval: list[float]
    node: str
    title: str


class CommunityBody(TypedDict):
    """Профессиональное сообщество, ассоциация, методическое объединение."""

    competencies: NotRequired[list[str]]
    district: NotRequired[str]
    exists: NotRequired[PeriodBody]
    id: str
    lead: NotRequired[str | None]
    level: NotRequired[Level | None]
    members: NotRequired[list[str]]
    organisation_id: NotRequired[str | None]
    stages: NotRequired[list[Stage]]
    subjects: NotRequired[list[str]]
    title: str


class CommunityItemsBody(TypedDict):
    """Реестр «Профессиональные сообщества»: записи, которые внести или заменить, все или ни одной."""

    items: list[CommunityBody]


class CommunityList(TypedDict):
    """Реестр «Профессиональные сообщества»: часть списка, по коду."""

    items: list[CommunityRecord]
    next: str | None
    total: int


class CommunityRecord(TypedDict):
    """Реестр «Профессиональные сообщества»: запись с её версией."""

    origin: Literal['package', 'store']
    record: CommunityBody
    updated_at: str | None
    version: int


class CompareBody(TypedDict):
    """Какие маршруты сравнить."""

    routes: list[str]


class ComparedRouteAnswer(TypedDict):
    """Чего стоит один из маршрутов."""

    bound: float | None
    checkpoints_missing: int
    cost_by_source: dict[str, int]
    cost_rub: int
    end: str | None
    id: str
    mentor: str | None
    mentor_meetings: int
    mentor_missed: int
    peak_min: int
    peak_week: str | None
    start: str | None
    status: str
    steps: int
    value: float | None
    workload_min: int


class ComparisonAnswer(TypedDict):
    """Два или три маршрута рядом."""

    demands: list[DemandDifferenceAnswer]
    educator: str
    pairs: list[PairDifferenceAnswer]
    routes: list[ComparedRouteAnswer]
    steps: list[StepDifferenceAnswer]


class CompetencyAnswer(TypedDict):
    """Узел перечня компетенций."""

    code: str
    description: str
    leaf: bool
    level: Literal['direction', 'block', 'leaf']
    parent: str | None
    positions: list[Position]
    stages: list[Stage]
    subjects: list[list[str]]
    title: str


class ComputingAnswer(TypedDict):
    """Что считается; тот же запрос, повторенный позже, получит ответ."""

    since: str
    state: Literal['waiting', 'running']
    subject: str


class ConcentrationAnswer(TypedDict):
    """Группа, дефициты которой заметно выше, чем у остальных."""

    district: str
    excess: EstimateAnswer
    grouping: Grouping
    key: str
    n_measured: int
    node: str
    node_title: str
    people: float
    probability: float
    share: EstimateAnswer
    title: str


class ConditionsBody(TypedDict):
    """Условия школы."""

    forbidden_weekdays: NotRequired[list[int]]
    internet: NotRequired[bool | None]
    rural: NotRequired[bool | None]
    shift: NotRequired[Literal[1, 2] | None]


class ConditionsEntryAnswer(TypedDict):
    """Условия школы."""

    forbidden_weekdays: list[int]
    internet: bool | None
    rural: bool | None
    shift: int | None


class ConflictMemberAnswer(TypedDict):
    """Одно из противоречащих требований: без любого из них остальное выполнимо."""

    code: str
    parameters: dict[str, Any]


class ConstraintsBody(TypedDict):
    """Ограничения этого маршрута; только ужесточают политику."""

    budget_by_source: NotRequired[dict[str, int] | None]
    busy: NotRequired[list[SpanBody] | None]
    busy_ics: NotRequired[str | None]
    excluded: NotRequired[list[str]]
    forms: NotRequired[list[Form]]
    horizon: NotRequired[HorizonBody]
    keep_busy: NotRequired[bool]
    max_steps: NotRequired[int | None]
    pinned: NotRequired[list[str]]
    tempo_by_week: NotRequired[dict[str, Any]]


class ControlAnswer(TypedDict):
    """Мероприятие плана в году отчёта."""

    evidence: list[ControlEvidenceAnswer]
    id: str
    responsible: list[str]
    section: str
    state: Literal['shown', 'not_shown', 'no_data']
    terms: str
    windows: list[PeriodAnswer]
    wording: str


class ControlEvidenceAnswer(TypedDict):
    """Что из данных показывает, что мероприятие было."""

    count: int
    label: str


class CountedList(TypedDict):
    """Кто стоит за числом: псевдонимы."""

    entity: str
    items: list[str]
    next: str | None
    total: int


class DecisionBody(TypedDict):
    """Решение о маршруте."""

    activity: NotRequired[str | None]
    comment: NotRequired[str | None]
    decision: Literal['agree', 'return', 'accept', 'complete', 'cancel', 'pin', 'ban', 'unpin', 'unban', 'replace']
    step: NotRequired[str | None]


class DeficitBankAnswer(TypedDict):
    """Банк дефицитов."""

    as_of: str
    items: list[DeficitCountAnswer]
    least_people: int
    left_out: list[LeftOutAnswer]
    policy: str
    protected: bool


class DeficitCountAnswer(TypedDict):
    """Сколько людей группы на каком официальном уровне дефицита в одном узле перечня."""

    assessed: int
    district: str
    group: str
    grouping: Grouping
    high: int | None
    medium: int | None
    members: int
    minimal: int | None
    node: str
    node_title: str
    title: str
    withheld: WithheldAnswer | None


class DeficitEntryAnswer(TypedDict):
    """Дефицит, запрос или развитие — то, для чего маршрут."""

    closed_expected: float
    direction: str | None
    estimate: float
    evidence: list[EvidenceAnswer]
    interval_90: list[float]
    kind: str
    level_probability: list[float] | None
    n_tasks: int | None
    node: str
    official_level: str | None
    proficiency: ProficiencyEntryAnswer | None
    raw_max: float | None
    raw_score: float | None
    title: str
    weight: float


class DeficitsAnswer(TypedDict):
    """Дефициты одного педагога."""

    as_of: str
    changes: list[ChangeEntryAnswer]
    demands: list[DemandAnswer]
    educator_id: str
    group: str | None
    nodes: list[NodeAnswer]
    policy: str


class DemandAnswer(TypedDict):
    """То, для чего строится маршрут: дефицит, запрос или развитие."""

    estimate: float
    evidence: list[DemandEvidence]
    interval_90: list[float]
    kind: str
    level_probability: list[float] | None
    node: str
    nodes: list[str]
    official_level: str | None
    proficiency: ProficiencyEntryAnswer | None
    sd: float
    title: str
    weight: float


class DemandDifferenceAnswer(TypedDict):
    """Один дефицит или запрос во всех маршрутах."""

    closed: list[float | None]
    node: str
    title: str


class DemandEvidence(TypedDict):
    """Результат диагностики, стоящий за дефицитом."""

    criterion: str | None
    date: str
    max_score: float
    method: str
    n_tasks: int | None
    observer: str | None
    procedure_id: str
    score: float


class DemoAnswer(TypedDict):
    """Готовые запросы из демонстрационного пакета."""

    as_of: str
    items: list[DemoItem]


class DemoItem(TypedDict):
    """Готовый запрос."""

    body: dict[str, Any]
    title: str


class DescriptorsAnswer(TypedDict):
    """Пять описаний маршрута: содержание, формы, технологии, темп, общее время."""

    content: list[str]
    forms: list[str]
    technologies: list[str]
    tempo_min_per_week: int
    total_min: int


class DistrictEntry(TypedDict):
    """Район."""

    people: int
    title: str


Document: TypeAlias = "Literal['udostoverenie', 'diplom', 'certificate', 'none']"


DocumentKind: TypeAlias = "Literal['docx', 'pdf', 'xlsx']"


class DrawnActivityAnswer(TypedDict):
    """Активность и вероятность, с которой она попадает в начало списка."""

    activity: str
    propensity: float


class EditEntryAnswer(TypedDict):
    """Одно изменение."""

    code: str
    parameters: dict[str, Any]


class EducatorBody(TypedDict):
    """Педагог целиком; служба его не запоминает."""

    born_on: NotRequired[str | None]
    conditions: NotRequired[ConditionsBody]
    display_name: NotRequired[str | None]
    district: NotRequired[str]
    id: NotRequired[str | None]
    languages: NotRequired[list[str]]
    organisation: NotRequired[OrganisationBody | None]
    pedagogical_start: NotRequired[str | None]
    position: Position
    post_start: NotRequired[str | None]
    stages: NotRequired[list[Stage]]
    strengths: NotRequired[list[str]]
    subjects: NotRequired[list[str]]
    tempo_min_per_week: NotRequired[int | None]
    time_zone: NotRequired[str | None]
    total_min: NotRequired[int | None]
    turns_35_on: NotRequired[str | None]


class EducatorEntryAnswer(TypedDict):
    """Педагог, как его видит маршрут; имени здесь нет."""

    district: str | None
    id: str
    organisation: str | None
    position: str
    stages: list[str]
    strengths: list[str]
    subjects: list[str]
    tempo_min_per_week: int
    time_zone: str


class EducatorList(TypedDict):
    """Часть списка педагогов, по коду."""

    items: list[EducatorRecord]
    next: str | None
    total: int


class EducatorRecord(TypedDict):
    """Педагог с версией записи."""

    origin: Literal['package', 'store']
    record: NamedEducatorBody
    updated_at: str | None
    version: int


class EducatorRef(TypedDict):
    """Педагог, известный службе."""

    id: str


class EducatorsBody(TypedDict):
    """Педагоги, которых внести или заменить: все или ни одного."""

    items: list[NamedEducatorBody]


class EffectEntryAnswer(TypedDict):
    """Наибольшая часть дефицита, которую может закрыть активность."""

    demand: str | None
    interval_90: list[float] | None
    n: int | None
    source: str
    value: float


class ErasedAnswer(TypedDict):
    """Что сталось с данными стёртого педагога."""

    educator_id: str
    feedback: int
    in_package: bool
    registers: int
    routes: int


class EstimateAnswer(TypedDict):
    """Ожидаемая величина и её границы."""

    interval_90: list[float]
    value: float


class EventAnswer(TypedDict):
    """Мероприятие каталога, кроме программ ДПО."""

    form: Form
    hours_academic: float | None
    id: str
    kind: Kind
    level: Level | None
    next_start: str | None
    provider: str
    runs: int
    seats_left: int | None
    title: str


class EventList(TypedDict):
    """Часть реестра мероприятий, по коду."""

    items: list[EventAnswer]
    next: str | None
    on: str
    total: int


class EvidenceAnswer(TypedDict):
    """Результат диагностики, стоящий за дефицитом."""

    criterion: str | None
    date: str
    max_score: float
    method: str
    n_tasks: int | None
    observer: str | None
    procedure_id: str
    score: float


class EvidenceBody(TypedDict):
    """Все результаты диагностики одного педагога."""

    items: list[ScoreBody | ItemBody]


class EvidenceList(TypedDict):
    """Часть списка результатов, по коду педагога."""

    items: list[EvidenceRecord]
    next: str | None


class EvidenceRecord(TypedDict):
    """Результаты диагностики одного педагога."""

    educator_id: str
    items: list[ScoreBody | ItemBody]
    tag: str


class ExplanationAnswer(TypedDict):
    """Почему маршрут такой и что сделает его лучше."""

    not_chosen: dict[str, int]
    prices: list[PriceAnswer]
    problem_digest: str
    steps: list[StepReasonsAnswer]


class ExplorationEntryAnswer(TypedDict):
    """Жребий среди почти равных по релевантности: по вероятностям потом судят, что дал бы другой порядок."""

    epsilon: float
    first: int
    model: str
    ranking: list[DrawnActivityAnswer]
    seed: int
    steps: list[DrawnActivityAnswer]


class FeedbackAnswer(TypedDict):
    """Что принято."""

    added: int
    received: int


class FeedbackBody(TypedDict):
    """Что стало с активностью, которую предложили или взяли."""

    activity_id: str
    at: str
    comment: NotRequired[str | None]
    educator_id: str
    ended_at: NotRequired[str | None]
    id: str
    offering_id: NotRequired[str | None]
    outcome: NotRequired[float | None]
    route_id: NotRequired[str | None]
    state: State
    step_id: NotRequired[str | None]


class FeedbackList(TypedDict):
    """Часть списка обратной связи, старые первыми."""

    items: list[FeedbackRecord]
    next: str | None


class FeedbackListBody(TypedDict):
    """Обратная связь: свои строки и утверждения xAPI вперемешку, все или ни одной."""

    items: list[FeedbackBody | XapiStatement]


class FeedbackRecord(TypedDict):
    """Строка обратной связи."""

    activity_id: str
    at: str
    educator_id: str
    ended_at: str | None
    id: str
    offering_id: str | None
    outcome: float | None
    route_id: str | None
    state: State
    step_id: str | None


Form: TypeAlias = "Literal['formal', 'non_formal', 'informal']"


Funding: TypeAlias = "Literal['state', 'employer', 'voucher', 'own']"


GapCode: TypeAlias = "Literal['no_activity', 'no_run', 'enrolment_closed', 'no_seats', 'too_few_seats']"


class GroundAnswer(TypedDict):
    """Слагаемое соответствия."""

    code: str
    parameters: dict[str, Any]


class GroupAnswer(TypedDict):
    """Группа педагогов."""

    district: str
    grouping: Grouping
    key: str
    title: str


class GroupRowAnswer(TypedDict):
    """Дефициты одной группы в одном узле перечня."""

    deficit_interval_90: list[float] | None
    group: GroupAnswer
    mean_deficit: float | None
    n_measured: int
    n_members: int
    node: str
    node_title: str
    official: list[int | None]
    official_withheld: WithheldAnswer | None
    shares: list[ShareAnswer] | None
    withheld: WithheldAnswer | None


Grouping: TypeAlias = "Literal['all', 'district', 'school', 'subject', 'position']"


class GroupsAnswer(TypedDict):
    """Сводка дефицитов по группам."""

    as_of: str
    by: Grouping
    least_people: int
    left_out: list[LeftOutAnswer]
    n_people: int
    policy: str
    rows: list[GroupRowAnswer]


class GroupsBody(TypedDict):
    """Чьи дефициты и по каким группам сводить."""

    as_of: NotRequired[str | None]
    by: Grouping
    district: NotRequired[str | None]
    educators: NotRequired[list[MemberBody] | None]
    node_levels: NotRequired[list[Literal['direction', 'block', 'leaf']]]
    organisation_id: NotRequired[str | None]
    policy: NotRequired[str | None]
    position: NotRequired[Position | None]


class HealthAnswer(TypedDict):
    """Состояние службы."""

    status: Literal['live', 'ready']


class HistoryBody(TypedDict):
    """Что пройдено раньше."""

    activity_id: NotRequired[str | None]
    completed_on: str
    title: NotRequired[str | None]


class HistoryEntry(TypedDict):
    """Одна строка истории маршрута."""

    actor: str
    after: str
    at: str
    before: str
    comment: str
    kind: str
    parameters: dict[str, Any]
    role: str
    seq: int
    step: str | None


class HorizonBody(TypedDict):
    """Срок, в который укладывается маршрут."""

    end: NotRequired[str | None]
    start: NotRequired[str | None]


class ImportAnswer(TypedDict):
    """Что внесено."""

    accepted: int
    catalogue_version: int | None
    dry_run: bool
    warnings: list[RowWarning]


class IndicatorAnswer(TypedDict):
    """Показатель со значениями; первое прочтение — то, что стоит в отчёте."""

    clause: str
    formula: str
    id: str
    readings: list[ReadingAnswer]
    target: float | None
    target_words: str | None
    unit: Literal['share', 'count', 'per_one']
    wording: str


class IndicatorCard(TypedDict):
    """Показатель, как его задаёт документ."""

    clause: str
    formula: str
    id: str
    target: float | None
    target_words: str | None
    unit: Literal['share', 'count', 'per_one']
    wording: str


class IndicatorReportAnswer(TypedDict):
    """Показатели одного документа за период."""

    as_of: str
    cadence: Cadence
    cadence_wording: str
    controls: list[ControlAnswer]
    indicators: list[IndicatorAnswer]
    notes: list[str]
    organisation: str | None
    period: PeriodAnswer
    profile: str
    regulation: str
    reminders: list[ReminderAnswer]
    title: str


class ItemBody(TypedDict):
    """Один ответ на одно задание."""

    date: str
    item: str
    node: NotRequired[str | None]
    procedure_id: str
    response: float | None


class JobAnswer(TypedDict):
    """Маршрут, который ещё строится."""

    created_at: str
    gap_rel: float | None
    id: str
    state: Literal['queued', 'running', 'done', 'failed']
    stop_requested: bool
    value: float | None


Kind: TypeAlias = "Literal['dpp_pk', 'dpp_pp', 'seminar', 'webinar', 'workshop', 'master_class', 'conference', 'forum', 'lecture', 'round_table', 'training', 'strategy_session', 'contest', 'open_lesson', 'lesson_visit', 'internship', 'community', 'self_study', 'diagnostic']"


class LeftOutAnswer(TypedDict):
    """Педагог, чьи результаты не учтены: он входит в группы как не оценивавшийся."""

    educator_id: str
    errors: list[LeftOutFault]


class LeftOutFault(TypedDict):
    """Ошибка в результатах педагога."""

    code: str
    detail: str
    pointer: str


class LeftToOthersAnswer(TypedDict):
    """Дефицитное место, наставник или слот, оставленные другому участнику."""

    kind: str
    label: str
    title: str


Level: TypeAlias = "Literal['school', 'municipal', 'district', 'regional', 'interregional', 'national']"


class LifecycleAnswer(TypedDict):
    """Жизнь маршрута после построения."""

    held_until: str | None
    history: list[HistoryEntry]
    legal: list[str]
    revision: int
    state: RouteState
    steps: list[StepProgress]
    team: TeamLinkAnswer | None
    version: int


class LoadAnswer(TypedDict):
    """Нагрузка одного сопровождающего."""

    capacity: int
    carer_id: str
    given: int
    held: int
    one_more_fit: float
    one_more_serves: int | None


class MeetingBody(TypedDict):
    """Одна встреча потока."""

    end: str
    place: NotRequired[str]
    start: str


class MeetingEntryAnswer(TypedDict):
    """Встреча."""

    end: str
    place: str
    start: str


class MemberBody(TypedDict):
    """Один педагог групп."""

    diagnostics: NotRequired[list[ScoreBody | ItemBody] | None]
    educator: EducatorRef | EducatorBody


class MentorBody(TypedDict):
    """Наставник."""

    capacity: int
    competencies: NotRequired[list[str]]
    consent: bool
    consent_on: NotRequired[str | None]
    district: NotRequired[str]
    forms: NotRequired[list[MentorForm]]
    id: str
    languages: NotRequired[list[str]]
    line_manager_of: NotRequired[list[str]]
    online: NotRequired[bool]
    organisation_id: NotRequired[str | None]
    position: Position
    slots: NotRequired[list[SlotBody]]
    stages: NotRequired[list[Stage]]
    subjects: NotRequired[list[str]]
    trained_until: NotRequired[str | None]


class MentorCardAnswer(TypedDict):
    """Наставник в реестре наставников."""

    accompanies: int
    capacity: int
    consent: bool
    consent_on: str | None
    district: str
    forms: list[MentorForm]
    id: str
    languages: list[str]
    organisation_id: str | None
    position: Position
    subjects: list[str]
    trained: bool | None
    trained_until: str | None


class MentorCardList(TypedDict):
    """Часть реестра наставников, по коду."""

    items: list[MentorCardAnswer]
    next: str | None
    on: str
    total: int


class MentorEntryAnswer(TypedDict):
    """Наставник."""

    fit: float
    form: str
    id: str
    meetings: list[MeetingEntryAnswer]
    missed: list[MissedWindowAnswer]
    reasons: list[ReasonAnswer]


MentorForm: TypeAlias = "Literal['mentor_young', 'peer', 'tutor', 'team']"


class MentorGroupAnswer(TypedDict):
    """Люди одного вида, которым нужен наставник."""

    district: str
    people: int
    position: Position
    subject: str
    unserved: int


class MentorList(TypedDict):
    """Часть списка наставников, по коду."""

    items: list[MentorRecord]
    next: str | None
    total: int


class MentorRecord(TypedDict):
    """Наставник с версией записи."""

    origin: Literal['package', 'store']
    record: MentorBody
    updated_at: str | None
    version: int


class MentorShortageAnswer(TypedDict):
    """Кому нужен наставник и кто есть."""

    accompanied: int
    capacity: int
    groups: list[MentorGroupAnswer]
    needing: int
    proposals: list[ProposedMentorAnswer]
    served: int
    served_in_subject: int
    unknown: int


class MentorsBody(TypedDict):
    """Наставники, которых внести или заменить: все или ни одного."""

    items: list[MentorBody]


Method: TypeAlias = "Literal['test', 'observation', 'self', 'expert']"


class MethodistBody(TypedDict):
    """Методист и закреплённые за ним."""

    district: NotRequired[str]
    educators: NotRequired[list[str]]
    id: str
    in_post: NotRequired[PeriodBody]
    level: Literal['school', 'municipal', 'district', 'regional']
    organisation_id: NotRequired[str | None]
    organisations: NotRequired[list[str]]
    subjects: NotRequired[list[str]]
    trained_until: NotRequired[str | None]


class MethodistItemsBody(TypedDict):
    """Реестр «Методисты»: записи, которые внести или заменить, все или ни одной."""

    items: list[MethodistBody]


class MethodistList(TypedDict):
    """Реестр «Методисты»: часть списка, по коду."""

    items: list[MethodistRecord]
    next: str | None
    total: int


class MethodistRecord(TypedDict):
    """Реестр «Методисты»: запись с её версией."""

    origin: Literal['package', 'store']
    record: MethodistBody
    updated_at: str | None
    version: int


class MissedWindowAnswer(TypedDict):
    """Промежуток, в котором встреча с наставником не нашлась."""

    end: str
    start: str


class MissingAnswer(TypedDict):
    """Недостающая дата."""

    code: str
    parameters: dict[str, Any]


class MissingDataAnswer(TypedDict):
    """Что не сказано, потому что нет данных."""

    code: str
    parameters: dict[str, Any]
    said: str


class ModelAnswer(TypedDict):
    """Модель подбора, которая работает."""

    digest: str | None
    refused: RefusedModelAnswer | None
    version: str


class ModelCardAnswer(TypedDict):
    """Карточка модели."""

    card: dict[str, Any]
    digest: str
    version: str


class ModelEntry(TypedDict):
    """Модель подбора в реестре."""

    created_on: str
    digest: str
    fault: str | None
    figures: dict[str, float]
    gate: dict[str, Any] | None
    registered_at: str
    status: str
    version: str


class ModelList(TypedDict):
    """Реестр моделей."""

    in_service: str | None
    items: list[ModelEntry]


class NamedEducatorBody(TypedDict):
    """Педагог целиком, под своим кодом; служба его запоминает."""

    born_on: NotRequired[str | None]
    conditions: NotRequired[ConditionsBody]
    display_name: NotRequired[str | None]
    district: NotRequired[str]
    id: str
    languages: NotRequired[list[str]]
    organisation: NotRequired[OrganisationBody | None]
    pedagogical_start: NotRequired[str | None]
    position: Position
    post_start: NotRequired[str | None]
    stages: NotRequired[list[Stage]]
    strengths: NotRequired[list[str]]
    subjects: NotRequired[list[str]]
    tempo_min_per_week: NotRequired[int | None]
    time_zone: NotRequired[str | None]
    total_min: NotRequired[int | None]
    turns_35_on: NotRequired[str | None]


class NodeAnswer(TypedDict):
    """Один узел перечня."""

    mean: float | None
    node: str
    sd: float | None
    target: float | None


class NodeShareAnswer(TypedDict):
    """Дефициты всех по одной компетенции."""

    n_measured: int
    n_members: int
    node: str
    people: EstimateAnswer
    share: EstimateAnswer
    title: str


class OfferingBody(TypedDict):
    """Датированное проведение активности (поток)."""

    activity_id: str
    end: str | None
    enrolment_until: NotRequired[str | None]
    id: str
    locality: NotRequired[str]
    meetings: NotRequired[list[MeetingBody]]
    price_rub: NotRequired[int | None]
    seats_left: NotRequired[int | None]
    self_paced: NotRequired[bool]
    start: str | None
    weekly_min: NotRequired[list[int]]


class OfferingList(TypedDict):
    """Часть списка потоков, по коду."""

    items: list[OfferingRecord]
    next: str | None
    total: int


class OfferingRecord(TypedDict):
    """Поток с его версией."""

    origin: Literal['package', 'store']
    record: OfferingBody
    updated_at: str | None
    version: int


class OfferingsBody(TypedDict):
    """Потоки, которые внести или заменить: все или ни одного."""

    items: list[OfferingBody]


class OptionsBody(TypedDict):
    """Как решать и на каком языке отвечать."""

    deadline_ms: NotRequired[int | None]
    gap_rel: NotRequired[float | None]
    language: NotRequired[Literal['ru', 'en'] | None]
    seed: NotRequired[int]
    variants: NotRequired[bool]


class OrganisationBody(TypedDict):
    """Организация, в которой педагог работает."""

    conditions: NotRequired[ConditionsBody]
    district: NotRequired[str]
    id: str
    locality: NotRequired[str]
    title: str


class OrganisationEntry(TypedDict):
    """Организация."""

    district: str
    id: str
    locality: str
    people: int
    rural: bool | None
    title: str


class OrganisationList(TypedDict):
    """Организации и районы целиком."""

    districts: list[DistrictEntry]
    items: list[OrganisationEntry]


class OwnedEvidenceBody(TypedDict):
    """Результаты диагностики одного педагога среди других."""

    educator_id: str
    items: list[ScoreBody | ItemBody]


class PairAnswer(TypedDict):
    """Педагог и тот, кто его сопровождает."""

    carer_id: str
    competencies: list[str]
    educator_id: str
    fit: float | None
    form: MentorForm
    present: bool
    reasons: list[GroundAnswer]


class PairDifferenceAnswer(TypedDict):
    """Насколько два маршрута различаются."""

    changes: int
    distance: float
    first: int
    second: int


class PeerPairAnswer(TypedDict):
    """Два коллеги."""

    one_gives: float
    one_id: str
    one_shares: list[list[str | float]]
    other_gives: float
    other_id: str
    other_shares: list[list[str | float]]


class PeerRulesAnswer(TypedDict):
    """Правила пар."""

    declared: float
    has_from: float
    least: float
    most_pairs: int
    same_district: bool
    same_subject: bool


class PeersAnswer(TypedDict):
    """Горизонтальные пары."""

    alone: list[AloneAnswer]
    as_of: str
    bound: float
    considered: int
    gap: float
    pairs: list[PeerPairAnswer]
    policy: str
    present: list[list[str]]
    rules: PeerRulesAnswer
    value: float


class PeriodAnswer(TypedDict):
    """Дни отчёта, оба включительно."""

    first: str
    last: str


class PeriodBody(TypedDict):
    """Дни с первого по последний, оба входят."""

    since: NotRequired[str | None]
    until: NotRequired[str | None]


class PointEntryAnswer(TypedDict):
    """Одно измерение компетенции."""

    date: str
    estimate: float
    interval_90: list[float]
    n_tasks: int | None
    official_level: str | None
    procedure_id: str
    raw_share: float


class PointsIntervalAnswer(TypedDict):
    """Разность двух наилучших маршрутов, баллов: не меньше low, не больше high."""

    below_precision: bool
    high: float
    low: float


Position: TypeAlias = "Literal['teacher', 'primary_teacher', 'preschool_teacher', 'extra_teacher', 'psychologist', 'speech_therapist', 'social_pedagogue', 'counsellor', 'methodist', 'head', 'deputy_head', 'unit_head']"


class PracticeBody(TypedDict):
    """Лучшая практика."""

    authors: NotRequired[list[str]]
    competencies: NotRequired[list[str]]
    district: NotRequired[str]
    id: str
    in_bank: NotRequired[PeriodBody]
    level: NotRequired[Level | None]
    link: NotRequired[str]
    organisation_id: NotRequired[str | None]
    stages: NotRequired[list[Stage]]
    subjects: NotRequired[list[str]]
    summary: NotRequired[str]
    title: str


class PracticeItemsBody(TypedDict):
    """Реестр «Лучшие практики»: записи, которые внести или заменить, все или ни одной."""

    items: list[PracticeBody]


class PracticeList(TypedDict):
    """Реестр «Лучшие практики»: часть списка, по коду."""

    items: list[PracticeRecord]
    next: str | None
    total: int


class PracticeRecord(TypedDict):
    """Реестр «Лучшие практики»: запись с её версией."""

    origin: Literal['package', 'store']
    record: PracticeBody
    updated_at: str | None
    version: int


class PriceAnswer(TypedDict):
    """Что даёт одно послабление."""

    code: str
    gain: PointsIntervalAnswer | None
    parameters: dict[str, Any]


class PricingAnswer(TypedDict):
    """Цены, с которыми считалось."""

    change: float | None
    fairness: float
    wish: float


class Problem(TypedDict):
    """Ошибка. Тип содержимого — application/problem+json."""

    code: str
    detail: str
    errors: list[ProblemError]
    next_actions: NotRequired[list[str] | None]
    status: int
    title: str
    type: str


class ProblemError(TypedDict):
    """Одно замечание."""

    code: str
    column: NotRequired[str | None]
    detail: str
    file: NotRequired[str | None]
    parameters: NotRequired[dict[str, Any] | None]
    pointer: str
    row: NotRequired[int | None]


class ProficiencyEntryAnswer(TypedDict):
    """Оценка владения компетенцией с учётом точности измерения."""

    interval_90: list[float]
    mean: float
    quartiles: list[float]


class ProfileAnswer(TypedDict):
    """Документ, по которому отчитываются."""

    cadence: Cadence
    cadence_wording: str
    indicators: list[IndicatorCard]
    period: PeriodAnswer
    profile: str
    regulation: str
    reminders: list[ReminderAnswer]
    title: str


class ProfileList(TypedDict):
    """Документы, по которым считаются показатели."""

    items: list[ProfileAnswer]


class ProgrammeAnswer(TypedDict):
    """Программа ДПО и её срок в федеральном реестре."""

    hours_academic: float | None
    id: str
    in_register: bool | None
    kind: Kind
    next_start: str | None
    provider: str
    register_from: str | None
    register_to: str | None
    self_paced: bool
    title: str


class ProgrammeList(TypedDict):
    """Часть реестра программ, по коду."""

    items: list[ProgrammeAnswer]
    next: str | None
    on: str
    total: int


class ProgressBody(TypedDict):
    """Ход маршрута: все события или ни одного, в этом порядке."""

    events: list[ProgressEvent]


class ProgressEvent(TypedDict):
    """Что стало с одним шагом."""

    comment: NotRequired[str | None]
    event: Literal['enrolled', 'attended', 'completed', 'missed', 'cancelled', 'report_accepted']
    step: str


class PromotionAnswer(TypedDict):
    """Смена работающей модели."""

    action: Literal['promote', 'rollback']
    at: str
    forced: bool
    previous: str | None
    version: str | None


class PromotionBody(TypedDict):
    """Пуск модели в работу."""

    force_reason: NotRequired[str | None]


class ProposedMentorAnswer(TypedDict):
    """Ещё один наставник."""

    capacity: int
    district: str
    position: Position
    serves: int
    subject: str


class ProposedRunAnswer(TypedDict):
    """Ещё один поток, сверх тех, что стоят в списке перед ним."""

    activity: str | None
    audiences: list[AudienceAnswer]
    closes: EstimateAnswer
    hours_academic: float
    kind: Kind
    nodes: list[str]
    seats: int
    takers: int
    title: str


class ProposedRunsAnswer(TypedDict):
    """Потоки, которые добавить."""

    closes: float
    limit: float
    runs: list[ProposedRunAnswer]


class ProposedTag(TypedDict):
    """Компетенция, найденная в тексте."""

    chance: float
    node: str
    node_title: str


class ProvenanceAnswer(TypedDict):
    """Из чего получен ответ: из того же получится тот же."""

    calibration: str | None
    catalogue: str
    deadline_ms: int
    effects: str | None
    engine_version: str
    framework: str
    gap_rel_asked: float
    model: str
    model_digest: str | None
    policy: str
    problem_digest: str
    seed: int


class RankedActivity(TypedDict):
    """Активность каталога глазами этого педагога."""

    contributions: dict[str, float | None]
    coverage: dict[str, float]
    eligible: bool
    id: str
    reasons: list[RefusalAnswer]
    relevance: float
    title: str


class ReadingAnswer(TypedDict):
    """Показатель при одном прочтении каждого слова, которое документ не уточнил."""

    breakdown: list[SliceAnswer]
    denominator: int | None
    empty_sources: list[str]
    id: str
    label: str
    label_en: str
    numerator: int | None
    reached: bool | None
    trend: list[TrendPoint]
    undecided: int | None
    value: float | None
    withheld: int


class ReasonAnswer(TypedDict):
    """Код причины с величинами."""

    code: str
    parameters: dict[str, Any]


class RecommendationAnswer(TypedDict):
    """Построенный маршрут и его жизнь."""

    as_of: str
    certificate: CertificateAnswer
    changes: list[ChangeEntryAnswer]
    conditions: ConditionsEntryAnswer
    conflict: list[ConflictMemberAnswer] | None
    deficits: list[DeficitEntryAnswer]
    descriptors: DescriptorsAnswer
    educator: EducatorEntryAnswer
    exploration: ExplorationEntryAnswer | None
    group: str | None
    id: str
    lifecycle: LifecycleAnswer
    not_chosen: dict[str, ReasonAnswer]
    notes: list[ReasonAnswer]
    provenance: ProvenanceAnswer
    repairs: list[RepairAnswer]
    requests: list[RequestEntryAnswer]
    resources: ResourcesAnswer
    route: RouteEntryAnswer | None
    status: str
    unmet: list[UnmetAnswer]
    variants: list[VariantEntryAnswer]


class RecommendationsAnswer(TypedDict):
    """Активности каталога: сначала доступные, по убыванию релевантности."""

    as_of: str
    educator_id: str
    eligible: int
    exploration: ExplorationEntryAnswer | None
    items: list[RankedActivity]
    model: str
    policy: str
    total: int


class RefusalAnswer(TypedDict):
    """Код причины с величинами."""

    code: str
    parameters: dict[str, Any]


class RefusedModelAnswer(TypedDict):
    """Модель, которую служба не приняла."""

    detail: str
    digest: str
    version: str | None


class RegionAdviceAnswer(TypedDict):
    """Что сделать, кому и на чём это основано."""

    addressee: Addressee
    closes: EstimateAnswer | None
    code: str
    parameters: dict[str, Any]
    rests_on: dict[str, int]
    said: str
    size: float
    subject_id: str


class RejectedStepAnswer(TypedDict):
    """Поток, который команда могла бы пройти вместе."""

    activity: str
    cannot: list[AbsentMemberAnswer]
    code: str
    end: str | None
    loss_high: float | None
    loss_low: float | None
    offering: str
    seats_left: int | None
    start: str | None
    title: str


class ReminderAnswer(TypedDict):
    """Что пора сделать или скоро понадобится."""

    days_left: int
    due_from: str
    due_until: str
    id: str
    kind: Literal['monitoring', 'control']
    responsible: list[str]
    state: Literal['due', 'upcoming']
    wording: str


class RepairAnswer(TypedDict):
    """Изменение, при котором маршрут есть."""

    code: str
    parameters: dict[str, Any]


class RepairedRouteAnswer(TypedDict):
    """Ближайший маршрут без нарушений."""

    changes: list[EditEntryAnswer]
    cut_by_clock: bool
    edits: int | None
    edits_bound: int
    edits_proof: str
    route: RouteEntryAnswer | None
    status: str
    value: float | None
    value_bound: float | None
    work_limit: float


class ReplanBody(TypedDict):
    """Как перестроить маршрут; начатое и пройденное остаётся."""

    changes_most: NotRequired[int | None]
    comment: NotRequired[str | None]
    constraints: NotRequired[ConstraintsBody | None]
    excluded: NotRequired[list[str]]
    pinned: NotRequired[list[str]]


ReportFormat: TypeAlias = "Literal['html', 'docx', 'xlsx']"


ReportName: TypeAlias = "Literal['yearly', 'passport', 'municipality', 'methodical-service', 'school']"


class RequestBody(TypedDict):
    """Один запрос педагога: узел перечня, свой текст или должность."""

    career_position: NotRequired[Position | None]
    id: NotRequired[str | None]
    node: NotRequired[str | None]
    text: NotRequired[str | None]
    weight: NotRequired[float]


class RequestEntryAnswer(TypedDict):
    """Запрос педагога и узлы, найденные по нему."""

    career_position: str | None
    id: str
    node: str | None
    nodes: list[str]
    text: str | None


class ResourcesAnswer(TypedDict):
    """Ресурсы ДПО, из которых выбирали."""

    activities: int
    eligible: int
    federal_register: int
    offerings_considered: int
    regional: int


class ReviewAnswer(TypedDict):
    """Активность, разметку которой стоит проверить."""

    activity_id: str
    doubt: float
    similar: int
    tags: list[ProposedTag]
    title: str
    use: float
    value: float


class RouteBody(TypedDict):
    """Запрос на построение маршрута."""

    as_of: NotRequired[str | None]
    constraints: NotRequired[ConstraintsBody]
    diagnostics: NotRequired[list[ScoreBody | ItemBody] | None]
    educator: EducatorRef | EducatorBody
    history: NotRequired[list[HistoryBody] | None]
    options: NotRequired[OptionsBody]
    policy: NotRequired[str | None]
    requests: NotRequired[list[RequestBody] | None]


class RouteCheckAnswer(TypedDict):
    """Что известно о маршруте, составленном вручную."""

    as_of: str
    best: CertificateAnswer
    best_status: str
    closed: dict[str, float]
    completed: list[str]
    educator: str
    holds: bool
    loss: list[float] | None
    repair: RepairedRouteAnswer
    route: RouteEntryAnswer
    steps: list[CheckedStepAnswer]
    value: float
    violations: list[ViolationEntryAnswer]


class RouteDifferenceAnswer(TypedDict):
    """Новая редакция маршрута рядом с прежней."""

    changes: list[StepChangeAnswer]
    changes_most: int
    comparison: ComparisonAnswer
    stayed: list[str]


class RouteEntryAnswer(TypedDict):
    """Сам маршрут."""

    checkpoints: list[CheckpointAnswer]
    cost_by_source: dict[str, int]
    end: str | None
    mentor: MentorEntryAnswer | None
    start: str | None
    steps: list[StepAnswer]
    weekly_load: list[WeekLoadAnswer]
    workload_min: int


class RouteList(TypedDict):
    """Часть списка маршрутов, новые первыми."""

    items: list[RouteSummaryAnswer]
    next: str | None


RouteState: TypeAlias = "Literal['proposed', 'returned', 'agreed', 'active', 'completed', 'cancelled']"


class RouteSummaryAnswer(TypedDict):
    """Маршрут в списке."""

    as_of: str
    created_at: str
    educator_id: str
    held_until: str | None
    id: str
    mentor_id: str | None
    organisation_id: str | None
    policy: str
    revision: int
    state: RouteState
    status: str
    updated_at: str
    version: int


class RouteWishes(TypedDict):
    """Что закреплено и запрещено в маршруте: при построении и решениями после него."""

    items: list[WishEntry]
    route_id: str
    version: int


class RowWarning(TypedDict):
    """Замечание, с которым запись всё же принята."""

    code: str
    detail: str
    index: int | None
    pointer: str


class ScoreBody(TypedDict):
    """Один балл за один узел перечня в одной процедуре."""

    criterion: NotRequired[str | None]
    date: str
    max_score: float
    method: Method
    n_tasks: NotRequired[int | None]
    node: str
    observer: NotRequired[str | None]
    procedure_id: str
    score: float


class SeatUseAnswer(TypedDict):
    """Поток, места которого и нуждающиеся в нём не сходятся."""

    activity: str
    enrolment_until: str | None
    need: EstimateAnswer
    offering: str
    seats_left: int
    spare: int
    title: str


class ShareAnswer(TypedDict):
    """Доля оценённых педагогов, у которых дефицит на самом деле такого уровня."""

    expected: float
    interval_90: list[float]


class SharedStepAnswer(TypedDict):
    """Общий шаг: поток, который участники проходят вместе."""

    activity: str
    end: str | None
    excused: list[AbsentMemberAnswer]
    kind: str
    members: list[str]
    offering: str
    outside_audience: list[str]
    seats_left: int | None
    start: str | None
    title: str
    trains: bool


class SheetRemark(TypedDict):
    """Замечание, с которым книга всё же принята."""

    code: str
    column: str | None
    detail: str
    file: str | None
    row: int | None


class ShortageAnswer(TypedDict):
    """Люди, которым подходят только эти сопровождающие, а мест у них меньше."""

    carers: list[str]
    educators: list[str]
    missing: int
    places: int


class SiteBody(TypedDict):
    """Стажировочная площадка."""

    activities: NotRequired[list[str]]
    competencies: NotRequired[list[str]]
    district: NotRequired[str]
    id: str
    level: NotRequired[Level | None]
    open_during: NotRequired[PeriodBody]
    organisation_id: NotRequired[str | None]
    places: NotRequired[int | None]
    stages: NotRequired[list[Stage]]
    subjects: NotRequired[list[str]]
    title: str


class SiteItemsBody(TypedDict):
    """Реестр «Стажировочные площадки»: записи, которые внести или заменить, все или ни одной."""

    items: list[SiteBody]


class SiteList(TypedDict):
    """Реестр «Стажировочные площадки»: часть списка, по коду."""

    items: list[SiteRecord]
    next: str | None
    total: int


class SiteRecord(TypedDict):
    """Реестр «Стажировочные площадки»: запись с её версией."""

    origin: Literal['package', 'store']
    record: SiteBody
    updated_at: str | None
    version: int


class SliceAnswer(TypedDict):
    """Часть показателя."""

    by: str
    denominator: int | None
    key: str
    numerator: int
    value: float | None


class SlotBody(TypedDict):
    """Свободный отрезок наставника."""

    end: str
    start: str


class SpanBody(TypedDict):
    """Промежуток времени, начало раньше конца."""

    end: str
    start: str


class SpreadAnswer(TypedDict):
    """Разброс нагрузки: доля вместимости у тех, кому можно кого-то дать."""

    carers: int
    gini: float | None
    least: float | None
    mean: float | None
    most: float | None
    sd: float | None


Stage: TypeAlias = "Literal['preschool', 'primary', 'basic', 'secondary', 'vocational', 'extra']"


State: TypeAlias = "Literal['proposed', 'rejected', 'accepted', 'enrolled', 'dropped', 'completed']"


class StepAlternativeAnswer(TypedDict):
    """Одна активность на месте шага — в лучшем из её потоков."""

    changes: list[ClosedChangeAnswer]
    difference: float | None
    kind: str
    step: StepAnswer
    value: float
    value_bound: float
    why_not: ReasonAnswer


class StepAnswer(TypedDict):
    """Шаг маршрута: одна активность."""

    activity: str
    closes: list[ClosingAnswer]
    cost_rub: int
    document: str
    effect: EffectEntryAnswer | None
    end: str
    form: str
    funding: str | None
    hours_academic: float
    id: str
    kind: str
    level: str | None
    meetings: list[MeetingEntryAnswer]
    offering: str
    pinned: bool
    provider: str
    reasons: list[ReasonAnswer]
    relevance: float
    self_paced: bool
    source: str
    start: str
    technology: list[str]
    title: str
    travel_min: int
    workload_min: int


class StepBody(TypedDict):
    """Шаг маршрута, составленного вручную: поток или активность с днём начала."""

    activity: NotRequired[str | None]
    offering: NotRequired[str | None]
    start: NotRequired[str | None]


class StepChangeAnswer(TypedDict):
    """Одно изменение запланированных шагов."""

    activity_after: str | None
    activity_before: str | None
    after: StepRunAnswer | None
    before: StepRunAnswer | None
    code: str
    reasons: list[ReasonAnswer]
    step_id: str
    title_after: str | None
    title_before: str | None
    why: ReasonAnswer | None


class StepDifferenceAnswer(TypedDict):
    """Одна активность во всех маршрутах."""

    activity: str
    code: str
    runs: list[StepRunAnswer | None]
    title: str


class StepProgress(TypedDict):
    """Шаг маршрута и докуда он дошёл."""

    activity: str
    end: str
    offering: str
    report_accepted: str | None
    start: str
    state: StepState
    step: str


class StepReasonsAnswer(TypedDict):
    """Почему шаг в маршруте."""

    activity: str
    reasons: list[ReasonAnswer]
    title: str


class StepRunAnswer(TypedDict):
    """Поток активности, взятый в маршруте."""

    cost_rub: int
    end: str
    offering: str
    start: str
    workload_min: int


StepState: TypeAlias = "Literal['planned', 'enrolled', 'attended', 'completed', 'missed', 'cancelled']"


class StuckMemberAnswer(TypedDict):
    """Участник, у которого маршрута нет и без команды."""

    conflict: list[ReasonAnswer]
    educator: str


class SupplyAnswer(TypedDict):
    """Сколько дефицита есть и сколько могут закрыть нынешние потоки."""

    closable: float | None
    deficit: float | None


class TableTaken(TypedDict):
    """Одна таблица книги."""

    read: int
    table: str
    taken: int
    title: str


class TagAnswer(TypedDict):
    """Компетенция, которой занята активность."""

    confidence: float
    node: str
    node_title: str
    share: float


class TaggingList(TypedDict):
    """Что стоит проверить в первую очередь."""

    items: list[ReviewAnswer]
    untagged: int


class TagsAnswer(TypedDict):
    """Разметка активности."""

    activity_id: str
    source: Literal['given', 'corrected', 'tagged']
    tags: list[TagAnswer]
    title: str
    updated_at: str | None
    verdicts: list[VerdictAnswer]
    version: int


class TagsBody(TypedDict):
    """Что методист говорит о разметке активности; прежнее заменяется целиком."""

    verdicts: list[VerdictBody]


class TeamBody(TypedDict):
    """Управленческая команда организации."""

    exists: NotRequired[PeriodBody]
    id: str
    members: NotRequired[list[str]]
    organisation_id: str
    title: NotRequired[str]


class TeamDecisionBody(TypedDict):
    """Решение о маршрутах всей команды: обо всех или ни об одном."""

    comment: NotRequired[str | None]
    decision: Literal['agree', 'return', 'cancel']


class TeamItemsBody(TypedDict):
    """Реестр «Управленческие команды»: записи, которые внести или заменить, все или ни одной."""

    items: list[TeamBody]


class TeamLifecycleAnswer(TypedDict):
    """Жизнь маршрутов команды как одного целого."""

    legal: list[str]
    version: int


class TeamLinkAnswer(TypedDict):
    """Команда, вместе с которой построен маршрут."""

    build: str
    team: str | None


class TeamList(TypedDict):
    """Реестр «Управленческие команды»: часть списка, по коду."""

    items: list[TeamRecord]
    next: str | None
    total: int


class TeamMemberAnswer(TypedDict):
    """Участник команды и его маршрут."""

    cost: PointsIntervalAnswer | None
    educator: str
    left_to_others: list[LeftToOthersAnswer]
    position: str
    recommendation: RecommendationAnswer
    route: str
    shared: list[str]
    value: float
    value_alone: float | None
    without_mentor: bool


class TeamMemberBody(TypedDict):
    """Участник: кто он и что у него своё."""

    constraints: NotRequired[ConstraintsBody | None]
    diagnostics: NotRequired[list[ScoreBody | ItemBody] | None]
    educator: EducatorRef | EducatorBody
    history: NotRequired[list[HistoryBody] | None]
    requests: NotRequired[list[RequestBody] | None]


class TeamOptionsBody(TypedDict):
    """Как решать и на каком языке отвечать."""

    deadline_ms: NotRequired[int | None]
    gap_rel: NotRequired[float | None]
    language: NotRequired[Literal['ru', 'en'] | None]
    seed: NotRequired[int]


class TeamRecord(TypedDict):
    """Реестр «Управленческие команды»: запись с её версией."""

    origin: Literal['package', 'store']
    record: TeamBody
    updated_at: str | None
    version: int


class TeamRouteAnswer(TypedDict):
    """План команды, маршруты участников и их жизнь."""

    as_of: str
    certificate: CertificateAnswer
    digest: str
    id: str
    least_steps: int
    lifecycle: TeamLifecycleAnswer
    members: list[TeamMemberAnswer]
    most_steps: int
    organisation: str
    policy: str
    rejected: list[RejectedStepAnswer]
    rejected_more: int
    shared: list[SharedStepAnswer]
    status: str
    stuck: list[StuckMemberAnswer]
    team: str
    title: str
    together_points: float
    trained: list[TrainedReadingAnswer]
    training_missing: bool


class TeamRouteBody(TypedDict):
    """Запрос на маршруты команды: команда из реестра или названные участники."""

    as_of: NotRequired[str | None]
    constraints: NotRequired[ConstraintsBody]
    members: NotRequired[list[TeamMemberBody] | None]
    options: NotRequired[TeamOptionsBody]
    policy: NotRequired[str | None]
    team: NotRequired[str | None]
    title: NotRequired[str | None]


Technology: TypeAlias = "Literal['classroom', 'distance', 'blended', 'project', 'case', 'simulation', 'peer', 'mentoring', 'reflection', 'self_directed']"


class TrainedReadingAnswer(TypedDict):
    """Считается ли команда обученной после плана — по одному прочтению."""

    by_policy: bool
    members: list[str]
    of: int
    reading: str
    trained: bool


class TrendPoint(TypedDict):
    """Значение за период."""

    period: PeriodAnswer
    value: float | None


class UnclearAnswer(TypedDict):
    """Педагог, о котором нельзя сказать, положен ли ему наставник."""

    educator_id: str
    missing: list[MissingAnswer]


class UnmetAnswer(TypedDict):
    """Что маршрут оставляет открытым и почему."""

    code: str
    node: str
    parameters: dict[str, Any]
    title: str


class UnservedAnswer(TypedDict):
    """Педагог, которому никто не достался."""

    admitted: int
    bottleneck: int | None
    code: str
    educator_id: str
    refusals: dict[str, int]
    required: bool


class VariantEntryAnswer(TypedDict):
    """Вариант маршрута: самый полезный, самый быстрый или самый лёгкий."""

    closed: dict[str, float]
    cut_by_clock: bool
    distance: dict[str, float]
    end_bound: str | None
    name: str
    peak_bound_min: int | None
    peak_min: int | None
    reason: ReasonAnswer | None
    route: RouteEntryAnswer | None
    share: float | None
    status: str
    value: float | None
    work_limit: float


class VerdictAnswer(TypedDict):
    """Сказанное методистом."""

    node: str
    share: float | None
    verdict: Literal['right', 'wrong']


class VerdictBody(TypedDict):
    """Верна ли компетенция активности."""

    node: str
    share: NotRequired[float | None]
    verdict: Literal['right', 'wrong']


class VersionAnswer(TypedDict):
    """Что работает и на чём."""

    calibration: str | None
    catalogue: CatalogueAnswer
    engine: str
    framework: api__schemas__operations__FrameworkAnswer
    model: ModelAnswer
    policies: list[str]
    policy: str


class ViolationEntryAnswer(TypedDict):
    """Одно нарушение одного правила."""

    code: str
    excess: int
    parameters: dict[str, Any]
    rule: str
    title: str
    unit: str


class WeekLoadAnswer(TypedDict):
    """Нагрузка одной недели."""

    load_min: int
    tempo_min: int
    week: str


class WhyNotAnswer(TypedDict):
    """Почему активности нет в маршруте и что для этого нужно."""

    activity: str
    changes: list[ChangeOutcomeAnswer]
    loss: PointsIntervalAnswer | None
    problem_digest: str
    reason: ReasonAnswer
    title: str
    verdict: str


class WishBody(TypedDict):
    """Пожелание одного из двоих."""

    by: str
    educator_id: str
    veto: NotRequired[bool]


class WishEntry(TypedDict):
    """Одно условие о мероприятии, которого держится маршрут."""

    activity: str
    decision: Literal['pin', 'ban']
    id: str
    offering: str | None
    title: str


class WithheldAnswer(TypedDict):
    """Почему числа не показаны."""

    code: str
    parameters: dict[str, Any]


class WorkbookAnswer(TypedDict):
    """Что внесено из книги."""

    accepted: int
    catalogue_version: int | None
    dry_run: bool
    notes: list[SheetRemark]
    tables: list[TableTaken]
    warnings: list[SheetRemark]


class XapiStatement(TypedDict):
    """Утверждение xAPI 1.0.x по опубликованной схеме 1.0.1; хранится названное здесь."""

    actor: dict[str, Any]
    id: str
    object: dict[str, Any]
    result: NotRequired[dict[str, Any] | None]
    timestamp: str
    verb: dict[str, Any]


class api__schemas__framework__FrameworkAnswer(TypedDict):
    """Перечень компетенций."""

    digest: str
    id: str
    nodes: list[CompetencyAnswer]
    title: str
    version: str


class api__schemas__operations__FrameworkAnswer(TypedDict):
    """Перечень компетенций."""

    id: str
    title: str
    version: str
