"""The gate that every operation passes, and what handlers ask for about the caller."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from api.access.errors import Forbidden
from api.access.matrix import OPERATIONS, PAGE_PREFIX, PROBES
from api.access.principal import Principal
from api.access.rates import Rates


def operation_id(route: APIRoute) -> str:
    """Id of an operation: the name of its endpoint function, as in the table of roles."""
    return route.name


async def gate(request: Request) -> None:
    """Let the caller through to the operation; the application puts this before all of them.

    Raises
    ------
    Forbidden
        The role may not call the operation, or nobody has declared it.
    TooManyRequests
        The credential has used up its rate.
    """
    name = request.scope["route"].name
    if name in PROBES or name.startswith(PAGE_PREFIX):
        return
    principal: Principal = request.state.principal
    operation = OPERATIONS.get(name)
    if operation is None or not operation.admits(name, principal):
        raise Forbidden(principal)
    request.state.operation = name
    rates: Rates = request.app.state.rates
    request.state.quota = rates.take(principal, operation.kind)


async def current_principal(request: Request) -> Principal:
    """Who calls."""
    principal: Principal = request.state.principal
    return principal


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
