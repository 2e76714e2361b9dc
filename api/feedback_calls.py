"""Feedback from outside as the rows that training reads: own rows and xAPI statements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Response

from api.access.principal import Principal
from api.audit import audited
from api.messages import FAULTS, RUSSIAN
from api.names import looks_like_name
from api.once import keep_answer
from api.schemas.feedback import AnyFeedback, FeedbackBody, XapiStatement
from api.service import Service
from engine.errors import Fault, InputError
from engine.interactions import State
from engine.recommendation import to_dict
from engine.storage import FeedbackRow

JSON = "application/json"

_ADL = "http://adlnet.gov/expapi/verbs/"
VERBS: Mapping[str, State] = {
    f"{_ADL}registered": State.ENROLLED,
    f"{_ADL}initialized": State.ENROLLED,
    f"{_ADL}attempted": State.ENROLLED,
    f"{_ADL}completed": State.COMPLETED,
    f"{_ADL}passed": State.COMPLETED,
    f"{_ADL}failed": State.COMPLETED,
    f"{_ADL}exited": State.DROPPED,
    "https://w3id.org/xapi/adl/verbs/abandoned": State.DROPPED,
    "http://activitystrea.ms/schema/1.0/accept": State.ACCEPTED,
    "http://activitystrea.ms/schema/1.0/reject": State.REJECTED,
}
"""Verbs of public vocabularies (ADL, Activity Streams) → states. ``failed`` was done to the end,
without success."""

_ENDED = frozenset({State.COMPLETED, State.DROPPED})


def add_feedback(service: Service, principal: Principal, items: Sequence[AnyFeedback]) -> Response:
    """Keep feedback, all of it or none.

    Raises
    ------
    InputError
        A statement that says not enough, a name in the place of an id; with pointers.
    """
    rows = _rows(items)
    with service.store.writing(principal.tenant) as kept:
        added = kept.feedback.add(rows)
        at = service.clock()
        told = [to_dict(row) for row in rows]
        first = rows[0].id if rows else ""
        audited(kept, principal, "add_feedback", "feedback", first, None, told, at)
        answer = json.dumps({"received": len(rows), "added": added})
        return keep_answer(kept, Response(answer, status_code=200, media_type=JSON))


def list_feedback(
    service: Service, principal: Principal, educator_id: str | None, cursor: str | None, limit: int
) -> object:
    """Part of the feedback, without what people said in words."""
    with service.store.reading(principal.tenant) as kept:
        page = kept.feedback.page(cursor, limit, educator_id)
    items = []
    for row in page.items:
        shown = to_dict(row)
        assert isinstance(shown, dict)
        items.append({k: v for k, v in shown.items() if k != "record"})
    return {"items": items, "next": page.next}


def _rows(items: Sequence[AnyFeedback]) -> list[FeedbackRow]:
    rows, faults = [], []
    for place, item in enumerate(items):
        row = _own(item) if isinstance(item, FeedbackBody) else _stated(item)
        if isinstance(row, str):
            faults.append(_fault("statement_unfit", f"/items/{place}", what=row))
        elif looks_like_name(row.educator_id):
            faults.append(_fault("educator_id_is_a_name", f"/items/{place}"))
        else:
            rows.append(row)
    if faults:
        raise InputError(faults)
    return rows


def _own(body: FeedbackBody) -> FeedbackRow:
    return FeedbackRow(
        id=body.id,
        at=body.at,
        educator_id=body.educator_id,
        activity_id=body.activity_id,
        state=body.state.value,
        outcome=body.outcome,
        offering_id=body.offering_id,
        route_id=body.route_id,
        step_id=body.step_id,
        ended_at=body.ended_at,
        record={} if body.comment is None else {"comment": body.comment},
    )


def _stated(body: XapiStatement) -> FeedbackRow | str:
    """Row of a statement, or what it lacks."""
    person = _text(_inner(body.actor, "account"), "name")
    if person is None:
        return "actor.account.name"
    state = VERBS.get(_text(body.verb, "id") or "")
    if state is None:
        return "verb.id"
    target = (_text(body.object, "id") or "").rstrip("/").rpartition("/")[2]
    if not target:
        return "object.id"
    return FeedbackRow(
        id=body.id,
        at=body.timestamp,
        educator_id=person,
        activity_id=target[:128],
        state=state.value,
        outcome=_outcome(body),
        ended_at=body.timestamp if state in _ENDED else None,
        record={"verb": _text(body.verb, "id")},
    )


def _outcome(body: XapiStatement) -> float | None:
    """Success in [0, 1]: the scaled score (xAPI has it in [−1, 1]), else success said in words."""
    scaled = _inner(body.result or {}, "score").get("scaled")
    if isinstance(scaled, int | float) and not isinstance(scaled, bool) and -1 <= scaled <= 1:
        return max(0.0, float(scaled))
    success = (body.result or {}).get("success")
    return float(success) if isinstance(success, bool) else None


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    return found if isinstance(found, str) and 0 < len(found) <= 500 and found.strip() else None


def _fault(code: str, pointer: str, **parameters: object) -> Fault:
    return Fault(code, FAULTS[code].say(RUSSIAN, parameters), pointer, parameters=parameters)
