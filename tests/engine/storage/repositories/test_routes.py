"""Routes come back as they were put; what replaces them leaves the earlier content readable."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest
import sqlalchemy as sa

from engine.lifecycle.states import RouteEvent, RouteState
from engine.storage import RouteFilter, RouteSummary, Store, StoredRoute, VersionConflict
from tests.engine.storage.facts import AT, ROUTE, STEPS, TENANT, after

NEXT = replace(
    ROUTE,
    as_of=after(days=7),
    status="WITHIN_GAP",
    answer='{"id": "r-1", "second": true}',
    problem=b"second",
    request="{}",
    solution="[]",
    problem_digest="def",
    revision=2,
    state=RouteState.ACTIVE,
    steps=STEPS,
    mentor_id="m-1",
    updated_at=after(days=7),
)


def test_a_route_comes_back_byte_for_byte(store: Store) -> None:
    """Answer and problem are kept as they are, instants as the same instants."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
    with store.reading(TENANT) as kept:
        read = kept.routes.get("r-1")
        assert kept.routes.get("r-2") is None
    assert read == ROUTE
    assert read.created_at.utcoffset() == dt.timedelta(0)


def test_a_route_of_before_requests_were_kept(store: Store) -> None:
    """Request and solution may be absent and come back absent."""
    old = replace(ROUTE, request=None, solution=None)
    with store.writing(TENANT) as kept:
        kept.routes.add(old)
    with store.reading(TENANT) as kept:
        assert kept.routes.get("r-1") == old


def test_a_route_is_written_once(store: Store) -> None:
    """A second route of the same id is refused and the first stays."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
    with pytest.raises(sa.exc.IntegrityError), store.writing(TENANT) as kept:
        kept.routes.add(replace(ROUTE, status="UNKNOWN"))
    with store.reading(TENANT) as kept:
        assert kept.routes.get("r-1") == ROUTE


def test_a_naive_instant_is_refused(store: Store) -> None:
    """An instant without an offset never reaches the database."""
    naive = replace(ROUTE, created_at=dt.datetime(2026, 8, 31))
    with pytest.raises(sa.exc.StatementError, match="offset"), store.writing(TENANT) as kept:
        kept.routes.add(naive)


def test_what_fails_leaves_nothing(store: Store) -> None:
    """An exception after two writes undoes both."""

    def interrupted() -> None:
        with store.writing(TENANT) as kept:
            kept.routes.add(ROUTE)
            kept.labels.put("e-1", "Анна")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    with store.reading(TENANT) as kept:
        assert kept.routes.count() == 0
        assert kept.labels.get("e-1") is None


def test_reading_never_writes(store: Store) -> None:
    """What would be put through a reading transaction is refused."""
    with pytest.raises(RuntimeError, match="only reads"), store.reading(TENANT) as kept:
        kept.labels.put("e-1", "Анна")
    with store.reading(TENANT) as kept:
        assert kept.labels.get("e-1") is None


def test_the_life_of_a_route_comes_back(store: Store) -> None:
    """State, steps with all their fields, mentor, organisation and hold come back as put."""
    whole = replace(
        ROUTE,
        state=RouteState.AGREED,
        steps=STEPS,
        mentor_id="m-1",
        organisation_id="o-1",
        held_until=after(days=14),
        updated_at=after(hours=1),
    )
    with store.writing(TENANT) as kept:
        kept.routes.add(whole)
    with store.reading(TENANT) as kept:
        assert kept.routes.get("r-1") == whole
        assert kept.routes.revision("r-1", 1) is not None


def test_saving_needs_the_version_that_is_kept(store: Store) -> None:
    """Of two who save what both have read the second is told, and the first one's stays."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
    agreed = replace(ROUTE, state=RouteState.AGREED, updated_at=after(hours=1))
    with store.writing(TENANT) as kept:
        assert kept.routes.save(agreed, expected_version=1) == replace(agreed, version=2)
    returned = replace(ROUTE, state=RouteState.RETURNED, updated_at=after(hours=2))
    with pytest.raises(VersionConflict) as refused, store.writing(TENANT) as kept:
        kept.routes.save(returned, expected_version=1)
    assert (refused.value.expected, refused.value.found) == (1, 2)
    with store.reading(TENANT) as kept:
        assert kept.routes.get("r-1") == replace(agreed, version=2)


def test_saving_what_is_not_there_is_a_conflict(store: Store) -> None:
    """A route that was never stored cannot be saved."""
    with pytest.raises(VersionConflict) as refused, store.writing(TENANT) as kept:
        kept.routes.save(ROUTE, expected_version=1)
    assert refused.value.found is None


def test_a_change_of_state_leaves_the_content_alone(store: Store) -> None:
    """Within a revision only the life of a route is written, whatever content comes with it."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
        kept.routes.save(replace(NEXT, revision=1), expected_version=1)
    with store.reading(TENANT) as kept:
        found = kept.routes.get("r-1")
        assert len(kept.routes.revisions("r-1")) == 1
    assert found is not None
    assert (found.answer, found.problem, found.status) == (ROUTE.answer, ROUTE.problem, "OPTIMAL")
    assert (found.state, found.steps, found.version) == (RouteState.ACTIVE, STEPS, 2)


def test_a_new_revision_puts_the_old_content_aside(store: Store) -> None:
    """Each revision keeps its content byte for byte and the instant from which it held."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
        kept.routes.save(replace(ROUTE, updated_at=after(days=1)), expected_version=1)
        kept.routes.save(NEXT, expected_version=2)
    with store.reading(TENANT) as kept:
        assert kept.routes.get("r-1") == replace(NEXT, version=3)
        first, second = kept.routes.revision("r-1", 1), kept.routes.revision("r-1", 2)
        assert kept.routes.revision("r-1", 3) is None
        assert kept.routes.revision("r-2", 1) is None
        listed = kept.routes.revisions("r-1")
        assert kept.routes.revisions("r-2") == ()
    content = ("as_of", "status", "policy", "problem_digest", "answer", "problem", "request")
    for revision, route, since in ((first, ROUTE, AT), (second, NEXT, after(days=7))):
        assert revision is not None
        for name in (*content, "solution", "revision"):
            assert getattr(revision, name) == getattr(route, name), name
        assert revision.revised_at == since
    assert [(r.revision, r.revised_at, r.problem_digest) for r in listed] == [
        (1, AT, "abc"),
        (2, after(days=7), "def"),
    ]


def test_revisions_have_no_gaps(store: Store) -> None:
    """A revision that does not follow the kept one, or has no instant, is refused."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
        for wrong in (replace(NEXT, revision=3), replace(NEXT, revision=0)):
            with pytest.raises(ValueError, match="does not follow"):
                kept.routes.save(wrong, expected_version=1)
        with pytest.raises(ValueError, match="when it changed"):
            kept.routes.save(replace(NEXT, updated_at=None), expected_version=1)


def test_history_is_numbered_in_its_order(store: Store) -> None:
    """Events get the numbers 1, 2, 3, whatever came with them, and come back whole."""
    agreed = RouteEvent(
        AT, "u1", "methodist", "agree", None, "proposed", "agreed", "хорошо", {"n": [1, "ё"]}
    )
    done = RouteEvent(after(days=1), "u2", "tutor", "complete", "s1", "attended", "completed")
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
        numbered = kept.routes.append("r-1", agreed, replace(done, seq=77))
        numbered += kept.routes.append("r-1", done)
    assert [e.seq for e in numbered] == [1, 2, 3]
    with store.reading(TENANT) as kept:
        assert kept.routes.events("r-1") == numbered
        assert kept.routes.events("r-2") == ()
    assert numbered[0] == replace(agreed, seq=1)


def test_history_needs_its_route(store: Store) -> None:
    """An event of a route that is not there is refused by the database."""
    event = RouteEvent(AT, "u1", "tutor", "agree", None, "proposed", "agreed")
    with pytest.raises(sa.exc.IntegrityError), store.writing(TENANT) as kept:
        kept.routes.append("r-1", event)


def many() -> list[StoredRoute]:
    """Thirty routes, three of each minute, that differ in everything that can be filtered."""
    return [
        replace(
            ROUTE,
            id=f"r-{i:02}",
            created_at=after(minutes=i // 3),
            educator_id=f"e-{i % 2}",
            state=list(RouteState)[i % 3],
            status=("OPTIMAL", "UNKNOWN")[i % 5 == 0],
            policy=("spb", "default")[i % 7 == 0],
            organisation_id=None if i % 4 else "o-1",
            mentor_id="m-1" if i % 6 == 1 else None,
        )
        for i in range(30)
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        RouteFilter(),
        RouteFilter(educator_id="e-1"),
        RouteFilter(state=RouteState.AGREED),
        RouteFilter(status="UNKNOWN", educator_id="e-0"),
        RouteFilter(policy="default"),
        RouteFilter(organisation_id="o-1"),
        RouteFilter(mentor_id="m-1"),
        RouteFilter(created_from=after(minutes=2), created_to=after(minutes=5)),
        RouteFilter(educator_id="nobody"),
    ],
)
def test_pages_hold_what_is_meant_once_and_the_newest_first(
    store: Store, wanted: RouteFilter
) -> None:
    """All pages together are what a plain search over all routes finds, in order."""
    with store.writing(TENANT) as kept:
        for route in many():
            kept.routes.add(route)

    def meant(route: StoredRoute) -> bool:
        same = all(
            getattr(wanted, name) in (None, getattr(route, name))
            for name in ("educator_id", "state", "status", "policy", "organisation_id", "mentor_id")
        )
        since, until = wanted.created_from, wanted.created_to
        return (
            same
            and (since is None or route.created_at >= since)
            and (until is None or route.created_at < until)
        )

    expected = sorted(filter(meant, many()), key=lambda r: (r.created_at, r.id), reverse=True)
    found: list[RouteSummary] = []
    cursor: str | None = None
    with store.reading(TENANT) as kept:
        while True:
            page = kept.routes.page(wanted, cursor, limit=4)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
            assert len(page.items) == 4
    assert [f.id for f in found] == [r.id for r in expected]
    for summary, route in zip(found, expected, strict=True):
        for field in fields(RouteSummary):
            assert getattr(summary, field.name) == getattr(route, field.name), field.name


def test_a_page_stays_where_it_is_while_routes_are_added(store: Store) -> None:
    """A cursor goes on where it was, although newer routes have come meanwhile."""
    routes = many()
    with store.writing(TENANT) as kept:
        for route in routes[:20]:
            kept.routes.add(route)
        first = kept.routes.page(limit=5)
        for route in routes[20:]:
            kept.routes.add(route)
        second = kept.routes.page(after=first.next, limit=5)
    assert [r.id for r in (*first.items, *second.items)] == [f"r-{i:02}" for i in range(19, 9, -1)]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_a_size(store: Store, limit: int) -> None:
    """A page without rows or of any number is a mistake of the caller."""
    with store.reading(TENANT) as kept, pytest.raises(ValueError, match="a page has"):
        kept.routes.page(limit=limit)


def test_a_route_is_read_by_one_statement(store: Store) -> None:
    """``get`` asks the database once."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    with store.reading(TENANT) as kept:
        assert kept.routes.count() == 1  # the transaction has begun
        sa.event.listen(store.engine, "before_cursor_execute", note)
        assert kept.routes.get("r-1") == ROUTE
        sa.event.remove(store.engine, "before_cursor_execute", note)
    assert len(asked) == 1
