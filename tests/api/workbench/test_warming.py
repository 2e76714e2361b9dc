"""Nobody waits for what a process could have made before it let anybody in."""

from __future__ import annotations

from collections.abc import Callable

import fastapi.routing
import jinja2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.principal import Role
from api.warming import warm_pages
from api.workbench.rendering import environment

SignIn = Callable[[Role], TestClient]


def refuse_late_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object, **__: object) -> None:
        raise AssertionError("left for the first caller")

    monkeypatch.setattr(jinja2.Environment, "compile", late)
    monkeypatch.setattr(fastapi.routing, "get_dependant", late)


def test_the_first_page_of_a_warm_process_compiles_nothing(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Templates and addresses are ready."""
    caller = signed_in(Role.METHODIST)
    assert isinstance(caller.app, FastAPI)
    environment.cache_clear()
    warm_pages(caller.app)
    refuse_late_work(monkeypatch)
    assert caller.get("/workbench").status_code == 200


def test_a_cold_process_would(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above says nothing."""
    caller = signed_in(Role.METHODIST)
    environment.cache_clear()
    refuse_late_work(monkeypatch)
    assert caller.get("/workbench").status_code == 500
