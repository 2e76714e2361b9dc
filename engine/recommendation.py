"""What an educator, a methodist and the platform get: the route with reasons and certificate.

These records are the answer of ``POST /routes`` field by field; ``to_dict`` makes the JSON form.
``None`` means "not stated" or "not measured" and is printed as such, never filled.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from engine.domain import Reason
from engine.dynamics import ChangeEntry, ProficiencyEntry


@dataclass(frozen=True, slots=True)
class Evidence:
    """One diagnostic result behind a deficit.

    ``observer`` gave the mark, ``criterion`` is that of an observation card; ``None`` = not stated.
    """

    procedure_id: str
    date: dt.date
    method: str
    score: float
    max_score: float
    n_tasks: int | None
    observer: str | None = None
    criterion: str | None = None


@dataclass(frozen=True, slots=True)
class DeficitEntry:
    """One demand of the deficit vector.

    Parameters
    ----------
    node
        Code of the demand: a framework node, ``request:<id>`` or ``development:<name>``.
    estimate, interval_90
        Mean and 5–95 % interval of the deficit in [0, 1].
    official_level
        After Р-201 from the raw share; ``None`` = not measured.
    level_probability
        Probability of (high, medium, minimal); ``None`` = not measured.
    closed_expected
        Part of a whole deficit that the route is expected to close, in [0, 1].
    proficiency
        What the deficit was worked out of; ``None`` = not measured.
    """

    node: str
    kind: str
    title: str
    estimate: float
    interval_90: tuple[float, float]
    weight: float
    official_level: str | None
    level_probability: tuple[float, float, float] | None
    raw_score: float | None
    raw_max: float | None
    n_tasks: int | None
    closed_expected: float
    evidence: tuple[Evidence, ...]
    direction: str | None = None
    proficiency: ProficiencyEntry | None = None


@dataclass(frozen=True, slots=True)
class MeetingEntry:
    """One meeting; instants in the educator's zone. ``place`` empty = online."""

    start: dt.datetime
    end: dt.datetime
    place: str


@dataclass(frozen=True, slots=True)
class Closing:
    """What one step is expected to close of one demand.

    ``interval`` is what it closes where the deficit stands at its 5 % and at its 95 % quantile.
    """

    node: str
    title: str
    expected: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class EffectEntry:
    """The most of a deficit that completing an activity can close, as the route counts on it.

    Parameters
    ----------
    source
        ``node``, ``activity``, ``provider`` or ``kind``: estimated from outcomes, at this node or
        for all of these; ``policy``: the policy's for the kind.
    value
        In parts of a whole deficit, in [0, 1].
    interval_90
        5 % and 95 % quantiles; ``None`` = the policy states none.
    n
        People behind it who completed and were diagnosed again; ``None`` for the policy's.
    demand
        Code of the demand that the step closes most of, which the value is for; ``None`` = it
        closes nothing.
    """

    source: str
    value: float
    interval_90: tuple[float, float] | None = None
    n: int | None = None
    demand: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One activity of the route.

    Parameters
    ----------
    workload_min
        Clock minutes, travel included; ``hours_academic`` is the catalogue's length.
    relevance
        In [0, 1].
    reasons
        Codes with parameters: why this step.
    effect
        What the gains are counted with; ``None`` = the kind closes nothing (a diagnostic).
    """

    id: str
    activity: str
    title: str
    kind: str
    offering: str
    form: str
    technology: tuple[str, ...]
    document: str
    provider: str
    level: str | None
    start: dt.date
    end: dt.date
    self_paced: bool
    hours_academic: float
    workload_min: int
    travel_min: int
    funding: str | None
    cost_rub: int
    meetings: tuple[MeetingEntry, ...]
    closes: tuple[Closing, ...]
    relevance: float
    reasons: tuple[Reason, ...]
    pinned: bool = False
    source: str = ""
    effect: EffectEntry | None = None


@dataclass(frozen=True, slots=True)
class MissedWindow:
    """A window of the mentor's cadence without a common slot."""

    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class MentorEntry:
    """The mentor of the route."""

    id: str
    form: str
    fit: float
    reasons: tuple[Reason, ...]
    meetings: tuple[MeetingEntry, ...]
    missed: tuple[MissedWindow, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A middle or final diagnostic; ``date`` is ``None`` where none is on offer."""

    stage: str
    activity: str | None
    title: str | None
    date: dt.date | None
    duration_min: int


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """Load and tempo of one week in clock minutes; ``week`` is its Monday."""

    week: dt.date
    load_min: int
    tempo_min: int


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """The route itself; dates are the educator's."""

    start: dt.date | None
    end: dt.date | None
    workload_min: int
    weekly_load: tuple[WeekLoad, ...]
    steps: tuple[Step, ...]
    mentor: MentorEntry | None
    checkpoints: tuple[Checkpoint, ...]
    cost_by_source: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof of quality in points; ``None`` where there is no route or no bound.

    ``gap_rel`` = (bound − value) / max(1, |value|): no route of the whole catalogue is better by
    more than this.
    """

    value: float | None
    bound: float | None
    gap_rel: float | None
    work_limit: float
    cut_by_clock: bool


@dataclass(frozen=True, slots=True)
class VariantEntry:
    """One variant of the route: the most valuable one, the earliest, or the lightest.

    Parameters
    ----------
    name
        ``thorough`` (the route itself), ``fast`` (earliest end) or ``light`` (least peak week).
    status
        Certificate of the variant's own objective: OPTIMAL = nothing admitted is better in it;
        FEASIBLE = the bound is below; INFEASIBLE = proved that there is none; UNKNOWN.
    reason
        Why there is no route: ``none``, ``not_better``, ``too_similar`` or ``limit``.
    value, share
        In points, and as part of the thorough route's.
    end_bound
        Of ``fast``: no route that meets the conditions ends earlier.
    peak_min, peak_bound_min
        Clock minutes of the fullest week, meetings with the mentor and checkpoints included; of
        ``light``: no route that meets the conditions has less.
    closed
        Part of each demand, by its code, that the variant is expected to close.
    distance
        Distance to each other variant, by its name: |A △ B| / |A ∪ B| over activities.
    """

    name: str
    status: str
    route: RouteEntry | None
    reason: Reason | None
    value: float | None
    share: float | None
    end_bound: dt.date | None
    peak_min: int | None
    peak_bound_min: int | None
    closed: Mapping[str, float]
    distance: Mapping[str, float]
    work_limit: float
    cut_by_clock: bool


@dataclass(frozen=True, slots=True)
class Unmet:
    """A demand, rule or checkpoint that the route leaves open, with the reason's code."""

    node: str
    title: str
    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConflictMember:
    """One of the contradicting demands; dropping any one makes the rest feasible."""

    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that makes the request feasible; ``loss`` in points against no change."""

    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """The five descriptors of a route (173-р, section 2); ``None`` = не указано."""

    content: tuple[str, ...]
    forms: tuple[str, ...]
    technologies: tuple[str, ...]
    tempo_min_per_week: int
    total_min: int


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """One request as it was asked, and the framework nodes found for it."""

    id: str
    text: str | None
    node: str | None
    career_position: str | None
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionsEntry:
    """Conditions of the school; ``None`` = не указано."""

    rural: bool | None
    internet: bool | None
    shift: int | None
    forbidden_weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resources:
    """Resources of ДПО that were looked at: activities in all, admitted, in the register."""

    activities: int
    eligible: int
    offerings_considered: int
    federal_register: int
    regional: int


@dataclass(frozen=True, slots=True)
class EducatorEntry:
    """The educator as the route shows him; ``display_name`` only in documents."""

    id: str
    position: str
    subjects: tuple[str, ...]
    stages: tuple[str, ...]
    organisation: str | None
    district: str | None
    strengths: tuple[str, ...]
    time_zone: str
    tempo_min_per_week: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the answer was made with; the same provenance gives the same answer.

    Parameters
    ----------
    calibration
        Day and digest of the calibrated items; ``None`` = every item counts as an average one.
    model_digest
        SHA-256 of the file of the matching model; ``None`` = the weights of the package.
    effects
        Version of the effects estimated from outcomes; ``None`` = the policy's effects.
    """

    policy: str
    framework: str
    catalogue: str
    model: str
    engine_version: str
    problem_digest: str
    seed: int
    gap_rel_asked: float
    deadline_ms: int
    calibration: str | None = None
    model_digest: str | None = None
    effects: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnActivity:
    """An activity with its chance of being among the first of the drawn ranking, in [0, 1]."""

    activity: str
    propensity: float


@dataclass(frozen=True, slots=True)
class ExplorationEntry:
    """The order of nearly equally relevant activities was drawn; what outcomes are weighed by.

    Parameters
    ----------
    seed
        Of the draw; it follows from educator, model and day.
    epsilon
        Activities were drawn among those within this much relevance of the best of a band.
    model
        Version of the matching model.
    first
        Length of the head of the ranking that the chances refer to.
    ranking
        The first ``first`` eligible activities in the drawn order.
    steps
        Chances of the route's steps to be in that head: not of being a step, which the planner
        decides by more than relevance.
    """

    seed: int
    epsilon: float
    model: str
    first: int
    ranking: tuple[DrawnActivity, ...]
    steps: tuple[DrawnActivity, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The whole answer. ``route`` is ``None`` for INFEASIBLE and UNKNOWN.

    Parameters
    ----------
    notes
        Codes of things the reader should know (missing dates, unmatched request text, …).
    not_chosen
        Reason by activity id for every activity that is not in the route.
    variants
        Thorough, fast and light, where they were asked for.
    changes
        Of the competencies that were measured on several days; empty = none was.
    exploration
        What was drawn and with which chances; ``None`` = the order is that of relevance.
    """

    id: str
    as_of: dt.datetime
    status: str
    certificate: Certificate
    educator: EducatorEntry
    group: str | None
    deficits: tuple[DeficitEntry, ...]
    requests: tuple[RequestEntry, ...]
    conditions: ConditionsEntry
    resources: Resources
    descriptors: Descriptors
    route: RouteEntry | None
    unmet: tuple[Unmet, ...]
    conflict: tuple[ConflictMember, ...] | None
    repairs: tuple[Repair, ...]
    notes: tuple[Reason, ...]
    not_chosen: Mapping[str, Reason]
    provenance: Provenance
    variants: tuple[VariantEntry, ...] = ()
    changes: tuple[ChangeEntry, ...] = ()
    exploration: ExplorationEntry | None = None


_PLAIN = frozenset({str, int, bool, type(None)})


@cache
def _field_names(kind: type) -> tuple[str, ...] | None:
    """Names of a record's fields; ``None`` = no record."""
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else None


def to_dict(value: object, digits: int | None = 6) -> object:
    """JSON form of any record above: enums to values, dates to ISO 8601, NaN to null.

    Floats are rounded to ``digits``, so that the last bit of a sum never shows; ``None`` = exact,
    for records from which everything has to be done again. One record that stands in a mapping
    many times is one object there too.
    """
    kind: Any = type(value)
    # an answer has some three thousand values; nearly all of them are one of these
    if kind in _PLAIN:
        return value
    names = _field_names(kind)
    if names is not None:
        return {name: to_dict(getattr(value, name), digits) for name in names}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _mapping(value, digits)
    if isinstance(value, list | tuple):
        return [to_dict(v, digits) for v in value]
    if isinstance(value, set | frozenset):
        members = [to_dict(v, digits) for v in value]
        return sorted((m if isinstance(m, list) else str(m) for m in members), key=str)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if digits is None else round(value, digits)
    return value


def _mapping(value: Mapping[object, object], digits: int | None) -> dict[str, object]:
    # Most of three thousand activities are left out for one of a few hundred reasons. A part is
    # held as long as its address stands for it: a mapping may make its values as it is read.
    forms: dict[int, tuple[object, object]] = {}
    told: dict[str, object] = {}
    for key, part in value.items():
        name = str(key.value if isinstance(key, Enum) else key)
        if type(part) in _PLAIN:
            told[name] = part
            continue
        if id(part) not in forms:
            forms[id(part)] = part, to_dict(part, digits)
        told[name] = forms[id(part)][1]
    return told
