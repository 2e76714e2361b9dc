"""Real servers over one database, and the region that they serve."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.storage import Store, open_store
from tests.bench.serving import Served, start
from tests.postgres import Server, running_postgres
from tests.service.region import region

KINDS = [
    pytest.param("sqlite", marks=pytest.mark.long),
    pytest.param("postgres", marks=pytest.mark.postgres),
]
SETTINGS = {"workers": 1, "queue_size": 500, "body_timeout_s": 3, "max_body_bytes": 20_000}
UNLIMITED = {"rate_limit_per_minute": 0, "rate_limit_solves_per_minute": 0}


@dataclass(frozen=True)
class Pair:
    """Two servers behind one database."""

    url: str
    servers: tuple[Served, Served]
    folder: Path
    as_of: dt.datetime

    def store(self) -> Store:
        return open_store(self.url)


@pytest.fixture(scope="session")
def as_of() -> dt.datetime:
    """Now: real servers plan by a real clock."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, as_of: dt.datetime) -> Path:
    """Folder with the package ``region``."""
    made = tmp_path_factory.mktemp("service")
    region(made / "region", as_of)
    return made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server whose commits last."""
    with running_postgres({"synchronous_commit": "on"}) as server:
        yield server


@pytest.fixture(scope="module", params=KINDS)
def pair(
    request: pytest.FixtureRequest,
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    as_of: dt.datetime,
) -> Iterator[Pair]:
    """Two servers behind one new database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'routes.db'}"
    else:
        server: Server = request.getfixturevalue("postgres")
        url = server.url(server.new_database())
    started: list[Served] = []
    try:
        for _ in range(2):
            started.append(serving(folder, url))
        yield Pair(url, (started[0], started[1]), folder, as_of)
    finally:
        for one in started:
            end(one)


def serving(folder: Path, url: str, **settings: object) -> Served:
    """Start a server over the region."""
    told = {**SETTINGS, **UNLIMITED, **settings}
    return start(folder, "--package", "region", "--database", url, **told)


def end(served: Served) -> None:
    """End a server and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(served.process.pid, signal.SIGKILL)
    served.ended()
