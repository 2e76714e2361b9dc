"""The schema of a database and the revisions that lead to it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.errors import ConfigurationError

MIGRATIONS = Path(__file__).parent / "migrations"

_UPGRADE_LOCK = 0x726F75746573
"""Number of the lock under which PostgreSQL is upgraded; any that nobody else uses."""


def upgrade(connection: sa.Connection, url: str) -> None:
    """Bring the schema up to date within the connection's transaction.

    Parameters
    ----------
    url
        Address for messages.

    Raises
    ------
    ConfigurationError
        The schema is newer than this code.
    """
    if connection.dialect.name == "postgresql":
        # Rebuilding a large table takes as long as it takes, and others who start wait for it.
        for limit in ("statement_timeout", "lock_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
    if not is_current(connection, url):
        command.upgrade(configuration(connection), "head")


def is_current(connection: sa.Connection, url: str) -> bool:
    """Whether the schema is up to date.

    Raises
    ------
    ConfigurationError
        The schema is newer than this code.
    """
    revision = revision_of(connection)
    if revision is not None and revision not in revisions():
        raise ConfigurationError(
            f"база данных {url} сделана более новой версией (ревизия {revision}); "
            "обновите программу или укажите другую базу в database_url"
        )
    return revision == revisions()[0]


def revision_of(connection: sa.Connection) -> str | None:
    """Revision of the schema, ``None`` = there is none yet."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def revisions() -> tuple[str, ...]:
    """Revisions that this code knows, the newest first."""
    return tuple(s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def configuration(connection: sa.Connection) -> Config:
    """Alembic's configuration without a file, so that it works from an installed wheel."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made
