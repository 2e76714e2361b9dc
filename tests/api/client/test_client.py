"""The client: true to the contract, patient with a busy service, and a day with a real one."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api import make_client
from api.client import ASYNC, RoutesClient, RoutesProblem, Unreachable
from tests.api.kept_service import QUICK, Kept, kept_service

CONTRACT = json.loads(make_client.CONTRACT.read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: (path, verb, operation)
    for path, operations in CONTRACT["paths"].items()
    for verb, operation in operations.items()
}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


@pytest.fixture
def client(kept: Kept) -> Iterator[RoutesClient]:
    """A client of the real engine over the demo."""
    key = kept.caller.headers["authorization"].removeprefix("Bearer ")
    with RoutesClient("http://testserver", key, transport=kept.caller._transport) as found:
        yield found


def scripted(
    *answers: Callable[[httpx2.Request], httpx2.Response],
) -> tuple[RoutesClient, list[httpx2.Request], list[float]]:
    """A client whose service answers as written; its requests, and how long it has waited."""
    asked: list[httpx2.Request] = []
    waited: list[float] = []
    left = iter(answers)

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return next(left)(request)

    transport = httpx2.MockTransport(handle)
    client = RoutesClient("http://s", "k", transport=transport, sleep=waited.append, tries=3)
    return client, asked, waited


def says(status: int, document: Any = None, **headers: str) -> Callable[..., httpx2.Response]:
    return lambda request: httpx2.Response(status, json=document, headers=headers)


def away(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("refused", request=request)


# --------------------------------------------------------------------------- the contract


def test_types_and_methods_are_those_of_the_contract() -> None:
    """What ``python -m api.make_client`` would write is what is committed."""
    types, operations = make_client.types_module(CONTRACT), make_client.operations_module(CONTRACT)
    assert make_client.TYPES.read_text(encoding="utf-8") == types
    assert make_client.OPERATIONS.read_text(encoding="utf-8") == operations


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_has_its_method_and_parameters(name: str) -> None:
    """Places in the address and a body by position, the rest by name, required ones required."""
    _, _, operation = OPERATIONS[name]
    found = inspect.signature(getattr(RoutesClient, name)).parameters
    told = {make_client.python_name(p["name"]): p for p in operation.get("parameters", ())}
    body = {"body"} if "requestBody" in operation else set()
    assert set(found) == {"self", *told, *body}
    for argument, parameter in told.items():
        required = found[argument].default is inspect.Parameter.empty
        assert required == parameter.get("required", False)
        by_name = found[argument].kind is inspect.Parameter.KEYWORD_ONLY
        assert by_name == (parameter["in"] != "path")


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ({"type": "array", "items": {"$ref": "#/components/schemas/A"}}, "list[A]"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, "int | None"),
        ({"type": "string", "enum": ["a", "b"]}, "Literal['a', 'b']"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "dict[str, float]"),
        ({"type": "object"}, "dict[str, Any]"),
        ({}, "Any"),
    ],
)
def test_schemas_become_annotations(schema: dict[str, Any], annotation: str) -> None:
    """What JSON Schema says in the words of Python's types."""
    assert make_client.type_of(schema) == annotation


# --------------------------------------------------------------------------- patience


def test_a_busy_service_is_asked_again_with_the_same_key() -> None:
    """503 and a lost connection: the third try carries the first one's key of idempotency."""
    client, asked, waited = scripted(
        says(503, {"status": 503}, **{"Retry-After": "2"}), away, says(200, {"ok": 1})
    )
    assert client.import_educators({"items": []}).data == {"ok": 1}
    keys = {request.headers["idempotency-key"] for request in asked}
    assert (len(asked), len(keys)) == (3, 1)
    assert waited[0] >= 2.0
    assert 0.2 <= waited[1] <= 0.4


def test_patience_ends() -> None:
    """The last refusal is told as a problem, a service that is away as unreachable."""
    client, asked, _ = scripted(*[says(429, {"status": 429, "code": "too_many_requests"})] * 3)
    with pytest.raises(RoutesProblem) as refused:
        client.version()
    assert (refused.value.code, len(asked)) == ("too_many_requests", 3)
    client, asked, _ = scripted(away, away, away)
    with pytest.raises(Unreachable):
        client.version()
    assert len(asked) == 3


def test_what_is_computed_is_asked_for_until_it_is_there() -> None:
    """202 says when to ask again; the question stays the same, and somebody may look on."""
    running = {"state": "running", "since": "2026-09-01T09:00:00+03:00"}
    client, asked, waited = scripted(
        says(202, running, **{"Retry-After": "7"}), says(202, running), says(200, {"gaps": []})
    )
    seen: list[object] = []
    reply = client.computed(client.read_analysis, told=seen.append, by=["district"], runs=3)
    assert (reply.status, reply.data) == (200, {"gaps": []})
    assert {str(request.url) for request in asked} == {"http://s/analysis?by=district&runs=3"}
    assert (seen, waited) == ([running, running], [7.0, 0.5])
    client, asked, waited = scripted(says(202, running))
    with pytest.raises(TimeoutError):
        client.computed(client.read_report, "passport", "html", timeout_s=0.0)
    assert (len(asked), waited) == (1, [])


def test_a_refusal_is_not_repeated() -> None:
    """422 is final; its document is kept whole; a proxy's page becomes a problem too."""
    document = {"status": 422, "code": "invalid_input", "errors": [{"pointer": "/x"}], "extra": 1}
    client, asked, _ = scripted(says(422, document))
    with pytest.raises(RoutesProblem) as refused:
        client.check({"steps": []})  # type: ignore[typeddict-item, typeddict-unknown-key]
    assert len(asked) == 1
    assert refused.value.errors == [{"pointer": "/x"}]
    assert refused.value.document["extra"] == 1
    client, _, _ = scripted(lambda request: httpx2.Response(404, text="<html>no"))
    with pytest.raises(RoutesProblem, match="404"):
        client.version()


def test_parts_of_an_address_cannot_leave_it() -> None:
    """An id with slashes, dots and marks of a query stays one part of the path."""
    client, asked, _ = scripted(says(200, {}))
    client.read_educator("../mentors?x=1")
    assert asked[0].url.raw_path == b"/educators/..%2Fmentors%3Fx%3D1"


def test_lists_of_a_query_and_truth_are_written_as_the_contract_reads_them() -> None:
    """Several values of one name, ``true`` in small letters, nothing for what is left out."""
    client, asked, _ = scripted(says(200, {}), says(200, {}))
    client.read_indicators("spb", by=["district", "young"], from_="2026-01-01")
    assert asked[0].url.query == b"from=2026-01-01&by=district&by=young"
    client.import_mentors({"items": []}, dry_run=True)
    assert asked[1].url.query == b"dry_run=true"


def test_events_are_read_as_they_are_written() -> None:
    """Names, ids and data of several lines; a comment is none."""
    text = ': hello\n\nevent: gap\nid: 7\ndata: {"a":\ndata: 1}\n\ndata: 2\n\n'
    client, _, _ = scripted(lambda request: httpx2.Response(200, text=text))
    events = [(e.name, e.id, e.data) for e in client.follow_route("r")]
    assert events == [("gap", "7", {"a": 1}), ("message", None, 2)]


# --------------------------------------------------------------------------- a day


def test_a_day_with_the_service(client: RoutesClient) -> None:
    """List, build in the background, agree, enrol, export, and a stale tag is refused."""
    ids = [item["record"]["id"] for item in client.every(client.list_educators, limit=3)]
    assert len(ids) == len(set(ids)) > 3
    looked: list[Any] = []
    ordered = client.build_route({"educator": {"id": "E02"}, "options": QUICK}, prefer=ASYNC)
    built = client.wait(ordered, told=looked.append)
    assert looked
    assert built.data["route"] is not None
    route, tag = built.data["id"], built.etag
    assert tag is not None
    agreed = client.decide(route, {"decision": "agree"}, if_match=tag)
    assert agreed.data["lifecycle"]["state"] == "agreed"
    with pytest.raises(RoutesProblem) as stale:
        client.decide(route, {"decision": "agree"}, if_match=tag)
    assert stale.value.status == 412
    assert client.read_calendar(route).data.startswith(b"BEGIN:VCALENDAR")
    assert client.read_indicators("primorye").data["indicators"]


def test_batches_go_line_by_line(client: RoutesClient) -> None:
    """One answer for each line, a refusal of one is a line too."""
    items = ({"educator": {"id": id}, "options": QUICK} for id in ("E02", "nobody"))
    answers = list(client.build_routes(items))
    assert [(a["index"], a["status"]) for a in answers] == [(0, 201), (1, 422)]
    assert answers[1]["problem"]["errors"][0]["code"] == "unknown_educator"
