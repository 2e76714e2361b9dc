"""The recommender: heavy objects built once, one call a route; the only place with the order."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

from engine.calendar import (
    WorkCalendar,
    build_calendar,
    default_horizon,
    educator_zone,
    local_date,
)
from engine.catalogue import Catalogue, compile_catalogue
from engine.deficits import assess_deficits
from engine.diagnostics import estimate_proficiency
from engine.domain import (
    Activity,
    DeficitVector,
    Educator,
    Mentor,
    MentorNeed,
    Offering,
    Ranking,
    Request,
)
from engine.errors import Fault, InputError
from engine.framework import DEFAULT_FRAMEWORK, Framework, load_framework
from engine.matching.coverage import infer_themes
from engine.matching.eligibility import OfferingTable
from engine.matching.matcher import ActivityMatcher
from engine.mentorship import mentor_need
from engine.planning.compile import CompiledProblem, compile_problem
from engine.planning.conflicts import Conflict, find_conflict
from engine.planning.problem import RouteProblem
from engine.planning.solution import RouteSolution, SolveOptions, SolveStatus
from engine.planning.solver import solve
from engine.policy import PolicyProfile, list_policies, load_policy
from engine.recommendation import Recommendation
from engine.recommender.assemble import assemble
from engine.recommender.request import RouteRequest

TEXT_CONFIDENCE = 0.25
"""Least confidence of a node found for a request's text; below it the text itself is matched."""

DEFAULT_POLICY = "default"


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
class Outcome:
    """An answer with the problem that replays it."""

    recommendation: Recommendation
    problem: RouteProblem
    options: SolveOptions
    solution: RouteSolution


class CatalogueSource(Protocol):
    """What a data package offers to a recommender."""

    @property
    def activities(self) -> Sequence[Activity]: ...  # noqa: D102
    @property
    def offerings(self) -> Sequence[Offering]: ...  # noqa: D102
    @property
    def mentors(self) -> Sequence[Mentor]: ...  # noqa: D102
    @property
    def framework(self) -> str | None: ...  # noqa: D102
    @property
    def policy(self) -> str | None: ...  # noqa: D102


class Recommender:
    """Builds routes from one catalogue version; immutable after construction, thread-safe.

    Parameters
    ----------
    activities, offerings
        The catalogue; may be empty.
    policy
        Profile for requests that name none.
    matcher
        Fitted on these activities in the order of their ids; ``None`` = fit the default one.
    """

    def __init__(
        self,
        *,
        activities: Sequence[Activity],
        offerings: Sequence[Offering],
        mentors: Sequence[Mentor],
        framework: Framework,
        policy: str = DEFAULT_POLICY,
        matcher: ActivityMatcher | None = None,
    ) -> None:
        self.framework = framework
        if matcher is None:
            matcher = ActivityMatcher().fit(sorted(activities, key=lambda a: a.id), framework)
        self.matcher = matcher
        # A policy may require a theme that real catalogues do not mark.
        themes = infer_themes(matcher.activities_, framework, matcher.tagger_)
        themed = [replace(a, themes=themes[a.id]) for a in activities]
        self.catalogue: Catalogue = compile_catalogue(themed, offerings)
        self.mentors = tuple(sorted(mentors, key=lambda m: m.id))
        self.default_policy = policy
        self.policies: dict[str, PolicyProfile] = {
            name: load_policy(name) for name in list_policies()
        }
        self.offering_table = OfferingTable.from_catalogue(self.catalogue)
        self.policy_of(policy)

    @classmethod
    def from_package(
        cls,
        package: CatalogueSource,
        framework: Framework | None = None,
        *,
        policy: str | None = None,
    ) -> Self:
        """Build from a data package; what is given goes before what the package names."""
        if framework is None:
            framework = load_framework(package.framework or DEFAULT_FRAMEWORK)
        return cls(
            activities=package.activities,
            offerings=package.offerings,
            mentors=package.mentors,
            framework=framework,
            policy=policy or package.policy or DEFAULT_POLICY,
        )

    def policy_of(self, name: str | None) -> PolicyProfile:
        """The profile of that name, the default one for ``None``.

        Raises
        ------
        InputError
            If there is no such profile; the known ones are named.
        """
        wanted = name or self.default_policy
        if wanted not in self.policies:
            known = ", ".join(sorted(self.policies))
            detail = f"нет профиля политики «{wanted}»; есть: {known}"
            parameters: dict[str, object] = {"policy": wanted, "known": sorted(self.policies)}
            fault = Fault("unknown_policy", detail, pointer="/policy", parameters=parameters)
            raise InputError([fault])
        return self.policies[wanted]

    def deficits(self, request: RouteRequest) -> DeficitVector:
        """Deficit vector of a request: diagnostics, targets and requests, no catalogue."""
        return self._deficits(request, self.policy_of(request.policy))[0]

    def rank(self, request: RouteRequest) -> tuple[DeficitVector, Ranking]:
        """Deficit vector and the ranking of the whole catalogue for it."""
        policy = self.policy_of(request.policy)
        deficits, _ = self._deficits(request, policy)
        return deficits, self._rank(request, policy, deficits)

    def recommend(self, request: RouteRequest) -> Outcome:
        """Build the route.

        Raises
        ------
        NothingToPlan
            Neither a usable diagnostic result nor a request.
        InputError
            Everything that is wrong in the request.
        """
        stages = self._stages(request)
        recommendation = assemble(stages, self.framework, self.catalogue)
        return Outcome(recommendation, stages.compiled.problem, stages.options, stages.solution)

    # ------------------------------------------------------------------ stages

    def _stages(self, request: RouteRequest) -> Stages:
        policy = self.policy_of(request.policy)
        deficits, nodes = self._deficits(request, policy)
        ranking = self._rank(request, policy, deficits)
        calendar = self._calendar(request, policy)
        need = self._mentor_need(request, policy, deficits, calendar)
        organisation = request.educator.organisation
        compiled = compile_problem(
            educator=request.educator,
            deficits=deficits,
            ranking=ranking,
            catalogue=self.catalogue,
            mentor_need=need,
            constraints=request.constraints,
            history=request.history,
            calendar=calendar,
            policy=policy,
            as_of=request.as_of,
            home_locality=organisation.locality if organisation else "",
            node_coverage=self.matcher.coverage_,
        )
        options = solve_options(request, policy)
        started = time.monotonic()
        solution = solve(compiled.problem, options)
        conflict = None
        if solution.status is SolveStatus.INFEASIBLE:
            spent_ms = round((time.monotonic() - started) * 1000)
            left = replace(options, deadline_ms=max(1, options.deadline_ms - spent_ms))
            conflict = find_conflict(compiled.problem, left)
        return Stages(
            request=request,
            policy=policy,
            requests=request.requests,
            request_nodes=nodes,
            deficits=deficits,
            ranking=ranking,
            calendar=calendar,
            mentor_need=need,
            compiled=compiled,
            options=options,
            solution=solution,
            conflict=conflict,
        )

    def _deficits(
        self, request: RouteRequest, policy: PolicyProfile
    ) -> tuple[DeficitVector, dict[str, tuple[str, ...]]]:
        educator = request.educator
        proficiency = estimate_proficiency(
            request.diagnostics,
            request.responses,
            self.framework,
            policy,
            request.as_of,
            time_zone=educator.time_zone,
        )
        nodes = {r.id: self._nodes_of(r, educator) for r in request.requests}
        deficits = assess_deficits(
            educator,
            proficiency,
            request.requests,
            self.framework,
            policy,
            request.as_of,
            request_nodes={i: found for i, found in nodes.items() if found},
        )
        return deficits, nodes

    def _nodes_of(self, request: Request, educator: Educator) -> tuple[str, ...]:
        """Nodes of the framework that a request's text is about; empty = match the text."""
        if request.node is not None or not request.text or request.career_position is not None:
            return (request.node,) if request.node is not None else ()
        applies = self.framework.applies_to(educator.position, educator.subjects, educator.stages)
        return tuple(
            code
            for code, confidence in self.matcher.nodes_for_text(request.text)
            if confidence >= TEXT_CONFIDENCE and applies[self.framework.index[code]]
        )

    def _rank(
        self, request: RouteRequest, policy: PolicyProfile, deficits: DeficitVector
    ) -> Ranking:
        return self.matcher.rank(
            request.educator,
            deficits,
            activities=self.matcher.activities_,
            offerings=self.offering_table,
            requests=request.requests,
            history=request.history,
            constraints=request.constraints,
            policy=policy,
            as_of=request.as_of,
            horizon=horizon_days(request, policy),
        )

    def _calendar(self, request: RouteRequest, policy: PolicyProfile) -> WorkCalendar:
        first, last = horizon_days(request, policy)
        monday = first - dt.timedelta(days=first.weekday())
        weeks = (last - monday).days // 7 + 1
        return build_calendar(policy, request.educator, monday, weeks)

    def _mentor_need(
        self,
        request: RouteRequest,
        policy: PolicyProfile,
        deficits: DeficitVector,
        calendar: WorkCalendar,
    ) -> MentorNeed:
        return mentor_need(
            request.educator,
            deficits,
            self.mentors,
            policy,
            request.constraints.busy,
            calendar,
            request.as_of,
            framework=self.framework,
        )


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
    gap = request.gap_rel if request.gap_rel is not None else limits.gap_rel
    work = request.deterministic_time
    if work is None:
        work = limits.deterministic_time * deadline / limits.deadline_ms
    return SolveOptions(
        gap_ppm=round(gap * 1_000_000),
        deadline_ms=deadline,
        work_milli=max(1, round(work * 1000)),
        seed=request.seed,
    )


def with_id(outcome: Outcome, route_id: str) -> Outcome:
    """The same outcome under another id, for example the store's."""
    return replace(outcome, recommendation=replace(outcome.recommendation, id=route_id))
