"""Workers behind the service: what a caller sees of their deaths, their lack and their end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.service import build_service, engine_spec
from api.solving.pool import SolverPool
from api.state import Loading
from engine.settings import Settings
from engine.storage import Store
from tests.api.conftest import KEY, KEYS, NOW, refused, whole
from tests.api.fakes import PACKAGE, FakeEngine
from tests.api.solving.gated import Gated
from tests.api.solving.work import entered, until

BEARER = {"Authorization": f"Bearer {KEY}"}


@contextmanager
def serving(
    settings: Settings, store: Store, pool: SolverPool, folder: Path
) -> Iterator[TestClient]:
    """An application whose routes wait at a gate, in workers."""
    fake = FakeEngine()
    service = build_service(settings, engine=fake, store=store, package=PACKAGE)
    pool.start(Gated(engine_spec(service).key, folder))
    app = create_app(
        settings,
        keys=KEYS,
        recommender=fake,
        store=store,
        package=PACKAGE,
        clock=lambda: NOW,
        pool=pool,
    )
    with TestClient(app, raise_server_exceptions=False, headers=BEARER) as caller:
        until(lambda: caller.get("/health/ready").status_code == 200)
        yield caller


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def ask(callers: ThreadPoolExecutor, caller: TestClient) -> Future[Any]:
    return callers.submit(caller.post, "/routes", json=whole())


def test_a_killed_worker_costs_a_caller_nothing(
    settings: Settings, store: Store, tmp_path: Path, callers: ThreadPoolExecutor
) -> None:
    """kill -9 in the middle of a solve: 201 all the same, and exactly one route is kept."""
    with serving(settings, store, SolverPool(1, 4), tmp_path) as caller:
        answer = ask(callers, caller)
        (victim,) = entered(tmp_path)
        os.kill(victim, signal.SIGKILL)
        entered(tmp_path, 2)
        (tmp_path / "go").touch()
        made = answer.result()
        assert made.status_code == 201
        assert caller.get(made.headers["location"]).json()["id"] == made.json()["id"]


def test_two_killed_workers_are_a_problem_document(
    settings: Settings, store: Store, tmp_path: Path, callers: ThreadPoolExecutor
) -> None:
    """The worker of the retry is killed too: 503 with Retry-After; the next caller is served."""
    with serving(settings, store, SolverPool(1, 4), tmp_path) as caller:
        answer = ask(callers, caller)
        (first,) = entered(tmp_path)
        os.kill(first, signal.SIGKILL)
        (second,) = set(entered(tmp_path, 2)) - {first}
        os.kill(second, signal.SIGKILL)
        refused(answer.result(), 503, "worker_lost")
        assert int(answer.result().headers["retry-after"]) >= 1
        (tmp_path / "go").touch()
        assert caller.post("/routes", json=whole()).status_code == 201


def test_a_full_line_is_a_problem_document(
    settings: Settings, store: Store, tmp_path: Path, callers: ThreadPoolExecutor
) -> None:
    """503 with Retry-After in the asked language; reads and probes go on; who waits is served."""
    pool = SolverPool(1, 1)
    with serving(settings, store, pool, tmp_path) as caller:
        answers = [ask(callers, caller)]
        entered(tmp_path)
        answers.append(ask(callers, caller))
        until(lambda: pool.stats().waiting == 1)
        turned = caller.post("/routes", json=whole(), headers={"Accept-Language": "en"})
        assert refused(turned, 503, "overloaded")["detail"].startswith("The queue")
        assert int(turned.headers["retry-after"]) >= 1
        assert caller.get("/health/ready").status_code == 200
        assert caller.get("/version").status_code == 200
        (tmp_path / "go").touch()
        assert [a.result().status_code for a in answers] == [201, 201]


def test_without_a_worker_the_service_is_not_ready(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    """A service whose workers cannot begin stays red; one that stops turns red."""
    pool = SolverPool(1, 1)
    with serving(settings, store, pool, tmp_path) as caller:
        loading: Loading = caller.app.state.loading  # type: ignore[attr-defined]
        loading.stop(5)
        refused(caller.get("/health/ready"), 503, "stopping")
        refused(caller.post("/routes", json=whole()), 503, "stopping")
        assert caller.get("/health/live").status_code == 200


# ------------------------------------------------------------------- a process of its own

SERVER = """
import sys
from pathlib import Path
if __name__ == "__main__":
    from api.solving.forking import begin_importing
    begin_importing()
from api.auth import one_run_key
from api.main import create_app
from api.serve import Server, base_url, open_socket
from api.service import build_service, engine_spec, utc_now
from api.solving.pool import SolverPool
from engine.settings import Settings
from tests.api.fakes import PACKAGE, FakeEngine
from tests.api.solving.gated import Gated
import datetime as dt, json

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    settings = Settings(
        database_url=f"sqlite:///{folder}/routes.db", port=23_000, port_attempts=1000,
        stop_timeout_s=int(sys.argv[2]),
    )
    fake = FakeEngine()
    service = build_service(settings, engine=fake, package=PACKAGE)
    pool = SolverPool(2, 8)
    pool.start(Gated(engine_spec(service).key, folder))
    key, keys = one_run_key(utc_now(), dt.timedelta(hours=1))
    app = create_app(
        settings, keys=keys, recommender=fake, store=service.store, package=PACKAGE, pool=pool
    )
    with open_socket(settings) as listening:
        print(json.dumps([base_url(listening), key]), flush=True)
        Server(app, settings.stop_timeout_s).run(sockets=[listening])
"""
MARK = "ROUTES_TEST_MARK"


@contextmanager
def server(folder: Path, stop_timeout_s: int = 30) -> Iterator[tuple[Any, httpx2.Client]]:
    """A real server process with two workers; every process of it carries a mark."""
    script = folder / "serve_gated.py"
    script.write_text(SERVER, encoding="utf-8")
    root = Path(__file__).parents[3]
    environment = {**os.environ, MARK: str(folder), "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(stop_timeout_s)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url, key = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {key}"}
        with httpx2.Client(base_url=url, headers=headers, timeout=60) as client:
            until(lambda: _answers(client))
            yield process, client
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/health/ready").status_code == 200
    except httpx2.TransportError:
        return False


def marked(folder: Path) -> list[int]:
    """Processes that live and were begun under the mark, by whatever ancestor."""
    wanted = f"{MARK}={folder}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state = (path / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if state != "Z" and wanted in (path / "environ").read_bytes().split(b"\0"):
                found.append(int(path.name))
        except OSError:
            continue
    return found


@pytest.mark.long
def test_a_killed_server_leaves_no_process(tmp_path: Path, callers: ThreadPoolExecutor) -> None:
    """SIGKILL in the middle of a solve: workers and their fork server end by themselves.

    ``tests.service.test_durability`` says the same of the whole service under load.
    """
    with server(tmp_path) as (process, client):
        callers.submit(client.post, "/routes", json=whole())
        entered(tmp_path)
        # the server, two workers, what forks them, and what tracks their resources
        assert len(marked(tmp_path)) >= 3
        process.kill()
        process.wait()
        until(lambda: not marked(tmp_path))


@pytest.mark.slow
def test_a_stopped_server_finishes_what_ends_in_time(
    tmp_path: Path, callers: ThreadPoolExecutor
) -> None:
    """SIGTERM in the middle of two solves. One ends: its answer is 201. The other never does:
    it does not keep the server alive, and is not answered with success. Then every process has
    ended.
    """
    with server(tmp_path, stop_timeout_s=5) as (process, client):
        answers = [callers.submit(client.post, "/routes", json=whole()) for _ in range(2)]
        first, _ = entered(tmp_path, 2)
        process.send_signal(signal.SIGTERM)
        until(lambda: not _answers(client))
        (tmp_path / f"go-{first}").touch()
        until(lambda: any(answer.done() for answer in answers))
        assert [a.result().status_code for a in answers if a.done()] == [201]
        assert process.wait(60) in (0, -signal.SIGTERM)
        until(lambda: not marked(tmp_path))
        (late,) = (a for a in answers if _status(a) != 201)
        assert _status(late) in (None, 503)


def _status(answer: Future[Any]) -> int | None:
    """Status of an answer; ``None`` = the connection was ended instead."""
    try:
        return int(answer.result().status_code)
    except httpx2.TransportError:
        return None
