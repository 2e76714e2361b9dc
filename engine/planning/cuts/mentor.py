"""How many meetings with the mentor a route of some weeks needs."""

from __future__ import annotations

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.compiled import compiled
from engine.planning.relaxation import Relaxation, Rows

STRETCHES_A_ROUND = 6
LACK_LEAST = 0.05
"""Least lack of meetings that is worth a row."""
REACH_LEAST = 0.02
"""Least violation of a row about first and last weeks."""


def _has_mentors(r: Relaxation) -> bool:
    mentors = r.first_mentor - r.n + np.arange(len(r.problem.mentor.options))
    return bool(r.upper[mentors].any())


def cadence_rows(r: Relaxation, x: FloatArray, _support: IntArray, rows: Rows) -> None:
    """Meetings, or missed windows, in every stretch of weeks that holds whole windows.

    Windows of c weeks tumble from the first week, so a stretch of k·c + c − 1 weeks inside the
    route holds at least k of them, less those of holidays only.
    """
    if not _has_mentors(r):
        return
    weeks, cadence = r.problem.n_weeks, r.problem.mentor.cadence_weeks
    mentors = r.first_mentor + np.arange(len(r.problem.mentor.options))
    windows = _least_windows(r.problem.holiday_week, cadence)
    met = x[r.first_meeting : r.first_meeting + weeks]
    missed = x[r.first_missed : r.first_missed + weeks]
    reach = x[r.first_reach : r.first_reach + weeks]
    begun = x[r.first_reach + weeks : r.first_reach + 2 * weeks]
    before = np.concatenate([[0.0], np.cumsum(met + missed)])
    last_start = np.maximum(np.arange(weeks) - cadence + 1, 0)
    due = windows * (begun[:, None] + reach[last_start] + (x[mentors].sum() - 2))
    lack = np.where(windows > 0, due - (before[1:] - before[:-1, None]), 0.0)
    first_week, last_week = np.nonzero(lack > LACK_LEAST)
    # The greatest lack; what differs by rounding only is equal.
    order = np.argsort(-np.round(lack[first_week, last_week], 8), kind="stable")
    for i in order[:STRETCHES_A_ROUND].tolist():
        first, last = int(first_week[i]), int(last_week[i])
        count = int(windows[first, last])
        stretch = np.arange(first, last + 1)
        edges = [r.first_reach + weeks + first, r.first_reach + last - cadence + 1]
        columns = np.concatenate(
            [r.first_meeting + stretch, r.first_missed + stretch, edges, mentors]
        )
        values = np.full(len(columns), -1)
        values[2 * len(stretch) :] = count
        rows.add(columns, values, 2 * count)


def _least_windows(holiday: BoolArray, cadence: int) -> IntArray:
    """Fewest windows, those of holidays only left out, that lie wholly in a stretch of weeks.

    Returns
    -------
    ndarray of int64, shape (n_weeks, n_weeks)
        By first and last week, the fewest over all phases; 0 for stretches that are not of
        k·c + c − 1 weeks with k ≥ 1.
    """
    weeks = len(holiday)
    counts = [int(not holiday[s : s + cadence].all()) for s in range(weeks - cadence + 1)]
    # Windows every c weeks that begin in a week or before it.
    upto = np.array([0] * cadence + counts, dtype=np.int64)
    for s in range(cadence, len(upto)):
        upto[s] += upto[s - cadence]
    least = np.zeros((weeks, weeks), dtype=np.int64)
    for k in range(1, weeks // cadence + 1):
        first = np.arange(weeks - (k * cadence + cadence - 1) + 1)
        phases = first[:, None] + np.arange(cadence)
        fewest = (upto[phases + k * cadence] - upto[phases]).min(axis=1)
        least[first, first + k * cadence + cadence - 2] = fewest
    return least


def reach_rows(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """A run that ends in a week or later reaches it; one that starts by a week has begun."""
    if not _has_mentors(r):
        return
    weeks, edges = r.problem.n_weeks, np.append(r.group_start, r.n)
    for day, first, late in (
        (r.end_day, r.first_reach, True),
        (r.start_day, r.first_reach + weeks, False),
    ):
        broken = _broken_weeks(late, x, support, r.group, day // 7, x[first : first + weeks])
        for week in np.flatnonzero(broken >= 0).tolist():
            own = np.arange(edges[broken[week]], edges[broken[week] + 1])
            own = own[day[own] // 7 >= week if late else day[own] // 7 <= week]
            rows.add(np.append(own, first + week), np.append(np.ones(len(own), np.int64), -1), 0)


@compiled
def _broken_weeks(
    late: bool,
    x: FloatArray,
    support: IntArray,
    group: IntArray,
    run_week: IntArray,
    least: FloatArray,
) -> IntArray:
    """Of each week the activity whose runs exceed ``least`` most, −1 = none, shape (n_weeks,).

    Runs of the week and later ones count if ``late``, else those of the week and earlier ones.
    """
    broken = np.full(len(least), -1, dtype=np.int64)
    for week in range(len(least)):
        most, share, before = least[week] + REACH_LEAST, 0.0, -1
        for j in support:
            if run_week[j] == week or (run_week[j] > week) == late:
                if group[j] != before:
                    before, share = group[j], 0.0
                share += x[j]
                if share > most:
                    most, broken[week] = share, before
    return broken
