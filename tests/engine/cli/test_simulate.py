"""``routes simulate``: a package that reads without faults, and its truth apart."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from engine.cli.app import run
from engine.framework import load_framework
from engine.interchange import DataPackage, nodes_of, read_package
from engine.policy import load_policy
from engine.simulation import HistoryPlan, simulate_history

SIZE = ["--educators", "40", "--activities", "60", "--mentors", "3", "--seed", "4"]
PLAN = HistoryPlan(educators=40, activities=60, mentors=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command wrote."""
    out = tmp_path_factory.mktemp("регион") / "пакет"
    assert run(["simulate", "--out", str(out), *SIZE]) == 0
    return out


def package(folder: Path) -> DataPackage:
    report = read_package(folder, known_nodes=nodes_of(load_framework()))
    assert (report.faults, report.warnings, report.notes) == ((), (), ())
    return report.accepted()


def test_the_package_is_the_history(folder: Path) -> None:
    """It reads without a fault, a warning or a note, and holds what the same plan simulates."""
    read = package(folder)
    history = simulate_history(PLAN, 4, load_framework(), load_policy("default"))
    assert read.activities == history.activities
    assert read.educators == tuple(person.educator for person in history.educators)
    assert read.mentors == history.mentors
    assert sorted(o.id for o in read.offerings) == sorted(o.id for o in history.offerings)
    assert read.diagnostics == {
        p.educator.id: p.diagnostics for p in history.educators if p.diagnostics
    }
    assert read.requests == {p.educator.id: p.requests for p in history.educators if p.requests}
    assert read.history == {p.educator.id: p.history for p in history.educators if p.history}
    assert read.interactions is not None
    assert read.interactions.time.tolist() == history.interactions.time.tolist()
    assert read.interactions.slate.tolist() == history.interactions.slate.tolist()
    assert read.as_of == history.as_of
    assert (read.framework, read.policy) == ("educator-2026", "default")
    assert all(activity.synthetic for activity in read.activities)


def test_the_command_accepts_what_it_wrote(folder: Path) -> None:
    """``routes import --dry-run`` leaves with 0."""
    assert run(["import", str(folder), "--dry-run"]) == 0


def test_the_truth_is_apart_and_complete(folder: Path) -> None:
    """No resource of the package lies in the folder of the truth; its tables match the rows."""
    manifest = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert all("truth" not in resource["path"] for resource in manifest["resources"])
    truth = folder / "truth"
    shown, true = pd.read_csv(folder / "interactions.csv"), pd.read_csv(truth / "interactions.csv")
    assert shown["educator_id"].tolist() == true["educator_id"].tolist()
    assert shown["activity_id"].tolist() == true["activity_id"].tolist()
    assert set(shown.loc[true["benefited"] == 1, "state"]) == {"completed"}
    assert len(pd.read_csv(truth / "activities.csv")) == 60
    gains = pd.read_csv(truth / "gains.csv").dropna()  # nobody whom it is for: no mean over them
    assert (gains["gain_if_completed"] < gains["gain_if_benefited"]).all()
    assert len(pd.read_csv(truth / "proficiency.csv")) == 2 * 40
    assert json.loads((truth / "plan.json").read_text(encoding="utf-8"))["seed"] == 4


def test_the_same_seed_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Every file is the same again; with another seed it is not."""
    assert run(["simulate", "--out", str(tmp_path / "a"), *SIZE]) == 0
    files = [p.relative_to(folder) for p in sorted(folder.rglob("*.*")) if p.is_file()]
    assert len(files) > 15
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (folder / file).read_bytes()
    assert run(["simulate", "--out", str(tmp_path / "b"), *SIZE[:-1], "5"]) == 0
    name = "interactions.csv"
    assert (tmp_path / "b" / name).read_bytes() != (folder / name).read_bytes()


def test_json_counts_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` says how much there is; without exploration no slate has a propensity."""
    out = tmp_path / "p"
    assert run(["simulate", "--out", str(out), *SIZE, "--exploration", "0", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    shown = pd.read_csv(out / "interactions.csv")
    assert said["educators"] == 40
    assert said["interactions"] == len(shown)
    assert said["slates"] == shown["slate"].nunique()
    assert "propensity" not in shown.columns
    assert {k: v for k, v in said["by_state"].items() if v} == dict(shown["state"].value_counts())


@pytest.mark.parametrize("wrong", [["--educators", "0"], ["--exploration", "1.5"]])
def test_sizes_out_of_range_are_wrong_usage(tmp_path: Path, wrong: list[str]) -> None:
    """Nothing is written, and the exit code is that of wrong usage."""
    assert run(["simulate", "--out", str(tmp_path / "p"), *wrong]) == 2
    assert not (tmp_path / "p").exists()
