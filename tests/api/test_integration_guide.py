"""The guide for the platform is executed, line by line, over a socket."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import uvicorn

import api
from api.access.keys import one_run_key
from api.access.principal import Role
from api.main import create_app
from api.service import load_package
from engine.recommender import Recommender
from engine.settings import Settings

GUIDE = Path(api.__file__).parent / "INTEGRATION.md"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address of a running service and a key of the platform's role."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'routes.db'}")
    package = load_package(settings)
    now = dt.datetime.now(dt.UTC)
    key, keys = one_run_key(now, dt.timedelta(hours=1), role=Role.PLATFORM)
    engine = Recommender.from_package(package)
    clock = lambda: package.as_of  # noqa: E731
    app = create_app(settings, keys=keys, recommender=engine, package=package, clock=clock)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx2.get(f"{url}/health/ready").status_code == 200:
                break
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    yield url, key
    server.should_exit = True
    thread.join(30)


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl, bash")
def test_every_line_of_the_guide_does_what_it_says(served: tuple[str, str], tmp_path: Path) -> None:
    """All blocks in one shell that stops at the first failure; then what they wrote."""
    blocks = re.findall(r"```bash\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 8
    script = "set -euo pipefail\n" + "\n".join(blocks)
    url, key = served
    run = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "URL": url, "KEY": key},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr

    def written(name: str) -> dict[str, object]:
        found: dict[str, object] = json.loads((tmp_path / name).read_text(encoding="utf-8"))
        return found

    states = [written(f"{n}.json")["lifecycle"]["state"] for n in ("agreed", "progress")]  # type: ignore[index]
    assert states == ["agreed", "active"]
    assert written("replanned.json")["lifecycle"]["revision"] == 2  # type: ignore[index]
    assert written("alternatives.json")["complete"] is True
    assert written("later.json")["id"] == written("job.json")["id"]
    assert "event: done" in (tmp_path / "events.txt").read_text(encoding="utf-8")
    lines = (tmp_path / "routes.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["status"] for line in lines] == [201, 201]
    assert written("imported.json")["accepted"] == 2
    assert written("in_force.json")["total"] == 4  # one of the package's four has ended
    assert written("programmes.json")["on"] == "2026-09-15"
    assert written("taken.json")["accepted"] == 5
    assert len(written("profiles.json")["items"]) == 5  # type: ignore[arg-type]
    assert written("counted.json")["total"] == 13
    assert "<html" in (tmp_path / "passport.html").read_text(encoding="utf-8")
    assert written("assignment.json")["assignment"]["pairs"]  # type: ignore[index]
    assert written("feedback.json") == {"received": 1, "added": 1}
