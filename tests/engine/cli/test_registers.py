"""``routes registers``: what is shown and exported of a package."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from engine.cli.app import run
from engine.cli.inputs import demo_package
from engine.interchange import nodes_of, read_package, write_package
from engine.interchange.register_books import VIEW_HEADS
from engine.register_kinds import RegisterName, records_of

VIEWS = {"programmes", "events", "mentors", "deficits"}


def test_counts_are_those_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """Every register once; programmes and events together are the catalogue."""
    assert run(["registers", "show", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    package, _ = demo_package()
    assert set(counts) == {*(n.value for n in RegisterName), *VIEWS}
    for name in RegisterName:
        assert counts[name] == len(records_of(package.registers, name)) > 0
    assert counts["programmes"] + counts["events"] == len(package.activities)
    assert counts["mentors"] == len(package.mentors)


def test_a_register_is_shown_for_people_and_for_programs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A line and a JSON object for each record, in the order of ids."""
    assert run(["registers", "show", "accompaniments"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" · ")[0] for line in lines] == ["sop-01", "sop-02", "sop-03", "sop-04"]
    assert run(["registers", "show", "accompaniments", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert records[3] == {
        "id": "sop-04", "educator_id": "team-7", "form": "team", "by": "team-2",
        "during": {"since": "2026-08-20", "until": None},
    }  # fmt: skip


def test_the_day_decides_who_stands_in_the_federal_register(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A programme whose last day has passed is no longer in the register."""
    found: list[dict[str, object]] = []
    for moment in ("2026-08-31T09:00:00+03:00", "2040-01-01T00:00:00+03:00"):
        assert run(["registers", "show", "programmes", "--as-of", moment, "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)
        found.append({r["id"]: r["in_register"] for r in rows})
    now, later = found
    assert True in now.values()
    assert True not in later.values()
    assert [i for i, r in now.items() if r is None] == [i for i, r in later.items() if r is None]


def test_protection_withholds_small_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Fourteen people of the demo: exact numbers for their methodist, none for publishing."""
    sums = []
    for options in ([], ["--protected"]):
        assert run(["registers", "show", "deficits", "--json", *options]) == 0
        rows = json.loads(capsys.readouterr().out)
        levels = [r[n] for r in rows for n in ("high", "medium", "minimal")]
        sums.append([n for n in levels if n is not None and 0 < n < 5])
    assert sums[0]
    assert sums[1] == []


def test_one_book_of_all_registers_reads_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sheets of the kept registers are the package's registers again; the bytes repeat."""
    paths = tmp_path / "а" / "книга.xlsx", tmp_path / "ещё.xlsx"
    for path in paths:
        assert run(["registers", "export", "--out", str(path)]) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    package, framework = demo_package()
    back = read_package(
        paths[0], known_nodes=nodes_of(framework), as_of=package.as_of, require_catalogue=False
    )
    assert back.accepted().registers == package.registers
    sheets = openpyxl.load_workbook(paths[0], read_only=True).sheetnames
    assert {title for title, _ in VIEW_HEADS.values()} < set(sheets)


def test_a_folder_gets_a_book_for_each_register(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only those that were asked for; another kind of file is refused."""
    out = tmp_path / "реестры"
    asked = ("--register", "teams", "--register", "mentors")
    assert run(["registers", "export", "--out", str(out), *asked]) == 0
    assert sorted(p.name for p in out.iterdir()) == [
        "Наставники на день.xlsx", "Управленческие команды.xlsx",
    ]  # fmt: skip
    capsys.readouterr()
    assert run(["registers", "export", "--out", str(tmp_path / "x.docx")]) == 2
    assert ".xlsx" in capsys.readouterr().err


def test_a_package_of_ones_own_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--package`` takes a folder, and its faults are named with exit code 3."""
    package, _ = demo_package()
    write_package(package, tmp_path / "свой")
    assert run(["registers", "show", "teams", "--package", str(tmp_path / "свой")]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("team-2 · Команда гимназии")
    path = tmp_path / "свой" / "teams.csv"
    path.write_text(path.read_text().replace("E04", "E99"))
    assert run(["registers", "show", "--package", str(tmp_path / "свой")]) == 3
    assert "[unknown_educator]" in capsys.readouterr().err
