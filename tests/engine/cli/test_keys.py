"""``routes keys``: made once, listed without the key, revoked for good."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from api.access.keys import digest_of, key_id_of
from engine.cli.app import Exit, run
from engine.storage import open_store


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'routes.db'}"


def keys(*arguments: str, database: str) -> int:
    return run(["keys", *arguments, "--database", database])


def made(capsys: pytest.CaptureFixture[str], database: str, *arguments: str) -> dict[str, object]:
    assert keys("make", *arguments, "--json", database=database) == Exit.DONE
    shown: dict[str, object] = json.loads(capsys.readouterr().out)
    return shown


def listed(capsys: pytest.CaptureFixture[str], database: str) -> list[dict[str, object]]:
    assert keys("list", "--json", database=database) == Exit.DONE
    shown: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return shown


def test_the_key_alone_is_on_stdout(capsys: pytest.CaptureFixture[str], database: str) -> None:
    """A script can take it as it is; what is said about it goes to stderr."""
    assert keys("make", "--role", "platform", database=database) == Exit.DONE
    said = capsys.readouterr()
    secret = said.out.strip()
    assert key_id_of(secret) in said.err
    assert secret not in said.err


def test_a_key_is_shown_once(
    capsys: pytest.CaptureFixture[str], database: str, tmp_path: Path
) -> None:
    """The list names it and does not have it; nor does the file of the database."""
    shown = made(capsys, database, "--role", "platform", "--comment", "Конструктор")
    secret = str(shown["key"])
    (entry,) = listed(capsys, database)
    assert (entry["id"], entry["role"], entry["tenant"]) == (shown["id"], "platform", "default")
    assert (entry["state"], entry["comment"]) == ("действует", "Конструктор")
    assert secret not in json.dumps(entry)
    assert digest_of(secret) not in json.dumps(entry)
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.encode() not in files
    assert secret.split("_", 2)[2].encode() not in files
    assert keys("list", database=database) == Exit.DONE
    assert str(shown["id"]) in capsys.readouterr().out


def test_what_was_asked_for_is_kept(capsys: pytest.CaptureFixture[str], database: str) -> None:
    """Subject, scopes and days; the key lasts exactly as long as it was asked to."""
    shown = made(
        capsys, database, "--role", "educator", "--subject", "П-17", "--scopes", "solve,read_route",
        "--days", "3",
    )  # fmt: skip
    with open_store(database).system_reading() as kept:
        (key,) = kept.keys.list()
    assert (key.subject, key.scopes) == ("П-17", ("read_route", "solve"))
    assert key.expires_at is not None
    assert (key.expires_at - key.created_at).days == 3
    assert key.key_hash == digest_of(str(shown["key"]))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--role", "educator"), Exit.USAGE, "--subject"),
        (("--role", "mentor"), Exit.USAGE, "--subject"),
        (("--role", "manager"), Exit.USAGE, "--organisation"),
        (("--role", "king"), Exit.USAGE, "king"),
        (("--role", "platform", "--days", "0"), Exit.USAGE, "days"),
        (("--role", "platform", "--scopes", "everything"), Exit.CONFIGURATION, "everything"),
        (("--role", "platform", "--tenant", "nort"), Exit.INPUT, "--new-tenant"),
    ],
)
def test_slips_are_named_and_make_no_key(
    capsys: pytest.CaptureFixture[str],
    database: str,
    arguments: tuple[str, ...],
    code: Exit,
    said: str,
) -> None:
    """A key that would not work, or would open more than meant, does not come about."""
    assert keys("make", *arguments, database=database) == code
    assert said in capsys.readouterr().err
    assert listed(capsys, database) == []


def test_a_region_is_begun_on_purpose(capsys: pytest.CaptureFixture[str], database: str) -> None:
    """With its title a new region comes about; after that its keys need no title."""
    made(capsys, database, "--role", "admin", "--tenant", "north", "--new-tenant", "Север")
    made(capsys, database, "--role", "platform", "--tenant", "north")
    with open_store(database).system_reading() as kept:
        north = kept.tenants.get("north")
    assert north is not None
    assert north.title == "Север"


def test_a_revoked_key_stays_revoked(capsys: pytest.CaptureFixture[str], database: str) -> None:
    """It is listed as revoked; revoking it again, or one that never was, is a fault."""
    shown = made(capsys, database, "--role", "platform")
    key_id = str(shown["id"])
    assert keys("revoke", key_id, database=database) == Exit.DONE
    capsys.readouterr()
    (entry,) = listed(capsys, database)
    assert entry["state"] == "отозван"
    assert keys("revoke", key_id, database=database) == Exit.INPUT
    assert keys("revoke", "ffffffffffff", database=database) == Exit.INPUT
    assert "routes keys list" in capsys.readouterr().err


def test_who_made_and_revoked_a_key_stands_in_the_audit_of_its_region(
    capsys: pytest.CaptureFixture[str], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the region's own audit, with digests that a use of the key does not change."""
    monkeypatch.setenv("LOGNAME", "irina")
    other = str(
        made(capsys, database, "--role", "admin", "--tenant", "n", "--new-tenant", "N")["id"]
    )
    mine = str(made(capsys, database, "--role", "platform")["id"])
    with open_store(database).system() as kept:
        kept.keys.touch(mine, dt.datetime(2026, 9, 2, tzinfo=dt.UTC))
    assert keys("revoke", mine, database=database) == Exit.DONE
    assert keys("revoke", mine, database=database) == Exit.INPUT
    store = open_store(database)
    with store.reading("default") as here, store.reading("n") as there:
        revoked, made_ = here.audit.page().items
        (only,) = there.audit.page().items
    assert (made_.action, revoked.action) == ("make_key", "revoke_key")
    assert {(e.actor, e.role, e.object_kind, e.object_id) for e in (made_, revoked)} == {
        ("irina", "terminal", "key", mine)
    }
    assert made_.before_digest is None
    assert made_.after_digest == revoked.before_digest != revoked.after_digest
    assert (only.action, only.object_id) == ("make_key", other)


def test_an_account_without_a_name_is_told_by_its_number(
    capsys: pytest.CaptureFixture[str], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container that runs under a number of its own."""

    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    made(capsys, database, "--role", "platform")
    with open_store(database).reading("default") as kept:
        (entry,) = kept.audit.page().items
    assert entry.actor == f"uid {os.getuid()}"
