"""What a route amounts to: loads, meetings, windows, checkpoints due, demands filled, value.

Plain arithmetic over a problem and a route, written from the text of ``problem``; it shares no
code with the formulation and knows no solver. ``checks`` judges these facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from engine.planning.problem import (
    Candidate,
    ProblemActivity,
    ProblemDemand,
    ProblemMentor,
    RouteProblem,
)
from engine.planning.solution import Route

MENTOR = -1
"""Owner of a mentor's meeting; a candidate's meeting is owned by the candidate's index."""


@dataclass(frozen=True, slots=True)
class Step:
    """A chosen candidate with its activity."""

    index: int
    candidate: Candidate
    activity: ProblemActivity

    @property
    def minutes(self) -> int:
        """Σ weekly minutes."""
        return sum(minutes for _, minutes in self.candidate.weekly)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting of the route, in minutes of the horizon; place −1 = online."""

    start: int
    end: int
    place: int
    owner: int
    label: str


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the mentor's cadence that is not holidays only, with its taken slots."""

    first_week: int
    last_week: int
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DemandFill:
    """How far one demand is filled.

    Parameters
    ----------
    gained
        Counted gain units of the route, however many the demand takes.
    filled
        The part of them that fills pieces.
    value_mpt
        φ of them.
    """

    label: str
    gained: int
    filled: int
    value_mpt: int


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """Everything that the rules speak of.

    Parameters
    ----------
    steps
        Chosen candidates by index.
    meetings
        Of steps and mentor, by start.
    weekly_load_min
        Shape (n_weeks,).
    middle_week
        Week h + 1 in which a middle checkpoint belongs; ``None`` where none is due by time.
    checkpoints_due
        Pairs of ``middle`` or ``final`` and the offers that may serve it; none = missing.
    outside_slots
        Taken slots that lie in no window.
    """

    problem: RouteProblem
    route: Route
    steps: tuple[Step, ...]
    mentor: ProblemMentor | None
    meetings: tuple[Meeting, ...]
    weekly_load_min: tuple[int, ...]
    middle_week: int | None
    checkpoints_due: tuple[tuple[str, tuple[int, ...]], ...]
    windows: tuple[Window, ...]
    outside_slots: tuple[int, ...]
    demand_fill: tuple[DemandFill, ...]
    cost_by_source: tuple[int, ...]

    @property
    def missing_checkpoints(self) -> tuple[str, ...]:
        """Checkpoints that are due and on offer nowhere."""
        return tuple(name for name, offers in self.checkpoints_due if not offers)

    @property
    def missed_windows(self) -> tuple[tuple[int, int], ...]:
        """First and last week of every window without a meeting."""
        return tuple((w.first_week, w.last_week) for w in self.windows if not w.slots)


def facts_of(problem: RouteProblem, route: Route) -> RouteFacts:
    """Facts of a route whose indices are all in range."""
    steps = tuple(_step(problem, j) for j in route.chosen)
    mentor = None if route.mentor is None else problem.mentor.options[route.mentor]
    middle_week = _middle_week(problem, steps)
    windows, outside = _windows(problem, steps, mentor, route.slots)
    return RouteFacts(
        problem=problem,
        route=route,
        steps=steps,
        mentor=mentor,
        meetings=_meetings(steps, mentor, route.slots),
        weekly_load_min=_weekly_load(problem, steps, mentor, route),
        middle_week=middle_week,
        checkpoints_due=_checkpoints_due(problem, steps, middle_week),
        windows=windows,
        outside_slots=outside,
        demand_fill=_demand_fill(problem, steps),
        cost_by_source=_cost_by_source(problem, steps),
    )


def value_mpt(facts: RouteFacts) -> int:
    """Value of the route as the text of ``problem`` has it."""
    demands = sum(fill.value_mpt for fill in facts.demand_fill)
    steps = sum(s.candidate.bonus_mpt - s.candidate.price_mpt for s in facts.steps)
    mentor = 0 if facts.mentor is None else facts.mentor.fit_mpt - facts.mentor.price_mpt
    missed = len(facts.missed_windows) * facts.problem.mentor.missed_meeting_mpt
    missing = len(facts.missing_checkpoints) * facts.problem.checkpoints.checkpoint_missing_mpt
    return demands + steps + mentor - missed - missing


def phi(demand: ProblemDemand, gained: int) -> tuple[int, int]:
    """Units that fill the pieces of a demand in order, and their value in mpt."""
    filled = value = 0
    for length, slope in demand.pieces:
        part = min(length, gained - filled)
        filled += part
        value += part * slope
    return filled, value


def admits(demand: ProblemDemand, activity: ProblemActivity) -> bool:
    """Whether gains of the activity's category count for the demand (``form_by_level``)."""
    return bool(demand.categories >> activity.category & 1)


def _step(problem: RouteProblem, j: int) -> Step:
    candidate = problem.candidates.record(j)
    return Step(j, candidate, problem.activities[candidate.activity])


def _meetings(
    steps: Iterable[Step], mentor: ProblemMentor | None, slots: Iterable[int]
) -> tuple[Meeting, ...]:
    found = [
        Meeting(start, end, place, step.index, step.candidate.label)
        for step in steps
        for start, end, place in step.candidate.meetings
    ]
    if mentor is not None:
        found += [Meeting(*mentor.slots[slot], MENTOR, mentor.label) for slot in slots]
    return tuple(sorted(found, key=lambda m: (m.start, m.end, m.owner)))


def _weekly_load(
    problem: RouteProblem, steps: Iterable[Step], mentor: ProblemMentor | None, route: Route
) -> tuple[int, ...]:
    load = [0] * problem.n_weeks
    for step in steps:
        for week, minutes in step.candidate.weekly:
            load[week] += minutes
    if mentor is not None:
        for start, end, _ in (mentor.slots[slot] for slot in route.slots):
            load[_week_of_minute(start)] += end - start
    for offer in (route.middle, route.final):
        if offer is not None:
            taken = problem.checkpoints.offers[offer]
            load[taken.day // 7] += taken.duration_min
    return tuple(load)


def _middle_week(problem: RouteProblem, steps: tuple[Step, ...]) -> int | None:
    if not steps:
        return None
    by_week = [0] * problem.n_weeks
    for step in steps:
        for week, minutes in step.candidate.weekly:
            by_week[week] += minutes
    total = sum(by_week)
    half_week = next(w for w, done in enumerate(accumulate(by_week)) if 2 * done >= total)
    last_week = max(step.candidate.end_day for step in steps) // 7
    return half_week + 1 if half_week + 1 <= last_week else None


def _checkpoints_due(
    problem: RouteProblem, steps: tuple[Step, ...], middle_week: int | None
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    rules = problem.checkpoints
    due: list[tuple[str, tuple[int, ...]]] = []
    if rules.middle and middle_week is not None:
        offers = [i for i, offer in enumerate(rules.offers) if offer.day // 7 == middle_week]
        due.append(("middle", tuple(offers)))
    if rules.final and steps:
        last = max(step.candidate.end_day for step in steps)
        within = range(last + 1, last + rules.final_within_days + 1)
        offers = [i for i, offer in enumerate(rules.offers) if offer.day in within]
        due.append(("final", tuple(offers)))
    return tuple(due)


def _windows(
    problem: RouteProblem,
    steps: tuple[Step, ...],
    mentor: ProblemMentor | None,
    slots: tuple[int, ...],
) -> tuple[tuple[Window, ...], tuple[int, ...]]:
    if mentor is None or not steps:
        return (), slots
    holiday = problem.holiday_week.tolist()
    first_week = min(step.candidate.start_day for step in steps) // 7
    last_week = max(step.candidate.end_day for step in steps) // 7
    weeks = {slot: _week_of_minute(mentor.slots[slot][0]) for slot in slots}
    windows = []
    for first in range(first_week, last_week + 1, problem.mentor.cadence_weeks):
        last = min(first + problem.mentor.cadence_weeks, problem.n_weeks) - 1
        if not all(holiday[first : last + 1]):
            inside = tuple(slot for slot in slots if first <= weeks[slot] <= last)
            windows.append(Window(first, last, inside))
    covered = {slot for window in windows for slot in window.slots}
    return tuple(windows), tuple(slot for slot in slots if slot not in covered)


def _demand_fill(problem: RouteProblem, steps: Iterable[Step]) -> tuple[DemandFill, ...]:
    gained = [0] * len(problem.demands)
    for step in steps:
        for k, gain in step.candidate.gains:
            if admits(problem.demands[k], step.activity):
                gained[k] += gain
    return tuple(
        DemandFill(demand.label, units, *phi(demand, units))
        for demand, units in zip(problem.demands, gained, strict=True)
    )


def _cost_by_source(problem: RouteProblem, steps: Iterable[Step]) -> tuple[int, ...]:
    cost = [0] * len(problem.budget_sources)
    for step in steps:
        if step.candidate.source >= 0:
            cost[step.candidate.source] += step.candidate.cost_rub
    return tuple(cost)


def _week_of_minute(minute: int) -> int:
    return minute // (7 * 1440)
