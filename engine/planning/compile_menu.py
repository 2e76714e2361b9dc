"""Runs and room for quick plans, from the compiled arrays of a request."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.catalogue import FORMS, Catalogue
from engine.domain import FloatArray, IntArray
from engine.planning.compile_frame import Frame
from engine.planning.compile_gains import (
    GAIN_UNITS,
    MPT,
    Gains,
    compile_bonuses,
    compile_prices,
)
from engine.planning.compile_practices import Practices
from engine.planning.compile_runs import take_rows
from engine.planning.compile_static import static_of
from engine.planning.compile_table import FREE, Funded
from engine.planning.menu_practice import NO_PRACTICE, practice_runs, with_practice
from engine.planning.plan_loops import MenuArrays, RoomArrays
from engine.planning.problem import FormLimit, Limits, ProblemDemand, Ragged
from engine.policy import MentorshipPolicy, PolicyProfile

KEPT_PER_DEMAND = 8
"""Activities kept for each demand: those that close most of it for their minutes and step."""

KEPT_RUNS = 6
"""Runs kept of each of them, from the first to the last."""

PLENTY = 1_000_000_000
"""Stands for no limit."""


def menu_of(
    catalogue: Catalogue,
    frame: Frame,
    gains: Gains,
    demands: tuple[ProblemDemand, ...],
    policy: PolicyProfile,
    practices: Practices,
    funded: Funded,
) -> MenuArrays:
    """The strongest activities, each by a few of its runs.

    Where practice must follow a programme, each of its runs comes with the practice that gains
    most for its minutes in the weeks after it, as one: a run without is none.

    Parameters
    ----------
    funded
        Candidates, ordered by activity.
    """
    owner = catalogue.offering_activity[funded.offering]
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    size = np.diff(np.append(first, len(owner)))
    rows = _counted(catalogue, take_rows(gains.rows, owner[first]), owner[first], demands)
    strong = _strongest(rows, demands, funded.runs.work_min[funded.run[first]], frame, policy)
    first, size = first[strong], size[strong]
    pick = np.unique(first[:, None] + np.arange(KEPT_RUNS) * (size[:, None] - 1) // (KEPT_RUNS - 1))
    at = np.searchsorted(first, pick, side="right") - 1
    weeks = policy.transfer.weeks
    if weeks > 0:
        partner = practice_runs(catalogue, practices, gains, weeks, funded, pick)
        kept = partner != NO_PRACTICE
        pick, at, partner = pick[kept], at[kept], partner[kept]
    own = take_rows(rows, strong[at])
    menu = _arrays(catalogue, frame, gains, policy, funded, pick, own)
    if weeks <= 0 or not (partner >= 0).any():
        return menu
    after = np.maximum(partner, 0)
    theirs = _counted(catalogue, take_rows(gains.rows, owner[after]), owner[after], demands)
    follow = _arrays(catalogue, frame, gains, policy, funded, after, theirs)
    return with_practice(menu, follow, partner >= 0)


def _counted(
    catalogue: Catalogue, rows: Ragged, own: IntArray, demands: tuple[ProblemDemand, ...]
) -> Ragged:
    """Entries whose demand admits the activity's category."""
    masks = np.array([demand.categories for demand in demands], dtype=np.int64)
    owner = np.repeat(np.arange(len(own)), np.diff(rows.indptr))
    counts = (masks[rows.values[:, 0]] >> catalogue.category[own[owner]]) & 1 == 1
    kept = np.concatenate([[0], np.cumsum(counts)])
    return Ragged(kept[rows.indptr].astype(np.int64), rows.values[counts])


def _strongest(
    rows: Ragged,
    demands: tuple[ProblemDemand, ...],
    minutes: IntArray,
    frame: Frame,
    policy: PolicyProfile,
) -> IntArray:
    """Positions of the activities that gain most of some demand for what they take, rising."""
    demand, units = rows.values.T
    owner = np.repeat(np.arange(len(minutes)), np.diff(rows.indptr))
    whole = np.array([sum(length for length, _ in d.pieces) for d in demands], dtype=np.int64)
    total = max(min(frame.workload_max_min, int(frame.tempo_min.sum())), 1)
    share = minutes / total + 1 / policy.limits.steps_max
    density = np.minimum(units, whole[demand]) / share[owner]
    order = np.lexsort((owner, -density, demand))
    rank = np.arange(len(order)) - np.searchsorted(demand[order], demand[order], side="left")
    return np.unique(owner[order[rank < KEPT_PER_DEMAND]])


def _arrays(
    catalogue: Catalogue,
    frame: Frame,
    gains: Gains,
    policy: PolicyProfile,
    funded: Funded,
    pick: IntArray,
    rows: Ragged,
) -> MenuArrays:
    runs = funded.runs.take(funded.run[pick])
    activity = catalogue.offering_activity[runs.offering]
    bonus = compile_bonuses(
        catalogue, gains, policy.value, activity, frame.day0 + runs.start_day
    ).sum(axis=1)
    plain = static_of(catalogue).plain_activities(policy.limits.long_programme_hours_academic)
    source = funded.source[pick]
    return MenuArrays(
        run_ptr=_starts(activity),
        form=catalogue.form[activity].astype(np.int64),
        source=source,
        minutes=runs.work_min + runs.travel_min,
        steps=np.ones(len(pick), dtype=np.int64),
        cost=np.where(source == FREE, 0, catalogue.price_rub[runs.offering]),
        long=np.array([plain[a].long for a in activity.tolist()], dtype=np.bool_),
        first_week=runs.start_day // 7,
        last_week=runs.end_day // 7,
        net=bonus / MPT - price_of(catalogue, policy, funded, pick),
        gain_ptr=rows.indptr,
        gain_demand=np.ascontiguousarray(rows.values[:, 0]),
        gain=rows.values[:, 1] / GAIN_UNITS,
        week_ptr=runs.weekly.indptr,
        week=np.ascontiguousarray(runs.weekly.values[:, 0]),
        week_min=np.ascontiguousarray(runs.weekly.values[:, 1]),
    )


def _starts(activity: IntArray) -> IntArray:
    """Where each activity's runs begin, and their number; shape (n_activities + 1,)."""
    changes = np.flatnonzero(np.diff(activity, prepend=-1))
    return np.append(changes, len(activity)).astype(np.int64)


def price_of(
    catalogue: Catalogue, policy: PolicyProfile, funded: Funded, candidates: IntArray
) -> FloatArray:
    """Prices of candidates in points, shape (n,)."""
    runs, offering = funded.run[candidates], funded.offering[candidates]
    parts = compile_prices(
        policy.value,
        work_min=funded.runs.work_min[runs],
        cost_rub=np.where(funded.source[candidates] == FREE, 0, catalogue.price_rub[offering]),
        week=funded.runs.end_day[runs] // 7,
        travel_min=funded.runs.travel_min[runs],
    )
    return np.asarray(parts.sum(axis=1) / MPT)


def room_of(
    frame: Frame,
    limits: Limits,
    form_mix: Sequence[FormLimit],
    budget_rub: Sequence[int],
    meetings: MentorshipPolicy | None,
) -> RoomArrays:
    """What a whole route has room for; what has no limit is there in plenty.

    Parameters
    ----------
    meetings
        Where a mentor is required: their cadence; every so many weeks with a tempo one of them
        takes its minutes. ``None`` = there are none.
    """

    def limit(most: int) -> int:
        return PLENTY if most < 0 else most

    forms = np.full((len(FORMS), 2), PLENTY, dtype=np.int64)
    for mix in form_mix:
        forms[mix.form] = limit(mix.most_min), limit(mix.most_steps)
    weeks, total = frame.tempo_min.copy(), limit(limits.workload_max_min)
    if meetings is not None:
        met = np.flatnonzero(weeks >= meetings.meeting_min)[:: meetings.cadence_weeks]
        weeks[met] -= meetings.meeting_min
        total = max(total - len(met) * meetings.meeting_min, 0)
    return RoomArrays(
        weeks=weeks,
        total=np.array([total, limit(limits.steps_max)], dtype=np.int64),
        forms=forms,
        money=np.array(budget_rub, dtype=np.int64),
        parallel=np.full(frame.n_weeks, limit(limits.parallel_max), dtype=np.int64),
    )
