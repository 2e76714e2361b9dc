"""From a bearer token to a principal: the run's key, a key of the store, or a person's token."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

from api.access.jwks import Jwks
from api.access.keys import KeyRing, key_id_of
from api.access.principal import Principal
from api.access.stored_keys import Remembered, StoredKeys
from api.access.tokens import IssuerUnavailable, Tokens
from engine.settings import Settings
from engine.storage import DatabaseUnavailable, Store

Clock = Callable[[], dt.datetime]
RETRY_AFTER_S = 5


class CredentialsUnavailable(Exception):
    """Nobody can be let in now: what credentials are checked against is not there.

    Parameters
    ----------
    code
        Code of ``messages.PROBLEMS``, of status 503.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Authenticator:
    """Everything that lets in.

    Parameters
    ----------
    ring
        Keys of this run.
    settings
        ``key_cache_s``, ``jwks_*``, ``jwt_*``.
    clock
        Now, for the ends of keys.
    store
        Store of keys and tenants; gives ``None`` while the service is loading.

    Raises
    ------
    ConfigurationError
        The settings of tokens are incomplete.
    """

    def __init__(
        self,
        ring: KeyRing,
        settings: Settings,
        clock: Clock,
        store: Callable[[], Store | None],
    ) -> None:
        self._ring = ring
        self._clock = clock
        self._store = store
        self._keys = StoredKeys(settings.key_cache_s)
        self._tenants: Remembered[bool] = Remembered(settings.key_cache_s)
        self._tokens = None
        if settings.jwks_url is not None:
            self._tokens = Tokens(settings, Jwks(settings.jwks_url, settings.jwks_refresh_s))

    async def principal(self, token: str) -> Principal | None:
        """Who calls; ``None`` = nobody whom we know.

        Raises
        ------
        CredentialsUnavailable
            It cannot be said now.
        """
        now = self._clock()
        try:
            if found := self._ring.principal(token, now):
                return found
            if key_id_of(token) is not None:
                return await self._keys.principal(token, self._loaded(), now)
            if self._tokens is not None and token.count(".") == 2:
                return await self._of_known_tenant(await self._tokens.principal(token))
        except DatabaseUnavailable as error:
            raise CredentialsUnavailable("database_unavailable") from error
        except IssuerUnavailable as error:
            raise CredentialsUnavailable("issuer_unavailable") from error
        return None

    async def _of_known_tenant(self, principal: Principal | None) -> Principal | None:
        """Principal whose region this service works for; the issuer may know more of them."""
        if principal is None or self._tenants.get(principal.tenant):
            return principal
        if not await asyncio.to_thread(_tenant_known, self._loaded(), principal.tenant):
            return None
        self._tenants.put(principal.tenant, True)
        return principal

    def _loaded(self) -> Store:
        store = self._store()
        if store is None:
            raise CredentialsUnavailable("not_ready")
        return store


def _tenant_known(store: Store, tenant: str) -> bool:
    with store.system_reading() as kept:
        return kept.tenants.get(tenant) is not None
