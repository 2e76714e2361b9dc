"""Dynamics of one educator at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.app import run


def test_the_demo_shows_what_became_of_deficits(capsys: pytest.CaptureFixture[str]) -> None:
    """Both measurements as papers print them, the change with its interval, what is not known."""
    assert run(["dynamics", "--educator", "E13"]) == 0
    said = capsys.readouterr()
    text = " ".join(said.out.split())
    assert text.startswith("Динамика: E13")
    # 16 and 22 of 25 are 64 and 88 %: 5.12 and 7.04 of eight tasks, no whole number
    assert "19 марта 2025 — средний (64 %; 8 заданий)" in text
    assert "14 мая 2026 — минимальный (88 %; 8 заданий)" in text
    assert "Дефицит: неизвестно, снят ли" in text
    assert "изменение +0," in text
    assert max(map(len, said.out.splitlines())) <= 100


def test_json_carries_the_entries(capsys: pytest.CaptureFixture[str]) -> None:
    """Educator, moment, policy and changes; stdout is JSON alone."""
    assert run(["dynamics", "--educator", "E08", "--policy", "spb", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["educator_id"], body["policy"]) == ("E08", "spb")
    assert body["as_of"].startswith("2026-08-31T09:00:00")
    nodes = {c["node"]: [p["raw_share"] for p in c["points"]] for c in body["changes"]}
    assert nodes["SUB.PRI.02"] == pytest.approx([28 / 30, 1.0], abs=1e-6)
    assert set(nodes) == {"SUB.PRI.01", "SUB.PRI.02", "SUB.PRI.03"}


def test_nothing_to_compare_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a second day there is a sentence and no table; JSON has an empty list."""
    assert run(["dynamics", "--educator", "E01", "--language", "en"]) == 0
    assert "there is nothing to compare" in capsys.readouterr().out
    assert run(["dynamics", "--educator", "E06", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []


def test_own_results_and_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A methodist's own table is enough; an unknown educator or policy is named."""
    path = tmp_path / "итоги.csv"
    path.write_text(
        "educator_id,procedure_id,date,method,node,score,max_score,n_tasks\n"
        "E01,вход,2025-09-10,test,MET.ASM,2,6,6\n"
        "E01,итог,2026-05-14,test,MET.ASM,5,6,6\n",
        encoding="utf-8",
    )
    assert run(["dynamics", "--diagnostics", str(path), "--educator", "E01"]) == 0
    assert "высокий (33 %; 2 из 6 заданий)" in " ".join(capsys.readouterr().out.split())
    assert run(["dynamics", "--educator", "E99"]) == 3
    assert "unknown_educator" in capsys.readouterr().err
    assert run(["dynamics", "--educator", "E13", "--policy", "нет"]) == 3
    assert "unknown_policy" in capsys.readouterr().err
