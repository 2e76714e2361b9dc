"""What one route is asked with."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace

from engine.domain import (
    Constraints,
    DiagnosticResult,
    Educator,
    HistoryItem,
    ItemResponse,
    Occupancy,
    Request,
)
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.recommender.kept import KeptRoute
from engine.recommender.team_part import TeamPart


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """Everything that one educator's route depends on, beside the catalogue.

    Parameters
    ----------
    as_of
        Instant with offset; nothing of the route starts on or before its day.
    policy
        Profile's name; ``None`` = the recommender's default.
    deadline_ms, gap_rel
        ``None`` = the policy's.
    deterministic_time
        Most deterministic work of the solver in its seconds; ``None`` = the policy's.
    variants
        Find the fast and the light variant too: half of the deadline is theirs.
    occupancy
        What agreed routes of others hold; empty = nothing beside what the catalogue says.
    kept
        The route that is revised and how far it may change; ``None`` = a new route. The horizon
        then begins where that route's did.
    team
        What a team's plan decided of this route; ``None`` = it is nobody's but the educator's.
    """

    educator: Educator
    as_of: dt.datetime
    diagnostics: tuple[DiagnosticResult, ...] = ()
    responses: tuple[ItemResponse, ...] = ()
    requests: tuple[Request, ...] = ()
    history: tuple[HistoryItem, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    policy: str | None = None
    deadline_ms: int | None = None
    gap_rel: float | None = None
    deterministic_time: float | None = None
    seed: int = 0
    language: str = "ru"
    variants: bool = False
    occupancy: Occupancy = field(default_factory=Occupancy)
    kept: KeptRoute | None = None
    team: TeamPart | None = None


def apart(request: RouteRequest) -> RouteRequest:
    """The request of a team's member by himself: what he takes with the team is pinned.

    A member's route goes on without the others' being planned anew, and what all take together
    stays in it unless somebody decides otherwise. Limits of the team's solve are none of his.
    """
    if request.team is None:
        return request
    pinned = request.constraints.pinned
    shared = tuple(run for run in request.team.together if run not in pinned)
    constraints = replace(request.constraints, pinned=(*pinned, *shared))
    return replace(
        request,
        constraints=constraints,
        team=None,
        deadline_ms=None,
        gap_rel=None,
        deterministic_time=None,
    )


def request_to_json(request: RouteRequest) -> str:
    """JSON text from which every stage can be done again; the educator's name is left out."""
    nameless = replace(request, educator=replace(request.educator, display_name=None))
    return json.dumps(to_dict(nameless, digits=None), ensure_ascii=False, allow_nan=False)


def request_from_json(text: str) -> RouteRequest:
    """The inverse of ``request_to_json``.

    Raises
    ------
    ArtefactError
        The text is of another version or damaged; the pointer names the place.
    """
    return record_from_dict(RouteRequest, json.loads(text))
