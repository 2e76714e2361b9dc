"""The same write sent twice is done once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from engine.storage import Idempotent, Store
from tests.engine.storage.facts import AT, TENANT, after

CALL = ("key-1", "create_route")


def begin(store: Store, digest: str = "d1", now: dt.datetime = AT, tenant: str = TENANT) -> str:
    with store.writing(tenant) as kept:
        return kept.idempotency.begin(*CALL, digest, now).state


def test_the_first_answer_is_the_answer(store: Store) -> None:
    """New, then running, then done with the very bytes; another body is told apart throughout."""
    assert begin(store) == "new"
    assert begin(store) == "running"
    assert begin(store, "d2") == "mismatch"
    with store.writing(TENANT) as kept:
        kept.idempotency.finish(*CALL, 201, {"Location": "/routes/ё"}, b"\x00{}")
        done = kept.idempotency.begin(*CALL, "d1", after(hours=9))
    assert done == Idempotent("done", 201, {"Location": "/routes/ё"}, b"\x00{}")
    assert begin(store, "d2") == "mismatch"


def test_keys_are_of_an_endpoint_and_a_tenant(store: Store) -> None:
    """The same key elsewhere, or of another tenant, is another one."""
    assert begin(store) == "new"
    assert begin(store, tenant="other") == "new"
    with store.writing(TENANT) as kept:
        assert kept.idempotency.begin("key-1", "replan", "d1", AT).state == "new"


def test_what_led_to_nothing_may_be_sent_again(store: Store) -> None:
    """An abandoned key is new again; one that is done stays done."""
    assert begin(store) == "new"
    with store.writing(TENANT) as kept:
        kept.idempotency.abandon(*CALL)
    assert begin(store, "d2") == "new"
    with store.writing(TENANT) as kept:
        kept.idempotency.finish(*CALL, 200, {}, b"")
        kept.idempotency.abandon(*CALL)
    assert begin(store, "d2") == "done"


def test_a_request_that_died_gives_its_key_back(store: Store) -> None:
    """After the lease somebody else may do it, also with another body; before that nobody."""
    assert begin(store) == "new"
    assert begin(store, now=after(seconds=9)) == "running"
    assert begin(store, "d2", now=after(seconds=10)) == "new"
    assert begin(store, "d2", now=after(seconds=10)) == "running"


def test_who_lives_keeps_the_key_and_who_was_given_up_cannot_end_it(store: Store) -> None:
    """A renewed lease counts from its renewal. The first owner, silent for too long, neither
    renews nor ends nor frees what the second one does by now.
    """

    def begun(owner: str, seconds: int) -> str:
        with store.writing(TENANT) as kept:
            now = after(seconds=seconds)
            return kept.idempotency.begin(*CALL, "d", now, owner=owner).state

    assert begun("first", 0) == "new"
    with store.writing(TENANT) as kept:
        assert kept.idempotency.renew(*CALL, after(seconds=8), owner="first")
    assert begun("second", 17) == "running"
    assert begun("second", 18) == "new"
    with store.writing(TENANT) as kept:
        assert not kept.idempotency.renew(*CALL, after(seconds=19), owner="first")
        assert not kept.idempotency.finish(*CALL, 201, {}, b"first", owner="first")
        kept.idempotency.abandon(*CALL, owner="first")
        assert kept.idempotency.finish(*CALL, 201, {}, b"second", owner="second")
        assert not kept.idempotency.finish(*CALL, 201, {}, b"again", owner="second")
        assert kept.idempotency.begin(*CALL, "d", after(hours=1)).body == b"second"


def test_old_keys_are_forgotten(store: Store) -> None:
    """What was begun before an instant is gone, what began at it or later stays."""
    assert begin(store) == "new"
    with store.writing(TENANT) as kept:
        kept.idempotency.begin("key-2", "create_route", "d", after(hours=1))
        assert kept.idempotency.purge(after(hours=1)) == 1
        assert kept.idempotency.begin("key-2", "create_route", "d", AT).state == "running"
    assert begin(store) == "new"


def test_of_many_at_once_one_is_new(store: Store) -> None:
    """Thirty threads begin the same request: one does it, the others see it running."""
    with ThreadPoolExecutor(30) as threads:
        states = sorted(threads.map(lambda _: begin(store), range(30)))
    assert states == ["new"] + ["running"] * 29
