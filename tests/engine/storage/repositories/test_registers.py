"""Records of registers are kept with versions, over those of a package."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

import pytest

from engine.domain import Level, MentorForm, Stage
from engine.register_kinds import KINDS, RegisterName, RegisterRecord, records_of, registers_of
from engine.registers import (
    Accompaniment,
    Community,
    InternshipSite,
    Methodist,
    Period,
    Practice,
    Registers,
    Team,
)
from engine.storage import CursorRefused, Store, VersionConflict
from tests.engine.storage.facts import AT, TENANT, after

SPAN = Period(dt.date(2025, 9, 1), dt.date(2026, 8, 31))
RICH: dict[RegisterName, tuple[RegisterRecord, ...]] = {
    RegisterName.METHODISTS: (
        Methodist(
            "m-1", Level.DISTRICT, "o-1", "Невский", ("физика",), ("e-1",), ("o-2",),
            dt.date(2027, 1, 1), SPAN,
        ),
    ),
    RegisterName.TEAMS: (Team("t-1", "o-1", "Команда", ("e-1", "e-2"), SPAN),),
    RegisterName.SITES: (
        InternshipSite(
            "s-1", "Площадка", "o-1", "Невский", Level.REGIONAL, ("физика",), (Stage.BASIC,),
            ("MET.ASM",), ("a-1",), 6, SPAN,
        ),
    ),
    RegisterName.COMMUNITIES: (
        Community(
            "c-1", "Объединение", Level.MUNICIPAL, "o-1", "Невский", ("физика",), (Stage.BASIC,),
            ("MET.ASM",), "e-1", ("e-2",), SPAN,
        ),
    ),
    RegisterName.PRACTICES: (
        Practice(
            "p-1", "Практика", "Суть", ("e-1",), "o-1", "Невский", Level.SCHOOL, ("физика",),
            (Stage.BASIC,), ("MET.ASM",), "https://example.org", SPAN,
        ),
    ),
    RegisterName.ACCOMPANIMENTS: (Accompaniment("x-1", "e-1", MentorForm.PEER, "e-2", SPAN),),
}  # fmt: skip
"""A record of each register with every field at another value than its default."""

TEAMS = RegisterName.TEAMS


def test_the_rich_records_leave_no_field_out() -> None:
    """A field that is kept nowhere would be seen: none of them has its default."""
    for records in RICH.values():
        for field in fields(records[0]):
            assert getattr(records[0], field.name) != field.default, field.name


@pytest.mark.parametrize("name", list(RegisterName))
def test_every_field_comes_back(store: Store, name: RegisterName) -> None:
    """What is put is read equal, by id, in the list and among all registers."""
    with store.writing(TENANT) as kept:
        assert kept.registers.put(name, RICH[name], AT) == {RICH[name][0].id: 1}
    with store.reading(TENANT) as kept:
        row = kept.registers.get(name, RICH[name][0].id)
        assert row is not None
        assert (row.record, row.version, row.updated_at) == (RICH[name][0], 1, AT)
        assert kept.registers.page(name).items == kept.registers.rows(name) == (row,)
        assert kept.registers.all() == registers_of({name: RICH[name]})
    with store.reading("other") as kept:
        assert kept.registers.get(name, RICH[name][0].id) is None
        assert kept.registers.all() == Registers()


def teams(*ids: str) -> list[Team]:
    return [Team(i, "o-1") for i in ids]


def test_versions_grow_and_an_edit_of_an_old_one_is_refused(store: Store) -> None:
    """Each put counts up; with the wrong version expected nothing of the call is kept."""
    with store.writing(TENANT) as kept:
        kept.registers.put(TEAMS, teams("a", "b"), AT)
        assert kept.registers.put(TEAMS, [Team("a", "o-2")], after(days=1), {"a": 1}) == {"a": 2}
    with store.writing(TENANT) as kept, pytest.raises(VersionConflict):
        kept.registers.put(TEAMS, teams("b", "c"), AT, {"b": 1, "c": 1})
    with store.reading(TENANT) as kept:
        versions = {r.id: r.version for r in kept.registers.rows(TEAMS)}
    assert versions == {"a": 2, "b": 1}


def test_the_same_id_in_two_registers_is_two_records(store: Store) -> None:
    """Registers do not share ids."""
    with store.writing(TENANT) as kept:
        kept.registers.put(TEAMS, teams("x"), AT)
        kept.registers.put(RegisterName.SITES, [InternshipSite("x", "Площадка")], AT)
        kept.registers.withdraw(RegisterName.SITES, ["x"], AT)
    with store.reading(TENANT) as kept:
        assert [t.id for t in kept.registers.all().teams] == ["x"]
        assert kept.registers.all().sites == ()


def test_pages_leave_out_what_was_withdrawn(store: Store) -> None:
    """In the order of ids as bytes, part by part; a withdrawn one is counted nowhere."""
    ids = ["B", "a", "б", "Я"]
    with store.writing(TENANT) as kept:
        kept.registers.put(TEAMS, teams(*ids, "z"), AT)
        kept.registers.withdraw(TEAMS, ["z", "never-there"], AT)
    found: list[str] = []
    cursor: str | None = None
    with store.reading(TENANT) as kept:
        while True:
            page = kept.registers.page(TEAMS, cursor, 3)
            found += [row.id for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert found == sorted(ids)
        assert kept.registers.count(TEAMS) == 4
        assert kept.registers.changed(TEAMS) == {*ids, "z", "never-there"}
        with pytest.raises(CursorRefused):
            kept.registers.page(TEAMS, "no cursor")


def test_what_was_put_stands_over_the_package(store: Store) -> None:
    """Replaced, withdrawn and added records of one register; the others stay the package's."""
    beneath = registers_of({**RICH, TEAMS: teams("a", "b", "c")})
    with store.writing(TENANT) as kept:
        kept.registers.put(TEAMS, [Team("b", "o-9"), Team("d", "o-1")], AT)
        kept.registers.withdraw(TEAMS, ["c"], AT)
    with store.reading(TENANT) as kept:
        found = kept.registers.all(beneath)
    assert [(t.id, t.organisation_id) for t in found.teams] == [
        ("a", "o-1"), ("b", "o-9"), ("d", "o-1"),
    ]  # fmt: skip
    for name in set(KINDS) - {TEAMS}:
        assert records_of(found, name) == RICH[name]


@pytest.mark.slow
def test_more_records_than_a_statement_has_parameters(store: Store) -> None:
    """An import of thousands is one call, and putting it again counts every version up."""
    many = [Accompaniment(f"x-{i:05}", "e", MentorForm.PEER, "f") for i in range(2_500)]
    name = RegisterName.ACCOMPANIMENTS
    with store.writing(TENANT) as kept:
        kept.registers.put(name, many, AT)
        assert set(kept.registers.put(name, many, AT).values()) == {2}
        assert kept.registers.count(name) == 2_500
