"""Variants, comparison and check over HTTP, on the real engine and the small catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from engine.interchange import DataPackage
from engine.settings import Settings
from tests.api.conftest import places, refused, running
from tests.engine.recommender import mini

BODY: dict[str, Any] = {
    "as_of": "2026-08-31T09:00:00+03:00",
    "educator": {
        "id": "E1",
        "position": "teacher",
        "subjects": ["математика"],
        "stages": ["basic"],
        "born_on": "1985-05-01",
        "pedagogical_start": "2008-09-01",
        "post_start": "2012-09-01",
        "tempo_min_per_week": 400,
    },
    "diagnostics": [
        {"procedure_id": "entry", "date": "2026-05-12", "method": "test", "node": node,
         "score": score, "max_score": 6, "n_tasks": 6}
        for node, score in (("MET.ASM", 2), ("PSY", 3), ("COM", 5))
    ],
    "options": {"deadline_ms": 20_000},
}  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("side")
    settings = Settings(database_url=f"sqlite:///{folder / 'routes.db'}")
    package = DataPackage(as_of=mini.AS_OF, time_zone="Europe/Moscow")
    with running(settings, mini.recommender(), package=package) as caller:
        yield caller


@pytest.fixture(scope="module")
def contract(real: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = real.get("/openapi.json").json()
    return found


def fits(contract: dict[str, Any], name: str, value: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": contract["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def build(real: TestClient, **changes: Any) -> dict[str, Any]:
    made = real.post("/routes", json=BODY | changes)
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


def with_variants() -> dict[str, Any]:
    return {"options": BODY["options"] | {"variants": True}}


@pytest.mark.slow
def test_variants_come_when_asked(real: TestClient, contract: dict[str, Any]) -> None:
    """Three entries that fit the contract and are stored with the answer; none unasked."""
    assert build(real)["variants"] == []
    answer = build(real, **with_variants())
    fits(contract, "RecommendationAnswer", answer)
    assert [v["name"] for v in answer["variants"]] == ["thorough", "fast", "light"]
    assert answer["variants"][0]["route"] == answer["route"]
    light = answer["variants"][2]
    assert light["status"] == "OPTIMAL"
    assert light["peak_min"] == light["peak_bound_min"] < answer["variants"][0]["peak_min"]
    for variant in answer["variants"]:
        assert (variant["route"] is None) == (variant["reason"] is not None)
    assert real.get(f"/routes/{answer['id']}").json() == answer
    page = real.get(f"/routes/{answer['id']}/page").text
    assert "Варианты маршрута" in page


def test_kept_routes_compare(real: TestClient, contract: dict[str, Any]) -> None:
    """Two of one educator, and the variants of one; the answer is about what was stored."""
    first = build(real, **with_variants())
    second = build(real, constraints={"excluded": ["pk-assess"]})
    answer = real.post("/routes/compare", json={"routes": [first["id"], second["id"]]})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    fits(contract, "ComparisonAnswer", body)
    assert [r["id"] for r in body["routes"]] == [first["id"], second["id"]]
    assert [r["value"] for r in body["routes"]] == [
        r["certificate"]["value"] for r in (first, second)
    ]
    gone = next(s for s in body["steps"] if s["activity"] == "pk-assess")
    assert gone["code"] == "not_in_all"
    assert gone["runs"][1] is None
    own = real.post("/routes/compare", json={"routes": [first["id"]]}).json()
    found = [v["name"] for v in first["variants"] if v["route"] is not None]
    assert [r["id"] for r in own["routes"]] == found
    assert {"thorough", "light"} <= set(found)


def test_what_cannot_be_compared_is_refused_with_its_place(real: TestClient) -> None:
    """Unknown ids, other people, one route without variants, wrong numbers of routes."""
    mine = build(real)["id"]
    other = build(real, educator=BODY["educator"] | {"id": "E2"})["id"]

    def places_of(routes: list[Any]) -> list[tuple[str, str]]:
        answer = real.post("/routes/compare", json={"routes": routes})
        return places(refused(answer, 422, "invalid_input"))

    assert places_of([mine, "nobody", "none"]) == [
        ("/routes/1", "unknown_route"),
        ("/routes/2", "unknown_route"),
    ]
    assert places_of([mine, other]) == [("/routes/1", "different_educators")]
    assert places_of([mine, mine]) == [("/routes/1", "same_route_twice")]
    assert places_of([mine]) == [("/routes/0", "no_variants")]
    assert places_of([]) == [("/routes", "list_too_short")]
    assert places_of([mine] * 4) == [("/routes", "list_too_long")]
    english = real.post(
        "/routes/compare", json={"routes": ["x", "y"]}, headers={"Accept-Language": "en"}
    )
    assert "there is no kept route" in refused(english, 422, "invalid_input")["errors"][0]["detail"]


def test_a_hand_made_route_is_checked(real: TestClient, contract: dict[str, Any]) -> None:
    """Violations with sizes, a reason for what cannot stand, and a repair; nothing is stored."""
    steps = [
        {"offering": "pk-assess-1"},
        {"offering": "pk-paid-1"},
        {"activity": "check"},
    ]
    body = BODY | {"steps": steps, "educator": BODY["educator"] | {"tempo_min_per_week": 180}}
    answer = real.post("/routes/check", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    fits(contract, "RouteCheckAnswer", found)
    assert found["holds"] is False
    assert found["steps"][2]["reason"]["code"] == "no_information"
    assert found["violations"][0]["rule"] == "tempo"
    assert found["violations"][0]["excess"] > 0
    repair = found["repair"]
    assert repair["edits_proof"] == "proved"
    assert repair["edits"] == repair["edits_bound"] == len(repair["changes"])
    # The repaired route, sent back, needs no repair.
    again = [
        {"activity": s["activity"], "offering": s["offering"], "start": s["start"]}
        for s in repair["route"]["steps"]
    ]
    mended = real.post("/routes/check", json=body | {"steps": again}).json()
    assert mended["holds"] is True
    assert mended["repair"]["edits"] == 0
    assert mended["loss"][0] >= 0


def test_faults_of_a_check_point_into_the_body(real: TestClient) -> None:
    """Of shape and of meaning, all of one kind at once."""
    wrong = BODY | {
        "steps": [{}, {"offering": "nowhere"}, {"activity": "self-psy"}],
    }
    assert places(refused(real.post("/routes/check", json=wrong), 422, "invalid_input")) == [
        ("/steps/0", "step_empty"),
        ("/steps/1/offering", "unknown_offering"),
        ("/steps/2/start", "start_needed"),
    ]
    shape = BODY | {"steps": [{"offering": "a", "start": "soon", "more": 1}]}
    assert places(refused(real.post("/routes/check", json=shape), 422, "invalid_input")) == [
        ("/steps/0/start", "date_expected"),
        ("/steps/0/more", "unknown_field"),
    ]
    lacking = refused(real.post("/routes/check", json=BODY), 422, "invalid_input")
    assert places(lacking) == [("/steps", "field_missing")]
    mentor = BODY | {"steps": [], "mentor": "M9"}
    assert places(refused(real.post("/routes/check", json=mentor), 422, "invalid_input")) == [
        ("/mentor", "mentor_not_an_option")
    ]


def test_the_deadline_of_a_check_is_kept(real: TestClient) -> None:
    """A check with a short deadline still answers, and says what is not proved."""
    body = BODY | {"steps": [{"offering": "pk-assess-1"}], "options": {"deadline_ms": 100}}
    found = real.post("/routes/check", json=body)
    assert found.status_code == 200
    assert json.loads(found.text)["repair"]["edits_proof"] in ("proved", "not_proved")
