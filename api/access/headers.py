"""Headers of every answer: nothing is stored, sniffed, framed or told to other sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.rates import Quota

# A handler's own policy wins: pages need styles. TLS, and with it HSTS, is the balancer's.
DEFAULTS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_BANNERS = ("server", "x-powered-by")


def secure(headers: MutableHeaders) -> None:
    """Complete the headers of an answer in place."""
    for name, value in DEFAULTS.items():
        headers.setdefault(name, value)
    for name, value in ALWAYS.items():
        headers[name] = value
    _drop(headers, _BANNERS)


def secured(response: Response) -> Response:
    """Answer with its headers completed; for answers made outside of the middleware."""
    secure(response.headers)
    return response


class HeadersMiddleware:
    """Completes the headers of whatever comes from inside, refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Filled in by the gate further inside.
        state: dict[str, object] = scope.setdefault("state", {})

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                secure(headers)
                quota = state.get("quota")
                if isinstance(quota, Quota):
                    headers.update(quota.headers())
            await send(message)

        await self._app(scope, receive, completed)


def _drop(headers: MutableHeaders, names: Iterable[str]) -> None:
    for name in names:
        if name in headers:
            del headers[name]
