"""``routes tag``: coverage, the list for the methodist, and the list read back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from engine.cli.app import run

CATALOGUE = """id,kind,title,hours_academic,audience
a1,seminar,Лаборатория тихих перемен,8,педагоги
a2,seminar,Школьная медиация и служба примирения,8,педагоги
a3,seminar,Неделя тихих перемен,4,педагоги
"""
MOMENT = ["--as-of", "2026-08-31T09:00:00+03:00"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue whose first title leads astray."""
    (tmp_path / "мой пакет").mkdir()
    (tmp_path / "мой пакет" / "activities.csv").write_text(CATALOGUE, encoding="utf-8")
    return tmp_path / "мой пакет"


def _tags(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def _judge(path: Path, verdicts: dict[tuple[str, str], str], added: list[tuple[str, str]]) -> None:
    """Fill in the form as a methodist does, under its Russian headers."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        key = tuple(sheet.cell(row, head[h]).value for h in ("Мероприятие", "Компетенция"))
        if key in verdicts:
            sheet.cell(row, head["Оценка"], verdicts[key])
    for activity, node in added:
        row = sheet.max_row + 1
        sheet.cell(row, head["Мероприятие"], activity)
        sheet.cell(row, head["Компетенция"], node)
        sheet.cell(row, head["Оценка"], "верно")
    book.save(path)


def test_the_list_goes_out_and_comes_back(folder: Path, tmp_path: Path, capsys) -> None:
    """A filled list decides its activity, teaches a similar one and leaves the others."""
    assert run(["tag", str(folder), *MOMENT]) == 0
    before = _tags(capsys.readouterr().out)
    form = tmp_path / "правки.xlsx"
    assert run(["tag", str(folder), *MOMENT, "--review", "3", "--out", str(form)]) == 0
    capsys.readouterr()
    wrong = {(t["activity_id"], t["node"]): "неверно" for t in before if t["activity_id"] == "a1"}
    assert wrong
    _judge(form, wrong, [("a1", "PSY.SAF.02")])
    assert run(["tag", str(folder), *MOMENT, "--corrections", str(form)]) == 0
    after = _tags(capsys.readouterr().out)
    assert [t for t in after if t["activity_id"] == "a1"] == [
        {
            "activity_id": "a1",
            "title": "Лаборатория тихих перемен",
            "node": "PSY.SAF.02",
            "node_title": "Профилактика травли и безопасная психологическая среда",
            "share": "1.0",
            "confidence": "1.0",
        }
    ]
    assert "PSY.SAF.02" in {t["node"] for t in after if t["activity_id"] == "a3"}
    assert "PSY.SAF.02" not in {t["node"] for t in before if t["activity_id"] == "a3"}
    assert [t for t in after if t["activity_id"] == "a2"] == [
        t for t in before if t["activity_id"] == "a2"
    ]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_list_left_blank_changes_nothing(folder: Path, tmp_path: Path, capsys, suffix) -> None:
    """Rows without a verdict are no corrections, in either kind of file."""
    assert run(["tag", str(folder), *MOMENT]) == 0
    before = capsys.readouterr().out
    form = tmp_path / f"список.{suffix}"
    assert run(["tag", str(folder), *MOMENT, "--review", "3", "--out", str(form)]) == 0
    capsys.readouterr()
    assert run(["tag", str(folder), *MOMENT, "--corrections", str(form)]) == 0
    output = capsys.readouterr()
    assert output.out == before
    assert output.err == ""


def test_kept_corrections_are_taken_from_the_package(folder: Path, tmp_path: Path, capsys) -> None:
    """``--keep`` joins old and new; the package's table then needs no option, nor a second list."""
    old, new = folder / "corrections.csv", tmp_path / "новые.csv"
    head = "activity_id,node,verdict\n"
    old.write_text(head + "a1,PSY.SAF.02,верно\na2,COM.CNF.01,верно\n", encoding="utf-8")
    new.write_text(head + "a1,PSY.DEV.02,верно\n", encoding="utf-8")
    call = ["tag", str(folder), *MOMENT]
    kept = tmp_path / "corrections.csv"
    assert run([*call, "--corrections", str(new), "--keep", str(kept)]) == 0
    by_option = capsys.readouterr().out
    kept.replace(old)
    assert run(call) == 0
    assert capsys.readouterr().out == by_option
    tags = {(t["activity_id"], t["node"]) for t in _tags(by_option) if t["activity_id"] != "a3"}
    assert tags == {("a1", "PSY.DEV.02"), ("a2", "COM.CNF.01")}
    assert run([*call, "--review", "9", "--json"]) == 0
    assert [item["activity_id"] for item in json.loads(capsys.readouterr().out)] == ["a3"]


def test_the_list_says_why(folder: Path, capsys) -> None:
    """JSON and CSV name the same activities in one order, with chances and a reason.

    The short twin of the first waits: the first correction speaks for it, too.
    """
    call = ["tag", str(folder), *MOMENT, "--review", "2"]
    assert run([*call, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert [item["activity_id"] for item in body] == ["a1", "a2"]
    assert body[0]["use"] == 8
    assert body[0]["similar"] == 1
    assert "похожих без охвата: 1" in body[0]["reason"]
    assert {"node", "node_title", "chance"} == set(body[0]["tags"][0])
    assert run(call) == 0
    rows = _tags(capsys.readouterr().out)
    assert list(dict.fromkeys(r["activity_id"] for r in rows)) == ["a1", "a2"]
    assert all(r["verdict"] == "" for r in rows)


def test_wrong_calls_and_wrong_corrections(folder: Path, tmp_path: Path, capsys) -> None:
    """A file without a list is a wrong call; a block instead of a leaf is a fault in the data."""
    assert run(["tag", str(folder), *MOMENT, "--out", str(tmp_path / "x.csv")]) == 2
    assert run(["tag", str(folder), *MOMENT, "--review", "0"]) == 2
    wrong = tmp_path / "правки.csv"
    wrong.write_text("activity_id,node,verdict\na1,PSY.SAF,верно\n", encoding="utf-8")
    assert run(["tag", str(folder), *MOMENT, "--corrections", str(wrong)]) == 3
    assert "PSY.SAF" in capsys.readouterr().err
