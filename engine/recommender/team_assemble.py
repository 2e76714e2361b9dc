"""From a solved team to its answer: every fact is carried, none is made up here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.catalogue import Catalogue
from engine.domain import BoolArray, Position
from engine.explanation import PointsInterval
from engine.framework import Framework
from engine.planning.problem_json import problem_digest
from engine.planning.solution import RouteSolution, SolveStatus
from engine.planning.team_problem import TeamProblem
from engine.planning.team_solution import (
    CHOSEN,
    MemberPlan,
    OfferingVerdict,
    TeamSolution,
)
from engine.policy import PolicyProfile
from engine.recommendation import Certificate, Recommendation
from engine.recommender.assemble import MPT, assemble
from engine.recommender.stages import Outcome, stages_of
from engine.recommender.team_answer import (
    AbsentMember,
    LeftToOthers,
    MemberAnswer,
    RejectedStep,
    SharedStep,
    StuckMember,
    TeamOutcome,
    TeamRecommendation,
    TrainedReading,
)
from engine.recommender.team_case import as_solved
from engine.recommender.team_members import PreparedMember
from engine.recommender.team_part import TeamPart
from engine.recommender.team_reasons import absence_reasons, stuck_reasons
from engine.recommender.team_request import TeamRequest

LISTED_MOST = 12
"""Rejected runs that are listed, the nearest to the plan first."""


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """What the stages of a team said.

    Parameters
    ----------
    alone
        The members' best routes without the team.
    training
        Shape (n_activities,): completing it makes a member trained.
    runs
        Offering of the catalogue by offering of ``problem``.
    """

    request: TeamRequest
    policy: PolicyProfile
    framework: Framework
    catalogue: Catalogue
    calibration: str | None
    model_digest: str | None
    members: tuple[PreparedMember, ...]
    problem: TeamProblem
    solution: TeamSolution
    alone: tuple[RouteSolution, ...]
    training: BoolArray
    runs: tuple[int, ...]


def assemble_team(planned: Planned) -> TeamOutcome:
    """Put the answer together from what the stages said."""
    request, solution, policy = planned.request, planned.solution, planned.policy
    outcomes = tuple(
        _outcome(planned, member, plan)
        for member, plan in zip(planned.members, solution.members, strict=False)
    )
    verdicts = {v.offering: v for v in solution.verdicts}
    rejected = _ordered(v for v in solution.verdicts if v.code != CHOSEN)
    seats = len(solution.together) * len(planned.members)
    seats -= sum(len(away) for away in solution.excused.values())
    team = request.team
    answers = tuple(_member(planned, i, outcome) for i, outcome in enumerate(outcomes))
    organisation = planned.members[0].alone.request.educator.organisation
    recommendation = TeamRecommendation(
        id=f"team-{_digest(planned)}",
        team=team.id,
        title=team.title,
        organisation=organisation.title if organisation else team.organisation_id,
        as_of=request.members[0].as_of,
        policy=f"{policy.id} {policy.version}: {policy.regulation}",
        status=solution.status.value,
        certificate=_certificate(solution),
        together_points=planned.problem.bonus_mpt * seats / MPT,
        least_steps=policy.team.least_steps,
        most_steps=policy.team.most_steps,
        training_missing=policy.team.train_together and not planned.problem.least_training,
        shared=tuple(_shared(planned, y, verdicts[y]) for y in solution.together),
        trained=_readings(planned, [o.recommendation for o in outcomes]),
        members=answers,
        rejected=tuple(_rejected(planned, v) for v in rejected[:LISTED_MOST]),
        rejected_more=max(0, len(rejected) - LISTED_MOST),
        stuck=() if outcomes else tuple(_stuck(planned)),
    )
    problems = tuple(member.problem for member in planned.problem.members)
    parts = tuple(
        _part(planned, member, plan)
        for member, plan in zip(planned.members, solution.members, strict=False)
    )
    return TeamOutcome(recommendation, outcomes, problems, parts)


def _digest(planned: Planned) -> str:
    """Of the members' problems and of what the team may share."""
    team = planned.problem
    told = [problem_digest(member.problem) for member in team.members]
    told += [repr(offering) for offering in team.offerings]
    told += [repr(resource) for resource in team.resources]
    told.append(repr((team.least_steps, team.most_steps, team.excused_most, team.bonus_mpt)))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def _certificate(solution: TeamSolution) -> Certificate:
    def points(mpt: int | None) -> float | None:
        return None if mpt is None else mpt / MPT

    return Certificate(
        value=points(solution.value_mpt),
        bound=points(solution.bound_mpt),
        gap_rel=None if solution.gap_ppm is None else solution.gap_ppm / 1_000_000,
        work_limit=solution.work_milli / 1000,
        cut_by_clock=solution.cut_by_clock,
    )


# --------------------------------------------------------------------------- members


def _outcome(planned: Planned, member: PreparedMember, plan: MemberPlan) -> Outcome:
    """The member's own answer, of the problem that his part of the plan was solved as."""
    prepared = as_solved(member, plan.solved, plan.options)
    stages = stages_of(prepared, plan.solution, None)
    recommendation = assemble(
        stages, planned.framework, planned.catalogue, planned.calibration, planned.model_digest
    )
    return Outcome(recommendation, plan.solved.problem, plan.options, plan.solution)


def _part(planned: Planned, member: PreparedMember, plan: MemberPlan) -> TeamPart:
    """What the plan decided of a member, by ids."""
    team, case = planned.problem, plan.case
    given_up = (team.resources[r] for r in case.given_up)
    return TeamPart(
        activities=tuple(sorted({offering.activity for offering in team.offerings})),
        opened=member.named,
        together=tuple(team.offerings[y].label for y in case.together),
        given_up=tuple((resource.kind, resource.label) for resource in given_up),
        without_mentor=case.without_mentor,
    )


def _member(planned: Planned, i: int, outcome: Outcome) -> MemberAnswer:
    plan, alone = planned.solution.members[i], planned.alone[i]
    own, rec = plan.solution, outcome.recommendation
    assert own.value_mpt is not None
    cost = None
    if alone.value_mpt is not None and alone.bound_mpt is not None and own.bound_mpt is not None:
        low, high = alone.value_mpt - own.bound_mpt, alone.bound_mpt - own.value_mpt
        effect = abs(alone.value_mpt - own.value_mpt)
        cost = PointsInterval(low / MPT, high / MPT, high - low > effect)
    shared = {planned.problem.offerings[y].label for y in plan.case.together}
    return MemberAnswer(
        educator=rec.educator.id,
        position=rec.educator.position,
        value=own.value_mpt / MPT,
        value_alone=None if alone.value_mpt is None else alone.value_mpt / MPT,
        cost=cost,
        without_mentor=plan.case.without_mentor,
        left_to_others=tuple(_left(planned, r) for r in plan.case.given_up),
        shared=tuple(s.id for s in (rec.route.steps if rec.route else ()) if s.offering in shared),
        recommendation=rec,
    )


def _left(planned: Planned, resource: int) -> LeftToOthers:
    known, catalogue = planned.problem.resources[resource], planned.catalogue
    row = catalogue.offering_index.get(known.label) if known.kind == "seat" else None
    title = "" if row is None else _activity_title(catalogue, row)
    return LeftToOthers(known.kind, known.label, title)


def _activity_title(catalogue: Catalogue, row: int) -> str:
    return catalogue.activities[int(catalogue.offering_activity[row])].title


def _stuck(planned: Planned) -> Iterator[StuckMember]:
    """Members who have no route even without the team."""
    for member, alone in zip(planned.members, planned.alone, strict=True):
        if alone.status is SolveStatus.INFEASIBLE:
            yield StuckMember(member.alone.request.educator.id, stuck_reasons(member))


# --------------------------------------------------------------------------- shared runs


def _shared(planned: Planned, y: int, verdict: OfferingVerdict) -> SharedStep:
    catalogue, row = planned.catalogue, planned.runs[y]
    a = int(catalogue.offering_activity[row])
    activity, offering = catalogue.activities[a], catalogue.offerings[row]
    away = set(planned.solution.excused.get(y, ()))
    return SharedStep(
        activity=activity.id,
        title=activity.title,
        kind=activity.kind.value,
        offering=offering.id,
        start=offering.start,
        end=offering.end,
        seats_left=_seats(planned, y),
        members=tuple(m.label for i, m in enumerate(planned.problem.members) if i not in away),
        excused=_absent(planned, y, sorted(away)),
        outside_audience=tuple(
            member.alone.request.educator.id
            for i, member in enumerate(planned.members)
            if i not in away and activity.id in member.outside
        ),
        trains=bool(planned.training[a]),
    )


def _seats(planned: Planned, y: int) -> int | None:
    seats = planned.problem.offerings[y].seats
    return None if seats < 0 else seats


def _absent(planned: Planned, y: int, members: Sequence[int]) -> tuple[AbsentMember, ...]:
    row = planned.runs[y]
    return tuple(
        AbsentMember(
            planned.problem.members[i].label,
            absence_reasons(planned.members[i], planned.problem, planned.catalogue, i, y, row),
        )
        for i in members
    )


def _rejected(planned: Planned, verdict: OfferingVerdict) -> RejectedStep:
    catalogue, y = planned.catalogue, verdict.offering
    row = planned.runs[y]
    offering = catalogue.offerings[row]

    def points(mpt: int | None) -> float | None:
        return None if mpt is None else mpt / MPT

    return RejectedStep(
        activity=offering.activity_id,
        title=_activity_title(catalogue, row),
        offering=offering.id,
        start=offering.start,
        end=offering.end,
        code=verdict.code,
        cannot=_absent(planned, y, verdict.cannot),
        seats_left=_seats(planned, y),
        loss_low=points(verdict.loss_low_mpt),
        loss_high=points(verdict.loss_high_mpt),
    )


def _ordered(verdicts: Iterator[OfferingVerdict]) -> list[OfferingVerdict]:
    """What was solved first, the nearest to the plan; then what costs rule out; then the rest."""

    def key(v: OfferingVerdict) -> tuple[bool, bool, int, int, int]:
        loss = -1 if v.loss_low_mpt is None else v.loss_low_mpt
        return v.loss_low_mpt is None, v.loss_high_mpt is None, loss, len(v.cannot), v.offering

    return sorted(verdicts, key=key)


# --------------------------------------------------------------------------- trained


def _readings(planned: Planned, members: Sequence[Recommendation]) -> tuple[TrainedReading, ...]:
    """Every reading of a trained team, the policy's first."""
    if not members:
        return ()
    index, own = planned.catalogue.activity_index, planned.policy.team.trained
    trained = tuple(
        rec.educator.id
        for rec in members
        if rec.route is not None
        and any(planned.training[index[s.activity]] for s in rec.route.steps if s.activity in index)
    )
    heads = {m.educator.id for m in members if m.educator.position == Position.HEAD.value}
    found = readings_of(trained, heads, len(members))
    order = sorted(found, key=lambda reading: reading != own)
    n = len(members)
    return tuple(TrainedReading(r, r == own, found[r], trained, n) for r in order)


def readings_of(trained: Sequence[str], heads: set[str], of: int) -> Mapping[str, bool]:
    """Whether a team is trained by each reading.

    Parameters
    ----------
    trained
        Members who are trained.
    heads
        Members who are heads of their organisation; without any, nobody is the head of
        ``head_and_one``.
    of
        Members of the team.
    """
    n = len(trained)
    return {
        "all_members": n == of,
        "half_members": 2 * n >= of,
        "any_member": n > 0,
        "head_and_one": n > 1 and not heads.isdisjoint(trained),
    }
