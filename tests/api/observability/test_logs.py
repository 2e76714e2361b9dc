"""Log lines: their form, and that nobody's data is in them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.observability.logs import FIELDS, JsonFormatter, TextFormatter, configure_logging
from engine.errors import ConfigurationError
from engine.settings import Settings
from tests.api.conftest import whole
from tests.api.fakes import FakeEngine

MARK = "МаркинаЯгодка"
ID_MARK = "markina-4711"
"""A cipher of a person: it may come as an id, in an address or as a name of a field."""


@contextmanager
def collected(formatter: logging.Formatter | None = None) -> Iterator[io.StringIO]:
    """Everything that is logged, also by libraries, at every level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter or JsonFormatter())
    # The caller's own log is not the service's.
    handler.addFilter(lambda record: not record.name.startswith("http"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def own(stream: io.StringIO) -> list[dict[str, Any]]:
    return [line for line in lines(stream) if line["logger"] == "api.access"]


def body_of_marks() -> dict[str, Any]:
    """A body that is let through, with a mark in every text that a person could stand in."""
    return {
        "as_of": "2026-08-31T09:00:00+03:00",
        "educator": {
            "id": ID_MARK,
            "position": "teacher",
            "subjects": [MARK],
            "district": MARK,
            "organisation": {"id": ID_MARK, "title": MARK, "locality": MARK},
            "display_name": MARK,
        },
        "requests": [{"text": MARK}],
        "history": [{"title": MARK, "completed_on": "2025-05-01"}],
    }


def operations(client: TestClient) -> list[tuple[str, str]]:
    app: FastAPI = client.app  # type: ignore[assignment]
    paths = app.openapi()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


@pytest.mark.slow
def test_no_operation_logs_what_it_was_sent(client: TestClient, engine: FakeEngine) -> None:
    """Every operation of the contract, with marks in path, query, headers and three bodies, also
    when the engine fails with a text that quotes them: no mark is in any line of any logger.
    """
    bodies: tuple[Any, ...] = (
        body_of_marks(),
        {MARK: {ID_MARK: MARK}, "educator": MARK},
        [MARK],
    )
    asked = 0
    with collected() as stream:
        for error in (None, ValueError(f"could not read {MARK} of {ID_MARK}")):
            engine.error = error
            for method, template in operations(client):
                path = "".join(
                    ID_MARK + part.partition("}")[2] if n else part
                    for n, part in enumerate(template.split("{"))
                )
                for body in bodies if method != "get" else (None,):
                    client.request(
                        method,
                        path,
                        json=body,
                        params={"language": MARK, "cursor": MARK, ID_MARK: MARK},
                        headers={"X-Request-ID": f"é{ID_MARK}".encode("latin-1")},
                    )
                    asked += 1
    told = stream.getvalue()
    assert MARK not in told
    assert ID_MARK not in told
    assert MARK.encode("unicode-escape").decode() not in told
    quiet = [line for line in lines(stream) if line["logger"] == "api.access"]
    assert len(quiet) == asked > 30
    assert any("exception" in line for line in lines(stream))


def test_a_line_tells_what_operators_need(client: TestClient) -> None:
    """Id, method, template, status, duration, tenant, role and credential of one request."""
    with collected() as stream:
        answer = client.post("/routes", json=whole(), headers={"X-Request-ID": "req-2026-09-01.7"})
    (line,) = own(stream)
    assert answer.headers["x-request-id"] == line["request_id"] == "req-2026-09-01.7"
    assert (line["method"], line["path"], line["status"]) == (
        "POST",
        "/routes",
        answer.status_code,
    )
    assert line["duration_ms"] >= 0
    assert line["tenant"] == "default"
    assert line["role"] == "admin"
    assert line["credential"]
    assert line["level"] == "info"
    assert line["time"].endswith("Z")


def test_whoever_is_turned_away_is_logged_by_template_and_status(client: TestClient) -> None:
    """401 before routing still names the endpoint that was meant; 404 names none."""
    anonymous = TestClient(client.app, raise_server_exceptions=False)
    with collected() as stream:
        anonymous.get(f"/routes/{ID_MARK}/page")
        client.get(f"/{ID_MARK}")
    turned, unknown = own(stream)
    assert (turned["path"], turned["status"]) == ("/routes/{route_id}/page", 401)
    assert "tenant" not in turned
    assert (unknown["path"], unknown["status"]) == ("unmatched", 404)


@pytest.mark.parametrize(
    "given",
    ["short", "no-digits-here", "x" * 65, "with space 1", "нельзя-123", "a\tb-1234567", "1234567"],
)
def test_ids_that_are_not_sane_are_replaced(client: TestClient, given: str) -> None:
    """Too short or long, without a digit, or with other signs: another id is made."""
    answer = client.get("/health/live", headers={"X-Request-ID": given.encode()})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32


def test_every_answer_has_its_id(client: TestClient, engine: FakeEngine) -> None:
    """Refusals, unknown paths and the fault that nobody foresaw too."""
    anonymous = TestClient(client.app, raise_server_exceptions=False)
    engine.error = RuntimeError("unforeseen")
    answers = [
        anonymous.get("/version"),
        client.get("/nowhere"),
        client.post("/routes", content=b"{", headers={"Content-Type": "application/json"}),
        client.post("/routes", json=whole()),
    ]
    assert [a.status_code for a in answers] == [401, 404, 400, 500]
    ids = [a.headers["x-request-id"] for a in answers]
    assert len(set(ids)) == 4


def test_exceptions_are_told_without_their_texts() -> None:
    """Type, places and cause of an exception; the text of the operator's own faults only."""
    log = logging.getLogger("tests.observability")
    with collected() as stream:
        try:
            try:
                int(MARK)
            except ValueError as error:
                raise KeyError(MARK) from error
        except KeyError:
            log.exception("failed")
        try:
            raise ConfigurationError("нет папки models")
        except ConfigurationError:
            log.exception("failed")
    hidden, told = (line["exception"] for line in lines(stream))
    assert (hidden["type"], hidden["cause"]) == ("builtins.KeyError", "builtins.ValueError")
    assert "test_exceptions_are_told_without_their_texts" in hidden["places"][-1]
    assert "text" not in hidden
    assert told["text"] == "нет папки models"
    assert MARK not in stream.getvalue()


def test_text_is_one_line_whatever_stands_in_it() -> None:
    """The form for the eye has the same content; no message can forge a line of its own."""
    with collected(TextFormatter()) as stream:
        logging.getLogger("tests").warning(
            "first\nsecond", extra={FIELDS: {"status": 200, "tenant": None}}
        )
    (line,) = stream.getvalue().splitlines()
    assert "WARNING" in line
    assert "status=200" in line
    assert "tenant" not in line


def test_the_servers_own_lines_have_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    """uvicorn's errors are JSON too; its access log, which has addresses in it, is silent."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging(Settings(log_level="info"))
        logging.getLogger("uvicorn.error").info("Started")
        logging.getLogger("uvicorn.access").info("GET /routes/%s", ID_MARK)
        logging.getLogger("api").debug("too fine")
        told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("uvicorn.access").disabled = False
    assert [(t["logger"], t["message"]) for t in told] == [("uvicorn.error", "Started")]
