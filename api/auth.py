"""Who may call: bearer keys, kept as digests; everything but the probes needs one."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import header, send_problem

Clock = Callable[[], dt.datetime]

OPEN_PREFIX = "/health/"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. Handlers get it as ``request.state.principal``."""

    name: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: never the key itself.

    Parameters
    ----------
    digest
        SHA-256 of the key; keys are long and random, so nothing slower is needed.
    expires_at
        From this instant on the key is worth nothing.
    """

    principal: Principal
    digest: bytes
    expires_at: dt.datetime


class KeyRing:
    """The keys that are let in.

    Parameters
    ----------
    keys
        All of them; every one is compared, so that the time taken says nothing.
    """

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        self._keys = tuple(keys)

    def principal(self, token: str, now: dt.datetime) -> Principal | None:
        """Who the token belongs to; ``None`` if to nobody, or if it has expired."""
        digest = _digest(token)
        found: Principal | None = None
        for key in self._keys:
            if hmac.compare_digest(digest, key.digest) and now < key.expires_at:
                found = key.principal
        return found


def one_run_key(now: dt.datetime, lifetime: dt.timedelta) -> tuple[str, KeyRing]:
    """Make a fresh random key and the ring that knows its digest."""
    key = secrets.token_urlsafe(KEY_BYTES)
    return key, KeyRing([ApiKey(Principal("one-run"), _digest(key), now + lifetime)])


class AuthMiddleware:
    """Turns away whoever has no valid key, before a byte of the body is read."""

    def __init__(self, app: ASGIApp, keys: KeyRing, clock: Clock, language: str) -> None:
        self._app = app
        self._keys = keys
        self._clock = clock
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its principal, or answer 401."""
        if scope["type"] == "http" and not scope["path"].startswith(OPEN_PREFIX):
            principal = self._principal(header(scope, b"authorization"))
            if principal is None:
                challenge = {"WWW-Authenticate": 'Bearer realm="learning-routes"'}
                await send_problem(
                    scope, receive, send, "unauthorized", self._language, headers=challenge
                )
                return
            scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, send)

    def _principal(self, authorization: str | None) -> Principal | None:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        return self._keys.principal(token.strip(), self._clock())


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8")).digest()
