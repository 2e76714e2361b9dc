"""From domain values to the integer route problem: where the last float ends.

The order: time frame → gains → activities that need runs → runs → funding → what the rules
between activities leave → candidates, pins, mentors, checkpoints. Every activity of the catalogue
ends up with a candidate or with a reason in ``CompiledProblem.dropped``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.calendar import WorkCalendar, local_date
from engine.catalogue import FUNDING, Catalogue
from engine.domain import (
    BoolArray,
    Constraints,
    DeficitVector,
    Educator,
    HistoryItem,
    IntArray,
    MentorNeed,
    Ranking,
    Reason,
    Slot,
    Technology,
)
from engine.planning.compile_dated import Travel, compile_travel, dated_runs
from engine.planning.compile_effects import EffectTable
from engine.planning.compile_frame import Frame, compile_frame
from engine.planning.compile_gains import Gains, compile_demands, compile_gains, mpt
from engine.planning.compile_measure import (
    CHECKPOINT_ONLY,
    MeasureFirst,
    diagnostics_for,
    first_diagnostics,
    last_week,
    options_of,
    planned_min,
    reasons_of_others,
    without_first,
)
from engine.planning.compile_menu import menu_of, room_of
from engine.planning.compile_practices import Practices, practices_of
from engine.planning.compile_reasons import Reasons
from engine.planning.compile_rules import (
    compile_checkpoints,
    compile_form_mix,
    compile_limits,
    compile_mentors,
    compile_pins,
    read_wishes,
)
from engine.planning.compile_runs import Refusals, Runs, join_runs, refused_reasons
from engine.planning.compile_selection import (
    Prerequisites,
    Selection,
    Settled,
    Wishes,
    read_prerequisites,
    select,
    settle,
)
from engine.planning.compile_selfpaced import self_paced_runs
from engine.planning.compile_static import static_of
from engine.planning.compile_table import (
    CandidateFacts,
    Funded,
    against_history,
    build_table,
    compile_budget,
    fund,
)
from engine.planning.measuring import Measuring, choose_diagnostic
from engine.planning.problem import (
    CheckpointRules,
    ProblemActivity,
    ProblemDemand,
    RouteProblem,
)
from engine.policy import MentorshipPolicy, PolicyProfile


@dataclass(frozen=True, slots=True, eq=False)
class CompiledProblem:
    """A route problem with what explanations and documents need beside it.

    Parameters
    ----------
    problem
        Integers only.
    activity_ids, offering_ids
        Per candidate.
    facts
        Per candidate: relevance, pace, travel, bonus and price by part.
    dropped
        Reason by activity id for every activity of the catalogue without a candidate. Beside the
        codes of the ranking: ``checkpoint_only``, ``hours_unknown``, ``form_not_admitted``,
        ``no_gain``, ``form_by_level``, those of ``compile_runs.STAGES``,
        ``prerequisite_missing``, ``no_practice``.
    unmet_required
        Reason by theme or activity id that the policy requires and nothing can serve.
    mentor_slots
        Slots of each mentor option of the problem as they were given, same order.
    measuring
        The diagnostic whose news is worth points as a first step; ``None`` = there is none.
    effects
        What gains were counted with; ``None`` = the policy's effects.
    """

    problem: RouteProblem
    activity_ids: tuple[str, ...]
    offering_ids: tuple[str, ...]
    facts: CandidateFacts
    dropped: Mapping[str, Reason]
    unmet_required: Mapping[str, Reason]
    mentor_slots: tuple[tuple[Slot, ...], ...]
    measuring: Measuring | None = None
    effects: EffectTable | None = None


def compile_problem(
    *,
    educator: Educator,
    deficits: DeficitVector,
    ranking: Ranking,
    catalogue: Catalogue,
    mentor_need: MentorNeed,
    constraints: Constraints,
    history: Sequence[HistoryItem],
    calendar: WorkCalendar,
    policy: PolicyProfile,
    as_of: dt.datetime,
    home_locality: str = "",
    node_coverage: sp.csr_array | None = None,
    measure: MeasureFirst | None = None,
    effects: EffectTable | None = None,
) -> CompiledProblem:
    """Compile the route problem of one educator.

    Parameters
    ----------
    ranking
        Of this catalogue (same activities in the same order) and these deficits.
    calendar
        Of this educator; gives day 0, the number of weeks and the zone.
    as_of
        Aware instant; nothing starts on or before its day.
    home_locality
        Locality of the educator's school; empty = unknown.
    node_coverage
        CSR, shape (n_activities, n_nodes), in [0, 1], for the rule ``transfer``; ``None`` = the
        ranking's coverage of demands stands for it. Not to be changed afterwards: what follows
        from it is kept with the catalogue.
    measure
        What a diagnostic as the first step could tell; ``None`` = diagnostics are checkpoints
        only.
    effects
        Of this catalogue, estimated from outcomes; ``None`` = the policy's.

    Raises
    ------
    InputError
        ``empty_horizon``, ``no_tempo``, ``unknown_activity``.
    ValueError
        If ranking, catalogue and deficits do not fit together (a mistake of the caller).
    """
    _check_shapes(catalogue, ranking, deficits, node_coverage)
    frame = compile_frame(educator, constraints, calendar, policy, as_of)
    wishes = read_wishes(catalogue, constraints, policy)
    demands = compile_demands(deficits.demands)
    if node_coverage is None:
        practices = practices_of(catalogue, ranking.coverage, policy.transfer)
    else:
        practices = static_of(catalogue).practices(node_coverage, policy.transfer)
    inputs = _Inputs(
        catalogue=catalogue,
        ranking=ranking,
        policy=policy,
        constraints=constraints,
        frame=frame,
        wishes=wishes,
        gains=compile_gains(catalogue, ranking, deficits, demands, policy, effects),
        travel=compile_travel(catalogue, educator, home_locality, policy.limits),
        prerequisites=read_prerequisites(
            catalogue, history, policy.limits, local_date(as_of, calendar.zone)
        ),
        practices=practices,
        budget_rub=compile_budget(constraints, policy.limits),
        demands=demands,
        measure=measure,
        meetings=policy.mentorship if mentor_need.required and mentor_need.options else None,
    )
    funded, settled, dropped, measuring = _candidates(inputs)
    problem_index = np.cumsum(settled.alive) - 1
    table, facts = build_table(
        catalogue,
        frame,
        ranking,
        inputs.gains,
        policy.value,
        wishes,
        funded,
        problem_index,
        {} if measuring is None else {measuring.activity: mpt(measuring.worth)},
    )
    pins, unmet = compile_pins(catalogue, policy, wishes, facts, dropped)
    mentors, slots = compile_mentors(mentor_need, educator, catalogue, frame, policy)
    problem = RouteProblem(
        first_day=calendar.first_monday.isoformat(),
        tempo_min=frame.tempo_min,
        holiday_week=calendar.holiday_week,
        day_open_min=frame.day_open_min,
        day_close_min=frame.day_close_min,
        busy=frame.busy,
        demands=demands,
        activities=_activities(catalogue, policy, settled, problem_index),
        candidates=table,
        limits=compile_limits(constraints, policy, frame),
        budget_sources=tuple(source.value for source in FUNDING),
        budget_rub=inputs.budget_rub,
        form_mix=compile_form_mix(policy.form_mix),
        pins=pins,
        mentor=mentors,
        checkpoints=_checkpoints(inputs, facts),
    )
    return CompiledProblem(
        problem=problem,
        activity_ids=tuple(map(catalogue.activity_ids.__getitem__, facts.activity.tolist())),
        offering_ids=tuple(map(catalogue.offering_ids.__getitem__, facts.offering.tolist())),
        facts=facts,
        dropped=dropped,
        unmet_required=unmet,
        mentor_slots=slots,
        measuring=measuring,
        effects=effects,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Inputs:
    """What the steps below share; each is compiled once."""

    catalogue: Catalogue
    ranking: Ranking
    policy: PolicyProfile
    constraints: Constraints
    frame: Frame
    wishes: Wishes
    gains: Gains
    travel: Travel
    prerequisites: Prerequisites
    practices: Practices
    budget_rub: tuple[int, ...]
    demands: tuple[ProblemDemand, ...]
    measure: MeasureFirst | None
    meetings: MentorshipPolicy | None


def _check_shapes(
    catalogue: Catalogue,
    ranking: Ranking,
    deficits: DeficitVector,
    node_coverage: sp.csr_array | None,
) -> None:
    n = len(catalogue.activities)
    if ranking.activity_ids != catalogue.activity_ids:
        raise ValueError("the ranking is not of this catalogue")
    if ranking.coverage.shape != (n, len(deficits.demands)) or ranking.relevance.shape != (n,):
        raise ValueError("the ranking is not of these deficits")
    if node_coverage is not None and node_coverage.shape[0] != n:
        raise ValueError("node_coverage is not of this catalogue")


def _candidates(x: _Inputs) -> tuple[Funded, Settled, Reasons, Measuring | None]:
    """Funded runs of the activities that stay, and the reason of every other activity."""
    refusals = Refusals.none(len(x.catalogue.offerings))
    diagnostics = first_diagnostics(x.catalogue, x.ranking, x.wishes, x.measure)
    selection = select(
        *(x.catalogue, x.ranking, x.gains, x.wishes, x.constraints, x.prerequisites, x.practices),
        diagnostics,
    )
    wanted = selection.wanted[x.catalogue.offering_activity]
    first = diagnostics[x.catalogue.offering_activity]
    runs = _runs(x, np.flatnonzero(wanted & ~first), refusals)
    if first.any():
        runs = join_runs([runs, _first_runs(x, np.flatnonzero(first), selection, refusals)])
    funded = fund(x.catalogue, runs, x.budget_rub, refusals)
    funded, groups = against_history(x.catalogue, x.frame, x.prerequisites, funded)
    measuring = None
    if x.measure is not None:
        funded, measuring = _measure(x, x.measure, diagnostics, funded, selection)
    with_runs = np.zeros(len(x.catalogue.activities), dtype=np.bool_)
    with_runs[x.catalogue.offering_activity[funded.offering]] = True
    settled = settle(x.catalogue, x.policy, selection, with_runs, groups, x.practices)
    alive = settled.alive[x.catalogue.offering_activity[funded.offering]]

    def dropped() -> dict[str, Reason]:
        ids, lacking = x.catalogue.activity_ids, selection.wanted & ~with_runs
        days = {
            "first_day": x.frame.date(x.frame.first_day).isoformat(),
            "last_day": x.frame.date(x.frame.last_day).isoformat(),
        }
        found = {**selection.unwanted(), **refused_reasons(x.catalogue, refusals, lacking, days)}
        found |= selection.reasons
        return {ids[a]: found[a] for a in sorted(found)}

    return funded.where(alive), settled, Reasons(dropped), measuring


def _runs(x: _Inputs, rows: IntArray, refusals: Refusals) -> Runs:
    if not x.frame.online_allowed:
        # Without internet a distance course is out of reach, whether or not it has meetings.
        remote = np.array([Technology.DISTANCE in a.technologies for a in x.catalogue.activities])
        cut_off = remote[x.catalogue.offering_activity[rows]]
        refusals.note("online_not_possible", rows[cut_off])
        rows = rows[~cut_off]
    paced = x.catalogue.self_paced[rows]
    duration, limits = planned_min(x.catalogue, x.policy), x.policy.limits
    dated = dated_runs(
        x.catalogue, x.frame, x.travel, limits.daily_max_min, duration, rows[~paced], refusals
    )
    self_paced = self_paced_runs(x.catalogue, x.frame, limits, duration, rows[paced], refusals)
    return join_runs([dated, self_paced])


def _first_runs(x: _Inputs, rows: IntArray, selection: Selection, refusals: Refusals) -> Runs:
    """Runs of diagnostics inside the weeks in which they may come first."""
    rows = np.setdiff1d(rows, list(x.wishes.excluded_offerings.values())).astype(np.int64)
    runs = _runs(x, rows, refusals)
    early = runs.end_day // 7 <= last_week(x.frame, x.policy)
    owner = x.catalogue.offering_activity[runs.offering]
    for a in np.setdiff1d(owner, owner[early]).tolist():
        selection.reasons[a] = CHECKPOINT_ONLY
    return runs.where(early)


def _measure(
    x: _Inputs, measure: MeasureFirst, diagnostics: BoolArray, funded: Funded, selection: Selection
) -> tuple[Funded, Measuring | None]:
    """The diagnostic that tells most, and the candidates without the others but pinned ones."""
    measuring = measure.known
    owner = x.catalogue.offering_activity[funded.offering]
    options = options_of(
        x.catalogue, x.ranking, x.wishes, x.policy, measure.measurable, diagnostics, funded
    )
    if options and measuring is None and measure.forecast is not None:
        menu = menu_of(
            *(x.catalogue, x.frame, x.gains, x.demands, x.policy, x.practices),
            funded.where(~diagnostics[owner]),
        )
        limits = compile_limits(x.constraints, x.policy, x.frame)
        mix, least = compile_form_mix(x.policy.form_mix), x.policy.measure_first.least_worth
        room = room_of(x.frame, limits, mix, x.budget_rub, x.meetings)
        measuring = choose_diagnostic(options, menu, x.demands, measure.forecast, room, least)
    left_out = reasons_of_others(x.catalogue, x.wishes, diagnostics, owner, options, measuring)
    for a, reason in left_out.items():
        selection.reasons.setdefault(a, reason)
    gone = np.zeros(len(diagnostics), dtype=np.bool_)
    gone[list(left_out)] = True
    return funded.where(~gone[owner]), measuring


def _checkpoints(x: _Inputs, facts: CandidateFacts) -> CheckpointRules:
    """Offers of the diagnostics whose audience the educator belongs to, but of no first step."""
    rules = x.policy.checkpoints
    if not (rules.middle or rules.final):
        return CheckpointRules()
    diagnostic = diagnostics_for(x.catalogue, x.ranking)
    diagnostic[list(x.wishes.excluded_activities.values())] = False
    rows = np.flatnonzero(diagnostic[x.catalogue.offering_activity])
    rows = np.setdiff1d(rows, list(x.wishes.excluded_offerings.values())).astype(np.int64)
    duration = planned_min(x.catalogue, x.policy)
    paced = x.catalogue.self_paced[rows]
    daily, unnoticed = x.policy.limits.daily_max_min, Refusals.none(len(x.catalogue.offerings))
    dated = dated_runs(x.catalogue, x.frame, x.travel, daily, duration, rows[~paced], unnoticed)
    found = compile_checkpoints(x.catalogue, x.frame, x.policy, duration, dated, rows[paced])
    return without_first(found, facts, last_week(x.frame, x.policy))


def _activities(
    catalogue: Catalogue, policy: PolicyProfile, settled: Settled, problem_index: IntArray
) -> tuple[ProblemActivity, ...]:
    """Living activities in the order of the catalogue, indices those of the problem."""
    plain = static_of(catalogue).plain_activities(policy.limits.long_programme_hours_academic)
    found = {a: plain[a] for a in np.flatnonzero(settled.alive).tolist()}
    index = problem_index.tolist()
    shared: dict[int, tuple[int, ...]] = {}
    for members in settled.practices.values():
        if id(members) not in shared:
            shared[id(members)] = tuple(problem_index[members].tolist())
    for a in settled.groups.keys() | settled.practices.keys():
        practices = settled.practices.get(a)
        groups = settled.groups.get(a, ())
        found[a] = ProblemActivity(
            label=plain[a].label,
            category=plain[a].category,
            long=plain[a].long,
            prerequisites=tuple(tuple(map(index.__getitem__, group)) for group in groups),
            needs_practice=practices is not None,
            practices=() if practices is None else shared[id(practices)],
        )
    return tuple(found.values())
