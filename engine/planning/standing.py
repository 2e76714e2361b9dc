"""What stands in the way of simply adding a candidate to a route, for all candidates at once.

"Simply adding" leaves mentor meetings and checkpoints where they are: both follow the steps, so
the rules ``checkpoints`` and ``mentor_cadence`` are never named. For every other rule the answer
is the checker's for the route with the candidate in it, without asking the checker thousands of
times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import BoolArray, IntArray, Reason
from engine.planning.admissible import (
    counted_gains,
    meetings_allowed,
    pinned_candidates,
    rows_with,
)
from engine.planning.checks import CheckReport
from engine.planning.meetings import pairs_clash
from engine.planning.phi import Phi
from engine.planning.problem import DAY_MIN, FORM_OF_CATEGORY, FORMS, RouteProblem
from engine.planning.solution import Route

IN_THE_WAY: tuple[str, ...] = (
    *("excluded", "seats", "form_by_level", "workload", "steps", "budget", "form_mix", "parallel"),
    *("prerequisite", "transfer", "tempo", "daily_load", "overlap", "one_offering"),
)
"""Rules that may stand in the way; of several the one of the whole route is named first, for
room in a week does not help where the total is used up."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Rules in the way of every candidate.

    Parameters
    ----------
    broken
        Shape (n_candidates, len(IN_THE_WAY)): adding the candidate would break the rule.
    """

    broken: BoolArray

    def rules(self, j: int) -> tuple[str, ...]:
        """Rules in the way of candidate ``j``, in the order of ``IN_THE_WAY``."""
        return tuple(IN_THE_WAY[r] for r in np.flatnonzero(self.broken[j]).tolist())


@dataclass(frozen=True, slots=True, eq=False)
class _Facts:
    """The route's own amounts, as the checker reports them, and the problem."""

    problem: RouteProblem
    chosen: IntArray
    meetings: IntArray
    load: IntArray
    total: int
    cost: IntArray
    owner: Mapping[str, IntArray]


def standing_of(problem: RouteProblem, route: Route, report: CheckReport) -> Standing:
    """Rules in the way of every candidate.

    Parameters
    ----------
    route
        A route of the problem; chosen candidates get an arbitrary row.
    report
        The checker's report of it.
    """
    table = problem.candidates
    rows = {"weekly": table.weekly, "meetings": table.meetings, "gains": table.gains}
    chosen = np.array(route.chosen, dtype=np.int64)
    facts = _Facts(
        problem=problem,
        chosen=chosen,
        meetings=_meetings_of(problem, route),
        load=np.array(report.weekly_load_min, dtype=np.int64),
        total=report.workload_min,
        cost=np.array(report.cost_by_source, dtype=np.int64),
        owner={
            name: np.repeat(np.arange(len(table)), np.diff(ragged.indptr))
            for name, ragged in rows.items()
        },
    )
    broken = np.zeros((len(table), len(IN_THE_WAY)), dtype=np.bool_)
    if len(table):
        for r, rule in enumerate(IN_THE_WAY):
            broken[:, r] = _RULES[rule](facts)
    return Standing(broken)


def reasons_in_the_way(
    problem: RouteProblem, standing: Standing, chosen: Sequence[int], worth: IntArray
) -> dict[str, Reason]:
    """Reason by activity id for every activity of the problem that is not in the route.

    An activity speaks by its best candidate: the one with the fewest rules in the way, of equal
    ones the worthiest.

    Parameters
    ----------
    worth
        Shape (n_candidates,): what a candidate alone is worth, in mpt.
    """
    table = problem.candidates
    taken = {int(table.activity[j]) for j in chosen}
    order = np.lexsort((np.arange(len(table)), -worth, standing.broken.sum(axis=1), table.activity))
    firsts = order[np.flatnonzero(np.diff(table.activity[order], prepend=-1))]
    found = {}
    for j in firsts.tolist():
        index = int(table.activity[j])
        if index not in taken:
            label = problem.activities[index].label
            found[label] = _reason(problem, standing.rules(j), label)
    return found


def worth_alone(problem: RouteProblem) -> IntArray:
    """What each candidate is worth in an empty route, in mpt, shape (n_candidates,)."""
    table, phi = problem.candidates, Phi.of(problem)
    worth = table.bonus_mpt - table.price_mpt
    owner = np.repeat(np.arange(len(table)), np.diff(table.gains.indptr))
    demand, gained = table.gains.values.T
    counted = counted_gains(problem)
    for k in range(len(problem.demands)):
        own = np.flatnonzero(counted & (demand == k))
        np.add.at(worth, owner[own], phi.of_demand(k, gained[own]))
    return worth


REASON_OF_RULE: Mapping[str, str] = {
    "excluded": "excluded",
    "seats": "seats",
    "form_by_level": "form_by_level",
    "workload": "total_used",
    "steps": "steps_used",
    "budget": "budget_used",
    "form_mix": "form_mix",
    "parallel": "parallel",
    "prerequisite": "prerequisite_not_in_route",
    "transfer": "practice_not_in_route",
    "tempo": "weeks_full",
    "daily_load": "day_full",
    "overlap": "overlap",
    "one_offering": "outranked",
}


def _reason(problem: RouteProblem, rules: Sequence[str], label: str) -> Reason:
    if not rules:
        return Reason("outranked")
    parameters: dict[str, object] = {}
    if rules[0] == "excluded":
        parameters["label"] = label
    if rules[0] == "steps":
        parameters["limit"] = problem.limits.steps_max
    if rules[0] == "workload":
        parameters["limit_min"] = problem.limits.workload_max_min
    if len(rules) > 1:
        parameters["also"] = list(rules[1:])
    return Reason(REASON_OF_RULE[rules[0]], parameters)


# --------------------------------------------------------------------------- one rule each


def _excluded(f: _Facts) -> BoolArray:
    return f.problem.candidates.excluded


def _seats(f: _Facts) -> BoolArray:
    return np.asarray(f.problem.candidates.seats == 0)


def _form_by_level(f: _Facts) -> BoolArray:
    gains = f.problem.candidates.gains
    counts = rows_with(gains, counted_gains(f.problem))
    has_gain = np.diff(gains.indptr) > 0
    return np.asarray(has_gain & ~counts & ~pinned_candidates(f.problem))


def _workload(f: _Facts) -> BoolArray:
    limit = f.problem.limits.workload_max_min
    if limit < 0:
        return _nobody(f)
    return np.asarray(f.total + _minutes(f) > limit)


def _steps(f: _Facts) -> BoolArray:
    limit = f.problem.limits.steps_max
    full = 0 <= limit < len(f.chosen) + 1
    return np.full(len(f.problem.candidates), full, dtype=np.bool_)


def _budget(f: _Facts) -> BoolArray:
    table = f.problem.candidates
    room = np.array(f.problem.budget_rub, dtype=np.int64) - f.cost
    room = np.append(room, np.iinfo(np.int64).max)
    return np.asarray(table.cost_rub > room[table.source])


def _form_mix(f: _Facts) -> BoolArray:
    """Most and, as a route that is not empty any more is bound, least of every form."""
    form = _form_of(f.problem)[f.problem.candidates.activity]
    minutes, own_form = _minutes(f), form[f.chosen]
    broken = _nobody(f)
    for limit in f.problem.form_mix:
        mine = form == limit.form
        before_min = int(minutes[f.chosen][own_form == limit.form].sum())
        after_min = before_min + np.where(mine, minutes, 0)
        after_steps = int((own_form == limit.form).sum()) + mine
        for amount, least, most in (
            (after_min, limit.least_min, limit.most_min),
            (after_steps, limit.least_steps, limit.most_steps),
        ):
            broken |= amount < least
            if most >= 0:
                broken |= amount > most
    return broken


def _parallel(f: _Facts) -> BoolArray:
    """A long programme in a week in which as many run as may, or in which already too many do."""
    limit, table = f.problem.limits.parallel_max, f.problem.candidates
    if limit < 0:
        return _nobody(f)
    long = np.array([a.long for a in f.problem.activities], dtype=np.bool_)[table.activity]
    running = np.zeros(f.problem.n_weeks, dtype=np.int64)
    for j in f.chosen[long[f.chosen]].tolist():
        running[table.start_day[j] // 7 : table.end_day[j] // 7 + 1] += 1
    full = np.concatenate([[0], np.cumsum(running + 1 > limit)])
    crowded = full[table.end_day // 7 + 1] > full[table.start_day // 7]
    return np.asarray(long & crowded)


def _prerequisite(f: _Facts) -> BoolArray:
    """Some OR-group has no chosen step that ends before the candidate starts."""
    table = f.problem.candidates
    broken = _nobody(f)
    ends = _first_ends(f)
    for index, activity in enumerate(f.problem.activities):
        if activity.prerequisites:
            met = max(min((ends.get(a, NEVER) for a in g), default=NEVER)
                      for g in activity.prerequisites)  # fmt: skip
            own = table.activity == index
            broken |= own & (table.start_day <= met)
    return broken


NEVER = 10**9


def _first_ends(f: _Facts) -> dict[int, int]:
    """Last day of each chosen activity."""
    table = f.problem.candidates
    return {int(table.activity[j]): int(table.end_day[j]) for j in f.chosen.tolist()}


def _transfer(f: _Facts) -> BoolArray:
    weeks, table = f.problem.limits.transfer_weeks, f.problem.candidates
    if weeks <= 0:
        return _nobody(f)
    needs = np.array([a.needs_practice for a in f.problem.activities], dtype=np.bool_)
    broken = needs[table.activity]
    for s in f.chosen.tolist():
        practice = int(table.activity[s])
        shared: dict[int, bool] = {}
        serves = np.zeros(len(f.problem.activities), dtype=np.bool_)
        for index in np.flatnonzero(needs).tolist():
            practices = f.problem.activities[index].practices
            known = shared.get(id(practices))
            if known is None:
                known = shared[id(practices)] = practice in practices
            serves[index] = known
        gap = int(table.start_day[s]) - table.end_day
        broken = broken & ~(serves[table.activity] & (gap > 0) & (gap <= 7 * weeks))
    return broken


def _tempo(f: _Facts) -> BoolArray:
    weekly = f.problem.candidates.weekly
    week, minutes = weekly.values.T
    return rows_with(weekly, np.asarray(f.load[week] + minutes > f.problem.tempo_min[week]))


def _daily_load(f: _Facts) -> BoolArray:
    limit, table = f.problem.limits.daily_max_min, f.problem.candidates
    if limit < 0 or not len(table.meetings.values):
        return _nobody(f)
    by_day = np.zeros(f.problem.n_days, dtype=np.int64)
    np.add.at(by_day, f.meetings[:, 0] // DAY_MIN, f.meetings[:, 1] - f.meetings[:, 0])
    start, end, _ = table.meetings.values.T
    day, owner = start // DAY_MIN, f.owner["meetings"]
    keys, inverse = np.unique(owner * f.problem.n_days + day, return_inverse=True)
    own = np.bincount(inverse, end - start, len(keys)).astype(np.int64)
    broken = _nobody(f)
    broken[(keys // f.problem.n_days)[own + by_day[keys % f.problem.n_days] > limit]] = True
    return broken


def _overlap(f: _Facts) -> BoolArray:
    """A meeting that may not be at all, or that meets one of the route."""
    meetings = f.problem.candidates.meetings
    bad = ~meetings_allowed(f.problem, meetings.values)
    if len(f.meetings) and len(meetings.values):
        bad |= pairs_clash(meetings.values, f.meetings, f.problem).any(axis=1)
    return rows_with(meetings, bad)


def _one_offering(f: _Facts) -> BoolArray:
    """Another run of a chosen activity; such activities are not asked about."""
    table = f.problem.candidates
    return np.isin(table.activity, table.activity[f.chosen])


_RULES: Mapping[str, Callable[[_Facts], BoolArray]] = {
    "excluded": _excluded,
    "seats": _seats,
    "form_by_level": _form_by_level,
    "workload": _workload,
    "steps": _steps,
    "budget": _budget,
    "form_mix": _form_mix,
    "parallel": _parallel,
    "prerequisite": _prerequisite,
    "transfer": _transfer,
    "tempo": _tempo,
    "daily_load": _daily_load,
    "overlap": _overlap,
    "one_offering": _one_offering,
}


def _nobody(f: _Facts) -> BoolArray:
    return np.zeros(len(f.problem.candidates), dtype=np.bool_)


def _minutes(f: _Facts) -> IntArray:
    """Σ weekly minutes of each candidate."""
    weekly = f.problem.candidates.weekly
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(weekly.values[:, 1])])
    return np.asarray(sums[weekly.indptr[1:]] - sums[weekly.indptr[:-1]])


def _form_of(problem: RouteProblem) -> IntArray:
    """Index of the form of each activity."""
    of_category = np.array([FORMS.index(form) for form in FORM_OF_CATEGORY], dtype=np.int64)
    return of_category[np.array([a.category for a in problem.activities], dtype=np.int64)]


def _meetings_of(problem: RouteProblem, route: Route) -> IntArray:
    """Meetings of the route's steps and of its mentor, shape (n, 3)."""
    meetings = problem.candidates.meetings
    rows = [meetings.row(j) for j in route.chosen]
    if route.mentor is not None and route.slots:
        slots = problem.mentor.options[route.mentor].slots
        rows.append(np.array([slots[i] for i in route.slots], dtype=np.int64))
    return np.concatenate([np.zeros((0, 3), dtype=np.int64), *rows])
