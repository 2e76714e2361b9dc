"""Registers: methodists, teams, internship sites, communities, practices, accompaniments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "register_records",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("register", sa.String(32), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("version", BIG, nullable=False, autoincrement=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "register", "id", name="pk_register_records"),
    )


def downgrade() -> None:
    op.drop_table("register_records")
