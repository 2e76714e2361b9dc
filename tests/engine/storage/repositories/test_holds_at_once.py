"""Two hundred at once: as many hold something as there is of it, not one more and not one less."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from engine.lifecycle.holds import Claim, ClaimKind, slot_resource
from engine.lifecycle.states import RouteState
from engine.storage import DatabaseUnavailable, ResourceGone, Store, open_store
from tests.engine.storage.facts import AT, ROUTE, TENANT, after

MANY = 200
UNTIL = after(days=14)


def race(store: Store, claims: list[tuple[Claim, ...]]) -> Counter[str]:
    """Let as many threads as there are claims take them in the same moment."""
    with store.writing(TENANT) as kept:
        for i in range(len(claims)):
            kept.routes.add(replace(ROUTE, id=f"r-{i:03}"))
    gate = threading.Barrier(len(claims))

    def one(i: int) -> str:
        gate.wait()
        while True:
            try:
                with store.writing(TENANT) as kept:
                    kept.holds.take(f"r-{i:03}", claims[i], UNTIL, AT)
            except ResourceGone:
                return "gone"
            except DatabaseUnavailable:
                continue  # on a busy machine a queue of two hundred may outlast a timeout
            else:
                return "held"

    with ThreadPoolExecutor(len(claims)) as threads:
        return Counter(threads.map(one, range(len(claims))))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "most"),
    [
        (Claim(ClaimKind.SEAT, "o1", 5, "s1"), 5),
        (Claim(ClaimKind.MENTOR, "m1", 5), 5),
        (Claim(ClaimKind.SLOT, slot_resource("m1", AT), 1), 1),
    ],
)
def test_exactly_as_many_hold_it_as_there_are(store: Store, claim: Claim, most: int) -> None:
    """Of 200 that take the last 5 seats, 5 places or one slot at once, 5, 5 and 1 hold one."""
    assert race(store, [(claim,)] * MANY) == {"held": most, "gone": MANY - most}
    with store.reading(TENANT) as kept:
        held = [i for i in range(MANY) if kept.holds.of(f"r-{i:03}")]
    assert len(held) == most


def test_those_who_want_two_things_never_wait_for_each_other(store: Store) -> None:
    """Half name two resources in one order, half in the other: all end, 5 hold both, none one."""
    first, second = (Claim(ClaimKind.SEAT, o, 5, o) for o in ("o1", "o2"))
    claims = [(first, second), (second, first)] * (MANY // 2)
    assert race(store, claims) == {"held": 5, "gone": MANY - 5}
    with store.reading(TENANT) as kept:
        assert kept.holds.occupancy(AT).seats == {"o1": 5, "o2": 5}


def test_two_processes_share_one_truth(url: str) -> None:
    """Two pools, as two server processes have them, give out 5 of 5 together."""
    claim = Claim(ClaimKind.SEAT, "o1", 5, "s1")
    stores = [open_store(url, pool_size=2) for _ in range(2)]
    with stores[0].writing(TENANT) as kept:
        for i in range(40):
            kept.routes.add(replace(ROUTE, id=f"r-{i}"))

    def one(i: int) -> bool:
        try:
            with stores[i % 2].writing(TENANT) as kept:
                kept.holds.take(f"r-{i}", (claim,), UNTIL, AT)
        except ResourceGone:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(one, range(40))) == 5
    for store in stores:
        store.close()


def test_of_those_who_expire_at_once_one_gets_each_route(store: Store) -> None:
    """Several processes sweep at the same time and handle each lapsed agreement once."""
    agreed = replace(ROUTE, state=RouteState.AGREED, held_until=AT)
    with store.writing(TENANT) as kept:
        for i in range(10):
            kept.routes.add(replace(agreed, id=f"r-{i}"))
    swept: list[str] = []

    def sweep(_: int) -> None:
        with store.writing(TENANT) as kept:
            for lapsed in kept.holds.expire(AT + dt.timedelta(1)):
                route = kept.routes.get(lapsed)
                assert route is not None
                swept.append(lapsed)
                back = replace(route, state=RouteState.PROPOSED, held_until=None, updated_at=AT)
                kept.routes.save(back, route.version)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(sweep, range(6)))
    assert sorted(swept) == [f"r-{i}" for i in range(10)]
