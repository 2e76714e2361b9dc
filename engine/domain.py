"""Frozen values that pass between the stages.

Units and conventions hold for the whole package: minutes are clock minutes; hours of a
catalogue are academic (45 min) and named ``hours_academic``; instants carry an offset; dates are
the educator's; NaN means "not assessed" and never zero; ids are opaque strings from outside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

ACADEMIC_HOUR_MIN = 45


# --------------------------------------------------------------------------- controlled lists


class Form(StrEnum):
    """Form of learning; formal learning ends with удостоверение or диплом (173-р, section 2)."""

    FORMAL = "formal"
    NON_FORMAL = "non_formal"
    INFORMAL = "informal"


class Kind(StrEnum):
    """Kind of an activity, as regional catalogues name them."""

    DPP_PK = "dpp_pk"
    DPP_PP = "dpp_pp"
    SEMINAR = "seminar"
    WEBINAR = "webinar"
    WORKSHOP = "workshop"
    MASTER_CLASS = "master_class"
    CONFERENCE = "conference"
    FORUM = "forum"
    LECTURE = "lecture"
    ROUND_TABLE = "round_table"
    TRAINING = "training"
    STRATEGY_SESSION = "strategy_session"
    CONTEST = "contest"
    OPEN_LESSON = "open_lesson"
    LESSON_VISIT = "lesson_visit"
    INTERNSHIP = "internship"
    COMMUNITY = "community"
    SELF_STUDY = "self_study"
    DIAGNOSTIC = "diagnostic"


PRACTICE_KINDS = frozenset(
    {Kind.INTERNSHIP, Kind.MASTER_CLASS, Kind.OPEN_LESSON, Kind.LESSON_VISIT}
)
"""Kinds that carry a programme into practice (rule ``transfer``)."""

PROGRAMME_KINDS = frozenset({Kind.DPP_PK, Kind.DPP_PP})


class Document(StrEnum):
    """Document that an activity gives."""

    CERTIFICATE_PK = "udostoverenie"
    DIPLOMA_PP = "diplom"
    ATTENDANCE = "certificate"
    NONE = "none"


class Level(StrEnum):
    """Level of an event."""

    SCHOOL = "school"
    MUNICIPAL = "municipal"
    DISTRICT = "district"
    REGIONAL = "regional"
    INTERREGIONAL = "interregional"
    NATIONAL = "national"


class Technology(StrEnum):
    """Controlled list of learning technologies (one of the five descriptors of a route)."""

    CLASSROOM = "classroom"
    DISTANCE = "distance"
    BLENDED = "blended"
    PROJECT = "project"
    CASE = "case"
    SIMULATION = "simulation"
    PEER = "peer"
    MENTORING = "mentoring"
    REFLECTION = "reflection"
    SELF_DIRECTED = "self_directed"


class Funding(StrEnum):
    """Source of funding."""

    STATE = "state"
    EMPLOYER = "employer"
    VOUCHER = "voucher"
    OWN = "own"


class Position(StrEnum):
    """Position of an educator, as far as the engine tells positions apart."""

    TEACHER = "teacher"
    PRIMARY_TEACHER = "primary_teacher"
    PRESCHOOL_TEACHER = "preschool_teacher"
    EXTRA_TEACHER = "extra_teacher"
    PSYCHOLOGIST = "psychologist"
    SPEECH_THERAPIST = "speech_therapist"
    SOCIAL_PEDAGOGUE = "social_pedagogue"
    COUNSELLOR = "counsellor"
    METHODIST = "methodist"
    HEAD = "head"
    DEPUTY_HEAD = "deputy_head"
    UNIT_HEAD = "unit_head"


MANAGER_POSITIONS = frozenset({Position.HEAD, Position.DEPUTY_HEAD, Position.UNIT_HEAD})


class Stage(StrEnum):
    """Stage of education."""

    PRESCHOOL = "preschool"
    PRIMARY = "primary"
    BASIC = "basic"
    SECONDARY = "secondary"
    VOCATIONAL = "vocational"
    EXTRA = "extra"


class Method(StrEnum):
    """How a score came about; methods differ in reliability (policy)."""

    TEST = "test"
    OBSERVATION = "observation"
    SELF = "self"
    EXPERT = "expert"


class OfficialLevel(StrEnum):
    """Level of a deficit after Р-201, table 1; ``HIGH`` is a large *deficit*."""

    HIGH = "high"
    MEDIUM = "medium"
    MINIMAL = "minimal"


class Group(StrEnum):
    """Group of accompaniment (Волгодонск, section 3)."""

    SUPPORT = "support"
    LEVELLING = "levelling"
    DEVELOPMENT = "development"


class MentorForm(StrEnum):
    """Form of mentorship."""

    MENTOR_YOUNG = "mentor_young"
    PEER = "peer"
    TUTOR = "tutor"
    TEAM = "team"


class DeficitChange(StrEnum):
    """What became of a deficit above minimal between two diagnostics of one educator."""

    REMOVED = "removed"
    LIKELY_REMOVED = "likely_removed"
    UNKNOWN = "unknown"
    LIKELY_REMAINS = "likely_remains"
    NONE_BEFORE = "none_before"
    LIKELY_ARISEN = "likely_arisen"


class DemandKind(StrEnum):
    """Why a demand stands in the deficit vector."""

    DEFICIT = "deficit"
    REQUEST = "request"
    DEVELOPMENT = "development"


# --------------------------------------------------------------------------- people


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of the school, one of the four inputs of a route (173-р, section 2).

    Parameters
    ----------
    rural
        In a rural settlement. ``None`` = not stated.
    internet
        Internet good enough for meetings online. ``False`` forbids online meetings.
    shift
        ``1`` or ``2`` where the educator works one shift, ``None`` = not stated.
    forbidden_weekdays
        ISO weekdays (1 = Monday) on which the school cannot let the educator go.
    """

    rural: bool | None = None
    internet: bool | None = None
    shift: int | None = None
    forbidden_weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation: school, kindergarten, provider."""

    id: str
    title: str
    district: str = ""
    locality: str = ""
    conditions: Conditions = Conditions()


@dataclass(frozen=True, slots=True)
class Educator:
    """An educator; dates rather than flags, so that ages follow from ``as_of``.

    Parameters
    ----------
    tempo_min_per_week
        Most clock minutes of learning a week, ≥ 0; ``None`` = the policy's default.
    total_min
        Most clock minutes of the whole route; ``None`` = no limit of the educator's own.
    born_on, turns_35_on
        Either gives the age; both ``None`` = unknown.
    pedagogical_start
        First day of pedagogical work.
    post_start
        First day in the present post.
    time_zone
        IANA name; ``None`` = the policy's.
    """

    id: str
    position: Position
    subjects: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    organisation: Organisation | None = None
    district: str = ""
    born_on: dt.date | None = None
    turns_35_on: dt.date | None = None
    pedagogical_start: dt.date | None = None
    post_start: dt.date | None = None
    tempo_min_per_week: int | None = None
    total_min: int | None = None
    conditions: Conditions = Conditions()
    strengths: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ru",)
    time_zone: str | None = None
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of time in instants with offset, ``start < end``."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Mentor:
    """A mentor with what is left of his capacity.

    Parameters
    ----------
    consent
        Written consent is on file; without it the mentor is never proposed.
    capacity
        Mentees that can still be taken, ≥ 0.
    competencies
        Framework nodes in which the mentor is strong; ties the mentor to deficits.
    slots
        Free spans; a meeting fills a whole slot.
    trained_until
        Last day on which the mentor's training counts; ``None`` = not stated.
    """

    id: str
    position: Position
    subjects: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    organisation_id: str | None = None
    district: str = ""
    forms: tuple[MentorForm, ...] = (MentorForm.MENTOR_YOUNG,)
    consent: bool = False
    consent_on: dt.date | None = None
    capacity: int = 0
    competencies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ru",)
    slots: tuple[Slot, ...] = ()
    online: bool = True
    line_manager_of: tuple[str, ...] = ()
    trained_until: dt.date | None = None
    display_name: str | None = None


# --------------------------------------------------------------------------- evidence and wishes


@dataclass(frozen=True, slots=True)
class DiagnosticResult:
    """One score of one framework node in one procedure.

    Parameters
    ----------
    score, max_score
        0 ≤ score ≤ max_score, max_score > 0. A score that is absent is no result at all.
    n_tasks
        Tasks behind the score; ``None`` = unknown (the policy's default is used).
    observer
        Who gave the mark (``inner``, ``outer``, a cipher); marks of observers can differ.
    criterion
        Code of the criterion of an observation card, if the score is of one criterion.
    """

    procedure_id: str
    date: dt.date
    method: Method
    node: str
    score: float
    max_score: float
    n_tasks: int | None = None
    observer: str | None = None
    criterion: str | None = None


@dataclass(frozen=True, slots=True)
class ItemResponse:
    """One answer to one item; ``response`` in [0, 1], NaN = not answered (missing, not wrong)."""

    procedure_id: str
    date: dt.date
    item: str
    response: float
    node: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the educator asks for (запрос): a framework node, a text or a career position."""

    id: str
    node: str | None = None
    text: str | None = None
    weight: float = 1.0
    career_position: Position | None = None


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """Something completed before; ``activity_id`` or ``title`` is given."""

    completed_on: dt.date
    activity_id: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Constraints:
    """What this educator or the methodist fixes for this route; tightens the policy.

    Parameters
    ----------
    horizon_start, horizon_end
        First and last day; ``None`` = Monday after ``as_of`` and the policy's length.
    tempo_by_week
        Tempo in clock minutes by Monday of the ISO week.
    busy
        Spans in which no meeting may lie.
    forms
        Forms that are admitted; empty = all.
    budget_by_source
        Roubles by source; ``None`` = no limit stated (the policy's default budget holds).
    pinned, excluded
        Activity or offering ids fixed or forbidden.
    max_steps
        Most steps; ``None`` = the policy's.
    """

    horizon_start: dt.date | None = None
    horizon_end: dt.date | None = None
    tempo_by_week: Mapping[dt.date, int] = field(default_factory=dict)
    busy: tuple[Slot, ...] = ()
    forms: tuple[Form, ...] = ()
    budget_by_source: Mapping[Funding, int] | None = None
    pinned: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    max_steps: int | None = None


# --------------------------------------------------------------------------- catalogue records


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that can be learned from.

    Parameters
    ----------
    hours_academic
        Length in academic hours (45 min); ``None`` = unknown, such an activity is never planned.
    coverage
        Share of the activity per framework node, each in [0, 1], sum ≤ 1. Empty = to be
        inferred from the text.
    coverage_confidence
        Confidence in ``coverage`` in [0, 1]; 1 = given by a methodist.
    prerequisites
        AND of OR-groups of activity ids.
    positions, subjects, stages
        Audience; empty = everybody.
    register_from, register_to
        First and last day in the federal register of programmes (ФР ДПП).
    price_rub
        Price in roubles; 0 = free for the educator.
    funding
        Sources that may pay the price, in order of preference.
    themes
        Themes a policy may require (``burnout_prevention``).
    """

    id: str
    kind: Kind
    title: str
    hours_academic: float | None
    form: Form
    summary: str = ""
    audience: str = ""
    positions: tuple[Position, ...] = ()
    subjects: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    provider: str = ""
    document: Document = Document.NONE
    level: Level | None = None
    technologies: tuple[Technology, ...] = ()
    network_form: bool = False
    partners: tuple[str, ...] = ()
    coverage: Mapping[str, float] = field(default_factory=dict)
    coverage_confidence: float = 1.0
    prerequisites: tuple[tuple[str, ...], ...] = ()
    themes: tuple[str, ...] = ()
    register_from: dt.date | None = None
    register_to: dt.date | None = None
    price_rub: int = 0
    funding: tuple[Funding, ...] = ()
    language: str = "ru"
    source: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting of an offering at a fixed time.

    ``place`` is a locality and address key; empty = online. ``start < end``.
    """

    start: dt.datetime
    end: dt.datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class Offering:
    """One dated run of an activity; self-paced activities have one with ``self_paced`` true.

    Parameters
    ----------
    start, end
        First and last day. For a self-paced offering the span in which it may be taken
        (``None`` = at any time).
    enrolment_until
        Last day of enrolment; ``None`` = open until the start.
    weekly_min
        Clock minutes by ISO week from the week of ``start`` on; empty = spread over the days.
    seats_left
        Seats left; ``None`` = no limit.
    """

    id: str
    activity_id: str
    start: dt.date | None
    end: dt.date | None
    self_paced: bool = False
    enrolment_until: dt.date | None = None
    weekly_min: tuple[int, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    seats_left: int | None = None
    price_rub: int | None = None
    locality: str = ""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What other people's agreed routes hold of the shared resources, beside the catalogue.

    The catalogue and the mentors' cards say what a provider or a mentor gives; this says what of
    it has gone since. It is an argument of planning, so that a kept route can be replayed.

    Parameters
    ----------
    seats
        Seats held by offering id, ≥ 0; subtracted from ``Offering.seats_left``, which may be
        overtaken (a provider who takes seats back): then none is left.
    mentors
        Mentees held by mentor id, ≥ 0; subtracted from ``Mentor.capacity``.
    slots
        Starts of the mentors' slots that are taken: (mentor id, instant with offset).
    """

    seats: Mapping[str, int] = field(default_factory=dict)
    mentors: Mapping[str, int] = field(default_factory=dict)
    slots: frozenset[tuple[str, dt.datetime]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.seats or self.mentors or self.slots)


# --------------------------------------------------------------------------- results of stages


@dataclass(frozen=True, slots=True)
class NodeProficiency:
    """Posterior of the proficiency at one measured node.

    Parameters
    ----------
    mean, sd
        In [0, 1].
    interval_90
        5 % and 95 % quantiles, in [0, 1].
    quartiles
        25 %, 50 % and 75 % quantiles, in [0, 1].
    n_tasks
        Tasks behind it, ageing not applied.
    evidence_age_days
        Days from the newest evidence to ``as_of``.
    raw_share
        Score / max of the latest valid procedure by an official method of the policy (of any
        where there is none), the source of the official level.
    raw_score, raw_max
        Sums of that procedure.
    raw_tasks
        Tasks, criteria or answered items behind ``raw_score``; 0 = not known.
    evidence
        The results behind the posterior, newest first.
    """

    node: str
    mean: float
    sd: float
    n_tasks: int
    evidence_age_days: int
    raw_share: float
    raw_score: float
    raw_max: float
    evidence: tuple[DiagnosticResult, ...] = ()
    raw_tasks: int = 0
    interval_90: tuple[float, float] = (float("nan"),) * 2
    quartiles: tuple[float, float, float] = (float("nan"),) * 3


@dataclass(frozen=True, slots=True)
class Proficiency:
    """Posterior of one educator; nodes without evidence are absent."""

    nodes: tuple[NodeProficiency, ...]
    overall_mean: float
    overall_sd: float


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """Proficiency at one node on the day of one sitting, as all the evidence together sees it.

    Parameters
    ----------
    mean, interval_90
        In [0, 1].
    raw_share
        Score / maximum of the sitting.
    n_tasks
        Tasks behind it; 0 = not known.
    official_level
        After Р-201 from ``raw_share``; ``None`` until the deficits are assessed.
    """

    date: dt.date
    procedure_id: str
    mean: float
    interval_90: tuple[float, float]
    raw_share: float
    n_tasks: int
    official_level: OfficialLevel | None = None


@dataclass(frozen=True, slots=True)
class NodeChange:
    """Change of proficiency at one node from the first to the last of its sittings.

    Parameters
    ----------
    points
        Sittings in the order of their days, at least two on different days.
    change, interval_90
        Posterior mean and 5 % and 95 % quantiles of θ(last) − θ(first), in [−1, 1]. The two ends
        share evidence, so this is narrower than the two intervals of the points would say.
    probability_grown
        P(θ(last) > θ(first)).
    probability_before, probability_after
        Probability of a deficit above minimal at the first and at the last sitting.
    probability_removed
        Probability of both: a deficit at the first sitting and none at the last.
    status
        Drawn from these three by the policy's thresholds.
    """

    node: str
    points: tuple[MeasuredPoint, ...]
    change: float
    interval_90: tuple[float, float]
    probability_grown: float
    probability_before: float
    probability_after: float
    probability_removed: float
    status: DeficitChange


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing a route is for: a deficit, a request or a development demand.

    Parameters
    ----------
    code
        Unique within the vector: the node's code, ``request:<id>`` or ``development:<name>``.
    nodes
        Framework nodes whose coverage (with their descendants') counts for the demand.
    weight
        Weight in the route's value, > 0.
    expected, sd
        Mean and standard deviation of the deficit D in [0, 1].
    interval_90
        5 % and 95 % quantiles of D.
    pieces
        φ(z) = E[min(D, z)] as (length, slope) pieces with falling slopes: length in parts of a
        whole deficit, slope in (0, 1]. Σ length·slope ≤ E[D]; empty where a deficit is as good
        as excluded. A measured demand that a request joined has the weighted mean of its φ and
        the request's, so that a request counts where no deficit was found.
    official_level
        From the raw share; ``None`` where nothing was measured.
    level_probability
        Posterior probability of (high, medium, minimal); NaN where nothing was measured.
    categories
        Programme and form categories that may fill it (rule ``form_by_level``); a subset of
        ``dpp_pp``, ``dpp_pk``, ``non_formal``, ``informal``.
    text
        Free text of a request that no node was found for; matched by similarity.
    """

    code: str
    kind: DemandKind
    title: str
    nodes: tuple[str, ...]
    weight: float
    expected: float
    sd: float
    interval_90: tuple[float, float]
    pieces: tuple[tuple[float, float], ...]
    official_level: OfficialLevel | None = None
    level_probability: tuple[float, float, float] = (float("nan"),) * 3
    categories: frozenset[str] = frozenset({"dpp_pp", "dpp_pk", "non_formal", "informal"})
    request_ids: tuple[str, ...] = ()
    text: str | None = None
    proficiency: NodeProficiency | None = None


@dataclass(frozen=True, slots=True)
class DeficitVector:
    """Deficits of one educator over the framework.

    Parameters
    ----------
    nodes
        All node codes of the framework, in its order.
    mean, sd
        Shape (n_nodes,), deficits in [0, 1]; NaN = not assessed.
    target
        Shape (n_nodes,), target proficiency in [0, 1]; NaN = none stated for the position.
    demands
        What the route is for, ordered by code.
    group
        Group of accompaniment; ``None`` without any diagnostics.
    changes
        What became of the demands that were measured on several days.
    """

    nodes: tuple[str, ...]
    mean: FloatArray
    sd: FloatArray
    target: FloatArray
    demands: tuple[Demand, ...]
    group: Group | None
    changes: tuple[NodeChange, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What a few more tasks could say of measured demands, before they are asked.

    Parameters
    ----------
    demands
        Shape (n,): positions in ``DeficitVector.demands``, rising.
    probability
        Shape (n, n_outcomes): of each number of right answers, ordered; rows sum to 1.
    worth
        Shape (n, n_outcomes, n_points): weight · φ after that outcome, in whole deficits of
        weight 1, where the route closes 0, 1/(n_points − 1), …, 1 of a whole deficit. Its mean
        over the outcomes is what the demand is worth without asking.
    """

    demands: IntArray
    probability: FloatArray
    worth: FloatArray


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its parameters; wording is made from it in one place."""

    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """An order that was drawn among nearly equally relevant activities.

    The eligible activities by relevance, ties by id, are cut into bands from the top: a band
    ends before the first activity that lies more than ``epsilon`` below the band's best. Within
    a band every order is equally likely.

    Parameters
    ----------
    seed
        Of the draw, from 0 to 2⁵² − 1.
    epsilon
        Widest band, in relevance.
    first
        Length of the head of the ranking that is kept with an answer.
    position
        Shape (n_activities,): place in the drawn order from 0 on; −1 = not eligible.
    start, size
        Shape (n_activities,): first place and length of the activity's band; 0 = not eligible.
    """

    seed: int
    epsilon: float
    first: int
    position: IntArray
    start: IntArray
    size: IntArray

    def propensity(self, k: int) -> FloatArray:
        """Shape (n_activities,), in [0, 1]: chance of being among the first ``k``.

        Places of a band are drawn without replacement, so of the ``size`` members of a band
        that begins at ``start`` exactly k − start, if so many, are among the first k.
        """
        share: FloatArray = np.clip((k - self.start) / np.maximum(self.size, 1), 0.0, 1.0)
        return np.where(self.position < 0, 0.0, share)

    def head(self, k: int) -> IntArray:
        """Indices of the first ``k`` eligible activities in the drawn order."""
        drawn = np.flatnonzero((self.position >= 0) & (self.position < k))
        return drawn[np.argsort(self.position[drawn])]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the matching stage says of every activity of the catalogue.

    Parameters
    ----------
    activity_ids
        In the catalogue's order, length n_activities.
    relevance
        Shape (n_activities,), in [0, 1]: chance that this educator completes and benefits.
    coverage
        CSR, shape (n_activities, n_demands), in [0, 1], rows sum to ≤ 1; rolled up so that no
        minute is counted for two demands.
    ineligible
        Reasons by activity index; an absent index is eligible.
    contributions
        Shape (n_activities, n_factors): additive contributions to the relevance on the scale
        of the linear predictor; NaN = factor not applicable.
    factors
        Names of the factors.
    draw
        The order was drawn among nearly equals, and ``relevance`` follows it; ``None`` = it was
        not.
    """

    activity_ids: tuple[str, ...]
    relevance: FloatArray
    coverage: sp.csr_array
    ineligible: Mapping[int, tuple[Reason, ...]]
    contributions: FloatArray
    factors: tuple[str, ...]
    model_version: str = ""
    draw: Draw | None = None


@dataclass(frozen=True, slots=True)
class MentorOption:
    """A mentor who may accompany this educator, with the slots free for both.

    ``online``: the meetings are online; otherwise in person, in the educator's locality.
    """

    mentor_id: str
    form: MentorForm
    fit: float
    slots: tuple[Slot, ...]
    capacity: int
    reasons: tuple[Reason, ...] = ()
    online: bool = True


@dataclass(frozen=True, slots=True)
class MentorNeed:
    """Whether a mentor is required, why, and who may be it.

    ``refused`` keeps the reasons for every mentor that is not an option, by mentor id.
    """

    required: bool
    reasons: tuple[Reason, ...]
    options: tuple[MentorOption, ...]
    refused: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
