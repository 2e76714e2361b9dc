"""The body is bounded while it arrives."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from api.bodies import BodyMiddleware
from engine.settings import Settings
from tests.api.conftest import refused

SETTINGS = Settings(max_body_bytes=1_000)
CHUNK = b" " * 400


class Sender:
    """A client that sends chunks for ever and counts how many were taken."""

    def __init__(self, chunks: int, pause_s: float = 0.0) -> None:
        self.left = chunks
        self.taken = 0
        self.pause_s = pause_s

    async def receive(self) -> Message:
        await asyncio.sleep(self.pause_s)
        self.taken += 1
        self.left -= 1
        return {"type": "http.request", "body": CHUNK, "more_body": self.left > 0}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says how long the body was."""
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(message["body"])).encode()})


def call(receive: Receive, headers: dict[str, str], settings: Settings = SETTINGS) -> Any:
    """Status and body of one call through the middleware."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(BodyMiddleware(echo, settings)(scope, receive, send))
    if not sent:
        return None
    return sent[0]["status"], sent[1]["body"]


def test_a_body_without_a_length_is_cut_off_at_the_limit() -> None:
    """Of an endless body no more is read than shows that it is too long."""
    sender = Sender(chunks=10**9)
    status, body = call(sender.receive, {"Content-Type": "application/json"})
    assert status == 413
    assert json.loads(body)["code"] == "body_too_large"
    assert sender.taken == 3


def test_a_stated_length_above_the_limit_is_refused_unread() -> None:
    """Not one byte is read of a body that says it is too long."""
    sender = Sender(chunks=10**9)
    status, _ = call(sender.receive, {"Content-Length": "1001"})
    assert (status, sender.taken) == (413, 0)


def test_a_body_of_exactly_the_limit_passes() -> None:
    """The limit itself is admitted and the body arrives in one piece."""
    body = b"[" + b" " * 998 + b"]"
    pieces = iter((body[:600], body[600:]))

    async def receive() -> Message:
        piece = next(pieces)
        return {"type": "http.request", "body": piece, "more_body": len(piece) == 600}

    assert call(receive, {"Content-Type": "application/json"}) == (200, b"1000")


def test_a_client_that_stops_sending_is_let_go() -> None:
    """After the stated time the answer is 408."""
    sender = Sender(chunks=10**9, pause_s=60.0)
    settings = Settings(body_timeout_s=1)
    status, body = call(sender.receive, {"Content-Type": "application/json"}, settings)
    assert status == 408
    assert json.loads(body)["code"] == "body_timeout"


def test_a_client_that_has_gone_gets_nothing() -> None:
    """A disconnect in the middle of the body ends the call."""

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    assert call(receive, {}) is None


def test_a_lying_length_does_not_help() -> None:
    """A small Content-Length before a large body is no way round the limit."""
    sender = Sender(chunks=10**9)
    headers = {"Content-Length": "10", "Content-Type": "application/json"}
    assert call(sender.receive, headers)[0] == 413


@pytest.mark.parametrize("stated", [True, False])
def test_fifty_megabytes_are_refused_at_once(client: TestClient, stated: bool) -> None:
    """A body of 50 MB is 413 in well under a second, with or without a length."""
    chunk = b" " * 1_000_000
    taken = 0

    def chunks() -> Any:
        nonlocal taken
        for _ in range(50):
            taken += 1
            yield chunk

    content = chunk * 50 if stated else chunks()
    began = time.perf_counter()
    answer = client.post("/routes", content=content, headers={"Content-Type": "application/json"})
    document = refused(answer, 413, "body_too_large")
    assert "2000000" in document["detail"]
    assert time.perf_counter() - began < 5
