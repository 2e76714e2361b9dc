"""Registers come out of tables as they went in, and every fault has its place."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import (
    Activity,
    Educator,
    Form,
    Kind,
    Level,
    Mentor,
    MentorForm,
    Organisation,
    Position,
)
from engine.interchange import TABLES, DataPackage, read_package, write_package
from engine.interchange.elsewhere import Elsewhere
from engine.interchange.register_books import VIEW_HEADS, register_book
from engine.interchange.tables_registers import METHODIST_LEVELS
from engine.interchange.workbooks import NOTE_SHEETS
from engine.register_kinds import KINDS, RegisterName, records_of, registers_of
from engine.register_views import DeficitEntry, Event, MentorCard, Programme, events
from engine.registers import (
    Accompaniment,
    Community,
    Methodist,
    Period,
    Practice,
    Registers,
    Team,
)
from tests.engine.interchange.conftest import AS_OF, NODES, Import, places
from tests.engine.interchange.test_writing import lists, maybe_days, texts, words
from tests.engine.storage.repositories.test_registers import RICH

ORGANISATIONS = (Organisation("o-1", "Школа"), Organisation("o-2", "Гимназия"))
PEOPLE = (Educator("e-1", Position.TEACHER, organisation=ORGANISATIONS[0]),
          Educator("e-2", Position.HEAD))  # fmt: skip
REGISTERS = registers_of(
    {
        name: tuple(
            dataclasses.replace(r, competencies=("MET.01",)) if hasattr(r, "competencies") else r
            for r in records
        )
        for name, records in RICH.items()
    }
)
WHOLE = DataPackage(
    AS_OF,
    "Europe/Moscow",
    activities=(Activity("a-1", Kind.INTERNSHIP, "Стажировка", 12, Form.NON_FORMAL),),
    organisations=ORGANISATIONS,
    educators=PEOPLE,
    mentors=(Mentor("n-1", Position.TEACHER, consent=True, capacity=1),),
    registers=REGISTERS,
)
levels = st.sampled_from(Level)


def _ordered(days: tuple[dt.date | None, dt.date | None]) -> Period:
    since, until = days
    reversed_ = since is not None and until is not None and until < since
    return Period(until, since) if reversed_ else Period(since, until)


PEOPLE_CSV = "id,position\ne1,teacher\ne2,head\n"
MENTORS_CSV = "id,position,consent,capacity\nn1,teacher,да,2\n"


def test_a_package_with_registers_reads_back_equal(tmp_path: Path) -> None:
    """Every field of every register survives writing and reading."""
    write_package(WHOLE, tmp_path)
    assert read_package(tmp_path, known_nodes=NODES).accepted() == WHOLE


def test_a_workbook_of_registers_reads_back_equal(tmp_path: Path) -> None:
    """The export is taken by the import as it is, views beside the kept registers left alone."""
    views = {Event: events(WHOLE.activities, (), AS_OF.date())}
    path = tmp_path / "реестры.xlsx"
    path.write_bytes(register_book(REGISTERS, list(RegisterName), NODES, views))
    report = read_package(path, known_nodes=NODES, as_of=AS_OF, require_catalogue=False)
    assert report.accepted().registers == REGISTERS
    assert report.warnings == ()
    assert {n: c.taken for n, c in report.counts.items()} == dict.fromkeys(RegisterName, 1)
    sheets = openpyxl.load_workbook(path).sheetnames
    assert VIEW_HEADS[Event][0] in sheets
    assert sheets[:6] == [TABLES[name].title for name in RegisterName]


def test_people_read_the_words_of_the_forms() -> None:
    """Levels, forms and days stand in the book as people write them."""
    book = openpyxl.load_workbook(
        io.BytesIO(register_book(REGISTERS, list(RegisterName), NODES)), data_only=True
    )
    methodist = dict(zip(*(tuple(c.value for c in row) for row in book["Методисты"]), strict=True))
    assert (methodist["Уровень"], methodist["Методист с"]) == ("районный", "01.09.2025")
    pair = dict(zip(*(tuple(c.value for c in row) for row in book["Сопровождение"]), strict=True))
    assert pair["Форма"] == "равный равному"


def test_a_title_is_never_a_formula() -> None:
    """A title that begins with «=» is a text on every sheet."""
    team = Team("t", "o", title='=HYPERLINK("http://x")')
    event = Event("a", Kind.FORUM, "=1+1", None, Form.NON_FORMAL, 2.0, "@x", None, 0, None)
    content = register_book(Registers(teams=(team,)), [RegisterName.TEAMS], NODES, {Event: [event]})
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value]
    assert {c.value for c in cells} >= {team.title, "=1+1"}
    assert {c.data_type for c in cells} <= {"s", "n"}


def test_sheets_of_views_are_known_to_the_reader() -> None:
    """Every view has a sheet that an import leaves alone, and columns for fields that exist."""
    assert set(VIEW_HEADS) == {Programme, Event, MentorCard, DeficitEntry}
    for kind, (title, heads) in VIEW_HEADS.items():
        assert title.casefold() in NOTE_SHEETS
        assert len(title) <= 31
        assert {field for field, _, _ in heads} <= {f.name for f in dataclasses.fields(kind)}


def test_every_register_has_its_table_and_every_field_its_column() -> None:
    """A field that is added to a record is missed here until its table has a column."""
    for name, kind in KINDS.items():
        columns = {c.name for c in TABLES[name].columns}
        fields = {f.name for f in dataclasses.fields(kind.record)} - {kind.period}
        assert columns == fields | {"since", "until"}
        assert records_of(REGISTERS, name)


def test_registers_are_known_by_names_alone(importing: Import) -> None:
    """A list of schools is no list of sites, though it has all that sites demand."""
    report = importing({"что-то.csv": "id,title\no1,Школа\n", "educators.csv": PEOPLE_CSV})
    package = report.accepted()
    assert package.registers == Registers()
    assert [o.id for o in package.organisations] == ["o1"]


@pytest.mark.parametrize(
    ("table", "rows", "code", "row", "column"),
    [
        ("teams", "id,organisation_id,members\nt1,o1,e1;e9\n", "unknown_educator", 2, "members"),
        ("teams", "id,organisation_id,members\nt1,o1,e1;e2;e1\n", "member_twice", 2, "members"),
        ("teams", "id,organisation_id,members\nt1,,e1\n", "cell_empty", 2, "organisation_id"),
        ("teams", "id,organisation_id\nt1,o1\nt1,o2\n", "duplicate_id", 3, "id"),
        ("teams", "id,organisation_id,since,until\nt1,o1,2026-02-01,2026-01-31\n",
         "period_reversed", 2, "until"),
        ("methodists", "id,level,educators\nm1,районный,e9\n", "unknown_educator", 2, "educators"),
        ("methodists", "id,level\nm1,всероссийский\n", None, 2, "level"),
        ("internship_sites", "id,title,activities\ns1,Площадка,a1;a9\n", "unknown_activity", 2,
         "activities"),
        ("internship_sites", "id,title,competencies\ns1,Площадка,НЕТ\n", "unknown_node", 2,
         "competencies"),
        ("internship_sites", "id,title,places\ns1,Площадка,-1\n", "negative_capacity", 2,
         "places"),
        ("communities", "id,title,lead\nc1,Клуб,e9\n", "unknown_person", 2, "lead"),
        ("practices", "id,title,authors\np1,Практика,e9\n", "unknown_educator", 2, "authors"),
        ("accompaniments", "educator_id,form,by\ne9,peer,n1\n", "unknown_educator", 2,
         "educator_id"),
        ("accompaniments", "educator_id,form,by\ne1,tutor,n9\n", "unknown_person", 2, "by"),
        ("accompaniments", "educator_id,form,by\ne1,peer,e1\n", "accompanies_oneself", 2, "by"),
        ("accompaniments", "educator_id,form,by\ne1,team,k1\n", "unknown_team", 2,
         "educator_id"),
    ],
)  # fmt: skip
def test_every_fault_has_its_row_and_column(
    importing: Import, table: str, rows: str, code: str | None, row: int, column: str
) -> None:
    """One bad cell of a register refuses the package and is named with its file, row, column."""
    files: dict[str, object] = {
        "educators.csv": PEOPLE_CSV, "mentors.csv": MENTORS_CSV,
        "methodists.csv": "id,level\nm1,школьный\n", "communities.csv": "id,title\nc0,Клуб\n",
        "teams.csv": "id,organisation_id\nk0,o1\n",
    }  # fmt: skip
    report = importing({**files, f"{table}.csv": rows})
    assert report.package is None
    found = [(f.file, f.row, f.column) for f in report.faults if code in (None, f.code)]
    assert (f"{table}.csv", row, column) in found
    assert len(report.faults) == (1 if "k1" not in rows else 2)


def test_who_accompanies_may_be_mentor_methodist_or_peer(importing: Import) -> None:
    """Each of them is found in his table, a team among teams; nothing else is demanded."""
    rows = (
        "educator_id,form,by\ne1,mentor_young,n1\ne1,peer,e2\ne1,tutor,m1\ne1,mentor_young,m1\n"
        "k1,team,k2\n"
    )
    report = importing(
        {
            "educators.csv": PEOPLE_CSV, "mentors.csv": MENTORS_CSV, "accompaniments.csv": rows,
            "methodists.csv": "id,level\nm1,школьный\n",
            "teams.csv": "id,organisation_id\nk1,o1\nk2,o2\n",
        }
    )  # fmt: skip
    found = report.accepted().registers.accompaniments
    assert {(a.educator_id, a.form, a.by) for a in found} == {
        ("e1", MentorForm.MENTOR_YOUNG, "n1"), ("e1", MentorForm.PEER, "e2"),
        ("e1", MentorForm.TUTOR, "m1"), ("e1", MentorForm.MENTOR_YOUNG, "m1"),
        ("k1", MentorForm.TEAM, "k2"),
    }  # fmt: skip


def test_what_no_table_holds_is_not_looked_up(importing: Import) -> None:
    """A package of registers alone is taken: nobody knows its people to be missing."""
    rows = "educator_id,form,by\ne9,peer,n9\n"
    found = importing({"accompaniments.csv": rows, "communities.csv": "id,title,lead\nc,К,e9\n"})
    registers = found.accepted().registers
    assert [a.by for a in registers.accompaniments] == ["n9"]
    assert registers.communities == (Community("c", "К", lead="e9"),)


def test_elsewhere_counts_as_known(importing: Import) -> None:
    """Ids that the store has may be named by rows of a workbook, others may not."""
    known = Elsewhere(ids={"educators": ["e7"], "mentors": ["n7"], "teams": ["k7"]})
    rows = "educator_id,form,by\ne7,peer,n7\ne8,peer,n7\n"
    report = importing({"accompaniments.csv": rows}, elsewhere=known)
    assert places(report, "unknown_educator") == [("accompaniments.csv", 3, "educator_id")]


def test_an_accompaniment_without_an_id_has_one_that_stays(importing: Import) -> None:
    """The same row gives the same id in every import; another start is another record."""
    rows = "educator_id,form,by,since\ne1,peer,n1,2026-09-01\ne1,peer,n1,2025-09-01\n"
    ids = {
        a.id for a in importing({"accompaniments.csv": rows}).accepted().registers.accompaniments
    }
    again = importing({"accompaniments.csv": rows}).accepted().registers.accompaniments
    assert len(ids) == 2
    assert {a.id for a in again} == ids
    twice = importing({"accompaniments.csv": rows + rows.splitlines()[1] + "\n"})
    assert len(twice.accepted().registers.accompaniments) == 2
    assert places(twice, "duplicate_row") == [("accompaniments.csv", 4, None)]


def test_records_stand_in_the_order_of_their_ids(importing: Import) -> None:
    """Whatever the order of the file, registers are sorted by id."""
    report = importing({"teams.csv": "id,organisation_id\nб,o\nZ,o\nа,o\n"})
    assert [t.id for t in report.accepted().registers.teams] == ["Z", "а", "б"]


ids = st.text(st.characters(codec="utf-8", categories=("Ll", "Lu")), min_size=1, max_size=8)
spans = st.tuples(maybe_days, maybe_days).map(_ordered)


@st.composite
def any_registers(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Registers:
    names = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    people = st.lists(st.sampled_from(["e-1", "e-2"]), unique=True).map(tuple)
    nodes = st.lists(st.sampled_from(sorted(NODES)), unique=True, max_size=2).map(tuple)
    return Registers(
        methodists=tuple(
            Methodist(i, draw(st.sampled_from(METHODIST_LEVELS)), district=draw(texts),
                      subjects=draw(lists), educators=draw(people), in_post=draw(spans))
            for i in sorted(names)
        ),
        teams=tuple(Team(i, "o-1", draw(texts), draw(people), draw(spans)) for i in sorted(names)),
        practices=tuple(
            Practice(i, draw(words), draw(texts), draw(people), level=draw(st.none() | levels),
                     subjects=draw(lists), competencies=draw(nodes), link=draw(texts),
                     in_bank=draw(spans))
            for i in sorted(names)
        ),
    )  # fmt: skip


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(any_registers())
def test_whatever_the_texts_registers_come_back_by_both_ways(registers: Registers) -> None:
    """A package of tables and a workbook of forms both read back equal, odd texts included."""
    package = dataclasses.replace(WHOLE, registers=registers)
    with tempfile.TemporaryDirectory() as folder:
        write_package(package, Path(folder) / "tables")
        back = read_package(Path(folder) / "tables", known_nodes=NODES).accepted()
        assert back.registers == registers
        path = Path(folder) / "книга.xlsx"
        path.write_bytes(register_book(registers, list(RegisterName), NODES))
        report = read_package(path, known_nodes=NODES, as_of=AS_OF, require_catalogue=False)
        assert report.accepted().registers == registers


@pytest.mark.parametrize(
    ("period", "day", "holds"),
    [
        (Period(), dt.date(2026, 1, 1), True),
        (Period(dt.date(2026, 1, 1), dt.date(2026, 1, 1)), dt.date(2026, 1, 1), True),
        (Period(dt.date(2026, 1, 2)), dt.date(2026, 1, 1), False),
        (Period(None, dt.date(2025, 12, 31)), dt.date(2026, 1, 1), False),
    ],
)
def test_both_days_of_a_period_belong_to_it(period: Period, day: dt.date, holds: bool) -> None:
    """A day is in a period from its first to its last day; an open side ends never."""
    assert period.holds_on(day) is holds
    assert period.meets(day, day) is holds
    assert Accompaniment("x", "e", MentorForm.PEER, "n", period).during.holds_on(day) is holds
