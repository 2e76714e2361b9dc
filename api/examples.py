"""Ready examples of every call with a body, for the contract; a test sends each of them.

They speak of the bundled demo and are sent in the order in which they stand: a route is built,
asked about, agreed, begun, planned anew; records are put and put away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.register_examples import REGISTER_EXAMPLES
from api.register_names import SINGULAR

ROUTE, OTHER_ROUTE = "5d0c8f6e1b7a4c52", "9a41e2d37c0b4f18"
"""Ids that the two routes of the examples are given."""

TEAM_BUILD = "b81d5f0c27ae4963"
"""Id that the team's build of the examples is given."""

_ANY, _NEW = {"If-Match": "*"}, {"If-None-Match": "*"}


@dataclass(frozen=True, slots=True)
class Example:
    """One call and its answer.

    Parameters
    ----------
    body
        JSON; a list = one JSON a line.
    path
        Values of the path's parameters.
    headers
        Conditions that the call must state.
    status
        With which it is answered.
    answer
        The whole answer; ``None`` = too long to show, its schema tells it.
    """

    body: Any
    path: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    answer: Any = None


def _imported(accepted: int, version: int | None) -> dict[str, Any]:
    return {
        "accepted": accepted,
        "dry_run": False,
        "catalogue_version": version,
        "warnings": [],
    }


_AS_OF = "2026-08-31T09:00:00+03:00"
_TEACHER = {
    "position": "teacher",
    "subjects": ["математика"],
    "stages": ["basic"],
    "pedagogical_start": "2015-09-01",
    "tempo_min_per_week": 180,
}
_RESULTS = [
    {
        "procedure_id": "вход-2026",
        "date": "2026-05-12",
        "method": "test",
        "node": "MET.ASM",
        "score": 2,
        "max_score": 6,
        "n_tasks": 6,
    }
]
_PLAN = {"as_of": _AS_OF, "educator": {"id": "E02"}, "options": {"gap_rel": 0.05}}
_ACTIVITY = {
    "id": "club-assess",
    "kind": "webinar",
    "title": "Критериальное оценивание: разбор работ",
    "hours_academic": 2,
    "form": "non_formal",
    "coverage": {"MET.ASM": 0.8},
}
_OFFERING = {
    "id": "club-assess.oct",
    "activity_id": "club-assess",
    "start": "2026-10-14",
    "end": "2026-10-14",
    "meetings": [{"start": "2026-10-14T16:00:00+03:00", "end": "2026-10-14T17:30:00+03:00"}],
    "seats_left": 25,
}
_MENTOR = {
    "id": "M90",
    "position": "teacher",
    "consent": True,
    "capacity": 2,
    "subjects": ["математика"],
    "forms": ["peer"],
    "competencies": ["MET.ASM"],
    "slots": [{"start": "2026-09-17T17:00:00+03:00", "end": "2026-09-17T18:00:00+03:00"}],
}
_OUTCOME = {
    "id": "lms-7001",
    "at": "2026-08-01T10:00:00+03:00",
    "educator_id": "E02",
    "activity_id": "web-ii",
    "state": "completed",
    "outcome": 0.8,
}
_STATEMENT = {
    "id": "0b9c2f3e-6a51-4a0e-9d0c-3f7a1c2d4e5f",
    "actor": {"account": {"homePage": "https://lms.example.org", "name": "E02"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "https://lms.example.org/activities/web-ii"},
    "result": {"completion": True, "score": {"scaled": 0.9}},
    "timestamp": "2026-08-02T12:00:00+03:00",
}

EXAMPLES: Mapping[str, Example] = {
    "build_route": Example(_PLAN, status=201),
    "build_routes": Example([_PLAN, {**_PLAN, "constraints": {"max_steps": 3}}]),
    "build_team_routes": Example(
        {"as_of": _AS_OF, "team": "team-7", "options": {"gap_rel": 0.3}}, status=201
    ),
    "decide_team": Example({"decision": "agree"}, {"build_id": TEAM_BUILD}, _ANY),
    "check": Example({**_PLAN, "steps": [{"activity": "web-ii", "start": "2026-10-08"}]}),
    "compare": Example({"routes": [ROUTE, OTHER_ROUTE]}),
    "assess_deficits": Example({"as_of": _AS_OF, "educator": _TEACHER, "diagnostics": _RESULTS}),
    "rank_activities": Example(
        {"as_of": _AS_OF, "educator": _TEACHER, "requests": [{"text": "Работа с родителями"}]}
    ),
    "view_groups": Example({"by": "school"}),
    "assign_mentors": Example(
        {"form": "mentor_young", "wishes": [{"educator_id": "E01", "by": "M07", "veto": True}]}
    ),
    "decide": Example({"decision": "agree"}, {"route_id": ROUTE}, _ANY),
    "report_progress": Example(
        {"events": [{"step": "step-1", "event": "enrolled"}]}, {"route_id": ROUTE}, _ANY
    ),
    "replan": Example({"comment": "изменился темп", "changes_most": 3}, {"route_id": ROUTE}, _ANY),
    "put_activity": Example(_ACTIVITY, {"activity_id": "club-assess"}, _NEW, 201),
    "import_activities": Example({"items": [_ACTIVITY]}, answer=_imported(1, 2)),
    "put_tags": Example(
        {"verdicts": [{"node": "MET.ASM.01", "verdict": "right", "share": 0.6}]},
        {"activity_id": "club-assess"},
        _ANY,
    ),
    "put_offering": Example(_OFFERING, {"offering_id": "club-assess.oct"}, _NEW, 201),
    "import_offerings": Example({"items": [_OFFERING]}, answer=_imported(1, 5)),
    "put_mentor": Example(_MENTOR, {"mentor_id": "M90"}, _NEW, 201),
    "import_mentors": Example({"items": [_MENTOR]}, answer=_imported(1, 7)),
    "put_educator": Example(_TEACHER, {"educator_id": "P-900"}, _NEW, 201),
    "import_educators": Example(
        {"items": [{"id": "P-901", **_TEACHER}]}, answer=_imported(1, None)
    ),
    "put_diagnostics": Example({"items": _RESULTS}, {"educator_id": "P-900"}, _ANY),
    "import_diagnostics": Example(
        {"items": [{"educator_id": "P-901", "items": _RESULTS}]}, answer=_imported(1, None)
    ),
    **{
        f"put_{SINGULAR[name]}": Example(record, {"record_id": record["id"]}, _NEW, 201)
        for name, record in REGISTER_EXAMPLES.items()
    },
    **{
        f"import_{name}": Example({"items": [record]}, answer=_imported(1, None))
        for name, record in REGISTER_EXAMPLES.items()
    },
    "add_feedback": Example({"items": [_OUTCOME, _STATEMENT]}, answer={"received": 2, "added": 2}),
    "promote_model": Example(
        {"force_reason": "сверено вручную на отложенных данных"}, {"version": "m-20260901-1a2b3c4d"}
    ),
}
"""By operation id."""


def add_examples(operation: dict[str, Any]) -> None:
    """Put the example of an operation of the document, if it has one, into its place."""
    example = EXAMPLES.get(operation["operationId"])
    if example is None:
        return
    for kind, content in operation["requestBody"]["content"].items():
        if isinstance(example.body, list):
            # a stream has no schema of its own: its example is its text
            content["example"] = ndjson_of(example.body)
        elif kind == "application/json":
            content["example"] = example.body
    if example.answer is not None:
        answers = operation["responses"][str(example.status)]["content"]
        answers["application/json"]["example"] = example.answer
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path" and parameter["name"] in example.path:
            parameter["example"] = example.path[parameter["name"]]


def ndjson_of(rows: list[Any]) -> str:
    """Text of a stream: one JSON a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
