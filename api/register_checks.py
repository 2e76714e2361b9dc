"""Checks of register records that come over HTTP: those of a data package, with pointers."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from api.names import looks_like_name
from api.record_checks import Found, Rows, fault, repeated
from engine.interchange import DataPackage
from engine.interchange.checks import Nodes, check_nodes, check_references
from engine.interchange.checks_registers import check_registers
from engine.interchange.faults import FaultLog, Place
from engine.interchange.records import Record, Records
from engine.interchange.registers import register_row
from engine.interchange.schema import TABLES
from engine.recommendation_json import record_from_dict
from engine.register_kinds import KINDS, RegisterName, RegisterRecord, records_of
from engine.storage import Repositories

_DAYS = ("since", "until")


@dataclass(frozen=True, slots=True)
class CheckedRecords:
    """Records as they are to be kept, and what was found of them."""

    records: tuple[RegisterRecord, ...]
    found: Found


def register_record(name: RegisterName, body: BaseModel) -> RegisterRecord:
    """Record of a body of the right shape."""
    record: RegisterRecord = record_from_dict(KINDS[name].record, body.model_dump(mode="json"))
    return record


def check_register_rows(
    name: RegisterName,
    rows: Rows,
    known_nodes: Mapping[str, str],
    known: Mapping[str, Collection[str]],
) -> CheckedRecords:
    """Check records of one register.

    Parameters
    ----------
    known_nodes
        Framework nodes, code → title; a title that was sent in the place of a code becomes one.
    known
        Ids by table that records may name.
    """
    given = [register_record(name, body) for body in rows.bodies]
    table = TABLES[name]
    records = Records(
        table,
        [
            Record(table, Place(None, number), register_row(name, record))
            for number, record in enumerate(given)
        ],
    )
    log = FaultLog(max(1, len(given) * len(table.columns) * 100))
    check_nodes([records], Nodes(known_nodes), log)
    # the call's own rows count as there, so that records may name one another
    others = {table: ids for table, ids in known.items() if table != name}
    beside = {**others, name: known.get(name, ())}
    check_references({name: records}, log, beside)
    check_registers({name: records}, log, beside)
    found = Found([], [])
    found.add(log, rows.pointer)
    _into_periods(found, KINDS[name].period)
    ids = [record.id for record in given]
    found.errors += repeated(rows, ids)
    found.errors += [
        fault("educator_id_is_a_name", f"{rows.pointer(number)}/id")
        for number, record_id in enumerate(ids)
        if KINDS[name].person_is_record and looks_like_name(record_id)
    ]
    return CheckedRecords(tuple(map(_with_nodes, given, records)), found)


def _with_nodes(record: RegisterRecord, row: Record) -> RegisterRecord:
    """The record with framework nodes by their codes, however they were written."""
    codes = row["competencies"]
    if codes is None:
        return record
    return dataclasses.replace(record, competencies=codes)


def _into_periods(found: Found, period: str) -> None:
    """The two days of a record are members of its period."""
    for faults in (found.errors, found.warnings):
        for place, one in enumerate(faults):
            row, _, column = one.pointer.rpartition("/")
            if column in _DAYS:
                faults[place] = dataclasses.replace(one, pointer=f"{row}/{period}/{column}")


def known_ids(kept: Repositories, package: DataPackage) -> dict[str, Sequence[str]]:
    """Ids of a tenant that records of registers may name, by table; organisations are free."""
    educators = (*(e.id for e in package.educators), *kept.educators.ids())
    return {
        "activities": [a.id for a in package.activities],
        "mentors": [m.id for m in package.mentors],
        "educators": list(dict.fromkeys(educators)),
        **{
            name: register_ids(kept, package, name)
            for name in (RegisterName.METHODISTS, RegisterName.TEAMS)
        },
    }


def register_ids(kept: Repositories, package: DataPackage, name: RegisterName) -> list[str]:
    """Ids of a register as the tenant has it."""
    changed = kept.registers.changed(name)
    beneath = [r.id for r in records_of(package.registers, name) if r.id not in changed]
    return [*beneath, *kept.registers.ids(name)]
