"""Routes of teams: what was said of a team as a whole, and which routes belong together."""

from __future__ import annotations

import sqlalchemy as sa

from engine.storage.tables.columns import instant, number, owned, text

TEAM_BUILDS = owned(
    "team_builds",
    text("id"),
    instant("created_at"),
    text("team_id", null=True),
    instant("as_of"),
    text("status", sa.String(16)),
    text("policy"),
    text("answer", sa.Text()),
    sa.Index(None, "tenant_id", "team_id"),
)
"""One answered request for a team, also without a plan.

``team_id`` is null where the team was named by its members. ``answer`` is the JSON text of what is
said of the whole team; what is said of each member stands in his route.
"""

TEAM_ROUTES = owned(
    "team_routes",
    text("route_id"),
    text("build_id"),
    number("place"),
    sa.ForeignKeyConstraint(
        ["tenant_id", "route_id"], ["routes.tenant_id", "routes.id"], ondelete="CASCADE"
    ),
    sa.ForeignKeyConstraint(
        ["tenant_id", "build_id"], ["team_builds.tenant_id", "team_builds.id"], ondelete="CASCADE"
    ),
    sa.Index(None, "tenant_id", "build_id", "place"),
    key=("route_id",),
    sqlite_with_rowid=False,
)
"""Routes of a team's build; ``place`` is that of the member in the team, from 0 on."""
