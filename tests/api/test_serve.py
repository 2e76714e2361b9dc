"""Serving: where it listens, and what it says."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn

from api import openapi
from api.auth import KeyRing, one_run_key
from api.main import create_app
from api.serve import base_url, greeting, open_socket, serve
from api.service import utc_now
from engine.errors import ConfigurationError
from engine.settings import Settings
from tests.api.fakes import PACKAGE, FakeEngine


def test_answers_are_sent_without_delay() -> None:
    """The listening socket names its protocol, by which asyncio turns Nagle's algorithm off."""
    with open_socket(Settings(port=22_000, port_attempts=1000)) as listening:
        assert listening.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1:80"])
def test_only_addresses_are_served(host: str) -> None:
    """Any other host is refused with what is admitted."""
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1"):
        open_socket(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1", "::"])
def test_other_machines_are_not_served_by_default(host: str, tmp_path: Path) -> None:
    """Without a key in the store the start on an open address ends before a port is taken."""
    settings = Settings(host=host, database_url=f"sqlite:///{tmp_path / 'routes.db'}")
    said: list[str] = []
    with pytest.raises(ConfigurationError, match="routes keys make"):
        serve(settings, say=said.append)
    assert said == []


def test_a_taken_port_is_passed_over() -> None:
    """The next free port is taken; without one left the error names the setting."""
    with open_socket(Settings(port=20_000, port_attempts=1000)) as first:
        taken = first.getsockname()[1]
        with open_socket(Settings(port=taken, port_attempts=1000)) as second:
            assert second.getsockname()[1] > taken
        with pytest.raises(ConfigurationError, match="ROUTES_PORT"):
            open_socket(Settings(port=taken, port_attempts=0))


def test_localhost_is_loopback() -> None:
    """The usual name works."""
    with open_socket(Settings(host="localhost", port=21_000, port_attempts=1000)) as listening:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base_url(listening))


def test_the_greeting_is_a_line_that_a_shell_takes(tmp_path: Path) -> None:
    """The lines run in a shell: curl is called twice, with key and address, and gets the body."""
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\necho "$@" >> calls\ncat answer\n', encoding="utf-8")
    curl.chmod(0o755)
    (tmp_path / "answer").write_text('{"items": [{"body": {}}]}', encoding="utf-8")
    _, todo, _, script = greeting("http://127.0.0.1:8000", "secret-key", 12).split("\n\n")
    address, key_line, _ = todo.splitlines()
    assert "Откройте в браузере http://127.0.0.1:8000/workbench" in address
    assert key_line == "secret-key"
    python = Path(sys.executable).parent
    environment = {"PATH": f"{tmp_path}:{python}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-e", "-c", script], cwd=tmp_path, env=environment, check=True)
    calls = sorted((tmp_path / "calls").read_text(encoding="utf-8").splitlines())
    key = "-s -H Authorization: Bearer secret-key"
    assert calls == [
        f"{key} -H Content-Type: application/json -d @- http://127.0.0.1:8000/routes",
        f"{key} http://127.0.0.1:8000/demo-data",
    ]


@contextmanager
def serving(settings: Settings, keys: KeyRing) -> Iterator[str]:
    """A real server over a fake engine; its address."""
    app = create_app(settings, keys=keys, recommender=FakeEngine(), package=PACKAGE)
    with open_socket(settings) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield base_url(listening)
        finally:
            server.should_exit = True
            thread.join(30)
    assert not thread.is_alive()


def test_fifty_megabytes_over_a_real_connection(tmp_path: Path) -> None:
    """A real server answers a client that goes on sending, and then serves the next one."""
    url = f"sqlite:///{tmp_path / 'routes.db'}"
    settings = Settings(database_url=url, port=22_000, port_attempts=1000)
    key, keys = one_run_key(utc_now(), dt.timedelta(hours=1))
    bearer = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    content = b" " * 50_000_000
    with serving(settings, keys) as address:
        for headers, status in ((bearer, 413), ({}, 401)):
            answer = httpx2.post(f"{address}/routes", content=content, headers=headers, timeout=30)
            assert answer.status_code == status
        while httpx2.get(f"{address}/health/ready").status_code != 200:
            time.sleep(0.01)
        body = {"educator": {"position": "teacher"}}
        assert httpx2.post(f"{address}/routes", json=body, headers=bearer).status_code == 201


def test_the_contract_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the module writes is the document of the application, with nothing before or after."""
    path = tmp_path / "x.json"
    monkeypatch.setattr(openapi, "OPENAPI_FILE", path)
    openapi._write()
    app = create_app(Settings(), keys=KeyRing(), recommender=FakeEngine(), package=PACKAGE)
    assert json.loads(path.read_text("utf-8"))["paths"].keys() == app.openapi()["paths"].keys()


@pytest.mark.long
def test_the_contract_is_written_by_the_module(tmp_path: Path) -> None:
    """python -m api.openapi runs by itself, in a process that has imported nothing else."""
    code = "import api.openapi as o, pathlib; o.OPENAPI_FILE = pathlib.Path('x.json'); o._write()"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, env=environment, check=True
    )
    assert (tmp_path / "x.json").stat().st_size > 50_000
