"""Routes of teams: builds, and which routes belong to which of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "team_builds",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("policy", ID, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_team_builds"),
    )
    op.create_index("ix_team_builds_tenant_id_team_id", "team_builds", ["tenant_id", "team_id"])
    op.create_table(
        "team_routes",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("route_id", ID, nullable=False),
        sa.Column("build_id", ID, nullable=False),
        sa.Column("place", BIG, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("tenant_id", "route_id", name="pk_team_routes"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "route_id"],
            ["routes.tenant_id", "routes.id"],
            name="fk_team_routes_tenant_id_route_id_routes",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "build_id"],
            ["team_builds.tenant_id", "team_builds.id"],
            name="fk_team_routes_tenant_id_build_id_team_builds",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_team_routes_tenant_id_build_id_place", "team_routes", ["tenant_id", "build_id", "place"]
    )


def downgrade() -> None:
    op.drop_table("team_routes")
    op.drop_table("team_builds")
