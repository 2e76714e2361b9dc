"""What a team gets: the shared steps, a route for each member, and why nothing else is shared.

``None`` means "not known" or "no limit", as said at each field; ``engine.recommendation.to_dict``
makes the JSON form.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from engine.domain import Reason
from engine.explanation import PointsInterval
from engine.planning.problem import RouteProblem
from engine.recommendation import Certificate, Recommendation
from engine.recommender.stages import Outcome
from engine.recommender.team_part import TeamPart


@dataclass(frozen=True, slots=True)
class AbsentMember:
    """A member who cannot take a run, and why as codes with parameters."""

    educator: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class SharedStep:
    """A run that the members take together.

    Parameters
    ----------
    seats_left
        Before the team takes its own; ``None`` = no limit.
    members
        Who takes it; a seat for each of them.
    excused
        Who does not, because no route of his can have it.
    outside_audience
        Those of them who are not in the audience that it states; they are sent with the team.
    trains
        Whether completing it makes a member trained by the policy.
    """

    activity: str
    title: str
    kind: str
    offering: str
    start: dt.date | None
    end: dt.date | None
    seats_left: int | None
    members: tuple[str, ...]
    excused: tuple[AbsentMember, ...]
    outside_audience: tuple[str, ...]
    trains: bool


@dataclass(frozen=True, slots=True)
class TrainedReading:
    """Whether the plan, once completed, makes the team count as trained by one reading.

    Parameters
    ----------
    reading
        ``all_members``, ``half_members``, ``any_member`` or ``head_and_one``.
    by_policy
        The policy's own reading.
    members
        Members whose route holds an activity that trains.
    of
        Members of the team.
    """

    reading: str
    by_policy: bool
    trained: bool
    members: tuple[str, ...]
    of: int


@dataclass(frozen=True, slots=True)
class RejectedStep:
    """A run that the team might have shared.

    Parameters
    ----------
    code
        ``outranked``, ``cannot``, ``seats``, ``together`` or ``not_decided``, as
        ``engine.planning.team_solution`` says.
    cannot
        Members who cannot take it, as far as that is known.
    seats_left
        ``None`` = no limit.
    loss_low, loss_high
        Points that the best plan with it is worth less than this one, at least and at most;
        ``None`` = not known.
    """

    activity: str
    title: str
    offering: str
    start: dt.date | None
    end: dt.date | None
    code: str
    cannot: tuple[AbsentMember, ...]
    seats_left: int | None
    loss_low: float | None
    loss_high: float | None


@dataclass(frozen=True, slots=True)
class LeftToOthers:
    """A scarce seat, mentor's place or slot that a member leaves to another one.

    ``kind`` is ``seat``, ``mentor`` or ``slot``.
    """

    kind: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """One member's part of the plan.

    Parameters
    ----------
    value, value_alone
        Points of the route in the plan, and of the best one that was found without the team.
    cost
        What belonging to the team costs him in points, less than 0 where it brings something he
        could not have alone; ``None`` = not known.
    without_mentor
        The mentors' places do not suffice for all who must have one, and his is the one missing.
    shared
        Ids of his route's steps that are shared.
    """

    educator: str
    position: str
    value: float
    value_alone: float | None
    cost: PointsInterval | None
    without_mentor: bool
    left_to_others: tuple[LeftToOthers, ...]
    shared: tuple[str, ...]
    recommendation: Recommendation


@dataclass(frozen=True, slots=True)
class StuckMember:
    """A member who has no route at all, with the codes of what contradicts itself."""

    educator: str
    conflict: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class TeamRecommendation:
    """The answer for a team.

    Parameters
    ----------
    certificate
        Of the whole team: no plan is worth more than its bound, in points.
    together_points
        Part of the value that is the policy's bonus for learning together.
    least_steps, most_steps
        Of the policy: how many steps are shared.
    training_missing
        The policy wants a shared step that trains, and no plan has one.
    rejected
        The best of what was not chosen first; ``rejected_more`` are not listed.
    stuck
        Members without any route of their own; then there is no plan.
    """

    id: str
    team: str
    title: str
    organisation: str
    as_of: dt.datetime
    policy: str
    status: str
    certificate: Certificate
    together_points: float
    least_steps: int
    most_steps: int
    training_missing: bool
    shared: tuple[SharedStep, ...]
    trained: tuple[TrainedReading, ...]
    members: tuple[MemberAnswer, ...]
    rejected: tuple[RejectedStep, ...]
    rejected_more: int
    stuck: tuple[StuckMember, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TeamOutcome:
    """The answer with what replays each member's route, in the members' order.

    ``problems`` are those of the members whether or not there is a plan. With its part in the
    place of ``RouteRequest.team`` a member's request gives his problem of the plan again.
    """

    recommendation: TeamRecommendation
    members: tuple[Outcome, ...]
    problems: tuple[RouteProblem, ...]
    parts: tuple[TeamPart, ...] = ()
