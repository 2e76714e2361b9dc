"""The stages alone."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import places, refused, whole
from tests.api.fakes import NODES


def test_deficits_say_what_is_not_assessed(client: TestClient) -> None:
    """NaN is null and never 0; what was not measured has no level."""
    answer = client.post("/deficits", json=whole(as_of="2026-08-31T09:00:00+03:00", policy="spb"))
    assert answer.status_code == 200
    body = answer.json()
    assert body["policy"] == "spb"
    assert body["as_of"] == "2026-08-31T09:00:00+03:00"
    assert body["nodes"] == [
        {"node": NODES[0], "mean": 0.25, "sd": 0.125, "target": 0.8},
        {"node": NODES[1], "mean": None, "sd": None, "target": 0.8},
        {"node": NODES[2], "mean": 0.5, "sd": 0.25, "target": None},
    ]
    measured, asked = body["demands"]
    assert measured["official_level"] == "high"
    assert measured["level_probability"] == [0.75, 0.25, 0.0]
    assert measured["interval_90"] == [0.0625, 0.5]
    assert (asked["kind"], asked["official_level"], asked["level_probability"]) == (
        "request",
        None,
        None,
    )


def test_deficits_say_what_they_are_worked_out_of_and_what_became_of_them(
    client: TestClient,
) -> None:
    """Proficiency with its quantiles, null for a request; a change field by field."""
    body = client.post("/deficits", json=whole()).json()
    measured, asked = body["demands"]
    assert measured["proficiency"] == {
        "mean": 0.5,
        "interval_90": [0.25, 0.75],
        "quartiles": [0.375, 0.5, 0.625],
    }
    assert asked["proficiency"] is None
    (change,) = body["changes"]
    first, last = change.pop("points")
    assert first == {
        "date": "2025-09-01",
        "procedure_id": "p-0",
        "estimate": 0.375,
        "interval_90": [0.125, 0.625],
        "raw_share": 0.25,
        "n_tasks": None,
        "official_level": "high",
    }
    assert (last["date"], last["n_tasks"], last["official_level"]) == ("2026-05-20", 6, "medium")
    assert change == {
        "node": NODES[0],
        "title": "Дефицит",
        "change": 0.125,
        "interval_90": [-0.0625, 0.25],
        "probability_grown": 0.75,
        "probability_before": 0.9375,
        "probability_after": 0.5,
        "probability_removed": 0.2,
        "status": "unknown",
    }


def test_recommendations_put_the_eligible_first(client: TestClient) -> None:
    """Eligible by falling relevance, ties by id; the refused last, with reasons."""
    body = client.post("/recommendations", json=whole()).json()
    assert [i["id"] for i in body["items"]] == ["a", "c", "d", "b"]
    assert (body["total"], body["eligible"], body["model"]) == (4, 3, "m-1")
    first, *_, last = body["items"]
    assert first == {
        "id": "a",
        "title": "Семинар a",
        "relevance": 0.5,
        "contributions": {"similarity": 0.5, "level": None},
        "coverage": {NODES[0]: 0.5, "request:q-1": 0.25},
        "eligible": True,
        "reasons": [],
    }
    assert not last["eligible"]
    assert last["reasons"] == [{"code": "enrolment_closed", "parameters": {"until": "2026-08-01"}}]


@pytest.mark.parametrize(("limit", "expected"), [(1, ["a"]), (2, ["a", "c"]), (1000, list("acdb"))])
def test_the_limit_cuts_the_tail(client: TestClient, limit: int, expected: list[str]) -> None:
    """At most so many, the best ones; total counts all."""
    body = client.post("/recommendations", params={"limit": limit}, json=whole()).json()
    assert [i["id"] for i in body["items"]] == expected
    assert body["total"] == 4


@pytest.mark.parametrize("limit", ["0", "1001", "x", "1.5", ""])
def test_a_wrong_limit_is_named(client: TestClient, limit: str) -> None:
    """A parameter of the address is named as such; it has no place in the body."""
    answer = client.post("/recommendations", params={"limit": limit}, json=whole())
    document = refused(answer, 422, "invalid_input")
    assert [p for p, _ in places(document)] == [""]
    assert document["errors"][0]["parameters"]["parameter"] == "limit"
