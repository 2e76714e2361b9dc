"""What educators are searched by: a narrow table beside the records, and names folded."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.storage.folding import folded, folded_list

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
BATCH = 500


def upgrade() -> None:
    op.create_table(
        "educator_search",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("educator_id", ID, nullable=False),
        sa.Column("folded_id", sa.Text(), nullable=False),
        sa.Column("position", sa.String(32), nullable=False),
        sa.Column("organisation_id", ID, nullable=True),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("pedagogical_start", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "educator_id", name="pk_educator_search"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "educator_id"],
            ["educators.tenant_id", "educators.id"],
            name="fk_educator_search_tenant_id_educator_id_educators",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "person_labels", sa.Column("folded_name", sa.Text(), nullable=False, server_default="")
    )
    _fill()


def downgrade() -> None:
    op.drop_column("person_labels", "folded_name")
    op.drop_table("educator_search")


def _fill() -> None:
    connection = op.get_bind()
    educators = sa.table("educators", *map(sa.column, ("tenant_id", "id", "record")))
    columns = ("tenant_id", "educator_id", "folded_id", "position", "organisation_id")
    dates = (sa.column("born_on", sa.Date()), sa.column("pedagogical_start", sa.Date()))
    search = sa.table(
        "educator_search", *map(sa.column, (*columns, "district", "subjects")), *dates
    )
    found = connection.execute(sa.select(educators)).all()
    for rows in _parts([_of(row.tenant_id, row.id, json.loads(row.record)) for row in found]):
        connection.execute(sa.insert(search), rows)
    names = ("tenant_id", "educator_id", "display_name", "folded_name")
    labels = sa.table("person_labels", *map(sa.column, names))
    told = connection.execute(sa.select(labels)).all()
    mine = (labels.c.tenant_id == sa.bindparam("t"), labels.c.educator_id == sa.bindparam("e"))
    change = sa.update(labels).where(*mine).values(folded_name=sa.bindparam("f"))
    for rows in _parts(
        [{"t": r.tenant_id, "e": r.educator_id, "f": folded(r.display_name)} for r in told]
    ):
        connection.execute(change, rows)


def _parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for i in range(0, len(rows), BATCH):
        yield rows[i : i + BATCH]


def _of(tenant: str, educator_id: str, record: Mapping[str, Any]) -> dict[str, Any]:
    organisation = record.get("organisation") or {}
    return {
        "tenant_id": tenant,
        "educator_id": educator_id,
        "folded_id": folded(educator_id),
        "position": record["position"],
        "organisation_id": organisation.get("id"),
        "district": folded(record.get("district") or organisation.get("district") or ""),
        "subjects": folded_list(record.get("subjects") or ()),
        "born_on": _born(record),
        "pedagogical_start": _day(record.get("pedagogical_start")),
    }


def _born(record: Mapping[str, Any]) -> dt.date | None:
    born, turns = _day(record.get("born_on")), _day(record.get("turns_35_on"))
    if born is not None or turns is None:
        return born
    try:
        return turns.replace(year=turns.year - 35)
    except ValueError:  # 29 February of a year without one
        return dt.date(turns.year - 35, 3, 1)


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
