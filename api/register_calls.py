"""What the calls about kept registers do: one transaction each, with its audit."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from api.access.errors import Forbidden
from api.access.principal import Principal
from api.audit import audited
from api.catalogue_calls import json_answer, same_id, warnings_of
from api.etags import Match, etag
from api.once import keep_answer
from api.record_checks import Rows
from api.refusals import Refused
from api.register_checks import CheckedRecords, check_register_rows, known_ids
from api.register_scope import RegisterScope
from api.service import Service
from engine.interchange import nodes_of
from engine.recommendation import to_dict
from engine.register_kinds import KINDS, RegisterName, RegisterRecord, records_of
from engine.storage import RegisterRow, Repositories
from engine.storage.paging import cursor, text_of


@dataclass(frozen=True, slots=True)
class Found:
    """A record with its version; 0 = the data package's."""

    record: RegisterRecord
    version: int = 0
    updated_at: dt.datetime | None = None

    def answer(self) -> dict[str, Any]:
        """JSON form of the answer."""
        return {
            "version": self.version,
            "origin": "package" if self.version == 0 else "store",
            "updated_at": None if self.updated_at is None else self.updated_at.isoformat(),
            "record": to_dict(self.record, digits=None),
        }


class RegisterCalls:
    """Calls about one register of one tenant.

    Parameters
    ----------
    service
        Of the tenant.
    singular
        Name of one record, for the audit.
    """

    def __init__(
        self, service: Service, principal: Principal, name: RegisterName, singular: str
    ) -> None:
        self._service = service
        self._principal = principal
        self._name = name
        self._singular = singular
        packaged = records_of(service.package.registers, name)
        self._packaged = {record.id: record for record in packaged}

    # ------------------------------------------------------------------ reading

    def listed(self, after: str | None, limit: int, on: dt.date | None) -> Response:
        """Part of the list that the caller may see, by id, and how many there are.

        Parameters
        ----------
        on
            Only records whose period holds on this day; ``None`` = all.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor.
        """
        with self._service.store.reading(self._principal.tenant) as kept:
            scope = RegisterScope.of(self._principal, self._service, kept)
            narrowed = on is not None or scope.narrow
            page = self._sifted(kept, scope, on) if narrowed else None
            items, more, total = (
                self._merged(kept, after, limit) if page is None else _part(page, after, limit)
            )
        return json_answer(
            {
                "items": [found.answer() for found in items],
                "next": cursor(items[-1].record.id) if more else None,
                "total": total,
            }
        )

    def read(self, record_id: str) -> Response:
        """One record with its tag.

        Raises
        ------
        Refused, Forbidden
            There is no such record, or the caller may not see it.
        """
        with self._service.store.reading(self._principal.tenant) as kept:
            found = self._found(kept, record_id)
            scope = RegisterScope.of(self._principal, self._service, kept)
            seen = scope.shown(found.record)
        if seen is None:
            raise Forbidden(self._principal)
        answer = Found(seen, found.version, found.updated_at).answer()
        return json_answer(answer, headers=etag(found.version))

    # ------------------------------------------------------------------ writing

    def put(self, record_id: str, body: BaseModel, match: Match) -> Response:
        """Insert or replace one record.

        Raises
        ------
        InputError, Refused
            It is at fault, or the record has changed.
        """
        same_id(record_id, str(body.id))  # type: ignore[attr-defined]
        at = self._service.clock()
        with self._service.store.writing(self._principal.tenant) as kept:
            before = self._present(kept, record_id)
            match.check(None if before is None else before.version)
            checked = self._checked(kept, Rows((body,), single=True))
            row = kept.registers.get(self._name, record_id)
            expected = {record_id: 0 if row is None else row.version}
            versions = kept.registers.put(self._name, checked.records, at, expected)
            found = Found(checked.records[0], versions[record_id], at)
            old = None if before is None else before.record
            self._audit(kept, f"put_{self._singular}", record_id, old, found.record, at)
        status = 201 if before is None else 200
        return json_answer(found.answer(), status=status, headers=etag(found.version))

    def put_all(self, bodies: Sequence[BaseModel], language: str, *, dry_run: bool) -> Response:
        """Insert or replace many, all or none.

        Raises
        ------
        InputError
            Every fault of every row.
        """
        at = self._service.clock()
        with self._service.store.writing(self._principal.tenant) as kept:
            checked = self._checked(kept, Rows(bodies))
            if not dry_run:
                self.keep_all(kept, checked.records, at, f"import_{self._name}")
            answer = {
                "accepted": len(bodies),
                "dry_run": dry_run,
                "catalogue_version": None,
                "warnings": warnings_of(checked.found.warnings, language),
            }
            return keep_answer(kept, json_answer(answer))

    def keep_all(
        self,
        kept: Repositories,
        records: Sequence[RegisterRecord],
        at: dt.datetime,
        action: str,
    ) -> None:
        """Insert or replace checked records within a transaction."""
        kept.registers.put(self._name, records, at)
        self._audit(kept, action, self._name, None, records, at, kind="register")

    def remove(self, record_id: str, match: Match) -> Response:
        """Withdraw a record, also from the package."""
        at = self._service.clock()
        with self._service.store.writing(self._principal.tenant) as kept:
            found = self._found(kept, record_id)
            match.check(found.version)
            row = kept.registers.get(self._name, record_id)
            expected = {record_id: 0 if row is None else row.version}
            kept.registers.withdraw(self._name, [record_id], at, expected)
            self._audit(kept, f"remove_{self._singular}", record_id, found.record, None, at)
        return Response(status_code=204)

    # ------------------------------------------------------------------ parts

    def _checked(self, kept: Repositories, rows: Rows) -> CheckedRecords:
        package = self._service.catalogues.of(self._principal.tenant, kept)
        nodes = nodes_of(self._service.engine.framework)
        checked = check_register_rows(self._name, rows, nodes, known_ids(kept, package))
        checked.found.refuse()
        return checked

    def _present(self, kept: Repositories, record_id: str) -> Found | None:
        row = kept.registers.get(self._name, record_id)
        if row is not None:
            return _of_row(row)
        packaged = self._packaged.get(record_id)
        return None if packaged is None else Found(packaged)

    def _found(self, kept: Repositories, record_id: str) -> Found:
        found = self._present(kept, record_id)
        if found is None:
            raise Refused("record_not_found", {"id": record_id[:80]})
        return found

    def _beneath(self, kept: Repositories) -> list[Found]:
        """Records of the package that nobody has changed."""
        if not self._packaged:
            return []
        changed = kept.registers.changed(self._name)
        return [Found(r) for i, r in sorted(self._packaged.items()) if i not in changed]

    def _merged(
        self, kept: Repositories, after: str | None, limit: int
    ) -> tuple[list[Found], bool, int]:
        """Part of the whole list: whether there is more, and how many there are."""
        start = "" if after is None else text_of(after)
        page = kept.registers.page(self._name, after, limit)
        beneath = self._beneath(kept)
        stored = [found for row in page.items if (found := _of_row(row)) is not None]
        merged = sorted([*stored, *(f for f in beneath if f.record.id > start)], key=_id)
        more = page.next is not None or len(merged) > limit
        return merged[:limit], more, kept.registers.count(self._name) + len(beneath)

    def _sifted(self, kept: Repositories, scope: RegisterScope, on: dt.date | None) -> list[Found]:
        """All that the caller may see, of a day, by id."""
        rows = (_of_row(row) for row in kept.registers.rows(self._name))
        every = [*(found for found in rows if found is not None), *self._beneath(kept)]
        period = KINDS[self._name].period
        shown = []
        for found in sorted(every, key=_id):
            if on is not None and not getattr(found.record, period).holds_on(on):
                continue
            record = scope.shown(found.record)
            if record is not None:
                shown.append(Found(record, found.version, found.updated_at))
        return shown

    def _audit(
        self,
        kept: Repositories,
        action: str,
        object_id: str,
        before: object | None,
        after: object | None,
        at: dt.datetime,
        kind: str | None = None,
    ) -> None:
        kind = self._singular if kind is None else kind
        audited(kept, self._principal, action, kind, object_id, before, after, at)


def _part(found: Sequence[Found], after: str | None, limit: int) -> tuple[list[Found], bool, int]:
    start = 0 if after is None else bisect_right(found, text_of(after), key=_id)
    return list(found[start : start + limit]), len(found) > start + limit, len(found)


def _of_row(row: RegisterRow) -> Found | None:
    return None if row.record is None else Found(row.record, row.version, row.updated_at)


def _id(found: Found) -> str:
    return found.record.id
