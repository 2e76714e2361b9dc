"""How pages ask the HTTP contract: through the application itself, without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Scope

from api.access.inside import INSIDE
from api.access.principal import Principal

JSON = "application/json"


def quoted(part: str) -> str:
    """One part of a path; whatever an id holds, it stays one part."""
    return quote(part, safe="")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the contract answered.

    Parameters
    ----------
    data
        Parsed JSON; ``None`` where the body is none.
    """

    status: int
    data: Any
    content: bytes
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        """Tag of the version that was answered; empty = none."""
        return self.headers.get("etag", "")


class AnswerProblem(Exception):
    """The contract refused; ``document`` is its problem document (RFC 9457)."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        self.status = status
        self.document = document
        super().__init__(f"{status} {self.code}")

    @property
    def code(self) -> str:
        """Stable code of the problem."""
        return str(self.document.get("code", ""))

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        """What is wrong, place by place."""
        return list(self.document.get("errors", ()))


class Ask:
    """Asks as the caller of a page.

    Parameters
    ----------
    app
        The whole application: its middleware and gate stand before these calls too.
    principal
        Who asks.
    language
        ``ru`` or ``en``; of wordings and problems.
    request_id
        Written to the log beside every call of the page; ``None`` = each has its own.
    """

    def __init__(
        self, app: ASGIApp, principal: Principal, language: str, request_id: str | None = None
    ) -> None:
        self._app = app
        self._principal = principal
        self._headers = {"accept-language": language}
        if request_id is not None:
            self._headers["x-request-id"] = request_id

    async def get(
        self,
        path: str,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
        query: Mapping[str, object] | None = None,
        **more: object,
    ) -> Answer:
        """Read; a query value of ``None`` or ``""`` is left out, a list is repeated.

        Raises
        ------
        AnswerProblem
            The status is 400 or more and not among ``expect``.
        """
        given = {k: v for k, v in {**(query or {}), **more}.items() if v is not None and v != ""}
        return await self._send("GET", path, headers, expect, query=urlencode(given, doseq=True))

    async def post(
        self,
        path: str,
        body: object = None,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
    ) -> Answer:
        """Do; ``body`` is sent as JSON, bytes as they are (with their type in ``headers``)."""
        return await self._send("POST", path, headers, expect, body=body)

    async def put(
        self,
        path: str,
        body: object,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
    ) -> Answer:
        """Insert or replace."""
        return await self._send("PUT", path, headers, expect, body=body)

    async def delete(
        self,
        path: str,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
    ) -> Answer:
        """Remove or stop."""
        return await self._send("DELETE", path, headers, expect)

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        expect: Collection[int],
        *,
        query: str = "",
        body: object = None,
    ) -> Answer:
        content, sent = b"", {**self._headers, **(headers or {})}
        if isinstance(body, bytes):
            content = body
        elif body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            sent["content-type"] = JSON
        bare, _, own = path.partition("?")
        scope = self._scope(method, bare, "&".join(filter(None, (own, query))), sent, len(content))
        # A task of its own: what the call notes in context variables stays in it.
        answer = await asyncio.create_task(_called(self._app, scope, content))
        if answer.status >= 400 and answer.status not in expect:
            document = answer.data if isinstance(answer.data, dict) else {"status": answer.status}
            raise AnswerProblem(answer.status, document)
        return answer

    def _scope(
        self, method: str, path: str, query: str, headers: Mapping[str, str], length: int
    ) -> Scope:
        sent = {"host": "inside", "content-length": str(length), **headers}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in sent.items()],
            "client": None,
            "server": None,
            "state": {},
            INSIDE: self._principal,
        }


async def _called(app: ASGIApp, scope: Scope, content: bytes) -> Answer:
    start: Message = {}
    pieces: list[bytes] = []
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            await asyncio.Event().wait()  # nobody disconnects
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            pieces.append(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception:
        # The framework raises again what it has answered with 500 and logged.
        if not start:
            raise
    headers = Headers(raw=start["headers"])
    body = b"".join(pieces)
    is_json = headers.get("content-type", "").partition(";")[0].endswith(("/json", "+json"))
    return Answer(start["status"], json.loads(body) if body and is_json else None, body, headers)
