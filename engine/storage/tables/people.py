"""Educators and their evidence; names of people stand in ``person_labels`` alone."""

from __future__ import annotations

import sqlalchemy as sa

from engine.storage.tables.columns import CODE, instant, number, owned, real, text

EDUCATORS = owned(
    "educators",
    text("id"),
    instant("updated_at"),
    number("version"),
    text("record", sa.Text()),
)
"""An educator; ``record`` is the JSON form without the display name."""

SEARCH = owned(
    "educator_search",
    text("educator_id"),
    text("folded_id", sa.Text()),
    text("position", CODE),
    text("organisation_id", null=True),
    text("district", sa.Text()),
    text("subjects", sa.Text()),
    sa.Column("born_on", sa.Date, nullable=True),
    sa.Column("pedagogical_start", sa.Date, nullable=True),
    sa.ForeignKeyConstraint(
        ["tenant_id", "educator_id"],
        ["educators.tenant_id", "educators.id"],
        ondelete="CASCADE",
    ),
    key=("educator_id",),
    # in the order of its key, so that a part of a list is read without sorting
    sqlite_with_rowid=False,
)
"""What educators are searched by; derived from the record, never read back into it.

A narrow table of its own: any combination of filters over tens of thousands is one scan of some
megabytes, while the records would be ten times as many. ``folded_id``, ``district`` and
``subjects`` are folded (``engine.storage.folding``); ``born_on`` is the day that either date of
the record gives, null where neither is known. Names are not here.
"""


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
    # rows of before are filled in by the migration
    sa.Column("folded_name", sa.Text, nullable=False, server_default=""),
    key=("educator_id",),
)
"""Name of a person; no foreign key, so that it is erased first and by itself."""
