"""Routes of a team as a call to a worker: requests going out, finished texts coming back."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, fields, replace
from typing import Any, cast

from api.solving.calls import Built, built
from api.solving.engine import Engine
from engine.planning.solution import OnProgress
from engine.recommendation import to_dict
from engine.recommender import Outcome, Recommender, RouteRequest
from engine.recommender.team import recommend_team
from engine.recommender.team_answer import MemberAnswer, TeamRecommendation
from engine.recommender.team_part import TeamPart
from engine.recommender.team_request import TeamRequest


@dataclass(frozen=True, slots=True)
class TeamBuilt:
    """Routes of a team as they are kept.

    Parameters
    ----------
    answer
        JSON text of what is said of the whole team; of each member his route's id stands in it.
    members
        In the members' order; empty = there is no plan.
    gap_ppm
        Reached relative gap of the whole team in 10⁻⁶; ``None`` = no plan or no bound.
    took_ms
        Time of the engine, milliseconds, without waiting.
    """

    status: str
    answer: str
    members: tuple[Built, ...]
    gap_ppm: int | None
    took_ms: int


@dataclass(frozen=True, slots=True)
class TeamCall:
    """Build the routes of a team under given ids, so that a retry gives the same answer.

    Parameters
    ----------
    route_ids
        One for each member, in the members' order.
    """

    request: TeamRequest
    build_id: str
    route_ids: tuple[str, ...]

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> TeamBuilt:
        """Build them.

        Raises
        ------
        InputError
            As of ``recommend_team``.
        """
        started = time.monotonic()
        outcome = recommend_team(cast(Recommender, engine), self.request)
        members = tuple(
            built(own, kept_request(asked, part, own), route_id, started)
            for own, part, asked, route_id in zip(
                outcome.members, outcome.parts, self.request.members, self.route_ids, strict=False
            )
        )
        told = outcome.recommendation
        gap = told.certificate.gap_rel
        return TeamBuilt(
            status=told.status,
            answer=_text(told, self.build_id, self.route_ids),
            members=members,
            gap_ppm=None if gap is None else round(1_000_000 * gap),
            took_ms=round((time.monotonic() - started) * 1000),
        )


def kept_request(asked: RouteRequest, part: TeamPart, own: Outcome) -> RouteRequest:
    """The request from which a member's part of the plan is solved again by itself."""
    options = own.options
    return replace(
        asked,
        team=part,
        gap_rel=options.gap_ppm / 1_000_000,
        deterministic_time=options.work_milli / 1_000,
        deadline_ms=options.deadline_ms,
        seed=options.seed,
    )


def _text(told: TeamRecommendation, build_id: str, route_ids: tuple[str, ...]) -> str:
    """JSON text of the team's answer without what stands in the members' routes."""
    found: Any = to_dict(replace(told, id=build_id, members=()))
    found["digest"] = told.id
    found["members"] = [
        {**_of_team(member), "route": route_id}
        for member, route_id in zip(told.members, route_ids, strict=False)
    ]
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def _of_team(member: MemberAnswer) -> dict[str, object]:
    names = (f.name for f in fields(member) if f.name != "recommendation")
    return {name: to_dict(getattr(member, name)) for name in names}
