"""What the service does when something outside of it breaks: it says so, goes on, and recovers."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.bench.serving import Served
from tests.postgres import Server
from tests.service.calling import built, caller, code_of, decide
from tests.service.conftest import SETTINGS, end, serving
from tests.service.region import body

pytestmark = pytest.mark.slow

ANSWER_MOST_S = 20.0
"""Far above what a call without a database takes (about a second): what must not be is a hang."""


@pytest.fixture(scope="module")
def own_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("db") / "routes.db"


@pytest.fixture(scope="module")
def served(folder: Path, own_database: Path) -> Iterator[Served]:
    """One server over SQLite."""
    one = serving(folder, f"sqlite:///{own_database}")
    yield one
    end(one)


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx2.Client]:
    with caller(served) as made:
        yield made


# ------------------------------------------------------------------------------ the database


@pytest.mark.postgres
@pytest.mark.parametrize("gone_s", [1, pytest.param(30, marks=pytest.mark.long)])
def test_a_database_that_goes_and_comes_back(
    postgres: Server, folder: Path, as_of: object, gone_s: int
) -> None:
    """While PostgreSQL is gone every read and write is answered 503 with a time to come again,
    readiness is false and liveness true. When it is back the same process serves, everything that
    was acknowledged is there, and nothing that was refused.
    """
    server = serving(folder, postgres.url(postgres.new_database()))
    try:
        with caller(server) as client:
            route = built(client, body("E-senior", as_of))
            version = route["lifecycle"]["version"]
            assert decide(client, route["id"], version, "agree").status_code == 200
            before = client.get(f"/routes/{route['id']}").content
            postgres.stop("immediate")
            try:
                until = time.monotonic() + gone_s
                while time.monotonic() < until:
                    _says_that_the_database_is_gone(client, route["id"], as_of)
                    time.sleep(0.2)
            finally:
                postgres.start()
            _ready_again(client)
            assert client.get(f"/routes/{route['id']}").content == before
            assert [r["id"] for r in client.get("/routes").json()["items"]] == [route["id"]]
            assert built(client, body("E-senior", as_of))["id"] != route["id"]
    finally:
        end(server)


def _says_that_the_database_is_gone(client: httpx2.Client, id: str, as_of: object) -> None:
    began = time.monotonic()
    for answer in (
        client.get(f"/routes/{id}"),
        client.get("/routes"),
        client.post("/routes", json=body("E-senior", as_of)),
        decide(client, id, 2, "cancel"),
    ):
        _unavailable(answer)
    assert time.monotonic() - began < ANSWER_MOST_S
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503


def _unavailable(answer: httpx2.Response) -> None:
    assert (answer.status_code, code_of(answer)) == (503, "database_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def _ready_again(client: httpx2.Client) -> None:
    until = time.monotonic() + ANSWER_MOST_S
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < until, "the database is back and the service is not"
        time.sleep(0.1)


def test_a_disk_without_room(
    served: Served, client: httpx2.Client, own_database: Path, as_of: object
) -> None:
    """While no file may grow, writes are answered 503 and nothing of them is kept; reads go on.
    When there is room again the same process writes. The limit is the kernel's, on the process.
    """
    route = built(client, body("E-senior", as_of))
    process = psutil.Process(served.process.pid)
    limits = process.rlimit(psutil.RLIMIT_FSIZE)
    ahead = own_database.with_name("routes.db-wal")
    process.rlimit(psutil.RLIMIT_FSIZE, (min(ahead.stat().st_size, 4096), resource.RLIM_INFINITY))
    try:
        for _ in range(3):
            _unavailable(client.post("/routes", json=body("E-senior", as_of)))
            _unavailable(decide(client, route["id"], 1, "agree"))
            assert client.get(f"/routes/{route['id']}").json() == route
        assert client.get("/health/live").status_code == 200
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, limits)
    assert [r["id"] for r in client.get("/routes").json()["items"]] == [route["id"]]
    assert decide(client, route["id"], 1, "agree").status_code == 200
    assert decide(client, route["id"], 2, "cancel").status_code == 200


# ------------------------------------------------------------------------------ clients


def test_a_client_that_sends_a_byte_at_a_time_is_let_go(
    served: Served, client: httpx2.Client
) -> None:
    """Whoever sends his body byte by byte gets 408 when ``body_timeout_s`` is over, however
    steadily he goes on; twenty such clients keep nobody else waiting.
    """
    slow = [_begun(served, length=1_000) for _ in range(20)]
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.5):
            for one in slow:
                with contextlib.suppress(OSError):
                    one.sendall(b" ")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        for _ in range(20):
            assert client.get("/version").status_code == 200
        for one in slow:
            one.settimeout(SETTINGS["body_timeout_s"] + ANSWER_MOST_S)
            head, _, rest = one.recv(65_536).partition(b"\r\n\r\n")
            assert b" 408 " in head.partition(b"\r\n")[0]
            assert b"body_timeout" in (rest or one.recv(65_536))
    finally:
        stop.set()
        dripping.join()
        for one in slow:
            one.close()


def test_a_batch_whose_next_line_does_not_come_is_ended(
    served: Served, client: httpx2.Client, as_of: object
) -> None:
    """The lines of a batch that have come are answered; if the next one is not whole within
    ``body_timeout_s``, the last line of the answer says so and the call ends. A client that goes
    away in the middle leaves nothing behind that would keep others waiting.
    """
    line = json.dumps(body("E-senior", as_of)).encode() + b"\n"
    gone = _batch_begun(served, line)
    gone.close()
    with _batch_begun(served, line) as one:
        one.settimeout(SETTINGS["body_timeout_s"] + ANSWER_MOST_S)
        told = b""
        while piece := one.recv(65_536):
            told += piece
            if told.endswith(b"0\r\n\r\n"):
                break
        assert client.get("/version").status_code == 200
    answers = [json.loads(part) for part in told.split(b"\r\n") if part.startswith(b'{"index"')]
    assert [(a["index"], a["status"]) for a in answers] == [(0, 201), (1, 408)]
    assert answers[1]["problem"]["code"] == "body_timeout"


def _batch_begun(served: Served, line: bytes) -> socket.socket:
    """A connection whose batch has one line and the begin of another."""
    one = socket.create_connection((served.host, served.port))
    one.sendall(
        f"POST /routes/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.key}\r\n"
        "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        + f"{len(line) + 1:x}\r\n".encode()
        + line
        + b"{\r\n"
    )
    return one


def test_a_client_that_does_not_read_keeps_nobody_waiting(
    served: Served, client: httpx2.Client
) -> None:
    """Clients that ask for much and read nothing fill their own connections only."""
    asked = (
        f"GET /openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.key}\r\n\r\n"
    ).encode()
    deaf = []
    try:
        for _ in range(10):
            one = socket.create_connection((served.host, served.port))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
            one.setblocking(False)
            try:
                for _ in range(50):
                    one.sendall(asked)
            except BlockingIOError:
                pass
            deaf.append(one)
        for _ in range(20):
            assert client.get("/version").status_code == 200
    finally:
        for one in deaf:
            one.close()
    assert client.get("/health/ready").status_code == 200


def _begun(served: Served, length: int) -> socket.socket:
    """A connection whose request has its head and nothing of its body."""
    one = socket.create_connection((served.host, served.port))
    one.sendall(
        f"POST /routes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    return one


@pytest.mark.parametrize("stated", [True, False])
def test_bodies_at_the_limit(client: httpx2.Client, stated: bool, as_of: object) -> None:
    """A body of exactly ``max_body_bytes`` is worked on, one byte more is 413, whether its length
    is stated or it comes in pieces.
    """
    whole = json.dumps(body("E-senior", as_of)).encode()
    most = SETTINGS["max_body_bytes"]
    exactly = whole + b" " * (most - len(whole))

    def sent(content: bytes) -> httpx2.Response:
        pieces = (content[i : i + 1_000] for i in range(0, len(content), 1_000))
        headers = {"Content-Type": "application/json"}
        return client.post("/routes", content=content if stated else pieces, headers=headers)

    assert sent(exactly).status_code == 201
    refused = sent(exactly + b" ")
    assert (refused.status_code, code_of(refused)) == (413, "body_too_large")
    assert client.get("/version").status_code == 200
