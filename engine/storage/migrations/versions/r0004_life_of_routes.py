"""Tables for what happens to a route: earlier revisions, history, what it holds."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
CODE = sa.String(32)
INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _table(
        "route_revisions",
        _column("revision", BIG),
        _column("revised_at", INSTANT),
        _column("as_of", INSTANT),
        _column("status", sa.String(16)),
        _column("policy", ID),
        _column("problem_digest", ID),
        _column("answer", sa.Text()),
        _column("problem", sa.LargeBinary()),
        _column("request", sa.Text(), null=True),
        _column("solution", sa.Text(), null=True),
        key=("revision",),
    )
    _table(
        "route_events",
        _column("seq", BIG),
        _column("at", INSTANT),
        _column("actor", ID),
        _column("role", CODE),
        _column("kind", CODE),
        _column("step_id", ID, null=True),
        _column("before", CODE),
        _column("after", CODE),
        _column("comment", sa.Text()),
        _column("parameters", sa.Text()),
        key=("seq",),
    )
    _table(
        "holds",
        _column("kind", CODE),
        _column("resource", sa.String(256)),
        _column("step_id", ID),
        _column("capacity", BIG),
        _column("until", INSTANT, null=True),
        key=("kind", "resource", "step_id"),
    )
    for columns in (["tenant_id", "kind", "resource"], ["tenant_id", "until"]):
        op.create_index(f"ix_holds_{'_'.join(columns)}", "holds", columns)


def downgrade() -> None:
    for table in ("holds", "route_events", "route_revisions"):
        op.drop_table(table)


def _table(name: str, *columns: sa.Column[Any], key: tuple[str, ...]) -> None:
    """Table of what belongs to a route."""
    op.create_table(
        name,
        _column("tenant_id", ID),
        _column("route_id", ID),
        *columns,
        sa.PrimaryKeyConstraint("tenant_id", "route_id", *key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "route_id"],
            ["routes.tenant_id", "routes.id"],
            name=f"fk_{name}_tenant_id_route_id_routes",
            ondelete="CASCADE",
        ),
    )


def _column(name: str, kind: sa.types.TypeEngine[Any], null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, autoincrement=False)
