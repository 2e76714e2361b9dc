"""``routes batch``: the same bytes as one by one, faults per line, going on, Ctrl+C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.service import build_service
from engine.cli.app import run
from engine.settings import Settings
from tests.api.conftest import running

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
IDS = ("E02", "E13", "E06")
LINES = 3_999
"""Far more than are done before somebody can interrupt."""
AS_OF = "2026-08-31T09:00:00+03:00"


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def asked(path: Path, *lines: Any) -> str:
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return str(path)


@dataclass(frozen=True)
class Interrupted:
    """What a run over two processes left, that Ctrl+C ended when it had three results."""

    code: int
    said: str
    out: Path
    group: int


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    folder = tmp_path_factory.mktemp("interrupted")
    source = asked(folder / "in.ndjson", *({"educator": i} for i in IDS * (LINES // len(IDS))))
    out = folder / "out.ndjson"
    command = [sys.executable, "-m", "engine.cli", "batch", source, "--out", str(out)]
    started = subprocess.Popen(
        [*command, "--jobs", "2", "--as-of", AS_OF],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    def results() -> int:
        return out.read_bytes().count(b"\n") if out.exists() else 0

    while results() < len(IDS) and started.poll() is None:
        time.sleep(0.01)
    os.killpg(started.pid, signal.SIGINT)
    try:
        _, said = started.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)  # or it would go on with thousands of lines
        started.communicate()
        raise
    return Interrupted(started.returncode, said, out, started.pid)


def test_a_line_of_an_id_is_what_build_prints(
    interrupted: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over two processes: byte by byte the JSON of ``routes build``, for each educator."""
    done = entries(interrupted.out)[: len(IDS)]
    assert len(done) == len(IDS)
    for educator, entry in zip(IDS, done, strict=True):
        assert run(["build", "--educator", educator, "--json", "--as-of", AS_OF]) == 0
        text = json.dumps(entry["route"], ensure_ascii=False, indent=2)
        assert f"{text}\n" == capsys.readouterr().out


def test_a_body_is_answered_as_the_service_answers_it(tmp_path: Path) -> None:
    """Byte by byte the answer of ``POST /routes``, but for the id, which the service draws."""
    url = f"sqlite:///{tmp_path / 'routes.db'}"
    service = build_service(Settings(database_url=url))
    bodies = [
        {"educator": {"id": "E02"}, "as_of": AS_OF, "options": {"deadline_ms": 20_000}},
        {"educator": {"id": "nobody"}, "as_of": AS_OF},
        {"educator": {"id": "E02"}, "as_of": AS_OF, "surprise": 1},
        {"educator": {"position": "teacher"}, "as_of": AS_OF},
    ]
    with running(
        Settings(database_url=url), service.engine, store=service.store, package=service.package
    ) as caller:
        answers = [_posted(caller, body) for body in bodies]
    service.store.close()
    out = tmp_path / "out.ndjson"
    source = asked(tmp_path / "in.ndjson", *bodies)
    assert run(["batch", source, "--out", str(out), "--jobs", "1"]) == 0
    lines = out.read_text("utf-8").splitlines()
    for line, entry, (status, text) in zip(lines, entries(out), answers, strict=True):
        assert entry["status"] == status
        if status == 201:
            text = text.replace('"id": "id-1"', f'"id": "{entry["route"]["id"]}"', 1)
        assert line.endswith(f", {text}}}")


def _posted(caller: TestClient, body: dict[str, Any]) -> tuple[int, str]:
    answer = caller.post("/routes", json=body)
    if answer.status_code != 201:
        return answer.status_code, f'"problem": {answer.text}'
    kept = json.loads(answer.text)
    kept.pop("lifecycle", None)
    return 201, f'"route": {json.dumps(kept, ensure_ascii=False)}'


def test_every_fault_is_told_on_its_line(tmp_path: Path) -> None:
    """Wrong lines have a problem each, and the lines between them are done."""
    source = asked(
        tmp_path / "in.ndjson",
        "rubbish",
        "",
        {"educator": "nobody"},
        {"educator": "E02"},
        {"educator": "E02", "policy": "spb"},
        '{"educator": "E02", "educator": "E03"}',
        {"educator": {"id": 5}},
    )
    out = tmp_path / "out.ndjson"
    assert run(["batch", source, "--out", str(out), "--jobs", "1", "--language", "en"]) == 0
    told = [(e["line"], e["status"], e.get("problem", {}).get("code")) for e in entries(out)]
    assert told == [
        (1, 400, "invalid_json"),
        (3, 422, "invalid_input"),
        (4, 201, None),
        (5, 422, "invalid_input"),
        (6, 400, "duplicate_key"),
        (7, 422, "invalid_input"),
    ]
    problem = entries(out)[1]["problem"]
    assert problem["errors"][0]["pointer"] == "/educator/id"
    assert "errors" in problem["detail"]


@pytest.mark.parametrize("header", ["educator_id", "Шифр", "Педагог"])
def test_a_table_of_ids_is_read(tmp_path: Path, header: str) -> None:
    """CSV of a spreadsheet: semicolons, Windows-1251, other columns; lines count as its rows."""
    path = tmp_path / "кому.csv"
    path.write_text(f"Район;{header}\nЦентр;E02\n;\nЦентр;E06\n", encoding="cp1251")
    out = tmp_path / "out.ndjson"
    assert run(["batch", str(path), "--out", str(out), "--jobs", "1"]) == 0
    assert [(e["line"], e["route"]["educator"]["id"]) for e in entries(out)] == [
        (2, "E02"),
        (4, "E06"),
    ]


def test_a_table_without_ids_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A header that names no educator is told, and nothing is done."""
    path = tmp_path / "кому.csv"
    path.write_text("Район,Школа\nЦентр,1\n", encoding="utf-8")
    assert run(["batch", str(path), "--jobs", "1"]) == 3
    assert "educator_id" in capsys.readouterr().err


def test_without_input_it_is_everybody_of_the_package(own: Path, tmp_path: Path) -> None:
    """A package of two educators gives two lines."""
    out = tmp_path / "out.ndjson"
    assert run(["batch", "--package", str(own), "--out", str(out), "--jobs", "1"]) == 0
    assert [e["line"] for e in entries(out)] == [1, 2]


def test_going_on_gives_the_file_of_an_undisturbed_run(own: Path, tmp_path: Path) -> None:
    """Cut within the second line; and another package of that name is noticed."""
    whole, cut = tmp_path / "whole.ndjson", tmp_path / "cut.ndjson"
    command = ["batch", "--package", str(own), "--jobs", "1", "--out"]
    assert run([*command, str(whole)]) == 0
    content = whole.read_bytes()
    cut.write_bytes(content[:-100])
    assert run([*command, str(cut)]) == 3
    assert run([*command, str(cut), "--resume"]) == 0
    assert cut.read_bytes() == content
    (own / "datapackage.json").write_text(
        (own / "datapackage.json").read_text("utf-8") + "\n", encoding="utf-8"
    )
    assert run([*command, str(cut), "--resume"]) == 3
    assert cut.read_bytes() == content


def test_ctrl_c_leaves_whole_lines_to_go_on_from(interrupted: Interrupted) -> None:
    """Interrupted after the first results: exit code 130, whole lines, no process left over."""
    assert interrupted.code == 130, interrupted.said
    assert "--resume" in interrupted.said
    assert "Traceback" not in interrupted.said
    assert interrupted.out.read_bytes().endswith(b"\n")
    numbers = [e["line"] for e in entries(interrupted.out)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) < LINES
    assert _gone(interrupted.group)


def _gone(group: int) -> bool:
    """Whether no process of the group is left, after ten seconds at most."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_slips_of_the_call_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown backend, and going on without a file."""
    assert run(["batch", "--backend", "threads"]) == 2
    assert run(["batch", "--resume"]) == 2
    assert run(["batch", str(tmp_path / "none.ndjson")]) == 3
    assert run(["batch", "--policy", "nowhere"]) == 3
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.cluster
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_dask_cluster_writes_the_same_file(own: Path, tmp_path: Path) -> None:
    """A Dask worker and this process give equal files; ``tests.engine.batch`` has two workers."""
    files = [tmp_path / "loky.ndjson", tmp_path / "dask.ndjson"]
    common = ["batch", "--package", str(own), "--out"]
    assert run([*common, str(files[0]), "--jobs", "1"]) == 0
    assert run([*common, str(files[1]), "--jobs", "1", "--backend", "dask"]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
