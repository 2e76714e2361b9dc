"""``routes indicators`` at the terminal, from a package on disk."""

from __future__ import annotations

import csv
import datetime as dt
import json

import pytest

from engine.cli.app import run
from engine.domain import DiagnosticResult, Educator, Method, Organisation, Position
from engine.interchange import DataPackage, write_package

NORTH = Organisation("n1", "Школа № 1", "Северный")
SOUTH = Organisation("s1", "Школа № 2", "Южный")
MOMENT = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))


@pytest.fixture
def folder(tmp_path):
    """Ten teachers, six of them in the north; E01 to E04 were tested in 2026, E05 rated himself."""
    scores = {
        f"E{n:02}": (
            DiagnosticResult(
                "t", dt.date(2026, 3, 2), Method.SELF if n == 5 else Method.TEST, "MET.ASM", 5, 10
            ),
        )
        for n in range(1, 6)
    }
    package = DataPackage(
        as_of=MOMENT,
        time_zone="Europe/Moscow",
        organisations=(NORTH, SOUTH),
        educators=tuple(
            Educator(f"E{n:02}", Position.TEACHER, organisation=NORTH if n < 7 else SOUTH)
            for n in range(1, 11)
        ),
        diagnostics=scores,
        name="indicators",
    )
    write_package(package, tmp_path / "data")
    return tmp_path / "data"


def test_a_report_for_people(folder, capsys):
    """Value, sides, span of the readings, trend and parts of an indicator in plain words."""
    arguments = ["--package", str(folder), "--by", "district", "--previous", "1"]
    assert run(["indicators", "primorye", *arguments]) == 0
    text = capsys.readouterr().out
    assert "период 1 января 2026 – 31 декабря 2026, данные на 31 августа 2026" in text
    assert "50,0 % (5 из 10)  диагностика в отчётном периоде; любым методом" in text
    assert "прочтений 4, значения от 40,0 % до 50,0 %" in text
    assert "2025 – 31 декабря 2025: 0,0 %; 1 января 2026 – 31 декабря 2026: 50,0 %" in text
    assert "Северный: 83,3 % (5 из 6)" in text
    assert "Южный: 0,0 % (0 из 4)" in text
    assert "! в данных нет ни одного маршрута" in text
    assert "нет значения: знаменатель пуст" in text  # no team, no programme
    assert "не отнести ни туда, ни сюда за отсутствием дат: 10" in text


def test_a_report_for_programs(folder, capsys):
    """JSON has every reading, and no value where the denominator is empty."""
    arguments = ["--package", str(folder), "--from", "2026-01-01", "--to", "2026-06-30", "--json"]
    assert run(["indicators", "sosnovy-bor", *arguments]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["period"] == {"first": "2026-01-01", "last": "2026-06-30"}
    diagnosed = next(i for i in report["indicators"] if i["id"] == "diagnosed")
    values = {r["id"]: r["value"] for r in diagnosed["readings"]}
    assert values == {
        "in-period.any": 0.5,
        "in-period.not-self": 0.4,
        "by-end.any": 0.5,
        "by-end.not-self": 0.4,
    }
    methodists = next(i for i in report["indicators"] if i["id"] == "educators-per-methodist")
    assert methodists["readings"][0]["value"] is None


def test_ids_behind_a_value_go_to_a_file(folder, tmp_path, capsys):
    """The file names who stands on either side of the chosen reading."""
    path = tmp_path / "ids.csv"
    assert run(["indicators", "primorye", "--package", str(folder), "--ids", str(path)]) == 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    of = [r for r in rows if r["indicator"] == "diagnosed"]
    assert [r["id"] for r in of if r["side"] == "numerator"] == ["E01", "E02", "E03", "E04", "E05"]
    assert len([r for r in of if r["side"] == "denominator"]) == 10
    assert {r["reading"] for r in of} == {"in-period.any"}


def test_own_definitions_and_the_chosen_reading(folder, tmp_path, capsys):
    """A folder of own TOML adds a profile; --choose puts a reading first."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "town.toml").write_text(
        'extends = "primorye"\n[profile]\ntitle = "Город"\n', encoding="utf-8"
    )
    arguments = ["--package", str(folder), "--definitions", str(own), "--choose", "method=not-self"]
    assert run(["indicators", "town", *arguments]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Город. ")
    assert "40,0 % (4 из 10)  диагностика в отчётном периоде; кроме самооценки" in text


def test_the_settings_name_the_folder_of_definitions(folder, tmp_path, capsys):
    """What the service serves the command knows too."""
    (tmp_path / "town.toml").write_text(
        'extends = "primorye"\n[profile]\ntitle = "Город"\n', encoding="utf-8"
    )
    config = tmp_path / "routes.conf"
    config.write_text(f"indicators_dir = {json.dumps(str(tmp_path))}\n", encoding="utf-8")
    assert run(["indicators", "town", "--package", str(folder), "--config", str(config)]) == 0
    assert capsys.readouterr().out.startswith("Город. ")


def test_readings_are_labelled_in_the_asked_language(folder, capsys):
    """In English the official wording stays Russian, and how it is read is English."""
    arguments = ["--package", str(folder), "--readings", "--language", "en"]
    assert run(["indicators", "primorye", *arguments]) == 0
    text = capsys.readouterr().out
    assert "diagnosed in the reporting period; by any method" in text
    assert "diagnosed at any time up to the end of the period; other than by self-" in text
    assert "диагностика в отчётном периоде" not in text
    assert "Доля педагогических работников" in text


def test_the_calendar_of_dated_actions(capsys):
    """Reminders of all profiles on a day; the plan's actions in that year."""
    moment = ["--as-of", "2026-03-20T09:00:00+03:00"]
    assert run(["indicators", *moment]) == 0
    short = capsys.readouterr().out
    assert "срок идёт, до 31 марта 2026, осталось 11 дней: 3.1. Разработка" in short
    assert "срок идёт, до 30 июня 2026, осталось 102 дня: показатели: Сосновый Бор" in short
    assert "план мероприятий" not in short
    assert run(["indicators", "calendar", *moment, "--language", "en"]) == 0
    full = capsys.readouterr().out
    assert "plan of actions for 2026 (made for 2023)" in full
    assert "Январь-февраль (1 January 2026 – 28 February 2026): КОПО ЛО" in full
    assert run(["indicators", "calendar", *moment, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    plan = next(p for p in told["profiles"] if p["profile"] == "leningrad-oblast")
    assert len(plan["controls"]) == 46


def test_the_region_of_a_database(tmp_path, capsys):
    """An empty database over the bundled package says what the package says."""
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    assert run(["db", "upgrade", "--database", url]) == 0
    capsys.readouterr()
    moment = ["--as-of", "2026-08-31T09:00:00+03:00", "--json"]
    assert run(["indicators", "primorye", "--database", url, *moment]) == 0
    stored = json.loads(capsys.readouterr().out)
    assert run(["indicators", "primorye", *moment]) == 0
    assert stored["indicators"] == json.loads(capsys.readouterr().out)["indicators"]
    assert stored["indicators"][0]["readings"][0]["denominator"] > 0


def test_a_package_or_a_database(folder, capsys):
    """Both at once are a wrong call."""
    assert run(["indicators", "spb", "--package", str(folder), "--database", "sqlite://"]) == 2
    assert "нужно одно из двух" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["pskov"], "нет профиля показателей «pskov»"),
        (["spb", "--by", "village"], "разреза «village» нет"),
        (["spb", "--from", "2026-02-30"], "«2026-02-30» — не день"),
        (["spb", "--from", "2026-02-01"], "период задают двумя днями"),
        (["spb", "--from", "2026-02-01", "--to", "2026-01-01"], "период задают двумя днями"),
        (["spb", "--choose", "diagnosed=never"], "нет прочтения «never»"),
        (["spb", "--choose", "measured=ever"], "термина «measured» нет"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name(folder, capsys, arguments, told):
    """Unknown profiles, dimensions, days and readings leave with code 3 and say what there is."""
    assert run(["indicators", *arguments, "--package", str(folder)]) == 3
    assert told in capsys.readouterr().err
