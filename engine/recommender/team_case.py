"""What stood before a member's part of a team's plan was solved, made the first time and again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from engine.domain import IntArray
from engine.planning.solution import SolveOptions
from engine.planning.team_cases import Case, CaseProblem, case_problem
from engine.planning.team_problem import (
    NOT_SHARED,
    SharedResource,
    TeamOffering,
    TeamProblem,
)
from engine.recommender.stages import Prepared
from engine.recommender.team_members import (
    PreparedMember,
    places_of,
    team_member,
    told_resource,
    without_pins,
)
from engine.recommender.team_part import TeamPart


def in_team(alone: Prepared, opened: Prepared, part: TeamPart) -> Prepared:
    """What stands before the solve of a member whose part of the plan is known.

    Parameters
    ----------
    alone
        His stages without any thought of the team.
    opened
        The same with the runs of ``part.opened`` pinned.

    Returns
    -------
    Prepared
        With the problem that the plan solved, where catalogue and evidence are the same.
    """
    member = PreparedMember(alone, without_pins(opened, alone), {}, frozenset())
    given_up = _GivenUp(part.given_up)
    found = places_of(member.opened)
    told = team_member(member, set(part.activities), given_up)
    activity = dict(
        zip(member.opened.compiled.offering_ids, member.opened.compiled.activity_ids, strict=True)
    )
    team = TeamProblem(
        members=(told,),
        offerings=tuple(
            TeamOffering(run, activity.get(run, ""), (found.get(run, ()),)) for run in part.together
        ),
        resources=given_up.all,
    )
    case = Case(0, tuple(range(len(part.together))), given_up.indices, part.without_mentor)
    # Where changed data leave no mentor to one who must have one, he is planned as if there were
    # none: the digest of the problem tells that it is another one.
    solved = case_problem(team, case) or case_problem(team, replace(case, without_mentor=True))
    assert solved is not None
    return as_solved(member, solved, member.opened.options)


def as_solved(member: PreparedMember, solved: CaseProblem, options: SolveOptions) -> Prepared:
    """What stood before the solve, with the reasons of what is his only together with the team."""
    compiled = member.opened.compiled
    slots = tuple(
        tuple(own[i] for i in kept)
        for own, kept in zip(compiled.mentor_slots, solved.slots, strict=True)
    )
    alone = member.alone.compiled
    open_now = {
        compiled.activity_ids[j]
        for j, excluded in enumerate(solved.problem.candidates.excluded.tolist())
        if not excluded
    }
    only_together = {
        a: alone.dropped[a] for a in set(compiled.activity_ids) - open_now if a in alone.dropped
    }
    dropped = {**compiled.dropped, **dict(sorted(only_together.items()))}
    compiled = replace(compiled, problem=solved.problem, mentor_slots=slots, dropped=dropped)
    return replace(member.opened, compiled=compiled, options=options)


class _GivenUp:
    """The resources that a member leaves to others; nothing else is looked at as shared."""

    def __init__(self, told: Sequence[tuple[str, str]]) -> None:
        # One label is one resource, wherever it stands in the member's problem.
        self._index = {key: r for r, key in enumerate(dict.fromkeys(told))}
        self.all = tuple(SharedResource(kind, label, 0) for kind, label in self._index)
        self.indices = tuple(range(len(self.all)))

    def index(self, kind: str, what: Hashable) -> int:
        return self._index.get((kind, told_resource(what)), NOT_SHARED)

    def of_seats(self, offerings: Sequence[str]) -> IntArray:
        return np.array([self.index("seat", o) for o in offerings], dtype=np.int64)
