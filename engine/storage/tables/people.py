"""Educators and their evidence; names of people stand in ``person_labels`` alone."""

from __future__ import annotations

import sqlalchemy as sa

from engine.storage.tables.columns import instant, number, owned, real, text

EDUCATORS = owned(
    "educators",
    text("id"),
    instant("updated_at"),
    number("version"),
    text("record", sa.Text()),
)
"""An educator; ``record`` is the JSON form without the display name."""


def _of_educator() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        text("educator_id"),
        number("position"),
        text("procedure_id"),
        sa.Column("date", sa.Date, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "educator_id"],
            ["educators.tenant_id", "educators.id"],
            ondelete="CASCADE",
        ),
    )


DIAGNOSTICS = owned(
    "diagnostics",
    *_of_educator(),
    text("method", sa.String(16)),
    text("node"),
    real("score"),
    real("max_score"),
    number("n_tasks", null=True),
    text("observer", null=True),
    text("criterion", null=True),
    sa.CheckConstraint("max_score > 0", name="max_score_positive"),
    sa.CheckConstraint("score >= 0 AND score <= max_score", name="score_in_range"),
    key=("educator_id", "position"),
)
"""One score of one node in one procedure, in the order in which it was given."""

RESPONSES = owned(
    "item_responses",
    *_of_educator(),
    text("item"),
    text("node"),
    real("response", null=True),
    sa.CheckConstraint("response >= 0 AND response <= 1", name="response_in_range"),
    key=("educator_id", "position"),
)
"""One answer to one item; ``response`` is null where it was not answered."""

LABELS = owned(
    "person_labels",
    text("educator_id"),
    text("display_name", sa.String(256)),
    key=("educator_id",),
)
"""Name of a person; no foreign key, so that it is erased first and by itself."""
