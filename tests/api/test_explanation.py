"""Questions about a kept route: answered from the request that is kept with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.service import Service, build_service
from engine.cli.app import run
from engine.recommender import OutdatedRoute, request_from_json
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store, open_store
from tests.api.conftest import refused, running, whole
from tests.api.fakes import FakeEngine


def test_the_question_is_asked_with_what_the_route_was_asked_with(
    client: TestClient, engine: FakeEngine
) -> None:
    """Request, solution and digest come from the store; the answer is the engine's, as JSON."""
    route = client.post("/routes", json={"educator": {"id": "e-1"}}).json()
    answer = client.get(f"/routes/{route['id']}/why-not/b?change=more_tempo&change=more_weeks")
    assert answer.status_code == 200
    built, asked = engine.asked
    assert asked == built
    ((activity, known, digest, only),) = engine.questions
    assert activity == "b"
    assert known is not None
    assert known.status.value == route["status"]
    assert digest == "d" * 64
    assert only == ("more_tempo", "more_weeks")
    body = answer.json()
    assert body["verdict"] == "admitted_by"
    assert body["changes"][1] == {
        "code": "more_weeks",
        "parameters": {"weeks": 26, "until": "2027-09-01"},
        "outcome": "not_verified",
    }


def test_the_explanation_has_reasons_and_prices(client: TestClient) -> None:
    """Reasons of the steps and intervals of the prices; what was not verified is null."""
    route = client.post("/routes", json=whole()).json()
    body = client.get(f"/routes/{route['id']}/explanation").json()
    assert body["steps"][0]["reasons"][0]["code"] == "practice_for"
    assert [p["gain"] for p in body["prices"]] == [
        {"low": 10.0, "high": 12.5, "below_precision": False},
        None,
    ]
    assert body["not_chosen"] == {"no_gain": 3}


def test_nobodys_name_is_in_the_kept_request(client: TestClient, store: Store) -> None:
    """A display name goes into the table of names alone."""
    educator = {"id": "n-1", "position": "teacher", "display_name": "Анна Петровна"}
    route = client.post("/routes", json=whole(educator=educator)).json()
    with store.reading(DEFAULT_TENANT) as kept:
        row = kept.routes.get(route["id"])
    assert row is not None
    assert row.request is not None
    assert "Анна" not in row.request
    assert request_from_json(row.request).educator.id == "n-1"


def test_changed_data_are_a_conflict(client: TestClient, engine: FakeEngine) -> None:
    """Where the request gives another problem now, both questions are answered with 409."""
    route = client.post("/routes", json=whole()).json()
    engine.error = OutdatedRoute("d" * 64)
    for path in ("why-not/b", "explanation"):
        refused(client.get(f"/routes/{route['id']}/{path}"), 409, "route_outdated")


def test_a_route_of_before_requests_were_kept(client: TestClient, store: Store) -> None:
    """Without the request nothing can be done again, and the answer says what to do."""
    route = client.post("/routes", json=whole()).json()
    with store.reading(DEFAULT_TENANT) as kept:
        row = kept.routes.get(route["id"])
    assert row is not None
    with store.writing(DEFAULT_TENANT) as kept:
        kept.routes.add(replace(row, id="old", request=None, solution=None))
    for path in ("why-not/b", "explanation"):
        refused(client.get(f"/routes/old/{path}"), 409, "route_not_repeatable")


def test_unknown_things_are_not_found(client: TestClient) -> None:
    """A route, an activity and a kind of change that do not exist are told apart."""
    route = client.post("/routes", json=whole()).json()
    refused(client.get("/routes/none/explanation"), 404, "route_not_found")
    refused(client.get(f"/routes/{route['id']}/why-not/none"), 404, "activity_not_found")
    answer = client.get(f"/routes/{route['id']}/why-not/b?change=magic")
    refused(answer, 422, "invalid_input")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("real")
    built = build_service(Settings(database_url=f"sqlite:///{folder / 'routes.db'}"))
    yield built
    built.store.close()


@pytest.fixture(scope="module")
def real(service: Service) -> Iterator[TestClient]:
    store, package = service.store, service.package
    with running(service.settings, service.engine, store=store, package=package) as caller:
        yield caller


def test_a_route_of_the_command_is_answered_about(service: Service, tmp_path: Path) -> None:
    """``routes demo`` keeps request and solution: a service over its store knows why and why not.

    The request is the command's own, so the problem is the same and its digest too.
    """
    assert run(["demo", "--educator", "E03", "--out", str(tmp_path), "--json"]) == 0
    written = json.loads((tmp_path / "route.json").read_text("utf-8"))
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'routes.db'}")
    store = open_store(settings.database_url)
    activity = next(iter(written["not_chosen"]))
    with running(settings, service.engine, store=store, package=service.package) as caller:
        answer = caller.get(f"/routes/{written['id']}/why-not/{activity}?change=more_tempo")
    store.close()
    assert answer.status_code == 200, answer.text
    assert answer.json()["reason"]["code"] == written["not_chosen"][activity]["code"]
    assert answer.json()["problem_digest"] == written["provenance"]["problem_digest"]


def test_the_demo_answers_from_the_store(real: TestClient) -> None:
    """Over the real engine the kept request gives the same problem, for any unchosen activity."""
    bodies = [item["body"] for item in real.get("/demo-data").json()["items"]]
    body: dict[str, Any] = next(b for b in bodies if b["diagnostics"])
    made = real.post("/routes", json=body | {"options": {"gap_rel": 0.2, "deadline_ms": 20_000}})
    route = made.json()
    by_code: dict[str, str] = {}
    for activity, reason in route["not_chosen"].items():
        by_code.setdefault(reason["code"], activity)
    for code, activity in sorted(by_code.items())[:4]:
        answer = real.get(f"/routes/{route['id']}/why-not/{activity}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["reason"]["code"] == code
        assert answer.json()["problem_digest"] == route["provenance"]["problem_digest"]
    explained = real.get(f"/routes/{route['id']}/explanation").json()
    assert [s["activity"] for s in explained["steps"]] == [
        s["activity"] for s in route["route"]["steps"]
    ]
    assert explained["prices"]
    assert sum(explained["not_chosen"].values()) == len(route["not_chosen"])


def test_a_changed_catalogue_is_noticed(real: TestClient, tmp_path: Path) -> None:
    """The same store under a service with another catalogue answers 409."""
    bodies = [item["body"] for item in real.get("/demo-data").json()["items"]]
    body: dict[str, Any] = next(b for b in bodies if b["diagnostics"])
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'routes.db'}")
    service = build_service(settings)
    with running(settings, service.engine, store=service.store, package=service.package) as caller:
        route = caller.post("/routes", json=body | {"options": {"gap_rel": 0.2}}).json()
    chosen = route["route"]["steps"][0]["activity"]
    fewer = tuple(a for a in service.package.activities if a.id != chosen)
    offerings = tuple(o for o in service.package.offerings if o.activity_id != chosen)
    changed = replace(service.package, activities=fewer, offerings=offerings)
    later = build_service(settings, package=changed)
    with running(settings, later.engine, store=later.store, package=changed) as caller:
        answer = caller.get(f"/routes/{route['id']}/explanation")
        refused(answer, 409, "route_outdated")
        assert json.loads(answer.text)["detail"].count(route["id"]) == 1
    later.store.close()
