"""A manager's answers: levels stay, every number that measures a person is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.levels import levels_only
from api.service import build_service
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store
from tests.api.access.people import ORGANISATION, bearer, principal, ring
from tests.api.conftest import running, whole

MEASURES = {
    "estimate", "interval_90", "weight", "level_probability", "raw_score", "raw_max", "n_tasks",
    "closed_expected", "score", "max_score", "expected", "interval", "relevance", "fit", "value",
    "bound", "gap_rel", "work_limit", "share", "closed", "mean", "sd", "target", "propensity",
    "distance", "epsilon", "seed", "n",
}  # fmt: skip
"""Fields of answers that hold scores, estimates, intervals or what follows from them."""


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for k, v in value.items():
            yield from leaves(v, (*path, k))
    elif isinstance(value, list):
        for v in value:
            yield from leaves(v, path)
    else:
        yield path, value


def numbers(value: Any) -> list[tuple[tuple[str, ...], float]]:
    return [(p, v) for p, v in leaves(value) if type(v) in (int, float)]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Store]]:
    """The service over the real engine and the demo."""
    folder: Path = tmp_path_factory.mktemp("levels")
    settings = Settings(database_url=f"sqlite:///{folder / 'routes.db'}")
    service = build_service(settings)
    ready = running(
        settings, service.engine, store=service.store, package=service.package, keys=ring()
    )
    with ready as caller:
        yield caller, service.store
    service.store.close()


@pytest.fixture(scope="module")
def answers(real: tuple[TestClient, Store]) -> list[dict[str, Any]]:
    """Whole answers for three educators of the demo with diagnostics, all variants asked for."""
    caller, _ = real
    items = caller.get("/demo-data", headers=bearer("methodist")).json()["items"]
    bodies = [item["body"] for item in items if item["body"]["diagnostics"]][:3]
    options = {"gap_rel": 0.2, "deadline_ms": 20_000, "variants": True}
    found = []
    for body in bodies:
        made = caller.post("/routes", json=body | {"options": options}, headers=bearer("platform"))
        assert made.status_code == 201, made.text
        found.append(made.json())
    return found


def test_no_measure_survives_in_a_real_answer(answers: list[dict[str, Any]]) -> None:
    """Of each real answer the measures are there in full and gone from the manager's."""
    for answer in answers:
        before, after = numbers(answer), numbers(levels_only(answer))
        measures = [(p, v) for p, v in before if set(p) & MEASURES]
        assert len(measures) > 100
        assert [p for p, _ in after if set(p) & MEASURES] == []


def test_no_value_of_a_deficit_is_found_anywhere_else(answers: list[dict[str, Any]]) -> None:
    """Not in another field either, nor as text: none of the deficits' fractions is left."""
    for answer in answers:
        secret = {v for _, v in numbers(answer["deficits"]) if v != round(v)}
        assert len(secret) > 20
        left = levels_only(answer)
        assert secret.isdisjoint(v for _, v in numbers(left))
        text = json.dumps(left)
        assert [v for v in secret if len(repr(v)) > 5 and repr(v) in text] == []


def test_what_is_left_is_time_places_and_counts(answers: list[dict[str, Any]]) -> None:
    """The list of numbers that a manager does see, written down by hand."""
    left = {p[-1] for answer in answers for p, _ in numbers(levels_only(answer))}
    budget = {p[-1] for a in answers for p, _ in leaves(a) if "cost_by_source" in p}
    assert left - budget <= {
        "workload_min", "load_min", "tempo_min", "hours_academic", "travel_min", "cost_rub",
        "duration_min", "tempo_min_per_week", "total_min", "peak_min", "peak_bound_min", "shift",
        "forbidden_weekdays", "activities", "eligible", "offerings_considered",
        "federal_register", "regional", "revision", "version", "seq",
    }  # fmt: skip
    assert {"workload_min", "hours_academic", "load_min"} <= left


def test_words_stay(answers: list[dict[str, Any]]) -> None:
    """Levels, steps and dates are what they were: every text of the answer is still there."""
    for answer in answers:
        texts = [(p, v) for p, v in leaves(answer) if isinstance(v, str)]
        assert [(p, v) for p, v in leaves(levels_only(answer)) if isinstance(v, str)] == texts
        assert any(p[-1] == "official_level" for p, _ in texts)


def test_a_field_of_tomorrow_is_hidden() -> None:
    """Numbers are hidden unless listed, wherever they stand; a listed name shields no record."""
    answer = {
        "new_score": 0.7,
        "flags": [True, False],
        "levels": ["high"],
        "tuple": [0.1, 0.2],
        "nested": [{"workload_min": 30, "sd": 0.1}],
        "version": {"estimate": 0.5},
        "position": "teacher",
    }
    assert levels_only(answer) == {
        "new_score": None,
        "flags": [True, False],
        "levels": ["high"],
        "tuple": None,
        "nested": [{"workload_min": 30, "sd": None}],
        "version": {"estimate": None},
        "position": "teacher",
    }


def test_over_http_the_manager_gets_the_filtered_answer(
    real: tuple[TestClient, Store], answers: list[dict[str, Any]]
) -> None:
    """The same route, read by a methodist and by the manager of the educator's school."""
    caller, store = real
    route_id = answers[0]["id"]
    with store.writing(DEFAULT_TENANT) as kept:
        route = kept.routes.get(route_id)
        assert route is not None
        changed = {"organisation_id": ORGANISATION, "updated_at": route.created_at}
        kept.routes.save(replaced(route, **changed), route.version)
    whole_answer = caller.get(f"/routes/{route_id}", headers=bearer("methodist")).json()
    answer = caller.get(f"/routes/{route_id}", headers=bearer("manager"))
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.json() == levels_only(whole_answer)
    assert answer.json() != whole_answer
    calendar = caller.get(f"/routes/{route_id}/calendar.ics", headers=bearer("manager"))
    assert calendar.content.startswith(b"BEGIN:VCALENDAR")


def replaced(route: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(route, **changes)


def test_what_cannot_be_filtered_is_refused(
    real: tuple[TestClient, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a page ever opened to managers by mistake, it would still not be shown."""
    from api.access import matrix

    caller, store = real
    with store.reading(DEFAULT_TENANT) as kept:
        shown = kept.routes.page(limit=100).items
    route_id = next(r.id for r in shown if r.organisation_id == ORGANISATION)
    opened = matrix.Operation(matrix.Kind.READ, frozenset({principal("manager").role}))
    monkeypatch.setitem(matrix.OPERATIONS, "read_page", opened)  # type: ignore[arg-type]
    answer = caller.get(f"/routes/{route_id}/page", headers=bearer("manager"))
    assert answer.status_code == 403
    assert b"<html" not in answer.content


def test_groups_of_a_manager_keep_their_shares(real: tuple[TestClient, Store]) -> None:
    """A table of groups measures nobody: the manager gets it as it is, for the own school."""
    caller, _ = real
    school = {"id": ORGANISATION, "title": "Школа"}
    items = caller.get("/demo-data", headers=bearer("methodist")).json()["items"]
    measured = next(item["body"] for item in items if item["body"]["diagnostics"])
    members = [
        {
            "educator": measured["educator"] | {"id": f"E{i}", "organisation": school},
            "diagnostics": measured["diagnostics"],
        }
        for i in range(6)
    ]
    answers = [
        caller.post("/deficits/groups", json=body, headers=bearer(role))
        for role in ("methodist", "manager")
        for body in ({"by": "all", "educators": members}, {"by": "all", "educators": [whole()]})
    ]
    assert [a.status_code for a in answers] == [200, 200, 200, 403]
    assert answers[0].json()["rows"] == answers[2].json()["rows"] != []
