"""The contract and the application agree; ``tests.bench.contract`` tries it at length."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from api.openapi import OPENAPI_FILE
from engine.interchange import DataPackage
from tests.api import contract
from tests.api.contract import Tally, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    """A few cases of each operation, the same ones every time."""
    folder: Path = tmp_path_factory.mktemp("contract")
    return run(folder, examples=3, seed=1, phases=("examples", "fuzzing"))


def test_no_answer_breaks_the_contract(tally: Tally) -> None:
    """Statuses, types, headers, schemas, refusals, methods and keys are as documented."""
    assert "\n\n".join(f"{place}: {text}" for place, text in tally.faults.items()) == ""


def test_every_operation_is_tried(tally: Tally) -> None:
    """None is left out, and those that need nothing special have answered with success."""
    paths: dict[str, dict[str, Any]] = json.loads(OPENAPI_FILE.read_text("utf-8"))["paths"]
    every = {f"{method.upper()} {path}" for path, of in paths.items() for method in of}
    assert set(tally.statuses) == every
    needed = {
        *("POST /routes", "GET /routes", "GET /routes/{route_id}", "POST /deficits"),
        *("POST /recommendations", "POST /routes/check", "POST /routes/compare"),
        *("GET /activities", "GET /educators", "GET /audit", "GET /version"),
    }
    assert needed <= tally.reached()


def test_refusals_are_tried_too(tally: Tally) -> None:
    """What the schemas do not admit is among what was sent."""
    total = sum(tally.statuses.values(), Counter())
    assert total[422] > 20
    assert total[404] > 0


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        (lambda answers: answers.pop("200"), "status_code_conformance"),
        (
            lambda answers: answers["200"]["content"].update(
                {"application/json": {"schema": {"type": "array"}}}
            ),
            "response_schema_conformance",
        ),
    ],
)
def test_a_false_contract_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Any, check: str
) -> None:
    """A status that is not told, and an answer of another shape, are faults."""
    whole = contract.trial_document

    def damaged(package: DataPackage) -> dict[str, Any]:
        document = whole(package)
        damage(document["paths"]["/activities/{activity_id}"]["get"]["responses"])
        return document

    monkeypatch.setattr(contract, "trial_document", damaged)
    found = run(tmp_path, examples=5, seed=1, phases=("fuzzing",), only=("read_activity",))
    assert (check, "GET /activities/{activity_id}") in {place[:2] for place in found.faults}
