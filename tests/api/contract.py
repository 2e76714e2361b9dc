"""The whole contract tried by schemathesis against the application itself, over the demo.

Every operation is called with what its schema admits and with what it does not. Two checks beside
those of schemathesis are ours: each error is a problem document whose code the service words, and
what the schema admits is never refused for its shape.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import schemathesis
from fastapi import FastAPI
from schemathesis.core.failures import Failure
from schemathesis.engine import Status, events, from_schema
from schemathesis.python import asgi

from api.auth import one_run_key
from api.bodies import XLSX_TYPE
from api.errors import _KINDS
from api.etags import IF_MATCH, IF_NONE_MATCH
from api.main import create_app
from api.messages import PROBLEMS
from api.openapi import OPENAPI_FILE
from api.problems import MEDIA_TYPE, TYPE_PREFIX
from api.service import load_package
from engine.interchange import DataPackage
from engine.recommender import Recommender
from engine.settings import Settings

CATALOGUE = frozenset(
    f"{verb}_{noun}"
    for one, many in (("activity", "activities"), ("offering", "offerings"), ("mentor", "mentors"))
    for verb, noun in (
        *(("list", many), ("import", many)),
        *(("read", one), ("put", one), ("remove", one)),
    )
) | {"put_tags", "read_tags", "list_tagging", "import_workbook"}
"""Operations that are tried apart: an edit makes whatever is asked of earlier routes outdated."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")
DEADLINE_MS = 300
"""Of every solve that is asked for, so that many can be."""
ROUTES, STEP = ("kept-1", "kept-2", "kept-3"), "step-1"
LARGE_LIST, LARGE_TEXT = 100, 2_000

SHAPE_CODES = frozenset(code for code, _ in _KINDS.values())
"""Faults that a schema tells; the others need the catalogue, the clock or two fields at once."""

# What the schema admits may still be refused: two fields contradict each other, a code is unknown
# (422), conditions contradict each other (400), a version is old (412) or not named (428).
# ``shape_admitted`` sees to it that a 422 is no lapse of the schema.
_ACCEPTED = ["2xx", "3xx", "400", "401", "403", "404", "409", "412", "422", "428"]
_REFUSED = ["400", "401", "403", "404", "405", "409", "412", "415", "422", "428"]
_CHECKS = {
    "positive_data_acceptance": {"expected-statuses": _ACCEPTED},
    "negative_data_rejection": {"expected-statuses": _REFUSED},
    # RFC 6585: 428 is the answer to a call that must be conditional and is not.
    "missing_required_header": {"expected-statuses": ["400", "401", "422", "428"]},
}
_TAKEN = "GET of the address is read_route, of a route of that name"
_NAMED = "other methods are those of a mentor of that id"
EXCUSED: Mapping[str, Mapping[str, str]] = {
    "compare": {"allow_header_conformance": _TAKEN},
    "check": {"allow_header_conformance": _TAKEN},
    "build_team_routes": {"allow_header_conformance": _TAKEN},
    "assign_mentors": {"allow_header_conformance": _NAMED},
    "import_workbook": {
        "negative_data_rejection": "an optional body of bytes has no wrong shape but being none",
    },
    "build_routes": {
        "allow_header_conformance": _TAKEN,
        "negative_data_rejection": "a faulty line is answered by a line, the stream goes on",
        "unsupported_method": "lines are a media type of POST alone: 415 comes before 405",
    },
}
"""Operation → check that is wrong for it by design → why."""


@dataclass
class Tally:
    """What a run has seen.

    Parameters
    ----------
    statuses
        Operation → status → number of answers.
    cases
        Phase → number of calls.
    faults
        One text for each check, operation and kind of failure.
    """

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    cases: Counter[str] = field(default_factory=Counter)
    faults: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def note(self, event: events.ScenarioFinished) -> None:
        """Count what a finished scenario has recorded."""
        recorder = event.recorder
        for case_id, interaction in recorder.interactions.items():
            self.cases[event.phase.value] += 1
            status = 0 if interaction.response is None else interaction.response.status_code
            self.statuses[recorder.cases[case_id].value.operation.label][status] += 1
        for case_id, nodes in recorder.checks.items():
            for node in nodes:
                definition = recorder.cases[case_id].value.operation
                excused = EXCUSED.get(definition.definition.raw["operationId"], {})
                if node.status is Status.FAILURE and node.name not in excused:
                    assert node.failure_info is not None
                    failure, operation = node.failure_info.failure, definition.label
                    text = f"{failure.message}\n{node.failure_info.code_sample}"
                    self.faults.setdefault((node.name, operation, failure.title), text)

    def reached(self) -> frozenset[str]:
        """Operations that have answered with success at least once."""
        return frozenset(o for o, seen in self.statuses.items() if any(s < 300 for s in seen))


@schemathesis.check
def problem_document(ctx: Any, response: Any, case: Any) -> None:
    """Every error is ``application/problem+json`` with a code that the service words."""
    if response.status_code < 400:
        return
    try:
        assert response.headers["content-type"] == [MEDIA_TYPE], "another content type"
        document = json.loads(response.content)
        jsonschema.validate(document, _problem_schema())
        assert document["status"] == response.status_code, "another status"
        assert document["code"] in PROBLEMS, f"unknown code {document['code']}"
        assert document["type"] == TYPE_PREFIX + document["code"], "type and code differ"
    except (AssertionError, KeyError, ValueError, jsonschema.ValidationError) as error:
        raise Failure(
            operation=case.operation.label, title="No problem document", message=str(error)
        ) from error


@schemathesis.check
def shape_admitted(ctx: Any, response: Any, case: Any) -> None:
    """What the schema admits is not refused for its shape."""
    if response.status_code != 422 or not _meant_to_fit(case):
        return
    loose = [f for f in json.loads(response.content)["errors"] if f["code"] in SHAPE_CODES]
    if loose:
        raise Failure(
            operation=case.operation.label,
            title="Refused what the schema admits",
            message=json.dumps(loose[:5], ensure_ascii=False),
        )


@schemathesis.serializer("application/x-ndjson")
def lines_of(context: Any, value: Any) -> bytes:
    """Give what is drawn for a batch as a line of its own, be it JSON or not."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.serializer(XLSX_TYPE)
def bytes_of(context: Any, value: Any) -> bytes:
    """Give what is drawn for a workbook as it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Shorten what is asked of the solver, where the body is well-formed."""
    body = case.body
    if _meant_to_fit(case) and isinstance(body, dict) and "educator" in body:
        options = {**(body.get("options") or {}), "deadline_ms": DEADLINE_MS}
        case.body = {**body, "options": options}


def _meant_to_fit(case: Any) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


@cache
def _problem_schema() -> dict[str, Any]:
    document = json.loads(OPENAPI_FILE.read_text(encoding="utf-8"))
    return {"$ref": "#/components/schemas/Problem", "components": document["components"]}


def run(
    folder: Path,
    *,
    examples: int,
    seed: int,
    phases: Collection[str] = PHASES,
    only: Collection[str] = (),
) -> Tally:
    """Try the contract.

    Parameters
    ----------
    folder
        Where the database lies.
    examples
        Cases per operation in the phases that draw, and sequences of calls.
    phases
        Of ``PHASES``.
    only
        Operation ids; empty = all.
    """
    document = json.loads(OPENAPI_FILE.read_text(encoding="utf-8"))
    every = {o["operationId"] for path in document["paths"].values() for o in path.values()}
    asked = every & set(only or every)
    tally = Tally()
    for part in (asked - CATALOGUE, asked & CATALOGUE):
        if part:
            with tempfile.TemporaryDirectory(dir=folder) as inner:
                _try(part, tally, Path(inner), examples, seed, phases)
    return tally


def _try(
    only: Collection[str],
    tally: Tally,
    folder: Path,
    examples: int,
    seed: int,
    phases: Collection[str],
) -> None:
    with _application(folder) as (app, key, package):
        schema = schemathesis.openapi.from_dict(
            trial_document(package), config=_config(key, package, examples, seed, phases)
        )
        schema.app = app
        schema = schema.include(operation_id=sorted(only))
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                tally.note(event)
            elif isinstance(event, events.NonFatalError):
                tally.faults["error", event.label, type(event.value).__name__] = str(event.value)
            elif isinstance(event, events.FatalError):
                raise event.exception


def trial_document(package: DataPackage) -> dict[str, Any]:
    """Contract with a whole body to start from, and without bounds of thousands.

    Lists and texts of those sizes are tried one by one in ``test_bad_input``; here each would be
    made, and told from the others, a thousand times.
    """
    found: dict[str, Any] = _without_large_bounds(json.loads(OPENAPI_FILE.read_text("utf-8")))
    body = {"educator": {"id": package.educators[0].id}, "options": {"deadline_ms": DEADLINE_MS}}
    whole = {
        "/routes": body,
        "/deficits": body,
        "/recommendations": body,
        "/routes/check": {**body, "steps": []},
        "/routes/compare": {"routes": list(ROUTES[:2])},
        "/routes/{route_id}/decisions": {"decision": "agree"},
        "/routes/{route_id}/progress": {"events": [{"step": STEP, "event": "enrolled"}]},
        "/diagnostics": {"items": [{"educator_id": package.educators[0].id, "items": []}]},
    }
    for path, example in whole.items():
        content = found["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        content.setdefault("examples", {})["trial"] = {"value": example}
    for operation in (o for path in found["paths"].values() for o in path.values()):
        operation["parameters"] = list(_conditions(operation.get("parameters", ())))
    return found


def _conditions(parameters: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Parameters with a condition that is mostly met: else no body would ever be looked at."""
    names = {p["name"] for p in parameters}
    for parameter in parameters:
        if parameter["name"] == IF_MATCH:
            yield {**parameter, "required": True, "schema": {"enum": ["*", '"1"']}}
        elif parameter["name"] != IF_NONE_MATCH or IF_MATCH not in names:
            yield parameter


def _without_large_bounds(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_large_bounds(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    most = {"maxItems": LARGE_LIST, "maxProperties": LARGE_LIST, "maxLength": LARGE_TEXT}
    return {
        key: _without_large_bounds(inner)
        for key, inner in schema.items()
        if not (key in most and isinstance(inner, int) and inner > most[key])
    }


def _config(
    key: str, package: DataPackage, examples: int, seed: int, phases: Collection[str]
) -> schemathesis.Config:
    known = {
        "route_id": list(ROUTES),
        # not the one whose routes are kept: they are gone with whoever is erased
        "educator_id": [e.id for e in package.educators[2:6]],
        "step_id": [STEP],
        "activity_id": [a.id for a in package.activities[:5]],
        "offering_id": [o.id for o in package.offerings[:5]],
        "mentor_id": [m.id for m in package.mentors[:5]],
        "policy": ["default", "primorye"],
    }
    where = {n: f"path.{n}" for n in known if n.endswith("_id")}
    where["policy"] = "body.policy"
    return schemathesis.Config.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "headers": {"Authorization": f"Bearer {key}"},
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "no-shrink": True,
                "database": "none",
            },
            "checks": _CHECKS,
            "phases": {
                **{name: {"enabled": name in phases} for name in PHASES},
                # what refusals teach the generator can make it contradict itself
                "fuzzing": {"enabled": "fuzzing" in phases, "error-feedback": {"enabled": False}},
            },
            "dictionaries": {name: {"values": values} for name, values in known.items()},
            "parameters": {
                place: {"dictionary": name, "probability": 0.7} for name, place in where.items()
            },
        }
    )


@cache
def _demo() -> tuple[DataPackage, Recommender]:
    """The demo and its engine, neither of which changes: what is written goes to the store."""
    package = load_package(Settings())
    return package, Recommender.from_package(package)


@contextmanager
def _application(folder: Path) -> Iterator[tuple[FastAPI, str, DataPackage]]:
    """The service over the demo with some routes kept, its administrator's key, its package."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'contract.db'}",
        rate_limit_per_minute=0,
        rate_limit_solves_per_minute=0,
        log_level="error",
    )
    package, recommender = _demo()
    key, keys = one_run_key(package.as_of, dt.timedelta(days=1_000))
    ids = itertools.chain(ROUTES, (f"route-{n}" for n in itertools.count(1)))
    app = create_app(
        settings,
        keys=keys,
        recommender=recommender,
        package=package,
        clock=lambda: package.as_of,
        new_id=lambda: next(ids),
        workers=0,
    )
    with asgi.get_client(app) as caller:
        while caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        caller.headers["Authorization"] = f"Bearer {key}"
        options = {"deadline_ms": 5_000, "gap_rel": 0.5}
        for _ in ROUTES:
            body = {"educator": {"id": package.educators[1].id}, "options": options}
            built = caller.post("/routes", json=body)
            assert built.status_code == 201, built.text
            assert built.json()["lifecycle"]["steps"][0]["step"] == STEP
        try:
            yield app, key, package
        finally:
            asgi.shutdown_lifespans()
