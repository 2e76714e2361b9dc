"""What a search has decided of one member, as a route problem of its own.

Every decision only takes something away from the member's problem (a candidate, a mentor, a slot)
or asks for a team step, so that a bound of a case is one of every narrower case too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.problem import MentorRules, Pin, ProblemMentor, RouteProblem
from engine.planning.solution import Route
from engine.planning.team_problem import NOT_SHARED, TeamMember, TeamProblem

TEAM_STEP = "team_step"
"""Code of the pin of a run that the team takes together."""


@dataclass(frozen=True, slots=True)
class Case:
    """One member under what has been decided of him.

    Parameters
    ----------
    together
        Offerings that he takes with the team, rising.
    given_up
        Shared resources that are left to others, rising.
    without_mentor
        He is one of those whom the mentors' places do not serve.
    """

    member: int
    together: tuple[int, ...] = ()
    given_up: tuple[int, ...] = ()
    without_mentor: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CaseProblem:
    """The route problem of a case.

    Parameters
    ----------
    slots
        For each mentor option the positions of its slots in the member's own problem.
    member
        The member with the uses of this problem's parts.
    """

    problem: RouteProblem
    slots: tuple[tuple[int, ...], ...]
    member: TeamMember

    def own_route(self, route: Route) -> Route:
        """A route of this problem in the indices of the member's own one."""
        if route.mentor is None:
            return route
        kept = self.slots[route.mentor]
        return replace(route, slots=tuple(kept[i] for i in route.slots))

    def uses(self, route: Route) -> IntArray:
        """Shared resources that a route of this problem takes, each once, rising."""
        return resources_of(self.member, route)


def resources_of(member: TeamMember, route: Route) -> IntArray:
    """Shared resources that a route of the member's problem takes, each once, rising."""
    used = set(member.seat[list(route.chosen)].tolist())
    if route.mentor is not None:
        used.add(member.mentor[route.mentor])
        used.update(member.slots[route.mentor][i] for i in route.slots)
    return np.array(sorted(used - {NOT_SHARED}), dtype=np.int64)


def open_case(team: TeamProblem, case: Case) -> CaseProblem:
    """The problem in which every team step may be taken and none has to be: a relaxation."""
    member = team.members[case.member]
    everything = np.ones(len(member.team_only), dtype=np.bool_)
    return _restricted(member, case, everything, ())


def case_problem(team: TeamProblem, case: Case) -> CaseProblem | None:
    """The problem of a case.

    ``None`` where the member must have a mentor, may have one, and every place is left to others:
    the case has no route then, though the problem without those mentors would have.
    """
    member = team.members[case.member]
    pins, own = [], np.zeros(len(member.team_only), dtype=np.bool_)
    for y in case.together:
        offering = team.offerings[y]
        candidates = offering.candidates[case.member]
        own[list(candidates)] = True
        pins.append(Pin(TEAM_STEP, offering.label, candidates))
    found = _restricted(member, case, own, tuple(pins))
    if case.without_mentor or not member.problem.mentor.required:
        return found
    had = any(o.capacity >= 1 for o in member.problem.mentor.options)
    has = any(o.capacity >= 1 for o in found.problem.mentor.options)
    return found if has or not had else None


def _restricted(
    member: TeamMember, case: Case, admitted: BoolArray, pins: tuple[Pin, ...]
) -> CaseProblem:
    problem = member.problem
    table = problem.candidates
    given_up = np.array(case.given_up, dtype=np.int64)
    excluded = table.excluded | (member.team_only & ~admitted) | np.isin(member.seat, given_up)
    mentor, slots = _mentors(member, case)
    changed = replace(
        problem,
        candidates=replace(table, excluded=excluded),
        pins=(*problem.pins, *pins),
        mentor=mentor,
    )
    uses = tuple(tuple(own[i] for i in kept) for own, kept in zip(member.slots, slots, strict=True))
    return CaseProblem(changed, slots, replace(member, problem=changed, slots=uses))


def _mentors(member: TeamMember, case: Case) -> tuple[MentorRules, tuple[tuple[int, ...], ...]]:
    """The mentors' rules without what is left to others, and the slots that stay."""
    rules, given_up = member.problem.mentor, set(case.given_up)
    options: list[ProblemMentor] = []
    slots: list[tuple[int, ...]] = []
    for m, option in enumerate(rules.options):
        kept = tuple(i for i, r in enumerate(member.slots[m]) if r not in given_up)
        gone = case.without_mentor or member.mentor[m] in given_up
        capacity = 0 if gone else option.capacity
        times = tuple(option.slots[i] for i in kept)
        options.append(replace(option, capacity=capacity, slots=times))
        slots.append(kept)
    return replace(rules, options=tuple(options)), tuple(slots)
