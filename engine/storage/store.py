"""Opening a database, bringing it up to date, and its transactions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from engine.errors import ConfigurationError
from engine.storage.repositories import Repositories

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_MS = 5_000
"""How long SQLite waits for another writer before it gives up."""

WAL_PAUSE_S = 0.01
"""Pause before asking again for write-ahead logging."""

_WRITES = "routes_writes"


class Store:
    """One database. Thread-safe; one per process.

    Parameters
    ----------
    engine
        SQLAlchemy engine, as ``open_store`` makes it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(**{_WRITES: True})

    def upgrade(self) -> None:
        """Bring the schema up to date; makes the tables of an empty database.

        Several processes may start at once: the whole upgrade is one writing transaction.

        Raises
        ------
        ConfigurationError
            The database cannot be reached, or its schema is newer than this code.
        """
        try:
            with self._writing.begin() as connection:
                if self._revision(connection) != _revisions()[0]:
                    command.upgrade(_configuration(connection), "head")
        except sa.exc.DatabaseError as error:
            raise ConfigurationError(
                f"база данных {self.url} недоступна или повреждена: {error.orig}; "
                "проверьте database_url"
            ) from error

    def ready(self) -> bool:
        """Whether the database answers and its schema is up to date."""
        try:
            with self.engine.begin() as connection:
                return self._revision(connection) == _revisions()[0]
        except sa.exc.SQLAlchemyError:
            return False

    @contextmanager
    def reading(self) -> Iterator[Repositories]:
        """Repositories of a transaction that is never committed."""
        with Session(self.engine) as session:
            yield Repositories(session)

    @contextmanager
    def writing(self) -> Iterator[Repositories]:
        """Repositories of one transaction: all of it is kept, or on an exception nothing."""
        with Session(self._writing) as session, session.begin():
            yield Repositories(session)

    @property
    def url(self) -> str:
        """Address without the password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _revision(self, connection: sa.Connection) -> str | None:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision is not None and revision not in _revisions():
            raise ConfigurationError(
                f"база данных {self.url} сделана более новой версией (ревизия {revision}); "
                "обновите программу или укажите другую базу в database_url"
            )
        return revision


@cache
def _revisions() -> tuple[str, ...]:
    """Revisions that this code knows, the newest first."""
    return tuple(s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def open_store(url: str) -> Store:
    """Open a database without touching its tables; ``Store.upgrade`` makes them.

    Parameters
    ----------
    url
        SQLAlchemy URL: ``sqlite:///routes.db`` or that of a server.

    Raises
    ------
    ConfigurationError
        No URL, its driver is not installed, SQLite without a file, or its folder is missing.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ConfigurationError(
            "database_url: это не адрес базы данных; пример: sqlite:///routes.db"
        ) from error
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite:
        _check_file(parsed.database)
    try:
        # A server may drop idle connections; a dead one is replaced before use.
        engine = sa.create_engine(parsed, pool_pre_ping=not sqlite)
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        raise ConfigurationError(
            f"database_url: для {parsed.drivername} не установлен драйвер ({error})"
        ) from error
    if sqlite:
        _make_dependable(engine)
    return Store(engine)


def _check_file(database: str | None) -> None:
    if not database or database == ":memory:" or database.startswith("file:"):
        raise ConfigurationError(
            "database_url: нужен файл SQLite (sqlite:///имя.db): база в памяти у каждого потока "
            "своя, и сохранённое терялось бы"
        )
    folder = Path(database).absolute().parent
    if not folder.is_dir():
        raise ConfigurationError(f"database_url: нет папки {folder}; создайте её")


def _make_dependable(engine: sa.Engine) -> None:
    """Make SQLite keep its promises: WAL, foreign keys, waiting, and real transactions."""

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        # The driver would open transactions late and commit them early; we say BEGIN ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _log_ahead(cursor)
        cursor.execute("PRAGMA foreign_keys = ON")
        # What was acknowledged survives a power cut.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer that starts as a reader can be refused halfway; so it takes the lock at once.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _log_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch the file to write-ahead logging; whoever is late finds it switched.

    The busy timeout does not hold here: of two that switch a new file at once SQLite refuses one
    immediately, because neither could ever go on.
    """
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # The lowest byte is the kind of error, the rest says what of it.
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= until:
                raise
            time.sleep(WAL_PAUSE_S)


def _configuration(connection: sa.Connection) -> Config:
    """Alembic's configuration without a file, so that it works from an installed wheel."""
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration
