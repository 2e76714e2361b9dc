"""``routes models``, ``promote`` and ``rollback`` as a data scientist types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.app import Exit, run
from engine.training.gate_report import gate_to_json
from tests.engine.model_registry.registered import compared, promoted, registered


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """m-1 serves; m-2 may follow it, m-3 may not, m-4 was never compared."""
    folder = tmp_path / "модели"
    made = promoted(registered(folder, "m-1", "m-2", "m-3", "m-4"), "m-1")
    made.attach_gate(compared(made, "m-2"))
    made.attach_gate(compared(made, "m-3", change=-0.05))
    monkeypatch.setenv("ROUTES_MODELS_DIR", str(folder))
    return folder


def in_service(folder: Path) -> str | None:
    return registered(folder).state().in_service


def test_the_list_names_version_day_state_figures_and_digest(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a version, the newest first; a damaged one is named with its file."""
    (models / "m-3" / "card.md").unlink()
    assert run(["models"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["версия", "день", "состояние", "показатели", "отпечаток"]
    digest = registered(models).entry("m-1").digest[:12]
    assert [line.split()[0] for line in lines[:4]] == ["m-4", "m-3", "m-2", "m-1"]
    assert lines[3].split() == ["m-1", "2026-09-01", "в", "работе", "NDCG@10", "0,5", digest]
    assert "не принимается" in lines[1]
    assert lines[4].startswith("НЕ ПРИНИМАЕТСЯ m-3")
    assert "m-3/card.md" in lines[4]


def test_the_list_as_json(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program gets the pointer, every entry with its digests, and the history."""
    assert run(["models", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["in_service"] == "m-1"
    first = body["models"][-1]
    assert (first["entry"]["version"], first["status"], first["fault"]) == (
        "m-1",
        "in_service",
        None,
    )
    assert len(first["entry"]["digest"]) == 64
    assert [(e["action"], e["by"]) for e in body["history"]] == [("promote", "методист")]


def test_an_empty_registry_says_what_serves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was trained yet: the package's weights serve."""
    assert run(["models", "--models", str(tmp_path)]) == 0
    assert "работают веса из поставки" in capsys.readouterr().out


def test_an_admitted_model_goes_into_service(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report is printed with its thresholds, the pointer moves, the history names who."""
    assert run(["promote", "m-2", "--by", "анна"]) == Exit.DONE
    out = capsys.readouterr().out
    assert "Допуск модели m-2: допущена" in out
    assert "не ниже −1 %" in out
    assert "В работе: m-2 (раньше: m-1)" in out
    assert in_service(models) == "m-2"
    last = registered(models).state().history[-1]
    assert (last.by, last.forced, last.at.utcoffset() is not None) == ("анна", False, True)


@pytest.mark.parametrize(("version", "said"), [("m-3", "closed_deficit"), ("m-4", "не сравнили")])
def test_what_the_gate_refuses_ends_with_6(
    models: Path, capsys: pytest.CaptureFixture[str], version: str, said: str
) -> None:
    """A refusal has a code of its own, names its cause, and moves nothing."""
    assert run(["promote", version]) == 6
    streams = capsys.readouterr()
    assert "Модель не пущена в работу" in streams.err
    assert said in streams.err
    assert ("**нет**" in streams.out) == (version == "m-3")
    assert in_service(models) == "m-1"


def test_force_and_reason_belong_together(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Either alone is wrong usage; both put the model into service and keep the reason."""
    assert run(["promote", "m-3", "--force"]) == Exit.USAGE
    assert run(["promote", "m-3", "--reason", "пилот"]) == Exit.USAGE
    assert run(["promote", "m-3", "--force", "--reason", " "]) == Exit.USAGE
    assert in_service(models) == "m-1"
    assert run(["promote", "m-3", "--force", "--reason", "пилот"]) == 0
    assert "Без допуска, причина записана: пилот" in capsys.readouterr().out
    last = registered(models).state().history[-1]
    assert (last.version, last.forced, last.reason) == ("m-3", True, "пилот")


def test_a_report_from_a_file(models: Path, tmp_path: Path) -> None:
    """A comparison made elsewhere admits the model it is about; what is no report is refused."""
    path = tmp_path / "gate.json"
    path.write_text(gate_to_json(compared(registered(models), "m-4")), encoding="utf-8")
    assert run(["promote", "m-3", "--report", str(path)]) == 6
    assert run(["promote", "m-4", "--report", str(path)]) == 0
    for content in (b"{}", b"\xff\xfe", b"nothing"):
        path.write_bytes(content)
        assert run(["promote", "m-2", "--report", str(path)]) == Exit.INPUT
    assert run(["promote", "m-2", "--report", str(tmp_path / "no.json")]) == Exit.INPUT
    assert in_service(models) == "m-4"


def test_rolling_back(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One command: the model before serves again; with nothing before, code 3 and words."""
    assert run(["promote", "m-2"]) == 0
    assert run(["rollback", "--by", "дежурный"]) == 0
    assert "В работе: m-1 (раньше: m-2)" in capsys.readouterr().out
    assert run(["rollback", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["event"]["version"] is None
    assert run(["rollback"]) == Exit.INPUT
    assert "возвращаться не к чему" in capsys.readouterr().err
    assert in_service(models) is None


def test_a_damaged_predecessor_is_not_gone_back_to(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pointer stays, the fault names the file, the code is 3."""
    assert run(["promote", "m-2"]) == 0
    (models / "m-1" / "model.joblib").write_bytes(b"x")
    assert run(["rollback"]) == Exit.INPUT
    assert "m-1/model.joblib" in capsys.readouterr().err
    assert in_service(models) == "m-2"


def test_a_folder_must_be_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an option and a setting nothing is guessed."""
    monkeypatch.delenv("ROUTES_MODELS_DIR", raising=False)
    assert run(["models"]) == Exit.CONFIGURATION
    assert "--models" in capsys.readouterr().err


def test_an_unknown_version_is_named_with_those_there_are(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the pen shows what could have been meant."""
    assert run(["promote", "m-5"]) == Exit.INPUT
    err = capsys.readouterr().err
    assert "m-5" in err
    assert "m-1, m-2, m-3, m-4" in err


def test_the_exit_codes_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes a script finds what 6 means."""
    run(["--help"])
    assert "модель не допущена" in " ".join(capsys.readouterr().out.split())
