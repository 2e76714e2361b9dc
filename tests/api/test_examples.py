"""The examples of the contract are sent as they stand, and answered as it says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from api.auth import KeyRing
from api.examples import EXAMPLES, OTHER_ROUTE, ROUTE, TEAM_BUILD, ndjson_of
from api.main import create_app
from engine.settings import Settings
from tests.api.conftest import KEY, KEYS, running
from tests.api.kept_service import _demo
from tests.api.test_models import PACKAGE
from tests.engine.model_registry.registered import registered

BINARY = {"import_workbook"}
"""Its body is a workbook: the blank forms, which it takes, are its examples."""

MODELS = {"promote_model"}
"""Needs a registry, so it has a test of its own."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = create_app(Settings(), keys=KeyRing([])).openapi()
    return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over the demo; its routes have the ids of the examples."""
    path = tmp_path_factory.mktemp("examples") / "routes.db"
    package, engine = _demo()
    ids = iter([ROUTE, OTHER_ROUTE, "third-route", TEAM_BUILD, *(f"route-{n}" for n in range(100))])
    app = create_app(
        Settings(database_url=f"sqlite:///{path}"),
        keys=KEYS,
        recommender=engine,
        package=package,
        clock=lambda: package.as_of,
        new_id=lambda: next(ids),
        workers=0,
    )
    bearer = {"Authorization": f"Bearer {KEY}"}
    with TestClient(app, raise_server_exceptions=False, headers=bearer) as caller:
        while caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        yield caller


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Method, path and record of every operation with a body, by its id."""
    return {
        o["operationId"]: (method, path, o)
        for path, item in document["paths"].items()
        for method, o in item.items()
        if "requestBody" in o
    }


def schema_of(operation: dict[str, Any], status: int) -> dict[str, Any]:
    """Schema of an answer; a new record is answered like a replaced one."""
    answers = operation["responses"]
    told = answers[str(status)].get("content") or answers["200"]["content"]
    found: dict[str, Any] = told["application/json"]["schema"]
    return found


def fits(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": document["components"]}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(whole, format_checker=checker).validate(value)


def test_every_call_with_a_body_has_an_example_that_fits(document: dict[str, Any]) -> None:
    """Bodies and answers shown in the contract are those of the module and fit their schemas."""
    found = operations(document)
    assert set(found) == set(EXAMPLES) | BINARY
    for name, example in EXAMPLES.items():
        _, _, operation = found[name]
        ((kind, body),) = operation["requestBody"]["content"].items()
        if kind == "application/json":
            assert body["example"] == example.body
            fits(document, body["schema"], example.body)
        else:
            assert [json.loads(x) for x in body["example"].splitlines()] == example.body
        if example.answer is not None:
            answer = operation["responses"][str(example.status)]["content"]["application/json"]
            assert answer["example"] == example.answer
            fits(document, answer["schema"], example.answer)


@pytest.mark.slow
def test_every_example_does_what_it_shows(demo: TestClient, document: dict[str, Any]) -> None:
    """Sent in their order, each has its status, fits its schema, and is the answer shown."""
    found = operations(document)
    for name, example in EXAMPLES.items():
        method, path, operation = found[name]
        if name in MODELS:
            continue
        content = example.body
        kind = next(iter(operation["requestBody"]["content"]))
        text = ndjson_of(content) if isinstance(content, list) else json.dumps(content)
        answer = demo.request(
            method,
            path.format_map(example.path),
            content=text.encode(),
            headers={**example.headers, "Content-Type": kind},
        )
        assert answer.status_code == example.status, (name, answer.text)
        if isinstance(content, list):
            lines = [json.loads(line) for line in answer.text.splitlines()]
            assert len(lines) == len(content)
            continue
        fits(document, schema_of(operation, example.status), answer.json())
        if example.answer is not None:
            assert answer.json() == example.answer, name


def test_the_example_of_a_promotion_promotes(
    settings: Settings, tmp_path: Path, document: dict[str, Any]
) -> None:
    """Over a registry that holds the candidate it is put into service, against its gate."""
    example = EXAMPLES["promote_model"]
    registered(tmp_path / "models", example.path["version"])
    following = replace(settings, models_dir=str(tmp_path / "models"), models_poll_s=3_600)
    method, path, operation = operations(document)["promote_model"]
    with running(following, None, package=PACKAGE) as caller:
        answer = caller.request(method, path.format_map(example.path), json=example.body)
    assert answer.status_code == example.status, answer.text
    fits(document, schema_of(operation, example.status), answer.json())
    assert answer.json()["version"] == example.path["version"]
