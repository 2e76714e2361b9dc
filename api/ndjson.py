"""Many routes in one call: a request per line in, a route or a problem per line out.

Lines are read while earlier ones are solved, and answers go out in the order of the lines, so
neither side ever holds the whole batch.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from api.access.principal import Principal
from api.asking import own_request
from api.once import Once, once_of
from api.problems import problem
from api.refusals import Refused
from api.route_calls import RouteCalls
from api.schemas.route_body import RouteBody
from api.service import Service
from api.solving.errors import Overloaded
from api.solving.pool import cores
from api.strict_json import BodyRefused, check_json

TRIES = 30
"""How often a line waits for a place in the queue before it is answered with 503."""

_BODY: TypeAdapter[RouteBody] = TypeAdapter(RouteBody)


class DuplexResponse(StreamingResponse):
    """Answer that is sent while the request is still read.

    The framework's own would listen for the end of the connection, and so take away the very
    messages that the lines come in.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a client that has gone shows in the reading of its lines."""
        await self.stream_response(send)


class LineTooLong(Exception):
    """A line is longer than a body may be; the rest of the stream makes no sense any more."""


async def lines_of(stream: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    """Lines of a stream that are not blank.

    Raises
    ------
    LineTooLong
        After the lines before it.
    """
    rest = b""
    async for piece in stream:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            if len(line) > most:
                raise LineTooLong
            if line.strip():
                yield line.strip()
        if len(rest) > most:
            raise LineTooLong
    if rest.strip():
        yield rest.strip()


async def _next(lines: AsyncIterator[bytes], seconds: float) -> bytes | None:
    """Next line, ``None`` at the end.

    Raises
    ------
    TimeoutError
        It is not whole after so many seconds; a client that drips must not hold a call for ever.
    """
    async with asyncio.timeout(seconds):
        return await anext(lines, None)


class Batch:
    """One call.

    Parameters
    ----------
    key
        ``Idempotency-Key`` of the call; each line has one of its own made from it, so a batch
        that broke off is sent again and goes on. ``None`` = none.
    """

    def __init__(
        self,
        request: Request,
        service: Service,
        principal: Principal,
        language: str,
        key: str | None,
    ) -> None:
        self._request = request
        self._service = service
        self._principal = principal
        self._language = language
        self._key = key
        self._calls = RouteCalls(service, principal, language)

    async def answers(self) -> AsyncIterator[bytes]:
        """Answer lines, in the order of the request's."""
        waiting: asyncio.Queue[asyncio.Task[bytes] | None] = asyncio.Queue(2 * cores())
        reader = asyncio.create_task(self._read(waiting))
        task: asyncio.Task[bytes] | None = None
        try:
            while (task := await waiting.get()) is not None:
                yield await task
            await reader
        finally:
            # the client has gone, or all is done
            reader.cancel()
            if task is not None:
                task.cancel()
            while not waiting.empty():
                left = waiting.get_nowait()
                if left is not None:
                    left.cancel()

    async def _read(self, waiting: asyncio.Queue[asyncio.Task[bytes] | None]) -> None:
        most, seconds = self._service.settings.max_body_bytes, self._service.settings.body_timeout_s
        lines, number = lines_of(self._request.stream(), most), 0
        refused: Response | None = None
        try:
            while (line := await _next(lines, seconds)) is not None:
                await waiting.put(asyncio.create_task(self._line(number, line)))
                number += 1
        except LineTooLong:
            refused = problem("body_too_large", self._language, parameters={"most": most})
        except TimeoutError:
            refused = problem("body_timeout", self._language, parameters={"seconds": seconds})
        except ClientDisconnect:
            pass  # what was begun is finished and kept, the answers go nowhere
        if refused is not None:
            await waiting.put(asyncio.create_task(_ready(_told(number, refused))))
        await waiting.put(None)

    async def _line(self, number: int, line: bytes) -> bytes:
        try:
            response = await self._answered(number, line)
        except Exception as error:
            response = await problem_for(self._request, error)
        return _told(number, response)

    async def _answered(self, number: int, line: bytes) -> Response:
        if self._key is None:
            return await self._built(line)
        once = once_of(self._service, self._principal, f"{self._key}#{number}", "build_routes")
        once.digest = hashlib.sha256(line).hexdigest()
        return await self._once(once, line)

    async def _once(self, once: Once, line: bytes) -> Response:
        found = await run_in_threadpool(once.begin)
        if found.state == "done":
            return Response(found.body, status_code=found.status or 200)
        if found.state != "new":
            raise Refused(f"idempotency_{found.state}")
        response: Response | None = None
        try:
            with once.current():
                async with once.renewed():
                    response = await self._built(line)
            return response
        finally:
            await run_in_threadpool(once.end, response)

    async def _built(self, line: bytes) -> Response:
        body = parsed(line)
        asked = await run_in_threadpool(
            own_request, body, self._service.context, self._language, self._principal
        )
        asked = await run_in_threadpool(self._calls.around_others, asked)
        for _ in range(TRIES):
            try:
                return await self._calls.build(asked)
            except Overloaded as busy:
                await asyncio.sleep(busy.retry_after_s)
        return await self._calls.build(asked)


def parsed(line: bytes) -> RouteBody:
    """Body of a line.

    Raises
    ------
    Refused
        It is no JSON that a body may be.
    RequestValidationError
        Its shape is not that of a body.
    """
    try:
        check_json(line)
    except BodyRefused as refused:
        raise Refused(refused.code, refused.parameters) from refused
    content = json.loads(line)
    try:
        return _BODY.validate_python(content)
    except ValidationError as error:
        found = [{**e, "loc": ("body", *e["loc"])} for e in error.errors()]
        raise RequestValidationError(found, body=content) from error


async def problem_for(request: Request, error: Exception) -> Response:
    """The problem document that the application has for an error."""
    app: FastAPI = request.app
    for kind in type(error).__mro__:
        handler = app.exception_handlers.get(kind)
        if handler is not None:
            found = handler(request, error)
            response: Response = await found if isinstance(found, Awaitable) else found
            return response
    raise error


def _told(number: int, response: Response) -> bytes:
    name = "route" if response.status_code < 400 else "problem"
    head = json.dumps({"index": number, "status": response.status_code})
    body = bytes(response.body).decode("utf-8")
    return f'{head[:-1]}, "{name}": {body}}}\n'.encode()


async def _ready(line: bytes) -> bytes:
    return line
