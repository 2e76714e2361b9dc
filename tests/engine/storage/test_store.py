"""Transactions: whole or not at all, of one tenant, of one moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import ConfigurationError
from engine.storage import Store, VersionConflict, open_store
from tests.engine.storage.facts import AT, EDUCATOR, ROUTE, TENANT, after


def test_reading_sees_one_moment(store: Store) -> None:
    """What others commit meanwhile is not there until the next reading transaction."""
    with store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT)
    with store.reading(TENANT) as kept:
        assert kept.routes.count() == 0
        with store.writing(TENANT) as other:
            other.routes.add(ROUTE)
            other.educators.remove("e-1")
        assert kept.routes.count() == 0
        assert kept.educators.ids() == ("e-1",)
    with store.reading(TENANT) as kept:
        assert (kept.routes.count(), kept.educators.ids()) == (1, ())


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    """While one writes, others read what was there before."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
        with store.reading(TENANT) as other:
            assert other.routes.count() == 0


@pytest.mark.slow
def test_no_change_of_many_is_lost(store: Store) -> None:
    """Two hundred changes by eight threads, each repeated until its version fits, all count."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)

    def change(i: int) -> None:
        while True:
            with store.reading(TENANT) as kept:
                seen = kept.routes.get("r-1")
            assert seen is not None
            try:
                with store.writing(TENANT) as kept:
                    kept.routes.save(replace(seen, updated_at=after(seconds=i)), seen.version)
            except VersionConflict:
                continue
            return

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(change, range(200)))
    with store.reading(TENANT) as kept:
        found = kept.routes.get("r-1")
    assert found is not None
    assert found.version == 201


def test_a_locked_route_waits(store: Store) -> None:
    """Counting up what was read under the lock loses nothing, without any version."""
    with store.writing(TENANT) as kept:
        kept.routes.add(replace(ROUTE, mentor_id="0"))

    def change(i: int) -> None:
        with store.writing(TENANT) as kept:
            seen = kept.routes.lock("r-1")
            assert seen is not None
            more = str(int(seen.mentor_id or "0") + 1)
            kept.routes.save(replace(seen, mentor_id=more, updated_at=AT), seen.version)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(change, range(100)))
    with store.reading(TENANT) as kept:
        found = kept.routes.get("r-1")
    assert found is not None
    assert (found.mentor_id, found.version) == ("100", 101)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Something else in the file's place is a configuration error, not a crash."""
    path = tmp_path / "routes.db"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" * 100)
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(ConfigurationError, match=r"routes\.db"):
        store.upgrade()
    assert not store.ready()
    store.close()
