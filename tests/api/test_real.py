"""The edge over the real engine and the bundled demo."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.service import build_service
from engine.planning.problem_json import read_problem_file
from engine.planning.solver import solve
from engine.settings import Settings
from tests.api.conftest import places, refused, running

STATUSES = {"OPTIMAL", "WITHIN_GAP", "FEASIBLE", "INFEASIBLE", "UNKNOWN"}
SOLVED = STATUSES - {"INFEASIBLE", "UNKNOWN"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service as it starts, but for clock and key."""
    folder: Path = tmp_path_factory.mktemp("real")
    settings = Settings(database_url=f"sqlite:///{folder / 'routes.db'}")
    service = build_service(settings)
    with running(settings, service.engine, store=service.store, package=service.package) as caller:
        yield caller
    service.store.close()


@pytest.fixture(scope="module")
def bodies(real: TestClient) -> list[dict[str, Any]]:
    return [item["body"] for item in real.get("/demo-data").json()["items"]]


@pytest.fixture
def body(bodies: list[dict[str, Any]]) -> dict[str, Any]:
    """The first ready body with diagnostics, free to be changed.

    A wide gap ends the solve long before a far deadline could cut it, so answers repeat on a
    busy machine as well.
    """
    first = next(b for b in bodies if b["diagnostics"])
    return deepcopy(first) | {"options": {"gap_rel": 0.2, "deadline_ms": 20_000}}


@pytest.mark.slow
def test_every_ready_body_gives_a_route_that_fits_the_contract(
    real: TestClient, bodies: list[dict[str, Any]]
) -> None:
    """Each ready body as it is: 201 with a solved route, and page, calendar and problem of it."""
    document = real.get("/openapi.json").json()
    schema = {
        "$ref": "#/components/schemas/RecommendationAnswer",
        "components": document["components"],
    }
    contract = jsonschema.Draft202012Validator(schema)
    assert len(bodies) >= 12
    for body in bodies:
        made = real.post("/routes", json=body)
        assert made.status_code == 201, made.text
        answer = made.json()
        contract.validate(answer)
        assert answer["status"] in SOLVED
        assert answer["as_of"] == body["as_of"]
        assert answer["route"]["steps"]
        location = made.headers["location"]
        assert real.get(location).content == made.content
        assert "<html" in real.get(f"{location}/page").text
        icalendar.Calendar.from_ical(real.get(f"{location}/calendar.ics").text)


def test_the_kept_problem_replays_the_route(real: TestClient, body: dict[str, Any]) -> None:
    """Solving the problem file again gives the served value."""
    made = real.post("/routes", json=body)
    problem, options = read_problem_file(real.get(f"{made.headers['location']}/problem").content)
    solution = solve(problem, options)
    assert solution.value_mpt is not None
    assert solution.value_mpt / 1000 == made.json()["certificate"]["value"]


def test_the_same_body_gives_the_same_bytes(real: TestClient, body: dict[str, Any]) -> None:
    """Two answers differ in their ids only, also when they are made at the same time."""
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: real.post("/routes", json=body), range(2)))
    first, second = (m.text.replace(m.json()["id"], "#", 1) for m in made)
    assert made[0].json()["id"] != made[1].json()["id"]
    assert first == second


def test_an_id_stands_for_the_whole_educator(real: TestClient, body: dict[str, Any]) -> None:
    """A known id gives the same route as the educator and his evidence in full."""
    short = {k: body[k] for k in ("as_of", "policy", "options") if k in body}
    short["educator"] = {"id": body["educator"]["id"]}
    whole, brief = (real.post("/routes", json=b).json() for b in (body, short))
    whole["id"] = brief["id"] = ""
    assert json.dumps(whole) == json.dumps(brief)


def test_stages_answer_alone(real: TestClient, body: dict[str, Any]) -> None:
    """Deficits and ranking come without solving; the ranking is of the whole catalogue."""
    deficits = real.post("/deficits", json=body).json()
    assert deficits["demands"]
    assert any(n["mean"] is None for n in deficits["nodes"])
    ranked = real.post("/recommendations", params={"limit": 5}, json=body).json()
    assert ranked["total"] == real.get("/version").json()["catalogue"]["activities"]
    scores = [i["relevance"] for i in ranked["items"]]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert all(i["eligible"] and i["title"] for i in ranked["items"])


def test_evidence_names_its_observer_and_criterion(real: TestClient, body: dict[str, Any]) -> None:
    """Both answers carry them as they were given; null where nothing was stated."""
    result: dict[str, Any] = {
        "procedure_id": "урок",
        "date": "2026-05-20",
        "method": "observation",
        "node": "MET.ASM",
        "score": 1,
        "max_score": 2,
    }
    marked = {**result, "procedure_id": "урок-2", "observer": "outer", "criterion": "К1"}
    given = [result, marked]
    asked: dict[str, Any] = {"educator": {"position": "teacher"}, "diagnostics": given}
    asked |= {"as_of": body["as_of"], "options": body.get("options", {})}
    for demands in (
        real.post("/deficits", json=asked).json()["demands"],
        real.post("/routes", json=asked).json()["deficits"],
    ):
        (measured,) = [d for d in demands if d["node"] == "MET.ASM"]
        told = {(e["observer"], e["criterion"]) for e in measured["evidence"]}
        assert told == {(None, None), ("outer", "К1")}


def test_neither_diagnostics_nor_request_is_nothing_to_plan(real: TestClient) -> None:
    """422 with next actions for somebody of whom nothing is known."""
    body = {"educator": {"position": "teacher"}}
    document = refused(real.post("/routes", json=body), 422, "nothing_to_plan")
    assert document["next_actions"]


def test_a_request_alone_gives_a_route(real: TestClient, body: dict[str, Any]) -> None:
    """Without diagnostics a route by request: no measured level, and steps."""
    asked = {
        "as_of": body["as_of"],
        "educator": {"position": "teacher", "subjects": ["математика"]},
        "requests": [{"text": "Как вести проектную деятельность с учениками"}],
    }
    answer = real.post("/routes", json=asked).json()
    assert answer["status"] in SOLVED
    assert answer["group"] is None
    assert [d["official_level"] for d in answer["deficits"]] == [None]
    assert answer["route"]["steps"]


def test_a_score_above_its_maximum_is_named_in_the_body(
    real: TestClient, body: dict[str, Any]
) -> None:
    """The engine's check arrives with the body's pointer."""
    place = [i for i, d in enumerate(body["diagnostics"]) if "score" in d][-1]
    body["diagnostics"][place]["score"] = body["diagnostics"][place]["max_score"] + 1
    document = refused(real.post("/routes", json=body), 422, "invalid_input")
    assert places(document) == [(f"/diagnostics/{place}/score", "score_above_maximum")]


def test_an_unknown_competency_is_named_in_the_body(real: TestClient, body: dict[str, Any]) -> None:
    """A node that the framework lacks is refused by its place, in diagnostics and in requests."""
    body["diagnostics"][0]["node"] = "no.such.node"
    body["requests"] = [{"node": "no.such.node"}]
    document = refused(real.post("/routes", json=body), 422, "invalid_input")
    assert "/diagnostics/0/node" in [p for p, _ in places(document)]
    body["diagnostics"] = []
    document = refused(real.post("/routes", json=body), 422, "invalid_input")
    assert [p for p, _ in places(document)] == ["/requests/0/node"]


def test_an_unknown_pin_is_named_or_proved_impossible(
    real: TestClient, body: dict[str, Any]
) -> None:
    """A pin that the catalogue lacks is never passed over in silence."""
    body["constraints"]["pinned"] = ["no-such-activity"]
    answer = real.post("/routes", json=body)
    if answer.status_code == 201:
        assert answer.json()["status"] == "INFEASIBLE"
        assert answer.json()["conflict"]
    else:
        document = refused(answer, 422, "invalid_input")
        assert places(document)[0][0].startswith("/constraints/pinned")


def test_no_tempo_in_any_week_is_an_answer(real: TestClient, body: dict[str, Any]) -> None:
    """Tempo 0 everywhere leaves no room for a step, and the answer says so."""
    body["educator"]["tempo_min_per_week"] = 0
    made = real.post("/routes", json=body)
    if made.status_code == 201:
        answer = made.json()
        steps = answer["route"]["steps"] if answer["route"] else []
        assert steps == []
        assert answer["unmet"] or answer["conflict"]
    else:
        assert "tempo" in json.dumps(refused(made, 422, "invalid_input"))


def test_pins_that_overlap_are_proved_infeasible(real: TestClient, body: dict[str, Any]) -> None:
    """Two pinned runs with meetings at the same time: INFEASIBLE with both in the conflict."""
    package = real.app.state.loading.service.package  # type: ignore[attr-defined]
    pair = overlapping(package.offerings, dt.datetime.fromisoformat(body["as_of"]))
    body["constraints"]["pinned"] = list(pair)
    body["options"] = {"deadline_ms": 20_000}
    answer = real.post("/routes", json=body).json()
    assert answer["status"] == "INFEASIBLE"
    assert answer["route"] is None
    assert answer["conflict"]


def overlapping(offerings: Any, as_of: dt.datetime) -> tuple[str, str]:
    """Two offerings of different activities that meet at the same time, later than a month on."""
    late = [
        (m.start, m.end, o)
        for o in offerings
        for m in o.meetings
        if m.start > as_of + dt.timedelta(days=30)
    ]
    late.sort(key=lambda entry: (entry[0], entry[2].id))
    for (_, end, one), (start, _, other) in pairwise(late):
        if start < end and one.activity_id != other.activity_id:
            return one.id, other.id
    raise AssertionError("the demo has no overlapping meetings")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"horizon": {"start": "2027-01-11", "end": "2027-01-10"}}, "/constraints/horizon"),
        ({"horizon": {"end": "2199-12-31"}}, "/constraints/horizon"),
        ({"horizon": {"end": "1900-01-01"}}, "/constraints/horizon"),
    ],
)
def test_an_impossible_horizon_is_named(
    real: TestClient, body: dict[str, Any], change: dict[str, Any], pointer: str
) -> None:
    """Reversed or endless horizons are refused."""
    body["constraints"] |= change
    document = refused(real.post("/routes", json=body), 422, "invalid_input")
    assert places(document)[0][0].startswith(pointer)


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": "2000-01-01T00:00:00Z"},
        {"as_of": "2099-12-31T23:59:59-23:59"},
        {"as_of": "2026-08-31T09:00:00+14:00"},
        {"options": {"deadline_ms": 1}},
        {"options": {"gap_rel": 0, "deadline_ms": 300}},
        {"options": {"gap_rel": 1, "seed": 2**31 - 1}},
        {"constraints": {"horizon": {"start": "2190-01-01"}}},
        {"constraints": {"horizon": {"start": "2199-12-31", "end": "2199-12-31"}}},
        {"constraints": {"tempo_by_week": {"1900-01-01": 5}, "max_steps": 1}},
        {"constraints": {"forms": ["formal"], "budget_by_source": {}}},
        {"constraints": {"forms": ["formal", "formal"], "excluded": ["nothing"]}},
        {"requests": [{"career_position": "head"}]},
        {"requests": [{"text": "?!"}]},
        {"history": [{"title": "нет такого", "completed_on": "2199-01-01"}]},
        {"history": [{"activity_id": "нет", "completed_on": "1900-01-01"}]},
    ],
)
def test_extremes_are_answered_not_crashed(
    real: TestClient, body: dict[str, Any], change: dict[str, Any]
) -> None:
    """The far ends of every bound are a route, a proof, or a fault: never a server error."""
    answer = real.post("/routes", json=body | change)
    assert answer.status_code in (201, 422), answer.text
    if answer.status_code == 201:
        assert answer.json()["status"] in STATUSES
    else:
        assert answer.json()["errors"]


@pytest.mark.parametrize(
    "change",
    [
        {"born_on": "1900-01-01"},
        {"born_on": "2026-08-31", "turns_35_on": "1900-01-01"},
        {"pedagogical_start": "2199-01-01", "post_start": "2199-01-01"},
        {"total_min": 0},
        {"tempo_min_per_week": 7 * 24 * 60},
        {"time_zone": "Pacific/Kiritimati"},
        {"time_zone": "Etc/GMT+12"},
        {"languages": ["en"]},
        {"strengths": ["no.such.node"]},
        {"conditions": {"internet": False, "forbidden_weekdays": [1, 2, 3, 4, 5, 6, 7]}},
        {"position": "unit_head", "stages": ["vocational"]},
    ],
)
def test_unusual_educators_are_answered(
    real: TestClient, body: dict[str, Any], change: dict[str, Any]
) -> None:
    """Whoever the educator is, the answer is a route, a proof, or a fault."""
    body["educator"] |= change
    answer = real.post("/routes", json=body)
    assert answer.status_code in (201, 422), answer.text
