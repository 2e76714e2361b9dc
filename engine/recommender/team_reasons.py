"""Why a member of a team cannot take a run, or has no route at all."""

from __future__ import annotations

from dataclasses import replace

from engine.catalogue import Catalogue
from engine.domain import Reason
from engine.planning.admissible import admissible
from engine.planning.conflicts import Conflict, find_conflict
from engine.planning.problem import Pin
from engine.planning.solution import SolveOptions
from engine.planning.team_cases import TEAM_STEP
from engine.planning.team_problem import TeamProblem
from engine.recommender.team_members import EXCLUDED, RUN_NOT_OPEN, PreparedMember

WHY = SolveOptions(deadline_ms=1_000, work_milli=200)
"""Limits of one look for what contradicts a run."""
NO_ROUTE_WITH_IT = Reason("no_route_with_it")


def absence_reasons(
    member: PreparedMember, team: TeamProblem, catalogue: Catalogue, i: int, y: int, row: int
) -> tuple[Reason, ...]:
    """Why a member has no route with a run: what barred it, or what contradicts it.

    Parameters
    ----------
    i, y
        The member and the offering in the team's problem.
    row
        The offering in the catalogue.
    """
    offering = team.offerings[y]
    if offering.activity in member.barred:
        return (member.barred[offering.activity],)
    if catalogue.offering_ids[row] in member.alone.request.constraints.excluded:
        return (EXCLUDED,)
    dropped = member.opened.compiled.dropped
    if offering.activity in dropped:
        return (dropped[offering.activity],)
    problem, own = team.members[i].problem, list(offering.candidates[i])
    if not own or not admissible(problem)[own].any():
        return (RUN_NOT_OPEN,)
    pinned = replace(problem, pins=(*problem.pins, Pin(TEAM_STEP, offering.label, tuple(own))))
    told = [m for m in _told(find_conflict(pinned, WHY)) if m["code"] != TEAM_STEP]
    return (Reason("team_contradiction", {"conflict": told}),) if told else (NO_ROUTE_WITH_IT,)


def stuck_reasons(member: PreparedMember) -> tuple[Reason, ...]:
    """What contradicts itself in a member's own problem."""
    conflict = find_conflict(member.alone.compiled.problem, WHY)
    return tuple(
        Reason(str(m["code"]), {k: v for k, v in m.items() if k != "code"}) for m in _told(conflict)
    )


def _told(conflict: Conflict | None) -> list[dict[str, object]]:
    members = () if conflict is None else conflict.members
    return [{"code": m.code, **m.parameters} for m in members]
