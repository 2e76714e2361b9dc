"""Give every row a tenant, first in its key; routes get a life, educators a version.

SQLite cannot change a primary key in place, so the tables are made again and filled from the old
ones, the same way on every database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
CODE = sa.String(32)
INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES = ("person_labels", "item_responses", "diagnostics", "routes", "educators")
"""In the order in which they may be dropped."""

OLD_INDEXES = (("routes", ("educator_id",)), ("routes", ("problem_digest",)))
INDEXES = (
    ("routes", ("tenant_id", "created_at", "id")),
    ("routes", ("tenant_id", "educator_id")),
    ("routes", ("tenant_id", "organisation_id")),
    ("routes", ("tenant_id", "mentor_id")),
    ("routes", ("tenant_id", "state", "held_until")),
    ("routes", ("tenant_id", "problem_digest")),
)

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
EVIDENCE = ("educator_id", "position", "procedure_id", "date")
SCORE = ("method", "node", "score", "max_score", "n_tasks", "observer", "criterion")
COPIED: dict[str, tuple[str, ...]] = {
    "educators": ("id", "updated_at", "record"),
    "routes": ("id", "created_at", "educator_id", *CONTENT),
    "diagnostics": (*EVIDENCE, *SCORE),
    "item_responses": (*EVIDENCE, "item", "node", "response"),
    "person_labels": ("educator_id", "display_name"),
}
"""Columns that stay; parents before children."""

NEW: dict[str, dict[str, str]] = {
    "educators": {"version": "1"},
    "routes": {
        "revision": "1",
        "version": "1",
        "revised_at": "created_at",
        "updated_at": "created_at",
        "state": "'proposed'",
        "steps": "'[]'",
    },
}
"""What new columns hold in rows of before, as SQL."""


def upgrade() -> None:
    _put_aside(OLD_INDEXES)
    _tables(tenant=True)
    for table, columns in COPIED.items():
        new = NEW.get(table, {})
        _copy(table, ("tenant_id", *columns, *new), ("'default'", *columns, *new.values()))
    _drop_aside()
    for table, columns in INDEXES:
        op.create_index(_index(table, columns), table, list(columns))


def downgrade() -> None:
    for table in TABLES:
        others = f"SELECT count(*) FROM {table} WHERE tenant_id <> 'default'"
        if op.get_bind().exec_driver_sql(others).scalar():
            raise RuntimeError(f"{table} has rows of tenants that revision 0002 cannot keep")
    _put_aside(INDEXES)
    _tables(tenant=False)
    for table, columns in COPIED.items():
        _copy(table, columns, columns)
    _drop_aside()
    for table, columns in OLD_INDEXES:
        op.create_index(_index(table, columns), table, list(columns))


def _put_aside(indexes: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    """Rename all tables; names of indexes and keys must be free for the new ones."""
    for table, columns in indexes:
        op.drop_index(_index(table, columns), table)
    for table in TABLES:
        if op.get_bind().dialect.name == "postgresql":
            # CASCADE takes along the foreign keys that lean on it
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT pk_{table} CASCADE")
        op.rename_table(table, f"{table}_aside")


def _copy(table: str, into: Sequence[str], values: Sequence[str]) -> None:
    op.execute(
        f"INSERT INTO {table} ({', '.join(into)}) SELECT {', '.join(values)} FROM {table}_aside"
    )


def _drop_aside() -> None:
    for table in TABLES:
        op.drop_table(f"{table}_aside")


def _index(table: str, columns: Sequence[str]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"


def _table(name: str, tenant: bool, *columns: sa.schema.SchemaItem, key: Sequence[str]) -> None:
    owner = [sa.Column("tenant_id", ID, nullable=False)] if tenant else []
    keys = ("tenant_id", *key) if tenant else key
    op.create_table(name, *owner, *columns, sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"))


def _column(name: str, kind: sa.types.TypeEngine[Any], null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, autoincrement=False)


def _tables(*, tenant: bool) -> None:
    """All tables with a tenant, as from this revision on, or without, as before it."""
    life = [
        _column("revision", BIG),
        _column("version", BIG),
        _column("revised_at", INSTANT),
        _column("updated_at", INSTANT),
        _column("state", CODE),
        _column("mentor_id", ID, null=True),
        _column("organisation_id", ID, null=True),
        _column("held_until", INSTANT, null=True),
        _column("steps", sa.Text()),
    ]
    version = [_column("version", BIG)]
    _table(
        "educators",
        tenant,
        _column("id", ID),
        _column("updated_at", INSTANT),
        *(version if tenant else []),
        _column("record", sa.Text()),
        key=("id",),
    )
    _table(
        "routes",
        tenant,
        _column("id", ID),
        _column("created_at", INSTANT),
        _column("educator_id", ID),
        _column("as_of", INSTANT),
        _column("status", sa.String(16)),
        _column("policy", ID),
        _column("problem_digest", ID),
        *(life if tenant else []),
        _column("answer", sa.Text()),
        _column("problem", sa.LargeBinary()),
        _column("request", sa.Text(), null=True),
        _column("solution", sa.Text(), null=True),
        key=("id",),
    )
    _table(
        "diagnostics",
        tenant,
        *_of_educator("diagnostics", tenant),
        _column("method", sa.String(16)),
        _column("node", ID),
        _column("score", sa.Double()),
        _column("max_score", sa.Double()),
        _column("n_tasks", BIG, null=True),
        _column("observer", ID, null=True),
        _column("criterion", ID, null=True),
        _check("diagnostics", "max_score_positive", "max_score > 0"),
        _check("diagnostics", "score_in_range", "score >= 0 AND score <= max_score"),
        key=("educator_id", "position"),
    )
    _table(
        "item_responses",
        tenant,
        *_of_educator("item_responses", tenant),
        _column("item", ID),
        _column("node", ID),
        _column("response", sa.Double(), null=True),
        _check("item_responses", "response_in_range", "response >= 0 AND response <= 1"),
        key=("educator_id", "position"),
    )
    _table(
        "person_labels",
        tenant,
        _column("educator_id", ID),
        _column("display_name", sa.String(256)),
        key=("educator_id",),
    )


def _of_educator(table: str, tenant: bool) -> list[sa.schema.SchemaItem]:
    mine = ["tenant_id", "educator_id"] if tenant else ["educator_id"]
    theirs = ["educators.tenant_id", "educators.id"] if tenant else ["educators.id"]
    return [
        _column("educator_id", ID),
        _column("position", BIG),
        _column("procedure_id", ID),
        _column("date", sa.Date()),
        sa.ForeignKeyConstraint(
            mine, theirs, name=f"fk_{table}_{'_'.join(mine)}_educators", ondelete="CASCADE"
        ),
    ]


def _check(table: str, name: str, said: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(said, name=op.f(f"ck_{table}_{name}"))
