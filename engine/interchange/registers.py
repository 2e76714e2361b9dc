"""Registers: checked records → values, and values → rows of their tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any

from engine.domain import Level, MentorForm, Stage
from engine.interchange.derive import stable_hash
from engine.interchange.records import Record, Records
from engine.register_kinds import (
    KINDS,
    RegisterKind,
    RegisterName,
    RegisterRecord,
    records_of,
    registers_of,
)
from engine.registers import Period, Registers

PERIOD = ("since", "until")
"""Columns of a record's period."""

_READ: Mapping[str, type[Enum]] = {"level": Level, "form": MentorForm, "stages": Stage}
"""Columns of controlled lists, single or many."""


def build_registers(tables: Mapping[str, Records]) -> Registers:
    """Registers of checked tables, each in the order of its ids; an absent table is empty."""
    return registers_of(
        {
            name: [_record(kind, record) for record in tables.get(name, ())]
            for name, kind in KINDS.items()
        }
    )


def register_rows(registers: Registers, name: RegisterName) -> list[Mapping[str, object]]:
    """Rows of one register's table, by column."""
    return [register_row(name, record) for record in records_of(registers, name)]


def register_row(name: RegisterName, record: RegisterRecord) -> dict[str, object]:
    """Row of one record, by column: the two days of its period stand apart."""
    field = KINDS[name].period
    row = {f.name: getattr(record, f.name) for f in dataclasses.fields(record) if f.name != field}
    period: Period = getattr(record, field)
    return {**row, "since": period.since, "until": period.until}


def name_accompaniments(accompaniments: Records) -> None:
    """Give records without an id one that follows from what they say."""
    for record in accompaniments:
        if record["id"] is None:
            record.values["id"] = _accompaniment_id(record)


def _accompaniment_id(record: Record) -> str:
    parts = (record["educator_id"], record["form"], record["by"], record["since"] or "")
    return f"accompaniment-{stable_hash(*parts)}"


def _record(kind: RegisterKind, record: Record) -> RegisterRecord:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind.record):
        if field.name == kind.period:
            values[field.name] = Period(record["since"], record["until"])
        elif record[field.name] is not None:
            values[field.name] = _value(field.name, record[field.name])
    return kind.record(**values)


def _value(column: str, value: Any) -> Any:
    words = _READ.get(column)
    if words is None:
        return value
    return tuple(map(words, value)) if isinstance(value, tuple) else words(value)
