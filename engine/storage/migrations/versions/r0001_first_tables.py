"""First tables: routes, educators, their evidence, names of people apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(128)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "educators",
        sa.Column("id", ID, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_educators"),
    )
    op.create_table(
        "routes",
        sa.Column("id", ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("educator_id", ID, nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("policy", ID, nullable=False),
        sa.Column("problem_digest", ID, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("problem", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_routes"),
    )
    op.create_index("ix_routes_educator_id", "routes", ["educator_id"])
    op.create_index("ix_routes_problem_digest", "routes", ["problem_digest"])
    op.create_table(
        "diagnostics",
        *_of_educator("diagnostics"),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("node", ID, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("max_score", sa.Double, nullable=False),
        sa.Column("n_tasks", sa.Integer, nullable=True),
        sa.Column("observer", ID, nullable=True),
        sa.Column("criterion", ID, nullable=True),
        sa.CheckConstraint("max_score > 0", name=op.f("ck_diagnostics_max_score_positive")),
        sa.CheckConstraint(
            "score >= 0 AND score <= max_score", name=op.f("ck_diagnostics_score_in_range")
        ),
    )
    op.create_table(
        "item_responses",
        *_of_educator("item_responses"),
        sa.Column("item", ID, nullable=False),
        sa.Column("node", ID, nullable=False),
        sa.Column("response", sa.Double, nullable=True),
        sa.CheckConstraint(
            "response >= 0 AND response <= 1", name=op.f("ck_item_responses_response_in_range")
        ),
    )
    op.create_table(
        "person_labels",
        sa.Column("educator_id", ID, nullable=False),
        sa.Column("display_name", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("educator_id", name="pk_person_labels"),
    )


def downgrade() -> None:
    for table in ("person_labels", "item_responses", "diagnostics", "routes", "educators"):
        op.drop_table(table)


def _of_educator(table: str) -> list[sa.schema.SchemaItem]:
    """Columns that both kinds of evidence share, in their order."""
    return [
        sa.Column("educator_id", ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("procedure_id", ID, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("educator_id", "position", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["educator_id"],
            ["educators.id"],
            name=f"fk_{table}_educator_id_educators",
            ondelete="CASCADE",
        ),
    ]
