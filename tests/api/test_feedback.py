"""Feedback: own rows and xAPI statements."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings

from engine.errors import InputError
from engine.interchange.xapi import read_statements
from engine.storage import Store
from tests.api.conftest import places, refused
from tests.engine.interchange.statements import ADL, nearly_right

VOIDED = f"{ADL}voided"

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
    ("changes", "place", "code"),
    [
        ({"actor": {"mbox": "mailto:x@example.org"}}, "/actor", "xapi_no_person"),
        ({"verb": {"id": "http://example.org/danced"}}, "/verb/id", "xapi_unknown_verb"),
        ({"object": {"objectType": "Activity"}}, "/object", "xapi_schema"),
        ({"result": {"score": {"scaled": 7}}}, "/result/score/scaled", "xapi_schema"),
        ({"result": {"score": {"raw": float("nan")}}}, "/result/score/raw", "xapi_score_range"),
        ({"timestamp": "2026-09-02T10:00:00"}, "/timestamp", "xapi_no_time"),
        ({"id": "lms-1"}, "/id", "xapi_schema"),
        ({"id": "0" * 500}, "/id", "xapi_schema"),
        ({"more": 1}, "", "xapi_schema"),
        ({"attachments": {}}, "/attachments", "xapi_schema"),
        ({"verb": {"id": VOIDED}}, "/verb/id", "xapi_voiding"),
        ({"actor": {"account": {"homePage": "https://lms.example", "name": "Тестова Мария"}}},
         "", "educator_id_is_a_name"),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_count_is_named(
    client: TestClient, changes: dict[str, Any], place: str, code: str
) -> None:
    """422 with its place and what is wrong; the good row beside it is not kept either."""
    body = json.dumps({"items": [ROW, statement(**changes)]})
    answer = client.post("/feedback", content=body, headers={"content-type": "application/json"})
    document = refused(answer, 422, "invalid_input")
    assert places(document) == [(f"/items/1{place}", code)]
    assert "Тестова" not in answer.text
    assert client.get("/feedback").json()["items"] == []


def test_faults_of_rows_and_of_statements_come_together(client: TestClient) -> None:
    """A name in a row of one's own does not hide a statement's fault."""
    items = [ROW | {"educator_id": "Тестова Мария"}, statement(id=None), statement(more=1)]
    document = refused(client.post("/feedback", json={"items": items}), 422, "invalid_input")
    assert sorted(places(document)) == [
        ("/items/0", "educator_id_is_a_name"), ("/items/1/id", "xapi_schema"),
        ("/items/2", "xapi_schema"),
    ]  # fmt: skip


def test_faults_of_statements_are_said_in_english(client: TestClient) -> None:
    """The rule that is broken stands in either wording."""
    wrong = {"items": [statement(actor={"account": {"name": "e-2"}})]}
    told = {
        language: client.post(
            "/feedback", json=wrong, headers={"accept-language": language}
        ).json()["errors"][0]["detail"]
        for language in ("ru", "en")
    }
    assert told == {
        "ru": "не так, как требует xAPI 1.0.1: required: homePage",
        "en": "not as xAPI 1.0.1 requires: required: homePage",
    }


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(one=nearly_right())
def test_what_a_file_admits_http_admits(client: TestClient, one: dict[str, Any]) -> None:
    """An odd statement is never a 500: it is kept, or refused with the faults that a file has."""
    body = json.dumps({"items": [one]}).encode()
    answer = client.post("/feedback", content=body, headers={"content-type": "application/json"})
    try:
        found = read_statements(json.dumps([one]))
    except InputError as error:
        expected = [(f"/items{fault.pointer}", fault.code) for fault in error.faults]
        if "xapi_no_activity" not in {code for _, code in expected}:  # a voiding one differs
            assert sorted(places(refused(answer, 422, "invalid_input"))) == sorted(expected)
        return
    if not found:
        assert places(refused(answer, 422, "invalid_input"))[0][1] == "xapi_voiding"
    else:
        assert answer.json()["received"] == 1


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"result": {"score": {"scaled": -0.5}}}, 0.0),
        ({"result": {"score": {"raw": 7, "min": 5, "max": 9}}}, 0.5),
        ({"result": {"success": False}}, 0.0),
        ({"result": {"success": True}}, 1.0),
        ({"result": {"completion": True}}, 1.0),  # the verb is "passed"
        ({"result": {"completion": True}, "verb": {"id": f"{ADL}completed"}}, None),
    ],
)
def test_outcomes_are_read_as_xapi_means_them(
    client: TestClient, changes: dict[str, Any], outcome: float | None
) -> None:
    """The scaled score, else the raw one in its bounds, else success, else what the verb says."""
    client.post("/feedback", json={"items": [statement(**changes)]})
    assert client.get("/feedback").json()["items"][0]["outcome"] == outcome


def test_a_result_of_null_is_one_that_is_not_stated(client: TestClient) -> None:
    """The contract admits null where xAPI leaves the result out: the verb tells the outcome."""
    assert client.post("/feedback", json={"items": [statement(result=None)]}).status_code == 200
    assert client.get("/feedback").json()["items"][0]["outcome"] == 1.0


def test_a_statement_that_comes_twice_in_one_list_counts_once(client: TestClient) -> None:
    """Both were received, one is new; another under the same id is refused."""
    given_twice = {"items": [statement(), statement(stored="2026-09-03T10:00:00Z")]}
    assert client.post("/feedback", json=given_twice).json() == {"received": 2, "added": 1}
    other = {"items": [statement(), statement(result={"success": False})]}
    document = refused(client.post("/feedback", json=other), 422, "invalid_input")
    assert places(document) == [("/items/1/id", "xapi_id_twice")]


def test_without_a_registry_no_model_can_be_promoted(client: TestClient) -> None:
    """The list is empty and says what serves; promotion and rollback are refused."""
    assert client.get("/models").json() == {"in_service": None, "items": []}
    refused(client.post("/models/m-1/promotion", json={}), 409, "registry_absent")
    refused(client.post("/models/rollback"), 409, "registry_absent")
