"""Limits of a problem that what has begun never breaks.

The rest has what is left: a week, a budget or a number of steps that is used up by what has begun
admits nothing more. In the weeks that are over nothing is left at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.problem import (
    DAY_MIN,
    FORM_OF_CATEGORY,
    FORMS,
    ONLINE,
    Candidate,
    FormLimit,
    Limits,
    RouteProblem,
)

Span = tuple[int, int, int]


def with_room_for(
    problem: RouteProblem, fixed: Sequence[int], first_day: int, held: Sequence[Span]
) -> RouteProblem:
    """Raise every limit to what fixed candidates and held meetings take of it.

    Parameters
    ----------
    fixed
        Candidates that stand.
    first_day
        Weeks before its week are over.
    held
        Meetings with the mentor that have been held: (start, end, place).

    Notes
    -----
    ``parallel`` and ``daily_load`` are one number for all weeks and days, so where what has begun
    exceeds a limit that was lowered since, the greater number holds everywhere.
    """
    records = [problem.candidates.record(j) for j in fixed]
    meetings = [meeting for record in records for meeting in record.meetings]
    opens, closes = _hours(problem, [*meetings, *held])
    return replace(
        problem,
        tempo_min=_tempo(problem, records, first_day // 7, held),
        holiday_week=_over(problem, first_day // 7),
        day_open_min=opens,
        day_close_min=closes,
        busy=_without(problem.busy, [*meetings, *held]),
        limits=_limits(problem, records, meetings),
        budget_rub=tuple(
            max(amount, sum(r.cost_rub for r in records if r.source == s))
            for s, amount in enumerate(problem.budget_rub)
        ),
        form_mix=tuple(_form_limit(problem, limit, records) for limit in problem.form_mix),
    )


def _tempo(
    problem: RouteProblem, records: Sequence[Candidate], this_week: int, held: Sequence[Span]
) -> IntArray:
    load = np.zeros(problem.n_weeks, dtype=np.int64)
    for record in records:
        for week, minutes in record.weekly:
            load[week] += minutes
    met = np.zeros(problem.n_weeks, dtype=np.int64)
    for start, end, _ in held:
        met[start // (7 * DAY_MIN)] += end - start
    over = np.arange(problem.n_weeks) < this_week
    return np.where(over, load + met, np.maximum(problem.tempo_min, load))


def _over(problem: RouteProblem, this_week: int) -> BoolArray:
    """Windows of the cadence that are over ask for no meeting any more."""
    return problem.holiday_week | (np.arange(problem.n_weeks) < this_week)


def _hours(problem: RouteProblem, meetings: Sequence[Span]) -> tuple[IntArray, IntArray]:
    opens, closes = problem.day_open_min.copy(), problem.day_close_min.copy()
    for start, end, _ in meetings:
        day = start // DAY_MIN
        first, last = start - day * DAY_MIN, end - day * DAY_MIN
        closed = opens[day] == closes[day]
        opens[day] = first if closed else min(int(opens[day]), first)
        closes[day] = last if closed else max(int(closes[day]), last)
    return opens, closes


def _without(busy: IntArray, meetings: Sequence[Span]) -> IntArray:
    """Busy spans without the parts in which a meeting lies that stands."""
    left = [(int(start), int(end)) for start, end in busy]
    for start, end, _ in meetings:
        parts = [((s, min(e, start)), (max(s, end), e)) for s, e in left]
        left = [(s, e) for pair in parts for s, e in pair if s < e]
    return np.array(left, dtype=np.int64).reshape(len(left), 2)


def _limits(
    problem: RouteProblem, records: Sequence[Candidate], meetings: Sequence[Span]
) -> Limits:
    limits = problem.limits
    minutes = sum(minutes for record in records for _, minutes in record.weekly)
    running = Counter(
        week
        for record in records
        if problem.activities[record.activity].long
        for week in range(record.start_day // 7, record.end_day // 7 + 1)
    )
    met: Counter[int] = Counter()
    for start, end, _ in meetings:
        met[start // DAY_MIN] += end - start
    return replace(
        limits,
        workload_max_min=_at_least(limits.workload_max_min, minutes),
        steps_max=_at_least(limits.steps_max, len(records)),
        parallel_max=_at_least(limits.parallel_max, max(running.values(), default=0)),
        daily_max_min=_at_least(limits.daily_max_min, max(met.values(), default=0)),
        online_allowed=limits.online_allowed or any(place == ONLINE for *_, place in meetings),
    )


def _at_least(limit: int, amount: int) -> int:
    """−1 = no limit."""
    return limit if limit < 0 else max(limit, amount)


def _form_limit(problem: RouteProblem, limit: FormLimit, records: Sequence[Candidate]) -> FormLimit:
    own = [
        record
        for record in records
        if FORM_OF_CATEGORY[problem.activities[record.activity].category] is FORMS[limit.form]
    ]
    minutes = sum(minutes for record in own for _, minutes in record.weekly)
    return replace(
        limit,
        most_min=_at_least(limit.most_min, minutes),
        most_steps=_at_least(limit.most_steps, len(own)),
    )
