"""Policy profiles: every limit, weight, threshold and price that a region may set.

A profile is a TOML file in ``data/policies``; ``extends`` names the profile it builds on. Each
leaf has an entry in the file's ``[sources]`` table: the clause it comes from or ``local``
(local configuration, not prescribed by any regulation). Reading, inheritance and checks are in
``engine.policy_loader``; ``load_policy`` below puts them together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from engine.domain import (
    Form,
    Funding,
    Kind,
    Level,
    MentorForm,
    Method,
    OfficialLevel,
    Position,
    Stage,
)
from engine.policy_loader import build_profile, profile_names, read_profile

Category = Literal["dpp_pp", "dpp_pk", "non_formal", "informal"]


@dataclass(frozen=True, slots=True)
class Levels:
    """Thresholds of the official level: p < high_below high, p > minimal_above minimal."""

    high_below: float
    minimal_above: float


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """How evidence becomes a posterior.

    Parameters
    ----------
    reliability
        Worth of one task of a method in (0, 1]: 1 counts as a full task.
    procedure_sd
        By method, in log odds: how much one procedure in the hand of one observer is harder or
        more lenient as a whole. It is shared by all nodes of the sheet, so more tasks of the
        same sheet do not average it out.
    half_life_days
        Age after which evidence explains half of what it explained when fresh.
    change_sd, change_days
        How much a competency may change between two sittings of an educator, in log odds: people
        are measured again because they have learned meanwhile. Half of the variance is common
        to all competencies. The whole of it is reached slowly, half after ``change_days``.
    official_methods
        Methods whose newest sitting sets the official level; others only where there is none.
    max_age_days
        Older evidence is not used at all, neither for the posterior nor the official level.
    default_tasks
        Tasks behind a score that does not say how many.
    prior_median
        Proficiency of the median educator at the median node, in (0, 1).
    person_sd, direction_sd, node_sd
        How much educators, directions of one educator and nodes of one direction differ, in log
        odds. The smaller, the more a node leans on what the rest says.
    """

    reliability: Mapping[Method, float]
    procedure_sd: Mapping[Method, float]
    half_life_days: int
    max_age_days: int
    default_tasks: int
    prior_median: float
    person_sd: float
    direction_sd: float
    node_sd: float
    change_sd: float
    change_days: int
    official_methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class Dynamics:
    """When a deficit counts as removed between two diagnostics.

    Parameters
    ----------
    removed_probability, likely_probability
        ``removed``: least probability that there was a deficit above minimal and none is left;
        ``likely_removed`` and ``likely_remains``: that none is left, or that one is.
    """

    removed_probability: float
    likely_probability: float


@dataclass(frozen=True, slots=True)
class TargetProfile:
    """Target of the nodes at and below ``node`` for some educators; what is absent is anybody.

    Parameters
    ----------
    target
        Target proficiency in [0, 1].
    subject
        As the framework names it; other names of one subject match.
    node
        A node of the framework.
    """

    target: float
    position: Position | None = None
    stage: Stage | None = None
    subject: str | None = None
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """Target proficiency in [0, 1]; the most special entry wins.

    ``by_position`` maps a position to its target for every node that applies to it;
    ``by_node`` maps a node code to a target for every position; ``profiles`` go before both, the
    one for the deepest node first, then the one with most conditions, then the highest target.
    """

    default: float
    by_position: Mapping[Position, float]
    by_node: Mapping[str, float]
    profiles: tuple[TargetProfile, ...] = ()


@dataclass(frozen=True, slots=True)
class Groups:
    """Rule of the three groups (поддержка, выравнивание, развитие).

    ``support_probability_high``: support if some deficit is high with at least this probability;
    ``development_probability_minimal``: development if all are minimal with at least this one;
    ``support_young``: a young educator (see ``Mentorship``) is always in support.
    """

    support_probability_high: float
    development_probability_minimal: float
    support_young: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """Tables of the deficits of groups.

    Parameters
    ----------
    least_people
        Nothing about fewer measured people than this can be worked out of a table.
    population_sd
        How far the median of the people of a table may lie from ``prior_median``, in log odds.
    group_sd
        How far the mean of one of its groups may lie from that of all of them, in log odds.
    """

    least_people: int
    population_sd: float
    group_sd: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a route.

    Parameters
    ----------
    tempo_default_min, tempo_max_min
        Clock minutes a week: default, and the most that an educator may state.
    total_max_min
        Most clock minutes of a route.
    horizon_weeks
        Default horizon from the Monday after ``as_of``.
    steps_max, parallel_max
        Most steps; most long programmes in one week.
    long_programme_hours_academic
        A programme of at least so many academic hours is long.
    daily_max_min
        Most meeting minutes of one day.
    travel_buffer_min
        Minutes between meetings at different places.
    travel_same_locality_min, travel_other_locality_min
        Travel both ways per day with a meeting away from the school, counted in the workload.
    prerequisite_max_age_days
        A prerequisite completed longer ago does not count.
    self_paced_max_weeks, paces
        Longest self-paced run; shares of the median free tempo at which it is offered.
    budget_rub
        Roubles by source; an absent source has none.
    educator_may_replace
        Names of limits that an educator's own settings may replace and not only tighten.
    """

    tempo_default_min: int
    tempo_max_min: int
    total_max_min: int
    horizon_weeks: int
    steps_max: int
    parallel_max: int
    long_programme_hours_academic: float
    daily_max_min: int
    travel_buffer_min: int
    travel_same_locality_min: int
    travel_other_locality_min: int
    prerequisite_max_age_days: int
    self_paced_max_weeks: int
    paces: tuple[float, ...]
    budget_rub: Mapping[Funding, int]
    educator_may_replace: tuple[str, ...]


def settled_limit(limits: Limits, name: str, stated: int | None) -> int:
    """The limit that holds: what an educator states may tighten, or replace where it may.

    Parameters
    ----------
    name
        Field of ``Limits`` with a number.
    stated
        The educator's or methodist's own number; ``None`` = none.
    """
    own = int(getattr(limits, name))
    if stated is None:
        return own
    return stated if name in limits.educator_may_replace else min(own, stated)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days (both ends included) in which the tempo is scaled by ``tempo_factor``."""

    start: dt.date
    end: dt.date
    title: str
    tempo_factor: float
    holiday: bool


@dataclass(frozen=True, slots=True)
class CalendarPolicy:
    """When learning and meetings may be.

    Parameters
    ----------
    country, subdivision
        For the public holidays' library.
    public_holiday_factor
        Tempo factor of a public holiday (a week's factor is the mean over its working days).
    earliest_min, latest_min
        Minutes of the day between which meetings may lie, Monday to Saturday.
    meeting_weekdays
        ISO weekdays on which meetings may be.
    periods
        School holidays, exam weeks and the like.
    shift_hours_min
        Working hours by shift as minutes of the day (from, to), Monday to Friday outside
        holidays; meetings, not self-study, are forbidden then. A shift that is not named here
        forbids nothing.
    """

    country: str
    subdivision: str | None
    public_holiday_factor: float
    earliest_min: int
    latest_min: int
    meeting_weekdays: tuple[int, ...]
    periods: tuple[Period, ...]
    shift_hours_min: Mapping[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MentorshipPolicy:
    """Who must have a mentor and how often they meet.

    Parameters
    ----------
    young_rule
        ``and``: under ``young_age`` and in the first ``young_years``; ``or``: either; ``off``.
        ``or`` with ``young_years`` 0 is the reading by age alone.
    new_post_years
        Also those in their post for less than so many years; 0 = off.
    cadence_weeks, meeting_min
        One meeting per so many weeks; its least length in clock minutes.
    on_no_mentor
        ``relax``: a route without mentor and the unmet demand; ``refuse``: no route.
    missed_meeting
        ``price``: a window without a common slot costs; ``refuse``: it forbids the route.
    trained_forms
        Forms of mentorship whose mentor must have training that is stated and valid. Training
        that has run out is refused in every form.
    fit_weight
        Weights ≥ 0 of the factors of a mentor's fit: ``competency``, ``subject``, ``position``,
        ``district``; those that do not apply to an educator are left out of the mean.
    """

    young_rule: Literal["and", "or", "off"]
    young_age: int
    young_years: int
    new_post_years: int
    cadence_weeks: int
    meeting_min: int
    on_no_mentor: Literal["relax", "refuse"]
    missed_meeting: Literal["price", "refuse"]
    trained_forms: tuple[MentorForm, ...] = ()
    fit_weight: Mapping[str, float] = field(
        default_factory=lambda: {"competency": 5, "subject": 2, "position": 2, "district": 1}
    )


@dataclass(frozen=True, slots=True)
class FormShare:
    """Least and most of one form in a non-empty route; ``None`` = no limit."""

    form: Form
    least_min: int | None = None
    most_min: int | None = None
    least_steps: int | None = None
    most_steps: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A programme is followed by practice within ``weeks`` (0 = rule off)."""

    weeks: int
    coverage_least: float
    main_competencies: int


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Middle and final diagnostics as steps.

    ``duration_min`` is used where the diagnostic activity has no length of its own.
    """

    middle: bool
    final: bool
    duration_min: int


@dataclass(frozen=True, slots=True)
class MeasureFirst:
    """A short diagnostic as the first step, where knowing more is worth more than learning.

    Parameters
    ----------
    enabled
        Diagnostics on offer may be steps; else they are checkpoints only.
    within_weeks
        It lies within so many first weeks of the route's horizon: before learning, or it tells
        nothing that a choice could still follow.
    minutes_per_task
        Clock minutes of one task; a diagnostic's length gives its number of tasks.
    tasks_per_node
        Tasks that a diagnostic spends on one node before it takes up another.
    most_nodes
        Most nodes that one diagnostic measures anew.
    task_weight
        Worth of one of its tasks in (0, 1]: 1 counts as a full task.
    least_worth
        Points: a diagnostic whose news is worth less is no step. Nobody is sent to a test for a
        trifle, and the estimate of the worth is itself no finer.
    """

    enabled: bool
    within_weeks: int
    minutes_per_task: float
    tasks_per_node: int
    most_nodes: int
    task_weight: float
    least_worth: float


@dataclass(frozen=True, slots=True)
class Value:
    """Weights, effects and prices of the route's value; points are 10⁻⁴ of a whole deficit.

    Parameters
    ----------
    weight_by_level
        Weight of a deficit by official level.
    request_weight, development_weight, career_weight
        Weights of demands that are not deficits.
    request_deficit, development_deficit
        Size of the (certain) deficit that such a demand stands for, in [0, 1].
    effect, saturation_hours
        Per kind: most of a deficit that one activity can close, in [0, 1], and h0 in clock hours.
    bonus_federal_register, bonus_requested, bonus_level
        Points.
    bonus_least_gain
        Least part of a whole deficit, summed over the demands, that an activity must gain to get
        any bonus: a bonus tips the scales between useful activities and makes none useful.
    price_hour, price_rouble, price_week_later, price_travel_hour, price_missed_meeting,
    price_missing_checkpoint
        Points per unit.
    mentor_fit
        Points of a mentor who fits perfectly.
    """

    weight_by_level: Mapping[OfficialLevel, float]
    request_weight: float
    development_weight: float
    career_weight: float
    request_deficit: float
    development_deficit: float
    effect: Mapping[Kind, float]
    saturation_hours: Mapping[Kind, float]
    bonus_federal_register: float
    bonus_requested: float
    bonus_level: Mapping[Level, float]
    price_hour: float
    price_rouble: float
    price_week_later: float
    price_travel_hour: float
    price_missed_meeting: float
    price_missing_checkpoint: float
    mentor_fit: float
    bonus_least_gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Exploration:
    """Drawing the order of activities that are nearly equally relevant, to learn from outcomes.

    Parameters
    ----------
    enabled
        Off: the order is that of relevance.
    epsilon
        In [0, 1]: activities of one band differ from its best by no more in relevance.
    first
        Length of the head of the ranking whose chances are kept with an answer.
    """

    enabled: bool
    epsilon: float
    first: int


@dataclass(frozen=True, slots=True)
class Promotion:
    """Thresholds of the promotion gate; all changes are candidate minus model in service.

    Parameters
    ----------
    people_least
        Educators that a comparison needs at least.
    confidence
        Of the one-sided bound of the change, in (0.5, 1).
    change_least
        The bound of the relative change of the closed deficit must not be below; ≤ 0.
    slice_people
        Slices of at least so many educators are judged.
    slice_fall_most
        Relative fall of a slice, in [0, 1], above which it counts where it is no chance.
    calibration_rise_most
        Rise of the expected calibration error, in [0, 1].
    latency_ratio_most
        The ratio of the 95 % quantiles of the time of a ranking must be below.
    """

    people_least: int
    confidence: float
    change_least: float
    slice_people: int
    slice_fall_most: float
    calibration_rise_most: float
    latency_ratio_most: float


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What an agreed route holds, and how far a revision may change it.

    Parameters
    ----------
    hold_days
        Days from the agreement on in which seats, the mentor's place and his slots are held for
        the route, ≥ 1.
    replan_changes_most
        Most steps that a revision adds, removes, moves or replaces, ≥ 0.
    replan_freeze_days
        Steps that start within so many days from the day of the revision stay, and nothing new
        starts there, ≥ 0.
    """

    hold_days: int
    replan_changes_most: int
    replan_freeze_days: int


TeamReading = Literal["all_members", "half_members", "any_member", "head_and_one"]
"""When a team counts as trained: whom of its members it takes."""


@dataclass(frozen=True, slots=True)
class TeamPolicy:
    """What a management team takes together, and when it counts as trained.

    An activity may be taken together if it has one of ``themes``, is one of ``activities``, spends
    ``node_share`` of itself on ``nodes``, or states an audience of managers alone.

    Parameters
    ----------
    themes, activities
        Themes and ids of activities.
    nodes, node_share
        Codes of framework nodes, with all below them; least share of coverage, in (0, 1].
    for_managers
        Whether an activity whose stated positions are all managers' is one for teams.
    audience_of_team
        A shared step for which one member is in the audience is open to the whole team: whoever is
        in the team is sent with it. Else each member must be in the audience himself.
    least_steps, most_steps
        Steps that the members of a team share.
    excused_most
        Members who may be missing from a shared step where no route of theirs can have it.
    bonus_together
        Points for each member's seat in a shared step, ≥ 0: what learning together is worth
        beside what each learns. 0 = the team shares no more steps than it must.
    train_together
        At least one shared step is one that trains, wherever there is a plan with one.
    trained
        The reading by which a team counts as trained; the others are told beside it.
    trained_nodes, trained_kinds
        A member is trained by an activity of these kinds that spends ``node_share`` of itself on
        these nodes, or has one of ``themes``; no nodes = whatever it is about.
    """

    themes: tuple[str, ...]
    activities: tuple[str, ...]
    nodes: tuple[str, ...]
    node_share: float
    for_managers: bool
    audience_of_team: bool
    least_steps: int
    most_steps: int
    excused_most: int
    bonus_together: float
    train_together: bool
    trained: TeamReading
    trained_nodes: tuple[str, ...]
    trained_kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class SolveLimits:
    """Defaults of a solve: asked relative gap, wall-clock deadline, deterministic work."""

    gap_rel: float
    deadline_ms: int
    deterministic_time: float


@dataclass(frozen=True, slots=True)
class PolicyProfile:
    """One region's policy, complete (inheritance resolved)."""

    id: str
    title: str
    region: str
    regulation: str
    version: str
    time_zone: str
    levels: Levels
    diagnostics: Diagnostics
    dynamics: Dynamics
    targets: Targets
    groups: Groups
    group_view: GroupView
    form_by_level: Mapping[OfficialLevel, frozenset[str]]
    limits: Limits
    calendar: CalendarPolicy
    mentorship: MentorshipPolicy
    form_mix: tuple[FormShare, ...]
    transfer: Transfer
    checkpoints: Checkpoints
    measure_first: MeasureFirst
    required_themes: tuple[str, ...]
    required_activities: tuple[str, ...]
    value: Value
    exploration: Exploration
    promotion: Promotion
    lifecycle: Lifecycle
    team: TeamPolicy
    solve: SolveLimits
    sources: Mapping[str, str]


def load_policy(name: str, *, directory: Path | None = None) -> PolicyProfile:
    """Read one profile, its inheritance resolved and everything in it checked.

    Parameters
    ----------
    name
        Name of the file without ``.toml``: ``default``, ``spb``, …
    directory
        Where the profiles lie; the bundled ones by default.

    Returns
    -------
    PolicyProfile
        ``sources`` has an entry for every leaf, keyed by its dotted path.

    Raises
    ------
    ConfigurationError
        Unknown profile; unknown or missing key, wrong type, value out of range, leaf without a
        source. Every problem is named with file and dotted key.
    """
    if directory is None:
        return _bundled(name)
    return build_profile(PolicyProfile, read_profile(name, directory))


@cache
def _bundled(name: str) -> PolicyProfile:
    """One of the package's own profiles: frozen, and their files do not change while it runs."""
    return build_profile(PolicyProfile, read_profile(name))


def list_policies(*, directory: Path | None = None) -> tuple[str, ...]:
    """Names of the profiles there are, in alphabetical order."""
    return profile_names(directory)
