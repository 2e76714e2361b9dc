"""What the search looks at: a pool of columns of the relaxation in flat arrays of integers.

The arrays stand in small groups, so that a compiled function takes only what it looks at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.admissible import meetings_allowed
from engine.planning.compiled import compiled
from engine.planning.kernel import entries_of
from engine.planning.phi import Phi
from engine.planning.problem import DAY_MIN, FORM_OF_CATEGORY, FORMS, RouteProblem
from engine.planning.relaxation import Relaxation

MENTORS_TRIED = 3
WEEK_MIN = 7 * DAY_MIN
NO_LIMIT = 2**40
ACTIVITY, START, END, MINUTES, OWN, WEEKS, LACK = range(7)
"""Columns of ``Adding.column``."""
SHOWN_WEEKS = 60
"""Weeks that have a bit in ``WEEKS``."""


class Adding(NamedTuple):
    """What adds up.

    A *resource* is anything that adds up under a limit: the minutes of a week come first, then
    long programmes by week, meeting minutes by day, steps, workload, budgets, forms.

    Parameters
    ----------
    column
        Shape (n, 7): activity, first and last day, minutes in all, mpt without gains, the weeks
        with minutes as bits, and mpt that the relaxation misses in it.
    use_ptr, use
        (resource, amount) of each column.
    limit
        Shape (n_resources,).
    gain_ptr, gain
        (demand, gain units) of each column, counted gains only.
    phi
        Shape (n_demands, most units + 1): value in mpt of so many gain units.
    """

    column: IntArray
    use_ptr: IntArray
    use: IntArray
    limit: IntArray
    gain_ptr: IntArray
    gain: IntArray
    phi: IntArray


class Meets(NamedTuple):
    """Meetings of each column, (start, end, place), and the travel buffer as ``buffer[0]``."""

    ptr: IntArray
    meeting: IntArray
    buffer: IntArray


class Needs(NamedTuple):
    """Who asks for whom: an OR-group that comes before, or a practice that comes after.

    Parameters
    ----------
    ptr
        Needs of each column.
    server_ptr, server
        Columns that meet each need.
    serves
        The same as a table, shape (n_needs, n).
    """

    ptr: IntArray
    server_ptr: IntArray
    server: IntArray
    serves: BoolArray


class Wanted(NamedTuple):
    """Least sums: pins (1 of any of theirs) and least amounts of forms.

    Parameters
    ----------
    amount
        Shape (n_wanted, n).
    least
        Shape (n_wanted,).
    """

    amount: IntArray
    least: IntArray


class Company(NamedTuple):
    """What accompanies the steps.

    Parameters
    ----------
    tempo
        Shape (n_weeks,).
    mentor
        Shape (n_options, 4): index (−1 = nobody), worth in mpt, first and last + 1 slot.
    slot
        Shape (n_slots, 5): index in the option, week, start, end, place; by start.
    empty
        Shape (n_weeks,): 1 = the window that begins in the week is of holidays only.
    offer
        Shape (n_offers, 2): day and minutes.
    rules
        Cadence in weeks, price of a missed meeting, 1 = it may be missed, 1 = middle checkpoint,
        1 = final one, days within which it is due, price of a missing one, most minutes in all
        and of meetings in a day.
    """

    tempo: IntArray
    mentor: IntArray
    slot: IntArray
    empty: IntArray
    offer: IntArray
    rules: IntArray


class SearchTable(NamedTuple):
    """A pool of n columns; position in the pool names a column.

    Parameters
    ----------
    excludes
        Shape (n, n): of one activity, or with meetings that exclude each other.
    """

    adding: Adding
    excludes: BoolArray
    meets: Meets
    needs: Needs
    wanted: Wanted
    company: Company


@dataclass(frozen=True, eq=False)
class _Pool:
    """The columns of a pool, ordered as they were given."""

    problem: RouteProblem
    candidates: IntArray
    activity: IntArray
    start_day: IntArray
    end_day: IntArray
    load: IntArray
    gain: IntArray
    own: IntArray
    lack: IntArray
    phi: Phi

    @property
    def n(self) -> int:
        return len(self.candidates)

    @cached_property
    def minutes(self) -> IntArray:
        return np.asarray(self.load.sum(axis=1))


def search_table(r: Relaxation, columns: IntArray, lack: IntArray) -> SearchTable:
    """Flat arrays of some columns of a relaxation.

    Parameters
    ----------
    columns
        Shape (n,), ascending.
    lack
        Shape (n,), mpt: by how much each is worse than what the relaxation would take, see
        ``Bounding.lack``.
    """
    pool = _Pool(
        problem=r.problem,
        candidates=r.candidates[columns],
        activity=r.activity[columns],
        start_day=r.start_day[columns],
        end_day=r.end_day[columns],
        load=r.dense_load[columns],
        gain=r.gain[columns],
        own=r.objective[columns],
        lack=lack,
        phi=r.phi,
    )
    meets = _meets(pool)
    return SearchTable(
        adding=_adding(pool),
        excludes=excluding(pool.activity, pool.start_day, pool.end_day, *meets),
        meets=meets,
        needs=_needs(pool),
        wanted=_wanted(pool),
        company=_company(r.problem),
    )


def _whole_numbers(values: IntArray) -> IntArray:
    return np.ascontiguousarray(values, dtype=np.int64)


def _pointers(counts: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _entries(owner: IntArray, key: IntArray, value: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """Pointers and (key, value) pairs by owner."""
    order = np.argsort(owner, kind="stable")
    pointers = _pointers(np.bincount(owner, minlength=n))
    return pointers, _whole_numbers(np.column_stack([key[order], value[order]]))


# --------------------------------------------------------------------- what adds up


def _adding(r: _Pool) -> Adding:
    owner, key, amount, limit = _uses(r)
    kept = amount > 0
    use_ptr, use = _entries(owner[kept], key[kept], amount[kept], r.n)
    row, demand = np.nonzero(r.gain)
    gain_ptr, gain = _entries(row, demand, r.gain[row, demand], r.n)
    bits = np.left_shift(1, np.arange(min(SHOWN_WEEKS, r.problem.n_weeks)))
    weeks = (r.load[:, : len(bits)] > 0) @ bits
    column = [r.activity, r.start_day, r.end_day, r.minutes, r.own, weeks, r.lack]
    return Adding(
        _whole_numbers(np.column_stack(column)), use_ptr, use, limit, gain_ptr, gain, _phi(r)
    )


def _uses(r: _Pool) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Owner, resource and amount of every use, and the limits."""
    problem, limits, table = r.problem, r.problem.limits, r.problem.candidates
    row, week = np.nonzero(r.load)
    parts = [(row, week, r.load[row, week])]
    bounds = [problem.tempo_min]
    everyone, minutes = np.arange(r.n), r.minutes
    if limits.parallel_max >= 0:
        parts.append(_running(r, sum(map(len, bounds))))
        bounds.append(np.full(problem.n_weeks, limits.parallel_max))
    if limits.daily_max_min >= 0:
        owner, day, amount = _daily(r)
        parts.append((owner, day + sum(map(len, bounds)), amount))
        bounds.append(np.full(int(day.max(initial=-1)) + 1, limits.daily_max_min))
    scalar: list[tuple[IntArray, int]] = []
    if limits.steps_max >= 0:
        scalar.append((np.ones(r.n, dtype=np.int64), limits.steps_max))
    if limits.workload_max_min >= 0:
        scalar.append((minutes, limits.workload_max_min))
    source, cost = table.source[r.candidates], table.cost_rub[r.candidates]
    for number, budget in enumerate(problem.budget_rub):
        scalar.append((np.where(source == number, cost, 0), budget))
    form = _forms(r)
    for mix in problem.form_mix:
        inside = (form == mix.form).astype(np.int64)
        if mix.most_min >= 0:
            scalar.append((inside * minutes, mix.most_min))
        if mix.most_steps >= 0:
            scalar.append((inside, mix.most_steps))
    for amount, bound in scalar:
        parts.append((everyone, np.full(r.n, sum(map(len, bounds))), amount))
        bounds.append(np.array([bound]))
    owner, key, amount = (np.concatenate(p) for p in zip(*parts, strict=True))
    return owner, key, amount, _whole_numbers(np.concatenate(bounds))


def _running(r: _Pool, first: int) -> tuple[IntArray, IntArray, IntArray]:
    """Weeks in which long programmes run."""
    long = np.array([a.long for a in r.problem.activities], dtype=np.bool_)
    own = np.flatnonzero(long[r.activity])
    begin, end = r.start_day[own] // 7, r.end_day[own] // 7
    spans = end - begin + 1
    owner = np.repeat(own, spans)
    week = np.arange(int(spans.sum())) - np.repeat(np.cumsum(spans) - spans - begin, spans)
    return owner, first + week, np.ones(len(owner), dtype=np.int64)


def _daily(r: _Pool) -> tuple[IntArray, IntArray, IntArray]:
    """Meeting minutes by day, over the days on which they could be too many."""
    owner, entry = entries_of(r.problem.candidates.meetings, r.candidates)
    start, end, _ = r.problem.candidates.meetings.values[entry].T
    pair, place = np.unique(owner * r.problem.n_days + start // DAY_MIN, return_inverse=True)
    minutes = np.bincount(place, weights=end - start, minlength=len(pair)).astype(np.int64)
    owner, day = pair // r.problem.n_days, pair % r.problem.n_days
    total = np.bincount(day, weights=minutes, minlength=1)
    crowded = total[day] > r.problem.limits.daily_max_min
    _, number = np.unique(day[crowded], return_inverse=True)
    return owner[crowded], number, minutes[crowded]


def _forms(r: _Pool) -> IntArray:
    category = np.array([a.category for a in r.problem.activities], dtype=np.int64)
    form = np.array([FORMS.index(f) for f in FORM_OF_CATEGORY], dtype=np.int64)
    return np.asarray(form[category[r.activity]])


def _phi(r: _Pool) -> IntArray:
    """Value of each number of gain units up to the largest demand, for each demand."""
    units = np.arange(int(r.phi.whole.max(initial=0)) + 1)
    table = np.zeros((len(r.phi.whole), len(units)), dtype=np.int64)
    for k in range(len(table)):
        table[k] = r.phi.of_demand(k, units)
    return table


# --------------------------------------------------------------------- meetings and needs


def _meets(r: _Pool) -> Meets:
    meetings = r.problem.candidates.meetings
    owner, entry = entries_of(meetings, r.candidates)
    buffer = np.array([r.problem.limits.travel_buffer_min], dtype=np.int64)
    counts = np.bincount(owner, minlength=r.n)
    return Meets(_pointers(counts), _whole_numbers(meetings.values[entry]), buffer)


@compiled
def excluding(
    activity: IntArray,
    start_day: IntArray,
    end_day: IntArray,
    ptr: IntArray,
    meeting: IntArray,
    buffer: IntArray,
) -> BoolArray:
    """Which columns are of one activity or have meetings that exclude each other."""
    n = len(activity)
    found = np.zeros((n, n), dtype=np.bool_)
    for i in range(n):
        for j in range(i + 1):
            clash = activity[i] == activity[j]
            near = start_day[i] <= end_day[j] + 1 and start_day[j] <= end_day[i] + 1
            if near and not clash:
                for e in range(ptr[i], ptr[i + 1]):
                    for f in range(ptr[j], ptr[j + 1]):
                        apart = max(meeting[e, 0], meeting[f, 0])
                        apart -= min(meeting[e, 1], meeting[f, 1])
                        onsite = meeting[e, 2] >= 0 and meeting[f, 2] >= 0
                        if onsite and meeting[e, 2] != meeting[f, 2]:
                            apart -= buffer[0]
                        clash = clash or apart < 0
            found[i, j] = clash
            found[j, i] = clash
    return found


def _needs(r: _Pool) -> Needs:
    days = 7 * r.problem.limits.transfer_weeks
    inside: dict[tuple[int, ...], BoolArray] = {}
    owners: list[IntArray] = []
    tables: list[BoolArray] = []

    def of(group: tuple[int, ...]) -> BoolArray:
        if group not in inside:
            member = np.zeros(len(r.problem.activities), dtype=np.bool_)
            member[list(group)] = True
            inside[group] = member[r.activity]
        return inside[group]

    edges = np.flatnonzero(np.diff(r.activity, prepend=-1, append=-1)).tolist()
    for begin, end in pairwise(edges):
        facts = r.problem.activities[int(r.activity[begin])]
        own = np.arange(begin, end)
        for group in facts.prerequisites:
            owners.append(own)
            tables.append(of(group) & (r.end_day < r.start_day[own, None]))
        if days > 0 and facts.needs_practice:
            after, until = r.end_day[own, None], r.end_day[own, None] + days
            owners.append(own)
            tables.append(of(facts.practices) & (r.start_day > after) & (r.start_day <= until))
    owner = np.concatenate([np.zeros(0, dtype=np.int64), *owners])
    order = np.argsort(owner, kind="stable")
    serves = np.concatenate([np.zeros((0, r.n), dtype=np.bool_), *tables])[order]
    need, server = np.nonzero(serves)
    return Needs(
        _pointers(np.bincount(owner, minlength=r.n)),
        _pointers(np.bincount(need, minlength=len(serves))),
        _whole_numbers(server),
        serves,
    )


def _wanted(r: _Pool) -> Wanted:
    form, minutes = _forms(r), r.minutes
    amounts = [np.isin(r.candidates, p.candidates).astype(np.int64) for p in r.problem.pins]
    least = [1] * len(amounts)
    for mix in r.problem.form_mix:
        inside = (form == mix.form).astype(np.int64)
        for amount, wanted in ((inside * minutes, mix.least_min), (inside, mix.least_steps)):
            if wanted > 0:
                amounts.append(amount)
                least.append(wanted)
    shape = (len(least), r.n)
    return Wanted(np.array(amounts, dtype=np.int64).reshape(shape), np.array(least, dtype=np.int64))


# --------------------------------------------------------------------- accompaniment


def _company(problem: RouteProblem) -> Company:
    rules, checks, limits = problem.mentor, problem.checkpoints, problem.limits
    mentors, slots, first = [], [np.zeros((0, 5), dtype=np.int64)], 0
    for m in _mentors(problem):
        own = np.zeros((0, 5), dtype=np.int64) if m < 0 else _usable_slots(problem, m)
        option = rules.options[m] if m >= 0 else None
        worth = option.fit_mpt - option.price_mpt if option else 0
        mentors.append((m, worth, first, first + len(own)))
        slots.append(own)
        first += len(own)
    holidays = problem.holiday_week
    windows = [holidays[w : w + rules.cadence_weeks].all() for w in range(problem.n_weeks)]
    offers = [(o.day, o.duration_min) for o in checks.offers]
    numbers = [
        *(rules.cadence_weeks, rules.missed_meeting_mpt, int(rules.missed_meeting_allowed)),
        *(int(checks.middle), int(checks.final), checks.final_within_days),
        checks.checkpoint_missing_mpt,
        *(
            most if most >= 0 else NO_LIMIT
            for most in (limits.workload_max_min, limits.daily_max_min)
        ),
    ]
    return Company(
        _whole_numbers(problem.tempo_min),
        np.array(mentors, dtype=np.int64),
        _whole_numbers(np.concatenate(slots)),
        np.array(windows, dtype=np.int64),
        np.array(offers, dtype=np.int64).reshape(len(offers), 2),
        np.array(numbers, dtype=np.int64),
    )


def _mentors(problem: RouteProblem) -> list[int]:
    """Nobody (−1) where that is allowed, and the few with the most slots, then the best fit."""
    rules = problem.mentor
    able = [m for m, option in enumerate(rules.options) if option.capacity >= 1]
    able.sort(key=lambda m: (-len(rules.options[m].slots), -rules.options[m].fit_mpt, m))
    return able[:MENTORS_TRIED] if rules.required and able else [-1, *able[:MENTORS_TRIED]]


def _usable_slots(problem: RouteProblem, mentor: int) -> IntArray:
    """Index, week, start, end and place of the slots in which a meeting may be, by start."""
    slots = np.array(problem.mentor.options[mentor].slots, dtype=np.int64).reshape(-1, 3)
    able = np.flatnonzero(meetings_allowed(problem, slots))
    able = able[np.argsort(slots[able, 0], kind="stable")]
    return np.column_stack([able, slots[able, 0] // WEEK_MIN, slots[able]])
