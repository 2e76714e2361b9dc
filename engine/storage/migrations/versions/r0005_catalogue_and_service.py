"""Tables of the catalogue, of feedback, and of the service itself; the tenant of before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
CODE = sa.String(32)
TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = (
    *("job_events", "jobs", "idempotency", "audit", "feedback"),
    *("catalogue_versions", "catalogue_records", "api_keys", "tenants"),
)
INDEXES = (
    ("api_keys", ("tenant",)),
    ("feedback", ("tenant_id", "at", "id")),
    ("feedback", ("tenant_id", "educator_id")),
    ("audit", ("tenant_id", "object_kind", "object_id")),
    ("idempotency", ("tenant_id", "started_at")),
    ("jobs", ("tenant_id", "state", "lease_until")),
)


def upgrade() -> None:
    _tenants_and_keys()
    _catalogue()
    _journals()
    _requests()
    for table, columns in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _tenants_and_keys() -> None:
    tenants = op.create_table(
        "tenants",
        _column("id", ID),
        _column("title", sa.String(256)),
        _column("created_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
    )
    # A fixed day: what a migration writes does not depend on when it runs.
    began = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    op.bulk_insert(tenants, [{"id": "default", "title": "", "created_at": began}])
    op.create_table(
        "api_keys",
        _column("id", ID),
        _column("key_hash", sa.String(128)),
        _column("tenant", ID),
        _column("role", CODE),
        _column("subject", ID, null=True),
        _column("organisation", ID, null=True),
        _column("scopes", TEXT),
        _column("comment", sa.String(256)),
        _column("created_at", INSTANT),
        _column("expires_at", INSTANT, null=True),
        _column("revoked_at", INSTANT, null=True),
        _column("last_used_at", INSTANT, null=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )


def _catalogue() -> None:
    _table(
        "catalogue_records",
        _column("kind", CODE),
        _column("id", ID),
        _column("version", BIG),
        _column("catalogue_version", BIG),
        _column("updated_at", INSTANT),
        _column("record", TEXT, null=True),
        key=("kind", "id"),
    )
    _table(
        "catalogue_versions",
        _column("version", BIG),
        _column("at", INSTANT),
        _column("kind", CODE),
        _column("put", BIG),
        _column("withdrawn", BIG),
        key=("version",),
    )


def _journals() -> None:
    _table(
        "feedback",
        _column("id", ID),
        _column("at", INSTANT),
        _column("educator_id", ID),
        _column("activity_id", ID),
        _column("state", CODE),
        _column("outcome", sa.Double(), null=True),
        _column("offering_id", ID, null=True),
        _column("route_id", ID, null=True),
        _column("step_id", ID, null=True),
        _column("ended_at", INSTANT, null=True),
        _column("record", TEXT),
        sa.CheckConstraint(
            "outcome >= 0 AND outcome <= 1", name=op.f("ck_feedback_outcome_in_range")
        ),
        key=("id",),
    )
    _table(
        "audit",
        sa.Column("seq", BIG, sa.Identity(), nullable=False),
        _column("at", INSTANT),
        _column("actor", ID),
        _column("role", CODE),
        _column("action", sa.String(64)),
        _column("object_kind", CODE),
        _column("object_id", ID),
        _column("request_id", ID, null=True),
        _column("before_digest", sa.String(128), null=True),
        _column("after_digest", sa.String(128), null=True),
        key=("seq",),
    )


def _requests() -> None:
    _table(
        "idempotency",
        _column("endpoint", sa.String(256)),
        _column("key", sa.String(256)),
        _column("digest", sa.String(128)),
        _column("started_at", INSTANT),
        _column("status", BIG, null=True),
        _column("headers", TEXT, null=True),
        _column("body", sa.LargeBinary(), null=True),
        key=("endpoint", "key"),
    )
    _table(
        "jobs",
        _column("id", ID),
        _column("created_at", INSTANT),
        _column("updated_at", INSTANT),
        _column("state", CODE),
        _column("request", TEXT),
        _column("educator_id", ID, null=True),
        _column("route_id", ID, null=True),
        _column("owner", ID, null=True),
        _column("lease_until", INSTANT, null=True),
        _column("stop_requested", sa.Boolean()),
        _column("value", sa.Double(), null=True),
        _column("gap_rel", sa.Double(), null=True),
        _column("answer", TEXT, null=True),
        _column("error", TEXT, null=True),
        key=("id",),
    )
    _table(
        "job_events",
        _column("job_id", ID),
        _column("seq", BIG),
        _column("at", INSTANT),
        _column("kind", CODE),
        _column("data", TEXT),
        sa.ForeignKeyConstraint(
            ["tenant_id", "job_id"],
            ["jobs.tenant_id", "jobs.id"],
            name="fk_job_events_tenant_id_job_id_jobs",
            ondelete="CASCADE",
        ),
        key=("job_id", "seq"),
    )


def _table(name: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...]) -> None:
    """Table of a tenant."""
    keys = sa.PrimaryKeyConstraint("tenant_id", *key, name=f"pk_{name}")
    op.create_table(name, _column("tenant_id", ID), *columns, keys)


def _column(name: str, kind: sa.types.TypeEngine[Any], null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, autoincrement=False)
