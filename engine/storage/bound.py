"""Statements of one tenant: the only place that sends any, so nobody sees another's rows.

Repositories never hold a connection. They name a table, conditions and values; the tenant is
added here to every condition and every row, and a table that is not the tenant's is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Row = sa.Row[Any]
Where = sa.ColumnElement[bool]
Values = Mapping[str, object]

BATCH = 500
"""Rows of one insert; keeps the number of parameters below what databases take."""


class Lookup:
    """Rows by the value of one column, a statement that is made once and asked often.

    Parameters
    ----------
    table
        Table of tenants.
    key
        Column whose value is given with every question.
    columns
        ``None`` = all.
    order
        By which rows come; empty = in no order.
    """

    def __init__(
        self,
        table: sa.Table,
        key: sa.Column[Any],
        columns: Sequence[sa.ColumnElement[Any]] | None = None,
        order: Sequence[sa.ColumnElement[Any]] = (),
    ) -> None:
        chosen = sa.select(table) if columns is None else sa.select(*columns).select_from(table)
        mine = table.c.tenant_id == sa.bindparam("_tenant")
        chosen = chosen.where(mine, key == sa.bindparam("_key"))
        self.statement = chosen.order_by(*order) if order else chosen


class Bound:
    """Access to the tables of one tenant within one transaction.

    Parameters
    ----------
    connection
        In a transaction.
    tenant
        Whose rows; ``None`` = those of tables that no tenant owns.
    writes
        Whether rows may be changed.
    """

    def __init__(self, connection: sa.Connection, tenant: str | None, *, writes: bool) -> None:
        self._connection = connection
        self._tenant = tenant
        self._writes = writes
        self._postgres = connection.dialect.name == "postgresql"

    def rows(
        self,
        table: sa.Table,
        *where: Where,
        columns: Sequence[sa.ColumnElement[Any]] | None = None,
        order: Sequence[sa.ColumnElement[Any]] = (),
        limit: int | None = None,
        lock: bool = False,
    ) -> Sequence[Row]:
        """Rows that meet all conditions.

        Parameters
        ----------
        columns
            ``None`` = all.
        lock
            Whether nobody else may change or lock them until the transaction ends.
        """
        # naming the table is several times quicker than naming each of its columns
        chosen = sa.select(table) if columns is None else sa.select(*columns).select_from(table)
        chosen = chosen.where(*self._mine(table), *where)
        if order:
            chosen = chosen.order_by(*order)
        if limit is not None:
            chosen = chosen.limit(limit)
        if lock:
            # SQLite has no such clause: there the writing transaction is alone anyway.
            chosen = chosen.with_for_update()
        return self._connection.execute(chosen).all()

    def look_up(self, lookup: Lookup, key: object) -> Sequence[Row]:
        """Rows of a prepared question whose key has this value."""
        values = {"_tenant": self.tenant, "_key": key}
        return self._connection.execute(lookup.statement, values).all()

    def grouped(
        self,
        table: sa.Table,
        columns: Sequence[sa.ColumnElement[Any]],
        key: Sequence[sa.ColumnElement[Any]],
        *where: Where,
    ) -> Sequence[Row]:
        """Aggregates over the rows of each key that meet all conditions, in the key's order."""
        chosen = sa.select(*columns).where(*self._mine(table), *where)
        return self._connection.execute(chosen.group_by(*key).order_by(*key)).all()

    def row(self, table: sa.Table, *where: Where, lock: bool = False) -> Row | None:
        """First of these rows, ``None`` if there is none."""
        found = self.rows(table, *where, limit=1, lock=lock)
        return found[0] if found else None

    def scalar(self, table: sa.Table, value: sa.ColumnElement[Any], *where: Where) -> Any:
        """One value over these rows."""
        chosen = sa.select(value).select_from(table).where(*self._mine(table), *where)
        return self._connection.scalar(chosen)

    def insert(self, table: sa.Table, values: Iterable[Values]) -> None:
        """New rows; their keys must be new."""
        rows = self._rows_of(table, values)
        if rows:
            self._connection.execute(sa.insert(table), rows)

    def insert_new(self, table: sa.Table, values: Iterable[Values]) -> int:
        """Rows whose keys are new; the others are left as they are. Returns how many were new."""
        rows, kept = self._rows_of(table, values), 0
        for i in range(0, len(rows), BATCH):
            insert = self._insert(table).values(rows[i : i + BATCH]).on_conflict_do_nothing()
            # SQLAlchemy knows the number of inserted rows only where it is asked to
            counted = insert.execution_options(preserve_rowcount=True)
            kept += self._connection.execute(counted).rowcount
        return kept

    def put(
        self, table: sa.Table, values: Iterable[Values], grows: sa.Column[int] | None = None
    ) -> None:
        """Insert or replace by primary key.

        Parameters
        ----------
        grows
            Column that counts up by one where a row is replaced.
        """
        rows = self._rows_of(table, values)
        key = [c.name for c in table.primary_key]
        for i in range(0, len(rows), BATCH):
            insert = self._insert(table).values(rows[i : i + BATCH])
            new: dict[str, Any] = {k: insert.excluded[k] for k in rows[i] if k not in key}
            if grows is not None:
                new[grows.name] = grows + 1
            update = insert.on_conflict_do_update(index_elements=key, set_=new)
            self._connection.execute(update)

    def update(self, table: sa.Table, values: Values, *where: Where) -> int:
        """Change these rows; returns how many there were."""
        self._check_writes()
        changed = sa.update(table).where(*self._mine(table), *where).values(dict(values))
        return self._connection.execute(changed).rowcount

    def delete(self, table: sa.Table, *where: Where) -> int:
        """Delete these rows; returns how many there were."""
        self._check_writes()
        deleted = sa.delete(table).where(*self._mine(table), *where)
        return self._connection.execute(deleted).rowcount

    def serialise(self, keys: Iterable[tuple[str, ...]]) -> None:
        """Let nobody else who names one of these keys go on until the transaction ends.

        On SQLite whoever writes is alone already. The keys are locked in one order, so that two
        who name the same ones never wait for each other. Keys of different names may share a
        lock; then somebody waits who need not.
        """
        self._check_writes()
        if not self._postgres:
            return
        for number in sorted({_number((self._tenant or "", *key)) for key in keys}):
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def next_number(self, table: sa.Table, column: sa.Column[int], *where: Where) -> int:
        """One more than the greatest; the caller sees to it that nobody counts at the same time."""
        return (self.scalar(table, sa.func.max(column), *where) or 0) + 1

    def holds_text(self, column: sa.ColumnElement[str], part: str) -> Where:
        """Condition that a text has a part, letter by letter."""
        find = sa.func.strpos if self._postgres else sa.func.instr
        return find(column, part) > 0

    def among(
        self,
        column: sa.ColumnElement[Any],
        table: sa.Table,
        picked: sa.ColumnElement[Any],
        *where: Where,
    ) -> Where:
        """Condition that a value is one of those which a column of these rows has."""
        return column.in_(sa.select(picked).select_from(table).where(*self._mine(table), *where))

    def holds_bytes(self, column: sa.ColumnElement[bytes], part: bytes) -> Where:
        """Condition that bytes have a part; nothing has none."""
        wanted = sa.literal(part, sa.LargeBinary)
        if self._postgres:
            return sa.func.position(wanted.op("IN")(column)) > 0
        return sa.func.instr(column, wanted) > 0

    def system(self) -> Bound:
        """Access to what no tenant owns, within the same transaction."""
        return Bound(self._connection, None, writes=self._writes)

    @property
    def tenant(self) -> str:
        """Whose rows these are.

        Raises
        ------
        RuntimeError
            Nobody's.
        """
        if self._tenant is None:
            raise RuntimeError("no tenant owns these tables")
        return self._tenant

    @property
    def counts_by_itself(self) -> bool:
        """Whether the database fills identity columns of composite keys."""
        return self._postgres

    def _mine(self, table: sa.Table) -> tuple[Where, ...]:
        """Condition on the tenant; a table of another kind is a mistake in this code."""
        if ("tenant_id" in table.c) != (self._tenant is not None):
            raise RuntimeError(f"{table.name} cannot be reached as tenant {self._tenant!r}")
        return () if self._tenant is None else (table.c.tenant_id == self._tenant,)

    def _rows_of(self, table: sa.Table, values: Iterable[Values]) -> list[dict[str, object]]:
        self._check_writes()
        self._mine(table)
        owner = {} if self._tenant is None else {"tenant_id": self._tenant}
        return [{**row, **owner} for row in values]

    def _check_writes(self) -> None:
        if not self._writes:
            raise RuntimeError("this transaction only reads; use Store.writing")

    def _insert(self, table: sa.Table) -> Any:
        # Both know ON CONFLICT by the same words; SQLAlchemy has it per dialect only.
        return postgresql.insert(table) if self._postgres else sqlite.insert(table)


def _number(key: tuple[str, ...]) -> int:
    """Signed 64-bit number of a key, the same in every process."""
    digest = hashlib.blake2b("\x1f".join(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
