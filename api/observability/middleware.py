"""The outermost middleware: gives every request an id, and tells what became of it."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observability.logs import FIELDS
from api.observability.metrics import Metrics, enter_metrics
from api.observability.request_id import HEADER, enter_request
from api.problems import header

UNMATCHED = "unmatched"
"""Operation of a request that no endpoint answers; its path may be anything."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = "/health/"
_GONE = 499
"""Status in logs and metrics of a client that left before the answer."""

log = logging.getLogger("api.access")


class ObservabilityMiddleware:
    """Request id, one log line and the counters of every request.

    Parameters
    ----------
    app
        What comes after.
    metrics
        Where answers are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and watch its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = enter_request(header(scope, HEADER))
        enter_metrics(self._metrics)
        # The same mapping for all that comes after: who calls is read from it at the end.
        scope.setdefault("state", {})["request_id"] = request_id
        status = _GONE

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            status = 500
            raise
        finally:
            self._tell(scope, status, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        operation, template = _endpoint(scope)
        self._metrics.answered(operation, status, seconds)
        # Probes come every few seconds and say nothing while all is well.
        quiet = scope["path"].startswith(_QUIET) and status < 500
        level = logging.DEBUG if quiet else logging.ERROR if status >= 500 else logging.INFO
        if log.isEnabledFor(level):
            log.log(level, "request", extra={FIELDS: _fields(scope, template, status, seconds)})


def _fields(scope: Scope, template: str, status: int, seconds: float) -> dict[str, object]:
    told: dict[str, object] = {
        "method": scope["method"] if scope["method"] in _METHODS else "OTHER",
        "path": template,
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
    }
    principal = scope["state"].get("principal")
    if principal is not None:
        told["tenant"] = getattr(principal, "tenant", None)
        told["role"] = getattr(principal, "role", None)
        told["credential"] = _credential(principal)
    return told


def _credential(principal: Any) -> str | None:
    """Public id of a key; of a token, which names its person, only what tells it from others."""
    credential, subject = (getattr(principal, n, None) for n in ("credential_id", "subject"))
    if not credential or not subject or subject not in credential:
        return credential or None
    return f"sha256:{hashlib.sha256(credential.encode()).hexdigest()[:16]}"


def _endpoint(scope: Scope) -> tuple[str, str]:
    """Name and path template of the endpoint that answered, or would have.

    Whoever is turned away before routing is counted where the request was meant for.
    """
    found = scope.get("route") or _meant(scope)
    template = getattr(found, "path_format", None) or getattr(found, "path", None)
    return (getattr(found, "name", None) or UNMATCHED, template or UNMATCHED)


def _meant(scope: Scope) -> Any:
    application = scope.get("app")
    partial = None
    for route in _routes(getattr(application, "routes", ())):
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return route
        if match is Match.PARTIAL and partial is None:
            partial = route
    return partial


def _routes(routes: Iterable[Any]) -> Iterator[Any]:
    """Endpoints, those of included routers too, as the framework nests them."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _routes(inner.routes)
