"""Catalogue records of one tenant over HTTP: read, put, import, withdraw."""

from __future__ import annotations

import datetime as dt
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from api.etags import Match
from api.overlay import overlaid, overlay_of, package_of
from api.record_checks import (
    Found,
    Rows,
    check_activity_rows,
    check_mentor_rows,
    check_offering_rows,
)
from api.refusals import Refused
from engine.domain import Activity, Mentor, Offering
from engine.framework import Framework
from engine.interchange import DataPackage, nodes_of
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.storage import CatalogueKind, CatalogueRow, CursorRefused, Repositories
from engine.storage.paging import cursor, text_of

Record = Activity | Offering | Mentor
Checked = TypeVar("Checked", bound=BaseModel)

RECORD_OF: Mapping[CatalogueKind, type[Any]] = {
    "activity": Activity,
    "offering": Offering,
    "mentor": Mentor,
}


class Catalogues:
    """The package as each tenant has it, merged anew when its catalogue changes; thread-safe.

    Parameters
    ----------
    package
        What all tenants start from.
    """

    def __init__(self, package: DataPackage) -> None:
        self._package = package
        self._known: dict[str, tuple[int, DataPackage]] = {}
        self._lock = threading.Lock()

    def of(self, tenant: str, kept: Repositories) -> DataPackage:
        """The package of a tenant as of this transaction."""
        version = kept.catalogue.version()
        with self._lock:
            found = self._known.get(tenant)
        if found is not None and found[0] == version:
            return found[1]
        merged = self.fresh(tenant, kept)
        with self._lock:
            self._known[tenant] = (version, merged)
        return merged

    def fresh(self, tenant: str, kept: Repositories) -> DataPackage:
        """The same, merged anew and not remembered: after edits which may yet be undone."""
        return overlaid(package_of(self._package, tenant), overlay_of(kept))


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record with its version; fields as in the answer."""

    record: Record
    version: int
    updated_at: dt.datetime | None

    def answer(self) -> dict[str, Any]:
        """JSON form of the answer."""
        return {
            "version": self.version,
            "origin": "package" if self.version == 0 else "store",
            "updated_at": None if self.updated_at is None else self.updated_at.isoformat(),
            "record": shown(self.record),
        }


def shown(record: Record) -> dict[str, Any]:
    """JSON form of a record, as it may be put back; nobody's name is in it."""
    found = to_dict(record, digits=None)
    assert isinstance(found, dict)
    found.pop("display_name", None)
    return found


@dataclass(frozen=True)
class CatalogueEdits(Generic[Checked]):
    """Reads and edits of one kind of record within one transaction.

    Parameters
    ----------
    kind
        Which records.
    package
        Of the tenant, with its overlay.
    """

    kind: CatalogueKind
    package: DataPackage
    kept: Repositories
    framework: Framework
    today: dt.date
    _own: dict[str, CatalogueRow | None] = field(default_factory=dict, repr=False)

    def get(self, record_id: str) -> KeptRecord:
        """A record.

        Raises
        ------
        Refused
            ``record_not_found``.
        """
        found = self.present(record_id)
        if found is None:
            raise Refused("record_not_found", {"id": record_id[:80]})
        return found

    def page(
        self, after: str | None, limit: int, fits: Callable[[Any], bool] = lambda record: True
    ) -> dict[str, Any]:
        """Part of the list, by id, and how many there are.

        Parameters
        ----------
        fits
            Which records are meant.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor.
        """
        records = [record for record in self._records() if fits(record)]
        start = 0 if after is None else bisect_right(records, text_of(after), key=lambda r: r.id)
        part = records[start : start + limit]
        rows = self.kept.catalogue.stamps(self.kind, [r.id for r in part])
        more = len(records) > start + limit
        return {
            "items": [KeptRecord(r, *rows.get(r.id, (0, None))).answer() for r in part],
            "next": cursor(part[-1].id) if more else None,
            "total": len(records),
        }

    def put(self, body: Checked, match: Match, at: dt.datetime) -> KeptRecord:
        """Insert or replace one record.

        Raises
        ------
        Refused
            ``version_stale``.
        InputError
            Everything that is wrong with it.
        """
        record_id = str(body.id)  # type: ignore[attr-defined]
        present, row = self.present(record_id), self._row(record_id)
        match.check(None if present is None else present.version)
        self.check(Rows((body,), single=True)).refuse()
        record = record_of(self.kind, body)
        expected = 0 if row is None else row.version
        self.kept.catalogue.put(self.kind, {record_id: shown(record)}, at, {record_id: expected})
        return KeptRecord(record, expected + 1, at)

    def put_all(self, bodies: Sequence[Checked], at: dt.datetime, *, dry_run: bool) -> Found:
        """Insert or replace records: all of them, or on any error none.

        Raises
        ------
        InputError
            Every error of every row.
        """
        found = self.check(Rows(bodies))
        found.refuse()
        if not dry_run:
            records = [record_of(self.kind, body) for body in bodies]
            self.kept.catalogue.put(self.kind, {r.id: shown(r) for r in records}, at)
        return found

    def withdraw(self, record_id: str, match: Match, at: dt.datetime) -> KeptRecord:
        """Let a record be no more; gives what it was.

        Raises
        ------
        Refused
            ``record_not_found``, ``version_stale``.
        """
        present, row = self.get(record_id), self._row(record_id)
        match.check(present.version)
        expected = 0 if row is None else row.version
        self.kept.catalogue.withdraw(self.kind, [record_id], at, {record_id: expected})
        return present

    def check(self, rows: Rows) -> Found:
        """Run every check of this kind of record."""
        activities = {a.id: a for a in self.package.activities}
        if self.kind == "activity":
            return check_activity_rows(rows, nodes_of(self.framework), activities)
        if self.kind == "offering":
            return check_offering_rows(rows, activities)
        return check_mentor_rows(rows, nodes_of(self.framework), self.today)

    def _records(self) -> Sequence[Record]:
        if self.kind == "activity":
            found: Sequence[Record] = self.package.activities
        elif self.kind == "offering":
            found = self.package.offerings
        else:
            found = self.package.mentors
        return sorted(found, key=lambda r: r.id)

    def present(self, record_id: str) -> KeptRecord | None:
        """A record, ``None`` if there is none."""
        record = next((r for r in self._records() if r.id == record_id), None)
        return None if record is None else self._with_version(record, self._row(record_id))

    def _row(self, record_id: str) -> CatalogueRow | None:
        if record_id not in self._own:
            self._own[record_id] = self.kept.catalogue.get(self.kind, record_id)
        return self._own[record_id]

    def _with_version(self, record: Record, row: CatalogueRow | None) -> KeptRecord:
        return KeptRecord(record, row.version if row else 0, row.updated_at if row else None)


def record_of(kind: CatalogueKind, body: BaseModel) -> Record:
    """Record of a checked body."""
    record: Record = record_from_dict(RECORD_OF[kind], body.model_dump(mode="json"))
    return record


__all__ = ["CatalogueEdits", "Catalogues", "CursorRefused", "KeptRecord", "record_of", "shown"]
