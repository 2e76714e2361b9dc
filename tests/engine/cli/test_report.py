"""``routes report``: files of every format from a package on disk, refusals with their place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from engine.cli.app import run
from engine.domain import (
    Activity,
    DiagnosticResult,
    Educator,
    Form,
    HistoryItem,
    Kind,
    Method,
    Organisation,
    Position,
)
from engine.interchange import DataPackage, write_package
from tests.engine.documents.documents import docx_text, letters
from tests.engine.documents.reports.reading import page, sheet_rows

NORTH = Organisation("n1", "Школа № 1", "Северный")
SOUTH = Organisation("s1", "Школа № 2", "Южный")
MOMENT = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixteen teachers of the north, seven of the south; two not diagnosed, one programme done."""
    educators, diagnostics = [], {}
    for number in range(23):
        where = NORTH if number < 16 else SOUTH
        name = f"E{number + 1:02}"
        educators.append(Educator(name, Position.TEACHER, ("математика",), organisation=where))
        if number not in (0, 16):
            diagnostics[name] = (
                DiagnosticResult("d", dt.date(2026, 5, 20), Method.TEST, "MET.ASM",
                                 (3, 9)[number % 2], 10, 10),
            )  # fmt: skip
    package = DataPackage(
        as_of=MOMENT,
        time_zone="Europe/Moscow",
        activities=(
            Activity("A1", Kind.DPP_PK, "Оценивание", 36.0, Form.FORMAL,
                     register_from=dt.date(2024, 1, 1)),
            Activity("A2", Kind.SEMINAR, "Семинар", 4.0, Form.NON_FORMAL),
        ),
        organisations=(NORTH, SOUTH),
        educators=tuple(educators),
        diagnostics=diagnostics,
        history={"E01": (HistoryItem(dt.date(2026, 3, 1), "A1"),)},
        name="reports",
    )  # fmt: skip
    write_package(package, tmp_path / "data")
    return tmp_path / "data"


def made(folder: Path, name: str, file: str, *more: str) -> bytes:
    """The file that the command writes."""
    out = folder.parent / "out" / file
    assert run(["report", name, "--package", str(folder), "--out", str(out), *more]) == 0
    return out.read_bytes()


def test_the_passport_as_a_workbook_counts_the_package(folder: Path) -> None:
    """Sixteen and seven people, one fewer diagnosed each; a programme of one is in the register."""
    content = made(folder, "passport", "паспорт.xlsx")
    rows = {r["Район"]: r for r in sheet_rows(content, "Район")}
    assert (rows["Северный"]["Человек"], rows["Южный"]["Человек"]) == (16, 7)
    assert rows["Северный"]["Прошли диагностику"] == 15
    assert rows["Южный"]["Доля прошедших диагностику"] == pytest.approx(6 / 7)
    states = {r["Федеральный реестр"]: r for r in sheet_rows(content, "Федеральный реестр")}
    assert states["в реестре"]["Программ ДПО"] == 1


def test_the_yearly_report_as_a_page_tells_indicators_and_plan(folder: Path) -> None:
    """Indicators of the regulation that was named, and the dated actions of the one that asks."""
    profiles = ("--profile", "primorye", "--profile", "leningrad-oblast")
    year = ("--from", "2026-01-01", "--to", "2026-12-31")
    content = made(folder, "yearly", "год.html", *profiles, *year)
    text = letters(page(content.decode()).text_content())
    wording = "Доля педагогических работников и управленческих кадров, прошедших диагностику"
    assert letters(wording) in text
    assert letters("Подготовка и представление ежегодного отчета по реализации РС НМС") in text
    assert letters("ериод ещё не закончился") in text


def test_a_document_in_english(folder: Path) -> None:
    """The note on a school, in the language that was asked for."""
    content = made(folder, "school", "school.docx", "--organisation", "n1", "--language", "en")
    text = letters(docx_text(content))
    assert letters("Analytical note for the head of an organisation") in text
    assert letters("Школа № 1") in text


def test_the_same_command_writes_the_same_bytes(folder: Path) -> None:
    """Neither the clock nor the order of work leaves a trace."""
    asked = ("municipality", "с.xlsx", "--district", "Северный")
    assert made(folder, *asked) == made(folder, *asked)


def test_the_note_of_a_demo_educator(tmp_path: Path) -> None:
    """From the bundled data: levels, the route that is recommended, no name but the demo's."""
    out = tmp_path / "e.html"
    assert run(["report", "educator", "--educator", "E02", "--out", str(out)]) == 0
    text = letters(page(out.read_text(encoding="utf-8")).text_content())
    assert letters("Аналитическая справка для педагога") in text
    assert letters("предложено") in text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["yearly", "--out", "x.pdf"], 2, "html"),
        (["monthly", "--out", "x.html"], 2, "yearly"),
        (["yearly", "--out", "x.html", "--from", "завтра"], 2, "2026-01-31"),
        (["yearly", "--out", "x.html", "--from", "2026-02-01", "--to", "2026-01-01"], 2, "раньше"),
        (["municipality", "--out", "x.html"], 3, "Северный"),
        (["school", "--out", "x.html", "--organisation", "нет"], 3, "n1"),
        (["yearly", "--out", "x.html", "--profile", "mars"], 3, "primorye"),
        (["educator", "--out", "x.html"], 3, "--educator"),
    ],
)
def test_what_cannot_be_written_is_told(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    """Exit codes of usage and of input; stderr names what there is; no file is left behind."""
    monkeypatch.chdir(folder.parent)
    assert run(["report", *arguments, "--package", str(folder)]) == code
    assert said in capsys.readouterr().err
    assert not (folder.parent / "x.html").exists()
