"""Keys: how they look, what is kept, how soon a revoked one stops."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable

import pytest

from api.access.keys import digest_of, key_id_of, new_key
from api.access.principal import Role
from api.access.stored_keys import REMEMBERED_MOST, Remembered, StoredKeys
from engine.storage import ApiKey, Store, Tenant
from tests.api.conftest import NOW


class Ticks:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def kept(store: Store) -> tuple[Store, str]:
    """A store with one key, and the key."""
    key_id, secret = new_key()
    with store.system() as system:
        system.tenants.put(Tenant("north", "Север", NOW))
        system.keys.add(
            ApiKey(
                id=key_id,
                key_hash=digest_of(secret),
                tenant="north",
                role="manager",
                created_at=NOW,
                organisation="school-5",
                scopes=("read",),
                expires_at=NOW + dt.timedelta(days=1),
            )
        )
    return store, secret


def ask(keys: StoredKeys, secret: str, store: Store, at: dt.datetime = NOW) -> object:
    """Ask, and let what was started in the background end."""

    async def asking() -> object:
        found = await keys.principal(secret, store, at)
        await asyncio.gather(*keys._touching)
        return found

    return asyncio.run(asking())


def only_key(store: Store) -> ApiKey:
    with store.system_reading() as system:
        (key,) = system.keys.list()
    return key


def test_a_key_has_its_public_id_and_256_random_bits() -> None:
    """No two keys share a bit but the prefix, and the id can be read out of the key."""
    made = [new_key() for _ in range(50)]
    assert len({secret.split("_", 2)[2] for _, secret in made}) == 50
    for key_id, secret in made:
        assert key_id_of(secret) == key_id
        assert len(secret.split("_", 2)[2]) == 43  # 32 bytes in base64 without padding
    assert key_id_of("eyJhbGciOi.J9.x") is None


def test_what_is_kept_is_a_digest(kept: tuple[Store, str]) -> None:
    """The store holds SHA-256 of the key, and no text of it anywhere."""
    store, secret = kept
    key = only_key(store)
    assert key.key_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.split("_", 2)[2] not in repr(dataclasses.astuple(key))


def test_a_stored_key_gives_its_principal(kept: tuple[Store, str]) -> None:
    """Tenant, role, organisation and scopes come from the record."""
    store, secret = kept
    found = ask(StoredKeys(5), secret, store)
    key = only_key(store)
    assert found is not None
    assert (found.tenant, found.role, found.organisation) == ("north", Role.MANAGER, "school-5")
    assert (found.subject, found.credential_id, found.scopes) == (None, key.id, {"read"})


def test_a_key_ends_at_its_instant(kept: tuple[Store, str]) -> None:
    """One microsecond before the end a key is good, at the end it is not, remembered or not."""
    store, secret = kept
    keys, end = StoredKeys(5), NOW + dt.timedelta(days=1)
    assert ask(keys, secret, store, end - dt.timedelta(microseconds=1)) is not None
    assert ask(keys, secret, store, end) is None


def test_a_revoked_key_stops_within_the_time_of_the_cache(kept: tuple[Store, str]) -> None:
    """Just before five seconds a look-up is still believed, after them the key is dead."""
    store, secret = kept
    ticks = Ticks()
    keys = StoredKeys(5, ticks)
    assert ask(keys, secret, store) is not None
    with store.system() as system:
        assert system.keys.revoke(only_key(store).id, NOW)
    ticks.now += 4.99
    assert ask(keys, secret, store) is not None
    ticks.now += 0.01
    assert ask(keys, secret, store) is None


def test_a_new_key_works_within_the_time_of_the_cache(kept: tuple[Store, str]) -> None:
    """That a key was unknown is believed no longer than that it was known."""
    store, _ = kept
    ticks = Ticks()
    keys = StoredKeys(5, ticks)
    key_id, secret = new_key()
    assert ask(keys, secret, store) is None
    with store.system() as system:
        known = only_key(store)
        system.keys.add(dataclasses.replace(known, id=key_id, key_hash=digest_of(secret)))
    ticks.now += 5
    assert ask(keys, secret, store) is not None


@pytest.mark.parametrize(
    ("role", "lacking"), [("educator", "subject"), ("manager", "organisation"), ("king", "role")]
)
def test_a_record_that_says_too_little_lets_nobody_in(
    kept: tuple[Store, str], role: str, lacking: str
) -> None:
    """An educator's key without an educator would be narrowed to nobody's data, so to all."""
    store, _ = kept
    key_id, secret = new_key()
    with store.system() as system:
        system.keys.add(ApiKey(key_id, digest_of(secret), "north", role, NOW))
    assert ask(StoredKeys(5), secret, store) is None, lacking


def test_last_use_is_noted_at_most_once_a_minute(kept: tuple[Store, str]) -> None:
    """Calls within a minute write once; the next minute writes again."""
    store, secret = kept
    keys = StoredKeys(0)
    seen = []
    for second in (0, 30, 59, 60, 61):
        ask(keys, secret, store, NOW + dt.timedelta(seconds=second))
        seen.append(only_key(store).last_used_at)
    minute = NOW + dt.timedelta(seconds=60)
    assert seen == [NOW, NOW, NOW, minute, minute]


def test_a_flood_of_wrong_keys_is_bounded_and_drives_no_right_one_out(
    kept: tuple[Store, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown keys are remembered apart and up to a number; the good key needs no new look-up."""
    store, secret = kept
    looked_up: list[str] = []
    monkeypatch.setattr("api.access.stored_keys.REMEMBERED_MOST", 10)
    monkeypatch.setattr(
        "api.access.stored_keys._by_hash", counting(looked_up, only_key(store), digest_of(secret))
    )
    keys = StoredKeys(5, Ticks())
    ask(keys, secret, store)
    for _ in range(50):
        ask(keys, new_key()[1], store)
    assert len(keys._unknown._values) == 10
    before = len(looked_up)
    assert ask(keys, secret, store) is not None
    assert len(looked_up) == before


def counting(calls: list[str], key: ApiKey, digest: str) -> Callable[[Store, str], ApiKey | None]:
    """Look-up that remembers what it was asked for."""

    def by_hash(store: Store, asked: str) -> ApiKey | None:
        calls.append(asked)
        return key if asked == digest else None

    return by_hash


def test_nothing_is_remembered_for_zero_seconds() -> None:
    """With ``key_cache_s = 0`` every call looks the key up."""
    remembered: Remembered[int] = Remembered(0, Ticks())
    remembered.put("a", 1)
    assert remembered.get("a") is None
    assert REMEMBERED_MOST > 0
