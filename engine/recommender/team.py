"""Routes of a team: each member's stages, one plan over all of them, the answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.domain import BoolArray
from engine.errors import Fault, InputError, NothingToPlan
from engine.planning.interruption import end_of
from engine.planning.solution import RouteSolution, SolveStatus
from engine.planning.solver import solve
from engine.planning.team_explain import solve_team
from engine.planning.team_problem import TeamProblem
from engine.planning.team_solution import TeamLimits, TeamSolution
from engine.policy import PolicyProfile
from engine.recommender.pipeline import Recommender
from engine.recommender.stages import Prepared
from engine.recommender.team_answer import TeamOutcome
from engine.recommender.team_assemble import Planned, assemble_team
from engine.recommender.team_members import (
    PreparedMember,
    barred_for,
    outside_audience,
    team_problem,
    without_pins,
)
from engine.recommender.team_offerings import shared_activities, training_activities
from engine.recommender.team_request import TeamRequest, check_request, limits_of


def recommend_team(recommender: Recommender, request: TeamRequest) -> TeamOutcome:
    """Plan the routes of a team.

    Raises
    ------
    InputError
        ``team_too_small``, ``team_too_large``, ``team_differs`` (members asked at several moments
        or under several policies), and everything that is wrong in a member's request, with his
        number in the pointer.
    """
    check_request(request)
    policy = recommender.policy_of(request.members[0].policy)
    catalogue, coverage = recommender.catalogue, recommender.matcher.coverage_
    shared = shared_activities(catalogue, coverage, recommender.framework, policy.team)
    alone = _prepared(recommender, request)
    outside = [outside_audience(prepared, shared) for prepared in alone]
    waived: frozenset[str] = frozenset()
    if policy.team.audience_of_team:
        waived = frozenset(catalogue.activity_ids) - frozenset.intersection(*outside)
    members = [
        _member(recommender, prepared, policy, shared, waived, strange)
        for prepared, strange in zip(alone, outside, strict=True)
    ]
    wanted = shared[catalogue.offering_activity] & ~catalogue.self_paced
    candidates = {o for m in members for o in m.opened.compiled.offering_ids}
    ids = catalogue.offering_ids
    runs = [row for row in np.flatnonzero(wanted).tolist() if ids[row] in candidates]
    training = training_activities(catalogue, coverage, recommender.framework, policy.team)
    team = team_problem(members, runs, catalogue, policy, training)
    limits = limits_of(request, policy)
    team, solution = _solved(team, limits)
    planned = Planned(
        request=request,
        policy=policy,
        framework=recommender.framework,
        catalogue=catalogue,
        calibration=recommender.calibration,
        model_digest=recommender.model_digest,
        members=tuple(members),
        problem=team,
        solution=solution,
        alone=tuple(_solved_alone(m, limits) for m in members),
        training=training,
        runs=tuple(runs),
    )
    return assemble_team(planned)


def _solved(team: TeamProblem, limits: TeamLimits) -> tuple[TeamProblem, TeamSolution]:
    """The plan; one without a step that trains only where it is proved that none has one."""
    until = end_of(limits.deadline_ms)
    solution = solve_team(team, limits, until)
    if solution.status is SolveStatus.INFEASIBLE and team.least_training:
        team = replace(team, least_training=0)
        solution = solve_team(team, limits, until)
    return team, solution


def _prepared(recommender: Recommender, request: TeamRequest) -> list[Prepared]:
    """Every member's stages up to his problem, or every fault of all of them."""
    found: list[Prepared] = []
    faults: list[Fault] = []
    for number, member in enumerate(request.members):
        place = f"/members/{number}"
        try:
            found.append(recommender.prepare(member))
        except NothingToPlan:
            faults.append(_nothing(member.educator.id, place))
        except InputError as error:
            faults += [replace(fault, pointer=place + fault.pointer) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return found


def _nothing(educator: str, place: str) -> Fault:
    detail = (
        f"у участника «{educator}» нет ни диагностики, ни запроса: добавьте их или уберите его из "
        "команды"
    )
    return Fault("nothing_to_plan", detail, place, parameters={"educator": educator})


def _member(
    recommender: Recommender,
    alone: Prepared,
    policy: PolicyProfile,
    shared: BoolArray,
    waived: frozenset[str],
    outside: frozenset[str],
) -> PreparedMember:
    """A member's problem with every team offering that may be his."""
    catalogue = recommender.catalogue
    barred = barred_for(alone, shared, waived)
    constraints = alone.request.constraints
    open_to_him = np.array([i not in barred for i in catalogue.activity_ids], dtype=np.bool_)
    rows = (shared & open_to_him)[catalogue.offering_activity] & ~catalogue.self_paced
    named = [catalogue.offering_ids[row] for row in np.flatnonzero(rows).tolist()]
    # An id that is an activity's too would pin that one.
    kept = {*constraints.excluded, *constraints.pinned, *catalogue.activity_index}
    added = tuple(i for i in named if i not in kept)
    pinned = (*constraints.pinned, *added)
    request = replace(alone.request, constraints=replace(constraints, pinned=pinned))
    opened = recommender.prepare_changed(alone, request, policy)
    return PreparedMember(alone, without_pins(opened, alone), barred, outside, added)


def _solved_alone(member: PreparedMember, limits: TeamLimits) -> RouteSolution:
    """The member's best route without the team: what the plan is compared with."""
    options = replace(member.alone.options, gap_ppm=limits.gap_ppm)
    return solve(member.alone.compiled.problem, options)
