"""The real engine over the demo, with a clock that tests move."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.auth import one_run_key
from api.main import create_app
from api.service import load_package
from engine.interchange import DataPackage
from engine.recommender import Recommender
from engine.settings import Settings
from engine.storage import Store, open_store

QUICK = {"gap_rel": 0.2, "deadline_ms": 20_000}
"""A wide gap ends the solve long before the deadline could cut it."""


class Clock:
    """Instant that stands until it is moved."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += dt.timedelta(days=days)


class Kept:
    """A caller with a key, the store beneath, and the clock."""

    def __init__(self, caller: TestClient, store: Store, clock: Clock) -> None:
        self.caller, self.store, self.clock = caller, store, clock

    def built(self, educator: str = "E02", **changes: Any) -> tuple[str, str, dict[str, Any]]:
        """Address, tag and answer of a new route."""
        body = {"educator": {"id": educator}, "options": QUICK, **changes}
        answer = self.caller.post("/routes", json=body)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"], answer.headers["etag"], answer.json()

    def move(self, path: str, tag: str, **body: Any) -> Any:
        """POST with the tag of what was read."""
        return self.caller.post(path, json=body, headers={"If-Match": tag})


@cache
def _demo() -> tuple[DataPackage, Recommender]:
    """Both only read, and the engine takes its time to be built."""
    package = load_package(Settings())
    return package, Recommender.from_package(package)


@cache
def _migrated() -> bytes:
    """An empty database that is up to date: migrating costs more than all the rest of a start."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "routes.db"
        opened = open_store(f"sqlite:///{path}")
        opened.upgrade()
        opened.close()
        return path.read_bytes()


@contextmanager
def kept_service(folder: Path, url: str | None = None) -> Iterator[Kept]:
    """The service over a database, which is a file of the folder unless an address is given."""
    database = folder / "routes.db"
    if url is None and not database.exists():
        database.write_bytes(_migrated())
    settings = Settings(database_url=url or f"sqlite:///{database}")
    package, engine = _demo()
    clock = Clock(package.as_of)
    key, keys = one_run_key(clock.now, dt.timedelta(days=1_000))
    app = create_app(settings, keys=keys, recommender=engine, package=package, clock=clock)
    bearer = {"Authorization": f"Bearer {key}"}
    with TestClient(app, raise_server_exceptions=False, headers=bearer) as caller:
        while caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        yield Kept(caller, app.state.loading.service.store, clock)
