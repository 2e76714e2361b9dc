"""The list of kept registers is whole: whoever goes by it forgets nothing."""

from __future__ import annotations

from dataclasses import fields

from engine.interchange import TABLES
from engine.register_kinds import KINDS, RegisterName, records_of, registers_of
from engine.registers import Period, Practice, Registers, Team


def test_every_field_of_the_registers_is_a_kind() -> None:
    """A register that is added to the record must be added to the list, and the other way round."""
    assert [kind.attribute for kind in KINDS.values()] == [f.name for f in fields(Registers)]
    assert list(KINDS) == list(RegisterName)
    for name, kind in KINDS.items():
        assert kind.name is name
        assert kind.period in {f.name for f in fields(kind.record) if f.type == "Period"}


def test_every_place_where_a_person_stands_is_known() -> None:
    """Erasure goes by these fields: all columns that name people are among them, and exist."""
    alone = {("communities", "lead"), ("accompaniments", "educator_id"), ("accompaniments", "by")}
    for name, kind in KINDS.items():
        named = {c.name for c in TABLES[name].columns if c.references == "educators"}
        assert named | {c for t, c in alone if t == name} == {*kind.persons, *kind.person_lists}
        assert {*kind.persons, *kind.person_lists} <= {f.name for f in fields(kind.record)}


def test_records_are_sorted_and_come_back() -> None:
    """Registers are in the order of ids; what is not given is empty."""
    teams = [Team("б", "o"), Team("a", "o", exists=Period())]
    found = registers_of({RegisterName.TEAMS: teams})
    assert records_of(found, RegisterName.TEAMS) == (teams[1], teams[0])
    assert registers_of({}) == Registers()
    assert registers_of({RegisterName.PRACTICES: [Practice("p", "П")]}).practices[0].id == "p"
