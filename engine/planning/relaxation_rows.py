"""Build the relaxation of a problem: its columns and the rows that are always there."""

from __future__ import annotations

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.admissible import admissible, counted_gains, meetings_allowed
from engine.planning.columns import Columns, Entries
from engine.planning.kernel import entries_of
from engine.planning.phi import Phi
from engine.planning.problem import (
    DAY_MIN,
    FORM_OF_CATEGORY,
    FORMS,
    RouteProblem,
)
from engine.planning.relaxation import Relaxation, RowMatrix, Rows
from engine.planning.revision_rows import revision_rows

WEEK_MIN = 7 * DAY_MIN


def relax(problem: RouteProblem) -> Relaxation:
    """Columns and static rows of the relaxation of a problem."""
    candidates = _by_activity(problem)
    activity = problem.candidates.activity[candidates]
    n = len(candidates)
    phi = Phi.of(problem)
    index = Columns(
        problem,
        candidates,
        activity,
        _gains(problem, candidates, phi),
        _loads(problem, candidates),
    )
    gain = np.zeros((n, len(problem.demands)), dtype=np.int64)
    gain[index.gain_entries.column, index.gain_entries.key] = index.gain_entries.value
    meeting_min, served = _meeting_weeks(problem)
    pieces, weeks, mentors = phi.length.size, problem.n_weeks, len(problem.mentor.options)
    first_piece = n + np.arange(phi.length.shape[0]) * phi.length.shape[1]
    first_meeting = n + pieces
    first_mentor = first_meeting + weeks
    first_missed = first_mentor + mentors
    first_reach = first_missed + weeks
    objective, upper = _columns(problem, candidates, phi, served)
    empty = RowMatrix.of(Rows())
    relaxation = Relaxation(
        problem=problem,
        candidates=candidates,
        activity=activity,
        group_start=np.flatnonzero(np.diff(activity, prepend=-1)),
        objective=objective,
        upper=upper,
        phi=phi,
        gain=gain,
        index=index,
        rows=empty,
        first_piece=first_piece,
        first_meeting=first_meeting,
        first_mentor=first_mentor,
        first_missed=first_missed,
        first_reach=first_reach,
    )
    rows = Rows()
    _time_rows(relaxation, meeting_min, rows)
    _count_rows(relaxation, rows)
    _form_rows(relaxation, rows)
    _value_rows(relaxation, rows)
    _mentor_rows(relaxation, served, rows)
    object.__setattr__(relaxation, "rows", RowMatrix.of(rows))
    return relaxation


def _by_activity(problem: RouteProblem) -> IntArray:
    able = np.flatnonzero(admissible(problem))
    order = np.argsort(problem.candidates.activity[able], kind="stable")
    return np.asarray(able[order], dtype=np.int64)


def _gains(problem: RouteProblem, candidates: IntArray, phi: Phi) -> Entries:
    """Counted gains; a gain beyond the whole demand closes no more than the whole demand."""
    gains = problem.candidates.gains
    owner, entry = entries_of(gains, candidates)
    counts = counted_gains(problem)[entry]
    demand, units = gains.values[entry[counts]].T.copy()
    units = np.minimum(units, phi.whole[demand])
    some = units > 0
    return Entries(owner[counts][some], demand[some], units[some])


def _loads(problem: RouteProblem, candidates: IntArray) -> Entries:
    weekly = problem.candidates.weekly
    owner, entry = entries_of(weekly, candidates)
    return Entries(owner, *weekly.values[entry].T.copy())


def _meeting_weeks(problem: RouteProblem) -> tuple[IntArray, BoolArray]:
    """Shortest usable slot of each week, and who has one: shapes (n_weeks,), (n_mentors, …)."""
    options = problem.mentor.options
    shortest = np.full(problem.n_weeks, np.iinfo(np.int64).max)
    served = np.zeros((len(options), problem.n_weeks), dtype=np.bool_)
    for m, option in enumerate(options):
        slots = np.array(option.slots, dtype=np.int64).reshape(len(option.slots), 3)
        if option.capacity >= 1:
            slots = slots[meetings_allowed(problem, slots)]
            week = slots[:, 0] // WEEK_MIN
            served[m, week] = True
            np.minimum.at(shortest, week, slots[:, 1] - slots[:, 0])
    return np.where(served.any(axis=0), shortest, 0), served


def _columns(
    problem: RouteProblem, candidates: IntArray, phi: Phi, served: BoolArray
) -> tuple[IntArray, IntArray]:
    table, rules, weeks = problem.candidates, problem.mentor, problem.n_weeks
    able = np.array([o.capacity >= 1 for o in rules.options], dtype=np.int64)
    fit = np.array([o.fit_mpt - o.price_mpt for o in rules.options], dtype=np.int64)
    nothing = np.zeros(2 * weeks, dtype=np.int64)
    objective = [
        (table.bonus_mpt - table.price_mpt)[candidates],
        phi.slope.ravel(),
        nothing[:weeks],
        fit,
        np.full(weeks, -rules.missed_meeting_mpt, dtype=np.int64),
        nothing,
    ]
    missed = int(rules.missed_meeting_allowed)
    upper = [
        phi.length.ravel(),
        served.any(axis=0).astype(np.int64),
        able,
        np.full(weeks, missed, dtype=np.int64),
        nothing + 1,
    ]
    return np.concatenate(objective), np.concatenate(upper)


def _time_rows(r: Relaxation, meeting_min: IntArray, rows: Rows) -> None:
    """``tempo``, ``workload`` and ``parallel``."""
    problem, limits, weekly = r.problem, r.problem.limits, r.index.weekly
    met = np.flatnonzero(meeting_min)
    at = weekly.indptr[met + 1]
    column = np.insert(weekly.column, at, r.first_meeting + met)
    minutes = np.insert(weekly.value, at, meeting_min[met])
    counts = np.diff(weekly.indptr)
    counts[met] += 1
    every = np.concatenate([[0], np.cumsum(minutes)])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    binds = np.diff(every[indptr]) > problem.tempo_min
    inside = np.repeat(binds, counts)
    rows.add_all(counts[binds], column[inside], minutes[inside], problem.tempo_min[binds])
    if limits.workload_max_min >= 0:
        column = np.concatenate([np.arange(r.n), r.first_meeting + met])
        minutes = np.concatenate([r.index.minutes, meeting_min[met]])
        rows.add(column, minutes, limits.workload_max_min)
    if limits.parallel_max >= 0:
        _parallel_rows(r, rows)


def _parallel_rows(r: Relaxation, rows: Rows) -> None:
    long = np.array([a.long for a in r.problem.activities], dtype=np.bool_)
    own = np.flatnonzero(long[r.activity]) if r.n else np.zeros(0, dtype=np.int64)
    weeks, most = r.problem.n_weeks, r.problem.limits.parallel_max
    first = r.index.first_week[own]
    spans = r.index.last_week[own] - first + 1
    before = np.cumsum(spans) - spans
    week = np.arange(spans.sum()) + np.repeat(first - before, spans)
    order = np.argsort(week.astype(np.uint16), kind="stable")
    counts = np.bincount(week, minlength=weeks)
    binds = counts > most
    column = np.repeat(own, spans)[order][np.repeat(binds, counts)]
    rows.add_all(counts[binds], column, np.ones_like(column), np.full(binds.sum(), most))


def _count_rows(r: Relaxation, rows: Rows) -> None:
    """``steps``, ``budget``, ``pinned``, and that there is a step at all."""
    problem, table = r.problem, r.problem.candidates
    everyone = np.arange(r.n)
    rows.add(everyone, -1, -1)
    if problem.limits.steps_max >= 0:
        rows.add(everyone, 1, problem.limits.steps_max)
    source, cost = table.source[r.candidates], table.cost_rub[r.candidates]
    for number, budget in enumerate(problem.budget_rub):
        charged = np.flatnonzero((source == number) & (cost > 0))
        if cost[charged].sum() > budget:
            rows.add(charged, cost[charged], budget)
    for pin in problem.pins:
        columns = np.unique(r.column_of[list(pin.candidates)])
        rows.add(columns[columns >= 0], -1, -1)
    for row in revision_rows(problem):
        columns = np.sort(r.column_of[row.candidates])
        columns = columns[columns >= 0]
        if row.most is not None and len(columns) > row.most:
            rows.add(columns, 1, row.most)
        if row.least is not None:
            rows.add(columns, -1, -row.least)


def _form_rows(r: Relaxation, rows: Rows) -> None:
    """``form_mix`` of a route with steps."""
    category = np.array([a.category for a in r.problem.activities], dtype=np.int64)
    form = np.array([FORMS.index(f) for f in FORM_OF_CATEGORY])[category[r.activity]]
    minutes = r.index.minutes
    for limit in r.problem.form_mix:
        own = np.flatnonzero(form == limit.form)
        for amount, least, most in (
            (minutes[own], limit.least_min, limit.most_min),
            (np.ones(len(own), dtype=np.int64), limit.least_steps, limit.most_steps),
        ):
            if most >= 0 and amount.sum() > most:
                rows.add(own, amount, most)
            if least > 0:
                rows.add(own, -amount, -least)


def _value_rows(r: Relaxation, rows: Rows) -> None:
    """Filled pieces are gained, and a candidate adds no more than it would add alone.

    The second row is the submodular cut of the empty set: the pieces alone would let a fraction
    of a candidate fill the steepest piece only.
    """
    pieces, gains = r.phi.length.shape[1], r.index.gains
    for k in range(len(r.problem.demands)):
        piece = r.first_piece[k] + np.arange(pieces)
        span = slice(gains.indptr[k], gains.indptr[k + 1])
        column, gained = np.concatenate([piece, gains.column[span]]), gains.value[span]
        rows.add(column, np.concatenate([np.ones(pieces, dtype=np.int64), -gained]), 0)
        alone = r.phi.of_demand(k, gained)
        rows.add(column, np.concatenate([r.phi.slope[k], -alone]), 0)


def _mentor_rows(r: Relaxation, served: BoolArray, rows: Rows) -> None:
    """One mentor, meetings only in his weeks; reach and beginning are monotone."""
    rules, weeks = r.problem.mentor, r.problem.n_weeks
    able = np.array([o.capacity >= 1 for o in rules.options], dtype=np.bool_)
    if not able.any():
        return
    mentors = r.first_mentor + np.flatnonzero(able)
    rows.add(mentors, 1, 1)
    if rules.required:
        rows.add(mentors, -1, -1)
    # In each week someone serves: his meetings ≤ those who serve.
    week, who = np.nonzero(served.T)
    counts = np.bincount(week, minlength=weeks)
    with_any = np.flatnonzero(counts)
    at = np.cumsum(counts)[with_any]
    column = np.insert(r.first_mentor + who, at, r.first_meeting + with_any)
    value = np.insert(np.full(len(who), -1), at, 1)
    rows.add_all(counts[with_any] + 1, column, value, np.zeros_like(with_any))
    # What reaches a week reaches the one before; what has begun by it has begun by the next.
    reach = r.first_reach + np.arange(weeks - 1)
    begun = reach + weeks
    column = np.stack([reach, reach + 1, begun, begun + 1], axis=1).ravel()
    value = np.tile([-1, 1, 1, -1], weeks - 1)
    two = np.full(2 * (weeks - 1), 2)
    rows.add_all(two, column, value, np.zeros_like(two))
