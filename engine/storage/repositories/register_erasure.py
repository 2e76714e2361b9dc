"""Taking a person out of the registers.

His own card and the records of who accompanied him are deleted, in lists he is struck out, a
community that he led has no lead. Whom *he* accompanied was accompanied all the same, and
indicators count it: such a record stays, under a random id and with a random companion, for the
source's id may be made of his. So may that of a deleted one, and the audit loses both.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import secrets
from typing import Any

from engine.register_kinds import KINDS, RegisterName, RegisterRecord
from engine.registers import Accompaniment, Community
from engine.storage.bound import Bound, Row
from engine.storage.repositories.registers import record_of, record_text
from engine.storage.tables import AUDIT, REGISTERS

_ACCOMPANIMENT = "accompaniment"
"""What the audit calls a record of accompaniments; other records keep their ids."""


def erase_from_registers(bound: Bound, person: str, at: dt.datetime) -> int:
    """Take a person out of every register of a tenant, within a transaction.

    Returns
    -------
    int
        How many records named him.
    """
    nobody = f"erased-{secrets.token_hex(16)}"
    found = 0
    for name, kind in KINDS.items():
        mine = REGISTERS.c.register == name.value
        if kind.person_is_record:
            found += bound.delete(REGISTERS, mine, REGISTERS.c.id == person)
        if not (kind.persons or kind.person_lists):
            continue
        said = json.dumps(person, ensure_ascii=False)
        rows = bound.rows(
            REGISTERS,
            mine,
            REGISTERS.c.record.is_not(None),
            bound.holds_text(REGISTERS.c.record, said),
            order=(REGISTERS.c.id,),
            lock=True,
        )
        for number, row in enumerate(rows):
            found += _erase(bound, name, row, person, f"{nobody}-{number}", at)
    return found


def _erase(
    bound: Bound, name: RegisterName, row: Row, person: str, nobody: str, at: dt.datetime
) -> bool:
    """Take a person out of one record; whether it named him."""
    record = record_of(name, row.record)
    left = _without(record, person, nobody)
    if left == record:
        return False  # the text was found in a title or a summary
    mine = (REGISTERS.c.register == name.value, REGISTERS.c.id == row.id)
    if left is None or left.id != row.id:
        told = (AUDIT.c.object_kind == _ACCOMPANIMENT, AUDIT.c.object_id == row.id)
        bound.update(AUDIT, {"object_id": nobody}, *told)
    if left is None:
        bound.delete(REGISTERS, *mine)
        return True
    changed = {"id": left.id, "record": record_text(left), "version": row.version + 1}
    bound.update(REGISTERS, {**changed, "updated_at": at}, *mine)
    return True


def _without(record: RegisterRecord, person: str, nobody: str) -> RegisterRecord | None:
    """The record as it is without a person; ``None`` = it is to go."""
    if isinstance(record, Accompaniment):
        if record.educator_id == person:
            return None
        return dataclasses.replace(record, id=nobody, by=nobody) if record.by == person else record
    if isinstance(record, Community) and record.lead == person:
        record = dataclasses.replace(record, lead=None)
    changes: dict[str, Any] = {
        field: tuple(i for i in getattr(record, field) if i != person)
        for field in KINDS[_name_of(record)].person_lists
    }
    return dataclasses.replace(record, **changes)


def _name_of(record: RegisterRecord) -> RegisterName:
    return next(name for name, kind in KINDS.items() if isinstance(record, kind.record))
