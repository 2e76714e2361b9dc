"""Routes: what they say, what they said before, what happened to them and what they hold."""

from __future__ import annotations

import sqlalchemy as sa

from engine.storage.tables.columns import CODE, instant, number, owned, text

CONTENT = (
    "as_of",
    "status",
    "policy",
    "problem_digest",
    "answer",
    "problem",
    "request",
    "solution",
)
"""Columns of a route that a new revision of its content replaces, all at once."""


def _facts() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        instant("as_of"),
        text("status", sa.String(16)),
        text("policy"),
        text("problem_digest"),
    )


def _texts() -> tuple[sa.schema.SchemaItem, ...]:
    """What is long stands last: SQLite reads through a row up to the column it is asked for."""
    return (
        text("answer", sa.Text()),
        sa.Column("problem", sa.LargeBinary, nullable=False),
        text("request", sa.Text(), null=True),
        text("solution", sa.Text(), null=True),
    )


ROUTES = owned(
    "routes",
    text("id"),
    instant("created_at"),
    text("educator_id"),
    *_facts(),
    number("revision"),
    number("version"),
    instant("revised_at"),
    instant("updated_at"),
    text("state", CODE),
    text("mentor_id", null=True),
    text("organisation_id", null=True),
    instant("held_until", null=True),
    text("steps", sa.Text()),
    *_texts(),
    sa.Index(None, "tenant_id", "created_at", "id"),
    sa.Index(None, "tenant_id", "educator_id"),
    sa.Index(None, "tenant_id", "organisation_id"),
    sa.Index(None, "tenant_id", "mentor_id"),
    sa.Index(None, "tenant_id", "state", "held_until"),
    sa.Index(None, "tenant_id", "problem_digest"),
)
"""One answered request, also without a route (INFEASIBLE, UNKNOWN), in its present revision.

``answer`` is the JSON text as it was sent, ``problem`` the problem file's bytes; ``request`` and
``solution`` are the JSON forms of the translated request and of what the solve said, null in rows
of before they were kept. ``steps`` is a JSON array of step records. ``version`` grows with every
change, ``revision`` with every change of the content; ``revised_at`` is when that was.
"""

LINKS = owned(
    "route_links",
    text("route_id"),
    sa.Column("diagnosed", sa.Boolean, nullable=False),
    text("selected", sa.Text()),
    sa.ForeignKeyConstraint(
        ["tenant_id", "route_id"], ["routes.tenant_id", "routes.id"], ondelete="CASCADE"
    ),
    key=("route_id",),
    sqlite_with_rowid=False,
)
"""What ties a route to diagnostics, read off its present answer (``engine.storage.links``).

Indicators ask it of all routes of a region at once, and answers are tens of kilobytes each.
``selected`` is a JSON array of ids of activities.
"""

REVISIONS = owned(
    "route_revisions",
    text("route_id"),
    number("revision"),
    instant("revised_at"),
    *_facts(),
    *_texts(),
    sa.ForeignKeyConstraint(
        ["tenant_id", "route_id"], ["routes.tenant_id", "routes.id"], ondelete="CASCADE"
    ),
    key=("route_id", "revision"),
)
"""Content that a later revision has replaced; the present one stands in ``routes`` alone."""

EVENTS = owned(
    "route_events",
    text("route_id"),
    number("seq"),
    instant("at"),
    text("actor"),
    text("role", CODE),
    text("kind", CODE),
    text("step_id", null=True),
    text("before", CODE),
    text("after", CODE),
    text("comment", sa.Text()),
    text("parameters", sa.Text()),
    sa.ForeignKeyConstraint(
        ["tenant_id", "route_id"], ["routes.tenant_id", "routes.id"], ondelete="CASCADE"
    ),
    key=("route_id", "seq"),
)
"""History of a route, numbered from 1."""

HOLDS = owned(
    "holds",
    text("route_id"),
    text("kind", CODE),
    text("resource", sa.String(256)),
    text("step_id"),
    number("capacity"),
    instant("until", null=True),
    sa.ForeignKeyConstraint(
        ["tenant_id", "route_id"], ["routes.tenant_id", "routes.id"], ondelete="CASCADE"
    ),
    sa.Index(None, "tenant_id", "kind", "resource"),
    sa.Index(None, "tenant_id", "until"),
    key=("route_id", "kind", "resource", "step_id"),
)
"""Units of shared resources; ``step_id`` is empty for what the route itself holds, ``until`` null
for what is firm, ``capacity`` what there was for all when it was taken."""
