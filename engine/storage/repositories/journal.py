"""What is only ever added: feedback and audit."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence

import sqlalchemy as sa

from engine.storage.bound import Bound, Row
from engine.storage.paging import check_limit, moment_of, number_of, page_of
from engine.storage.service_values import AuditEntry
from engine.storage.tables import AUDIT, FEEDBACK
from engine.storage.tables.columns import Instant
from engine.storage.values import FeedbackRow, Page

_ENTRY = [f.name for f in dataclasses.fields(AuditEntry)]
_FEEDBACK = [f.name for f in dataclasses.fields(FeedbackRow)]


class FeedbackRepository:
    """What became of activities; training reads it."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, rows: Sequence[FeedbackRow]) -> int:
        """Add rows; those whose id is there already are left as they were. Returns the new."""
        return self._bound.insert_new(FEEDBACK, [_columns(row) for row in rows])

    def page(
        self,
        after: str | None = None,
        limit: int = 500,
        educator_id: str | None = None,
    ) -> Page[FeedbackRow]:
        """Rows from the oldest on, of one educator or of all.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor of this list.
        """
        where = [] if educator_id is None else [FEEDBACK.c.educator_id == educator_id]
        if after is not None:
            at, row_id = moment_of(after)
            place = sa.tuple_(FEEDBACK.c.at, FEEDBACK.c.id)
            where.append(place > sa.tuple_(sa.literal(at, Instant), sa.literal(row_id)))
        order = (FEEDBACK.c.at, FEEDBACK.c.id)
        rows = self._bound.rows(FEEDBACK, *where, order=order, limit=check_limit(limit) + 1)
        return page_of(rows, limit, _feedback, lambda row: (row.at, row.id))


class AuditRepository:
    """Who wrote what."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, entry: AuditEntry) -> None:
        """Add an entry; its number comes from the database."""
        values = {f.name: getattr(entry, f.name) for f in dataclasses.fields(entry)}
        del values["seq"]
        if not self._bound.counts_by_itself:
            values["seq"] = self._bound.next_number(AUDIT, AUDIT.c.seq)
        self._bound.insert(AUDIT, [values])

    def last(self) -> int:
        """Number of the newest entry, 0 = there is none: as long as it stays, nothing changed."""
        return int(self._bound.scalar(AUDIT, sa.func.max(AUDIT.c.seq)) or 0)

    def page(
        self,
        after: str | None = None,
        limit: int = 50,
        *,
        object_kind: str | None = None,
        object_id: str | None = None,
        actor: str | None = None,
        since: dt.datetime | None = None,
    ) -> Page[AuditEntry]:
        """Entries that are meant, the newest first; ``None`` = any.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor of this list.
        """
        same = {"object_kind": object_kind, "object_id": object_id, "actor": actor}
        where = [AUDIT.c[name] == value for name, value in same.items() if value is not None]
        if since is not None:
            where.append(AUDIT.c.at >= since)
        if after is not None:
            where.append(AUDIT.c.seq < number_of(after))
        rows = self._bound.rows(
            AUDIT, *where, order=(AUDIT.c.seq.desc(),), limit=check_limit(limit) + 1
        )
        return page_of(rows, limit, _entry, lambda row: row.seq)


def _columns(row: FeedbackRow) -> dict[str, object]:
    values: dict[str, object] = {f.name: getattr(row, f.name) for f in dataclasses.fields(row)}
    return {**values, "record": json.dumps(dict(row.record), ensure_ascii=False)}


def _feedback(row: Row) -> FeedbackRow:
    values = {name: row._mapping[name] for name in _FEEDBACK}
    return FeedbackRow(**{**values, "record": json.loads(row.record)})


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(**{name: row._mapping[name] for name in _ENTRY})
