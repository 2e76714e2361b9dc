"""``routes replay``: a kept route again, whole and byte by byte."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.service import build_service
from engine.cli.app import run
from engine.settings import Settings
from tests.api.conftest import running

pytestmark = pytest.mark.slow

AS_OF = "2026-08-31T09:00:00+03:00"
Changed = Callable[[str, tuple[Any, ...]], None]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, ...]]:
    """A database with a route, one with variants, and two that the clock cut; not to be changed."""
    path = tmp_path_factory.mktemp("kept") / "routes.db"
    settings = Settings(database_url=f"sqlite:///{path}")
    service = build_service(settings)
    ids = []
    with running(settings, service.engine, store=service.store, package=service.package) as caller:
        for educator, more in (
            ("E02", {"options": {"deadline_ms": 20_000}}),
            ("E13", {"options": {"deadline_ms": 30_000, "variants": True}}),
            ("E01", {"options": {"deadline_ms": 15, "gap_rel": 0.0}}),
            # Cut before any work was finished: a limit of nothing must be repeated as nothing.
            ("E01", {"options": {"deadline_ms": 1, "gap_rel": 0.0}}),
        ):
            answer = caller.post(
                "/routes", json={"educator": {"id": educator}, "as_of": AS_OF, **more}
            )
            assert answer.status_code == 201, answer.text
            ids.append(answer.json()["id"])
    service.store.close()
    return path, tuple(ids)


@pytest.fixture
def database(kept: tuple[Path, tuple[str, ...]], tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    """A copy of it to spoil."""
    path = tmp_path / "routes.db"
    with closing(sqlite3.connect(kept[0])) as whole, closing(sqlite3.connect(path)) as copy:
        whole.backup(copy)
    return path, kept[1]


def replay(path: Path, route: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(["replay", route, "--database", f"sqlite:///{path}", "--json"])
    return code, json.loads(capsys.readouterr().out or "null")


def changed(path: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(path)) as opened, opened:
        assert opened.execute(statement, values).rowcount == 1


def test_kept_routes_come_again_to_the_byte(
    database: tuple[Path, tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    """An unhurried answer, one with variants, and two whose clock ran out, one at once."""
    path, ids = database
    for route in ids:
        assert replay(path, route, capsys) == (
            0,
            {"route": route, "revision": 1, "solution": "same", "answer": "same", "at": None},
        )


def test_one_changed_letter_is_found(
    database: tuple[Path, tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 1 and the place, where a single letter of the kept answer is another."""
    path, (route, *_) = database
    with closing(sqlite3.connect(path)) as opened:
        (text,) = opened.execute("SELECT answer FROM routes WHERE id = ?", (route,)).fetchone()
    at = text.index("E02")
    changed(
        path, "UPDATE routes SET answer = ? WHERE id = ?", f"{text[:at]}X{text[at + 1 :]}", route
    )
    code, told = replay(path, route, capsys)
    assert (code, told["solution"], told["answer"], told["at"]) == (1, "same", "different", at)


def test_another_solution_is_found(
    database: tuple[Path, tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 1 where the kept solve states another value than its problem gives."""
    path, (route, *_) = database
    with closing(sqlite3.connect(path)) as opened:
        (text,) = opened.execute("SELECT solution FROM routes WHERE id = ?", (route,)).fetchone()
    solution = json.loads(text)
    solution["value_mpt"] += 1
    changed(path, "UPDATE routes SET solution = ? WHERE id = ?", json.dumps(solution), route)
    code, told = replay(path, route, capsys)
    assert (code, told["solution"], told["answer"]) == (1, "different", "same")


def test_changed_data_are_told_and_the_problem_file_still_replays(
    database: tuple[Path, tuple[str, ...]], own: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Over another catalogue the request is another problem; the kept one is solved again."""
    path, (route, *_) = database
    config = tmp_path / "routes.toml"
    config.write_text(f'data_package = "{own}"\n', encoding="utf-8")
    capsys.readouterr()
    command = ["replay", route, "--database", f"sqlite:///{path}", "--config", str(config)]
    assert run(command) == 0
    said = capsys.readouterr().out
    assert "данные с тех пор изменились" in said
    assert "совпадает" in said


def test_what_cannot_be_replayed_is_told(
    database: tuple[Path, tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    """No such route, another tenant's, and one whose request was erased: code 3."""
    path, (route, *_) = database
    assert replay(path, "nowhere", capsys)[0] == 3
    address = f"sqlite:///{path}"
    assert run(["replay", route, "--database", address, "--tenant", "other"]) == 3
    changed(path, "UPDATE routes SET request = NULL WHERE id = ?", route)
    assert replay(path, route, capsys)[0] == 3
