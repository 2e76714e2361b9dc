"""The committed contract is the application's, complete, and true of what is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.errors import _KINDS
from api.messages import BY_STATUS, FAULTS, PROBLEMS
from api.openapi import OPENAPI_FILE, text_of
from api.register_names import SINGULAR
from api.schemas.answers import RouteAnswer, model_of
from api.schemas.descriptions import DESCRIPTIONS, RECORDS
from engine import domain, dynamics, explanation, recommendation
from engine.recommendation import Recommendation
from tests.api.conftest import whole
from tests.api.fakes import FakeEngine


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def validate(document: dict[str, Any], name: str, value: Any) -> None:
    """Check a value against a schema of the contract."""
    schema = {
        "$ref": f"#/components/schemas/{name}",
        "components": document["components"],
    }
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(value)


def test_the_committed_contract_is_the_applications(document: dict[str, Any]) -> None:
    """After a change: python -m api.openapi."""
    assert OPENAPI_FILE.read_text(encoding="utf-8") == text_of(document)


def test_every_field_has_a_description(document: dict[str, Any]) -> None:
    """No field of a body or an answer goes unexplained."""
    schemas = document["components"]["schemas"]

    def words(about: dict[str, Any]) -> str:
        # Where a field's words are those of its type, they stand there only.
        target = schemas[about["$ref"].rsplit("/", 1)[1]] if "$ref" in about else {}
        return str(about.get("description") or target.get("description") or "")

    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, about in schema.get("properties", {}).items()
        if not words(about)
    ]
    assert silent == []


def test_what_may_be_null_says_what_null_means(document: dict[str, Any]) -> None:
    """Each nullable field words its null."""
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, about in schema.get("properties", {}).items()
        if {"type": "null"} in about.get("anyOf", ())
        and "null" not in about["description"]
        and "поля нет" not in about["description"]
    ]
    assert silent == []


def test_bodies_refuse_unknown_fields_and_are_bounded(document: dict[str, Any]) -> None:
    """Every object of a body is closed; every string, list and number in it has bounds."""
    schemas = document["components"]["schemas"]
    bodies = {n: s for n, s in schemas.items() if n.endswith(("Body", "Ref"))}
    assert len(bodies) >= 12
    loose = [n for n, s in bodies.items() if s.get("additionalProperties") is not False]
    loose += [where for n, s in bodies.items() for where in unbounded(s["properties"], n)]
    assert loose == []


def unbounded(schema: Any, where: str) -> Iterator[str]:
    """Places of a schema that would take a value of any size."""
    if isinstance(schema, list):
        for inner in schema:
            yield from unbounded(inner, where)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    closed = {"maxLength", "format", "enum", "const"} & set(schema)
    if kind == "string" and not closed:
        yield f"{where}: string"
    if kind == "array" and "maxItems" not in schema:
        yield f"{where}: array"
    if kind in ("integer", "number") and not {"maximum", "enum", "const"} & set(schema):
        yield f"{where}: {kind}"
    if kind == "object" and "additionalProperties" in schema and "maxProperties" not in schema:
        names = schema.get("propertyNames", {})
        if "$ref" not in names and "enum" not in names:
            yield f"{where}: object"
    for key, inner in schema.items():
        if key not in ("default", "examples"):
            yield from unbounded(inner, f"{where}/{key}")


def test_every_call_but_the_probes_needs_the_key(document: dict[str, Any]) -> None:
    """Security stands in the contract as it is enforced."""
    assert document["security"] == [{"apiKey": []}]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            probe = path.startswith("/health/")
            assert operation.get("security") == ([] if probe else None), path


def test_every_error_of_the_contract_is_a_problem(document: dict[str, Any]) -> None:
    """No status from 400 on has another form, and all that need a key list 401."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                kinds = list(response.get("content", {}))
                assert int(status) < 400 or kinds == ["application/problem+json"], (path, status)
            assert path.startswith("/health/") or "401" in operation["responses"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_conditions_of_edits_are_told(document: dict[str, Any]) -> None:
    """An edit names its version in If-Match; one that may make the record can say it is new."""
    told = {
        operation["operationId"]: {p["name"]: p["required"] for p in parameters}
        for operations in document["paths"].values()
        for operation in operations.values()
        if (parameters := [p for p in operation.get("parameters", ()) if "atch" in p["name"]])
    }
    nouns = ("activity", "offering", "mentor", "educator", *SINGULAR.values())
    upserts = {f"put_{noun}" for noun in nouns}
    for name in upserts:
        assert told.pop(name) == {"If-Match": False, "If-None-Match": False}
    for name in ("read_route", "read_framework", "export_framework", "list_organisations"):
        assert told.pop(name) == {"If-None-Match": False}
    nouns = ("activity", "offering", "mentor", "diagnostics", *SINGULAR.values())
    removals = {f"remove_{noun}" for noun in nouns}
    assert set(told) == removals | {
        *("put_diagnostics", "put_tags", "decide", "decide_team", "report_progress", "replan")
    }
    assert all(found == {"If-Match": True} for found in told.values())


def test_bounds_of_parameters_have_their_refusal(document: dict[str, Any]) -> None:
    """Where a parameter may be too long, unknown or out of range, 422 is told."""
    bounds = {"maxLength", "minLength", "pattern", "enum", "minimum", "maximum", "format"}
    silent = [
        f"{method} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "422" not in operation["responses"]
        and any(
            bounds & set(one["schema"])
            for one in operation.get("parameters", ())
            if one["in"] in {"path", "query"}
        )
    ]
    assert silent == []


def test_no_parameter_is_null(document: dict[str, Any]) -> None:
    """A query or a header that is left out is absent; the text ``null`` is a text."""
    kinds = [
        parameter["schema"]
        for operations in document["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
    ]
    assert kinds
    assert '"null"' not in json.dumps(kinds)


def test_records_and_words_agree() -> None:
    """The words are about the fields there are: none missing, none left over."""
    for name, words in DESCRIPTIONS.items():
        homes = (recommendation, dynamics, explanation, domain)
        record = next(getattr(home, name) for home in homes if hasattr(home, name))
        assert set(words) == {f.name for f in fields(record)}, name
    assert set(DESCRIPTIONS) == set(RECORDS)
    assert model_of(Recommendation) is RouteAnswer


@pytest.mark.parametrize("status", ["OPTIMAL", "INFEASIBLE"])
def test_answers_fit_the_contract(
    client: TestClient, engine: FakeEngine, document: dict[str, Any], status: str
) -> None:
    """What is answered validates against what is promised."""
    engine.status = status
    validate(document, "RecommendationAnswer", client.post("/routes", json=whole()).json())
    validate(document, "DeficitsAnswer", client.post("/deficits", json=whole()).json())
    ranked = client.post("/recommendations", json=whole()).json()
    validate(document, "RecommendationsAnswer", ranked)
    validate(document, "VersionAnswer", client.get("/version").json())
    route = client.post("/routes", json=whole()).json()["id"]
    why = client.get(f"/routes/{route}/why-not/a").json()
    validate(document, "WhyNotAnswer", why)
    validate(document, "ExplanationAnswer", client.get(f"/routes/{route}/explanation").json())
    validate(document, "Problem", client.post("/routes", json={}).json())


def test_the_check_of_answers_can_fail(client: TestClient, document: dict[str, Any]) -> None:
    """An answer with a field less or a type changed does not validate."""
    answer = client.post("/routes", json=whole()).json()
    for change in ({"status": None}, {"route": {"steps": 1}}, {"as_of": "yesterday", "id": 1}):
        with pytest.raises(jsonschema.ValidationError):
            validate(document, "RecommendationAnswer", answer | change)


def test_every_code_has_words() -> None:
    """Codes of shape faults and of plain HTTP errors are worded in both languages."""
    assert {code for code, _ in _KINDS.values()} <= set(FAULTS)
    assert set(BY_STATUS.values()) <= set(PROBLEMS)
    for phrase in (*FAULTS.values(), *(p for k in PROBLEMS.values() for p in (k.title, k.detail))):
        assert phrase.ru
        assert phrase.en
        assert placeholders(phrase.ru) == placeholders(phrase.en), phrase


def placeholders(text: str) -> set[str]:
    return {piece.split("}")[0] for piece in text.split("{")[1:]}


def test_the_committed_contract_is_openapi_31() -> None:
    """A client generator can read it."""
    document = json.loads(OPENAPI_FILE.read_text(encoding="utf-8"))
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "Индивидуальные образовательные маршруты педагогов"
