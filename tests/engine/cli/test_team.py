"""``routes build --team`` on the demo: text, JSON, files, and what is refused."""

from __future__ import annotations

import json

import pytest

from engine.cli.app import run


def test_a_team_is_planned_and_every_member_gets_his_files(tmp_path, capsys) -> None:
    """The plan is printed readably, and each member's folder holds what one route's would."""
    out = tmp_path / "out"
    assert run(["build", "--team", "team-2", "--out", str(out), "--gap", "0.05"]) == 0
    text = capsys.readouterr().out
    assert "Маршруты управленческой команды «Команда гимназии № 1002»" in text
    for said in ("Команда проходит вместе", "все участники", "E04, заместитель руководителя"):
        assert said in text
    told = json.loads((out / "team.json").read_text(encoding="utf-8"))
    shared = {step["offering"] for step in told["shared"]}
    assert shared
    for member in ("E04", "E02", "E07"):
        names = {path.name for path in (out / member).iterdir()}
        assert names == {"iom.html", "route.json", "calendar.ics", "problem.json"}
        route = json.loads((out / member / "route.json").read_text(encoding="utf-8"))["route"]
        assert shared <= {step["offering"] for step in route["steps"]}
        page = (out / member / "iom.html").read_text("utf-8").replace("\xa0", " ").casefold()
        assert "общий шаг управленческой команды" in page


@pytest.mark.slow
def test_the_answer_for_a_program_is_json_in_any_language(capsys) -> None:
    """With --json stdout is one JSON document with a certificate and every reading."""
    assert run(["build", "--team", "team-7", "--json", "--language", "en", "--gap", "0.05"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["team"] == "team-7"
    assert told["certificate"]["value"] <= told["certificate"]["bound"]
    assert [r["reading"] for r in told["trained"]] == [
        "all_members",
        "half_members",
        "any_member",
        "head_and_one",
    ]


def test_an_unknown_team_and_settings_of_one_educator_are_refused(capsys) -> None:
    """The known teams are named; what is one educator's cannot be set for a team."""
    assert run(["build", "--team", "team-9"]) == 3
    assert "team-2" in capsys.readouterr().err
    assert run(["build", "--team", "team-2", "--tempo", "60"]) == 3
    assert "--tempo" in capsys.readouterr().err
