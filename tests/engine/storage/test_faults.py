"""A database that is gone, busy or full is told apart from a fault of ours, and comes back."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.lifecycle.holds import Claim, ClaimKind
from engine.storage import DatabaseUnavailable, Store, open_store
from engine.storage.faults import reason_of
from tests.engine.storage.facts import AT, ROUTE, TENANT, after, sized_answer
from tests.postgres import Server


def count(store: Store) -> int:
    with store.reading(TENANT) as kept:
        return kept.routes.count()


def add(store: Store, name: str) -> None:
    with store.writing(TENANT) as kept:
        kept.routes.add(replace(ROUTE, id=name))


@pytest.mark.postgres
def test_a_server_that_is_gone_and_comes_back(own_server: Server) -> None:
    """Reads, writes and readiness say so while it is away; then the same store works on.

    What was acknowledged before it was killed is there, what was under way is not.
    """
    store = open_store(own_server.url("postgres"))
    store.upgrade()
    add(store, "before")

    def interrupted() -> None:
        with store.writing(TENANT) as kept:
            kept.routes.add(replace(ROUTE, id="half"))
            own_server.stop("immediate")
            kept.routes.count()

    with pytest.raises(DatabaseUnavailable) as broken:
        interrupted()
    assert broken.value.reason == "unreachable"
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable) as gone:
            count(store)
        assert gone.value.reason == "unreachable"
        with pytest.raises(DatabaseUnavailable):
            add(store, "lost")
        assert not store.ready()
    own_server.start()
    assert store.ready()
    add(store, "after")
    with store.reading(TENANT) as kept:
        assert {r.id for r in kept.routes.page().items} == {"before", "after"}
    store.close()


@pytest.mark.postgres
def test_connections_that_died_in_the_pool_cost_nobody_a_request(own_server: Server) -> None:
    """A server that was restarted while nobody asked is used as if nothing had been."""
    store = open_store(own_server.url("postgres"))
    store.upgrade()
    with store.reading(TENANT), store.reading(TENANT), store.reading(TENANT):
        pass
    own_server.stop("immediate")
    own_server.start()
    assert [count(store) for _ in range(5)] == [0] * 5
    store.close()


@pytest.mark.postgres
def test_nobody_waits_for_ever_for_a_lock(postgres: Server) -> None:
    """Whoever cannot get a resource in time is told that the database is busy."""
    name = postgres.new_database()
    store = open_store(f"{postgres.url(name)}&options=-c%20lock_timeout%3D50ms")
    store.upgrade()
    claim = Claim(ClaimKind.SEAT, "o1", 5, "s1")
    add(store, "r-1")
    with store.writing(TENANT) as kept:
        kept.holds.take("r-1", [claim], after(days=1), AT)
        with pytest.raises(DatabaseUnavailable) as busy, store.writing(TENANT) as other:
            other.holds.take("r-1", [claim], after(days=1), AT)
    assert busy.value.reason == "busy"
    store.close()
    postgres.drop(name)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_full_disk_leaves_nothing_half_written(store: Store) -> None:
    """A route whose history does not fit any more is not there at all; with room again it is.

    The file may grow by a few pages only, which SQLite tells as it tells a full disk.
    """
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    @sa.event.listens_for(store.engine, "checkout")
    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limits[0]}")

    limits = [pages + 3]
    big = replace(ROUTE, answer=sized_answer(1_000_000))

    def write_both() -> None:
        with store.writing(TENANT) as kept:
            kept.labels.put("e-1", "Анна")
            kept.routes.add(big)

    with pytest.raises(DatabaseUnavailable) as full:
        write_both()
    assert full.value.reason == "full"
    with store.reading(TENANT) as kept:
        assert kept.labels.get("e-1") is None
        assert kept.routes.count() == 0
    limits[0] = 1_000_000
    write_both()
    with store.reading(TENANT) as kept:
        assert kept.routes.get("r-1") == big
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_writer_that_never_ends_makes_others_say_busy(store: Store) -> None:
    """Readers go on meanwhile, and so do writers once it has ended."""
    with store.writing(TENANT) as kept:
        kept.labels.put("e-1", "Анна")
        hurried = open_store(str(store.engine.url))

        @sa.event.listens_for(hurried.engine, "connect")
        def hurry(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute("PRAGMA busy_timeout = 20")

        with pytest.raises(DatabaseUnavailable) as busy:
            add(hurried, "r-1")
        assert busy.value.reason == "busy"
        assert count(hurried) == 0
    add(hurried, "r-1")
    assert count(hurried) == 1
    hurried.close()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_thread_that_never_ends_makes_others_say_busy(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers of one process wait in a line, and not for ever; a failed one frees its place."""
    monkeypatch.setattr("engine.storage.store.LINE_TIMEOUT_S", 0.02)
    with store.writing(TENANT) as kept:
        kept.labels.put("e-1", "Анна")
        with pytest.raises(DatabaseUnavailable) as busy:
            add(store, "r-1")
        assert busy.value.reason == "busy"
        assert count(store) == 0
    with pytest.raises(RuntimeError), store.writing(TENANT):
        raise RuntimeError
    add(store, "r-1")
    assert count(store) == 1


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_that_has_gone_is_unreachable(store: Store, tmp_path: Path) -> None:
    """A database whose folder has been taken away is told as such, not as a crash."""
    store.close()
    (tmp_path / "routes.db").rename(tmp_path / "elsewhere.db")
    (tmp_path / "routes.db").mkdir()
    with pytest.raises(DatabaseUnavailable) as gone:
        count(store)
    assert gone.value.reason == "unreachable"
    assert not store.ready()


def test_a_pool_that_is_used_up_is_busy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gets no connection in time is told so; afterwards all are there again."""
    monkeypatch.setattr("engine.storage.opening.POOL_TIMEOUT_S", 0.01)
    store = open_store(url, pool_size=1)
    with store.reading(TENANT), store.reading(TENANT):
        with pytest.raises(DatabaseUnavailable) as busy:
            count(store)
        assert busy.value.reason == "busy"
    assert count(store) == 0
    store.close()


def test_a_wrong_statement_stays_our_fault(store: Store) -> None:
    """What a wiser program would not have sent is never told as a database that is gone."""
    for wrong in ("SELECT * FROM nowhere", "SELECT nothing FROM routes"):
        with pytest.raises(sa.exc.DBAPIError) as error, store.reading(TENANT) as kept:
            kept._bound._connection.exec_driver_sql(wrong)
        assert reason_of(error.value) is None


def test_threads_share_a_store(store: Store) -> None:
    """More threads than connections: all get through, one after another."""
    failed: list[BaseException] = []

    def work(i: int) -> None:
        try:
            add(store, f"r-{i}")
            count(store)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert count(store) == 40
