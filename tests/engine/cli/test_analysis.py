"""``routes analysis`` from a package on disk."""

import datetime as dt
import json

import pytest

from engine.cli.app import run
from engine.domain import (
    Activity,
    DiagnosticResult,
    Educator,
    Form,
    Kind,
    Method,
    Offering,
    Organisation,
    Position,
)
from engine.interchange import DataPackage, write_package

NODE = "MET.ASM.01"
DAY = dt.date(2026, 5, 20)
PLACES = [Organisation(f"s{d}", f"Школа {d}", f"Район {d}") for d in range(4)]


@pytest.fixture
def folder(tmp_path):
    """Four districts of thirty; those of the first did one task of ten, the others seven."""
    educators = [
        Educator(f"E{i:03}", Position.TEACHER, ("физика",), organisation=PLACES[i // 30])
        for i in range(120)
    ]
    scores = {
        e.id: (DiagnosticResult("p", DAY, Method.TEST, NODE, 1 if i < 30 else 7, 10, 10),)
        for i, e in enumerate(educators)
    }
    package = DataPackage(
        as_of=dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3))),
        time_zone="Europe/Moscow",
        organisations=tuple(PLACES),
        educators=tuple(educators),
        diagnostics=scores,
        activities=(
            Activity("a", Kind.DPP_PK, "Оценивание", 36.0, Form.FORMAL, coverage={NODE: 1.0}),
        ),
        offerings=(Offering("r", "a", dt.date(2026, 10, 5), dt.date(2026, 11, 2), seats_left=7),),
        name="analysis",
    )
    write_package(package, tmp_path / "data")
    return str(tmp_path / "data")


def test_the_analysis_in_words(folder, capsys):
    """The district that stands out and the seats that are missing are told."""
    assert run(["analysis", "--package", folder]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Район «Район 0»: дефицит" in said
    assert "мест в потоках до 10 мая 2027: 7" in said
    assert "Ещё" in said


def test_the_same_as_json(folder, capsys):
    """Records with codes and numbers; the kind of groups and the last day are those asked for."""
    arguments = [
        "analysis",
        "--package",
        folder,
        "--by",
        "school",
        "--until",
        "2027-01-31",
        "--json",
    ]
    assert run([*arguments, "--runs", "2", "--run-seats", "5"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["until"], body["n_people"], body["n_measured"]) == ("2027-01-31", 120, 120)
    assert [(c["grouping"], c["key"], c["node"]) for c in body["concentrations"]] == [
        ("school", "s0", NODE)
    ]
    (gap,) = body["gaps"]
    assert (gap["code"], gap["seats"]) == ("too_few_seats", 7)
    assert [(r["activity"], r["seats"], r["takers"]) for r in body["runs"]["runs"]] == [
        ("a", 5, 5),
        ("a", 5, 5),
    ]
    assert body["runs"]["closes"] <= body["runs"]["limit"]


def test_a_day_that_is_none_is_refused(folder, capsys):
    """Usage, with how to write it."""
    assert run(["analysis", "--package", folder, "--until", "май"]) == 2
    assert "2027-05-31" in capsys.readouterr().err


def test_the_demo_is_analysed_in_english(capsys):
    """Without a package it is the demo; whoever reads English gets English."""
    assert run(["analysis", "--language", "en"]) == 0
    assert "Analysis of the region on 31 August 2026" in capsys.readouterr().out
