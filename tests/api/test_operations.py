"""Probes, loading, version."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import main
from engine import __version__
from engine.policy import list_policies
from engine.settings import Settings
from engine.storage import Store
from tests.api.conftest import KEYS, refused, running, whole
from tests.api.fakes import FRAMEWORK, FakeEngine


def test_version_names_everything_an_answer_depends_on(client: TestClient) -> None:
    """Program, policies, framework and catalogue."""
    body = client.get("/version").json()
    assert body["engine"] == __version__
    assert body["policies"] == list(list_policies())
    assert body["policy"] == "default"
    assert body["framework"]["version"] == FRAMEWORK.version
    assert body["catalogue"]["activities"] == 4
    assert body["catalogue"]["version"]
    assert body["calibration"] is None


def test_until_loaded_only_live_is_green(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the engine is being built: live 200, all else 503 with Retry-After; then all works."""
    may_end = threading.Event()
    build = main.build_service

    def slow(*arguments: Any, **named: Any) -> Any:
        assert may_end.wait(30)
        return build(*arguments, **named)

    monkeypatch.setattr(main, "build_service", slow)
    with running(settings, FakeEngine(), store=store, wait=False) as caller:
        assert caller.get("/health/live").json() == {"status": "live"}
        for answer in (
            caller.get("/health/ready"),
            caller.get("/version"),
            caller.post("/routes", json=whole()),
        ):
            refused(answer, 503, "not_ready")
            assert int(answer.headers["retry-after"]) > 0
        may_end.set()
        while caller.get("/health/ready").status_code == 503:
            pass
        assert caller.post("/routes", json=whole()).status_code == 201


def test_readiness_waits_for_the_compiled_loops(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request never compiles: until the loops are loaded the service is not ready."""
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        assert may_end.wait(30)

    monkeypatch.setattr(main, "warm", slow)
    with running(settings, FakeEngine(), store=store, wait=False) as caller:
        assert begun.wait(30)
        refused(caller.get("/health/ready"), 503, "not_ready")
        may_end.set()
        while caller.get("/health/ready").status_code == 503:
            pass
        assert caller.post("/routes", json=whole()).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"policy": "nowhere"},
        {"database_url": "nonsense"},
        {"data_package": "/nowhere"},
        {"calibration_dir": "/nowhere"},
        {"indicators_dir": "/nowhere"},
    ],
)
def test_what_cannot_be_loaded_stays_red(settings: Settings, change: dict[str, str]) -> None:
    """A wrong setting keeps the probe at 503 and says so, without internals."""
    package = {"package": None} if "data_package" in change else {}
    engine = None if "calibration_dir" in change else FakeEngine()
    with running(replace(settings, **change), engine, wait=False, **package) as caller:
        loading = caller.app.state.loading  # type: ignore[attr-defined]
        while not loading.failed:
            assert loading.service is None
        answer = caller.get("/health/ready")
        refused(answer, 503, "not_started")
        assert "nowhere" not in answer.text


def test_ready_turns_red_with_the_database(
    client: TestClient, store: Store, settings: Settings, tmp_path: Path
) -> None:
    """A database whose schema is gone is not ready."""
    assert client.get("/health/ready").json() == {"status": "ready"}
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    refused(client.get("/health/ready"), 503, "not_ready")


def test_there_is_no_default_key() -> None:
    """An application cannot be made without saying whom it lets in."""
    with pytest.raises(TypeError, match="keys"):
        main.create_app(Settings())  # type: ignore[call-arg]
    assert main.create_app(Settings(), keys=KEYS).docs_url is None
