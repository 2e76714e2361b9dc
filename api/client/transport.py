"""Calls over HTTP: problems as exceptions, keys of idempotency, patience with a busy service."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar
from urllib.parse import quote

import httpx2

Data = TypeVar("Data")

JSON = "application/json"
NDJSON = "application/x-ndjson"
KEY_HEADER = "Idempotency-Key"
LATER = frozenset({429, 502, 503, 504})
"""Answers after which the same call may succeed."""

FIRST_WAIT_S, WAIT_MOST_S = 0.2, 30.0


@dataclass(frozen=True)
class Reply(Generic[Data]):
    """An answer.

    Parameters
    ----------
    data
        JSON as the contract describes it, bytes of a file, or ``None`` where there is no content.
    etag
        For ``If-Match``; ``None`` = the call gives none.
    """

    status: int
    data: Data
    headers: Mapping[str, str]

    @property
    def etag(self) -> str | None:
        """Entity tag."""
        return self.headers.get("etag")


@dataclass(frozen=True)
class Event:
    """One server-sent event: its name, its JSON, and the id from which to follow again."""

    name: str
    data: Any
    id: str | None


class RoutesProblem(Exception):
    """The service refused a call (RFC 9457).

    Parameters
    ----------
    document
        The problem document; unknown members are kept in it.
    retry_after_s
        When to come again, seconds; ``None`` = it was not said.
    """

    def __init__(self, document: Mapping[str, Any], retry_after_s: float | None = None) -> None:
        self.document = document
        self.status: int = int(document.get("status", 0))
        self.code: str = str(document.get("code", ""))
        self.errors: list[Mapping[str, Any]] = list(document.get("errors") or ())
        self.request_id: str | None = document.get("request_id")
        self.retry_after_s = retry_after_s
        super().__init__(f"{self.status} {self.code}: {document.get('detail', '')}")


class Unreachable(Exception):
    """The service could not be reached, however often it was tried."""


class Transport:
    """Sends calls.

    Parameters
    ----------
    base_url
        Address of the service.
    key
        API key or access token.
    language
        In which problems and reasons are worded: ``ru`` or ``en``.
    timeout_s
        For connecting and for each piece of an answer; a solve may take the deadline it was given.
    tries
        How often one call is sent at most. Each call may be repeated: what writes carries a key of
        idempotency, everything else changes nothing or sets what it is told.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        language: str = "ru",
        timeout_s: float = 60.0,
        tries: int = 5,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if tries < 1:
            raise ValueError("a call must be tried at least once")
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": language}
        self._http = httpx2.Client(
            base_url=base_url, headers=headers, timeout=timeout_s, transport=transport
        )
        self._tries, self._sleep = tries, sleep

    def close(self) -> None:
        """End connections."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
        media_type: str = "",
        keyed: bool = False,
    ) -> Reply[Any]:
        """One call, repeated while the service is busy or away.

        Parameters
        ----------
        query, headers
            ``None`` values are left out.
        body
            JSON value, or bytes where ``media_type`` is not JSON.
        keyed
            Give it a key of idempotency, unless the headers have one.

        Raises
        ------
        RoutesProblem
            The service refused.
        Unreachable
            It could not be reached.
        """
        sent = {k: v for k, v in (headers or {}).items() if v is not None}
        if keyed:
            sent.setdefault(KEY_HEADER, str(uuid.uuid4()))
        content = None
        if media_type:
            sent["Content-Type"] = media_type
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = {k: v for k, v in (query or {}).items() if v is not None}
        for number in range(1, self._tries + 1):
            last = number == self._tries
            try:
                answer = self._http.request(
                    method, path, params=_plain(asked), headers=sent, content=content
                )
            except httpx2.TransportError as error:
                if last:
                    raise Unreachable(f"{method} {path}: {error}") from error
                self._sleep(_wait(number, None))
                continue
            if answer.status_code not in LATER or last:
                return _reply(answer)
            self._sleep(_wait(number, retry_after(answer.headers)))
        raise AssertionError("unreachable")

    def lines(
        self, path: str, items: Iterable[Mapping[str, Any]], headers: Mapping[str, str | None]
    ) -> Iterator[Any]:
        """NDJSON both ways, line by line; not repeated, as part of it may have been read.

        Raises
        ------
        RoutesProblem
            The whole was refused; a refusal of one line is a line of the answer.
        """
        sent = {k: v for k, v in headers.items() if v is not None}
        told = {**sent, "Content-Type": NDJSON, "Accept": NDJSON}
        content = (json.dumps(item).encode() + b"\n" for item in items)
        with self._http.stream("POST", path, content=content, headers=told) as answer:
            _check(answer)
            for line in answer.iter_lines():
                if line.strip():
                    yield json.loads(line)

    def events(self, path: str, headers: Mapping[str, str | None]) -> Iterator[Event]:
        """Server-sent events until the service ends them.

        Raises
        ------
        RoutesProblem
            The service refused.
        """
        sent = {k: v for k, v in headers.items() if v is not None}
        with self._http.stream("GET", path, headers=sent) as answer:
            _check(answer)
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(":")
                    value = value.removeprefix(" ")
                    if name == "data" and "data" in fields:
                        value = f"{fields['data']}\n{value}"
                    fields[name] = value
                elif "data" in fields:
                    data = json.loads(fields["data"])
                    yield Event(fields.get("event", "message"), data, fields.get("id"))
                    fields = {}
                else:
                    fields = {}


def quoted(part: object) -> str:
    """One part of an address; a slash in it stays in it."""
    return quote(str(part), safe="")


def _plain(query: Mapping[str, Any]) -> list[tuple[str, str | int | float | bool | None]]:
    found: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in query.items():
        many = value if isinstance(value, list | tuple) else [value]
        found += [(name, str(v).lower() if isinstance(v, bool) else str(v)) for v in many]
    return found


def _reply(answer: httpx2.Response) -> Reply[Any]:
    _check(answer)
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    data: Any = None
    if answer.content:
        data = answer.json() if media_type == JSON else answer.content
    return Reply(answer.status_code, data, answer.headers)


def _check(answer: httpx2.Response) -> None:
    if answer.status_code >= 400:
        answer.read()
        _refused(answer)


def _refused(answer: httpx2.Response) -> NoReturn:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, Mapping):
        # not ours: a balancer or a proxy on the way
        document = {"status": answer.status_code, "detail": answer.text[:500]}
    raise RoutesProblem(document, retry_after(answer.headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds after which the service wants to be asked again; ``None`` = it does not say."""
    told = headers.get("retry-after", "")
    return float(told) if told.isdigit() else None


def _wait(number: int, told: float | None) -> float:
    """What the service asks for, else twice as long each time, scattered by half."""
    usual: float = FIRST_WAIT_S * 2 ** (number - 1) * random.uniform(0.5, 1.0)
    return min(WAIT_MOST_S, max(usual, told or 0.0))
