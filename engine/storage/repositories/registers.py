"""Records of the registers that overlay those of a data package, each with its version."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.register_kinds import KINDS, RegisterName, RegisterRecord, records_of, registers_of
from engine.registers import Registers
from engine.storage.bound import Bound, Row
from engine.storage.faults import VersionConflict
from engine.storage.paging import IDS_MOST, check_limit, page_of, text_of
from engine.storage.tables import REGISTERS
from engine.storage.values import Page, RegisterRow

NO_REGISTERS = Registers()


class RegisterRepository:
    """Methodists, teams, sites, communities, practices and accompaniments of a tenant."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def put(
        self,
        register: RegisterName,
        records: Iterable[RegisterRecord],
        at: dt.datetime,
        expected: Mapping[str, int] | None = None,
    ) -> dict[str, int]:
        """Insert or replace records by id, all or none.

        Parameters
        ----------
        expected
            By id the version that is to be replaced, 0 = there is to be none; ids that are not
            in it are replaced whatever is there.

        Returns
        -------
        dict of str to int
            Versions that the records have now.

        Raises
        ------
        VersionConflict
            Another version is there; nothing was put.
        """
        texts: dict[str, str | None] = {r.id: record_text(r) for r in records}
        return self._change(register, texts, at, expected or {})

    def withdraw(
        self,
        register: RegisterName,
        ids: Iterable[str],
        at: dt.datetime,
        expected: Mapping[str, int] | None = None,
    ) -> None:
        """Let records be no more, also those that the package has; else as ``put``."""
        self._change(register, dict.fromkeys(ids), at, expected or {})

    def get(self, register: RegisterName, record_id: str) -> RegisterRow | None:
        """Record by id, a withdrawn one too; ``None`` = nothing was ever put or withdrawn."""
        row = self._bound.row(REGISTERS, *_of(register), REGISTERS.c.id == record_id)
        return None if row is None else _row(row)

    def page(
        self, register: RegisterName, after: str | None = None, limit: int = 50
    ) -> Page[RegisterRow]:
        """Records of a register, without withdrawn ones, in the order of their ids.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor of this list.
        """
        where = [*_of(register), REGISTERS.c.record.is_not(None)]
        if after is not None:
            where.append(REGISTERS.c.id > text_of(after))
        rows = self._bound.rows(
            REGISTERS, *where, order=(REGISTERS.c.id,), limit=check_limit(limit) + 1
        )
        return page_of(rows, limit, _row, lambda row: row.id)

    def count(self, register: RegisterName) -> int:
        """How many records there are, without withdrawn ones."""
        there = REGISTERS.c.record.is_not(None)
        return int(self._bound.scalar(REGISTERS, sa.func.count(), *_of(register), there))

    def ids(self, register: RegisterName) -> tuple[str, ...]:
        """Ids of the records, without withdrawn ones, in their order."""
        there = REGISTERS.c.record.is_not(None)
        key = (REGISTERS.c.id,)
        rows = self._bound.rows(REGISTERS, *_of(register), there, columns=key, order=key)
        return tuple(row.id for row in rows)

    def changed(self, register: RegisterName) -> frozenset[str]:
        """Ids that were ever put or withdrawn: of those the package's word does not count."""
        rows = self._bound.rows(REGISTERS, *_of(register), columns=(REGISTERS.c.id,))
        return frozenset(row.id for row in rows)

    def rows(self, register: RegisterName) -> tuple[RegisterRow, ...]:
        """All records of a register, withdrawn ones too, in the order of their ids."""
        rows = self._bound.rows(REGISTERS, *_of(register), order=(REGISTERS.c.id,))
        return tuple(map(_row, rows))

    def all(self, beneath: Registers = NO_REGISTERS) -> Registers:
        """All registers: those of a package with what was put over them and withdrawn."""
        return registers_of({name: self.all_of(name, beneath) for name in KINDS})

    def all_of(
        self, register: RegisterName, beneath: Registers = NO_REGISTERS
    ) -> tuple[RegisterRecord, ...]:
        """One register as ``all`` has it."""
        found = {record.id: record for record in records_of(beneath, register)}
        for row in self.rows(register):
            if row.record is None:
                found.pop(row.id, None)
            else:
                found[row.id] = row.record
        return tuple(found[record_id] for record_id in sorted(found))

    def _change(
        self,
        register: RegisterName,
        texts: Mapping[str, str | None],
        at: dt.datetime,
        expected: Mapping[str, int],
    ) -> dict[str, int]:
        self._bound.serialise([("register", register)])
        versions = self._versions(register, list(texts))
        for record_id, wanted in sorted(expected.items()):
            found = versions.get(record_id)
            if wanted != (found or 0):
                raise VersionConflict(wanted, found)
        now = {record_id: versions.get(record_id, 0) + 1 for record_id in texts}
        self._bound.put(
            REGISTERS,
            [
                {
                    "register": register.value,
                    "id": record_id,
                    "version": now[record_id],
                    "updated_at": at,
                    "record": text,
                }
                for record_id, text in sorted(texts.items())
            ],
        )
        return now

    def _versions(self, register: RegisterName, ids: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        columns = (REGISTERS.c.id, REGISTERS.c.version)
        for i in range(0, len(ids), IDS_MOST):
            where = (*_of(register), REGISTERS.c.id.in_(ids[i : i + IDS_MOST]))
            rows = self._bound.rows(REGISTERS, *where, columns=columns)
            found |= {row.id: row.version for row in rows}
        return found


def record_text(record: RegisterRecord) -> str:
    """JSON text of a record as it is kept."""
    return json.dumps(to_dict(record, digits=None), ensure_ascii=False)


def record_of(register: RegisterName, text: str) -> RegisterRecord:
    """Record of its JSON text."""
    found: RegisterRecord = record_from_dict(KINDS[register].record, json.loads(text))
    return found


def _of(register: RegisterName) -> tuple[sa.ColumnElement[bool]]:
    return (REGISTERS.c.register == register.value,)


def _row(row: Row) -> RegisterRow:
    register = RegisterName(row.register)
    record = None if row.record is None else record_of(register, row.record)
    return RegisterRow(register, row.id, row.version, row.updated_at, record)
