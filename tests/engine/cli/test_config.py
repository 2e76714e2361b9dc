"""``routes config``: the commented file, and what is in force."""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from engine.cli.app import run
from engine.settings import Settings

NAMES = [f.name for f in fields(Settings)]


def test_the_template_is_accepted_back_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Printed, saved and given back: every value is the default, now from the file."""
    assert run(["config", "template"]) == 0
    path = tmp_path / "routes.toml"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert list(tomllib.loads(path.read_text("utf-8"))) == NAMES
    assert run(["config", "show", "--config", str(path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["file"] == str(path)
    assert [s["name"] for s in shown["settings"]] == NAMES
    assert all(s["value"] == s["default"] for s in shown["settings"])
    assert {s["source"] for s in shown["settings"]} == {"file"}


def test_sources_are_told_and_secrets_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The environment's password is shown by neither form; each line names its source."""
    monkeypatch.setenv("ROUTES_DATABASE_URL", "postgresql://routes:s3cret@db/routes")
    path = tmp_path / "routes.toml"
    path.write_text("port = 9001\n", encoding="utf-8")
    command = ["config", "show", "--config", str(path)]
    assert run(command) == 0
    text = capsys.readouterr().out
    assert run([*command, "--json"]) == 0
    both = text + capsys.readouterr().out
    assert "s3cret" not in both
    lines = {line.split()[0]: line for line in text.splitlines() if line.startswith("  ")}
    assert "postgresql://routes:***@db/routes" in lines["database_url"]
    assert "ROUTES_DATABASE_URL" in lines["database_url"]
    assert "9001" in lines["port"]
    assert "файл" in lines["port"]
    assert "по умолчанию" in lines["language"]


def test_a_slip_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown key of the file: exit code 5, and the nearest name."""
    path = tmp_path / "routes.toml"
    path.write_text("prot = 9001\n", encoding="utf-8")
    assert run(["config", "show", "--config", str(path)]) == 5
    assert "похоже на port" in capsys.readouterr().err
