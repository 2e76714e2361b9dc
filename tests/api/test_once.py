"""Idempotency-Key: done once, answered twice."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from engine.storage import Store
from tests.api.conftest import refused, whole
from tests.api.fakes import FakeEngine

KEYED = {"Idempotency-Key": "a-1"}


def count(store: Store) -> int:
    with store.reading("default") as kept:
        return kept.routes.count()


def test_the_same_call_twice_is_done_once(
    client: TestClient, engine: FakeEngine, store: Store
) -> None:
    """One solve, one row, two answers of the same bytes and headers; the second says so."""
    first = client.post("/routes", json=whole(), headers=KEYED)
    again = client.post("/routes", json=whole(), headers=KEYED)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len(engine.asked) == 1
    assert count(store) == 1


def test_a_key_belongs_to_one_body(client: TestClient, store: Store) -> None:
    """Another body under the key is a mistake of the caller, said as such; without key: two."""
    client.post("/routes", json=whole(), headers=KEYED)
    other = client.post("/routes", json=whole(policy="spb"), headers=KEYED)
    refused(other, 422, "idempotency_mismatch")
    client.post("/routes", json=whole())
    client.post("/routes", json=whole())
    assert count(store) == 3


def test_a_call_that_still_runs_is_not_begun_again(client: TestClient, store: Store) -> None:
    """409 while the first one works; it is done once."""
    seen: list[int] = []

    class Slow(FakeEngine):
        def recommend(self, request, on_progress=None):  # type: ignore[no-untyped-def]
            seen.append(client.post("/routes", json=whole(), headers=KEYED).status_code)
            return super().recommend(request)

    loading = client.app.state.loading  # type: ignore[attr-defined]
    loading.service = loading.service.__class__(
        **{
            f: getattr(loading.service, f)
            for f in ("settings", "store", "package", "clock", "new_id")
        },
        engine=Slow(),
    )
    assert client.post("/routes", json=whole(), headers=KEYED).status_code == 201
    assert seen == [409]
    assert count(store) == 1


def test_a_refusal_is_not_kept(client: TestClient, engine: FakeEngine) -> None:
    """What failed changed nothing, so the same key works once the cause is gone."""
    engine.error = RuntimeError("broken")
    assert client.post("/routes", json=whole(), headers=KEYED).status_code == 500
    engine.error = None
    assert client.post("/routes", json=whole(), headers=KEYED).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "ключ".encode().decode("latin-1")])
def test_a_key_that_no_header_should_carry_is_refused(client: TestClient, key: str) -> None:
    """400 before anything is done."""
    answer = client.post(
        "/routes", json=whole(), headers={"Idempotency-Key": key.encode("latin-1")}
    )
    refused(answer, 400, "idempotency_key_unfit")
