"""``routes serve``: loopback only, a key for one run, and a curl line that works as it stands."""

from __future__ import annotations

import datetime as dt
import errno
import ipaddress
import shlex
import socket
from collections.abc import Callable

import uvicorn

from api.auth import one_run_key
from api.main import create_app
from api.service import build_service, utc_now
from engine.errors import ConfigurationError
from engine.settings import Settings


def serve(settings: Settings, *, say: Callable[[str], None] = print) -> None:
    """Load everything, take a port, say how to call, and serve until stopped.

    Parameters
    ----------
    settings
        ``host`` must be a loopback address.
    say
        Where the greeting goes.

    Raises
    ------
    ConfigurationError
        The host is not loopback, no port is free, or data or database cannot be used.
    """
    with open_socket(settings) as listening:
        service = build_service(settings)
        lifetime = dt.timedelta(hours=settings.key_lifetime_hours)
        key, keys = one_run_key(utc_now(), lifetime)
        app = create_app(
            settings,
            keys=keys,
            recommender=service.engine,
            store=service.store,
            package=service.package,
            model=service.model,
        )
        say(greeting(base_url(listening), key, settings.key_lifetime_hours))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
        server.run(sockets=[listening])


def open_socket(settings: Settings) -> socket.socket:
    """Listening socket on the first free port from the asked one on.

    Raises
    ------
    ConfigurationError
        The host is not loopback, or no port is free.
    """
    address = _loopback(settings.host)
    last = min(65_535, settings.port + settings.port_attempts)
    for port in range(settings.port, last + 1):
        listening = socket.socket(
            socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM
        )
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((str(address), port))
            listening.listen()
        except OSError as error:
            listening.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise ConfigurationError(
                    f"адрес {settings.host} занять нельзя: {error.strerror}"
                ) from error
            continue
        return listening
    raise ConfigurationError(
        f"порты {settings.port}–{last} заняты; укажите другой в настройке port (ROUTES_PORT)"
    )


def base_url(listening: socket.socket) -> str:
    """Address of the service."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def greeting(url: str, key: str, hours: int) -> str:
    """What is printed at the start: a line that fetches a ready body and posts it."""
    key_header = shlex.quote(f"Authorization: Bearer {key}")
    pick = "import json,sys; print(json.dumps(json.load(sys.stdin)['items'][0]['body']))"
    return "\n".join(
        (
            f"Служба работает: {url} (только на этом компьютере; остановить — Ctrl+C)",
            f"Ключ действует до остановки, но не дольше {hours} ч. Построить маршрут:",
            "",
            f"KEY={key_header}",
            f'curl -s -H "$KEY" {url}/demo-data | python3 -c "{pick}" | '
            f'curl -s -H "$KEY" -H "Content-Type: application/json" -d @- {url}/routes',
            "",
        )
    )


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise ConfigurationError(
            f"host: «{host}» — не петлевой адрес; пока нет разграничения доступа, служба "
            "слушает только 127.0.0.1, ::1 или localhost"
        )
    return address
