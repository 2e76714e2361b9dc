"""Nobody gets in without a key; probes need none."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from fastapi.testclient import TestClient

from api.access.keys import RingKey, digest_of
from api.access.principal import Role
from api.auth import KeyRing, Principal, one_run_key
from api.main import create_app
from engine.settings import Settings
from tests.api.conftest import KEY, NOW, refused, running, whole
from tests.api.fakes import FakeEngine

CONTRACT = [
    (method.upper(), re.sub(r"\{[^}]*\}", "x", path))
    for path, operations in create_app(Settings(), keys=KeyRing([])).openapi()["paths"].items()
    for method in operations
    if not path.startswith("/health/")
]
BESIDES = ["/openapi.json", "/nowhere", "/health", "/healthy", "/docs", "/redoc"]
CLOSED = [*CONTRACT, *(("GET", path) for path in BESIDES)]


@pytest.mark.parametrize(("method", "path"), CLOSED)
@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer ", "Bearer wrong", f"Basic {KEY}", KEY, "Bearer ключ"],
    ids=["none", "empty", "blank", "wrong", "basic", "bare", "cyrillic"],
)
def test_without_a_valid_key_every_call_is_refused(
    client: TestClient, engine: FakeEngine, method: str, path: str, authorization: str | None
) -> None:
    """401 with a challenge, whatever is wrong with the key."""
    headers = {} if authorization is None else {"Authorization": authorization.encode()}
    del client.headers["Authorization"]
    answer = client.request(method, path, headers=headers, content=b"{" * 10)
    refused(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert engine.asked == []


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_need_no_key(client: TestClient, path: str) -> None:
    """A balancer has no key."""
    del client.headers["Authorization"]
    assert client.get(path).status_code == 200


def test_the_scheme_is_read_without_regard_to_case(client: TestClient) -> None:
    """Schemes are case-insensitive (RFC 9110, section 11.1)."""
    answer = client.post("/routes", json=whole(), headers={"Authorization": f"bearer {KEY}"})
    assert answer.status_code == 201


def test_a_key_expires(settings: Settings) -> None:
    """At the instant of its end a key is worth nothing."""
    key, ring = one_run_key(NOW, dt.timedelta(hours=1))
    end = NOW + dt.timedelta(hours=1)
    assert ring.principal(key, end - dt.timedelta(microseconds=1)) is not None
    assert ring.principal(key, end) is None
    expired = KeyRing([RingKey(Principal("default", Role.ADMIN), digest_of(KEY), NOW)])
    with running(settings, FakeEngine(), keys=expired, wait=False) as caller:
        refused(caller.get("/version"), 401, "unauthorized")


def test_each_run_has_a_key_of_its_own() -> None:
    """Keys are long, random, and let in on their own ring only."""
    (first, ring), (second, _) = (one_run_key(NOW, dt.timedelta(hours=1)) for _ in range(2))
    assert first != second
    assert len(first) >= 43  # 32 random bytes in base64
    assert ring.principal(first, NOW) == Principal("default", Role.ADMIN, credential_id="one-run")
    assert ring.principal(second, NOW) is None


def test_the_key_itself_is_not_kept() -> None:
    """A ring holds digests only."""
    key, ring = one_run_key(NOW, dt.timedelta(hours=1))
    assert key not in repr(vars(ring))
