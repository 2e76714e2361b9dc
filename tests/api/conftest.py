"""A running application over a fake engine, and a caller with a key."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.auth import KeyRing, one_run_key
from api.main import create_app
from api.service import build_service
from api.solving.engine import Engine
from api.state import Loading
from engine.interchange import DataPackage
from engine.settings import Settings
from engine.storage import Store, open_store
from tests.api.fakes import PACKAGE, FakeEngine

NOW = dt.datetime(2026, 9, 1, 6, 30, tzinfo=dt.UTC)
KEY, KEYS = one_run_key(NOW, dt.timedelta(hours=1))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'routes.db'}")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database that is up to date; copied, as migrating for each test takes its time."""
    path = tmp_path_factory.mktemp("migrated") / "routes.db"
    opened = open_store(f"sqlite:///{path}")
    opened.upgrade()
    opened.close()
    return path


@pytest.fixture
def store(settings: Settings, tmp_path: Path, migrated: Path) -> Iterator[Store]:
    shutil.copy(migrated, tmp_path / "routes.db")
    opened = open_store(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[TestClient]:
    """An application that has started; what it serves is put into it test by test."""
    path = tmp_path_factory.mktemp("served") / "routes.db"
    shutil.copy(migrated, path)
    with running(Settings(database_url=f"sqlite:///{path}"), FakeEngine()) as caller:
        yield caller


@pytest.fixture
def client(
    served: TestClient, settings: Settings, store: Store, engine: FakeEngine
) -> Iterator[TestClient]:
    """The started application over this test's engine and store, and a caller with a key."""
    loading: Loading = served.app.state.loading  # type: ignore[attr-defined]
    own, headers = loading.service, served.headers.copy()
    loading.service = build_service(
        settings, engine=engine, store=store, package=PACKAGE, clock=lambda: NOW, new_id=numbered()
    )
    yield served
    loading.service = own
    served.headers.clear()
    served.headers.update(headers)


@contextmanager
def running(
    settings: Settings,
    engine: Engine | None,
    *,
    store: Store | None = None,
    package: DataPackage | None = PACKAGE,
    keys: KeyRing = KEYS,
    wait: bool = True,
) -> Iterator[TestClient]:
    """Application with a fixed clock and counted ids; the caller has the key."""
    app = create_app(
        settings,
        keys=keys,
        recommender=engine,
        store=store,
        package=package,
        clock=lambda: NOW,
        new_id=numbered(),
        workers=0,
    )
    bearer = {"Authorization": f"Bearer {KEY}"}
    with TestClient(app, raise_server_exceptions=False, headers=bearer) as caller:
        while wait and caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        yield caller


def numbered() -> Callable[[], str]:
    """Ids ``id-1``, ``id-2``, …"""
    numbers = itertools.count(1)
    return lambda: f"id-{next(numbers)}"


def whole(**changes: Any) -> dict[str, Any]:
    """Smallest body with a whole educator, with changes at its top level."""
    return {"educator": {"position": "teacher"}, **changes}


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem document, and give it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"] == f"urn:learning-routes:problem:{code}"
    assert document["title"]
    assert document["detail"]
    assert "  " not in document["detail"], "a value of the detail is empty"
    assert isinstance(document["errors"], list)
    return document


def places(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Pointer and code of every entry of ``errors``."""
    return [(e["pointer"], e["code"]) for e in document["errors"]]
