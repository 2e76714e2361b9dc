"""Opening a database by its address, and making each kind of it keep its promises."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.errors import ConfigurationError

BUSY_TIMEOUT_MS = 5_000
"""How long SQLite waits for another writer before it gives up."""

LINE_TIMEOUT_S = 15.0
"""How long a thread waits behind those of its own process that write to SQLite before it."""

WAL_PAUSE_S = 0.01
"""Pause before asking again for write-ahead logging."""

POOL_SIZE = 8
"""Connections that are kept open."""

POOL_TIMEOUT_S = 10
"""How long a caller waits for a free connection."""

CONNECT_TIMEOUT_S = 5
"""How long a server may take to answer a new connection."""

STATEMENT_TIMEOUT_MS = 30_000
"""Longest statement of a server; the longest that there is reads a whole catalogue in seconds."""

LOCK_TIMEOUT_MS = 10_000
"""How long a server lets a statement wait for others' locks."""

IDLE_TIMEOUT_MS = 60_000
"""After how long a server ends a transaction whose owner has fallen silent, with its locks."""

_WRITES = "routes_writes"

WRITES: Mapping[str, Any] = {_WRITES: True}
"""Execution options of a writing transaction."""

READS: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {},
    # As on SQLite, all that one transaction reads is of one moment.
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""Execution options of a reading transaction by kind of database."""


def open_engine(url: str, pool_size: int = POOL_SIZE) -> sa.Engine:
    """Open a database without touching its tables.

    Parameters
    ----------
    url
        SQLAlchemy URL: ``sqlite:///routes.db`` or ``postgresql://user@host/name``.
    pool_size
        Connections that are kept open, ≥ 1; as many again are opened while they are needed.

    Raises
    ------
    ConfigurationError
        No URL, a kind of database that is not supported, its driver is not installed, SQLite
        without a file, or its folder is missing.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ConfigurationError(
            "database_url: это не адрес базы данных; пример: sqlite:///routes.db"
        ) from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    common = {"pool_size": pool_size, "max_overflow": pool_size, "pool_timeout": POOL_TIMEOUT_S}
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite:
        _check_file(parsed.database)
    try:
        if sqlite:
            engine = sa.create_engine(parsed, **common)
        else:
            engine = sa.create_engine(parsed, **common, **_server(parsed))
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        raise ConfigurationError(
            f"database_url: для {parsed.drivername} не установлен драйвер ({error})"
        ) from error
    if engine.dialect.name not in READS:
        raise ConfigurationError(
            f"database_url: {engine.dialect.name} не поддерживается; есть SQLite и PostgreSQL"
        )
    if sqlite:
        _make_dependable(engine)
    return engine


def _server(url: sa.URL) -> dict[str, Any]:
    """Settings of a server's pool; what the address itself says wins."""
    options = (
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS}"
        f" -c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS}"
    )
    own: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "learning-routes",
        "options": options,
    }
    return {
        # A connection that has died is replaced before use, so a server that comes back is used.
        "pool_pre_ping": True,
        "pool_recycle": 1_800,
        "connect_args": {k: v for k, v in own.items() if k not in url.query},
    }


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
