"""Audit: in the transaction of the write, without content, read by auditors page by page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

import pytest
from fastapi.testclient import TestClient

from api.audit import audited, digest
from engine.domain import Educator, Position
from engine.storage import DEFAULT_TENANT, Store
from tests.api.access.people import FOREIGN, bearer, principal
from tests.api.conftest import NOW, refused

TEACHER = Educator("E-1", Position.TEACHER, display_name="Анна Лис")


def note(store: Store, tenant: str, number: int, role: str = "platform") -> None:
    with store.writing(tenant) as kept:
        at = NOW + dt.timedelta(minutes=number)
        who = principal(role, tenant)
        audited(kept, who, "put_educator", "educator", f"E-{number}", None, TEACHER, at)


def test_a_digest_is_that_of_canonical_json() -> None:
    """SHA-256 of sorted, compact, escaped JSON; text and bytes count as they are."""
    said = b'{"a":"\\u042f","b":[1,null]}'
    assert digest({"b": [1, None], "a": "Я"}) == hashlib.sha256(said).hexdigest()
    assert digest("Я") == digest("Я".encode()) == hashlib.sha256("Я".encode()).hexdigest()
    assert digest(None) is None


def test_a_digest_tells_records_apart_but_not_names() -> None:
    """Another position is another digest; another name is not, as a name could be guessed."""
    assert digest(TEACHER) == digest(dataclasses.replace(TEACHER, display_name="Борис Ёж"))
    assert digest(TEACHER) != digest(dataclasses.replace(TEACHER, position=Position.HEAD))


def test_the_entry_says_who_what_and_when(store: Store) -> None:
    """All of a write but its content; the actor is the person, else the credential."""
    note(store, DEFAULT_TENANT, 1, "educator")
    note(store, DEFAULT_TENANT, 2)
    with store.reading(DEFAULT_TENANT) as kept:
        machine, person = kept.audit.page().items
    assert (person.actor, person.role, person.action) == ("E-own", "educator", "put_educator")
    assert (person.object_kind, person.object_id) == ("educator", "E-1")
    assert person.at == NOW + dt.timedelta(minutes=1)
    assert (person.before_digest, person.after_digest) == (None, digest(TEACHER))
    assert machine.actor == "key-platform"
    assert "Лис" not in repr((machine, person))


def test_a_write_that_fails_leaves_no_entry(store: Store) -> None:
    """Entry and write are of one transaction: both are kept, or neither."""

    def write_and_fail() -> None:
        who = principal("admin")
        with store.writing(DEFAULT_TENANT) as kept:
            kept.educators.put(TEACHER, NOW)
            audited(kept, who, "put_educator", "educator", "E-1", None, TEACHER, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with store.reading(DEFAULT_TENANT) as kept:
        assert kept.audit.page().items == ()
        assert kept.educators.get("E-1") is None


def test_auditors_read_page_by_page(everyone: TestClient, store: Store) -> None:
    """Seven entries in pages of three: the newest first, each once, none of another region."""
    for number in range(7):
        note(store, DEFAULT_TENANT, number)
    note(store, FOREIGN, 99)
    seen, cursor = [], None
    for size in (3, 3, 1):
        parameters = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = everyone.get("/audit", params=parameters, headers=bearer("auditor")).json()
        assert len(page["items"]) == size
        seen += [entry["object_id"] for entry in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert seen == [f"E-{number}" for number in reversed(range(7))]


def test_the_journal_can_be_narrowed(everyone: TestClient, store: Store) -> None:
    """By object, by actor and by time."""
    for number, role in enumerate(("platform", "educator", "platform")):
        note(store, DEFAULT_TENANT, number, role)

    def ids(**parameters: str) -> list[str]:
        answer = everyone.get("/audit", params=parameters, headers=bearer("admin"))
        return [entry["object_id"] for entry in answer.json()["items"]]

    assert ids(object_kind="educator", object_id="E-2") == ["E-2"]
    assert ids(object_kind="route") == []
    assert ids(actor="E-own") == ["E-1"]
    assert ids(since=(NOW + dt.timedelta(minutes=1)).isoformat()) == ["E-2", "E-1"]


def test_a_foreign_cursor_is_named(everyone: TestClient) -> None:
    """A cursor that no page gave is the caller's fault, never ours."""
    answer = everyone.get("/audit", params={"cursor": "%%%"}, headers=bearer("auditor"))
    refused(answer, 422, "invalid_input")
