"""Catalogue records that overlay a package, its versions, and what became of activities."""

from __future__ import annotations

import sqlalchemy as sa

from engine.storage.tables.columns import CODE, instant, number, owned, real, text

RECORDS = owned(
    "catalogue_records",
    text("kind", CODE),
    text("id"),
    number("version"),
    number("catalogue_version"),
    instant("updated_at"),
    text("record", sa.Text(), null=True),
    key=("kind", "id"),
)
"""An activity, offering or mentor as JSON; null = withdrawn, also from the package beneath.

``version`` is the record's own, ``catalogue_version`` that of the catalogue which it came with.
"""

VERSIONS = owned(
    "catalogue_versions",
    number("version"),
    instant("at"),
    text("kind", CODE),
    number("put"),
    number("withdrawn"),
    key=("version",),
)
"""Changes of the catalogue, numbered from 1: how many records of which kind."""

FEEDBACK = owned(
    "feedback",
    text("id"),
    instant("at"),
    text("educator_id"),
    text("activity_id"),
    text("state", CODE),
    real("outcome", null=True),
    text("offering_id", null=True),
    text("route_id", null=True),
    text("step_id", null=True),
    instant("ended_at", null=True),
    text("record", sa.Text()),
    sa.CheckConstraint("outcome >= 0 AND outcome <= 1", name="outcome_in_range"),
    sa.Index(None, "tenant_id", "at", "id"),
    sa.Index(None, "tenant_id", "educator_id"),
)
"""What became of an activity that somebody was proposed or took; training reads it."""
