"""Filling quick plans, compiled; see ``plans``."""

from __future__ import annotations

from typing import NamedTuple

from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.compiled import compiled, inlined


class MenuArrays(NamedTuple):
    """Runs to plan with, ordered by activity and then by start.

    Parameters
    ----------
    run_ptr
        Shape (n_activities + 1,): runs of each activity, all with the same gains.
    form, source
        Shape (n,): position of the form; source charged, −1 = free.
    minutes, steps, cost, long
        Shape (n,): minutes, steps (2 with the practice that must follow), roubles, whether it
        counts for ``parallel``.
    first_week, last_week
        Shape (n,): weeks from the first day to the last.
    net
        Shape (n,): bonus minus price, points.
    gain_ptr, gain_demand, gain
        Rows of (demand, part of a whole deficit).
    week_ptr, week, week_min
        Rows of (week, minutes).
    """

    run_ptr: IntArray
    form: IntArray
    source: IntArray
    minutes: IntArray
    steps: IntArray
    cost: IntArray
    long: BoolArray
    first_week: IntArray
    last_week: IntArray
    net: FloatArray
    gain_ptr: IntArray
    gain_demand: IntArray
    gain: FloatArray
    week_ptr: IntArray
    week: IntArray
    week_min: IntArray


class RoomArrays(NamedTuple):
    """What a route has room for.

    Parameters
    ----------
    weeks
        Shape (n_weeks,): minutes.
    total
        Shape (2,): minutes and steps.
    forms
        Shape (n_forms, 2): minutes and steps of each form.
    money
        Shape (n_sources,): roubles.
    parallel
        Shape (n_weeks,): long programmes.
    """

    weeks: IntArray
    total: IntArray
    forms: IntArray
    money: IntArray
    parallel: IntArray


@inlined
def _worth(table: FloatArray, closed: float) -> float:
    last = len(table) - 1
    at = min(closed, 1.0) * last
    cell = min(int(at), last - 1)
    return float(table[cell] + (at - cell) * (table[cell + 1] - table[cell]))


@inlined
def _added(m: MenuArrays, j: int, table: FloatArray, closed: FloatArray) -> float:
    value = m.net[j]
    for e in range(m.gain_ptr[j], m.gain_ptr[j + 1]):
        k = m.gain_demand[e]
        value += _worth(table[k], closed[k] + m.gain[e]) - _worth(table[k], closed[k])
    return float(value)


@inlined
def _fits(m: MenuArrays, j: int, room: RoomArrays) -> bool:
    if m.minutes[j] > room.total[0] or room.total[1] < m.steps[j]:
        return False
    if m.minutes[j] > room.forms[m.form[j], 0] or room.forms[m.form[j], 1] < 1:
        return False
    if m.source[j] >= 0 and m.cost[j] > room.money[m.source[j]]:
        return False
    for e in range(m.week_ptr[j], m.week_ptr[j + 1]):
        if m.week_min[e] > room.weeks[m.week[e]]:
            return False
    if m.long[j]:
        for week in range(m.first_week[j], m.last_week[j] + 1):
            if room.parallel[week] < 1:
                return False
    return True


@inlined
def _take(m: MenuArrays, j: int, room: RoomArrays, closed: FloatArray) -> None:
    room.total[0] -= m.minutes[j]
    room.total[1] -= m.steps[j]
    room.forms[m.form[j], 0] -= m.minutes[j]
    room.forms[m.form[j], 1] -= 1
    if m.source[j] >= 0:
        room.money[m.source[j]] -= m.cost[j]
    for e in range(m.week_ptr[j], m.week_ptr[j + 1]):
        room.weeks[m.week[e]] -= m.week_min[e]
    if m.long[j]:
        for week in range(m.first_week[j], m.last_week[j] + 1):
            room.parallel[week] -= 1
    for e in range(m.gain_ptr[j], m.gain_ptr[j + 1]):
        closed[m.gain_demand[e]] += m.gain[e]


@compiled
def fill_plans(
    m: MenuArrays,
    room: RoomArrays,
    tables: FloatArray,
    by_share: bool,
    closed: FloatArray,
    net: FloatArray,
) -> None:
    """Fill one plan for each table, in place: ``closed`` and ``net`` begin with zeros.

    Again and again the activity is taken that adds most, or most for the share of the minutes
    and steps left that it takes, with its first run that fits. What a run adds only falls, and
    what does not fit never will: both are passed over from then on.
    """
    n_activities = len(m.run_ptr) - 1
    for p in range(len(tables)):
        left = RoomArrays(
            room.weeks.copy(),
            room.total.copy(),
            room.forms.copy(),
            room.money.copy(),
            room.parallel.copy(),
        )
        next_run = m.run_ptr[:-1].copy()
        while True:
            best, best_score = -1, 0.0
            for a in range(n_activities):
                end = m.run_ptr[a + 1]
                j = next_run[a]
                while j < end and not _fits(m, j, left):
                    j += 1
                added = _added(m, j, tables[p], closed[p]) if j < end else 0.0
                next_run[a] = j if added > 0.0 else end
                if added > 0.0:
                    share = m.minutes[j] / left.total[0] + m.steps[j] / left.total[1]
                    score = added / share if by_share else added
                    if score > best_score:
                        best, best_score = a, score
            if best < 0:
                break
            taken = next_run[best]
            net[p] += m.net[taken]
            _take(m, taken, left, closed[p])
            next_run[best] = m.run_ptr[best + 1]
