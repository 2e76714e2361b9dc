"""Public keys of the issuer of tokens, from a URL or a file, remembered and renewed.

Keys are read again when they are old, so that a withdrawn key stops working, and when a token
names one that is not known, so that a new key works at once; neither more often than the setting
``jwks_refresh_s``. A host that is gone leaves the known keys in force.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from engine.errors import ConfigurationError

log = logging.getLogger(__name__)

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""Signatures by a private key only: a public key must never do as a shared secret."""

MAX_AGE_S = 300
"""After this time keys are read again, so that a withdrawn one stops within it."""

TIMEOUT_S = 5
BYTES_MOST = 1_000_000


class Jwks:
    """The keys of one issuer. Thread-safe.

    Parameters
    ----------
    source
        ``https://…``, ``http://`` on this machine, or a path of a file.
    refresh_s
        Least time between two readings, seconds.
    ticks
        Seconds that never jump back.

    Raises
    ------
    ConfigurationError
        The source is an unencrypted address of another machine.
    """

    def __init__(
        self, source: str, refresh_s: float, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        _check(source)
        self._source = source
        self._refresh_s = refresh_s
        self._ticks = ticks
        self._keys: Mapping[str, PyJWK] = {}
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._reading = threading.Lock()

    @property
    def loaded(self) -> bool:
        """Whether keys have been read at least once."""
        return self._read_at is not None

    def fresh(self, kid: str) -> PyJWK | None:
        """Key that is known and not old; never reads, so never waits."""
        young = self._read_at is not None and self._ticks() - self._read_at < MAX_AGE_S
        return self._keys.get(kid) if young else None

    def key(self, kid: str) -> PyJWK | None:
        """Key by its id, read again if need be; ``None`` = the issuer has none of that id."""
        found = self.fresh(kid)
        # Whoever finds somebody reading goes on with what is known, unless that is nothing.
        if found is None and self._reading.acquire(blocking=not self.loaded):
            try:
                self._read_if_due(kid)
            finally:
                self._reading.release()
        return self._keys.get(kid)

    def _read_if_due(self, kid: str) -> None:
        now = self._ticks()
        waited = self._tried_at is None or now - self._tried_at >= self._refresh_s
        if not waited or self.fresh(kid) is not None:
            return
        self._tried_at = now
        try:
            self._keys = _usable(_text(self._source))
            self._read_at = now
        except (OSError, ValueError, PyJWTError) as error:
            log.warning("JWKS not read, %d known keys stay: %s", len(self._keys), error)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead from the issuer to anybody."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


def _text(source: str) -> bytes:
    if not _is_url(source):
        return Path(source).read_bytes()
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(source, timeout=TIMEOUT_S) as answer:
        text: bytes = answer.read(BYTES_MOST + 1)
    if len(text) > BYTES_MOST:
        raise ValueError(f"more than {BYTES_MOST} bytes")
    return text


def _usable(text: bytes) -> Mapping[str, PyJWK]:
    """Keys for signatures by their ids; symmetric and nameless ones are left out."""
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("no JSON object")
    return {
        key.key_id: key
        for key in PyJWKSet.from_dict(document)
        if key.key_id and key.algorithm_name in ALGORITHMS and key.public_key_use in (None, "sig")
    }


def _is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _check(source: str) -> None:
    if not source.startswith("http://"):
        return
    host = urlsplit(source).hostname or ""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise ConfigurationError(
            f"jwks_url: {source} — без шифрования ключи может подменить любой по пути; "
            "нужен https:// или файл"
        )
