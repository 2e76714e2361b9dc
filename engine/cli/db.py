"""``routes db``: schema, copies, and putting a copy back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import JsonOption
from engine.cli.output import print_json
from engine.errors import ConfigurationError
from engine.settings import load_settings
from engine.storage import Store, open_store
from engine.storage.schema import revision_of, revisions

db = typer.Typer(help="База данных: схема, резервная копия, восстановление.")

DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="Адрес базы данных; без него — из настроек.")
]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Файл настроек TOML.")]

_SIDES = ("-wal", "-shm")
"""What SQLite keeps beside a file in use."""


@db.command("upgrade")
def upgrade(database: DatabaseOption = None, config: ConfigOption = None) -> int:
    """Создать таблицы или обновить их до этой версии программы."""
    with _opened(database, config) as store:
        store.upgrade()
        typer.echo(f"{store.url}: схема {_revision(store)}, новее нет")
    return 0


@db.command("current")
def current(
    database: DatabaseOption = None, config: ConfigOption = None, as_json: JsonOption = False
) -> int:
    """Показать ревизию схемы; код 1 — её нужно обновить (routes db upgrade)."""
    with _opened(database, config) as store:
        path = sqlite_file(store)
        # Looking must not make a database.
        revision = None if path is not None and not path.exists() else _revision(store)
        newest = revisions()[0]
        url = store.url
    if as_json:
        print_json({"database": url, "revision": revision, "newest": newest})
    elif revision == newest:
        typer.echo(f"{url}: схема {revision}, новее нет")
    else:
        typer.echo(
            f"{url}: схема {revision or 'ещё не создана'}, нужна {newest}: routes db upgrade"
        )
    return 0 if revision == newest else 1


@db.command("backup")
def backup(
    out: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Новый файл копии.")],
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> int:
    """Снять копию базы SQLite, не останавливая службу; для PostgreSQL сказано, чем."""
    with _opened(database, config) as store:
        path = sqlite_file(store)
        if path is None:
            raise ConfigurationError(
                "копию базы PostgreSQL снимает pg_dump --format=custom "
                f"--file={out} {_server(store)}"
            )
        if not path.exists():
            raise ConfigurationError(f"базы {path} ещё нет: копировать нечего")
        store.backup(out)
    typer.echo(f"записано: {out}")
    return 0


@db.command("restore")
def restore(
    source: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Копия из routes db backup.")],
    database: DatabaseOption = None,
    config: ConfigOption = None,
    replace_it: Annotated[
        bool,
        typer.Option("--replace", help="Заменить базу, которая уже есть; она останется рядом."),
    ] = False,
) -> int:
    """Поставить копию на место базы SQLite; служба при этом должна стоять."""
    with _opened(database, config) as store:
        path, url = sqlite_file(store), _server(store)
    if path is None:
        raise ConfigurationError(
            "копию PostgreSQL возвращает pg_restore --clean --if-exists --single-transaction "
            f"--dbname={url} {source}"
        )
    _check_copy(source)
    kept = put_back(source, path, replace_it=replace_it)
    if kept is not None:
        typer.echo(f"прежняя база осталась в {kept}", err=True)
    # A copy may be of an older version.
    with _opened(database, config) as store:
        store.upgrade()
        typer.echo(f"восстановлено: {store.url}, схема {_revision(store)}")
    return 0


def put_back(source: Path, path: Path, *, replace_it: bool) -> Path | None:
    """Move a copy to where the database is; whole or not at all.

    Returns
    -------
    Where the former database lies now; ``None`` = there was none.

    Raises
    ------
    ConfigurationError
        There is a database and ``replace_it`` is not set, or somebody works with it.
    """
    if path.exists() and not replace_it:
        raise ConfigurationError(f"база {path} уже есть; чтобы заменить её, добавьте --replace")
    part = path.with_name(f"{path.name}.part")
    with source.open("rb") as copy, part.open("wb") as target:
        shutil.copyfileobj(copy, target)
        target.flush()
        os.fsync(target.fileno())
    kept = None
    try:
        if path.exists():
            kept = _set_aside(path)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return kept


def _set_aside(path: Path) -> Path:
    """Rename a database that nobody has open."""
    with closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as connection:
        try:
            # Leaving write-ahead logging needs the file alone: whoever has it open is in the way,
            # also while he does nothing. What stood in the log is then in the file.
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            mode = "wal"
        except sqlite3.DatabaseError:
            mode = "delete"  # no database any more: the very thing that a restore is for
        if mode != "delete":
            raise ConfigurationError(
                f"с базой {path} кто-то работает: остановите службу (routes serve) и повторите"
            )
        number = 1
        while (kept := path.with_name(f"{path.name}.replaced-{number}")).exists():
            number += 1
        path.rename(kept)
    for side in _SIDES:
        path.with_name(path.name + side).unlink(missing_ok=True)
    return kept


def _check_copy(source: Path) -> None:
    """Refuse what is no whole copy of a database of ours.

    Raises
    ------
    ConfigurationError
        It is damaged, foreign or of a newer version.
    """
    if not source.is_file():
        raise FileNotFoundError(2, "нет файла", str(source))
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            (sound,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise ConfigurationError(f"{source}: это не копия базы ({error})") from error
    if sound != "ok":
        raise ConfigurationError(f"{source}: копия повреждена ({sound}); возьмите другую")
    if row is None or row[0] not in revisions():
        revision = "нет" if row is None else row[0]
        raise ConfigurationError(
            f"{source}: копия сделана другой версией программы (схема {revision}); обновите её"
        )


def sqlite_file(store: Store) -> Path | None:
    """File of an SQLite database; ``None`` = it is on a server."""
    url = store.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database).absolute()


def _server(store: Store) -> str:
    """Address as PostgreSQL's own programs take it; they have the password from ``PGPASSWORD``."""
    return store.url.replace("+psycopg", "", 1).replace(":***@", "@", 1)


def _revision(store: Store) -> str | None:
    with store.engine.connect() as connection:
        return revision_of(connection)


@contextmanager
def _opened(database: str | None, config: Path | None) -> Iterator[Store]:
    settings = load_settings(config)
    if database is not None:
        settings = replace(settings, database_url=database)
    store = open_store(settings.database_url)
    try:
        yield store
    finally:
        store.close()
