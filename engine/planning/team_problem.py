"""The problem of a team: which runs its members take together, and a route for each of them.

Each member has a route problem of his own. A *team offering* is a run that members may take
together. A *plan* is a set Y of team offerings, who is excused from which of them, and a route of
each member.

The rules
---------
``team_steps``
    Y holds at least ``least_steps`` and at most ``most_steps`` offerings, no two of one activity,
    and at least ``least_training`` of those in ``training``.
``together``
    For each offering of Y the route of each member who is not excused from it has a candidate of
    his for it; at least two members are not excused.
``excused``
    A member is excused from an offering of Y exactly where no route of his own problem has it,
    whatever other team steps it has; at most ``excused_most`` members are from one offering.
``team_only``
    A candidate of ``team_only`` is chosen only for an offering of Y.
``shared``
    Of each shared resource (seats of a run, places of a mentor, one slot of a mentor) the routes
    of all members together use no more than there is.
``mentor_shortage``
    Where the members who must have a mentor are more than the mentors' places can serve, as many
    as possible are served; the others are planned as if no mentor had a place for them.

The value (mpt)
---------------
Σ values of the members' routes + ``bonus_mpt`` · Σ over Y of the members who are not excused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.admissible import admissible
from engine.planning.problem import RouteProblem

NOT_SHARED = -1
LEAST_TOGETHER = 2
"""Fewer members than this do nothing together."""


@dataclass(frozen=True, slots=True)
class SharedResource:
    """What members of the team may run out of.

    Parameters
    ----------
    kind
        ``seat``, ``mentor`` or ``slot``.
    label
        Offering id, mentor id, or mentor id and instant.
    capacity
        Units left for the team, ≥ 0.
    """

    kind: str
    label: str
    capacity: int


@dataclass(frozen=True, slots=True, eq=False)
class TeamMember:
    """One member: his problem, and which shared resources its parts use.

    Parameters
    ----------
    label
        Id of the educator.
    problem
        A candidate of a team offering has no gains that do not count, so that none of them is
        forbidden alone and allowed in a pin.
    team_only
        Shape (n_candidates,): chosen only as a team step.
    seat
        Shape (n_candidates,): index of the resource, ``NOT_SHARED`` = none.
    mentor
        Index of the resource for each mentor option.
    slots
        Index of the resource for each slot of each mentor option.
    """

    label: str
    problem: RouteProblem
    team_only: BoolArray
    seat: IntArray
    mentor: tuple[int, ...]
    slots: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class TeamOffering:
    """A run that members may take together.

    Parameters
    ----------
    label, activity
        Ids of the offering and of its activity.
    candidates
        By member: his candidates of this run, all of one activity; empty = he cannot take part.
    seats
        Left for the team; −1 = no limit.
    """

    label: str
    activity: str
    candidates: tuple[tuple[int, ...], ...]
    seats: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class TeamProblem:
    """The whole problem; see the module's docstring for every rule.

    Parameters
    ----------
    members
        At least one.
    offerings
        Two offerings of different activities have, for each member, candidates of different
        activities.
    least_steps, most_steps
        0 ≤ least ≤ most.
    excused_most
        ≥ 0.
    bonus_mpt
        Worth of one member's seat in a shared step, ≥ 0.
    training, least_training
        Offerings of which a plan shares at least so many.
    """

    members: tuple[TeamMember, ...]
    offerings: tuple[TeamOffering, ...]
    resources: tuple[SharedResource, ...] = ()
    least_steps: int = 1
    most_steps: int = 1
    excused_most: int = 0
    bonus_mpt: int = 0
    training: frozenset[int] = frozenset()
    least_training: int = 0


def able_members(team: TeamProblem) -> tuple[tuple[int, ...], ...]:
    """Members with an admissible candidate, by offering."""
    ok = [admissible(member.problem) for member in team.members]
    return tuple(
        tuple(
            i for i, own in enumerate(offering.candidates) if own and bool(ok[i][list(own)].any())
        )
        for offering in team.offerings
    )


def may_be_shared(team: TeamProblem, y: int, able: int) -> bool:
    """Whether so many members who can take an offering are enough, were some of them excused."""
    least = len(team.members) - team.excused_most
    return any(enough_together(team, y, n) for n in range(least, able + 1))


def trains_enough(team: TeamProblem, together: Collection[int]) -> bool:
    """Whether enough of the shared runs are among those that train."""
    return len(team.training.intersection(together)) >= team.least_training


def enough_together(team: TeamProblem, y: int, members: int) -> bool:
    """Whether so many members may take an offering together: not too few, nor beyond its seats."""
    seats = team.offerings[y].seats
    least = max(LEAST_TOGETHER, len(team.members) - team.excused_most)
    return members >= least and (seats < 0 or members <= seats)


def members_without_mentor(team: TeamProblem) -> tuple[frozenset[int], ...]:
    """Every smallest set of members without whom all others who must can have a mentor.

    One empty set where the mentors' places suffice; sets by the members' order.
    """
    needing = [i for i in range(len(team.members)) if _must_have(team.members[i].problem)]
    for short in range(len(needing) + 1):
        sets = tuple(
            frozenset(left_out)
            for left_out in combinations(needing, short)
            if _served(team, [i for i in needing if i not in left_out])
        )
        if sets:
            return sets
    raise AssertionError("nobody left is always served")


def _must_have(problem: RouteProblem) -> bool:
    return problem.mentor.required and any(o.capacity >= 1 for o in problem.mentor.options)


def _served(team: TeamProblem, needing: list[int]) -> bool:
    """Whether each of the members can have a place with one of his mentors."""
    holders: dict[int, list[int]] = {}

    def places(member: int) -> Iterator[int]:
        own = team.members[member]
        for option, resource in zip(own.problem.mentor.options, own.mentor, strict=True):
            if option.capacity >= 1:
                yield resource

    def place(member: int, tried: set[int]) -> bool:
        for resource in places(member):
            if resource == NOT_SHARED:
                return True
            if resource in tried:
                continue
            tried.add(resource)
            held = holders.setdefault(resource, [])
            if len(held) < team.resources[resource].capacity:
                held.append(member)
                return True
            for other in held:
                if place(other, tried):
                    held.remove(other)
                    held.append(member)
                    return True
        return False

    return all(place(member, set()) for member in needing)


def overbooked(team: TeamProblem, uses: list[IntArray]) -> int | None:
    """First resource that the members' routes use more of than there is; ``None`` = there is none.

    Parameters
    ----------
    uses
        By member: resources that his route uses, each once.
    """
    if not team.resources:
        return None
    counts = np.zeros(len(team.resources), dtype=np.int64)
    for own in uses:
        counts[own] += 1
    capacity = np.array([r.capacity for r in team.resources], dtype=np.int64)
    over = np.flatnonzero(counts > capacity)
    return int(over[0]) if len(over) else None
