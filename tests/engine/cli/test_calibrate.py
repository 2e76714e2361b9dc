"""``routes calibrate``, and routes with the calibration that it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.cli.app import run
from engine.diagnostics.item_response_model import ItemResponseModel
from engine.framework import load_framework
from engine.item_bank_store import CARD_FILE, ITEMS_FILE, MANIFEST_FILE, load_calibration
from tests.bench.simulated_answers import Shape, simulated

FRAMEWORK = load_framework()
NODES = ("MET.ASM", "MET.PLN")
SHAPE = Shape(people=120, items=12, skills=2, missing=0.15, several=0.0)


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers of simulated people to items of two nodes; i1 is answered right by everybody."""
    folder = tmp_path_factory.mktemp("answers")
    responses, q_matrix = simulated(SHAPE, 0)
    responses["i1"] = responses["i1"].where(responses["i1"].isna(), 1.0)
    responses.to_csv(folder / "ответы.csv")
    q_matrix.set_axis(list(NODES), axis=1).to_csv(folder / "q.csv")
    return folder


@pytest.fixture(scope="session")
def calibration(tables: Path) -> Path:
    """What the command wrote."""
    assert calibrate(tables, tables / "калибровка") == 0
    return tables / "калибровка"


def calibrate(tables: Path, out: Path, *more: str) -> int:
    answers, q_matrix = tables / "ответы.csv", tables / "q.csv"
    given = ["--responses", str(answers), "--q-matrix", str(q_matrix), "--out", str(out)]
    return run(["calibrate", *given, "--created-on", "2026-09-01", *more])


def test_nodes_of_the_test_belong_to_the_framework() -> None:
    """Else the tests below would be about a bank of its own."""
    assert all(node in FRAMEWORK for node in NODES)


def test_the_artefact_holds_the_parameters_of_the_estimator(
    calibration: Path, tables: Path
) -> None:
    """Items, prior and counts are those of a fit in a notebook, to six decimals."""
    responses, q_matrix = simulated(SHAPE, 0)
    responses["i1"] = responses["i1"].where(responses["i1"].isna(), 1.0)
    model = ItemResponseModel(q_matrix).fit(responses)
    found = load_calibration(calibration, expected_framework=FRAMEWORK)
    items = list(found.bank.items.values())
    np.testing.assert_allclose([i.slope for i in items], model.slopes_, atol=6e-7)
    np.testing.assert_allclose([i.intercept for i in items], model.intercepts_, atol=6e-7)
    assert list(found.n_answers.values()) == responses.notna().sum().tolist()
    assert found.prior.person_sd == pytest.approx(model.person_sd_, abs=6e-7)
    assert {i.nodes for i in items} == {(NODES[0],), (NODES[1],)}
    source = found.manifest.source
    assert (source.responses_file, source.q_matrix_file) == ("ответы.csv", "q.csv")
    assert (source.people, source.items) == (120, 12)
    assert source.answers == int(responses.notna().to_numpy().sum())
    assert source.share_missing == pytest.approx(responses.isna().to_numpy().mean(), abs=1e-6)


def test_no_folder_of_this_machine_gets_into_the_artefact(calibration: Path, tables: Path) -> None:
    """Names of files alone, so that the artefact can be handed on."""
    for name in (ITEMS_FILE, MANIFEST_FILE, CARD_FILE):
        assert str(tables) not in (calibration / name).read_text()


def test_the_card_says_what_to_look_at(calibration: Path) -> None:
    """The constant item is named with its reason; framework, fit and limits are there."""
    card = (calibration / CARD_FILE).read_text()
    look_at = card.partition("стоит посмотреть")[2].partition("## ")[0]
    assert "- i1: все ответы одинаковы" in look_at
    assert f"{FRAMEWORK.id} {FRAMEWORK.version}" in card
    for part in ("Людей 120, заданий 12", "AUC", "надёжность", "Пределы применения"):
        assert part in card


def test_the_same_answers_give_the_same_bytes(calibration: Path, tables: Path) -> None:
    """Nothing of the clock or of chance is in the artefact."""
    again = tables / "ещё раз"
    assert calibrate(tables, again) == 0
    for name in (ITEMS_FILE, MANIFEST_FILE, CARD_FILE):
        assert (calibration / name).read_bytes() == (again / name).read_bytes()


def test_a_long_table_gives_the_same_held_out_figures(
    tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The order of people and items in a file is no part of the answers."""
    wide = pd.read_csv(tables / "ответы.csv", index_col=0)
    long = wide.rename_axis("person").reset_index().melt("person", var_name="item")
    long = long.rename(columns={"value": "response"}).sample(frac=1, random_state=5)
    long.to_csv(tmp_path / "ответы.csv", index=False)
    (tmp_path / "q.csv").write_bytes((tables / "q.csv").read_bytes())
    found = []
    for folder in (tables, tmp_path):
        capsys.readouterr()
        assert calibrate(folder, tmp_path / "bank", "--json") == 0
        found.append(json.loads(capsys.readouterr().out)["report"]["fit"])
    assert found[0]["n_answers"] == found[1]["n_answers"]
    assert found[0] == pytest.approx(found[1], abs=2e-6)


def test_reliability_of_few_people_is_not_printed(
    tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Below a hundred people a reason stands in its place, at the terminal and in the card."""
    wide = pd.read_csv(tables / "ответы.csv", index_col=0)
    wide.head(40).to_csv(tmp_path / "ответы.csv")
    (tmp_path / "q.csv").write_bytes((tables / "q.csv").read_bytes())
    assert calibrate(tmp_path, tmp_path / "bank") == 0
    assert "надёжность: не посчитана: людей 40, нужно не меньше 100" in capsys.readouterr().out
    card = (tmp_path / "bank" / CARD_FILE).read_text()
    assert "| MET.ASM | 6 | — |" in card
    assert "не указана: людей 40" in card


def test_json_has_the_report(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document on stdout, and nothing on stderr where nobody watches."""
    assert calibrate(tables, tables / "json", "--json") == 0
    printed = capsys.readouterr()
    body = json.loads(printed.out)
    assert printed.err == ""
    assert body["manifest"]["framework_id"] == FRAMEWORK.id
    assert body["report"]["items"][0]["remarks"][0] == "constant"
    assert 0.5 < body["report"]["fit"]["auc"] < 1


def test_faults_end_with_their_code_and_leave_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults of the input are 3 with their places, a framework that is not there is 5."""
    (tmp_path / "ответы.csv").write_text("id,a,b\nп1,1,2\nп2,0,1\n")
    (tmp_path / "q.csv").write_text("item,s\na,1\nb,0\n")
    assert calibrate(tmp_path, tmp_path / "out") == 3
    said = capsys.readouterr().err
    assert "ответы.csv, строка 2, столбец «b»" in said
    assert "q.csv, строка 3: задание «b» не связано" in said
    assert calibrate(tmp_path, tmp_path / "out", "--framework", "nowhere") == 5
    assert calibrate(tmp_path, tmp_path / "out", "--created-on", "вчера") == 3
    (tmp_path / "q.csv").unlink()
    assert calibrate(tmp_path, tmp_path / "out") == 3
    assert not (tmp_path / "out").exists()


# --------------------------------------------------------------------------- routes with it


@pytest.fixture
def tested(own: Path) -> Path:
    """The package, its educator E1 tested by items of the calibration."""
    rows = [f"E1,тест,2026-08-20,i{k},{int(k <= 4)},{NODES[(k - 1) % 2]}" for k in range(1, 9)]
    header = "educator_id,procedure_id,date,item,response,node"
    (own / "responses.csv").write_text("\n".join([header, *rows]) + "\n")
    (own / "diagnostics.csv").unlink()
    manifest = own / "datapackage.json"
    body = json.loads(manifest.read_text())
    body["resources"] = [r for r in body["resources"] if r["name"] != "diagnostics"]
    body["resources"].append({"name": "responses", "path": "responses.csv"})
    manifest.write_text(json.dumps(body))
    return own


def built(package: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["build", str(package), "--educator", "E1", "--json", *more]) in (0, 4)
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_a_route_with_a_calibration_says_so(
    tested: Path, calibration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Deficits follow the calibrated items, and the provenance names day and digest."""
    plain = built(tested, capsys)
    found = built(tested, capsys, "--calibration", str(calibration))
    digest = json.loads((calibration / MANIFEST_FILE).read_text())["digest"]
    assert plain["provenance"]["calibration"] is None
    assert found["provenance"]["calibration"] == f"2026-09-01 {digest}"
    means = [{d["node"]: d["estimate"] for d in answer["deficits"]} for answer in (plain, found)]
    assert set(means[0]) == set(means[1])
    assert all(abs(means[0][n] - means[1][n]) > 1e-4 for n in NODES)


def test_questions_about_a_route_take_the_calibration(
    tested: Path, calibration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The problem behind a question is the one that the route was built from."""
    given = ["--educator", "E1", "--json"]
    with_it = [*given, "--calibration", str(calibration)]
    route = built(tested, capsys, "--calibration", str(calibration))
    digest = route["provenance"]["problem_digest"]
    assert digest != built(tested, capsys)["provenance"]["problem_digest"]
    assert run(["what-helps", str(tested), *with_it]) == 0
    assert json.loads(capsys.readouterr().out)["problem_digest"] == digest
    assert run(["why-not", "web-assess", str(tested), *with_it]) == 0
    assert json.loads(capsys.readouterr().out)["problem_digest"] == digest
    step = route["route"]["steps"][0]["offering"]
    assert run(["check-route", str(tested), "--step", step, *with_it]) in (0, 4)


def test_a_changed_calibration_builds_nothing(
    tested: Path, calibration: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither an edited file nor an empty folder is taken, and both are named."""
    for name in (ITEMS_FILE, MANIFEST_FILE):
        (tmp_path / name).write_bytes((calibration / name).read_bytes())
    with (tmp_path / ITEMS_FILE).open("a") as file:
        file.write(" ")
    command = ["build", str(tested), "--educator", "E1", "--calibration"]
    assert run([*command, str(tmp_path)]) == 3
    assert "digest_mismatch" in capsys.readouterr().err
    assert run([*command, str(tmp_path / "nowhere")]) == 3
    assert "manifest_missing" in capsys.readouterr().err


def test_items_of_other_nodes_than_calibrated_are_a_fault(
    tested: Path, calibration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An item keeps the nodes that it was calibrated for."""
    path = tested / "responses.csv"
    path.write_text(path.read_text().replace(f"i1,1,{NODES[0]}", f"i1,1,{NODES[1]}"))
    command = ["build", str(tested), "--educator", "E1", "--calibration", str(calibration)]
    assert run(command) == 3
    assert "item_calibrated_otherwise" in capsys.readouterr().err
