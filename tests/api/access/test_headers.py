"""Headers of every answer."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.api.access.people import bearer
from tests.api.conftest import whole
from tests.api.fakes import FakeEngine

WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path", "role", "status"),
    [
        ("GET", "/health/live", None, 200),
        ("GET", "/version", None, 401),
        ("GET", "/version", "admin", 200),
        ("GET", "/nowhere", "admin", 404),
        ("DELETE", "/version", "admin", 405),
        ("POST", "/routes", "auditor", 403),
        ("POST", "/routes", "platform", 422),
        ("GET", "/openapi.json", "tutor", 200),
    ],
)
def test_every_answer_has_them(
    everyone: TestClient, method: str, path: str, role: str | None, status: int
) -> None:
    """Refusals, answers, probes: no sniffing, no framing, no storing, no banner."""
    body = {"json": {}} if method == "POST" else {}
    answer = everyone.request(method, path, headers=bearer(role) if role else {}, **body)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


def test_an_unexpected_fault_has_them_too(
    everyone: TestClient, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The framework answers such a fault from outside of every middleware."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "deficits", broken)
    answer = everyone.post("/deficits", json=whole(), headers=bearer("methodist"))
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED


def test_a_page_keeps_its_own_policy(everyone: TestClient) -> None:
    """The page needs its styles: its handler's policy wins over the default."""
    made = everyone.post("/routes", json=whole(), headers=bearer("methodist"))
    page = everyone.get(f"{made.headers['location']}/page", headers=bearer("methodist"))
    assert page.status_code == 200
    assert "style-src 'unsafe-inline'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
