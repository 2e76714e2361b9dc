"""A route problem without one of its rules, by its data alone.

What ``problem.py`` says of a rule is taken away; every other rule reads as before. Used to see
that a rule binds: with it and without it the best value differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.planning.problem import DAY_MIN, Limits, ProblemActivity, Ragged, RouteProblem

AMPLE_MIN = 10**7
"""More minutes than any week or route of a random problem can hold."""


def without(problem: RouteProblem, rule: str) -> RouteProblem | None:
    """The problem without ``rule``; ``None`` where its data cannot say that."""
    return REMOVALS[rule](problem)


def _limits(**changes: object) -> Callable[[RouteProblem], RouteProblem]:
    def removal(problem: RouteProblem) -> RouteProblem:
        limits: Limits = replace(problem.limits, **changes)  # type: ignore[arg-type]
        return replace(problem, limits=limits)

    return removal


def _column(name: str, value: int | bool) -> Callable[[RouteProblem], RouteProblem]:
    def removal(problem: RouteProblem) -> RouteProblem:
        column = np.full_like(getattr(problem.candidates, name), value)
        return replace(problem, candidates=replace(problem.candidates, **{name: column}))

    return removal


def _activities(
    change: Callable[[ProblemActivity], ProblemActivity],
) -> Callable[[RouteProblem], RouteProblem]:
    def removal(problem: RouteProblem) -> RouteProblem:
        return replace(problem, activities=tuple(map(change, problem.activities)))

    return removal


def _one_offering(problem: RouteProblem) -> RouteProblem:
    """Every candidate is an activity of its own; who named the old one names all its parts."""
    table = problem.candidates
    parts: dict[int, list[int]] = {}
    for j, a in enumerate(table.activity.tolist()):
        parts.setdefault(a, []).append(j)

    def renamed(group: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(j for a in group for j in parts.get(a, ())))

    def part(j: int) -> ProblemActivity:
        whole = problem.activities[int(table.activity[j])]
        groups = tuple(map(renamed, whole.prerequisites))
        label = f"{whole.label}~{j}"
        return replace(whole, label=label, prerequisites=groups, practices=renamed(whole.practices))

    return replace(
        problem,
        activities=tuple(part(j) for j in range(len(table))),
        candidates=replace(table, activity=np.arange(len(table), dtype=np.int64)),
    )


def _tempo(problem: RouteProblem) -> RouteProblem:
    return replace(problem, tempo_min=np.full_like(problem.tempo_min, AMPLE_MIN))


def _overlap(problem: RouteProblem) -> RouteProblem | None:
    """No meetings of candidates, and every hour free for the mentor's.

    Not where meetings count for ``daily_load``: that rule would go with them.
    """
    if problem.limits.daily_max_min >= 0:
        return None
    table = problem.candidates
    opens = np.zeros_like(problem.day_open_min)
    return replace(
        problem,
        candidates=replace(table, meetings=Ragged.of([()] * len(table), 3)),
        busy=np.zeros((0, 2), np.int64),
        day_open_min=opens,
        day_close_min=np.full_like(opens, DAY_MIN),
        limits=replace(problem.limits, travel_buffer_min=0, online_allowed=True),
    )


def _form_by_level(problem: RouteProblem) -> RouteProblem:
    demands = tuple(replace(d, categories=0b1111) for d in problem.demands)
    return replace(problem, demands=demands)


def _checkpoints(problem: RouteProblem) -> RouteProblem:
    return replace(problem, checkpoints=replace(problem.checkpoints, middle=False, final=False))


def _mentor_required(problem: RouteProblem) -> RouteProblem:
    return replace(problem, mentor=replace(problem.mentor, required=False, refuse_without=False))


def _mentor_cadence(problem: RouteProblem) -> RouteProblem:
    """A window without a meeting is allowed and free."""
    mentor = replace(problem.mentor, missed_meeting_allowed=True, missed_meeting_mpt=0)
    return replace(problem, mentor=mentor)


def _mentor_capacity(problem: RouteProblem) -> RouteProblem:
    options = tuple(replace(o, capacity=max(1, o.capacity)) for o in problem.mentor.options)
    return replace(problem, mentor=replace(problem.mentor, options=options))


REMOVALS: dict[str, Callable[[RouteProblem], RouteProblem | None]] = {
    "one_offering": _one_offering,
    "tempo": _tempo,
    "workload": _limits(workload_max_min=-1),
    "overlap": _overlap,
    "prerequisite": _activities(lambda a: replace(a, prerequisites=())),
    "parallel": _limits(parallel_max=-1),
    "daily_load": _limits(daily_max_min=-1),
    "steps": _limits(steps_max=-1),
    "budget": _column("cost_rub", 0),
    "form_mix": lambda p: replace(p, form_mix=()),
    "form_by_level": _form_by_level,
    "transfer": _limits(transfer_weeks=0),
    "checkpoints": _checkpoints,
    "pinned": lambda p: replace(p, pins=()),
    "excluded": _column("excluded", False),
    "mentor_required": _mentor_required,
    "mentor_cadence": _mentor_cadence,
    "mentor_capacity": _mentor_capacity,
    "seats": _column("seats", -1),
}
