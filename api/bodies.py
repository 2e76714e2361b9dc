"""Middleware: a body is bounded while it arrives and is JSON before anything looks at it."""

from __future__ import annotations

import asyncio
from email.message import Message as MailMessage

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.pages import is_page
from api.problems import header, send_problem
from api.strict_json import BodyRefused, check_json
from engine.settings import Settings

BATCH_PATH, BATCH_TYPE = "/routes/batch", "application/x-ndjson"
"""The one call whose body is a stream of lines."""
IMPORT_PATH = "/imports"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The one call whose body is a workbook; it is looked at where it is read."""


class BodyMiddleware:
    """Collects the body up to the limit, checks it, and hands it on in one piece.

    Parameters
    ----------
    app
        What comes after.
    settings
        ``max_body_bytes``, ``body_timeout_s``, ``language``.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _is_batch(scope):
            # Lines are read, bounded and checked one by one while they arrive.
            await self._app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except BodyRefused as refused:
            language = self._settings.language
            await send_problem(
                scope, receive, send, refused.code, language, parameters=refused.parameters
            )
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Whole body; ``None`` = the client has gone."""
        stated = header(scope, b"content-length") or ""
        if stated.isdigit() and int(stated) > self._settings.max_body_bytes:
            raise BodyRefused("body_too_large", most=self._settings.max_body_bytes)
        try:
            async with asyncio.timeout(self._settings.body_timeout_s):
                body = await self._collected(receive)
        except TimeoutError:
            raise BodyRefused("body_timeout", seconds=self._settings.body_timeout_s) from None
        if body:
            if is_page(scope.get("path", "")):
                return body  # a form; its fields go through the contract as JSON
            if scope.get("path") == IMPORT_PATH:
                if _plain_type(scope) != XLSX_TYPE:
                    raise BodyRefused("workbook_expected")
                return body
            if not _is_json(scope):
                raise BodyRefused("unsupported_media_type")
            check_json(body)
        return body

    async def _collected(self, receive: Receive) -> bytes | None:
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self._settings.max_body_bytes:
                raise BodyRefused("body_too_large", most=self._settings.max_body_bytes)
            if not message.get("more_body", False):
                return b"".join(pieces)


def _is_batch(scope: Scope) -> bool:
    if scope.get("method") != "POST" or scope.get("path") != BATCH_PATH:
        return False
    kind = (header(scope, b"content-type") or "").partition(";")[0].strip().lower()
    return kind == BATCH_TYPE


def _plain_type(scope: Scope) -> str | None:
    """Type of an uncompressed body, ``None`` = it is compressed."""
    if (header(scope, b"content-encoding") or "identity").strip().lower() != "identity":
        return None
    return (header(scope, b"content-type") or "").partition(";")[0].strip().lower()


def _is_json(scope: Scope) -> bool:
    if (header(scope, b"content-encoding") or "identity").strip().lower() != "identity":
        return False
    read = MailMessage()
    read["content-type"] = header(scope, b"content-type") or ""
    charset = (read.get_content_charset() or "utf-8").replace("_", "-")
    return read.get_content_type() == "application/json" and charset in ("utf-8", "utf8")


def _replay(body: bytes, receive: Receive) -> Receive:
    """``receive`` that gives the collected body first."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
