"""Variants, comparison and check at the terminal."""

from __future__ import annotations

import json
import shutil

import pytest

from engine.cli.app import run
from engine.planning.problem_json import read_problem_file


@pytest.fixture(scope="module")
def built(written, tmp_path_factory):
    """Two routes of one educator, the first with variants."""
    out = tmp_path_factory.mktemp("two")
    base = ["build", str(written), "--educator", "E1"]
    assert run([*base, "--variants", "--out", str(out / "first")]) == 0
    assert run([*base, "--tempo", "90", "--out", str(out / "second")]) == 0
    return out


def test_build_prints_and_writes_variants(built, written, capsys):
    """Page, JSON and terminal show them; without the option none is there."""
    answer = json.loads((built / "first" / "route.json").read_text())
    assert [v["name"] for v in answer["variants"]] == ["thorough", "fast", "light"]
    assert "Варианты маршрута" in (built / "first" / "iom.html").read_text()
    assert json.loads((built / "second" / "route.json").read_text())["variants"] == []
    assert run(["build", str(written), "--educator", "E1", "--variants"]) == 0
    assert "Варианты маршрута" in capsys.readouterr().out


def test_compare_names_files_and_differences(built, capsys):
    """Routes are named by their folders; JSON carries the same as the text."""
    files = [str(built / name / "route.json") for name in ("first", "second")]
    assert run(["compare", *files]) == 0
    text = capsys.readouterr().out
    assert "first/route.json и second/route.json: разных мероприятий" in text
    assert run(["compare", *files, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert [r["id"] for r in body["routes"]] == ["first/route.json", "second/route.json"]
    assert body["routes"][1]["peak_min"] <= 90
    assert run(["compare", *files, "--language", "en"]) == 0
    assert "Routes side by side" in capsys.readouterr().out


def test_compare_refuses_what_it_cannot(built, tmp_path, capsys):
    """One file without variants, no JSON, a foreign JSON, a missing file: each said, code 3."""
    second = str(built / "second" / "route.json")
    assert run(["compare", second]) == 3
    assert "no_variants" in capsys.readouterr().err
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert run(["compare", second, str(broken)]) == 3
    assert "route_unreadable" in capsys.readouterr().err
    broken.write_text('{"id": 1}')
    assert run(["compare", second, str(broken)]) == 3
    assert "broken.json" in capsys.readouterr().err
    assert run(["compare", second, str(tmp_path / "none.json")]) == 3
    assert "none.json" in capsys.readouterr().err
    assert run(["compare", second, str(built / "first" / "problem.json")]) == 3
    assert "это файл задачи" in capsys.readouterr().err
    copy = tmp_path / "copy.json"
    shutil.copy(second, copy)
    assert run(["compare", second, str(copy)]) == 0
    assert "изменений 0" in capsys.readouterr().out


def test_check_route_of_a_package(built, written, capsys):
    """The steps of a built route hold; twice the work in one week does not, and is mended."""
    answer = json.loads((built / "first" / "route.json").read_text())
    steps = [f"--step={s['offering']}={s['start']}" for s in answer["route"]["steps"]]
    base = ["check-route", str(written), "--educator", "E1"]
    assert run([*base, *steps]) == 0
    assert "Нарушений нет." in capsys.readouterr().out
    assert run([*base, *steps, "--tempo", "30", "--json"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert found["holds"] is False
    assert found["repair"]["edits"] == len(found["repair"]["changes"]) > 0


def test_check_route_names_wrong_steps(written, capsys):
    """An unknown id and a wrong date are told, code 3."""
    base = ["check-route", str(written), "--educator", "E1"]
    assert run([*base, "--step", "nothing"]) == 3
    said = capsys.readouterr().err
    assert "unknown_activity" in said
    assert "ни мероприятия, ни потока «nothing»" in said
    assert run(base) == 3
    assert "укажите хотя бы один --step" in capsys.readouterr().err
    assert run([*base, "--step", "nothing=tomorrow"]) == 3
    assert "step_date_invalid" in capsys.readouterr().err


def test_check_of_a_problem_file_takes_offerings_and_repairs(built, tmp_path, capsys):
    """Offerings by label instead of a route file; --repair tells the least edit."""
    path = built / "first" / "problem.json"
    problem, _ = read_problem_file(path.read_bytes())
    labels = problem.candidates.label
    answer = json.loads((built / "first" / "route.json").read_text())
    wanted = {(s["offering"], s["start"]) for s in answer["route"]["steps"]}
    names = [f"--offering={label}" for label in labels if label.partition("#")[0] in
             {offering for offering, _ in wanted}]  # fmt: skip
    assert run(["check", str(path), *names[:6], "--repair"]) in (0, 4)
    text = capsys.readouterr().out
    assert "Править нечего." in text or "Наименьшая правка" in text
    every = tmp_path / "every.json"
    every.write_text(json.dumps({"chosen": list(labels)}))
    assert run(["check", str(path), str(every), "--repair", "--json"]) == 4
    body = json.loads(capsys.readouterr().out)
    assert body["repair"]["edits"] >= 1
    assert body["repair"]["edits_proved"] is True
    assert len(body["repair"]["changes"]) == body["repair"]["edits"]
    assert run(["check", str(path), "--offering", "nobody"]) == 3
    assert "unknown_offering" in capsys.readouterr().err
    assert run(["check", str(path)]) == 2
