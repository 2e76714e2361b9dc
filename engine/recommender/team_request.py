"""What a team is planned with, and the limits that follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import Fault, InputError
from engine.planning.team_problem import LEAST_TOGETHER
from engine.planning.team_solution import TeamLimits
from engine.policy import PolicyProfile
from engine.recommender.request import RouteRequest
from engine.registers import Team

DEADLINE_MS = 30_000
"""Of a whole team, where none is asked for."""
WORK_SHARE = 0.25
"""Work in the solver's seconds for a second of the deadline: what is not solving takes time too,
and a machine may be busy."""
MEMBERS_MOST = 30


@dataclass(frozen=True, slots=True)
class TeamRequest:
    """Everything that a team's plan depends on, beside the catalogue.

    Parameters
    ----------
    team
        Names the members.
    members
        One request of each, in the team's order, at one ``as_of`` and under one policy.
    deadline_ms, gap_rel
        Of the whole team; ``None`` = ``DEADLINE_MS``, the policy's.
    total_work
        Most deterministic work of the search in the solver's seconds; ``None`` = a part of the
        deadline (``WORK_SHARE``), so that the work ends before the clock.
    """

    team: Team
    members: tuple[RouteRequest, ...]
    deadline_ms: int | None = None
    gap_rel: float | None = None
    total_work: float | None = None
    seed: int = 0


def request_of_team(
    team: Team, requests: Sequence[RouteRequest], as_of: dt.datetime
) -> TeamRequest:
    """The request of a team that exists on the day of ``as_of``.

    Raises
    ------
    InputError
        ``team_not_in_being``.
    """
    if not team.exists.holds_on(as_of.date()):
        detail = f"команды «{team.id}» на {as_of:%d.%m.%Y} нет: проверьте срок её существования"
        parameters: dict[str, object] = {"team": team.id, "day": as_of.date().isoformat()}
        raise InputError([Fault("team_not_in_being", detail, "/team", parameters=parameters)])
    return TeamRequest(team, tuple(requests))


def check_request(request: TeamRequest) -> None:
    """Refuse what is no team.

    Raises
    ------
    InputError
        See ``recommend_team``.
    """
    n = len(request.members)
    team: dict[str, object] = {"team": request.team.id, "members": n}
    if n < LEAST_TOGETHER:
        detail = f"в команде «{request.team.id}» участников: {n}; нужно не меньше {LEAST_TOGETHER}"
        raise InputError([Fault("team_too_small", detail, "/team", parameters=team)])
    if n > MEMBERS_MOST:
        detail = f"в команде «{request.team.id}» участников: {n}; можно не больше {MEMBERS_MOST}"
        raise InputError([Fault("team_too_large", detail, "/team", parameters=team)])
    if len({(m.as_of, m.policy) for m in request.members}) > 1:
        detail = "участники команды планируются на один момент и по одной политике"
        raise InputError([Fault("team_differs", detail, "/members", parameters=team)])


def limits_of(request: TeamRequest, policy: PolicyProfile) -> TeamLimits:
    """Limits of the search: the request's, else the policy's."""
    deadline = request.deadline_ms if request.deadline_ms is not None else DEADLINE_MS
    gap = request.gap_rel if request.gap_rel is not None else policy.solve.gap_rel
    total = request.total_work if request.total_work is not None else WORK_SHARE * deadline / 1000
    return TeamLimits(
        gap_ppm=round(1_000_000 * gap),
        deadline_ms=deadline,
        work_milli=round(1000 * policy.solve.deterministic_time),
        total_work_milli=round(1000 * total),
        seed=request.seed,
    )
