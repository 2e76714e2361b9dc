"""Tables of groups at the terminal, from a package on disk."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from engine.cli.app import run
from engine.cli.grouped_faults import grouped
from engine.domain import DiagnosticResult, Educator, Method, Organisation, Position
from engine.errors import Fault
from engine.interchange import DataPackage, write_package

NORTH = Organisation("n1", "Школа № 1", "Северный")
SOUTH = Organisation("s1", "=Школа № 2", "Южный")
MOMENT = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))


def scored(score: float, node: str = "MET.ASM") -> DiagnosticResult:
    return DiagnosticResult("entry", dt.date(2026, 5, 20), Method.TEST, node, score, 10, 10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixteen teachers of the north, seven of the south; one of each was not measured."""
    educators, diagnostics = [], {}
    for number in range(23):
        where = NORTH if number < 16 else SOUTH
        name = f"E{number + 1:02}"
        educators.append(Educator(name, Position.TEACHER, ("математика",), organisation=where))
        if number not in (0, 16):
            diagnostics[name] = (scored((3, 9)[number % 2]),)
    package = DataPackage(
        as_of=MOMENT,
        time_zone="Europe/Moscow",
        organisations=(NORTH, SOUTH),
        educators=tuple(educators),
        diagnostics=diagnostics,
        name="groups",
    )
    write_package(package, tmp_path / "data")
    return tmp_path / "data"


def test_schools_as_a_readable_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers, what they are about and what is not shown, in words; nothing on stderr."""
    assert run(["groups", str(folder)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[:2] == [
        "Дефициты по группам: организация",
        "Педагогов всего: 23, политика: default",
    ]
    row = next(line for line in lines if "21 из 23" in line)
    assert "10 / 0 / 11" in row
    assert "Организация: Школа № 1 (Северный)" in lines
    assert any("15 из 16" in line for line in lines)
    assert "о тех, кто не оценивался, они не говорят" in " ".join(said.out.split())


def test_the_same_in_english_and_in_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The language words the table; JSON carries names and codes."""
    assert run(["groups", str(folder), "--by", "district", "--language", "en"]) == 0
    assert "Deficits by group: district" in capsys.readouterr().out
    assert run(["groups", str(folder), "--by", "district", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["by"], body["least_people"], body["n_people"]) == ("district", 5, 23)
    assert [(r["group"]["key"], r["n_members"], r["n_measured"]) for r in body["rows"]] == [
        ("", 23, 21),
        ("Северный", 16, 15),
        ("Южный", 7, 6),
    ]
    assert body["rows"][0]["official"] == [10, 0, 11]


def test_files_are_written_under_worded_heads(folder: Path, tmp_path: Path) -> None:
    """CSV and XLSX open in a spreadsheet; a title that begins with «=» is no formula there."""
    for suffix in ("csv", "xlsx"):
        path = tmp_path / "out" / f"groups.{suffix}"
        assert run(["groups", str(folder), "--out", str(path)]) == 0
    frame = pd.read_csv(tmp_path / "out" / "groups.csv", sep=";", decimal=",")
    assert frame["Группа"].tolist() == ["все", "'=Школа № 2", "Школа № 1"]
    assert frame["Из них оценено"].tolist() == [21, 6, 15]
    book = openpyxl.load_workbook(tmp_path / "out" / "groups.xlsx")
    assert book.active is not None
    cells = list(book.active.values)
    assert cells[0][:4] == ("Вид группы", "Район", "Код группы", "Группа")
    assert cells[2][3] == "'=Школа № 2"


def test_level_of_the_nodes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The block that was measured is there for blocks and not for leaves."""
    assert run(["groups", str(folder), "--node-level", "leaf"]) == 0
    assert "Никто из педагогов не оценивался" in capsys.readouterr().out
    assert run(["groups", str(folder), "--node-level", "leaf", "--node-level", "block"]) == 0
    assert "MET.ASM" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("E02,entry,2026-05-20,test,MET.ASM,9,10", "E02,entry,2026-05-20,test,MET.ASM,11,10",
         "score_above_maximum"),
        ("E02,entry,2026-05-20,test,MET.ASM,9,10", "E02,entry,2026-15-20,test,MET.ASM,9,10",
         "date_unreadable"),
        ("E02,entry,2026-05-20,test,MET.ASM,9,10", "E02,entry,2026-05-20,test,MET.ASM,9,10,10\n"
         "E02,entry,2026-05-20,test,MET.ASM,4,10", "duplicate_contradiction"),
        ("E02,entry,2026-05-20,test,MET.ASM,9,10", "E02,entry,2027-05-20,test,MET.ASM,9,10",
         "diagnostics_in_future"),
    ],
)  # fmt: skip
def test_one_faulty_educator_stops_no_table(
    folder: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, code: str
) -> None:
    """Row and educator are named on stderr, all others are counted, he himself as a member."""
    path = folder / "diagnostics.csv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert run(["groups", str(folder), "--by", "all", "--json"]) == 0
    said = capsys.readouterr()
    assert "diagnostics.csv, строка" in said.err
    assert f"[{code}]" in said.err
    assert "«E02»" in said.err
    (row,) = json.loads(said.out)["rows"]
    assert (row["n_members"], row["n_measured"]) == (23, 20)


def test_a_faulty_educator_row_costs_that_educator(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who cannot be placed is not counted, and his results trouble nobody."""
    path = folder / "educators.csv"
    path.write_text(path.read_text().replace("E02,teacher", "E02,wizard", 1))
    assert run(["groups", str(folder), "--by", "all", "--json"]) == 0
    said = capsys.readouterr()
    assert "educators.csv, строка 3" in said.err
    (row,) = json.loads(said.out)["rows"]
    assert (row["n_members"], row["n_measured"]) == (22, 20)


def test_contradictory_results_of_one_educator(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What only the diagnostics can see is named with the educator as well."""
    path = folder / "diagnostics.csv"
    line = "E02,entry,2026-05-20,test,MET.ASM,9,10,10"
    text = path.read_text()
    assert line in text
    two = f"{line},a\nE02,entry,2026-05-20,test,MET.ASM,9,20,10,b"
    path.write_text(text.replace("n_tasks", "n_tasks,observer").replace(line, two))
    assert run(["groups", str(folder), "--by", "all", "--json"]) == 0
    said = capsys.readouterr()
    assert "Противоречивые результаты не учтены" in said.err
    assert "педагоги «E02»: " in said.err
    (row,) = json.loads(said.out)["rows"]
    assert row["n_measured"] == 20


def test_a_cause_is_one_line_and_the_rest_of_the_evidence_stays(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seventeen scores above the maximum: one line with the rows, counted in the head."""
    path = folder / "diagnostics.csv"
    good = path.read_text().splitlines()
    assert len(good) == 22  # a header and the rows of 21 people
    bad = [f"E{n:02},entry,2026-05-20,test,MET.PLN,12,10,10" for n in range(2, 19) if n != 17]
    path.write_text("\n".join([*good, *bad, bad[0]]) + "\n")
    assert run(["groups", str(folder), "--by", "all"]) == 0
    said = capsys.readouterr()
    (line,) = [x for x in said.err.splitlines() if "[score_above_maximum]" in x]
    assert line.startswith("  diagnostics.csv, строки 23–39, столбец «score»: балл 12 больше")
    assert said.out.splitlines()[0] == (
        "Не учтено из-за ошибок: строк 17, педагогов с противоречивыми результатами 0"
    )
    assert "21 из 23" in said.out


def test_one_cause_in_scattered_rows() -> None:
    """Runs of rows are drawn together, many of them are counted, other details are an example."""
    rows = [3, 5, 6, 7, 9]
    faults = [Fault("c", "беда", file="a.csv", row=r, column="x") for r in reversed(rows)]
    assert list(grouped(faults)) == ["a.csv, строки 3, 5–7, 9, столбец «x»: беда [c]"]
    many = [Fault("c", f"беда {r}", file="a.csv", row=2 * r) for r in range(1, 16)]
    (line,) = grouped(many)
    assert line.endswith("22, 24 и ещё 3: например, беда 1 [c]")


def test_what_cannot_be_read_is_refused_as_elsewhere(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing column, an unknown policy, no educators, a wrong kind of file: each is said."""
    assert run(["groups", str(folder), "--policy", "nowhere"]) == 3
    assert "[unknown_policy]" in capsys.readouterr().err
    assert run(["groups", str(folder), "--out", str(tmp_path / "a.pdf")]) == 2
    assert ".xlsx" in capsys.readouterr().err
    path = folder / "diagnostics.csv"
    path.write_text(path.read_text().replace("max_score", "something", 1))
    assert run(["groups", str(folder)]) == 3
    assert "max_score" in capsys.readouterr().err
    for table in ("educators", "diagnostics"):
        (folder / f"{table}.csv").unlink()
    manifest = json.loads((folder / "datapackage.json").read_text())
    manifest["resources"] = [r for r in manifest["resources"] if r["name"] == "organisations"]
    (folder / "datapackage.json").write_text(json.dumps(manifest))
    assert run(["groups", str(folder)]) == 3
    assert "[educators_missing]" in capsys.readouterr().err


def test_the_demo_is_too_small_to_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Fourteen people of eight schools: a table that says why it is empty, and no number."""
    assert run(["groups"]) == 0
    text = capsys.readouterr().out
    assert "оценено меньше 5 человек" in text
    assert "%" not in text
