"""Keys of the store, looked up by digest and remembered for seconds.

A revoked key stops working within the time for which a look-up is remembered: the setting
``key_cache_s``, 5 s at most. When the database is gone, keys stop with it (503), never open.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from api.access.keys import digest_of
from api.access.principal import Principal, Role, incomplete
from engine.storage import ApiKey, DatabaseUnavailable, Store

log = logging.getLogger(__name__)

REMEMBERED_MOST = 10_000
TOUCH_EVERY = dt.timedelta(minutes=1)

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Values for some seconds, a bounded number of them.

    Parameters
    ----------
    seconds
        How long a value is believed; 0 = not at all.
    ticks
        Seconds that never jump back.
    """

    def __init__(self, seconds: float, ticks: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._ticks = ticks
        self._values: dict[str, tuple[float, Value]] = {}

    def get(self, name: str) -> Value | None:
        """Value that is still believed, ``None`` if there is none."""
        until, value = self._values.get(name, (0.0, None))
        return value if value is not None and self._ticks() < until else None

    def put(self, name: str, value: Value) -> None:
        """Remember; of too many the one that has been there longest goes."""
        self._values.pop(name, None)
        if len(self._values) >= REMEMBERED_MOST:
            del self._values[next(iter(self._values))]
        self._values[name] = (self._ticks() + self._seconds, value)


class StoredKeys:
    """Turns keys of the store into principals.

    Parameters
    ----------
    cache_s
        How long a look-up is believed, seconds.
    ticks
        Seconds that never jump back: a clock that is set must not revive a revoked key.
    """

    def __init__(self, cache_s: float, ticks: Callable[[], float] = time.monotonic) -> None:
        self._known: Remembered[ApiKey] = Remembered(cache_s, ticks)
        # Apart, so that a flood of wrong keys drives no right one out.
        self._unknown: Remembered[bool] = Remembered(cache_s, ticks)
        self._touched: dict[str, dt.datetime] = {}
        self._touching: set[asyncio.Task[None]] = set()

    async def principal(self, token: str, store: Store, now: dt.datetime) -> Principal | None:
        """Who the key belongs to; ``None`` = nobody, expired or revoked.

        Raises
        ------
        DatabaseUnavailable
            The key is not remembered and cannot be looked up.
        """
        digest = digest_of(token)
        key = self._known.get(digest)
        if key is None and not self._unknown.get(digest):
            key = await asyncio.to_thread(_by_hash, store, digest)
            if key is None:
                self._unknown.put(digest, True)
            else:
                self._known.put(digest, key)
        if key is None or not valid(key, now):
            return None
        self._touch(key, store, now)
        return principal_of(key)

    def _touch(self, key: ApiKey, store: Store, now: dt.datetime) -> None:
        """Note the use in the background; a call never waits for it nor fails by it."""
        last = max(filter(None, (key.last_used_at, self._touched.get(key.id))), default=None)
        if last is not None and now - last < TOUCH_EVERY:
            return
        self._touched[key.id] = now
        task = asyncio.create_task(_touched(store, key.id, now))
        self._touching.add(task)
        task.add_done_callback(self._touching.discard)


def valid(key: ApiKey, now: dt.datetime) -> bool:
    """Whether a kept key lets in: not revoked, not expired."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def principal_of(key: ApiKey) -> Principal | None:
    """Principal of a kept key; ``None`` where the record does not make one."""
    role = key.role
    if role not in set(Role) or incomplete(Role(role), key.subject, key.organisation):
        log.error("key %s has no usable role", key.id)
        return None
    return Principal(
        tenant=key.tenant,
        role=Role(role),
        subject=key.subject,
        organisation=key.organisation,
        credential_id=key.id,
        scopes=frozenset(key.scopes),
    )


def _by_hash(store: Store, digest: str) -> ApiKey | None:
    with store.system_reading() as kept:
        return kept.keys.by_hash(digest)


async def _touched(store: Store, key_id: str, now: dt.datetime) -> None:
    try:
        await asyncio.to_thread(_touch_now, store, key_id, now)
    except DatabaseUnavailable as error:
        log.warning("use of key %s not noted: %s", key_id, error.reason)


def _touch_now(store: Store, key_id: str, now: dt.datetime) -> None:
    with store.system() as kept:
        kept.keys.touch(key_id, now)
