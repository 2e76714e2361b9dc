"""Which candidates could stand in any route at all, judged one by one.

A candidate that breaks a rule alone is never a decision; leaving it out keeps the formulation
small. Nothing here is heuristic: what is dropped is in no feasible route.
"""

from __future__ import annotations

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.problem import DAY_MIN, ONLINE, Ragged, RouteProblem
from engine.planning.revision_rows import starts_in_time


def admissible(problem: RouteProblem) -> BoolArray:
    """Candidates that break no rule by themselves.

    Returns
    -------
    ndarray of bool, shape (n_candidates,)
    """
    table = problem.candidates
    ok = np.asarray(~table.excluded & (table.seats != 0))
    ok &= _fits_tempo(problem)
    ok &= ~rows_with(table.meetings, ~meetings_allowed(problem, table.meetings.values))
    ok &= _affordable(problem)
    ok &= _level_admits(problem)
    ok &= starts_in_time(problem)
    blocked = np.array(
        [any(not group for group in a.prerequisites) for a in problem.activities], dtype=np.bool_
    )
    if len(table):
        ok &= ~blocked[table.activity]
    return ok


def rows_with(ragged: Ragged, flags: BoolArray) -> BoolArray:
    """Rows of which at least one entry is flagged, shape (n_rows,)."""
    counts = np.concatenate([[0], np.cumsum(flags)])
    return np.asarray(counts[ragged.indptr[1:]] > counts[ragged.indptr[:-1]])


def meetings_allowed(problem: RouteProblem, meetings: IntArray) -> BoolArray:
    """Meetings inside the allowed hours, away from busy spans, online only where possible.

    Parameters
    ----------
    meetings
        Shape (n, 3): start, end, place.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not len(meetings):
        return np.zeros(0, dtype=np.bool_)
    start, end, place = meetings.T
    day = start // DAY_MIN
    ok = (end - 1) // DAY_MIN == day
    ok &= (start >= 0) & (day < problem.n_days)
    inside = np.clip(day, 0, problem.n_days - 1)
    ok &= start - day * DAY_MIN >= problem.day_open_min[inside]
    ok &= end - day * DAY_MIN <= problem.day_close_min[inside]
    if not problem.limits.online_allowed:
        ok &= place != ONLINE
    for busy_start, busy_end in problem.busy:
        ok &= (end <= busy_start) | (start >= busy_end)
    return np.asarray(ok)


def counted_gains(problem: RouteProblem) -> BoolArray:
    """Which entries of ``candidates.gains`` count under ``form_by_level``, shape (n_entries,)."""
    table = problem.candidates
    if not len(table.gains.values):
        return np.zeros(0, dtype=np.bool_)
    masks = np.array([d.categories for d in problem.demands], dtype=np.int64)
    category = np.array([a.category for a in problem.activities], dtype=np.int64)
    owner = np.repeat(np.arange(len(table)), np.diff(table.gains.indptr))
    bits = np.left_shift(1, category[table.activity[owner]])
    return np.asarray((masks[table.gains.values[:, 0]] & bits) != 0)


def pinned_candidates(problem: RouteProblem) -> BoolArray:
    """Candidates that stand in any pin, shape (n_candidates,)."""
    pinned = np.zeros(len(problem.candidates), dtype=np.bool_)
    for pin in problem.pins:
        pinned[list(pin.candidates)] = True
    return pinned


def _fits_tempo(problem: RouteProblem) -> BoolArray:
    weekly = problem.candidates.weekly
    if not len(weekly.values):
        return np.ones(len(problem.candidates), dtype=np.bool_)
    week, minutes = weekly.values.T
    return ~rows_with(weekly, np.asarray(minutes > problem.tempo_min[week]))


def _affordable(problem: RouteProblem) -> BoolArray:
    table = problem.candidates
    budgets = np.append(np.array(problem.budget_rub, dtype=np.int64), np.iinfo(np.int64).max)
    return np.asarray(table.cost_rub <= budgets[table.source])


def _level_admits(problem: RouteProblem) -> BoolArray:
    gains = problem.candidates.gains
    has_gain = np.diff(gains.indptr) > 0
    counts = rows_with(gains, counted_gains(problem))
    return np.asarray(~has_gain | counts | pinned_candidates(problem))
