"""What all tables share: metadata, kinds of columns, and whose rows they are.

Names of constraints are fixed, so that later revisions can drop them.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

ID_LENGTH = 128

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# PostgreSQL sorts by the locale of its installation; ids must sort alike everywhere.
ID = sa.String(ID_LENGTH).with_variant(sa.String(ID_LENGTH, collation="C"), "postgresql")
"""Outside ids: opaque, compared byte by byte, the same order on every database."""

CODE = sa.String(32)
"""A code of a list that the engine knows."""

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Running numbers."""


class Instant(sa.TypeDecorator[dt.datetime]):
    """An instant: kept in UTC, given back aware. SQLite itself knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """To UTC; a naive value is refused."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("an instant needs an offset")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        """From what the database gave, with its zone or without, to UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def owned(
    name: str,
    *columns: sa.schema.SchemaItem,
    key: tuple[str, ...] = ("id",),
    sqlite_with_rowid: bool = True,
) -> sa.Table:
    """Table whose rows belong to a tenant, who stands first in its primary key.

    Parameters
    ----------
    sqlite_with_rowid
        ``False`` = SQLite keeps the rows themselves in the order of the key.
    """
    return sa.Table(
        name,
        METADATA,
        sa.Column("tenant_id", ID, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("tenant_id", *key),
        sqlite_with_rowid=sqlite_with_rowid,
    )


def text(name: str, kind: sa.types.TypeEngine[str] = ID, *, null: bool = False) -> sa.Column[str]:
    """Column of ids, codes or texts."""
    return sa.Column(name, kind, nullable=null)


def instant(name: str, *, null: bool = False) -> sa.Column[dt.datetime]:
    """Column of instants."""
    return sa.Column(name, Instant, nullable=null)


def number(name: str, *, null: bool = False) -> sa.Column[int]:
    """Column of whole numbers, never counted up by the database itself."""
    return sa.Column(name, BIG, nullable=null, autoincrement=False)


def real(name: str, *, null: bool = False) -> sa.Column[float]:
    """Column of numbers."""
    return sa.Column(name, sa.Double, nullable=null)
