"""Every operation that changes something leaves an audit row; walked over the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.storage import DEFAULT_TENANT, Store
from tests.api.access.people import bearer
from tests.api.access.test_matrix import CALLS
from tests.api.conftest import whole

WRITES_NOTHING: Mapping[str, str] = {
    "compare": "puts kept routes side by side",
    "check": "judges a hand-made route and keeps nothing",
    "assess_deficits": "a stage of building, answered and forgotten",
    "rank_activities": "a stage of building, answered and forgotten",
    "assign_mentors": "proposes pairs, answered and forgotten",
    "view_groups": "a table over what is known, answered and forgotten",
}
"""Operations other than GET without an audit row, and why."""

ACTIVITY = {
    "id": "new-a", "kind": "dpp_pk", "title": "Курс", "hours_academic": 16, "form": "formal",
}  # fmt: skip
OFFERING = {"id": "new-o", "activity_id": "new-a", "start": "2026-10-01", "end": "2026-10-31"}
MENTOR = {"id": "new-n", "position": "teacher", "consent": True, "capacity": 2}
VERDICT = {"node": "MET.ASM.01", "verdict": "right"}
EDUCATOR = {"id": "new-e", "position": "teacher"}
SCORE = {
    "procedure_id": "p1", "date": "2026-08-01", "method": "test", "node": "1", "score": 5,
    "max_score": 10,
}  # fmt: skip

Step = tuple[str, str, str, Any]

RECORDS: Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "methodists": ("methodist", {"level": "school"}, {"district": "Б"}),
    "internship_sites": ("internship_site", {"title": "Площадка"}, {"places": 3}),
    "communities": ("community", {"title": "Клуб"}, {"level": "school"}),
    "practices": ("practice", {"title": "Практика"}, {"summary": "Суть"}),
    "accompaniments": (
        "accompaniment", {"educator_id": "new-t", "form": "team", "by": "new-u"},
        {"during": {"since": "2026-09-01"}},
    ),
}  # fmt: skip
"""By register: the name of one record, the least of it, and what an edit changes."""

TEAMS = [{"id": i, "organisation_id": "O-1"} for i in ("new-t", "new-u")]
_REGISTERS: tuple[Step, ...] = (
    ("import_teams", "POST", "/registers/teams", {"items": TEAMS}),
    ("put_team", "PUT", "/registers/teams/new-t", TEAMS[0] | {"title": "Команда"}),
    *(
        step
        for register, (one, least, change) in RECORDS.items()
        for record in [{"id": "new-r", **least}]
        for path in [f"/registers/{register}"]
        for step in (
            (f"import_{register}", "POST", path, {"items": [record]}),
            (f"put_{one}", "PUT", f"{path}/new-r", record | change),
            (f"remove_{one}", "DELETE", f"{path}/new-r", None),
        )
    ),
    ("remove_team", "DELETE", "/registers/teams/new-t", None),
)

STEPS: tuple[Step, ...] = (
    ("import_activities", "POST", "/activities", {"items": [ACTIVITY]}),
    ("put_activity", "PUT", "/activities/new-a", ACTIVITY | {"title": "Иной курс"}),
    ("put_tags", "PUT", "/activities/new-a/tags", {"verdicts": [VERDICT]}),
    ("import_offerings", "POST", "/offerings", {"items": [OFFERING]}),
    ("put_offering", "PUT", "/offerings/new-o", OFFERING | {"end": "2026-11-30"}),
    ("remove_offering", "DELETE", "/offerings/new-o", None),
    ("remove_activity", "DELETE", "/activities/new-a", None),
    ("import_mentors", "POST", "/mentors", {"items": [MENTOR]}),
    ("put_mentor", "PUT", "/mentors/new-n", MENTOR | {"capacity": 3}),
    ("remove_mentor", "DELETE", "/mentors/new-n", None),
    ("import_educators", "POST", "/educators", {"items": [EDUCATOR]}),
    ("put_educator", "PUT", "/educators/new-e", EDUCATOR | {"subjects": ["math"]}),
    (
        "import_diagnostics", "POST", "/diagnostics",
        {"items": [{"educator_id": "new-e", "items": [SCORE]}]},
    ),
    ("put_diagnostics", "PUT", "/diagnostics/new-e", {"items": [SCORE | {"score": 6}]}),
    ("remove_diagnostics", "DELETE", "/diagnostics/new-e", None),
    *_REGISTERS,
    ("build_route", "POST", "/routes", whole()),
    ("decide", "POST", "/routes/{route}/decisions", {"decision": "cancel"}),
    (
        "add_feedback", "POST", "/feedback",
        {"items": [{
            "id": "f-1", "at": "2026-08-01T10:00:00+03:00", "educator_id": "new-e",
            "activity_id": "new-a", "state": "completed",
        }]},
    ),
    ("erase_educator", "DELETE", "/educators/new-e", None),
)  # fmt: skip
"""One success of each writing operation, in an order in which each can succeed."""

ELSEWHERE: Mapping[str, str] = {
    "import_workbook": "takes a workbook: one row for each record of it",
    "promote_model": "needs a registry with a model",
    "roll_back_model": "needs a registry with a model",
    "stop_solve": "needs a solve that is running",
    "build_routes": "takes NDJSON: one row for each route of it",
    "report_progress": "needs a route with steps, which only a real engine builds",
    "build_team_routes": "needs a real engine: one row for each member's route",
    "decide_team": "needs a team's routes, which only a real engine builds",
    "replan": "needs a route with steps, which only a real engine builds",
    "take_variant": "needs a route with variants, which only a real engine builds",
}
"""Writing operations whose success is tested with the operation itself."""


def test_the_walk_is_complete() -> None:
    """Every operation but GET either writes in the walk, or is excused for a reason."""
    changing = {call.operation for call in CALLS if call.method != "get"}
    walked = {step[0] for step in STEPS}
    assert changing == walked | WRITES_NOTHING.keys() | ELSEWHERE.keys()


def rows(store: Store) -> list[tuple[str, str, str, str | None]]:
    with store.reading(DEFAULT_TENANT) as kept:
        found = kept.audit.page(limit=1000).items
    return [(e.action, e.actor, e.role, e.request_id) for e in found]


def test_each_write_is_noted_with_who_and_under_which_request(
    everyone: TestClient, store: Store
) -> None:
    """One more row after each success, of this caller and this request; none after a read."""
    made = ""
    for place, (operation, method, path, body) in enumerate(STEPS):
        before = rows(store)
        request_id = f"walk-0000-{place}"
        headers = {**bearer("admin"), "X-Request-ID": request_id, "If-Match": "*"}
        answer = everyone.request(method, path.format(route=made), json=body, headers=headers)
        assert answer.status_code < 300, (operation, answer.json()["errors"])
        made = answer.json()["id"] if operation == "build_route" else made
        new = rows(store)[: len(rows(store)) - len(before)]
        assert new == [(operation, "key-admin", "admin", request_id)], operation


@pytest.mark.parametrize("path", ["/version", "/audit", "/activities", "/educators"])
def test_reads_are_not_noted(everyone: TestClient, store: Store, path: str) -> None:
    """The journal is of changes; who read what is in the log of requests."""
    before = rows(store)
    assert everyone.get(path, headers=bearer("admin")).status_code == 200
    assert rows(store) == before


def test_a_refused_write_is_not_noted(everyone: TestClient, store: Store) -> None:
    """What did not happen is not in the journal."""
    before = rows(store)
    assert everyone.post("/routes", json=whole(), headers=bearer("auditor")).status_code == 403
    assert everyone.post("/routes", json={}, headers=bearer("admin")).status_code == 422
    assert rows(store) == before
