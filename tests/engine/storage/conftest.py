"""A fresh store per test, on every kind of database."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.storage import Store, open_store
from tests.postgres import Server, running_postgres

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
"""Parameters of whatever runs on both kinds of database."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may stop, with everything that makes its writes last."""
    with running_postgres({}) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database that is up to date; copied, as migrating takes its time."""
    path = tmp_path_factory.mktemp("migrated") / "routes.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres: Server) -> str:
    """The same on PostgreSQL."""
    name = postgres.new_database()
    _migrate(postgres.url(name))
    return name


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Address of a new empty database of a kind."""
    made: list[str] = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'new.db'}"
        server: Server = request.getfixturevalue("postgres")
        made.append(server.new_database())
        return server.url(made[-1])

    yield make
    for name in made:
        request.getfixturevalue("postgres").drop(name)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Kind of database."""
    return str(request.param)


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database that is empty and up to date."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "routes.db")
        yield f"sqlite:///{tmp_path / 'routes.db'}"
        return
    template = request.getfixturevalue("migrated_database")
    server: Server = request.getfixturevalue("postgres")
    name = server.new_database(template)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def _migrate(url: str) -> None:
    store = open_store(url)
    store.upgrade()
    store.close()
