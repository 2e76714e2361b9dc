"""Tenants and keys belong to nobody and are reached as nobody's."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.storage import DEFAULT_TENANT, ApiKey, Store, Tenant
from tests.engine.storage.facts import AT, after

KEY = ApiKey(
    "k-1",
    "hash-1",
    "t-1",
    "methodist",
    AT,
    "u-1",
    "o-1",
    ("read", "write"),
    "проверка",
    after(days=90),
)


def test_tenants_come_back(store: Store) -> None:
    """The one of before is there from the start; others are put and replaced."""
    with store.system() as kept:
        assert kept.tenants.ids() == (DEFAULT_TENANT,)
        kept.tenants.put(Tenant("t-1", "Регион", AT))
        kept.tenants.put(Tenant("t-1", "Край", AT))
    with store.system_reading() as kept:
        assert kept.tenants.ids() == (DEFAULT_TENANT, "t-1")
        assert kept.tenants.get("t-1") == Tenant("t-1", "Край", AT)
        assert kept.tenants.get("t-2") is None


def test_a_key_is_found_by_its_hash(store: Store) -> None:
    """It comes back whole; another hash, or another case of it, finds nothing."""
    bare = ApiKey("k-2", "hash-2", "t-2", "admin", after(days=1))
    with store.system() as kept:
        kept.keys.add(KEY)
        kept.keys.add(bare)
    with store.system_reading() as kept:
        assert kept.keys.by_hash("hash-1") == KEY
        assert kept.keys.by_hash("HASH-1") is None
        assert kept.keys.get("k-2") == bare
        assert kept.keys.get("k-3") is None
        assert kept.keys.list() == (KEY, bare)
        assert kept.keys.list("t-2") == (bare,)


@pytest.mark.parametrize("twice", [{"id": "k-2"}, {"key_hash": "hash-2"}])
def test_ids_and_hashes_are_not_given_twice(store: Store, twice: dict[str, str]) -> None:
    """The database refuses a second key of the same id or hash."""
    with store.system() as kept:
        kept.keys.add(KEY)
    with pytest.raises(sa.exc.IntegrityError), store.system() as kept:
        kept.keys.add(replace(KEY, **twice))


def test_a_key_is_revoked_once(store: Store) -> None:
    """The first instant stays; whoever is not there is not revoked."""
    with store.system() as kept:
        kept.keys.add(KEY)
        assert kept.keys.revoke("k-1", after(days=1))
        assert not kept.keys.revoke("k-1", after(days=2))
        assert not kept.keys.revoke("k-2", AT)
        assert kept.keys.get("k-1") == replace(KEY, revoked_at=after(days=1))


def test_the_last_use_only_moves_on(store: Store) -> None:
    """An earlier instant, as of a slower process, changes nothing."""
    with store.system() as kept:
        kept.keys.add(KEY)
        for at in (after(hours=1), after(hours=3), after(hours=2)):
            kept.keys.touch("k-1", at)
        assert kept.keys.get("k-1") == replace(KEY, last_used_at=after(hours=3))
