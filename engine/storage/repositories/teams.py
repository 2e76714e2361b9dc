"""Builds of teams, and the routes that each of them gave."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from engine.storage.bound import Bound, Row
from engine.storage.tables import ROUTES, TEAM_BUILDS, TEAM_ROUTES
from engine.storage.team_values import TeamBuild, TeamLink

_BUILD = [TEAM_BUILDS.c[f.name] for f in dataclasses.fields(TeamBuild)]

_TIES = (TEAM_ROUTES.c.tenant_id == ROUTES.c.tenant_id, TEAM_ROUTES.c.route_id == ROUTES.c.id)
_BUILT = (TEAM_BUILDS.c.tenant_id == TEAM_ROUTES.c.tenant_id) & (
    TEAM_BUILDS.c.id == TEAM_ROUTES.c.build_id
)
OF_TEAM: tuple[sa.ColumnElement[Any], ...] = (
    sa.select(TEAM_ROUTES.c.build_id).where(*_TIES).scalar_subquery().label("team_build"),
    sa.select(TEAM_BUILDS.c.team_id)
    .select_from(TEAM_ROUTES.join(TEAM_BUILDS, _BUILT))
    .where(*_TIES)
    .scalar_subquery()
    .label("team_of_register"),
)
"""Columns of a query of routes that tell their team, so that a route is still read at once."""


def link_of(row: Row) -> TeamLink | None:
    """The team of a route from a row with ``OF_TEAM``; ``None`` = it was built alone."""
    return None if row.team_build is None else TeamLink(row.team_build, row.team_of_register)


class TeamRepository:
    """Builds of teams; nothing of them is changed afterwards but by an erasure."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, build: TeamBuild, route_ids: Sequence[str] = ()) -> None:
        """Store one build with its routes in the members' order; the routes are stored already."""
        fields = dataclasses.fields(build)
        self._bound.insert(TEAM_BUILDS, [{f.name: getattr(build, f.name) for f in fields}])
        self._bound.insert(
            TEAM_ROUTES,
            [
                {"route_id": route_id, "build_id": build.id, "place": place}
                for place, route_id in enumerate(route_ids)
            ],
        )

    def get(self, build_id: str) -> TeamBuild | None:
        """Build by id, ``None`` if there is none."""
        rows = self._bound.rows(TEAM_BUILDS, TEAM_BUILDS.c.id == build_id, columns=_BUILD)
        return TeamBuild(**rows[0]._mapping) if rows else None

    def routes_of(self, build_id: str) -> tuple[str, ...]:
        """Ids of the routes of a build in the members' order; empty = no plan, or no such build."""
        rows = self._bound.rows(
            TEAM_ROUTES,
            TEAM_ROUTES.c.build_id == build_id,
            columns=(TEAM_ROUTES.c.route_id,),
            order=(TEAM_ROUTES.c.place,),
        )
        return tuple(row.route_id for row in rows)

    def of_route(self, route_id: str) -> TeamLink | None:
        """The team that a route was built with, ``None`` = it was built alone."""
        rows = self._bound.rows(ROUTES, ROUTES.c.id == route_id, columns=OF_TEAM)
        return link_of(rows[0]) if rows else None
