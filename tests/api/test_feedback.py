"""Feedback: own rows and xAPI statements."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.storage import Store
from tests.api.conftest import places, refused

ROW = {
    "id": "r-1",
    "at": "2026-09-01T10:00:00+03:00",
    "educator_id": "e-1",
    "activity_id": "a",
    "state": "completed",
    "outcome": 0.75,
}


def statement(**changes: Any) -> dict[str, Any]:
    """A statement as learning systems send them, with what is not read."""
    return {
        "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee",
        "actor": {
            "objectType": "Agent",
            "name": "Мария Тестова",
            "account": {"homePage": "https://lms.example", "name": "e-2"},
        },
        "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"ru": "сдал"}},
        "object": {"id": "https://lms.example/courses/a", "objectType": "Activity"},
        "result": {"score": {"scaled": 0.5}, "success": True},
        "timestamp": "2026-09-02T10:00:00.123Z",
        "version": "1.0.3",
        **changes,
    }


def test_rows_and_statements_become_interactions(client: TestClient, store: Store) -> None:
    """Both are kept, once each however often they come; nobody's name is kept."""
    given = {"items": [ROW, statement()]}
    assert client.post("/feedback", json=given).json() == {"received": 2, "added": 2}
    assert client.post("/feedback", json=given).json() == {"received": 2, "added": 0}
    items = client.get("/feedback").json()["items"]
    told = [(i["educator_id"], i["activity_id"], i["state"], i["outcome"]) for i in items]
    assert told == [("e-1", "a", "completed", 0.75), ("e-2", "a", "completed", 0.5)]
    with store.reading("default") as kept:
        rows = kept.feedback.page().items
    assert "Тестова" not in str(rows)
    assert rows[1].ended_at == rows[1].at


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"actor": {"mbox": "mailto:x@example.org"}}, "actor.account.name"),
        ({"verb": {"id": "http://example.org/danced"}}, "verb.id"),
        ({"object": {"objectType": "Activity"}}, "object.id"),
    ],
)
def test_a_statement_that_says_too_little_is_named(
    client: TestClient, changes: dict[str, Any], what: str
) -> None:
    """422 with its place and what is missing; the good row beside it is not kept either."""
    answer = client.post("/feedback", json={"items": [ROW, statement(**changes)]})
    document = refused(answer, 422, "invalid_input")
    assert places(document) == [("/items/1", "statement_unfit")]
    assert document["errors"][0]["parameters"] == {"what": what}
    assert client.get("/feedback").json()["items"] == []


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ({"score": {"scaled": -0.5}}, 0.0),
        ({"success": False}, 0.0),
        ({"success": True}, 1.0),
        ({"score": {"scaled": 7}}, None),
        ({"completion": True}, None),
    ],
)
def test_outcomes_are_read_as_xapi_means_them(
    client: TestClient, result: dict[str, Any], outcome: float | None
) -> None:
    """A scaled score below zero is no success, one out of range says nothing."""
    client.post("/feedback", json={"items": [statement(result=result)]})
    assert client.get("/feedback").json()["items"][0]["outcome"] == outcome


def test_without_a_registry_no_model_can_be_promoted(client: TestClient) -> None:
    """The list is empty and says what serves; promotion and rollback are refused."""
    assert client.get("/models").json() == {"in_service": None, "items": []}
    refused(client.post("/models/m-1/promotion", json={}), 409, "registry_absent")
    refused(client.post("/models/rollback"), 409, "registry_absent")
