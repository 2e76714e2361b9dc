"""Tokens of people (JWT): signed by the issuer's private key, for us, in force, with one role."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import jwt
from jwt import PyJWK

from api.access.jwks import ALGORITHMS, Jwks
from api.access.principal import Principal, Role, incomplete
from engine.errors import ConfigurationError
from engine.settings import Settings

ID_MOST = 128
"""Longest id that the store keeps; a longer one could not be written to the audit."""

log = logging.getLogger(__name__)


class IssuerUnavailable(Exception):
    """The issuer's keys have never been read: nobody's token can be judged."""


class Tokens:
    """Turns tokens into principals.

    Parameters
    ----------
    settings
        ``jwt_*``; issuer and audience must be stated.
    jwks
        Keys of the issuer.

    Raises
    ------
    ConfigurationError
        Issuer or audience is missing: any token of the issuer would open this service.
    """

    def __init__(self, settings: Settings, jwks: Jwks) -> None:
        for name in ("jwt_issuer", "jwt_audience"):
            if not getattr(settings, name):
                raise ConfigurationError(f"{name}: нужна вместе с jwks_url")
        self._settings = settings
        self._jwks = jwks

    async def principal(self, token: str) -> Principal | None:
        """Who the token speaks for; ``None`` = it is not admitted (the log says why).

        Raises
        ------
        IssuerUnavailable
            The issuer's keys could not be read yet.
        """
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
            key = self._jwks.fresh(kid) or await asyncio.to_thread(self._jwks.key, kid)
            if key is None:
                if not self._jwks.loaded:
                    raise IssuerUnavailable
                raise jwt.InvalidKeyError("unknown kid")
            claims = self._verified(token, key)
        except (jwt.InvalidTokenError, jwt.InvalidKeyError) as error:
            # Only the kind: the message may quote claims.
            log.info("token refused: %s", type(error).__name__)
            return None
        return self._principal(claims)

    def _verified(self, token: str, key: PyJWK) -> Mapping[str, Any]:
        settings = self._settings
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            leeway=settings.jwt_leeway_s,
            options={"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True},
        )
        return claims

    def _principal(self, claims: Mapping[str, Any]) -> Principal | None:
        settings = self._settings
        subject = _text(claims, settings.jwt_subject_claim)
        tenant = _text(claims, settings.jwt_tenant_claim)
        organisation = _text(claims, settings.jwt_organisation_claim)
        roles = _roles(claims, settings.jwt_role_claim)
        if not subject or not tenant or len(roles) != 1:
            log.info("token refused: subject, tenant and exactly one known role are needed")
            return None
        (role,) = roles
        if lacking := incomplete(role, subject, organisation):
            log.info("token refused: a %s needs a claim for %s", role, lacking)
            return None
        credential = f"{settings.jwt_issuer}|{subject}"
        return Principal(tenant, role, subject, organisation, credential)


def claim(claims: Mapping[str, Any], name: str) -> object:
    """Claim by its name, or by a path with dots (``realm_access.roles``); ``None`` = not there."""
    if name in claims:
        return claims[name]
    value: object = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claim(claims, name)
    return value if isinstance(value, str) and 0 < len(value) <= ID_MOST else None


def _roles(claims: Mapping[str, Any], name: str) -> frozenset[Role]:
    """Roles of ours in a claim that is one role or a list; issuers put others beside them."""
    value = claim(claims, name)
    stated = value if isinstance(value, list) else [value]
    return frozenset(Role(v) for v in stated if isinstance(v, str) and v in set(Role))
