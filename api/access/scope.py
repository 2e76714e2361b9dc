"""Whose data within the tenant: the one helper that every look-up of an object goes through.

Objects of another tenant never get this far: the repositories are bound to the tenant, so they
are simply not found (404). What is found but not the principal's is refused (403).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from engine.domain import Educator

Filter = TypeVar("Filter", bound=Any)


class RouteOwners(Protocol):
    """What is looked at of a stored route."""

    @property
    def educator_id(self) -> str:
        """Whose route it is."""

    @property
    def mentor_id(self) -> str | None:
        """Mentor of the route, ``None`` = none."""

    @property
    def organisation_id(self) -> str | None:
        """Organisation of the educator, ``None`` = not stated."""


def check_route(principal: Principal, route: RouteOwners) -> None:
    """Let a principal see or touch a route.

    Raises
    ------
    Forbidden
        The route is another educator's, mentor's or organisation's.
    """
    for name, value in limits(principal).items():
        if getattr(route, name) != value:
            raise Forbidden(principal)


def check_educator(principal: Principal, educator: Educator) -> None:
    """Let a principal see or touch an educator, or plan for one.

    Raises
    ------
    Forbidden
        Another educator than the principal's own, or one of another organisation; a mentor sees
        the routes of mentees, never their records.
    """
    if not sees(principal, educator):
        raise Forbidden(principal)


def check_educator_id(principal: Principal, educator_id: str) -> None:
    """Refuse an educator by id alone, before anything is looked up; for the scope ``OWN``.

    Where the organisation matters too, call ``check_educator`` with the record.

    Raises
    ------
    Forbidden
        The id is not the principal's own.
    """
    if principal.data_scope is DataScope.OWN and educator_id != _subject(principal):
        raise Forbidden(principal)


def visible(principal: Principal, educators: Iterable[Educator]) -> tuple[Educator, ...]:
    """Those of some educators whom the principal may see, in their order."""
    return tuple(e for e in educators if sees(principal, e))


def limits(principal: Principal) -> Mapping[str, str]:
    """Values that fields of every visible route have; empty = the whole tenant is visible.

    Raises
    ------
    Forbidden
        The credential does not say whose data they are.
    """
    scope = principal.data_scope
    if scope is DataScope.OWN:
        return {"educator_id": _subject(principal)}
    if scope is DataScope.MENTEES:
        return {"mentor_id": _subject(principal)}
    if scope is DataScope.ORGANISATION:
        return {"organisation_id": _organisation(principal)}
    return {}


def narrowed(principal: Principal, asked: Filter) -> Filter:
    """Narrow a filter of routes to what the principal may see.

    Parameters
    ----------
    asked
        Frozen dataclass with the fields ``educator_id``, ``mentor_id`` and ``organisation_id``;
        ``None`` in one = not asked for.

    Raises
    ------
    Forbidden
        The filter asks for somebody else's routes by name.
    """
    forced = limits(principal)
    for name, value in forced.items():
        if getattr(asked, name) not in (None, value):
            raise Forbidden(principal)
    return replace(asked, **forced)


def sees(principal: Principal, educator: Educator) -> bool:
    """Whether a principal may see an educator, for lists."""
    scope = principal.data_scope
    if scope is DataScope.ALL:
        return True
    if scope is DataScope.OWN:
        return educator.id == _subject(principal)
    if scope is DataScope.ORGANISATION:
        organisation = educator.organisation
        return organisation is not None and organisation.id == _organisation(principal)
    return False


def _subject(principal: Principal) -> str:
    # Without this a credential that lacks its subject would be narrowed to "anything".
    if not principal.subject:
        raise Forbidden(principal)
    return principal.subject


def _organisation(principal: Principal) -> str:
    if not principal.organisation:
        raise Forbidden(principal)
    return principal.organisation
