"""A copy is whole and of one moment, although others write while it is made."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import ConfigurationError
from engine.storage import Store, open_store
from tests.engine.storage.facts import AT, ROUTE, TENANT, sized_answer
from tests.postgres import Server


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_copy_made_while_others_write_is_of_one_moment(store: Store, tmp_path: Path) -> None:
    """Each route is written with its label; in the copy there is never one without the other.

    The copy holds everything that was acknowledged before it began, and opens as a store.
    """
    stop = threading.Event()
    acknowledged = [0]

    def write() -> None:
        while not stop.is_set():
            i = acknowledged[0] + 1
            with store.writing(TENANT) as kept:
                kept.routes.add(replace(ROUTE, id=f"r-{i}", answer=sized_answer(50_000)))
                kept.labels.put(f"r-{i}", str(i))
            acknowledged[0] = i

    writer = threading.Thread(target=write)
    writer.start()
    before = []
    try:
        for copy in range(4):
            while acknowledged[0] < 5 * (copy + 1) and writer.is_alive():
                stop.wait(0.001)
            before.append(acknowledged[0])
            store.backup(tmp_path / f"copy-{copy}.db")
    finally:
        stop.set()
        writer.join()
    for copy, least in enumerate(before):
        assert not (tmp_path / f"copy-{copy}.db-wal").exists()
        restored = open_store(f"sqlite:///{tmp_path / f'copy-{copy}.db'}")
        assert restored.ready()
        with restored.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        with restored.reading(TENANT) as kept:
            n = kept.routes.count()
            assert n >= least
            assert kept.labels.get(f"r-{n}") == str(n)
            assert kept.labels.get(f"r-{n + 1}") is None
            assert kept.routes.get(f"r-{n + 1}") is None
        with restored.writing(TENANT) as kept:
            kept.educators.ids()
            kept.routes.add(replace(ROUTE, id="new", created_at=AT))
        restored.close()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_copy_never_overwrites(store: Store, tmp_path: Path) -> None:
    """A file that exists, or a folder that does not, is named; nothing is left behind."""
    there = tmp_path / "copy.db"
    there.write_text("precious")
    with pytest.raises(ConfigurationError, match=r"copy\.db"):
        store.backup(there)
    assert there.read_text() == "precious"
    with pytest.raises(ConfigurationError, match="нет папки"):
        store.backup(tmp_path / "nowhere" / "copy.db")
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.postgres
def test_a_server_is_copied_by_its_own_means(postgres: Server, tmp_path: Path) -> None:
    """The message says how."""
    store = open_store(postgres.url("postgres"))
    with pytest.raises(ConfigurationError, match="pg_dump"):
        store.backup(tmp_path / "copy.db")
    store.close()
