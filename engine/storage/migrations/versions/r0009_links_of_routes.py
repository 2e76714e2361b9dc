"""What ties routes to diagnostics: a narrow row beside each answer, filled from the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.storage.links import links_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
BATCH = 200


def upgrade() -> None:
    op.create_table(
        "route_links",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("route_id", ID, nullable=False),
        sa.Column("diagnosed", sa.Boolean(), nullable=False),
        sa.Column("selected", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "route_id", name="pk_route_links"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "route_id"],
            ["routes.tenant_id", "routes.id"],
            name="fk_route_links_tenant_id_routes",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    _fill()


def downgrade() -> None:
    op.drop_table("route_links")


def _fill() -> None:
    """By parts: answers of a whole region do not fit into memory."""
    connection = op.get_bind()
    routes = sa.table("routes", *map(sa.column, ("tenant_id", "id", "answer")))
    links = sa.table(
        "route_links", *map(sa.column, ("tenant_id", "route_id", "diagnosed", "selected"))
    )
    key = (routes.c.tenant_id, routes.c.id)
    ids = connection.execute(sa.select(*key).order_by(*key)).all()
    for i in range(0, len(ids), BATCH):
        asked = sa.tuple_(*key).in_([tuple(row) for row in ids[i : i + BATCH]])
        found = connection.execute(sa.select(routes).where(asked)).all()
        rows = [{"tenant_id": r.tenant_id, **links_of(r.id, r.answer)} for r in found]
        connection.execute(sa.insert(links), rows)
