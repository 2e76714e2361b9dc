"""From the members' requests to the integer problem of the team."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from engine.catalogue import Catalogue
from engine.domain import BoolArray, IntArray, Reason
from engine.planning.admissible import counted_gains, rows_with
from engine.planning.compile_gains import mpt
from engine.planning.compile_selection import JUDGED_HERE
from engine.planning.problem import CandidateTable, Ragged, RouteProblem
from engine.planning.team_problem import (
    NOT_SHARED,
    SharedResource,
    TeamMember,
    TeamOffering,
    TeamProblem,
)
from engine.policy import PolicyProfile
from engine.recommender.stages import Prepared

RUN_NOT_OPEN = Reason("run_not_open")
EXCLUDED = Reason("excluded")
AUDIENCE = frozenset({"audience_position", "audience_subject", "audience_stage"})


@dataclass(frozen=True, slots=True, eq=False)
class PreparedMember:
    """One member with what his problem was compiled from.

    Parameters
    ----------
    alone
        Without any thought of the team.
    opened
        With every team offering that he may take as if it were pinned: what does nothing for him
        is a candidate too. The pins themselves are gone again.
    barred
        Reason by activity id of team activities that are not for him.
    outside
        Ids of the team activities of whose audience he is not.
    named
        Ids of the runs that were opened.
    """

    alone: Prepared
    opened: Prepared
    barred: Mapping[str, Reason]
    outside: frozenset[str]
    named: tuple[str, ...] = ()


class ResourceIndex(Protocol):
    """Which shared resource a part of a member's problem uses; ``NOT_SHARED`` = none."""

    def index(self, kind: str, what: Hashable) -> int: ...  # noqa: D102
    def of_seats(self, offerings: Sequence[str]) -> IntArray: ...  # noqa: D102


def barred_for(
    prepared: Prepared, shared: BoolArray, waived: frozenset[str] = frozenset()
) -> dict[str, Reason]:
    """Why team activities are not for a member: audience, completed already, banned.

    Parameters
    ----------
    waived
        Ids of the activities whose audience is no matter.
    """
    ids = prepared.ranking.activity_ids
    found = {}
    for a in np.flatnonzero(shared).tolist():
        reasons = prepared.ranking.ineligible.get(a, ())
        passed = JUDGED_HERE | AUDIENCE if ids[a] in waived else JUDGED_HERE
        reason = next((r for r in reasons if r.code not in passed), None)
        banned = ids[a] in prepared.request.constraints.excluded
        if reason is not None or banned:
            found[ids[a]] = reason or EXCLUDED
    return found


def outside_audience(prepared: Prepared, shared: BoolArray) -> frozenset[str]:
    """Ids of the team activities that name an audience to which a member does not belong."""
    ids, ineligible = prepared.ranking.activity_ids, prepared.ranking.ineligible
    return frozenset(
        ids[a]
        for a in np.flatnonzero(shared).tolist()
        if any(reason.code in AUDIENCE for reason in ineligible.get(a, ()))
    )


def without_pins(opened: Prepared, alone: Prepared) -> Prepared:
    """A member's problem without the pins that opened the team offerings."""
    named = alone.request.constraints.pinned
    compiled = opened.compiled
    pins = tuple(p for p in compiled.problem.pins if p.code != "pinned" or p.label in named)
    problem = replace(compiled.problem, pins=pins)
    return replace(opened, request=alone.request, compiled=replace(compiled, problem=problem))


def team_problem(
    members: Sequence[PreparedMember],
    runs: Sequence[int],
    catalogue: Catalogue,
    policy: PolicyProfile,
    training: BoolArray,
) -> TeamProblem:
    """The problem of the team.

    Parameters
    ----------
    runs
        Offerings of the catalogue that may be taken together, none of them self-paced.
    training
        Shape (n_activities,): completing it makes a member trained.
    """
    offerings = []
    places = [places_of(member.opened) for member in members]
    for row in runs:
        own = tuple(found.get(catalogue.offering_ids[row], ()) for found in places)
        activity = catalogue.activity_ids[int(catalogue.offering_activity[row])]
        seats = _seats(members, own)
        offerings.append(TeamOffering(catalogue.offering_ids[row], activity, own, seats))
    shared = {o.activity for o in offerings}
    resources = _Resources(members)
    return TeamProblem(
        members=tuple(team_member(member, shared, resources) for member in members),
        offerings=tuple(offerings),
        resources=resources.all,
        least_steps=policy.team.least_steps,
        most_steps=policy.team.most_steps,
        excused_most=policy.team.excused_most,
        bonus_mpt=mpt(policy.team.bonus_together),
        training=frozenset(
            np.flatnonzero(training[catalogue.offering_activity[list(runs)]]).tolist()
        ),
        least_training=int(policy.team.train_together),
    )


def places_of(prepared: Prepared) -> dict[str, tuple[int, ...]]:
    """Candidates by offering."""
    found: dict[str, list[int]] = defaultdict(list)
    for j, offering in enumerate(prepared.compiled.offering_ids):
        found[offering].append(j)
    return {offering: tuple(own) for offering, own in found.items()}


def _seats(members: Sequence[PreparedMember], own: Sequence[Sequence[int]]) -> int:
    """Seats left of a run; 0 where nobody has it as a candidate."""
    left = [
        int(member.opened.compiled.problem.candidates.seats[candidates[0]])
        for member, candidates in zip(members, own, strict=True)
        if candidates
    ]
    return left[0] if left else 0


def team_member(
    member: PreparedMember, shared: Collection[str], resources: ResourceIndex
) -> TeamMember:
    """A member of the team's problem.

    Parameters
    ----------
    shared
        Ids of the activities that may be taken together.
    """
    compiled = member.opened.compiled
    problem, of_team = compiled.problem, np.isin(np.array(compiled.activity_ids), sorted(shared))
    known = np.isin(
        np.array(compiled.activity_ids), sorted(set(member.alone.compiled.activity_ids))
    )
    gains = problem.candidates.gains
    useless = (np.diff(gains.indptr) > 0) & ~rows_with(gains, counted_gains(problem))
    team_only = of_team & (~known | useless)
    table = _without_gains(problem.candidates, of_team & useless)
    return TeamMember(
        label=member.alone.request.educator.id,
        problem=replace(problem, candidates=table),
        team_only=team_only,
        seat=resources.of_seats(compiled.offering_ids),
        mentor=tuple(resources.index("mentor", i) for i in _mentor_ids(problem)),
        slots=tuple(
            tuple(resources.index("slot", (i, slot.start.astimezone(dt.UTC))) for slot in slots)
            for i, slots in zip(_mentor_ids(problem), compiled.mentor_slots, strict=True)
        ),
    )


def _without_gains(table: CandidateTable, rows: BoolArray) -> CandidateTable:
    """The candidates with no gains in some rows."""
    counts = np.diff(table.gains.indptr)
    kept = ~np.repeat(rows, counts)
    indptr = np.concatenate([[0], np.cumsum(np.where(rows, 0, counts))]).astype(np.int64)
    return replace(table, gains=Ragged(indptr, table.gains.values[kept]))


def _mentor_ids(problem: RouteProblem) -> list[str]:
    return [option.label.partition("@")[0] for option in problem.mentor.options]


class _Resources:
    """What at least two members could take and not all of them can have."""

    def __init__(self, members: Sequence[PreparedMember]) -> None:
        wanted: dict[tuple[str, Hashable], tuple[int, set[int]]] = {}
        for i, member in enumerate(members):
            for key, capacity in self._of(member):
                wanted.setdefault(key, (capacity, set()))[1].add(i)
        # Of what nobody can have nothing is shared; no limit is written as −1.
        scarce = {k: c for k, (c, by) in wanted.items() if 1 <= c < len(by)}
        self._index = {key: r for r, key in enumerate(scarce)}
        self.all = tuple(
            SharedResource(kind, told_resource(what), scarce[kind, what]) for kind, what in scarce
        )

    @staticmethod
    def _of(member: PreparedMember) -> list[tuple[tuple[str, Hashable], int]]:
        compiled = member.opened.compiled
        seats = compiled.problem.candidates.seats.tolist()
        found: dict[tuple[str, Hashable], int] = {
            ("seat", offering): n for offering, n in zip(compiled.offering_ids, seats, strict=True)
        }
        options = compiled.problem.mentor.options
        ids = _mentor_ids(compiled.problem)
        for option, i, slots in zip(options, ids, compiled.mentor_slots, strict=True):
            found["mentor", i] = option.capacity
            # Whoever takes one mentee alone has nobody else in his slots.
            if option.capacity >= 2:
                found |= {("slot", (i, slot.start.astimezone(dt.UTC))): 1 for slot in slots}
        return list(found.items())

    def index(self, kind: str, what: Hashable) -> int:
        return self._index.get((kind, what), NOT_SHARED)

    def of_seats(self, offerings: Sequence[str]) -> IntArray:
        return np.array([self.index("seat", o) for o in offerings], dtype=np.int64)


def told_resource(what: Hashable) -> str:
    """Label of a shared resource."""
    return " ".join(map(str, what)) if isinstance(what, tuple) else str(what)
