"""Why a request has no route: a minimal set of contradicting demands, and repairs.

Members are what people or a policy ask for: pins, bans, tempo, blocked weeks, budgets, formats
(no meetings online) and the policy's rules; never physical facts such as two meetings at one
time. The deletion filter keeps a member exactly when the rest without it is feasible, so dropping
any one of the result makes the request feasible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.planning.feasibility import Feasibility, least_multiple
from engine.planning.problem import CheckpointRules, Revision, RouteProblem
from engine.planning.solution import SolveOptions, SolveStatus
from engine.planning.solver import solve

TEMPO_STEP_MIN = 30
BUDGET_STEP_RUB = 500
PRICE_GAP_PPM = 50_000
PRICE_WORK_MILLI = 100
_PLENTY = 10**6
STARTED, FROZEN = "started", "frozen"
MULTIPLE_MOST = 1_024
"""Greatest multiple of a step that a repair may have."""


@dataclass(frozen=True, slots=True)
class Member:
    """One demand that may contradict others, and the problem without it."""

    code: str
    parameters: Mapping[str, int | str]
    relax: Callable[[RouteProblem], RouteProblem]


@dataclass(frozen=True, slots=True)
class RepairOption:
    """A least change that makes the request feasible, with the value of the best route then."""

    code: str
    parameters: Mapping[str, object]
    value_mpt: int | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal conflict; ``minimal`` is false where a limit ended the search for it."""

    members: tuple[Member, ...]
    repairs: tuple[RepairOption, ...]
    minimal: bool


def find_conflict(problem: RouteProblem, options: SolveOptions) -> Conflict | None:
    """Explain an infeasible problem.

    Parameters
    ----------
    problem
        A problem that ``solve`` called INFEASIBLE.
    options
        Limits of the whole search; each check obeys its deterministic limit.

    Returns
    -------
    Conflict or None
        ``None`` if the problem is feasible or that cannot be decided.
    """
    clock = Feasibility(options)
    if clock.feasible(problem) is not False:
        return None
    kept, minimal = _minimal(problem, list(conflict_members(problem)), clock)
    repairs = tuple(_repairs(problem, kept, clock))
    return Conflict(tuple(kept), repairs, minimal)


def _minimal(
    problem: RouteProblem, members: list[Member], clock: Feasibility
) -> tuple[list[Member], bool]:
    """Deletion filter that drops in halves: most members are innocent, and fall together.

    A single member is kept exactly when what is left of the problem without it is feasible, or
    cannot be decided in time; then the second value is false.
    """
    kept: list[Member] = []
    minimal = True
    current = problem
    chunks = [members]
    while chunks:
        chunk = chunks.pop()
        without = current
        for member in chunk:
            without = member.relax(without)
        verdict = clock.feasible(without)
        if verdict is False:
            current = without
        elif len(chunk) > 1:
            middle = len(chunk) // 2
            chunks += [chunk[middle:], chunk[:middle]]
        else:
            kept += chunk
            minimal = minimal and verdict is True
    return kept, minimal


# --------------------------------------------------------------------------- members


def conflict_members(problem: RouteProblem) -> Iterator[Member]:
    """Everything that could be dropped, the policy's rules first, so that people's own wishes stay.

    The filter drops what comes first where several conflicts exist.
    """
    yield from _rule_members(problem)
    yield from _revision_members(problem.revision)
    yield from _tempo_members(problem)
    for source, label in enumerate(problem.budget_sources):
        yield Member("budget", {"source": label}, _set_budget(source, 10**9))
    banned = sorted(
        {int(a) for a in problem.candidates.activity[problem.candidates.excluded]},
        key=lambda a: problem.activities[a].label,
    )
    for activity in banned:
        label = problem.activities[activity].label
        yield Member("excluded", {"label": label}, _lift_ban(activity))
    for pin in problem.pins:
        if pin.code in (STARTED, FROZEN):
            continue  # What has begun is a fact; what is frozen falls with its rule.
        yield Member(pin.code, {"label": pin.label}, _drop_pin(pin.code, pin.label))


def _rule_members(problem: RouteProblem) -> Iterator[Member]:
    limits = problem.limits
    if limits.transfer_weeks > 0:
        yield Member("transfer", {}, _set_limit("transfer_weeks", 0))
    if problem.checkpoints.middle or problem.checkpoints.final:
        yield Member("checkpoints", {}, lambda p: replace(p, checkpoints=CheckpointRules()))
    if problem.mentor.required:
        yield Member("mentor_required", {}, _set_mentor(required=False))
    if not problem.mentor.missed_meeting_allowed:
        yield Member("mentor_cadence", {}, _set_mentor(missed_meeting_allowed=True))
    yield Member("form_by_level", {}, _admit_all)
    if not limits.online_allowed:
        yield Member("formats", {}, _allow_online)
    if problem.form_mix:
        yield Member("form_mix", {}, lambda p: replace(p, form_mix=()))
    for name, code in (
        ("parallel_max", "parallel"),
        ("daily_max_min", "daily_load"),
        ("steps_max", "steps"),
        ("workload_max_min", "workload"),
    ):
        if getattr(limits, name) >= 0:
            yield Member(code, {"limit": int(getattr(limits, name))}, _set_limit(name, -1))


def _revision_members(revision: Revision | None) -> Iterator[Member]:
    """Bounds on the changes of a kept route."""
    if revision is None:
        return
    yield Member("changes", {"limit": revision.changes_most}, _set_changes(_PLENTY))
    yield Member("freeze", {"day": revision.free_day}, _thaw)


def _set_changes(most: int) -> Callable[[RouteProblem], RouteProblem]:
    def relax(problem: RouteProblem) -> RouteProblem:
        if problem.revision is None:
            return problem
        return replace(problem, revision=replace(problem.revision, changes_most=most))

    return relax


def _thaw(problem: RouteProblem) -> RouteProblem:
    if problem.revision is None:
        return problem
    pins = tuple(pin for pin in problem.pins if pin.code != FROZEN)
    return replace(problem, pins=pins, revision=replace(problem.revision, frozen=(), free_day=0))


def _tempo_members(problem: RouteProblem) -> Iterator[Member]:
    blocked = problem.tempo_min == 0
    if blocked.any():
        yield Member("blocked_weeks", {"weeks": int(blocked.sum())}, _set_tempo(blocked=True))
    if not blocked.all():
        usual = int(np.median(problem.tempo_min[~blocked]))
        yield Member("tempo", {"tempo_min": usual}, _set_tempo(blocked=False))


def _set_limit(name: str, value: int) -> Callable[[RouteProblem], RouteProblem]:
    changes: dict[str, int] = {name: value}
    return lambda p: replace(p, limits=replace(p.limits, **changes))  # type: ignore[arg-type]


def _set_mentor(**changes: bool) -> Callable[[RouteProblem], RouteProblem]:
    return lambda p: replace(p, mentor=replace(p.mentor, **changes))  # type: ignore[arg-type]


def _admit_all(problem: RouteProblem) -> RouteProblem:
    return replace(problem, demands=tuple(replace(d, categories=0b1111) for d in problem.demands))


def _allow_online(problem: RouteProblem) -> RouteProblem:
    return replace(problem, limits=replace(problem.limits, online_allowed=True))


def _set_tempo(*, blocked: bool) -> Callable[[RouteProblem], RouteProblem]:
    def relax(problem: RouteProblem) -> RouteProblem:
        tempo = problem.tempo_min.copy()
        tempo[(tempo == 0) == blocked] = _PLENTY
        return replace(problem, tempo_min=tempo)

    return relax


def _set_budget(source: int, amount: int) -> Callable[[RouteProblem], RouteProblem]:
    def relax(problem: RouteProblem) -> RouteProblem:
        budget = list(problem.budget_rub)
        budget[source] = amount
        return replace(problem, budget_rub=tuple(budget))

    return relax


def _lift_ban(activity: int) -> Callable[[RouteProblem], RouteProblem]:
    def relax(problem: RouteProblem) -> RouteProblem:
        table = problem.candidates
        excluded = table.excluded & (table.activity != activity)
        return replace(problem, candidates=replace(table, excluded=excluded))

    return relax


def _drop_pin(code: str, label: str) -> Callable[[RouteProblem], RouteProblem]:
    return lambda p: replace(p, pins=tuple(x for x in p.pins if (x.code, x.label) != (code, label)))


# --------------------------------------------------------------------------- repairs


def _repairs(
    problem: RouteProblem, members: list[Member], clock: Feasibility
) -> list[RepairOption]:
    """One least change per member, the most valuable outcome first."""
    options = [_repair(problem, member, clock) for member in members]
    found = [option for option in options if option is not None]
    if not found:
        found = _joint_repair(problem, clock)
    return sorted(found, key=lambda r: (-(r.value_mpt or 0), r.code, str(r.parameters)))


def _joint_repair(problem: RouteProblem, clock: Feasibility) -> list[RepairOption]:
    """Several changes at once, where further conflicts outlive any single one.

    Everything is dropped, then taken back one by one while a route remains: what cannot be taken
    back is a minimal set of changes. Rules are taken back first and wishes last.
    """
    members = list(conflict_members(problem))
    changes: list[Member] = []
    for i, member in enumerate(members):
        relaxed = problem
        for other in (*changes, *members[i + 1 :]):
            relaxed = other.relax(relaxed)
        verdict = clock.feasible(relaxed)
        if verdict is None:
            return []
        if not verdict:
            changes.append(member)
    repaired = problem
    for change in changes:
        repaired = change.relax(repaired)
    together = [
        {"code": _REPAIR_CODES.get(m.code, "relax_rule"), **m.parameters, "rule": m.code}
        for m in changes
    ]
    option = priced("together", {"changes": together}, repaired, clock)
    return [option] if option else []


_LIMIT_REPAIRS = {
    "steps": ("steps_max", 1, "more_steps", "steps"),
    "workload": ("workload_max_min", 60, "more_total", "minutes"),
}

_REPAIR_CODES = {
    "pinned": "drop_pin",
    "excluded": "lift_ban",
    "blocked_weeks": "unblock_weeks",
    "formats": "allow_online",
    "freeze": "lift_freeze",
}


def _repair(problem: RouteProblem, member: Member, clock: Feasibility) -> RepairOption | None:
    if member.code == "tempo":
        steps = _least(lambda n: clock.feasible(_more_tempo(problem, n * TEMPO_STEP_MIN)))
        if steps is None:
            return None
        extra = steps * TEMPO_STEP_MIN
        return priced("more_tempo", {"minutes": extra}, _more_tempo(problem, extra), clock)
    if member.code == "budget":
        return _repair_budget(problem, str(member.parameters["source"]), clock)
    if member.code == "changes":
        return _repair_changes(problem, clock)
    if member.code in _LIMIT_REPAIRS:
        return _repair_limit(problem, member.code, clock)
    code = _REPAIR_CODES.get(member.code, "relax_rule")
    parameters: dict[str, object] = dict(member.parameters)
    if code == "relax_rule":
        parameters["rule"] = member.code
    return priced(code, parameters, member.relax(problem), clock)


def _repair_limit(problem: RouteProblem, member: str, clock: Feasibility) -> RepairOption | None:
    name, unit, code, parameter = _LIMIT_REPAIRS[member]
    now = int(getattr(problem.limits, name))
    steps = _least(lambda n: clock.feasible(_set_limit(name, now + n * unit)(problem)))
    if steps is None:
        return None
    extra = steps * unit
    return priced(code, {parameter: extra}, _set_limit(name, now + extra)(problem), clock)


def _repair_changes(problem: RouteProblem, clock: Feasibility) -> RepairOption | None:
    """The least number of changes with which a route holds."""
    assert problem.revision is not None
    now = problem.revision.changes_most
    extra = _least(lambda n: clock.feasible(_set_changes(now + n)(problem)))
    if extra is None:
        return None
    parameters = {"changes": now + extra, "limit": now}
    return priced("replan_needs_changes", parameters, _set_changes(now + extra)(problem), clock)


def _repair_budget(problem: RouteProblem, source: str, clock: Feasibility) -> RepairOption | None:
    index = problem.budget_sources.index(source)
    now = problem.budget_rub[index]

    def with_more(n: int) -> RouteProblem:
        return _set_budget(index, now + n * BUDGET_STEP_RUB)(problem)

    steps = _least(lambda n: clock.feasible(with_more(n)))
    if steps is None:
        return None
    parameters = {"source": source, "rub": steps * BUDGET_STEP_RUB}
    return priced("more_budget", parameters, with_more(steps), clock)


def _more_tempo(problem: RouteProblem, minutes: int) -> RouteProblem:
    open_weeks = problem.tempo_min > 0
    return replace(problem, tempo_min=problem.tempo_min + open_weeks * minutes)


def _least(feasible: Callable[[int], bool | None]) -> int | None:
    """Least n ≥ 1 for which ``feasible`` says yes; ``None`` = none is, or none is known to be."""
    verdict, n = least_multiple(feasible, 1, MULTIPLE_MOST)
    return n if verdict else None


def priced(
    code: str, parameters: Mapping[str, object], repaired: RouteProblem, clock: Feasibility
) -> RepairOption | None:
    """A repair with the value of the best route after it; ``None`` if there is no route then.

    The value is ``None`` where the deadline ended before it was known.
    """
    left_ms = clock.left_ms
    if left_ms <= 0:
        return RepairOption(code, parameters, None)
    # The price orders repairs; it need not be exact, and several must fit into the deadline.
    options = replace(
        clock.options,
        deadline_ms=left_ms,
        gap_ppm=max(clock.options.gap_ppm, PRICE_GAP_PPM),
        work_milli=min(clock.options.work_milli, PRICE_WORK_MILLI),
    )
    solution = solve(repaired, options)
    if solution.status is SolveStatus.INFEASIBLE:
        return None
    return RepairOption(code, parameters, solution.value_mpt)
