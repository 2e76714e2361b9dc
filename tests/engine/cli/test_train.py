"""``routes train`` and ``evaluate`` as a data scientist types them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from threadpoolctl import threadpool_limits

from engine.cli.app import Exit, run
from engine.interchange import write_package
from engine.interchange.simulated import package_of
from engine.matching.enrolment_ranker import EnrolmentRanker
from engine.matching.model import MatchingModel
from engine.matching.tag_corrections import TagCorrection
from engine.simulation import HistoryPlan
from engine.training.evaluate import EvaluationOptions
from tests.engine.model_registry.registered import registered
from tests.engine.training.histories import FRAMEWORK, POLICY, history

pytestmark = pytest.mark.slow

PLAN = HistoryPlan(educators=100, activities=24, mentors=2)
QUICK = ["--plans", "50", "--test-share", "0.5", "--jobs", "1", "--json"]
BASELINES = {"random", "popular", "tfidf", "item_knn", "als", "ease", "order"}
PRIOR = MatchingModel.prior().version


def said(*arguments: str | Path) -> dict[str, Any]:
    """What a command answers in JSON."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert run([str(a) for a in arguments]) == Exit.DONE
    body: dict[str, Any] = json.loads(out.getvalue())
    return body


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tests run side by side: threads that wait for each other on busy cores take minutes."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module", autouse=True)
def quick_judges_and_baselines() -> Iterator[None]:
    """Few judges, people and trees: what commands print and keep hangs on none of them."""
    with pytest.MonkeyPatch.context() as patch:
        few = partial(EvaluationOptions, judges=2, ranked=12)
        patch.setattr("engine.cli.train.EvaluationOptions", few)
        patch.setattr("engine.training.judge.TREES", 20)
        patch.setattr("engine.training.evaluate.LATENCY_PEOPLE", 8)
        for module in ("ranking_metrics", "enrolments"):
            ranker = partial(EnrolmentRanker, rounds=20, folds=3)
            patch.setattr(f"engine.training.{module}.EnrolmentRanker", ranker)
        yield


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated region with one corrected tag, as a folder."""
    folder = tmp_path_factory.mktemp("регион")
    given = package_of(history(1, PLAN), framework=FRAMEWORK.id, policy=POLICY.id)
    first = given.activities[0]
    node = FRAMEWORK.codes[int(FRAMEWORK.leaves[0])]
    correction = TagCorrection(first.id, first.title, right=((node, None),), summary=first.summary)
    write_package(replace(given, corrections=(correction,)), folder)
    return folder


@pytest.fixture(scope="module")
def trained(package: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A registry with m-1, and what the training said; not to be changed."""
    models = tmp_path_factory.mktemp("модели")
    named = ["--version", "m-1", "--created-on", "2026-09-01"]
    return models, said("train", package, "--models", models, *named, *QUICK)


@pytest.fixture
def models(trained: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of the registry to spoil."""
    return Path(shutil.copytree(trained[0], tmp_path / "реестр"))


def test_training_registers_a_model_beside_everything_it_is_compared_with(
    trained: tuple[Path, dict[str, Any]],
) -> None:
    """The candidate, the package's weights and all baselines are measured; nothing is promoted."""
    folder, body = trained
    report, gate = body["report"], body["gate"]
    assert [m["version"] for m in report["models"]] == ["m-1", PRIOR]
    assert {r["name"] for r in report["ranking"]} == BASELINES | {"m-1", PRIOR}
    assert (gate["candidate"], gate["in_service"]) == ("m-1", PRIOR)
    own = registered(folder)
    entry = own.entry("m-1")
    assert gate["candidate_digest"] == entry.digest
    assert (own.state().in_service, entry.registered_by) == (None, "routes train")
    card = (folder / "m-1" / "card.md").read_text(encoding="utf-8")
    assert card.startswith("# Карточка модели подбора m-1")
    parameters = entry.lineage.parameters
    assert (parameters["test_share"], parameters["corrections"]) == (0.5, 1)
    assert json.loads(json.dumps(parameters))["evaluation"]["plans"] == 50


def test_the_model_keeps_what_methodists_corrected(
    trained: tuple[Path, dict[str, Any]],
) -> None:
    """Corrections of the package travel with the model, whatever package it serves later."""
    model = registered(trained[0]).load("m-1").model
    assert isinstance(model, MatchingModel)
    assert model.tagger is not None
    assert len(model.tagger.corrections) == 1


def test_evaluating_again_repeats_the_figures_and_keeps_the_verdict(
    trained: tuple[Path, dict[str, Any]], models: Path, package: Path
) -> None:
    """On the same data and split: all but times is what training said; the gate's file is new."""
    before = registered(models).entry("m-1")
    assert before.gate is not None
    again = said("evaluate", "m-1", "--package", package, "--models", models, *QUICK)
    after = registered(models).gate_of("m-1")
    assert after is not None
    assert registered(models).entry("m-1").gate != before.gate
    assert registered(models).entry("m-1").digest == before.digest

    def without_times(gate: dict[str, Any]) -> list[Any]:
        checks = [c for c in gate["checks"] if c["code"] != "latency"]
        return [checks, gate["closed"], gate["slices"], gate["calibration"]]

    first = trained[1]
    assert without_times(again["gate"]) == without_times(first["gate"])
    assert again["ranking"] == first["report"]["ranking"]
    for ours, theirs in zip(again["models"], first["report"]["models"], strict=True):
        assert {**ours, "rank_p95_ms": 0} == {**theirs, "rank_p95_ms": 0}


def test_the_model_in_service_is_not_let_in_against_itself(
    models: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is measured beside the package's weights, and the verdict that let it in stays."""
    where = ["--models", str(models)]
    assert run(["promote", "m-1", "--force", "--reason", "проба", *where]) == Exit.DONE
    before = registered(models).state()
    asked = []

    def measured(*given: Any, **_: object) -> SimpleNamespace:
        asked.extend(model.version for model in given[2])
        return SimpleNamespace(models=(), ranking=())  # what is measured is the test above

    monkeypatch.setattr("engine.cli.train.evaluate_again", measured)
    body = said("evaluate", "m-1", "--package", package, *where, *QUICK)
    assert asked == ["m-1", PRIOR]
    assert body["gate"] is None
    assert registered(models).state() == before


def test_outcomes_that_the_model_learned_from_are_no_test(
    models: Path, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A larger held-out share reaches into what it was fitted on: refused, nothing attached."""
    gate = registered(models).entry("m-1").gate
    wide = ["--package", str(package), "--models", str(models), "--test-share", "0.7"]
    assert run(["evaluate", "m-1", *wide]) == Exit.INPUT
    assert "evaluation_overlaps_training" in capsys.readouterr().err
    assert registered(models).entry("m-1").gate == gate


def test_a_spoilt_model_is_neither_compared_nor_compared_with(
    models: Path, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named by file, before anything is learned; the registry stays as it was."""
    where = ["--models", str(models)]
    assert run(["promote", "m-1", "--force", "--reason", "проба", *where]) == Exit.DONE
    with (models / "m-1" / "model.joblib").open("ab") as stream:
        stream.write(b"x")
    assert run(["evaluate", "m-1", "--package", str(package), *where]) == Exit.INPUT
    assert "m-1/model.joblib" in capsys.readouterr().err
    assert run(["train", str(package), *where]) == Exit.INPUT
    assert "m-1/model.joblib" in capsys.readouterr().err
    assert list(registered(models).state().versions) == ["m-1"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["--version", "m-1"], "version_taken"),
        (["--version", "../m"], "version_name"),
        (["--created-on", "вчера"], "created_on_invalid"),
    ],
)
def test_what_would_fail_at_the_end_fails_at_the_start(
    models: Path, package: Path, capsys: pytest.CaptureFixture[str], given: list[str], code: str
) -> None:
    """A name that is taken or cannot be, and a day that is none, cost nobody a training."""
    arguments = ["train", str(package / "нет такой"), "--models", str(models), *given]
    assert run(arguments) == Exit.INPUT
    assert f"[{code}]" in capsys.readouterr().err


def test_a_package_without_outcomes_is_refused(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what is missing; so does one whose outcomes are too few."""
    given = package_of(history(1, PLAN), framework=FRAMEWORK.id, policy=POLICY.id)
    where = ["--models", str(tmp_path / "m")]
    write_package(replace(given, interactions=None), tmp_path / "без")
    assert run(["train", str(tmp_path / "без"), *where]) == Exit.INPUT
    assert "[no_interactions]" in capsys.readouterr().err
    assert given.interactions is not None
    few = given.interactions.select(given.interactions.person < 5)
    write_package(replace(given, interactions=few), tmp_path / "мало")
    assert run(["train", str(tmp_path / "мало"), *where]) == Exit.INPUT
    assert "[too_few_outcomes]" in capsys.readouterr().err
    assert not registered(tmp_path / "m").state().versions


@pytest.mark.parametrize(
    "wrong",
    [
        ["train"],
        ["train", "p", "--demo"],
        ["train", "p", "--lists", "top.csv"],
        ["train", "--demo", "--activities", "a.csv"],
        ["train", "p", "--plans", "49"],
        ["train", "p", "--test-share", "1"],
        ["evaluate"],
        ["evaluate", "m-1"],
        ["evaluate", "m-1", "--interactions", "t.csv"],
        ["evaluate", "m-1", "--package", "p", "--activities", "a.csv"],
    ],
)
def test_wrong_usage_is_told_before_any_file_is_sought(wrong: list[str]) -> None:
    """What is missing, too much, or would be passed over in silence ends with 2."""
    assert run(wrong) == Exit.USAGE


# --------------------------------------------------------------------------- plain tables

COURSES = 9


@pytest.fixture(scope="module")
def enrolments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everybody takes four neighbours out of nine courses, from a start of his own."""
    path = tmp_path_factory.mktemp("записи") / "записи.csv"
    lines = ["Педагог;Программа;Порядок"]
    for p in range(45):
        lines += [f"п{p:02};к{(p + i) % COURSES};{i}" for i in range(4)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_plain_table_is_ranked_and_its_lists_are_written(
    enrolments: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everybody gets the five courses that he has not taken, once each, the best first."""
    top = tmp_path / "лучшие.csv"
    body = said("train", "--interactions", enrolments, "--lists", top, "--json")
    assert (body["study"]["people"], body["study"]["activities"]) == (45, COURSES)
    assert {r["name"] for r in body["study"]["ranking"]} == BASELINES
    rows = list(csv.DictReader(top.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 45 * (COURSES - 4)
    for p in range(45):
        own = [r for r in rows if r["person"] == f"п{p:02}"]
        assert {r["activity"] for r in own} == {f"к{(p + i) % COURSES}" for i in range(4, COURSES)}
        assert [r["rank"] for r in own] == ["1", "2", "3", "4", "5"]
        scores = [float(r["score"]) for r in own]
        assert scores == sorted(scores, reverse=True)
    assert run(["evaluate", "--interactions", str(enrolments)]) == Exit.DONE
    assert "людей 45, активностей 9, строк 180" in capsys.readouterr().out


def test_a_workbook_is_ranked_as_its_table_is(enrolments: Path, tmp_path: Path) -> None:
    """A title above the header, ids as numbers, days as dates, activities on a second sheet.

    The same enrolments in the same order have the same figures; baselines of order know no text.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Журнал записей"])
    sheet.append(["Табельный номер", "Код программы", "Дата записи", "Успех"])
    rows = list(csv.reader(enrolments.read_text(encoding="utf-8").splitlines(), delimiter=";"))
    for person, course, place in rows[1:]:
        day = dt.datetime(2025, 1, 1) + dt.timedelta(days=int(place))
        sheet.append([1_000 + int(person[1:]), int(course[1:]), day, 0.85])
        sheet.cell(sheet.max_row, 4).number_format = "0%"
    other = book.create_sheet("Мероприятия")
    other.append(["Код программы", "Название"])
    for i in range(COURSES):
        other.append([i, f"Программа {i}"])
    path = tmp_path / "записи.xlsx"
    book.save(path)
    top = tmp_path / "лучшие.csv"
    found = said("train", "--interactions", path, "--lists", top, "--json")["study"]
    plain = said("train", "--interactions", enrolments, "--json")["study"]
    assert [found[k] for k in ("people", "activities", "rows", "tested")] == [45, COURSES, 180, 45]
    by_name = {r["name"]: r for r in plain["ranking"]}
    for row in found["ranking"]:
        if row["name"] in ("popular", "item_knn", "ease"):
            assert row == by_name[row["name"]]
    first = next(csv.DictReader(top.read_text(encoding="utf-8").splitlines()))
    assert (first["person"], first["rank"]) == ("1000", "1")


def test_tables_that_cannot_be_read_are_named(
    package: Path, enrolments: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing file, a header without people, a folder for lists that is not there: code 3."""
    train = ["train", "--interactions"]
    assert run([*train, str(tmp_path / "нет.csv")]) == Exit.INPUT
    assert "нет.csv" in capsys.readouterr().err
    assert run([*train, str(package / "educators.csv")]) == Exit.INPUT
    assert "[enrolments_missing]" in capsys.readouterr().err
    lists = ["--lists", str(tmp_path / "куда" / "top.csv")]
    assert run([*train, str(enrolments), *lists]) == Exit.INPUT
    assert "куда" in capsys.readouterr().err
