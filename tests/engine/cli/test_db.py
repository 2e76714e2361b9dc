"""``routes db``: schema, copies, restoring beside a service that runs or not."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.cli.app import run
from engine.storage import open_store
from engine.storage.schema import revisions


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def noted(path: Path, *texts: str) -> None:
    """Put rows of a table of our own into a database, the quickest content there is."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
        database.executemany("INSERT INTO notes VALUES (?)", [(t,) for t in texts])


def notes(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [text for (text,) in database.execute("SELECT text FROM notes ORDER BY rowid")]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "routes.db"
    assert run(["db", "upgrade", "--database", url(path)]) == 0
    noted(path, "first")
    return path


def test_current_tells_the_schema_and_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A database that is not there has no schema, code 1, and is not there afterwards."""
    path = tmp_path / "none.db"
    assert run(["db", "current", "--database", url(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["revision"] is None
    assert not path.exists()
    assert run(["db", "upgrade", "--database", url(path)]) == 0
    capsys.readouterr()
    assert run(["db", "current", "--database", url(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["revision"] == revisions()[0]


def test_a_copy_of_a_database_in_use_is_put_back(database: Path, tmp_path: Path) -> None:
    """Copied while a writer has it open; restored, it is what it was at the copy."""
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("INSERT INTO notes VALUES ('not committed')")
        assert run(["db", "backup", str(copy), "--database", url(database)]) == 0
        writer.rollback()
    noted(database, "later")
    command = ["db", "restore", str(copy), "--database", url(database)]
    assert run(command) == 5  # it would replace a database
    assert notes(database) == ["first", "later"]
    assert run([*command, "--replace"]) == 0
    assert notes(database) == ["first"]
    (former,) = tmp_path.glob("routes.db.replaced-*")
    assert notes(former) == ["first", "later"]


@pytest.mark.parametrize("busy", ["idle", "writing"])
def test_a_database_in_use_is_not_replaced(
    database: Path, tmp_path: Path, busy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has it open, doing nothing or writing, is in the way, and nothing is changed."""
    copy = tmp_path / "copy.db"
    assert run(["db", "backup", str(copy), "--database", url(database)]) == 0
    noted(database, "later")
    store = open_store(url(database))
    assert store.ready()  # its pool keeps the connection
    with closing(sqlite3.connect(database)) as other:
        if busy == "writing":
            store.close()
            other.execute("INSERT INTO notes VALUES ('half')")
        command = ["db", "restore", str(copy), "--database", url(database), "--replace"]
        assert run(command) == 5
        other.rollback()
    store.close()
    assert "остановите службу" in capsys.readouterr().err
    assert notes(database) == ["first", "later"]
    assert not list(tmp_path.glob("*.part"))
    assert run(command) == 0
    assert notes(database) == ["first"]


def test_a_broken_database_can_be_replaced(database: Path, tmp_path: Path) -> None:
    """A file that is no database any more is the very case for a copy."""
    copy = tmp_path / "copy.db"
    assert run(["db", "backup", str(copy), "--database", url(database)]) == 0
    database.write_bytes(b"not a database" * 100)
    assert run(["db", "restore", str(copy), "--database", url(database), "--replace"]) == 0
    assert notes(database) == ["first"]


def test_what_is_no_copy_is_refused(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rubbish, a foreign database, one of a newer version, a damaged one: the database stays."""
    rubbish, foreign = tmp_path / "rubbish.db", tmp_path / "foreign.db"
    newer, damaged = tmp_path / "newer.db", tmp_path / "damaged.db"
    rubbish.write_bytes(b"rubbish" * 1000)
    noted(foreign, "x")
    for path in (newer, damaged):
        assert run(["db", "backup", str(path), "--database", url(database)]) == 0
    with closing(sqlite3.connect(newer)) as changed, changed:
        changed.execute("UPDATE alembic_version SET version_num = '9999'")
    content = bytearray(damaged.read_bytes())
    content[4096 * 2 : 4096 * 6] = b"\xff" * 4096 * 4
    damaged.write_bytes(content)
    for path in (rubbish, foreign, newer, damaged):
        command = ["db", "restore", str(path), "--database", url(database), "--replace"]
        assert run(command) == 5, path
        assert path.name in capsys.readouterr().err
    assert run(["db", "restore", str(tmp_path / "none.db"), "--database", url(database)]) == 3
    assert notes(database) == ["first"]


def test_a_server_is_copied_by_its_own_program(capsys: pytest.CaptureFixture[str]) -> None:
    """For PostgreSQL the line to run is told, in the form of its programs, without the password."""
    address = "postgresql+psycopg://routes:s3cret@db.local/routes"
    for command in (["backup", "copy.dump"], ["restore", "copy.dump"]):
        assert run(["db", *command, "--database", address]) == 5
        said = capsys.readouterr().err
        assert ("pg_dump" in said) == (command[0] == "backup")
        assert ("pg_restore" in said) == (command[0] == "restore")
        assert "postgresql://routes@db.local/routes" in said
        assert "s3cret" not in said
