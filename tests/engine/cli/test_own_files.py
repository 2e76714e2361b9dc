"""Claims about first use with files of one's own, as a methodist brings them."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from engine.cli.app import main, run
from engine.cli.inputs import DEPENDENTS
from engine.interchange import TABLES

ROOT = Path(__file__).parents[3]
HALF = ROOT / "tests" / "engine" / "interchange" / "data" / "real_catalogue_half.csv"
PEOPLE = (
    "Шифр;ФИО;Должность;Предмет;Уровень образования;Школа;Стаж;Темп (мин в неделю)\n"
    "П-101;Иванова А. А.;Учитель математики;математика;ООО;СОШ № 5;2;180\n"
    "П-102;Петрова Б. Б.;Воспитатель;;ДО;МБДОУ № 7;12;120\n"
)
MOMENT = ("--as-of", "2026-08-31T09:00:00+03:00")


def scores(path: Path, *, wide: bool = False) -> None:
    """A workbook of scores as a service for professional growth draws it up."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Результаты диагностики профессиональных компетенций"])
    sheet.append([])
    if wide:
        sheet.append(["№ п/п", "Шифр", "Дата", "Методические компетенции (макс. 25)",
                      "Предметные компетенции (макс. 20)", "Итого"])  # fmt: skip
        sheet.append([1, "П-101", "20.05.2026", 9, 11, 20])
    else:
        sheet.append(["№ п/п", "Дата проведения", "Шифр", "Вид диагностики", "Блок",
                      "Набранный балл", "Максимальный балл", "Кол-во заданий"])  # fmt: skip
        sheet.append([1, "20.05.2026", "П-101", "Тестирование", "Предметный блок", 9, 20, 8])
        sheet.append([2, "20.05.2026", "П-101", "Тестирование", "Методический", 11, 20, 8])
    book.save(path)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with half of a real catalogue, people in cp1251, and a workbook of scores."""
    folder = tmp_path / "мои файлы"
    folder.mkdir()
    (folder / "каталог.csv").write_bytes(HALF.read_bytes())
    (folder / "педагоги.csv").write_bytes(PEOPLE.encode("cp1251"))
    scores(folder / "my.xlsx")
    return folder


def command(desk: Path, *options: str, diagnostics: str = "my.xlsx") -> list[str]:
    return ["build", "--catalogue", str(desk / "каталог.csv"),
            "--educators", str(desk / "педагоги.csv"),
            "--diagnostics", str(desk / diagnostics), *MOMENT, *options]  # fmt: skip


def test_a_route_comes_out_of_own_files(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Drifted headers, no hours, no runs: declared open, programmes make a route of DPP."""
    options = ("--open-enrolment", "--out", str(desk / "выход"))
    assert run(command(desk, *options)) == 0
    printed = capsys.readouterr()
    for code in ("node_assumed", "column_not_taken", "personal_data_misplaced", "hours_unknown",
                 "offerings_self_paced", "demo_left_out"):  # fmt: skip
        assert f"[{code}]" in printed.err
    assert "Иванова" not in printed.out + printed.err
    answer = json.loads((desk / "выход" / "route.json").read_text())
    assert answer["educator"]["id"] == "П-101"
    with HALF.open(encoding="utf-8") as file:
        titles = {row["title"].strip() for row in csv.DictReader(file)}
    steps = answer["route"]["steps"]
    assert steps
    assert {s["title"] for s in steps} <= titles


def test_an_empty_route_says_what_to_do(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without runs nothing can be planned: code 0, and the options that would help."""
    assert run(command(desk)) == 0
    assert "--open-enrolment" in capsys.readouterr().err.splitlines()[-1]


def test_hours_by_kind_are_declared_by_hand(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hours by the kind's Russian or own name, told in the notes; the package's other ones stay."""
    (desk / "datapackage.json").write_text(
        json.dumps(
            {
                "as_of": MOMENT[1],
                "defaults": {"offerings": "self_paced", "hours_academic": {"forum": 6}},
                "resources": [{"name": "activities", "path": "каталог.csv"}],
            }
        )
    )
    arguments = ["import", str(desk), "--dry-run", "--json", "--hours", "семинар=4"]
    assert run([*arguments, "--hours", "event_lecture=2,5"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assumed = {n["parameters"]["kind"] for n in notes if n["code"] == "hours_assumed"}
    assert assumed == {"seminar", "lecture", "forum"}
    assert any(n["code"] == "offerings_self_paced" for n in notes)


def test_a_wide_sheet_is_read_with_the_lines_it_is_advised(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report of a wide sheet holds a mapping file that makes it readable."""
    scores(desk / "wide.xlsx", wide=True)
    assert run(command(desk, diagnostics="wide.xlsx")) == 3
    err = capsys.readouterr().err
    advised = [line.split("(--mapping): ")[1].split("; ")[0]
               for line in err.splitlines() if "[scores_in_columns]" in line]  # fmt: skip
    constant = 'diagnostics.constants.method = "тест"'
    assert constant in err
    mapping = desk / "соответствия.toml"
    mapping.write_text("\n".join([constant, *advised]))
    options = ("--mapping", str(mapping), "--json")
    assert run(command(desk, *options, diagnostics="wide.xlsx")) == 0
    deficits = json.loads(capsys.readouterr().out)["deficits"]
    assert {d["node"] for d in deficits} == {"MET", "SUB"}


def test_own_tables_push_out_the_demo_tables_about_other_ids() -> None:
    """Every table that refers to a replaced one is left out of the demo."""
    for name, table in TABLES.items():
        for column in table.columns:
            target = column.references
            # mentors refer to organisations, which go with the educators' own ones
            if target in DEPENDENTS and (name, target) != ("mentors", "organisations"):
                assert name in DEPENDENTS[target], (name, target)


def test_the_day_is_said_when_it_was_not_given(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package without ``as_of`` is read at this moment, and the note says so."""
    assert run(["import", str(desk / "каталог.csv"), "--dry-run"]) == 0
    assert "[as_of_assumed]" in capsys.readouterr().err


def test_own_requests_choose_the_educator(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The request is E2's: no route is made for E1, who happens to have been measured."""
    path = own.parent / "запрос.csv"
    path.write_bytes("Шифр;Образовательный запрос\nE2;Хочу научиться оцениванию\n".encode("cp1251"))
    assert run(["build", str(own), "--requests", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["educator"]["id"] == "E2"
    assert answer["route"]["steps"]


def test_a_filled_in_form_is_taken(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row under the form's example, dates as Excel dates, is what the route is made of."""
    forms = own.parent / "бланки"
    assert run(["template", str(forms), "--table", "diagnostics"]) == 0
    (path,) = forms.iterdir()
    book = openpyxl.load_workbook(path)
    sheet = book["Диагностика"]
    head = [c.value for c in sheet[1]]
    row = {"Педагог": "E2", "Дата": "01.06.2026", "Метод": "Тест",
           "Компетенция": "Оценивание и итоговая аттестация", "Балл": "7,5",
           "Максимум (балл)": 20}  # fmt: skip
    sheet.append([row.get(h) for h in head])
    book.save(path)
    capsys.readouterr()
    assert run(["build", str(own), "--diagnostics", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["educator"]["id"] == "E2"
    assert [d["node"] for d in answer["deficits"]] == ["MET.ASM"]


def test_names_of_files_from_old_disks_are_readable(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file named in Windows-1251 or CP866 is found, and its fault names it in Cyrillic."""
    for encoding in ("cp1251", "cp866"):
        name = os.fsencode(own.parent) + b"/" + "Баллы школы 5.csv".encode(encoding)
        try:
            with open(name, "wb") as file:
                file.write(
                    "Шифр;Дата;Метод;Блок;Балл;Максимум\nE1;20.05.2026;тест;MET;9;5\n".encode()
                )
        except OSError as error:
            if error.errno in (errno.EILSEQ, errno.EINVAL):
                pytest.skip("this file system keeps UTF-8 names only")
            raise
        path = os.fsdecode(name)
        assert run(["build", str(own), "--diagnostics", path, "--json"]) == 3
        assert "Баллы школы 5.csv, строка 2" in capsys.readouterr().err


def test_a_whole_header_says_more_than_a_name(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """«Тест школы 5» names the schools, yet holds scores; it is read as scores."""
    folder = own.parent / "папка"
    folder.mkdir()
    (folder / "Тест школы 5.csv").write_text(
        "Шифр;Дата;Метод;Блок;Балл;Максимум\nE1;20.05.2026;тест;MET;4;5\n"
    )
    (folder / "каталог.csv").write_bytes((own / "activities.csv").read_bytes())
    assert run(["import", str(folder), "--dry-run", "--json", *MOMENT]) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert counts.keys() == {"activities", "diagnostics"}


# --------------------------------------------------------------------------- output


@pytest.mark.slow
def test_a_reader_that_leaves_early_costs_no_file(own: Path) -> None:
    """``| head`` gives no traceback, and the files asked for are all there."""
    out = own.parent / "выход"
    arguments = ["build", str(own), "--educator", "E1", "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read().decode()
    process.wait()
    process.stderr.close()
    assert "Traceback" not in errors
    assert {p.name for p in out.iterdir()} == {
        "calendar.ics", "iom.html", "problem.json", "route.json"
    }  # fmt: skip


def printed_on(encoding: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What the whole command writes on a console of that encoding."""
    content = io.BytesIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding=encoding))
        patch.setattr(sys, "argv", ["routes", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        sys.stdout.flush()
        assert left.value.code == 0
        return content.getvalue()


def test_an_old_console_gets_a_route_and_whole_json(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Windows-1251 the text prints with «?» for what it lacks, and JSON loses nothing."""
    arguments = ["build", str(own), "--educator", "E1"]
    text = printed_on("cp1251", arguments, monkeypatch).decode("cp1251")
    assert "Маршрутная карта" in text
    assert "?" in text
    told = printed_on("cp1251", [*arguments, "--json"], monkeypatch)
    assert json.loads(told.decode("ascii"))["educator"]["organisation"] == "Школа № 1"


def test_a_stale_calendar_does_not_outlive_its_route(own: Path) -> None:
    """A folder whose route turned infeasible keeps no calendar of the earlier one."""
    out = own.parent / "выход"
    arguments = ["build", str(own), "--educator", "E1", "--out", str(out)]
    assert run(arguments) == 0
    assert (out / "calendar.ics").exists()
    assert run([*arguments, "--pin", "contest", "--ban", "contest"]) == 4
    assert not (out / "calendar.ics").exists()


def test_solve_lists_the_steps_by_date_and_check_names_the_wrong_file(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Weeks rise down the list; the answer of build is no answer of the solver, and so is said."""
    out = own.parent / "выход"
    assert run(["build", str(own), "--educator", "E1", "--out", str(out)]) == 0
    capsys.readouterr()
    assert run(["solve", str(out / "problem.json")]) == 0
    lines = [x for x in capsys.readouterr().out.splitlines() if x.startswith("  недели ")]
    weeks = [int(x.split()[1].split("–")[0]) for x in lines]
    assert len(weeks) > 1
    assert weeks == sorted(weeks)
    assert run(["check", str(out / "problem.json"), str(out / "route.json")]) == 3
    assert "routes solve problem.json --json" in capsys.readouterr().err


def test_demo_prints_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The language is that of the route; an unknown one is a wrong call."""
    out = str(tmp_path / "en")
    assert run(["demo", "--out", out, "--language", "en"]) == 0
    assert io.StringIO(capsys.readouterr().out).readline() == "Individual learning route\n"
