"""Feedback and audit are added to and read in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.storage import AuditEntry, CursorRefused, FeedbackRow, Store
from tests.engine.storage.facts import AT, TENANT, after

ROW = FeedbackRow(
    id="f-1",
    at=AT,
    educator_id="e-1",
    activity_id="a-1",
    state="completed",
    outcome=0.5,
    offering_id="o-1",
    route_id="r-1",
    step_id="s-1",
    ended_at=after(days=30),
    record={"verb": "passed", "n": [1, None, "ё"]},
)
ENTRY = AuditEntry(AT, "k-1", "methodist", "agree", "route", "r-1", "q-1", "before", "after")


def test_feedback_comes_back_and_is_kept_once(store: Store) -> None:
    """What is sent again under its id changes nothing, also within one sending."""
    bare = FeedbackRow("f-2", after(days=-1), "e-2", "a-1", "proposed")
    with store.writing(TENANT) as kept:
        assert kept.feedback.add([ROW, bare]) == 2
        assert kept.feedback.add([replace(ROW, outcome=1.0)]) == 0
        assert kept.feedback.add([]) == 0
    with store.reading(TENANT) as kept:
        assert kept.feedback.page().items == (bare, ROW)
        assert kept.feedback.page(educator_id="e-1").items == (ROW,)


@pytest.mark.parametrize("outcome", [-0.01, 1.01])
def test_an_outcome_is_a_share(store: Store, outcome: float) -> None:
    """The database refuses an outcome outside [0, 1]."""
    with pytest.raises(sa.exc.IntegrityError), store.writing(TENANT) as kept:
        kept.feedback.add([replace(ROW, outcome=outcome)])


def test_feedback_is_read_through_in_pages(store: Store) -> None:
    """Pages hold each row once, from the oldest on, ties by id."""
    rows = [replace(ROW, id=f"f-{i:04}", at=after(days=-(i // 7))) for i in range(1_200)]
    with store.writing(TENANT) as kept:
        assert kept.feedback.add(rows) == 1_200
    found: list[FeedbackRow] = []
    cursor: str | None = None
    with store.reading(TENANT) as kept:
        while True:
            page = kept.feedback.page(cursor, limit=500)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
    assert found == sorted(rows, key=lambda r: (r.at, r.id))


def test_audit_is_numbered_and_read_from_the_newest_on(store: Store) -> None:
    """Entries come back whole, the newest first, page after page, and by what is asked for."""
    entries = [
        replace(ENTRY, object_id=f"r-{i % 2}", actor=f"k-{i % 3}", at=after(minutes=i))
        for i in range(9)
    ]
    bare = AuditEntry(AT, "k-9", "admin", "make", "key", "k-1")
    with store.writing(TENANT) as kept:
        for entry in (*entries, bare):
            kept.audit.add(entry)
    with store.reading(TENANT) as kept:
        first = kept.audit.page(limit=4)
        second = kept.audit.page(first.next, limit=100)
        found = [*first.items, *second.items]
        assert second.next is None
        numbers = [e.seq for e in found]
        assert numbers == sorted(numbers, reverse=True)
        assert len(set(numbers)) == 10
        assert [replace(e, seq=0) for e in found] == [bare, *reversed(entries)]
        of_route = kept.audit.page(object_kind="route", object_id="r-1").items
        assert [e.at for e in of_route] == [after(minutes=i) for i in (7, 5, 3, 1)]
        asked = kept.audit.page(actor="k-0", since=after(minutes=3)).items
        assert [e.at for e in asked] == [after(minutes=6), after(minutes=3)]
        with pytest.raises(CursorRefused):
            kept.audit.page("x")


def test_many_may_write_audit_at_once(store: Store) -> None:
    """Entries of eight threads are all there, each with a number of its own."""

    def write(i: int) -> None:
        with store.writing(TENANT) as kept:
            kept.audit.add(replace(ENTRY, object_id=f"r-{i}"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(64)))
    with store.reading(TENANT) as kept:
        found = kept.audit.page(limit=100).items
    assert len({e.seq for e in found}) == len({e.object_id for e in found}) == 64
