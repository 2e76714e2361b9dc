"""The service listens for other machines only when somebody has been given a credential."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from api.access.exposure import check_exposure, is_loopback
from api.access.keys import digest_of, new_key
from engine.errors import ConfigurationError
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, ApiKey, Store
from tests.api.conftest import NOW


def add(store: Store, **changes: object) -> None:
    key_id, secret = new_key()
    key = ApiKey(key_id, digest_of(secret), DEFAULT_TENANT, "platform", NOW)
    with store.system() as kept:
        kept.keys.add(dataclasses.replace(key, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.1.2.3", True),
     ("0.0.0.0", False), ("::", False), ("192.168.0.7", False)],
)  # fmt: skip
def test_which_addresses_are_of_this_machine(host: str, local: bool) -> None:
    """Loopback of both families and its name; "all addresses" is not loopback."""
    assert is_loopback(host) is local


def test_what_is_no_address_is_named() -> None:
    """A name would be looked up by a server that is not ours."""
    with pytest.raises(ConfigurationError, match="адрес"):
        is_loopback("routes.example")


def test_loopback_needs_no_keys(store: Store) -> None:
    """The embedded start works out of the box."""
    check_exposure(Settings(), store, NOW)


@pytest.mark.parametrize(
    "changes",
    [None, {"expires_at": NOW}, {"revoked_at": NOW}],
    ids=["no key", "expired", "revoked"],
)
def test_others_cannot_come_in_by_default(
    store: Store, changes: dict[str, dt.datetime] | None
) -> None:
    """Without a key that works today the start on an open address is refused."""
    if changes is not None:
        add(store, **changes)
    with pytest.raises(ConfigurationError, match="routes keys make"):
        check_exposure(Settings(host="0.0.0.0"), store, NOW)


def test_a_key_or_an_issuer_opens_the_address(store: Store) -> None:
    """Either is enough."""
    issuer = Settings(
        host="0.0.0.0", jwks_url="jwks.json", jwt_issuer="https://id.example", jwt_audience="routes"
    )
    check_exposure(issuer, store, NOW)
    add(store)
    check_exposure(Settings(host="0.0.0.0"), store, NOW)
