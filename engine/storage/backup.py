"""Copying an SQLite database that is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from engine.errors import ConfigurationError


def copy_sqlite(connection: sa.Connection, path: Path) -> None:
    """Copy the database behind a connection into a new file, whole and from one moment.

    The copy is made beside the file and then moved, so that a file of that name is never a part.

    Raises
    ------
    ConfigurationError
        The file exists, its folder does not, or the database is not SQLite.
    """
    if connection.dialect.name != "sqlite":
        raise ConfigurationError(
            "копию этой базы снимает pg_dump: pg_dump --format=custom --file=копия.dump АДРЕС"
        )
    if path.exists():
        raise ConfigurationError(f"файл {path} уже есть; укажите новый")
    if not path.parent.is_dir():
        raise ConfigurationError(f"нет папки {path.parent}; создайте её")
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    source = connection.connection.driver_connection
    assert isinstance(source, sqlite3.Connection)
    # A snapshot that stays open keeps writers from forcing the copy to begin again.
    with closing(sqlite3.connect(part)) as target:
        source.backup(target)
        # one file, without a log beside it
        target.execute("PRAGMA journal_mode = DELETE")
    part.rename(path)
