"""Keep with a running request who does it, so that one that was given up cannot end it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Requests of before have none; those that are done need none, the others lapse.
    op.add_column("idempotency", sa.Column("owner", sa.String(64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("idempotency") as idempotency:
        idempotency.drop_column("owner")
