"""``routes serve``: on loopback a key for one run, and a curl line that works as it stands."""

from __future__ import annotations

import datetime as dt
import errno
import shlex
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.access.exposure import address_of, check_start, is_loopback
from api.allocator import keep_level
from api.auth import KeyRing, one_run_key
from api.main import create_app
from api.observability.logs import configure_logging
from api.service import build_service, engine_spec, utc_now
from api.solving.forking import begin_importing
from api.solving.pool import SolverPool
from api.standing import nothing_collected
from api.state import Loading
from engine.errors import ConfigurationError
from engine.settings import Settings


def serve(settings: Settings, *, say: Callable[[str], None] = print) -> None:
    """Load everything, take a port, say how to call, and serve until stopped.

    Parameters
    ----------
    settings
        A ``host`` that other machines reach needs keys in the store or an issuer of tokens; the
        key of one run is made for loopback only.
    say
        Where the greeting goes.

    Raises
    ------
    ConfigurationError
        Nobody could come in over the host, no port is free, or data or database cannot be used.
    """
    keep_level()
    configure_logging(settings)
    check_start(settings, utc_now())
    with open_socket(settings) as listening:
        begin_importing()
        with nothing_collected():
            service = build_service(settings)
        # Before the greeting: whoever reads it may call, and what is wrong is said in a line.
        pool = SolverPool(settings.workers, settings.queue_size)
        pool.ensure(engine_spec(service))
        lifetime = dt.timedelta(hours=settings.key_lifetime_hours)
        local = is_loopback(settings.host)
        key, keys = one_run_key(utc_now(), lifetime) if local else ("", KeyRing())
        app = create_app(
            settings,
            keys=keys,
            recommender=service.engine,
            store=service.store,
            package=service.package,
            model=service.model,
            pool=pool,
        )
        url = base_url(listening)
        say(greeting(url, key, settings.key_lifetime_hours) if local else open_greeting(url))
        Server(app, settings.stop_timeout_s).run(sockets=[listening])


KEEP_ALIVE_S = 75
"""How long an idle connection is kept; above the usual minute of balancers."""


class Server(uvicorn.Server):
    """A server that tells its application of a signal at once, not when connections have ended.

    Then readiness turns red, new work is refused, running solves end within the time for
    stopping, and their answers still get out.

    Parameters
    ----------
    stop_timeout_s
        Time from the signal to the end of the last connection, seconds.
    """

    def __init__(self, app: FastAPI, stop_timeout_s: int) -> None:
        config = uvicorn.Config(
            app,
            # Its lines take the form of ours; what it would tell of a request we tell better.
            log_config=None,
            access_log=False,
            server_header=False,
            # A balancer keeps connections for a minute; if we closed first, it would meet the
            # closed end with somebody's request.
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=stop_timeout_s,
        )
        super().__init__(config)
        self._loading: Loading = app.state.loading
        self._stop_timeout_s = stop_timeout_s

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second signal of the terminal ends at once."""
        self._loading.stop(self._stop_timeout_s)
        super().handle_exit(sig, frame)


def open_socket(settings: Settings) -> socket.socket:
    """Listening socket on the first free port from the asked one on.

    Raises
    ------
    ConfigurationError
        The host is no address, or no port is free.
    """
    address = address_of(settings.host)
    last = min(65_535, settings.port + settings.port_attempts)
    for port in range(settings.port, last + 1):
        # asyncio sends answers without delay only over sockets that name their protocol; without
        # it every answer of two packets waits 40 ms for an acknowledgement.
        listening = socket.socket(
            socket.AF_INET6 if address.version == 6 else socket.AF_INET,
            socket.SOCK_STREAM,
            socket.IPPROTO_TCP,
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
    """What is printed at the start: where a person goes on, then a line that a shell takes.

    The line fetches a ready body and posts it.
    """
    key_header = shlex.quote(f"Authorization: Bearer {key}")
    pick = "import json,sys; print(json.dumps(json.load(sys.stdin)['items'][0]['body']))"
    return "\n".join(
        (
            f"Служба работает: {url} (только на этом компьютере; остановить — Ctrl+C)",
            "",
            f"Откройте в браузере {url}/workbench и вставьте ключ:",
            key,
            f"Ключ действует до остановки, но не дольше {hours} ч.",
            "",
            "Для программистов — построить маршрут из командной строки:",
            "",
            f"KEY={key_header}",
            f'curl -s -H "$KEY" {url}/demo-data | python3 -c "{pick}" | '
            f'curl -s -H "$KEY" -H "Content-Type: application/json" -d @- {url}/routes',
            "",
        )
    )


def open_greeting(url: str) -> str:
    """What is printed where other machines may call: no key, as theirs are in the store."""
    return (
        f"Служба работает: {url} (открыта другим компьютерам; остановить — Ctrl+C).\n"
        f"Рабочее место — {url}/workbench, входят в него ключом: новый даёт routes keys make, "
        "прежние перечисляет routes keys list"
    )
