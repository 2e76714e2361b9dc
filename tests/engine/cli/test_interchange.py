"""``routes framework`` and ``routes xapi``: from file to file."""

from __future__ import annotations

import json
from pathlib import Path

import icalendar
import pytest

from engine.cli.app import run
from engine.framework import load_framework
from engine.resources import data_root

STATEMENT = {
    "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee",
    "actor": {"account": {"homePage": "https://lms.example", "name": "e-2"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "https://lms.example/courses/a-1"},
    "result": {"score": {"scaled": 0.75}},
    "timestamp": "2026-09-01T22:30:00Z",
}


def test_a_framework_goes_out_and_comes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Export, check and import: the framework that is loaded afterwards has the same digest."""
    package, folder = tmp_path / "case.json", tmp_path / "again"
    assert run(["framework", "export", "--out", str(package)]) == 0
    assert run(["framework", "check", str(package), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digest"] == load_framework().digest
    assert run(["framework", "import", str(package), "--out", str(folder)]) == 0
    assert load_framework("again", tmp_path).digest == load_framework().digest
    again = tmp_path / "again.json"
    assert run(["framework", "export", str(folder), "--out", str(again)]) == 0
    assert again.read_bytes() == package.read_bytes()


def test_a_wrong_package_is_named_and_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3, the fault with its pointer on stderr, no folder."""
    package = tmp_path / "case.json"
    package.write_text('{"CFDocument": {}}')
    assert run(["framework", "import", str(package), "--out", str(tmp_path / "f")]) == 3
    assert "case_missing_property" in capsys.readouterr().err
    assert not (tmp_path / "f").exists()


def test_statements_become_a_table_of_outcomes(tmp_path: Path) -> None:
    """The day is that of the asked zone: 22:30 UTC is the next day in Moscow."""
    file, out = tmp_path / "s.json", tmp_path / "interactions.csv"
    file.write_text(json.dumps([STATEMENT]))
    assert run(["xapi", str(file), "--out", str(out)]) == 0
    assert out.read_text().splitlines()[1] == "e-2,a-1,2026-09-02,completed,0.75,2026-09-02"


def test_a_faulty_statement_leaves_no_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3 with the pointer; nothing is taken of the good statement beside it."""
    file, out = tmp_path / "s.json", tmp_path / "interactions.csv"
    file.write_text(json.dumps([STATEMENT, STATEMENT | {"verb": {"id": "http://x.example/y"}}]))
    assert run(["xapi", str(file), "--out", str(out)]) == 3
    assert "/1/verb/id" in capsys.readouterr().err
    assert not out.exists()


def test_busy_and_offered_times_go_out(tmp_path: Path) -> None:
    """The demo's mentor offers what the package says, read back by another library."""
    package = data_root() / "demo"
    out = tmp_path / "m.ics"
    rows = (package / "mentor_slots.csv").read_text("utf-8").splitlines()
    mentor = rows[1].split(",")[0]
    assert run(["freebusy", str(package), "--mentor", mentor, "--out", str(out)]) == 0
    part = icalendar.Calendar.from_ical(out.read_bytes()).walk("VFREEBUSY")[0]
    offered = part["FREEBUSY"]
    offered = offered if isinstance(offered, list) else [offered]
    assert {period.params["FBTYPE"] for period in offered} == {"FREE"}
    assert run(["freebusy", str(package), "--mentor", "никто", "--out", str(out)]) == 2
    assert run(["freebusy", str(package), "--out", str(out)]) == 2
