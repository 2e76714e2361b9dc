"""A first route without search: by worth alone, one candidate after another.

It seeds the solver and stands in when the deadline leaves no room; the checker judges each
trial, so what comes out always holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.planning.admissible import admissible, counted_gains, meetings_allowed
from engine.planning.checks import CheckReport, check_route
from engine.planning.problem import DAY_MIN, RouteProblem
from engine.planning.solution import Route
from engine.planning.windows import mentor_windows

TRIALS_MAX = 60
"""Candidates tried; the best by worth alone nearly always stand in the first dozens."""


def greedy_route(problem: RouteProblem) -> Route | None:
    """A feasible route, or ``None`` where this simple rule finds none.

    Pins come first; then candidates in the order of their worth alone, each kept if the route
    holds and gains by it. A programme that must be followed by practice is tried together with
    each of a few practices.
    """
    worth = _worth(problem)
    ok = admissible(problem)
    chosen: tuple[int, ...] = ()
    for pin in problem.pins:
        fitting = [j for j in pin.candidates if ok[j]]
        if not set(fitting) & set(chosen):
            if not fitting:
                return None
            chosen = (*chosen, max(fitting, key=lambda j: (worth[j], -j)))
    mentors = _mentors(problem)
    route, report = _judge(problem, chosen, mentors[:1])
    order = sorted(np.flatnonzero(ok & (worth > 0)).tolist(), key=lambda j: (-worth[j], j))
    for extra in _trials(problem, order, ok, worth):
        if set(extra) & set(route.chosen):
            continue
        trial, judged = _judge(problem, (*route.chosen, *extra), mentors[:1])
        better = judged.holds and (not report.holds or judged.value_mpt > report.value_mpt)
        if better:
            route, report = trial, judged
    route, report = _judge(problem, route.chosen, mentors)
    return route if report.holds else None


def kept_route(problem: RouteProblem) -> Route | None:
    """The kept route of a revision as far as it is still there; the checker has not judged it.

    ``None`` where nothing is revised.
    """
    revision = problem.revision
    if revision is None:
        return None
    ok = admissible(problem)
    fitting = ([j for j in step if ok[j]] for step in revision.steps)
    chosen = (*revision.fixed, *(step[0] for step in fitting if step))
    return _judge(problem, chosen, _mentors(problem))[0]


def complete(problem: RouteProblem, chosen: Sequence[int], mentor: int | None) -> Route:
    """The chosen candidates with a mentor, his earliest fitting slots, and checkpoints."""
    ordered = tuple(sorted(set(chosen)))
    slots = _slots(problem, ordered, mentor) if mentor is not None and ordered else ()
    middle_week = check_route(problem, Route(ordered, mentor, slots)).middle_week
    middle, final = _checkpoints(problem, ordered, middle_week)
    return Route(ordered, mentor, slots, middle, final)


def _judge(
    problem: RouteProblem, chosen: Sequence[int], mentors: Sequence[int | None]
) -> tuple[Route, CheckReport]:
    """The best completion over ``mentors``."""
    best: tuple[Route, CheckReport] | None = None
    for mentor in mentors:
        route = complete(problem, chosen, mentor)
        report = check_route(problem, route)
        key = (report.holds, report.value_mpt)
        if best is None or key > (best[1].holds, best[1].value_mpt):
            best = (route, report)
    assert best is not None
    return best


def _mentors(problem: RouteProblem) -> list[int | None]:
    """Nobody where that is allowed, and the few mentors with the most slots, then the best fit."""
    rules = problem.mentor
    able = [m for m, option in enumerate(rules.options) if option.capacity >= 1]
    able.sort(key=lambda m: (-len(rules.options[m].slots), -rules.options[m].fit_mpt, m))
    options: list[int | None] = list(able[:2])
    return options if rules.required and able else [None, *options]


def _worth(problem: RouteProblem) -> np.ndarray:
    """Value of each candidate if it stood alone, mpt, shape (n_candidates,)."""
    table = problem.candidates
    worth = (table.bonus_mpt - table.price_mpt).astype(np.float64)
    counted = counted_gains(problem)
    owner = np.repeat(np.arange(len(table)), np.diff(table.gains.indptr))
    for entry in np.flatnonzero(counted).tolist():
        demand, gain = table.gains.values[entry]
        for length, slope in problem.demands[demand].pieces:
            worth[owner[entry]] += min(gain, length) * slope
            gain = max(gain - length, 0)
    return worth


def _trials(
    problem: RouteProblem, order: Sequence[int], ok: np.ndarray, worth: np.ndarray
) -> Iterator[tuple[int, ...]]:
    for j in order[:TRIALS_MAX]:
        yield (j,)
        # Alone the programme broke the rule if a practice is needed and none is in the route.
        yield from ((j, i) for i in _practices(problem, j, ok, worth)[:2])


def _practices(problem: RouteProblem, j: int, ok: np.ndarray, worth: np.ndarray) -> list[int]:
    table = problem.candidates
    activity = problem.activities[table.activity[j]]
    if not problem.limits.transfer_weeks or not activity.needs_practice:
        return []
    end = table.end_day[j]
    follows = ok & np.isin(table.activity, activity.practices) & (table.start_day > end)
    follows &= table.start_day <= end + 7 * problem.limits.transfer_weeks
    return sorted(np.flatnonzero(follows).tolist(), key=lambda i: (-worth[i], i))


def _slots(problem: RouteProblem, chosen: Sequence[int], mentor: int) -> tuple[int, ...]:
    table = problem.candidates
    slots = np.array(problem.mentor.options[mentor].slots, dtype=np.int64).reshape(-1, 3)
    taken_meetings = [m for j in chosen for m in table.meetings.row(j).tolist()]
    load = np.zeros(problem.n_weeks, dtype=np.int64)
    for j in chosen:
        weekly = table.weekly.row(j)
        np.add.at(load, weekly[:, 0], weekly[:, 1])
    first = int(table.start_day[list(chosen)].min()) // 7
    last = int(table.end_day[list(chosen)].max()) // 7
    free = meetings_allowed(problem, slots)
    kept: list[int] = []
    for window in mentor_windows(problem, first, last):
        for i in sorted(np.flatnonzero(free).tolist(), key=lambda i: (slots[i, 0], i)):
            start, end, place = slots[i].tolist()
            week = start // (7 * DAY_MIN)
            if not window.first <= week <= window.last:
                continue
            fits = load[week] + end - start <= problem.tempo_min[week]
            if fits and not any(_clash(problem, m, (start, end, place)) for m in taken_meetings):
                kept.append(i)
                taken_meetings.append([start, end, place])
                load[week] += end - start
                break
    return tuple(sorted(kept))


def _clash(problem: RouteProblem, first: Sequence[int], second: Sequence[int]) -> bool:
    apart = max(first[0], second[0]) - min(first[1], second[1])
    travel = first[2] != second[2] and first[2] >= 0 and second[2] >= 0
    return apart < (problem.limits.travel_buffer_min if travel else 0)


def _checkpoints(
    problem: RouteProblem, chosen: Sequence[int], middle_week: int | None
) -> tuple[int | None, int | None]:
    rules = problem.checkpoints
    if not chosen:
        return None, None
    last = int(problem.candidates.end_day[list(chosen)].max())
    middle = final = None
    if rules.middle and middle_week is not None:
        middle = next((c for c, o in enumerate(rules.offers) if o.day // 7 == middle_week), None)
    if rules.final:
        window = range(last + 1, last + rules.final_within_days + 1)
        offers = enumerate(rules.offers)
        final = next((c for c, o in offers if o.day in window and c != middle), None)
    return middle, final
