"""Assignments at the terminal, from a package on disk and back into one."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from engine.cli.app import run
from engine.domain import (
    DiagnosticResult,
    Educator,
    Level,
    Mentor,
    MentorForm,
    Method,
    Organisation,
    Position,
)
from engine.framework import load_framework
from engine.interchange import DataPackage, nodes_of, read_package, write_package
from engine.registers import Accompaniment, Methodist, Period, Registers, Team

MOMENT = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))
NORTH, SOUTH = Organisation("n1", "Школа № 1", "Северный"), Organisation("s1", "Школа № 2", "Южный")


def scored(score: float, node: str = "MET.ASM") -> DiagnosticResult:
    return DiagnosticResult("entry", dt.date(2026, 5, 20), Method.TEST, node, score, 30, 30)


def young(name: str, school: Organisation = NORTH) -> Educator:
    return Educator(
        name,
        Position.TEACHER,
        ("математика",),
        organisation=school,
        born_on=dt.date(2001, 3, 4),
        pedagogical_start=dt.date(2025, 9, 1),
        post_start=dt.date(2020, 9, 1),
    )


def experienced(name: str, school: Organisation = NORTH) -> Educator:
    return Educator(
        name,
        Position.TEACHER,
        ("математика",),
        organisation=school,
        born_on=dt.date(1980, 3, 4),
        pedagogical_start=dt.date(2002, 9, 1),
        post_start=dt.date(2010, 9, 1),
    )


def trained(name: str, capacity: int, form: MentorForm = MentorForm.MENTOR_YOUNG) -> Mentor:
    return Mentor(
        name,
        Position.TEACHER,
        ("математика",),
        organisation_id="n1",
        district="Северный",
        forms=(form,),
        consent=True,
        capacity=capacity,
        competencies=("MET.ASM",),
        trained_until=dt.date(2027, 5, 31),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four young teachers and three mentors' places; two strong and two weak colleagues."""
    people = (
        *(young(f"Y{i}") for i in range(4)),
        experienced("strong"),
        experienced("weak"),
        Educator("undated", Position.TEACHER, ("математика",), organisation=SOUTH),
    )
    package = DataPackage(
        as_of=MOMENT,
        time_zone="Europe/Moscow",
        organisations=(NORTH, SOUTH),
        educators=people,
        mentors=(trained("M1", 1), trained("M2", 2)),
        diagnostics={"strong": (scored(29),), "weak": (scored(5),), "Y0": (scored(3),)},
        registers=Registers(
            methodists=(Methodist("MT", Level.DISTRICT, district="Северный"),),
            teams=(
                Team("T1", "n1", members=("weak",)),
                Team("T2", "s1", members=("strong",)),
            ),
        ),
        policy="spb",
        name="assign",
    )
    write_package(package, tmp_path / "data")
    return tmp_path / "data"


def read(folder: Path) -> DataPackage:
    nodes = nodes_of(load_framework())
    return read_package(folder, known_nodes=nodes, require_catalogue=False).accepted()


def pairs_of(said: str) -> dict[str, str]:
    return {p["educator_id"]: p["carer_id"] for p in json.loads(said)["assignment"]["pairs"]}


def test_the_page_tells_who_goes_without_and_why(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Totals, the proof, loads, pairs, the bottleneck with its numbers, and missing dates."""
    assert run(["assign", str(folder), "--form", "mentor_young"]) == 0
    said = capsys.readouterr().out
    text = " ".join(said.split())
    assert text.startswith("Закрепление: наставник молодого специалиста на 31 августа 2026")
    assert "Закреплено 3 из 4; из тех, кому это положено по политике: 3 из 4." in text
    assert "Доказано: больше людей закрепить нельзя" in text
    assert "людей 4, подходят им только M1, M2; мест у них 3, без сопровождения останутся 1" in text
    assert "M1: ещё одно место — ещё один из тех, кому это положено" in text
    assert "undated: не указана дата" in text


def test_english_and_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The language words the page; JSON carries codes, and both tell of the same pairs."""
    assert run(["assign", "--package", str(folder), "--language", "en"]) == 0
    assert "Assigned 3 of 4; of those to whom the policy owes it: 3 of 4." in " ".join(
        capsys.readouterr().out.split()
    )
    assert run(["assign", str(folder), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)["assignment"]
    assert (body["certificate"]["served"], body["certificate"]["gap"]) == (3, 0)
    (left,) = body["unserved"]
    assert (left["code"], left["bottleneck"], left["admitted"]) == ("assignment_places_gone", 0, 2)


def test_new_pairs_come_back_by_an_import(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table written beside the package is read with it; asked again, the pairs stand."""
    out = tmp_path / "out" / "accompaniments.csv"
    days = ["--since", "2026-08-31", "--until", "2027-05-31"]
    assert run(["assign", str(folder), "--out", str(out), *days, "--json"]) == 0
    first = pairs_of(capsys.readouterr().out)
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["educator_id"]: row["by"] for row in rows} == first
    assert {(row["since"], row["until"]) for row in rows} == {("2026-08-31", "2027-05-31")}
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    shutil.copy(out, again / out.name)
    manifest = json.loads((again / "datapackage.json").read_text(encoding="utf-8"))
    manifest["resources"].append({"name": "accompaniments", "path": out.name})
    (again / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    package = read(again)
    assert {a.educator_id: a.by for a in package.registers.accompaniments} == first
    assert run(["assign", str(again), "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["assignment"]
    assert {p["educator_id"] for p in kept["pairs"] if p["present"]} == set(first)


def test_the_whole_answer_as_a_file(folder: Path, tmp_path: Path) -> None:
    """The JSON file is what ``--json`` prints."""
    out = tmp_path / "answer.json"
    assert run(["assign", str(folder), "--out", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["assignment"]["policy"] == "spb"


def test_pairs_teams_and_tutors(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each form has its page: who gives what, which team which, whose methodist."""
    assert run(["assign", str(folder), "--form", "peer"]) == 0
    said = capsys.readouterr().out
    assert "Горизонтальные пары" in said
    # The lower score has the larger deficit, so that is who learns from the strong one.
    assert ["Y0", "strong"] in [line.split()[:2] for line in said.splitlines()]
    assert run(["assign", str(folder), "--form", "team", "--json"]) == 0
    assert pairs_of(capsys.readouterr().out) == {"T1": "T2"}
    assert run(["assign", str(folder), "--form", "tutor", "--json", "--most", "4"]) == 0
    body = json.loads(capsys.readouterr().out)["assignment"]
    assert [(x["carer_id"], x["capacity"], x["given"]) for x in body["loads"]] == [("MT", 4, 4)]
    refusals = {u["educator_id"]: u["refusals"] for u in body["unserved"]}
    assert refusals["undated"] == {"tutor_other_territory": 1}


def test_wishes_from_a_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table of wishes, with a semicolon or a comma; vetoes hold."""
    for separator in ",;":
        path = tmp_path / "wishes.csv"
        rows = [("educator_id", "by", "wish"), ("Y0", "M1", "отказ"), ("Y0", "M2", "veto")]
        path.write_text("\n".join(separator.join(row) for row in rows), encoding="utf-8-sig")
        assert run(["assign", str(folder), "--wishes", str(path), "--json"]) == 0
        found = pairs_of(capsys.readouterr().out)
        assert set(found) == {"Y1", "Y2", "Y3"}


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("educator_id,wish\nY0,veto\n", "wishes_columns", "wishes.csv"),
        ("educator_id,by,wish\nY0,M1,veto\nY1,M1,maybe\n", "wish_unknown", "строка 3"),
        ("educator_id,by,wish\n,M1,veto\n", "wish_unknown", "строка 2"),
    ],
)
def test_faults_of_wishes_are_named(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    code: str,
    place: str,
) -> None:
    """Exit code 3, the code of the fault and the row on stderr."""
    path = tmp_path / "wishes.csv"
    path.write_text(text, encoding="utf-8")
    assert run(["assign", str(folder), "--wishes", str(path)]) == 3
    said = capsys.readouterr().err
    assert code in said
    assert place in said


def test_a_record_of_the_register_keeps_a_pair(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a price of changes the pair of the register may move, without one it stands."""
    package = read(folder)
    record = Accompaniment(
        "a1", "Y3", MentorForm.MENTOR_YOUNG, "M1", Period(dt.date(2026, 1, 1), None)
    )
    registers = Registers(accompaniments=(record,))
    write_package(dataclasses.replace(package, registers=registers), folder)
    assert run(["assign", str(folder), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)["assignment"]
    kept = next(p for p in body["pairs"] if p["educator_id"] == "Y3")
    assert (kept["present"], kept["fit"], body["certificate"]["people"]) == (True, None, 3)
    assert run(["assign", str(folder), "--json", "--change", "1"]) == 0
    body = json.loads(capsys.readouterr().out)["assignment"]
    assert body["certificate"]["people"] == 4
    assert body["certificate"]["served"] == 4
