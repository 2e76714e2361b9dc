"""What the stages of one request say, before solving and after, and the limits that follow.

Records and plain functions; the order of the stages is ``pipeline``'s.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from engine.calendar import WorkCalendar, default_horizon, educator_zone, local_date
from engine.domain import DeficitVector, MentorNeed, Ranking, Request
from engine.errors import Fault, InputError
from engine.planning.compile import CompiledProblem
from engine.planning.conflicts import Conflict
from engine.planning.problem import RouteProblem
from engine.planning.solution import RouteSolution, SolveOptions
from engine.policy import PolicyProfile
from engine.recommendation import Recommendation
from engine.recommender.request import RouteRequest


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """What every stage said of one request; the answer is assembled from it."""

    request: RouteRequest
    policy: PolicyProfile
    requests: tuple[Request, ...]
    request_nodes: Mapping[str, tuple[str, ...]]
    deficits: DeficitVector
    ranking: Ranking
    calendar: WorkCalendar
    mentor_need: MentorNeed
    compiled: CompiledProblem
    options: SolveOptions
    solution: RouteSolution
    conflict: Conflict | None


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What stands before solving: every stage up to the problem, and the limits of the solve."""

    request: RouteRequest
    policy: PolicyProfile
    request_nodes: Mapping[str, tuple[str, ...]]
    deficits: DeficitVector
    ranking: Ranking
    calendar: WorkCalendar
    mentor_need: MentorNeed
    compiled: CompiledProblem
    options: SolveOptions


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """An answer with the problem that replays it."""

    recommendation: Recommendation
    problem: RouteProblem
    options: SolveOptions
    solution: RouteSolution


def stages_of(prepared: Prepared, solution: RouteSolution, conflict: Conflict | None) -> Stages:
    """What the stages said together with what the solve said."""
    return Stages(
        request=prepared.request,
        policy=prepared.policy,
        requests=prepared.request.requests,
        request_nodes=prepared.request_nodes,
        deficits=prepared.deficits,
        ranking=prepared.ranking,
        calendar=prepared.calendar,
        mentor_need=prepared.mentor_need,
        compiled=prepared.compiled,
        options=prepared.options,
        solution=solution,
        conflict=conflict,
    )


def prepared_of(stages: Stages) -> Prepared:
    """What stood before solving."""
    return Prepared(**{f.name: getattr(stages, f.name) for f in fields(Prepared)})


class OutdatedRoute(Exception):
    """The request of a kept route gives another problem now: data have changed since.

    Parameters
    ----------
    digest
        Digest of the problem that was solved.
    """

    def __init__(self, digest: str) -> None:
        super().__init__(f"the data behind problem {digest[:12]} have changed")
        self.digest = digest

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.digest,)


def horizon_days(request: RouteRequest, policy: PolicyProfile) -> tuple[dt.date, dt.date]:
    """First and last day of the horizon, in the educator's zone.

    Raises
    ------
    InputError
        ``empty_horizon`` if it ends before it starts, ``horizon_too_long`` above 156 weeks.
    """
    zone = educator_zone(request.educator, policy)
    monday, weeks = default_horizon(request.as_of, zone, policy.limits.horizon_weeks)
    asked = request.constraints
    first = asked.horizon_start or monday
    first = max(first, local_date(request.as_of, zone))
    last = asked.horizon_end or first - dt.timedelta(days=first.weekday() - 7 * weeks + 1)
    fault = None
    if last < first:
        fault = ("empty_horizon", f"горизонт кончается {last}, раньше начала {first}")
    elif (last - first).days > 7 * 156:
        fault = ("horizon_too_long", f"горизонт {first} — {last} длиннее 156 недель")
    if fault:
        raise InputError([Fault(fault[0], fault[1], pointer="/constraints/horizon")])
    return first, last


def solve_options(request: RouteRequest, policy: PolicyProfile) -> SolveOptions:
    """Limits of the solve: the request's, else the policy's.

    The deterministic limit follows the deadline in the policy's proportion, so that a longer
    deadline means more work and the work still ends before the clock.
    """
    limits = policy.solve
    deadline = request.deadline_ms if request.deadline_ms is not None else limits.deadline_ms
    if request.variants:
        # The other half is the variants'.
        deadline = max(1, deadline // 2)
    gap = request.gap_rel if request.gap_rel is not None else limits.gap_rel
    work = request.deterministic_time
    if work is None:
        work = limits.deterministic_time * deadline / limits.deadline_ms
    return SolveOptions(
        gap_ppm=round(gap * 1_000_000),
        deadline_ms=deadline,
        # Nothing at all is only what is asked for: a replay of a solve that the clock cut at once.
        work_milli=max(0 if request.deterministic_time == 0 else 1, round(work * 1000)),
        seed=request.seed,
    )


def with_id(outcome: Outcome, route_id: str) -> Outcome:
    """The same outcome under another id, for example the store's."""
    return replace(outcome, recommendation=replace(outcome.recommendation, id=route_id))
