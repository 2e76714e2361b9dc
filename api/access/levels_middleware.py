"""Between handlers and a manager: whatever is answered goes through ``levels_only``.

It stands below all handlers, so none can forget it. What cannot be gone through (a page, a
document, a stream) is refused.
"""

from __future__ import annotations

import json

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.levels import levels_only
from api.access.pages import is_page
from api.access.principal import Principal
from api.problems import send_problem
from api.register_names import READING_OPERATIONS

IMPERSONAL = frozenset(
    {
        "version", "demo_data", "view_groups",
        "list_activities", "read_activity", "list_offerings", "read_offering",
        "read_tags", "read_form", "read_report", "list_organisations",
        *READING_OPERATIONS,
    }
)  # fmt: skip
"""Operations whose numbers measure nobody: of the catalogue, and of groups that are large enough
to hide each member (``engine.deficits.disclosure``)."""

_DATES_ONLY = ("text/calendar",)


class LevelsMiddleware:
    """Rewrites answers for principals who see levels only; others' pass untouched."""

    def __init__(self, app: ASGIApp, language: str) -> None:
        self._app = app
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        principal = scope.get("state", {}).get("principal") if scope["type"] == "http" else None
        # A page shows what it was answered from inside, where this middleware has been before it.
        page = scope["type"] == "http" and is_page(scope["path"])
        if isinstance(principal, Principal) and principal.levels_only and not page:
            await self._filtered(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _filtered(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        pieces: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                pieces.append(message.get("body", b""))

        await self._app(scope, receive, collect)
        if not start:
            return
        headers = MutableHeaders(scope=start)
        body = b"".join(pieces)
        kind = headers.get("content-type", "").split(";")[0].strip()
        if body and kind not in _DATES_ONLY and not _impersonal(scope):
            if kind != "application/json" and not kind.endswith("+json"):
                await send_problem(scope, receive, send, "forbidden", self._language)
                return
            body = json.dumps(levels_only(json.loads(body)), ensure_ascii=False).encode()
            headers["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})


def _impersonal(scope: Scope) -> bool:
    operation = scope["state"].get("operation")
    # The framework itself answers this one, so it never passes the gate.
    return operation in IMPERSONAL or (operation is None and scope["path"] == "/openapi.json")
