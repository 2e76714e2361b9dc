"""Callers of the servers: a key that lasts, and problem documents."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx2

from api.access.keys import digest_of, new_key
from engine.storage import DEFAULT_TENANT, ApiKey, Store, Tenant
from tests.bench.serving import Served

T = TypeVar("T")
TIMEOUT_S = 60.0


def lasting_key(store: Store, role: str = "platform") -> tuple[str, str]:
    """Id and text of a new key, known to every server of the store."""
    key_id, text = new_key()
    now = dt.datetime.now(dt.UTC)
    with store.system() as kept:
        if kept.tenants.get(DEFAULT_TENANT) is None:
            kept.tenants.put(Tenant(DEFAULT_TENANT, "default", now))
        kept.keys.add(ApiKey(key_id, digest_of(text), DEFAULT_TENANT, role, now))
    return key_id, text


def caller(served: Served, key: str | None = None) -> httpx2.Client:
    """A client of one server; without a key that of its run."""
    return httpx2.Client(
        base_url=f"http://{served.host}:{served.port}",
        headers={"Authorization": f"Bearer {key or served.key}"},
        timeout=TIMEOUT_S,
    )


def built(client: httpx2.Client, body: object, **headers: str) -> dict[str, Any]:
    """A route of ``POST /routes``."""
    answer = client.post("/routes", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    route: dict[str, Any] = answer.json()
    return route


def decide(
    client: httpx2.Client, id: str, version: int, decision: str, **headers: str
) -> httpx2.Response:
    told = {"If-Match": f'"{version}"', **headers}
    return client.post(f"/routes/{id}/decisions", json={"decision": decision}, headers=told)


def code_of(answer: httpx2.Response) -> str:
    """Code of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    code: str = answer.json()["code"]
    return code


def at_once(work: Sequence[Callable[[], T]]) -> list[T]:
    """Do all of it in threads that begin together."""
    together = threading.Barrier(len(work))

    def one(call: Callable[[], T]) -> T:
        together.wait()
        return call()

    with ThreadPoolExecutor(len(work)) as threads:
        return list(threads.map(one, work))
