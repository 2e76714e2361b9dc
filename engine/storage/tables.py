"""Tables, typed. Names of constraints are fixed, so that later revisions can drop them.

Outside ids are opaque; names of people stand in ``person_labels`` alone.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID_LENGTH = 128


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


class Base(DeclarativeBase):
    """Common metadata."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class RouteRow(Base):
    """One answered request, also without a route (INFEASIBLE, UNKNOWN).

    ``answer`` is the JSON text as it was sent, ``problem`` the problem file's bytes; ``request``
    and ``solution`` are the JSON forms of the translated request and of what the solve said,
    null in rows of before they were kept.
    """

    __tablename__ = "routes"

    id: Mapped[str] = mapped_column(sa.String(ID_LENGTH), primary_key=True)
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    educator_id: Mapped[str] = mapped_column(sa.String(ID_LENGTH), index=True)
    as_of: Mapped[dt.datetime] = mapped_column(Instant)
    status: Mapped[str] = mapped_column(sa.String(16))
    policy: Mapped[str] = mapped_column(sa.String(ID_LENGTH))
    problem_digest: Mapped[str] = mapped_column(sa.String(ID_LENGTH), index=True)
    answer: Mapped[str] = mapped_column(sa.Text)
    problem: Mapped[bytes] = mapped_column(sa.LargeBinary)
    request: Mapped[str | None] = mapped_column(sa.Text)
    solution: Mapped[str | None] = mapped_column(sa.Text)


class EducatorRow(Base):
    """An educator; ``record`` is the JSON form without the display name."""

    __tablename__ = "educators"

    id: Mapped[str] = mapped_column(sa.String(ID_LENGTH), primary_key=True)
    updated_at: Mapped[dt.datetime] = mapped_column(Instant)
    record: Mapped[str] = mapped_column(sa.Text)


class DiagnosticRow(Base):
    """One score of one node in one procedure, in the order in which it was given."""

    __tablename__ = "diagnostics"
    __table_args__ = (
        sa.CheckConstraint("max_score > 0", name="max_score_positive"),
        sa.CheckConstraint("score >= 0 AND score <= max_score", name="score_in_range"),
    )

    educator_id: Mapped[str] = mapped_column(
        sa.ForeignKey("educators.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    procedure_id: Mapped[str] = mapped_column(sa.String(ID_LENGTH))
    date: Mapped[dt.date] = mapped_column(sa.Date)
    method: Mapped[str] = mapped_column(sa.String(16))
    node: Mapped[str] = mapped_column(sa.String(ID_LENGTH))
    score: Mapped[float] = mapped_column(sa.Double)
    max_score: Mapped[float] = mapped_column(sa.Double)
    n_tasks: Mapped[int | None]
    observer: Mapped[str | None] = mapped_column(sa.String(ID_LENGTH))
    criterion: Mapped[str | None] = mapped_column(sa.String(ID_LENGTH))


class ItemResponseRow(Base):
    """One answer to one item; ``response`` is null where it was not answered."""

    __tablename__ = "item_responses"
    __table_args__ = (
        sa.CheckConstraint("response >= 0 AND response <= 1", name="response_in_range"),
    )

    educator_id: Mapped[str] = mapped_column(
        sa.ForeignKey("educators.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    procedure_id: Mapped[str] = mapped_column(sa.String(ID_LENGTH))
    date: Mapped[dt.date] = mapped_column(sa.Date)
    item: Mapped[str] = mapped_column(sa.String(ID_LENGTH))
    node: Mapped[str] = mapped_column(sa.String(ID_LENGTH))
    response: Mapped[float | None] = mapped_column(sa.Double)


class PersonLabelRow(Base):
    """Name of a person; no foreign key, so that it is erased first and by itself."""

    __tablename__ = "person_labels"

    educator_id: Mapped[str] = mapped_column(sa.String(ID_LENGTH), primary_key=True)
    display_name: Mapped[str] = mapped_column(sa.String(256))
