"""Opening, upgrading, and transactions."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.errors import ConfigurationError
from engine.storage import Store, open_store
from engine.storage.store import _configuration as configuration
from engine.storage.tables import Base


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_migrations_make_what_the_tables_say(store: Store) -> None:
    """After an upgrade from nothing Alembic finds no difference to the metadata."""
    assert differences(store) == []


def test_the_comparison_would_notice_a_difference(store: Store) -> None:
    """A column too many in the database is found, so the test above can fail."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE routes ADD COLUMN surplus TEXT")
    assert len(differences(store)) == 1


def test_check_constraints_agree_too(store: Store) -> None:
    """Alembic does not compare checks, so they are compared here by name and text."""
    inspector = sa.inspect(store.engine)
    for table in Base.metadata.sorted_tables:
        made = {c["name"]: c["sqltext"] for c in inspector.get_check_constraints(table.name)}
        said = {
            str(c.name): str(c.sqltext)
            for c in table.constraints
            if isinstance(c, sa.CheckConstraint)
        }
        assert made == said, table.name


def test_upgrade_is_repeatable_and_makes_the_store_ready(tmp_path: Path) -> None:
    """A store is ready only after the upgrade; a second upgrade changes nothing."""
    store = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    assert not store.ready()
    store.upgrade()
    store.upgrade()
    assert store.ready()
    store.close()


def test_a_database_of_the_first_version_keeps_its_routes(tmp_path: Path) -> None:
    """Upgrading 0001 → head adds empty columns; going back takes them away and nothing else."""
    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    columns = "id, created_at, educator_id, as_of, status, policy, problem_digest, answer, problem"
    with store.engine.begin() as connection:
        command.upgrade(configuration(connection), "0001")
        connection.exec_driver_sql(
            f"INSERT INTO routes ({columns}) VALUES ('r-1', '2026-08-31 00:00:00', 'e-1',"
            " '2026-08-31 00:00:00', 'OPTIMAL', 'spb', 'abc', '{}', x'7b7d')"
        )
    assert not store.ready()
    store.upgrade()
    assert store.ready()
    with store.reading() as kept:
        route = kept.routes.get("r-1")
    assert route is not None
    assert (route.answer, route.problem) == ("{}", b"{}")
    assert (route.request, route.solution) == (None, None)
    with store.engine.begin() as connection:
        command.downgrade(configuration(connection), "0001")
        found = connection.exec_driver_sql("SELECT * FROM routes").mappings().one()
    assert set(found) == set(columns.split(", "))
    assert found["status"] == "OPTIMAL"
    store.close()


def test_many_may_upgrade_at_once(tmp_path: Path) -> None:
    """Several starting processes make the tables once and none fails."""
    url = f"sqlite:///{tmp_path / 'race.db'}"
    stores = [open_store(url) for _ in range(4)]
    failed: list[BaseException] = []

    def upgrade(store: Store) -> None:
        try:
            store.upgrade()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=upgrade, args=(s,)) for s in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert all(s.ready() for s in stores)
    for store in stores:
        store.close()


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


def test_a_newer_schema_is_refused(store: Store) -> None:
    """A database of a later version is not touched."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="9999"):
        store.upgrade()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("routes.db", "не адрес"),
        ("sqlite://", "нужен файл"),
        ("sqlite:///:memory:", "нужен файл"),
        ("sqlite:////nowhere/at/all/routes.db", "нет папки"),
        ("nosuchbase://localhost/x", "драйвер"),
    ],
)
def test_wrong_urls_are_refused(url: str, said: str) -> None:
    """Each wrong address is refused before anything is opened."""
    with pytest.raises(ConfigurationError, match=said):
        open_store(url)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Something else in the file's place is a configuration error, not a crash."""
    path = tmp_path / "routes.db"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" * 100)
    store = open_store(f"sqlite:///{path}")
    with pytest.raises(ConfigurationError, match=r"routes\.db"):
        store.upgrade()
    store.close()


def test_the_address_hides_the_password() -> None:
    """The password never shows in a message."""
    engine = sa.create_engine("sqlite:///x.db")
    engine.url = sa.make_url("postgresql://routes:secret@db/routes")
    assert "secret" not in Store(engine).url
