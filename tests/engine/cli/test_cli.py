"""Claims about the command: what it prints, what it writes, which code it leaves with."""

import io
import json
import sys

import openpyxl
import pytest

from engine.cli.app import COMMANDS, command_line, run
from engine.wording import word


@pytest.fixture(scope="module")
def package(written):
    return written


@pytest.fixture(scope="module")
def built(package, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    assert run(["build", str(package), "--educator", "E1", "--out", str(out)]) == 0
    return out


def test_build_writes_page_calendar_json_and_problem(built):
    """Four files, the page names the route's first step."""
    names = {p.name for p in built.iterdir()}
    assert names == {"iom.html", "calendar.ics", "route.json", "problem.json"}
    answer = json.loads((built / "route.json").read_text())
    assert answer["status"] in ("OPTIMAL", "WITHIN_GAP")
    assert answer["route"]["steps"][0]["title"] in (built / "iom.html").read_text()


def test_build_prints_json_for_programs(package, capsys):
    """--json leaves nothing but JSON on stdout."""
    assert run(["build", str(package), "--educator", "E1", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["educator"]["id"] == "E1"


def test_build_picks_the_only_measured_educator(package, capsys):
    """Two educators, one with diagnostics: no need to say which."""
    assert run(["build", str(package), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["educator"]["id"] == "E1"


def test_solve_replays_the_problem_file(built, capsys):
    """The same file gives the same value, also from stdin, and check finds no violation."""
    problem = str(built / "problem.json")
    assert run(["solve", problem, "--json"]) == 0
    first = capsys.readouterr().out
    solution = json.loads(first)
    served = json.loads((built / "route.json").read_text())
    assert solution["value_mpt"] / 1000 == served["certificate"]["value"]
    route = built / "solution.json"
    route.write_text(first)
    assert run(["check", problem, str(route)]) == 0
    assert "нарушений нет" in capsys.readouterr().out


def test_solve_reads_standard_input(built, monkeypatch, capsys):
    """«-» is stdin."""
    content = (built / "problem.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run(["solve", "-"]) == 0
    assert "Ценность" in capsys.readouterr().out


def test_check_names_the_broken_rule(built, tmp_path, capsys):
    """A route of every candidate breaks rules, is told which, and the code is 4."""
    problem = json.loads((built / "problem.json").read_text())
    labels = problem["problem"]["candidates"]["label"]
    route = tmp_path / "route.json"
    route.write_text(json.dumps({"chosen": labels}))
    assert run(["check", str(built / "problem.json"), str(route)]) == 4
    printed = capsys.readouterr().out
    assert "нарушений:" in printed
    assert word("one_offering", {}, "ru", family="rule") in printed
    route.write_text(json.dumps({"chosen": labels, "surprise": 1}))
    assert run(["check", str(built / "problem.json"), str(route)]) == 3
    assert "surprise" in capsys.readouterr().err


def test_an_infeasible_request_leaves_with_4(package, capsys):
    """A pin and a ban of one activity: no route, code 4, conflict in the JSON."""
    arguments = ["build", str(package), "--educator", "E1", "--json"]
    assert run([*arguments, "--pin", "contest", "--ban", "contest"]) == 4
    assert json.loads(capsys.readouterr().out)["status"] == "INFEASIBLE"


def test_wrong_input_leaves_with_3_and_names_the_place(package, tmp_path, capsys):
    """A score above its maximum: file, row and column on stderr, nothing on stdout."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["educator_id", "procedure_id", "date", "method", "node", "score", "max_score"])
    sheet.append(["E1", "p", "2026-05-12", "test", "MET.ASM", 7, 6])
    path = tmp_path / "my.xlsx"
    book.save(path)
    assert run(["build", str(package), "--diagnostics", str(path)]) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "my.xlsx, строка 2" in printed.err
    assert "score_above_maximum" in printed.err


def test_usage_configuration_and_missing_files_have_their_codes(package, capsys):
    """2 for a wrong call, 3 for a missing file and an unknown educator."""
    assert run(["build", "--no-such-option"]) == 2
    assert run(["build", str(package / "nowhere")]) == 3
    assert run(["build", str(package), "--educator", "E99"]) == 3
    assert "E99" in capsys.readouterr().err
    assert run(["import", str(package)]) == 2
    assert run(["build", str(package), "--as-of", "2026-08-31"]) == 3
    assert run(["build", str(package), "--policy", "mars"]) == 3


def test_import_checks_and_writes(package, tmp_path, capsys):
    """A dry run writes nothing; --out writes a package that is read again alike."""
    assert run(["import", str(package), "--dry-run"]) == 0
    assert "Мероприятия (activities): прочитано строк 8" in capsys.readouterr().out
    assert run(["import", str(package), "--out", str(tmp_path / "again")]) == 0
    assert run(["import", str(tmp_path / "again"), "--dry-run", "--json"]) == 0
    body = json.loads(capsys.readouterr().out.partition("{")[2].join(["{", ""]))
    assert body["accepted"] is True


def test_template_writes_blank_forms(tmp_path, capsys):
    """One XLSX form for the asked table; an unknown table is a wrong call."""
    assert run(["template", str(tmp_path / "forms"), "--table", "diagnostics"]) == 0
    assert len(list((tmp_path / "forms").glob("*.xlsx"))) == 1
    assert run(["template", str(tmp_path), "--table", "weather"]) == 2


def test_tag_prints_coverage(package, capsys):
    """A CSV row per activity and node; shares of an activity sum to at most one."""
    assert run(["tag", str(package)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "activity_id,title,node,node_title,share,confidence"
    assert any(line.startswith("pk-assess,") for line in lines)


def test_every_command_is_listed_and_one_alone_is_loaded(capsys):
    """The help names all of them; whoever names one gets it without the others."""
    assert run(["--help"]) == 0
    printed = capsys.readouterr().out
    assert [name for name in COMMANDS if f" {name} " not in printed] == []
    alone = command_line(["solve", "--json"])
    assert [c.name for c in alone.registered_commands] == ["solve"]
    assert not alone.registered_groups
    assert run(["slove"]) == 2
