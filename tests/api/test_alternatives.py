"""Alternatives to a step over HTTP: true of what a replacement then does, and refused in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from api.openapi import OPENAPI_FILE
from tests.api.conftest import places, refused
from tests.api.kept_service import Kept, kept_service


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def asked(kept: Kept, location: str, step: str) -> dict[str, Any]:
    """The answer, which fits the contract."""
    answer = kept.caller.get(f"{location}/alternatives/{step}")
    assert answer.status_code == 200, answer.text
    document = json.loads(OPENAPI_FILE.read_text(encoding="utf-8"))
    schema = {
        "$ref": "#/components/schemas/AlternativesAnswer",
        "components": document["components"],
    }
    jsonschema.Draft202012Validator(schema).validate(answer.json())
    found: dict[str, Any] = answer.json()
    return found


def test_an_alternative_can_be_put_in_the_steps_place(kept: Kept) -> None:
    """Replacing by what was told gives a route with it, certified for no less within its gap."""
    location, tag, body = kept.built()
    step = body["lifecycle"]["steps"][-1]
    told = asked(kept, location, step["step"])
    assert told["complete"]
    assert (told["activity"], told["step"]) == (step["activity"], step["step"])
    values = [a["value"] for a in told["alternatives"]]
    assert values == sorted(values, reverse=True)
    assert 0 < len(values) <= 5
    others = {s["activity"] for s in body["lifecycle"]["steps"]} - {step["activity"]}
    assert others.isdisjoint(a["step"]["activity"] for a in told["alternatives"])
    best = told["alternatives"][0]
    target = best["step"]["offering" if best["kind"] == "other_run" else "activity"]
    path = f"{location}/decisions"
    replaced = kept.move(path, tag, decision="replace", step=step["step"], activity=target)
    assert replaced.status_code == 200, replaced.text
    now = replaced.json()
    assert best["step"]["activity"] in {s["activity"] for s in now["route"]["steps"]}
    # No route with the replacement is worth more than the bound, the one told neither.
    assert now["certificate"]["bound"] >= best["value"]


def test_asking_changes_nothing(kept: Kept) -> None:
    """The route keeps its version, and asking again gives the same bytes."""
    location, tag, body = kept.built()
    path = f"{location}/alternatives/{body['lifecycle']['steps'][0]['step']}"
    first, second = kept.caller.get(path), kept.caller.get(path)
    assert first.content == second.content
    assert kept.caller.get(location).headers["etag"] == tag


def test_a_step_that_has_begun_or_does_not_exist_has_none(kept: Kept) -> None:
    """422 for an enrolled step, 404 for an unknown step or route, each by its code."""
    location, tag, body = kept.built()
    step = body["lifecycle"]["steps"][0]["step"]
    refused(kept.caller.get(f"{location}/alternatives/step-99"), 404, "step_not_found")
    refused(kept.caller.get(f"/routes/none/alternatives/{step}"), 404, "route_not_found")
    agreed = kept.move(f"{location}/decisions", tag, decision="agree")
    events = [{"step": step, "event": "enrolled"}]
    begun = kept.move(f"{location}/progress", agreed.headers["etag"], events=events)
    assert begun.status_code == 200, begun.text
    document = refused(kept.caller.get(f"{location}/alternatives/{step}"), 422, "invalid_input")
    assert [code for _, code in places(document)] == ["step_has_begun"]


def test_a_route_that_is_over_is_not_asked_about(kept: Kept) -> None:
    """409 with the state, in the caller's language."""
    location, tag, body = kept.built()
    step = body["lifecycle"]["steps"][0]["step"]
    assert kept.move(f"{location}/decisions", tag, decision="cancel").status_code == 200
    path = f"{location}/alternatives/{step}"
    document = refused(kept.caller.get(path), 409, "illegal_move")
    assert document["state"] == "cancelled"
    english = kept.caller.get(path, headers={"Accept-Language": "en"}).json()
    assert english["detail"] != document["detail"]
