"""Rates: counted per credential, solves apart, and told in headers."""

from __future__ import annotations

import dataclasses

import pytest
from fastapi.testclient import TestClient

from api.access.errors import TooManyRequests
from api.access.matrix import Kind
from api.access.rates import Rates
from engine.settings import Settings
from engine.storage import Store
from tests.api.access.people import bearer, principal, ring
from tests.api.conftest import refused, running, whole
from tests.api.fakes import FakeEngine


def test_a_credential_has_its_calls_and_no_more() -> None:
    """Of n + 1 calls within a minute the last is refused, with the seconds to wait."""
    rates = Rates(Settings(rate_limit_per_minute=3, rate_limit_solves_per_minute=1))
    who = principal("platform")
    left = [quota.left for _ in range(3) if (quota := rates.take(who, Kind.READ))]
    assert left == [2, 1, 0]
    with pytest.raises(TooManyRequests) as error:
        rates.take(who, Kind.WRITE)
    assert 1 <= error.value.retry_after_s <= 60
    assert error.value.headers == {"Retry-After": str(error.value.retry_after_s)}


def test_solves_are_counted_apart_and_others_are_not_touched() -> None:
    """A credential without solves still reads; another credential, or tenant, solves."""
    rates = Rates(Settings(rate_limit_per_minute=3, rate_limit_solves_per_minute=1))
    who = principal("platform")
    rates.take(who, Kind.SOLVE)
    with pytest.raises(TooManyRequests):
        rates.take(who, Kind.SOLVE)
    assert rates.take(who, Kind.READ)
    assert rates.take(dataclasses.replace(who, credential_id="another"), Kind.SOLVE)
    assert rates.take(dataclasses.replace(who, tenant="another"), Kind.SOLVE)


def test_zero_is_no_limit() -> None:
    """Nothing is counted where the setting says 0."""
    rates = Rates(Settings(rate_limit_per_minute=0, rate_limit_solves_per_minute=0))
    kinds = [Kind.READ, Kind.SOLVE] * 50
    assert [rates.take(principal("admin"), kind) for kind in kinds] == [None] * 100


def test_over_http(settings: Settings, store: Store) -> None:
    """The second solve of a minute is a 429 with Retry-After; reads go on, and say what is left."""
    limited = dataclasses.replace(settings, rate_limit_solves_per_minute=1)
    with running(limited, FakeEngine(), store=store, keys=ring()) as caller:
        caller.headers.update(bearer("methodist"))
        first, second = (caller.post("/deficits", json=whole()) for _ in range(2))
        assert first.status_code == 200
        assert first.headers["ratelimit-policy"] == '"solves";q=1;w=60'
        assert first.headers["ratelimit"].startswith('"solves";r=0;t=')
        refused(second, 429, "rate_limited")
        assert 1 <= int(second.headers["retry-after"]) <= 60
        read = caller.get("/version")
        assert read.status_code == 200
        most = limited.rate_limit_per_minute
        assert read.headers["ratelimit"].startswith(f'"calls";r={most - 1};t=')


def test_what_is_forbidden_costs_nothing(everyone: TestClient) -> None:
    """A refusal by role says nothing of rates: it is made before they are counted."""
    answer = everyone.post("/routes", json=whole(), headers=bearer("auditor"))
    refused(answer, 403, "forbidden")
    assert "ratelimit" not in answer.headers
