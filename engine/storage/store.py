"""A database and its transactions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from engine.errors import ConfigurationError
from engine.storage.backup import copy_sqlite
from engine.storage.bound import Bound
from engine.storage.faults import DatabaseUnavailable, translated
from engine.storage.opening import LINE_TIMEOUT_S, READS, WRITES
from engine.storage.repositories import Repositories, SystemRepositories
from engine.storage.schema import is_current, upgrade


class Store:
    """One database. Thread-safe; one per process.

    Every transaction raises ``DatabaseUnavailable`` where the database is gone, busy for too
    long, or full; the pool finds a database that has come back by itself.

    Parameters
    ----------
    engine
        SQLAlchemy engine, as ``open_store`` makes it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(**WRITES)
        self._reading = engine.execution_options(**READS[engine.dialect.name])
        # SQLite lets one write at a time, and those who wait ask again ever more rarely: under
        # load the last of eight waited for seconds. Threads of one process wait in a line.
        self._line = threading.Lock() if engine.dialect.name == "sqlite" else None

    def upgrade(self) -> None:
        """Bring the schema up to date; makes the tables of an empty database.

        Several processes may start at once: the whole upgrade is one writing transaction, and
        one waits for the other.

        Raises
        ------
        ConfigurationError
            The database cannot be reached, or its schema is newer than this code.
        """
        try:
            with self._writing.begin() as connection:
                upgrade(connection, self.url)
        except sa.exc.DatabaseError as error:
            raise ConfigurationError(
                f"база данных {self.url} недоступна или повреждена: {error.orig}; "
                "проверьте database_url"
            ) from error

    def ready(self) -> bool:
        """Whether the database answers and its schema is up to date."""
        try:
            with self.engine.begin() as connection:
                return is_current(connection, self.url)
        except sa.exc.SQLAlchemyError:
            return False

    @contextmanager
    def reading(self, tenant: str) -> Iterator[Repositories]:
        """Repositories of one tenant: one state of the database for as long as it is open.

        Whatever would write raises ``RuntimeError``.
        """
        with translated(), self._reading.connect() as connection:
            yield Repositories(Bound(connection, tenant, writes=False))

    @contextmanager
    def writing(self, tenant: str) -> Iterator[Repositories]:
        """Repositories of one tenant: all of it is kept, or on an exception nothing."""
        with translated(), self._turn(), self._writing.begin() as connection:
            yield Repositories(Bound(connection, tenant, writes=True))

    @contextmanager
    def system_reading(self) -> Iterator[SystemRepositories]:
        """What no tenant owns, to be read."""
        with translated(), self._reading.connect() as connection:
            yield SystemRepositories(Bound(connection, None, writes=False))

    @contextmanager
    def system(self) -> Iterator[SystemRepositories]:
        """What no tenant owns: all of it is kept, or on an exception nothing."""
        with translated(), self._turn(), self._writing.begin() as connection:
            yield SystemRepositories(Bound(connection, None, writes=True))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until no other thread of this process writes, where only one can."""
        if self._line is None:
            yield
            return
        if not self._line.acquire(timeout=LINE_TIMEOUT_S):
            raise DatabaseUnavailable("busy")
        try:
            yield
        finally:
            self._line.release()

    def backup(self, path: Path) -> None:
        """Copy an SQLite database into a new file, while others may go on writing.

        Raises
        ------
        ConfigurationError
            The file exists, its folder does not, or the database is not SQLite.
        """
        with translated(), self._reading.connect() as connection:
            copy_sqlite(connection, path)

    @property
    def url(self) -> str:
        """Address without the password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
