"""Every rule of ``team_problem`` judged without a solver, from the members' own problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.planning.checks import check_route
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route
from engine.planning.team_problem import (
    LEAST_TOGETHER,
    NOT_SHARED,
    TeamMember,
    TeamProblem,
    trains_enough,
)


@dataclass(frozen=True, slots=True)
class TeamReport:
    """What the checker says of a plan.

    Parameters
    ----------
    violations
        (rule, what): rules of ``team_problem``, and ``route`` for a member whose own route breaks
        a rule of its problem; empty = the plan holds. That an excused member has no route with
        the run is a claim of a solver and not judged here.
    value_mpt
        Value of the plan.
    """

    violations: tuple[tuple[str, str], ...]
    value_mpt: int


def check_team(
    team: TeamProblem,
    together: Sequence[int],
    excused: Mapping[int, Sequence[int]],
    routes: Sequence[Route],
    without_mentor: frozenset[int] = frozenset(),
) -> TeamReport:
    """Judge a plan and compute its value.

    Parameters
    ----------
    excused
        Members by offering; absent = nobody.
    routes
        By member, in the indices of his own problem.
    without_mentor
        Members whom the mentors' places do not serve.
    """
    violations: list[tuple[str, str]] = list(_set(team, together, excused))
    value = 0
    uses: Counter[int] = Counter()
    for i, (member, route) in enumerate(zip(team.members, routes, strict=True)):
        own = [y for y in together if i not in excused.get(y, ())]
        report = check_route(_judged(member.problem, i in without_mentor), route)
        violations += [("route", f"{member.label}: {v.rule}") for v in report.violations]
        violations += _shares(team, i, route, own)
        value += report.value_mpt + team.bonus_mpt * len(own)
        uses.update(_uses(member, route))
    for resource, n in sorted(uses.items()):
        if n > team.resources[resource].capacity:
            violations.append(("shared", team.resources[resource].label))
    return TeamReport(tuple(violations), value)


def _set(
    team: TeamProblem, together: Sequence[int], excused: Mapping[int, Sequence[int]]
) -> Iterator[tuple[str, str]]:
    activities = {team.offerings[y].activity for y in together}
    if not team.least_steps <= len(together) <= team.most_steps or len(activities) < len(together):
        yield "team_steps", str(len(together))
    elif not trains_enough(team, together):
        yield "team_steps", "training"
    for y in together:
        absent = len(excused.get(y, ()))
        present, seats = len(team.members) - absent, team.offerings[y].seats
        if absent > team.excused_most:
            yield "excused", team.offerings[y].label
        if present < LEAST_TOGETHER or 0 <= seats < present:
            yield "together", team.offerings[y].label


def _judged(problem: RouteProblem, without_mentor: bool) -> RouteProblem:
    """The member's problem; one whom no mentor serves is judged as if none had a place for him."""
    if not without_mentor:
        return problem
    options = tuple(replace(option, capacity=0) for option in problem.mentor.options)
    return replace(problem, mentor=replace(problem.mentor, options=options))


def _shares(
    team: TeamProblem, i: int, route: Route, own: Sequence[int]
) -> Iterator[tuple[str, str]]:
    """Whether the route has the member's shared runs, and nothing that needs the team else."""
    chosen, admitted = set(route.chosen), set()
    for y in own:
        candidates = set(team.offerings[y].candidates[i])
        admitted |= candidates
        if not chosen & candidates:
            yield "together", f"{team.members[i].label}: {team.offerings[y].label}"
    only = {int(j) for j in np.flatnonzero(team.members[i].team_only)}
    for j in sorted(chosen & only - admitted):
        yield "team_only", f"{team.members[i].label}: {j}"


def _uses(member: TeamMember, route: Route) -> set[int]:
    used = {int(member.seat[j]) for j in route.chosen}
    if route.mentor is not None:
        used.add(member.mentor[route.mentor])
        used |= {member.slots[route.mentor][i] for i in route.slots}
    return used - {NOT_SHARED}
