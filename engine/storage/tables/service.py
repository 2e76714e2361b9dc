"""What the service itself keeps: tenants, keys, audit, repeated requests, running solves."""

from __future__ import annotations

import sqlalchemy as sa

from engine.storage.tables.columns import (
    BIG,
    CODE,
    ID,
    METADATA,
    instant,
    number,
    owned,
    real,
    text,
)

TENANTS = sa.Table(
    "tenants",
    METADATA,
    sa.Column("id", ID, nullable=False),
    text("title", sa.String(256)),
    instant("created_at"),
    sa.PrimaryKeyConstraint("id"),
)
"""Regions; nobody owns them."""

KEYS = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("id", ID, nullable=False),
    text("key_hash", sa.String(128)),
    text("tenant"),
    text("role", CODE),
    text("subject", null=True),
    text("organisation", null=True),
    text("scopes", sa.Text()),
    text("comment", sa.String(256)),
    instant("created_at"),
    instant("expires_at", null=True),
    instant("revoked_at", null=True),
    instant("last_used_at", null=True),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("key_hash"),
    sa.Index(None, "tenant"),
)
"""Keys of machines, hashed; looked up before it is known whose they are."""

AUDIT = owned(
    "audit",
    sa.Column("seq", BIG, sa.Identity(), nullable=False),
    instant("at"),
    text("actor"),
    text("role", CODE),
    text("action", sa.String(64)),
    text("object_kind", CODE),
    text("object_id"),
    text("request_id", null=True),
    text("before_digest", sa.String(128), null=True),
    text("after_digest", sa.String(128), null=True),
    sa.Index(None, "tenant_id", "object_kind", "object_id"),
    key=("seq",),
)
"""Who wrote what and when; digests of the object before and after, never its content."""

IDEMPOTENCY = owned(
    "idempotency",
    text("endpoint", sa.String(256)),
    text("key", sa.String(256)),
    text("digest", sa.String(128)),
    instant("started_at"),
    number("status", null=True),
    text("headers", sa.Text(), null=True),
    sa.Column("body", sa.LargeBinary, nullable=True),
    text("owner", sa.String(64), null=True),
    sa.Index(None, "tenant_id", "started_at"),
    key=("endpoint", "key"),
)
"""A write under a key of the caller's; ``status`` is null while its owner does it."""

JOBS = owned(
    "jobs",
    text("id"),
    instant("created_at"),
    instant("updated_at"),
    text("state", CODE),
    text("request", sa.Text()),
    text("educator_id", null=True),
    text("route_id", null=True),
    text("owner", null=True),
    instant("lease_until", null=True),
    sa.Column("stop_requested", sa.Boolean, nullable=False),
    real("value", null=True),
    real("gap_rel", null=True),
    text("answer", sa.Text(), null=True),
    text("error", sa.Text(), null=True),
    sa.Index(None, "tenant_id", "state", "lease_until"),
)
"""An asynchronous solve; whoever holds the lease works on it."""

JOB_EVENTS = owned(
    "job_events",
    text("job_id"),
    number("seq"),
    instant("at"),
    text("kind", CODE),
    text("data", sa.Text()),
    sa.ForeignKeyConstraint(
        ["tenant_id", "job_id"], ["jobs.tenant_id", "jobs.id"], ondelete="CASCADE"
    ),
    key=("job_id", "seq"),
)
"""Progress of a solve, numbered from 1."""
