"""Feedback from outside as the rows that training reads: own rows and xAPI statements."""

from __future__ import annotations

import json
from collections.abc import Sequence

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
from engine.interchange.xapi import Given, Outcome, read_placed
from engine.recommendation import to_dict
from engine.storage import FeedbackRow

JSON = "application/json"

_ENDED = frozenset({State.COMPLETED, State.DROPPED})


def add_feedback(service: Service, principal: Principal, items: Sequence[AnyFeedback]) -> Response:
    """Keep feedback, all of it or none.

    Raises
    ------
    InputError
        A statement that is none by the published schemas or says not enough, a name in the
        place of an id; with pointers.
    """
    rows = _rows(items)
    with service.store.writing(principal.tenant) as kept:
        added = kept.feedback.add(rows)
        at = service.clock()
        told = [to_dict(row) for row in rows]
        first = rows[0].id if rows else ""
        audited(kept, principal, "add_feedback", "feedback", first, None, told, at)
        answer = json.dumps({"received": len(items), "added": added})
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
    """Rows in the order of the items; of a statement that came twice, one."""
    faults: list[Fault] = []
    stated = _stated(items, faults)
    rows = [
        (place, _own(item) if isinstance(item, FeedbackBody) else stated.get(place))
        for place, item in enumerate(items)
    ]
    named = (place for place, row in rows if row and looks_like_name(row.educator_id))
    faults += (_fault("educator_id_is_a_name", f"/items/{place}") for place in named)
    if faults:
        raise InputError(faults)
    return [row for _, row in rows if row is not None]


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


def _stated(items: Sequence[AnyFeedback], faults: list[Fault]) -> dict[int, FeedbackRow]:
    """Rows of the statements by their places; what is wrong with any joins the faults."""
    given = [
        Given(item.statement, ("items", place))
        for place, item in enumerate(items)
        if isinstance(item, XapiStatement)
    ]
    try:
        found = read_placed(given, kept=True)
    except InputError as error:
        faults += error.faults
        return {}
    return {int(given[i].place[1]): _row(given[i], outcome) for i, outcome in found.items()}


def _row(given: Given, said: Outcome) -> FeedbackRow:
    return FeedbackRow(
        id=said.id,
        at=said.at,
        educator_id=said.person,
        activity_id=said.activity,
        state=said.state.value,
        outcome=said.score,
        ended_at=said.at if said.state in _ENDED else None,
        record={"verb": given.statement["verb"]["id"]},
    )


def _fault(code: str, pointer: str, **parameters: object) -> Fault:
    return Fault(code, FAULTS[code].say(RUSSIAN, parameters), pointer, parameters=parameters)
