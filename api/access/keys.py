"""API keys: how they are made and what is kept of them.

A key is ``lr_<id>_<secret>``: the id is public and names the key in lists, logs and audit, the
secret is 256 random bits. Kept is the SHA-256 of the whole key. A slow password hash would guard
nothing: it makes guessing dear, and 2**256 secrets cannot be guessed at any price; it would only
make every call slow.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from api.access.principal import EMBEDDED_CREDENTIAL, Principal, Role
from engine.storage import DEFAULT_TENANT

KEY_BYTES = 32
_KEY = re.compile(r"lr_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


def new_key() -> tuple[str, str]:
    """Make a key; returns its public id and the key itself, which is shown once."""
    key_id = secrets.token_hex(6)
    return key_id, f"lr_{key_id}_{secrets.token_urlsafe(KEY_BYTES)}"


def key_id_of(token: str) -> str | None:
    """Public id in a key, ``None`` if the token does not look like a key."""
    found = _KEY.fullmatch(token)
    return found[1] if found else None


def digest_of(token: str) -> str:
    """What is kept of a key: SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key that lives in memory only; ``digest`` as ``digest_of`` makes it."""

    principal: Principal
    digest: str
    expires_at: dt.datetime


class KeyRing:
    """Keys that live as long as the process: the one that the embedded start prints.

    Parameters
    ----------
    keys
        All of them; every one is compared, so that the time taken says nothing.
    """

    def __init__(self, keys: Sequence[RingKey] = ()) -> None:
        self._keys = tuple(keys)

    def principal(self, token: str, now: dt.datetime) -> Principal | None:
        """Who the token belongs to; ``None`` if to nobody, or if it has expired."""
        digest = digest_of(token)
        found: Principal | None = None
        for key in self._keys:
            if hmac.compare_digest(digest, key.digest) and now < key.expires_at:
                found = key.principal
        return found


def one_run_key(
    now: dt.datetime, lifetime: dt.timedelta, *, role: Role = Role.ADMIN
) -> tuple[str, KeyRing]:
    """Make a fresh random key for one run and the ring that knows its digest.

    Parameters
    ----------
    role
        What its holder may do in the embedded tenant; by default everything, as the holder owns
        the database file anyway.
    """
    token = secrets.token_urlsafe(KEY_BYTES)
    principal = Principal(DEFAULT_TENANT, role, credential_id=EMBEDDED_CREDENTIAL)
    return token, KeyRing([RingKey(principal, digest_of(token), now + lifetime)])
