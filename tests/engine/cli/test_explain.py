"""Claims about the questions: what is asked of the files, what is said of each activity."""

import json

import pytest

from engine.cli.app import run


def ask(package, capsys, *arguments):
    assert run([*arguments[:1], *arguments[1:], "--educator", "E1"]) == 0
    return capsys.readouterr().out


def test_a_slow_tempo_is_told_with_the_minutes_that_help(written, capsys):
    """At 60 minutes a week a 27-hour programme does not fit; the answer says what tempo does."""
    command = ["why-not", "pk-assess", str(written), "--educator", "E1", "--tempo", "60"]
    assert run([*command, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["reason"]["code"] == "tempo"
    assert answer["verdict"] == "admitted_by"
    tempo = next(c for c in answer["changes"] if c["code"] == "more_tempo")
    assert tempo["outcome"] == "admits"
    # 27 clock hours over the 84 days from 21 September to 13 December: 135 minutes a week.
    assert tempo["parameters"]["minutes"] >= 75
    assert run(command) == 0
    said = capsys.readouterr().out
    assert "увеличить недельный темп" in said
    assert "Поможет любое одно" in said


def test_a_ban_is_lifted(written, capsys):
    """An excluded activity is admitted by lifting the ban, named by its title."""
    command = ["why-not", "web-assess", str(written), "--educator", "E1", "--ban", "web-assess"]
    assert run([*command, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [(c["code"], c["outcome"]) for c in answer["changes"]] == [("lift_ban", "admits")]
    assert run([*command, "--language", "en"]) == 0
    assert "lift the ban: “Критерии оценивания”" in capsys.readouterr().out


def test_what_is_in_the_route_is_said_to_be(written, capsys):
    """Asking about a step of the route is no error."""
    assert run(["build", str(written), "--educator", "E1", "--json"]) == 0
    step = json.loads(capsys.readouterr().out)["route"]["steps"][0]["activity"]
    assert run(["why-not", step, str(written), "--educator", "E1"]) == 0
    assert "входит в маршрут" in capsys.readouterr().out


def test_an_unknown_activity_is_refused(written, capsys):
    """The fault names the id."""
    assert run(["why-not", "nothing", str(written), "--educator", "E1"]) == 3
    assert "«nothing»" in capsys.readouterr().err


def test_what_helps_is_a_list_of_intervals(written, capsys):
    """An hour, a week, a step and each pin, for people and for programs."""
    command = ["what-helps", str(written), "--educator", "E1", "--pin", "burnout"]
    assert run([*command, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    codes = sorted(p["code"] for p in answer["prices"])
    assert codes == ["drop_pin", "more_steps", "more_tempo", "more_weeks"]
    for price in answer["prices"]:
        assert 0 <= price["gain"]["low"] <= price["gain"]["high"]
    assert run(command) == 0
    said = capsys.readouterr().out
    assert "Что сделает маршрут лучше" in said
    assert said.count("— ") == 4


@pytest.mark.parametrize("command", ["why-not", "what-helps"])
def test_help_names_the_question(command, capsys):
    """The help is Russian and says what is asked."""
    assert run([command, "--help"]) == 0
    assert "маршрут" in capsys.readouterr().out
