"""Keep with a route what it was asked with and what the solve said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Routes of before have neither; a question about them is answered with "build it again".
    op.add_column("routes", sa.Column("request", sa.Text, nullable=True))
    op.add_column("routes", sa.Column("solution", sa.Text, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("routes") as routes:
        routes.drop_column("solution")
        routes.drop_column("request")
