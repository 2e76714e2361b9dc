"""Records that overlay the catalogue of a data package, with versions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from engine.storage.bound import Bound, Row
from engine.storage.faults import VersionConflict
from engine.storage.paging import IDS_MOST, check_limit, page_of, text_of
from engine.storage.tables import RECORDS, VERSIONS
from engine.storage.values import CatalogueKind, CatalogueRow, Page


class CatalogueRepository:
    """Activities, offerings and mentors of a tenant that are not those of the package."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def put(
        self,
        kind: CatalogueKind,
        records: Mapping[str, Mapping[str, object]],
        at: dt.datetime,
        expected: Mapping[str, int] | None = None,
    ) -> int:
        """Insert or replace records by id, all as one change of the catalogue.

        Parameters
        ----------
        records
            JSON objects by id.
        expected
            By id the version that is to be replaced, 0 = there is to be none; ids that are not
            in it are replaced whatever is there.

        Returns
        -------
        int
            Version that the catalogue has now.

        Raises
        ------
        VersionConflict
            Another version is there; nothing was put.
        """
        texts = {i: json.dumps(dict(r), ensure_ascii=False) for i, r in records.items()}
        return self._change(kind, texts, at, expected or {})

    def withdraw(
        self,
        kind: CatalogueKind,
        ids: Iterable[str],
        at: dt.datetime,
        expected: Mapping[str, int] | None = None,
    ) -> int:
        """Let records be no more, also those that the package has; else as ``put``."""
        return self._change(kind, dict.fromkeys(ids), at, expected or {})

    def get(self, kind: CatalogueKind, record_id: str) -> CatalogueRow | None:
        """Record by id, a withdrawn one too; ``None`` = nothing was ever put or withdrawn."""
        row = self._bound.row(RECORDS, RECORDS.c.kind == kind, RECORDS.c.id == record_id)
        return None if row is None else _record(row)

    def rows(self, kind: CatalogueKind) -> tuple[CatalogueRow, ...]:
        """All records of a kind, withdrawn ones too, in the order of their ids."""
        rows = self._bound.rows(RECORDS, RECORDS.c.kind == kind, order=(RECORDS.c.id,))
        return tuple(map(_record, rows))

    def stamps(self, kind: CatalogueKind, ids: Sequence[str]) -> dict[str, tuple[int, dt.datetime]]:
        """Version and last change of those of some ids that were ever put or withdrawn."""
        columns = (RECORDS.c.id, RECORDS.c.version, RECORDS.c.updated_at)
        found: dict[str, tuple[int, dt.datetime]] = {}
        for i in range(0, len(ids), IDS_MOST):
            where = (RECORDS.c.kind == kind, RECORDS.c.id.in_(ids[i : i + IDS_MOST]))
            rows = self._bound.rows(RECORDS, *where, columns=columns)
            found |= {row.id: (row.version, row.updated_at) for row in rows}
        return found

    def page(
        self, kind: CatalogueKind, after: str | None = None, limit: int = 50
    ) -> Page[CatalogueRow]:
        """Records of a kind, without withdrawn ones, in the order of their ids.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor of this list.
        """
        where = [RECORDS.c.kind == kind, RECORDS.c.record.is_not(None)]
        if after is not None:
            where.append(RECORDS.c.id > text_of(after))
        rows = self._bound.rows(
            RECORDS, *where, order=(RECORDS.c.id,), limit=check_limit(limit) + 1
        )
        return page_of(rows, limit, _record, lambda row: row.id)

    def version(self) -> int:
        """Version of the tenant's catalogue; grows with every change, 0 = there was none."""
        return self._bound.scalar(VERSIONS, sa.func.max(VERSIONS.c.version)) or 0

    def _change(
        self,
        kind: CatalogueKind,
        texts: Mapping[str, str | None],
        at: dt.datetime,
        expected: Mapping[str, int],
    ) -> int:
        self._bound.serialise([("catalogue",)])
        if not texts:
            return self.version()
        versions = self._versions(kind, texts)
        for record_id, wanted in sorted(expected.items()):
            found = versions.get(record_id)
            if wanted != (found or 0):
                raise VersionConflict(wanted, found)
        number = self._bound.next_number(VERSIONS, VERSIONS.c.version)
        self._bound.put(
            RECORDS,
            [
                {
                    "kind": kind,
                    "id": record_id,
                    "version": versions.get(record_id, 0) + 1,
                    "catalogue_version": number,
                    "updated_at": at,
                    "record": record,
                }
                for record_id, record in sorted(texts.items())
            ],
        )
        withdrawn = sum(record is None for record in texts.values())
        change = {"kind": kind, "put": len(texts) - withdrawn, "withdrawn": withdrawn}
        self._bound.insert(VERSIONS, [{"version": number, "at": at, **change}])
        return number

    def _versions(self, kind: CatalogueKind, ids: Iterable[str]) -> dict[str, int]:
        # All of a kind at once: an import has more ids than a statement takes parameters.
        rows = self._bound.rows(
            RECORDS, RECORDS.c.kind == kind, columns=(RECORDS.c.id, RECORDS.c.version)
        )
        wanted = frozenset(ids)
        return {row.id: row.version for row in rows if row.id in wanted}


def _record(row: Row) -> CatalogueRow:
    record = None if row.record is None else json.loads(row.record)
    return CatalogueRow(row.kind, row.id, row.version, row.updated_at, record)
