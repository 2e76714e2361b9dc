"""How the tests ask for the route of a demo educator."""

from __future__ import annotations

import dataclasses
from typing import Any

from engine.domain import Constraints
from engine.interchange import DataPackage
from engine.recommender import RouteRequest


def request_for(package: DataPackage, educator_id: str, **constraints: Any) -> RouteRequest:
    """Everything that the package says of an educator, with further constraints."""
    (educator,) = (e for e in package.educators if e.id == educator_id)
    return RouteRequest(
        educator=educator,
        as_of=package.as_of,
        diagnostics=package.diagnostics.get(educator_id, ()),
        responses=package.responses.get(educator_id, ()),
        requests=package.requests.get(educator_id, ()),
        history=package.history.get(educator_id, ()),
        constraints=Constraints(busy=package.busy.get(educator_id, ()), **constraints),
        policy=package.policy,
    )


def unsolved(request: RouteRequest) -> RouteRequest:
    """The same with next to no work for the solver: for what is known before solving."""
    return dataclasses.replace(request, deadline_ms=1, deterministic_time=0.001)
