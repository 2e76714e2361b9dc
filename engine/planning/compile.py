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
from engine.catalogue import FUNDING, KINDS, Catalogue
from engine.domain import (
    BoolArray,
    Constraints,
    DeficitVector,
    Educator,
    HistoryItem,
    IntArray,
    Kind,
    MentorNeed,
    Ranking,
    Reason,
    Slot,
    Technology,
)
from engine.planning.compile_dated import Travel, compile_travel, dated_runs
from engine.planning.compile_frame import Frame, compile_frame
from engine.planning.compile_gains import Gains, compile_demands, compile_gains
from engine.planning.compile_practices import Practices, practices_of
from engine.planning.compile_reasons import Reasons
from engine.planning.compile_rules import (
    compile_checkpoints,
    compile_form_mix,
    compile_mentors,
    compile_pins,
    read_wishes,
)
from engine.planning.compile_runs import NOT_REFUSED, STAGES, Refusals, Runs, join_runs
from engine.planning.compile_selection import (
    JUDGED_HERE,
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
from engine.planning.compile_table import CandidateFacts, Funded, build_table, compile_budget, fund
from engine.planning.problem import CheckpointRules, Limits, ProblemActivity, RouteProblem
from engine.policy import PolicyProfile, settled_limit

NOT_FOR_DIAGNOSTICS = JUDGED_HERE | {"already_completed", "hours_unknown", "form_not_admitted"}
"""Codes of ineligibility that do not stand against a diagnostic.

It is taken again and again, has the policy's length where its own is unknown, and is no step of
learning that a form could be asked of.
"""


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
    """

    problem: RouteProblem
    activity_ids: tuple[str, ...]
    offering_ids: tuple[str, ...]
    facts: CandidateFacts
    dropped: Mapping[str, Reason]
    unmet_required: Mapping[str, Reason]
    mentor_slots: tuple[tuple[Slot, ...], ...]


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
        gains=compile_gains(catalogue, ranking, deficits, demands, policy),
        travel=compile_travel(catalogue, educator, home_locality, policy.limits),
        prerequisites=read_prerequisites(
            catalogue, history, policy.limits, local_date(as_of, calendar.zone)
        ),
        practices=practices,
        budget_rub=compile_budget(constraints, policy.limits),
    )
    funded, settled, dropped = _candidates(inputs)
    problem_index = np.cumsum(settled.alive) - 1
    table, facts = build_table(
        catalogue, frame, ranking, inputs.gains, policy.value, wishes, funded, problem_index
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
        limits=_limits(constraints, policy, frame),
        budget_sources=tuple(source.value for source in FUNDING),
        budget_rub=inputs.budget_rub,
        form_mix=compile_form_mix(policy.form_mix),
        pins=pins,
        mentor=mentors,
        checkpoints=_checkpoints(inputs),
    )
    return CompiledProblem(
        problem=problem,
        activity_ids=tuple(map(catalogue.activity_ids.__getitem__, facts.activity.tolist())),
        offering_ids=tuple(map(catalogue.offering_ids.__getitem__, facts.offering.tolist())),
        facts=facts,
        dropped=dropped,
        unmet_required=unmet,
        mentor_slots=slots,
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


def _candidates(x: _Inputs) -> tuple[Funded, Settled, Reasons]:
    """Funded runs of the activities that stay, and the reason of every other activity."""
    refusals = Refusals.none(len(x.catalogue.offerings))
    selection = select(
        x.catalogue, x.ranking, x.gains, x.wishes, x.constraints, x.prerequisites, x.practices
    )
    funded = fund(x.catalogue, _runs(x, selection, refusals), x.budget_rub, refusals)
    funded, groups = _against_history(x, funded)
    with_runs = np.zeros(len(x.catalogue.activities), dtype=np.bool_)
    with_runs[x.catalogue.offering_activity[funded.offering]] = True
    settled = settle(x.catalogue, x.policy, selection, with_runs, groups, x.practices)
    alive = settled.alive[x.catalogue.offering_activity[funded.offering]]

    def dropped() -> dict[str, Reason]:
        ids = x.catalogue.activity_ids
        found = {**selection.unwanted(), **_refused(x, refusals, selection, with_runs)}
        found |= selection.reasons
        return {ids[a]: found[a] for a in sorted(found)}

    return funded.where(alive), settled, Reasons(dropped)


def _runs(x: _Inputs, selection: Selection, refusals: Refusals) -> Runs:
    rows = np.flatnonzero(selection.wanted[x.catalogue.offering_activity])
    if not x.frame.online_allowed:
        # Without internet a distance course is out of reach, whether or not it has meetings.
        remote = np.array([Technology.DISTANCE in a.technologies for a in x.catalogue.activities])
        cut_off = remote[x.catalogue.offering_activity[rows]]
        refusals.note("online_not_possible", rows[cut_off])
        rows = rows[~cut_off]
    paced = x.catalogue.self_paced[rows]
    duration, limits = x.catalogue.duration_min, x.policy.limits
    dated = dated_runs(
        x.catalogue, x.frame, x.travel, limits.daily_max_min, duration, rows[~paced], refusals
    )
    self_paced = self_paced_runs(x.catalogue, x.frame, limits, duration, rows[paced], refusals)
    return join_runs([dated, self_paced])


def _against_history(
    x: _Inputs, funded: Funded
) -> tuple[Funded, dict[int, tuple[tuple[int, ...], ...]]]:
    """Leave out groups that the history meets on the start; groups still open by activity.

    A history item may be young enough for the early runs of an activity and too old for the late
    ones. The problem states groups per activity, so the late runs go then: the group is met for
    those that stay.
    """
    activity = x.catalogue.offering_activity[funded.offering]
    start = x.frame.day0 + funded.start_day
    kept = np.ones(len(activity), dtype=np.bool_)
    still_open: dict[int, tuple[tuple[int, ...], ...]] = {}
    # Candidates are in the order of their activities.
    ends = np.searchsorted(activity, np.arange(len(x.catalogue.activities) + 1)).tolist()
    for a, groups in x.prerequisites.groups.items():
        if ends[a] == ends[a + 1]:
            continue
        own = np.arange(ends[a], ends[a + 1])
        first, left = int(start[own].min()), []
        for group, until in zip(groups, x.prerequisites.valid_until[a], strict=True):
            if first <= until:
                kept[own[start[own] > until]] = False
            else:
                left.append(group)
        if left:
            still_open[a] = tuple(left)
    return funded.where(kept), still_open


def _refused(
    x: _Inputs, refusals: Refusals, selection: Selection, with_runs: BoolArray
) -> dict[int, Reason]:
    """Reason of every wanted activity without runs: that of the offering that came furthest."""
    lacking = selection.wanted & ~with_runs
    days = {
        "first_day": x.frame.date(x.frame.first_day).isoformat(),
        "last_day": x.frame.date(x.frame.last_day).isoformat(),
    }
    nothing = Reason(STAGES[0], {"offerings": 0, **days})
    found = dict.fromkeys(np.flatnonzero(lacking).tolist(), nothing)
    rows = np.flatnonzero(lacking[x.catalogue.offering_activity] & (refusals.stage != NOT_REFUSED))
    owner, stage = x.catalogue.offering_activity[rows], refusals.stage[rows]
    order = np.lexsort((rows, -stage, owner))
    counts = np.bincount(owner, minlength=len(lacking))[owner]
    firsts = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
    columns = (owner, rows, stage, counts, refusals.asked[rows], refusals.limit[rows])
    for a, row, at, count, asked, limit in zip(*(c[firsts].tolist() for c in columns), strict=True):
        code = STAGES[at]
        parameters: dict[str, object] = {
            "offering": x.catalogue.offering_ids[row],
            "offerings": count,
        }
        if at == 0:
            parameters |= days
        if asked >= 0:
            unit = "rub" if code == "budget" else "min"
            parameters[f"asked_{unit}"] = asked
            parameters[f"limit_{unit}"] = limit
        found[a] = Reason(code, parameters)
    return found


def _checkpoints(x: _Inputs) -> CheckpointRules:
    """Offers of the diagnostics whose audience the educator belongs to."""
    rules, kind = x.policy.checkpoints, KINDS.index(Kind.DIAGNOSTIC)
    if not (rules.middle or rules.final):
        return CheckpointRules()
    diagnostic = x.catalogue.kind == kind
    for a in np.flatnonzero(diagnostic).tolist():
        reasons = x.ranking.ineligible.get(a, ())
        diagnostic[a] = all(reason.code in NOT_FOR_DIAGNOSTICS for reason in reasons)
    diagnostic[list(x.wishes.excluded_activities.values())] = False
    rows = np.flatnonzero(diagnostic[x.catalogue.offering_activity])
    rows = np.setdiff1d(rows, list(x.wishes.excluded_offerings.values())).astype(np.int64)
    duration = np.where(x.catalogue.duration_min > 0, x.catalogue.duration_min, rules.duration_min)
    paced = x.catalogue.self_paced[rows]
    daily, unnoticed = x.policy.limits.daily_max_min, Refusals.none(len(x.catalogue.offerings))
    dated = dated_runs(x.catalogue, x.frame, x.travel, daily, duration, rows[~paced], unnoticed)
    return compile_checkpoints(x.catalogue, x.frame, x.policy, duration, dated, rows[paced])


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


def _limits(constraints: Constraints, policy: PolicyProfile, frame: Frame) -> Limits:
    limits = policy.limits
    return Limits(
        workload_max_min=frame.workload_max_min,
        steps_max=settled_limit(limits, "steps_max", constraints.max_steps),
        parallel_max=limits.parallel_max,
        daily_max_min=limits.daily_max_min,
        travel_buffer_min=limits.travel_buffer_min,
        transfer_weeks=policy.transfer.weeks,
        online_allowed=frame.online_allowed,
    )
