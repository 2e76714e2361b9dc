"""Reading for a summary: faulty rows are set aside, what is at fault as a whole is refused."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import openpyxl
import pytest

from engine.interchange import ImportReport, read_sparing
from tests.engine.interchange.conftest import Import

PEOPLE = "id,position\n" + "".join(f"e{i},teacher\n" for i in range(1, 41))
HEAD = "educator_id,procedure_id,date,method,node,score,max_score\n"


def spare(importing: Import, scores: str, people: str = PEOPLE) -> ImportReport:
    files = {"educators.csv": people, "diagnostics.csv": scores}
    return read_sparing(partial(importing, files))


def measured(report: ImportReport) -> list[str]:
    return sorted(report.accepted().diagnostics)


@pytest.mark.parametrize(
    "row",
    [
        "e1,p,2026-05-01,test,MET,9,5",  # above the maximum
        "e1,p,2026-05-01,test,XXX,4,5",  # unknown node
        "e1,p,2027-05-01,test,MET,4,5",  # in the future
        "e1,p,2026-05-01,tset,MET,4,5",  # unknown method
        "e1,p,2026-05-01,test,MET,four,5",  # no number
        "e1,p,2026-05-01,test,PSY.01,3,5",  # contradicts another row of his
    ],
)
def test_a_faulty_row_goes_alone(importing: Import, row: str) -> None:
    """His good row stays, unless it is one of two that contradict; row and educator are named."""
    good = "e1,p,2026-05-01,test,PSY.01,4,5\ne2,p,2026-05-01,test,MET,4,5\n"
    report = spare(importing, f"{HEAD}{good}{row}\n")
    contradicts = "PSY.01" in row
    assert measured(report) == (["e2"] if contradicts else ["e1", "e2"])
    if not contradicts:
        (kept,) = report.accepted().diagnostics["e1"]
        assert (kept.node, kept.score) == ("PSY.01", 4)
    assert [e.id for e in report.accepted().educators][:2] == ["e1", "e2"]
    (fault,) = report.set_aside
    assert (fault.file, fault.row) == ("diagnostics.csv", 4)
    said = [f.parameters for f in report.warnings if f.code == "evidence_left_out"]
    assert said == [{"educators": ["e1"]}]
    assert report.faults == ()


def test_of_contradicting_rows_none_is_taken(importing: Import) -> None:
    """Nor the one that repeats the first: nothing says which of them is right."""
    rows = [f"e1,p,2026-05-01,test,PSY.01,{score},5\n" for score in (4, 3, 4)]
    other = "e1,p,2026-05-01,test,MET,2,5\n"
    (kept,) = spare(importing, HEAD + "".join(rows) + other).accepted().diagnostics["e1"]
    assert kept.node == "MET"


def test_of_contradicting_answers_none_is_taken(importing: Import) -> None:
    """An answer is given once, whichever nodes its rows name; other items stay."""
    head = "educator_id,procedure_id,date,item,response,node\n"
    rows = [("q1", 1, "MET"), ("q1", 0, "MET.01"), ("q1", 1, "PSY.01"), ("q2", 1, "MET")]
    answers = head + "".join(f"e1,p,2026-05-01,{i},{r},{n}\n" for i, r, n in rows)
    files = {"educators.csv": PEOPLE, "responses.csv": answers}
    report = read_sparing(partial(importing, files))
    assert [a.item for a in report.accepted().responses["e1"]] == ["q2"]


def test_one_score_of_a_wide_row_goes_alone(importing: Import, tmp_path: Path) -> None:
    """A row holds a whole person: a wrong score of one column leaves him his other one."""
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[[diagnostics.scores]]\ncolumn = "Блок 1"\nnode = "MET.01"\nmax_score = 5\n'
        '[[diagnostics.scores]]\ncolumn = "Блок 2"\nnode = "PSY.01"\nmax_score = 5\n'
    )
    wide = "educator_id,date,method,Блок 1,Блок 2\n"
    wide += "e1,2026-05-01,test,9,4\ne2,2026-05-01,test,3,2\ne3,2026-99-01,test,3,2\n"
    files = {"educators.csv": PEOPLE, "diagnostics.csv": wide}
    package = read_sparing(partial(importing, files, mapping=mapping)).accepted()
    found = {e: [(r.node, r.score) for r in rows] for e, rows in package.diagnostics.items()}
    assert found == {"e1": [("PSY.01", 4)], "e2": [("MET.01", 3), ("PSY.01", 2)]}


def test_a_good_package_is_read_as_ever(importing: Import) -> None:
    """Nothing is set aside where nothing is wrong."""
    scores = f"{HEAD}e1,p,2026-05-01,test,MET,4,5\n"
    assert spare(importing, scores) == importing(
        {"educators.csv": PEOPLE, "diagnostics.csv": scores}
    )


def test_more_faults_than_are_shown(importing: Import) -> None:
    """Thirty rows of the same fault: all are set aside, though only the first are listed."""
    bad = "".join(f"e{i},p,2026-05-01,test,MET,9,5\n" for i in range(1, 31))
    report = spare(importing, f"{HEAD}{bad}e35,p,2026-05-01,test,MET,3,5\n")
    assert measured(report) == ["e35"]


def test_a_row_of_nobody_is_set_aside(importing: Import) -> None:
    """Scores of an unknown educator leave the others alone."""
    report = spare(
        importing, f"{HEAD}stranger,p,2026-05-01,test,MET,4,5\ne2,p,2026-05-01,test,MET,4,5\n"
    )
    assert measured(report) == ["e2"]


def test_an_educator_at_fault_is_left_out(importing: Import) -> None:
    """Nobody is made up for a row of people that cannot be read, and his scores are no fault."""
    people = "id,position\ne1,wizard\ne2,teacher\n"
    scores = f"{HEAD}e1,p,2026-05-01,test,MET,4,5\ne2,p,2026-05-01,test,MET,4,5\n"
    report = spare(importing, scores, people)
    assert [e.id for e in report.accepted().educators] == ["e2"]


def test_wide_rows_of_a_workbook(importing: Import) -> None:
    """Sheets are part of the place by which a row is known."""

    def write(path: object) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Итоги"
        sheet.append(HEAD.strip().split(","))
        sheet.append(["e1", "p", "2026-05-01", "test", "MET", 9, 5])
        sheet.append(["e2", "p", "2026-05-01", "test", "MET", 4, 5])
        book.create_sheet("Пояснения")
        book.save(str(path))

    report = read_sparing(partial(importing, {"educators.csv": PEOPLE, "diagnostics.xlsx": write}))
    assert measured(report) == ["e2"]


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ("educator_id,date,method,node,score\ne1,2026-05-01,test,MET,4\n", "column_missing"),
        ("", "file_empty"),
    ],
)
def test_a_table_at_fault_is_refused(importing: Import, scores: str, code: str) -> None:
    """A missing column or an empty file is no matter of single rows."""
    report = spare(importing, scores)
    assert report.package is None
    assert code in [f.code for f in report.faults]
