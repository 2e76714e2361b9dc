"""From a data package to what one route is asked with."""

from __future__ import annotations

from dataclasses import replace

from engine.domain import Constraints, Educator
from engine.errors import Fault, InputError
from engine.framework import Framework
from engine.interchange.headers import nearest
from engine.interchange.package import DataPackage
from engine.recommender import RouteRequest


def nodes_of(framework: Framework) -> dict[str, str]:
    """Code → title, as ``read_package`` takes them."""
    return {node.code: node.title for node in framework.nodes}


def educator_of(package: DataPackage, educator_id: str) -> Educator:
    """The educator of that id.

    Raises
    ------
    InputError
        ``unknown_educator``, with the nearest ids.
    """
    for educator in package.educators:
        if educator.id == educator_id:
            return educator
    known = [e.id for e in package.educators]
    close = nearest(educator_id, known) or known[:5]
    hint = f"; есть, например: {', '.join(close)}" if close else "; в пакете нет педагогов"
    fault = Fault(
        "unknown_educator",
        f"нет педагога «{educator_id}»{hint}",
        pointer="/educator/id",
        parameters={"educator": educator_id},
    )
    raise InputError([fault])


def request_for(
    package: DataPackage, educator_id: str, *, constraints: Constraints | None = None
) -> RouteRequest:
    """Everything the package holds of one educator, asked at the package's own ``as_of``.

    Parameters
    ----------
    constraints
        What the methodist fixes; the package's busy times are added to it.

    Raises
    ------
    InputError
        If there is no such educator.
    """
    constraints = constraints or Constraints()
    busy = (*constraints.busy, *package.busy.get(educator_id, ()))
    return RouteRequest(
        educator=educator_of(package, educator_id),
        as_of=package.as_of,
        diagnostics=package.diagnostics.get(educator_id, ()),
        responses=package.responses.get(educator_id, ()),
        requests=package.requests.get(educator_id, ()),
        history=package.history.get(educator_id, ()),
        constraints=replace(constraints, busy=busy),
        policy=package.policy,
    )
