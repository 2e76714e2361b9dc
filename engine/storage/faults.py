"""What can be wrong with a store or with a write to it, and telling a dead database from a bug."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import sqlalchemy as sa

from engine.errors import EngineError
from engine.lifecycle.holds import Claim

Reason = Literal["unreachable", "busy", "full"]

_SAID: dict[Reason, str] = {
    "unreachable": "база данных не отвечает; запрос можно повторить позже",
    "busy": "база данных занята; запрос можно повторить позже",
    "full": "на диске базы данных нет места; записанное ранее цело",
}

# https://www.sqlite.org/rescode.html: the lowest byte is the kind of error.
_SQLITE: dict[int, Reason] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "unreachable",
    sqlite3.SQLITE_CANTOPEN: "unreachable",
    sqlite3.SQLITE_READONLY: "unreachable",
    sqlite3.SQLITE_CORRUPT: "unreachable",
    sqlite3.SQLITE_NOTADB: "unreachable",
}

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: dict[str, Reason] = {
    "53100": "full",
    "53200": "busy",
    "53300": "busy",
    "40001": "busy",
    "40P01": "busy",
    "55P03": "busy",
    "57014": "busy",
    "25006": "unreachable",
    "25P03": "busy",
    "57P01": "unreachable",
    "57P02": "unreachable",
    "57P03": "unreachable",
    "57P05": "unreachable",
    "58030": "unreachable",
}


class DatabaseUnavailable(EngineError):
    """The database is gone, busy for too long, or full; nothing of the transaction was kept.

    One case is open, as with every database: when the connection breaks during the commit
    itself, it may have been kept.

    Parameters
    ----------
    reason
        ``unreachable``, ``busy`` or ``full``.
    """

    code = "database_unavailable"

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        super().__init__(_SAID[reason])


class VersionConflict(EngineError):
    """What was to be changed is not as the caller saw it.

    Parameters
    ----------
    expected
        Version that the caller saw; 0 = there was to be none.
    found
        Version that there is; ``None`` = there is nothing.
    """

    code = "version_conflict"

    def __init__(self, expected: int, found: int | None) -> None:
        self.expected, self.found = expected, found
        super().__init__(f"ожидалась версия {expected}, есть {found}: запись изменил кто-то другой")


class ResourceGone(EngineError):
    """Others hold what was to be taken.

    Parameters
    ----------
    claims
        What cannot be had, sorted.
    """

    code = "resource_gone"

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = tuple(sorted(claims, key=lambda c: (c.kind, c.resource, c.step_id or "")))
        named = ", ".join(f"{c.kind} {c.resource}" for c in self.claims)
        super().__init__(f"уже занято другими: {named}")


class CursorRefused(EngineError):
    """A cursor that no page of this list gave."""

    code = "invalid_cursor"

    def __init__(self) -> None:
        super().__init__("курсор страницы не от этого списка; начните без него")


@contextmanager
def translated() -> Iterator[None]:
    """Say ``DatabaseUnavailable`` where the database is at fault; all else goes on as it is."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        # no connection of the pool became free in time
        raise DatabaseUnavailable("busy") from error
    except sa.exc.DBAPIError as error:
        reason = reason_of(error)
        if reason is None:
            raise
        raise DatabaseUnavailable(reason) from error


def reason_of(error: sa.exc.DBAPIError) -> Reason | None:
    """Why the database could not do its work; ``None`` = the statement or its data are wrong."""
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return None if code is None else _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return "unreachable" if state.startswith("08") else _POSTGRES.get(state)
    # a connection that broke, or never came about, has no SQLSTATE
    broken = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return "unreachable" if broken or error.connection_invalidated else None
