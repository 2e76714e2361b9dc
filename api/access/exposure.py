"""Which addresses the service may listen on: others' only when it knows who may come in."""

from __future__ import annotations

import datetime as dt
import ipaddress

from api.access.stored_keys import valid
from engine.errors import ConfigurationError
from engine.settings import Settings
from engine.storage import Store, open_store

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(host: str) -> Address:
    """Address of the setting ``host``.

    Raises
    ------
    ConfigurationError
        It is none; names are not looked up, as the answer may not be ours.
    """
    try:
        return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise ConfigurationError(
            f"host: «{host}» — не адрес; нужен 127.0.0.1, ::1, localhost или IP-адрес этого "
            "компьютера (0.0.0.0 — все)"
        ) from None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address.

    Raises
    ------
    ConfigurationError
        It is no address.
    """
    return address_of(host).is_loopback


def check_start(settings: Settings, now: dt.datetime) -> None:
    """``check_exposure`` over the store of the settings; to be called before a port is taken.

    Raises
    ------
    ConfigurationError
        As there, or the database cannot be used.
    """
    if is_loopback(settings.host):
        return
    store = open_store(settings.database_url)
    try:
        store.upgrade()
        check_exposure(settings, store, now)
    finally:
        store.close()


def check_exposure(settings: Settings, store: Store, now: dt.datetime) -> None:
    """Refuse to listen for other machines before anybody has been given a credential.

    There is no default secret, and the key of one run is for this machine only.

    Raises
    ------
    ConfigurationError
        The host is not loopback, no token issuer is set, and the store has no valid key.
    """
    if is_loopback(settings.host) or settings.jwks_url is not None:
        return
    with store.system_reading() as kept:
        known = any(valid(key, now) for key in kept.keys.list())
    if not known:
        raise ConfigurationError(
            f"host: {settings.host} виден другим компьютерам, а войти некому: выдайте ключ "
            "(routes keys make --role platform) или укажите издателя токенов "
            "(jwks_url, jwt_issuer, jwt_audience)"
        )
