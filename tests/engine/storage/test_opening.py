"""Addresses are checked before anything is opened, and what is opened keeps its promises."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.errors import ConfigurationError
from engine.storage import DatabaseUnavailable, Store, open_store
from tests.engine.storage.facts import TENANT
from tests.postgres import Server


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("routes.db", "не адрес"),
        ("sqlite://", "нужен файл"),
        ("sqlite:///:memory:", "нужен файл"),
        ("sqlite:////nowhere/at/all/routes.db", "нет папки"),
        ("nosuchbase://localhost/x", "драйвер"),
        ("postgresql+asyncpg://localhost/x", "драйвер"),
    ],
)
def test_wrong_urls_are_refused(url: str, said: str) -> None:
    """Each wrong address is refused before anything is opened."""
    with pytest.raises(ConfigurationError, match=said):
        open_store(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgres_is_spoken_to_by_psycopg(scheme: str) -> None:
    """However the address begins, the driver is the one that is installed with us."""
    store = open_store(f"{scheme}://user:secret@db.example/routes")
    assert store.engine.url.drivername == "postgresql+psycopg"
    assert "secret" not in store.url
    store.close()


def test_the_address_hides_the_password() -> None:
    """The password never shows in a message."""
    engine = sa.create_engine("sqlite:///x.db")
    engine.url = sa.make_url("postgresql://routes:secret@db/routes")
    assert "secret" not in Store(engine).url


@pytest.mark.parametrize("kind", ["sqlite"])
def test_sqlite_is_made_dependable(store: Store) -> None:
    """WAL, foreign keys and a busy timeout are on for every connection."""
    with store.engine.connect() as first, store.engine.connect() as second:
        for connection in (first, second):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
            }
            assert found == {
                "journal_mode": "wal",
                "foreign_keys": 1,
                "busy_timeout": 5000,
                "synchronous": 2,
            }


@pytest.mark.postgres
def test_a_server_lets_nothing_wait_for_ever(postgres: Server) -> None:
    """Statements, locks and silent transactions have an end; what the address says wins."""
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

    def told(url: str) -> list[object]:
        store = open_store(url)
        with store.engine.connect() as connection:
            found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
        store.close()
        return found

    url = postgres.url("postgres")
    assert told(url) == ["30s", "10s", "1min"]
    assert told(f"{url}&options=-c%20statement_timeout%3D7s") == ["7s", "0", "0"]


@pytest.mark.postgres
def test_a_statement_that_takes_too_long_is_ended(postgres: Server) -> None:
    """It is told as busy, not as a fault of the statement."""
    store = open_store(f"{postgres.url('postgres')}&options=-c%20statement_timeout%3D20ms")
    with pytest.raises(DatabaseUnavailable) as ended, store.reading(TENANT) as kept:
        kept._bound._connection.exec_driver_sql("SELECT pg_sleep(30)")
    assert ended.value.reason == "busy"
    store.close()


@pytest.mark.postgres
def test_a_reading_transaction_cannot_write(postgres: Server) -> None:
    """Beside our own check the server itself refuses."""
    store = open_store(postgres.url("postgres"))
    with pytest.raises(DatabaseUnavailable), store.reading(TENANT) as kept:
        kept._bound._connection.exec_driver_sql("CREATE TABLE x (y INTEGER)")
    store.close()
