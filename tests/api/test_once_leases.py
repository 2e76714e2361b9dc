"""A key of a call that died is free soon, and a call that was given up wrongly is done once."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import Response

from api import once as module
from api.once import Once, keep_answer
from api.refusals import Refused
from api.service import Service, build_service
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store
from engine.storage.repositories.idempotency import LEASE
from tests.api.conftest import NOW
from tests.api.fakes import PACKAGE, FakeEngine


@dataclass
class Clock:
    """A clock that is set."""

    now: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(settings: Settings, store: Store, clock: Clock, tmp_path: Path) -> Service:
    return build_service(settings, engine=FakeEngine(), store=store, package=PACKAGE, clock=clock)


def call(service: Service) -> Once:
    """Another attempt at the same call."""
    return Once(service, DEFAULT_TENANT, "key", "build_route", "digest")


def named(store: Store, text: str) -> None:
    """Some work, and its answer in the same transaction."""
    with store.writing(DEFAULT_TENANT) as kept:
        kept.labels.put("e-1", text)
        keep_answer(kept, Response(text, 201))
        assert kept.labels.get("e-1") == text


def test_a_call_that_died_may_be_made_again_after_the_lease(service: Service, clock: Clock) -> None:
    """Nobody renews what a killed process began: running until the lease is over, then new."""
    assert call(service).begin().state == "new"
    clock.now += LEASE - dt.timedelta(seconds=1)
    assert call(service).begin().state == "running"
    clock.now += dt.timedelta(seconds=1)
    assert call(service).begin().state == "new"


def test_a_call_at_work_keeps_its_key(
    service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the work goes on the lease is renewed, so that it may take many times as long."""
    monkeypatch.setattr(module, "RENEW_EVERY_S", 0.005)
    mine = call(service)
    renewed = asyncio.Event()

    def renew(self: Once) -> None:
        original(self)
        loop.call_soon_threadsafe(renewed.set)

    async def work() -> None:
        nonlocal loop
        loop = asyncio.get_running_loop()
        async with mine.renewed():
            for _ in range(5):
                clock.now += LEASE - dt.timedelta(seconds=1)
                renewed.clear()
                await renewed.wait()
                renewed.clear()
                await renewed.wait()  # one that began after the clock was set
                assert call(service).begin().state == "running"

    original, loop = Once.renew, asyncio.new_event_loop()
    loop.close()
    monkeypatch.setattr(Once, "renew", renew)
    assert mine.begin().state == "new"
    asyncio.run(work())


def test_who_stood_still_too_long_undoes_his_work(
    service: Service, store: Store, clock: Clock
) -> None:
    """The first attempt, silent for longer than the lease, comes to its end after a second one has
    begun: it is refused in the transaction of its work, so nothing of that is kept; the second
    one ends as if it were alone, and everybody later gets its answer.
    """
    first, second = call(service), call(service)
    assert first.begin().state == "new"
    clock.now += LEASE
    assert second.begin().state == "new"
    with first.current(), pytest.raises(Refused) as refused:
        named(store, "first")
    assert refused.value.code == "idempotency_running"
    first.end(None)
    with store.reading(DEFAULT_TENANT) as kept:
        assert kept.labels.get("e-1") is None
    with second.current():
        named(store, "second")
    second.end(Response("second", 201))
    with store.reading(DEFAULT_TENANT) as kept:
        assert kept.labels.get("e-1") == "second"
    assert call(service).begin().body == b"second"
