"""Nothing is held by more routes than there is of it, and nothing is lost by halves."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.domain import Occupancy
from engine.lifecycle.holds import Claim, ClaimKind, slot_resource
from engine.lifecycle.states import RouteState
from engine.storage import ResourceGone, Store
from tests.engine.storage.facts import AT, ROUTE, TENANT, after

UNTIL = after(days=14)
SEAT = Claim(ClaimKind.SEAT, "o1", 2, "s1")
MENTOR = Claim(ClaimKind.MENTOR, "m1", 1)
SLOT = Claim(ClaimKind.SLOT, slot_resource("m1", AT), 1)
ALL = (MENTOR, SEAT, SLOT)


@pytest.fixture
def routes(store: Store) -> Sequence[str]:
    """Ids of five stored routes."""
    ids = [f"r-{i}" for i in range(5)]
    with store.writing(TENANT) as kept:
        for one in ids:
            kept.routes.add(replace(ROUTE, id=one))
    return ids


def take(
    store: Store,
    route: str,
    *claims: Claim,
    until: dt.datetime = UNTIL,
    now: dt.datetime = AT,
    tenant: str = TENANT,
) -> None:
    with store.writing(tenant) as kept:
        kept.holds.take(route, claims, until, now)


def held(store: Store, now: dt.datetime = AT, without: str | None = None) -> Occupancy:
    with store.reading(TENANT) as kept:
        return kept.holds.occupancy(now, without)


def test_what_is_taken_is_held_until_it_is_given_back(store: Store, routes: Sequence[str]) -> None:
    """Occupancy counts seats, mentors' places and slots by resource; release takes them off."""
    take(store, "r-0", *ALL)
    take(store, "r-1", SEAT)
    expected = Occupancy({"o1": 2}, {"m1": 1}, frozenset({("m1", AT.astimezone(dt.UTC))}))
    assert held(store) == expected
    assert held(store, without="r-0") == Occupancy({"o1": 1}, {}, frozenset())
    with store.writing(TENANT) as kept:
        assert kept.holds.release("r-0", "s1") == 1
        assert kept.holds.of("r-0") == ((MENTOR, UNTIL), (SLOT, UNTIL))
        assert kept.holds.release("r-0") == 2
        assert kept.holds.release("r-0") == 0
    assert held(store) == Occupancy({"o1": 1}, {}, frozenset())


def test_exactly_the_named_claims_are_given_back(store: Store, routes: Sequence[str]) -> None:
    """What is not named stays held, and what was not held counts for nothing."""
    take(store, "r-0", *ALL)
    with store.writing(TENANT) as kept:
        assert kept.holds.release_claims("r-0", (SLOT, replace(SEAT, step_id="s2"))) == 1
        assert kept.holds.of("r-0") == ((MENTOR, UNTIL), (SEAT, UNTIL))


def test_all_or_nothing(store: Store, routes: Sequence[str]) -> None:
    """Where one claim cannot be had, none is taken, and every one that is gone is named."""
    take(store, "r-0", *ALL)
    other = Claim(ClaimKind.SEAT, "o2", 9, "s2")
    with pytest.raises(ResourceGone) as refused:
        take(store, "r-1", other, *ALL)
    assert refused.value.claims == (MENTOR, SLOT)
    with store.reading(TENANT) as kept:
        assert kept.holds.of("r-1") == ()


def test_a_capacity_of_nothing_gives_nothing(store: Store, routes: Sequence[str]) -> None:
    """Of what there is none, nobody gets one."""
    with pytest.raises(ResourceGone):
        take(store, "r-0", replace(SEAT, capacity=0))


def test_two_seats_of_one_run_count_twice(store: Store, routes: Sequence[str]) -> None:
    """A route that wants two units takes two, or none if only one is left."""
    second = replace(SEAT, step_id="s2")
    take(store, "r-0", SEAT)
    with pytest.raises(ResourceGone) as refused:
        take(store, "r-1", SEAT, second)
    assert refused.value.claims == (SEAT, second)
    with store.writing(TENANT) as kept:
        kept.holds.release("r-0")
    take(store, "r-1", SEAT, second)
    assert held(store).seats == {"o1": 2}


def test_taking_again_prolongs_and_counts_once(store: Store, routes: Sequence[str]) -> None:
    """A route never stands in its own way; what was firm stays firm."""
    take(store, "r-0", *ALL)
    with store.writing(TENANT) as kept:
        assert kept.holds.confirm("r-0", "s1", AT) == 1
    later = after(days=20)
    take(store, "r-0", *ALL, until=later, now=after(days=6))
    with store.reading(TENANT) as kept:
        assert kept.holds.of("r-0") == ((MENTOR, later), (SEAT, None), (SLOT, later))


def test_what_has_run_out_is_free(store: Store, routes: Sequence[str]) -> None:
    """From its end on a hold counts no more, swept away or not; what is firm has no end."""
    take(store, "r-0", MENTOR, SEAT)
    with store.writing(TENANT) as kept:
        kept.holds.confirm("r-0", "s1", AT)
    with pytest.raises(ResourceGone):
        take(store, "r-1", MENTOR, now=UNTIL - dt.timedelta(seconds=1))
    take(store, "r-1", MENTOR, until=after(days=28), now=UNTIL)
    assert held(store, UNTIL) == Occupancy({"o1": 1}, {"m1": 1}, frozenset())
    assert held(store, after(days=999)) == Occupancy({"o1": 1}, {}, frozenset())


def test_what_ran_out_and_went_to_others_cannot_be_confirmed(
    store: Store, routes: Sequence[str]
) -> None:
    """A late enrolment gets its seat only if nobody has taken it meanwhile."""
    one = replace(SEAT, capacity=1)
    take(store, "r-0", one)
    take(store, "r-1", one, until=after(days=29), now=after(days=15))
    with pytest.raises(ResourceGone) as refused, store.writing(TENANT) as kept:
        kept.holds.confirm("r-0", "s1", after(days=16))
    assert refused.value.claims == (one,)
    with store.writing(TENANT) as kept:
        assert kept.holds.confirm("r-1", "s1", after(days=16)) == 1
        assert kept.holds.of("r-0") == ((one, UNTIL),)


def test_what_ran_out_and_nobody_took_can_be_confirmed(store: Store, routes: Sequence[str]) -> None:
    """Of two seats with one other holder there is still one for a late enrolment."""
    take(store, "r-0", SEAT)
    take(store, "r-1", SEAT, until=after(days=29), now=after(days=15))
    with store.writing(TENANT) as kept:
        assert kept.holds.confirm("r-0", "s1", after(days=16)) == 1
    assert held(store, after(days=15)).seats == {"o1": 2}


def test_a_hold_that_lasts_is_confirmed_whatever_became_of_the_capacity(
    store: Store, routes: Sequence[str]
) -> None:
    """A run that has got a second seat meanwhile does not cost the first holder his own."""
    take(store, "r-0", replace(SEAT, capacity=1))
    take(store, "r-1", SEAT, until=after(days=20))
    with store.writing(TENANT) as kept:
        assert kept.holds.confirm("r-0", "s1", after(days=1)) == 1


def test_what_is_without_limit_is_confirmed_by_nothing(store: Store, routes: Sequence[str]) -> None:
    """A step that holds nothing says so; the route's own holds are confirmed apart."""
    take(store, "r-0", *ALL)
    with store.writing(TENANT) as kept:
        assert kept.holds.confirm("r-0", "s9", AT) == 0
        assert kept.holds.confirm("r-0", None, AT) == 2
        assert kept.holds.of("r-0") == ((MENTOR, None), (SEAT, UNTIL), (SLOT, None))


def test_lapsed_agreements_are_named_once(store: Store, routes: Sequence[str]) -> None:
    """Routes whose hold has lapsed are named, in order; what is firm or other is not touched."""
    with store.writing(TENANT) as kept:
        for name, state, until in (
            ("b", RouteState.AGREED, UNTIL),
            ("a", RouteState.AGREED, UNTIL),
            ("c", RouteState.AGREED, after(days=15)),
            ("d", RouteState.ACTIVE, UNTIL),
            ("e", RouteState.AGREED, None),
            ("f", RouteState.CANCELLED, UNTIL),
        ):
            kept.routes.add(replace(ROUTE, id=name, state=state, held_until=until))
    take(store, "a", *ALL)
    with store.writing(TENANT) as kept:
        kept.holds.confirm("a", "s1", AT)
    with store.writing(TENANT) as kept:
        assert kept.holds.expire(UNTIL - dt.timedelta(seconds=1)) == ()
        assert kept.holds.expire(UNTIL) == ("a", "b", "d")
        assert kept.holds.of("a") == ((SEAT, None),)
        lapsed = kept.routes.get("a")
        assert lapsed is not None
        back = replace(lapsed, state=RouteState.PROPOSED, held_until=None, updated_at=UNTIL)
        kept.routes.save(back, lapsed.version)
        assert kept.holds.expire(UNTIL) == ("b", "d")


def test_a_hold_needs_its_route(store: Store) -> None:
    """What no stored route takes is refused by the database."""
    with pytest.raises(sa.exc.IntegrityError):
        take(store, "nobody", SEAT)


def test_what_happens_at_random_keeps_to_the_capacities(
    store: Store, routes: Sequence[str]
) -> None:
    """A long row of takes and releases does what a model of a few lines says, refusals included."""
    model: dict[tuple[str, str], set[str]] = {}
    capacity = {"o1": 2, "o2": 1, "o3": 3}
    rows = itertools.product(range(12), routes)
    for i, (turn, route) in enumerate(rows):
        wanted = sorted(capacity)[i % 3 :: 1 + turn % 2]
        claims = [Claim(ClaimKind.SEAT, o, capacity[o], "s") for o in wanted]
        taken = {o: {r for (r, x) in model if x == o and r != route} for o in wanted}
        if (i * 7) % 5 < 2:
            with store.writing(TENANT) as kept:
                kept.holds.release(route)
            model = {k: v for k, v in model.items() if k[0] != route}
        elif any(len(taken[o]) + 1 > capacity[o] for o in wanted):
            with pytest.raises(ResourceGone):
                take(store, route, *claims)
        else:
            take(store, route, *claims)
            model |= {(route, o): set() for o in wanted}
        expected = {o: sum(x == o for _, x in model) for o in capacity}
        assert held(store).seats == {o: n for o, n in expected.items() if n}
