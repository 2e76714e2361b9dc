"""Idempotency-Key: a write that is sent twice is done once, and answered twice with the same.

A key belongs to one credential and one operation. What was done (2xx) is kept, in the transaction
of the work wherever the handler says ``keep_answer``; what was refused changed nothing, so its key
is free again. The draft of the header: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.access.deps import gate
from api.access.principal import Principal
from api.refusals import Refused
from api.service import Service
from engine.storage import DatabaseUnavailable, Idempotent, Repositories

HEADER = "idempotency-key"
KEY_MOST = 255
RENEW_EVERY_S = 3.0
"""Three times within the time after which a silent call is taken for dead."""

REPLAYED = "Idempotent-Replayed"
"""Marks an answer that was given before."""

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_KEPT_HEADERS = ("content-type", "content-language", "location", "etag", "preference-applied")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(slots=True)
class Once:
    """One call with a key.

    Parameters
    ----------
    key
        Of the store: a digest of credential and key.
    kept
        The answer is written already, in the transaction of the work.
    owner
        Name of this attempt.
    """

    service: Service
    tenant: str
    key: str
    endpoint: str
    digest: str
    kept: bool = False
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)

    @contextmanager
    def current(self) -> Iterator[None]:
        """Let ``keep_answer`` inside keep the answer of this call."""
        token = _ONCE.set(self)
        try:
            yield
        finally:
            _ONCE.reset(token)

    @asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Keep the key while the work goes on, however long a solve or the queue takes."""
        task = asyncio.create_task(self._renewing())
        try:
            yield
        finally:
            task.cancel()

    async def _renewing(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            # If it lapses for the lack of a database, the end of the work finds out.
            with suppress(DatabaseUnavailable):
                await run_in_threadpool(self.renew)

    def begin(self) -> Idempotent:
        """Find out whether the call was made before, and claim the key if not."""
        with self.service.store.writing(self.tenant) as kept:
            now = self.service.clock()
            return kept.idempotency.begin(
                self.key, self.endpoint, self.digest, now, owner=self.owner
            )

    def renew(self) -> None:
        """Tell that the call is still at work."""
        with self.service.store.writing(self.tenant) as kept:
            now = self.service.clock()
            kept.idempotency.renew(self.key, self.endpoint, now, owner=self.owner)

    def finish(self, kept: Repositories, response: Response) -> bool:
        """Keep the answer; ``False`` = the key was given to a later attempt meanwhile."""
        headers = {k: v for k, v in response.headers.items() if k in _KEPT_HEADERS}
        body, status = bytes(response.body), response.status_code
        return kept.idempotency.finish(
            self.key, self.endpoint, status, headers, body, owner=self.owner
        )

    def end(self, response: Response | None) -> None:
        """Keep an answer that nobody has kept; free the key of a call that changed nothing."""
        done = response is not None and 200 <= response.status_code < 300
        if done and self.kept:
            return
        with self.service.store.writing(self.tenant) as kept:
            if done and response is not None:
                self.finish(kept, response)
            else:
                kept.idempotency.abandon(self.key, self.endpoint, owner=self.owner)


_ONCE: ContextVar[Once | None] = ContextVar("once", default=None)


def keep_answer(kept: Repositories, response: Response) -> Response:
    """Keep the answer of this call in the transaction of its work; a call without key: nothing.

    Raises
    ------
    Refused
        ``idempotency_running``: this process stood still for so long that the call was begun
        again elsewhere. The transaction has to end, so that the work is done once.
    """
    once = _ONCE.get()
    if once is not None:
        if not once.finish(kept, response):
            raise _running()
        once.kept = True
    return response


class OnceRoute(APIRoute):
    """Route whose POST calls honour ``Idempotency-Key``."""

    def get_route_handler(self) -> Handler:
        """The framework's handler behind the look-up of the key."""
        handler = super().get_route_handler()
        if "POST" not in (self.methods or ()):
            return handler

        async def once_only(request: Request) -> Response:
            key = request.headers.get(HEADER)
            service: Service | None = request.app.state.loading.service
            if key is None or service is None:
                return await handler(request)
            check_key(key)
            once = once_of(service, request.state.principal, key, self.name)
            once.digest = _digest(request, await request.body())
            return await _answered(once, request, handler)

        return once_only


async def _answered(once: Once, request: Request, handler: Handler) -> Response:
    found = await run_in_threadpool(once.begin)
    if found.state != "new":
        await gate(request)  # what is answered again is admitted again
        return _again(found)
    response: Response | None = None
    try:
        with once.current():
            async with once.renewed():
                response = await handler(request)
        return response
    finally:
        await run_in_threadpool(once.end, response)


def check_key(key: str) -> None:
    """Refuse a key that no header should carry.

    Raises
    ------
    Refused
        ``idempotency_key_unfit``.
    """
    if len(key) > KEY_MOST or not _KEY.fullmatch(key):
        raise Refused("idempotency_key_unfit", {"most": KEY_MOST})


def once_of(service: Service, principal: Principal, key: str, endpoint: str) -> Once:
    """One call with a key; ``digest`` is to be set."""
    owner = f"{principal.credential_id}\n{principal.subject or ''}\n{key}"
    kept_key = hashlib.sha256(owner.encode()).hexdigest()
    return Once(service, principal.tenant, kept_key, endpoint, "")


def _again(found: Idempotent) -> Response:
    if found.state == "mismatch":
        raise Refused("idempotency_mismatch")
    if found.state == "running":
        raise _running()
    headers = {**found.headers, REPLAYED: "true"}
    return Response(found.body, status_code=found.status or 200, headers=headers)


def _running() -> Refused:
    return Refused("idempotency_running", headers={"Retry-After": "1"})


def _digest(request: Request, body: bytes) -> str:
    """Of all that makes the call what it is: the same key for anything else is a mistake."""
    told = "\n".join(
        (
            request.url.path,
            request.url.query,
            request.headers.get("if-match", ""),
            request.headers.get("prefer", ""),
            "",
        )
    )
    return hashlib.sha256(told.encode() + body).hexdigest()


async def documented_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=KEY_MOST,
            description="Ключ повтора: тот же запрос с тем же ключом выполняется один раз, и ответ "
            "на него тот же (заголовок Idempotent-Replayed: true). Отказы не запоминаются.",
        ),
    ] = None,
) -> None:
    """Put the header into the contract; ``OnceRoute`` reads it."""


KEYED = Depends(documented_key)
"""Dependency of operations that honour the key."""
