"""Two servers behind one database are one service."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx2
import pytest

from engine.storage import DEFAULT_TENANT
from tests.service.calling import at_once, built, caller, code_of, decide, lasting_key
from tests.service.conftest import Pair
from tests.service.races import RACES, Race, activities, agreed_at_once, given_back, holders, needs
from tests.service.region import FEW, LEFT, MANY, body, offering_of

pytestmark = pytest.mark.slow

KEY_CACHE_S = 5
"""A revoked key stops everywhere within this time (default of ``key_cache_s``)."""


@dataclass(frozen=True)
class Both:
    """A client of each server, with one key of the store."""

    first: httpx2.Client
    second: httpx2.Client
    pair: Pair


@pytest.fixture(scope="module")
def both(pair: Pair) -> Iterator[Both]:
    store = pair.store()
    _, key = lasting_key(store)
    store.close()
    one, other = pair.servers
    with caller(one, key) as first, caller(other, key) as second:
        yield Both(first, second, pair)


def test_what_one_writes_the_other_reads(both: Both) -> None:
    """A route built by one server is the other's too, byte by byte, with the same tag; and a
    decision made there is seen here.
    """
    route = built(both.first, body("E-senior", both.pair.as_of, excluded=[FEW]))
    here, there = (c.get(f"/routes/{route['id']}") for c in (both.first, both.second))
    assert here.status_code == there.status_code == 200
    assert (here.content, here.headers["etag"]) == (there.content, there.headers["etag"])
    version = route["lifecycle"]["version"]
    assert decide(both.second, route["id"], version, "agree").status_code == 200
    assert both.first.get(f"/routes/{route['id']}").json()["lifecycle"]["state"] == "agreed"


def test_a_call_is_done_once_whichever_server_gets_it(both: Both) -> None:
    """Ten times the same call with one key, five at each server at once: one route. Whoever comes
    while it is being built is told so, and afterwards gets the same answer.
    """
    asked = body("E-senior", both.pair.as_of, excluded=[FEW])
    headers = {"Idempotency-Key": "once-across"}

    def send(client: httpx2.Client) -> Callable[[], httpx2.Response]:
        return lambda: client.post("/routes", json=asked, headers=headers)

    answers = at_once([send(c) for c in (both.first, both.second)] * 5)
    found = Counter(a.status_code for a in answers)
    assert set(found) <= {201, 409}
    assert found[201] >= 1
    assert {code_of(a) for a in answers if a.status_code == 409} <= {"idempotency_running"}
    later = [send(c)() for c in (both.first, both.second)]
    assert [a.status_code for a in later] == [201, 201]
    assert len({a.content for a in (*answers, *later) if a.status_code == 201}) == 1
    assert all(a.headers["idempotent-replayed"] == "true" for a in later)


def test_of_two_edits_of_one_version_one_wins(both: Both) -> None:
    """Each server agrees or cancels the same version: one does it, the other says it is stale."""
    for _ in range(3):
        route = built(both.first, body("E-senior", both.pair.as_of, excluded=[FEW]))
        id, version = route["id"], route["lifecycle"]["version"]
        answers = at_once(
            [
                lambda id=id, v=version: decide(both.first, id, v, "agree"),  # type: ignore[misc]
                lambda id=id, v=version: decide(both.second, id, v, "cancel"),  # type: ignore[misc]
            ]
        )
        assert sorted(a.status_code for a in answers) == [200, 412]
        (loser,) = (a for a in answers if a.status_code == 412)
        assert code_of(loser) == "version_stale"


def test_what_one_holds_the_other_plans_around(both: Both) -> None:
    """When the last seat is held through one server, the other builds without it at once, and
    with it again when the seat is given back.
    """
    held = []
    while True:
        route = built(both.first, body("E-senior", both.pair.as_of))
        if FEW not in activities(route):
            break
        version = route["lifecycle"]["version"]
        agreed = decide(both.first, route["id"], version, "agree")
        assert agreed.status_code == 200, agreed.text
        held.append(agreed.json())
    assert len(held) == LEFT
    assert _planned(both) == {MANY}
    one = held[0]
    assert decide(both.second, one["id"], one["lifecycle"]["version"], "cancel").status_code == 200
    assert FEW in _planned(both)
    for other in held[1:]:
        decide(both.first, other["id"], other["lifecycle"]["version"], "cancel")
    store = both.pair.store()
    try:
        with store.reading(DEFAULT_TENANT) as kept:
            now = both.pair.as_of
            assert kept.holds.occupancy(now).seats.get(offering_of(FEW), 0) == 0
    finally:
        store.close()


def _planned(both: Both) -> set[str]:
    return activities(built(both.second, body("E-senior", both.pair.as_of)))


def test_a_revoked_key_stops_at_both(pair: Pair) -> None:
    """A key that both servers know lets in nowhere once the time that keys are remembered is over,
    although neither was told.
    """
    store = pair.store()
    key_id, key = lasting_key(store)
    one, other = pair.servers
    with caller(one, key) as first, caller(other, key) as second:
        assert first.get("/version").status_code == second.get("/version").status_code == 200
        with store.system() as kept:
            assert kept.keys.revoke(key_id, pair.as_of)
        time.sleep(KEY_CACHE_S)
        assert first.get("/version").status_code == second.get("/version").status_code == 401
    store.close()


@pytest.mark.parametrize("callers", [30, pytest.param(200, marks=pytest.mark.long)])
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.name)
def test_of_many_who_agree_at_once_only_so_many_get_it(
    both: Both, race: Race, callers: int
) -> None:
    """Proposals that all want the same are agreed through both servers at once. As many get it as
    there is: 5 of the last 5 seats, 5 of a mentor's 5 places, 1 of one slot. Everybody else is
    told 409 ``seat_gone`` with his route built anew around it; the database says the same.
    """
    store = both.pair.store()
    resource, ids = race.resource(both.pair.as_of), []
    try:
        ids = race.proposals(both.first, store, both.pair.as_of, callers)
        answers = agreed_at_once((both.first, both.second), ids)
        won = [a for a in answers if a.status_code == 200]
        lost = [a for a in answers if a.status_code != 200]
        assert len(won) == race.units
        assert Counter((a.status_code, code_of(a)) for a in lost) == {
            (409, "seat_gone"): callers - race.units
        }
        for answer in lost:
            told = answer.json()
            assert race.kind in {gone["kind"] for gone in told["gone"]}
            rebuilt = told["route"]
            assert rebuilt["lifecycle"]["state"] == "proposed"
            assert rebuilt["lifecycle"]["revision"] == 2
            assert answer.headers["etag"] == f'"{rebuilt["lifecycle"]["version"]}"'
            assert resource not in needs(rebuilt)
        assert sorted(holders(store, resource)) == sorted(a.json()["id"] for a in won)
    finally:
        given_back(store, ids)
        store.close()
