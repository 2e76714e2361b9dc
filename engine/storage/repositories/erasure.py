"""Erasing a person: what is gone, what stays, and under which name.

Gone are the name, the educator with all evidence, what routes were asked with, what was said about
them in free words, kept answers to repeated requests, asynchronous solves, and keys that spoke for
the person. Routes stay as far as statistics need them (``redaction``), under a random id; those
that were under way are cancelled and hold nothing. Feedback stays for training under another
random id, without what would lead back: the source's own ids and the route. Nothing keeps which id
was whose, so a model that was trained before stays valid and cannot be asked about the person.
Out of registers the person is taken, too: his own
card and who accompanied him go, from lists he is struck, and whom he accompanied was accompanied by
nobody who could be found. What was said of his teams names him by the id of his routes. Marks that
he gave to others are an unknown observer's; others' routes that were built from them before still
name him by his id, as they must be repeatable. Texts of practices are not searched for people.
Copies of the database made before still hold what was erased; they have to be kept no longer than
the operator's rules say.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from engine.lifecycle.states import FINAL_ROUTES, RouteEvent, RouteState
from engine.storage.bound import Bound
from engine.storage.repositories.redaction import anonymous
from engine.storage.repositories.register_erasure import erase_from_registers
from engine.storage.repositories.routes import RouteRepository
from engine.storage.repositories.team_erasure import erase_from_teams
from engine.storage.tables import (
    AUDIT,
    DIAGNOSTICS,
    EDUCATORS,
    EVENTS,
    FEEDBACK,
    HOLDS,
    IDEMPOTENCY,
    JOBS,
    KEYS,
    LABELS,
    REVISIONS,
    ROUTES,
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure changed.

    Parameters
    ----------
    pseudonym
        Id under which routes are kept now; random.
    routes, feedback
        How many rows are kept without the person.
    registers
        How many records of registers named him.
    """

    pseudonym: str
    routes: int
    feedback: int
    registers: int = 0


def erase(bound: Bound, system: Bound, educator_id: str, at: dt.datetime) -> Erased:
    """Erase a person within a transaction; somebody unknown leaves everything as it is.

    Parameters
    ----------
    system
        Access to what no tenant owns, in the same transaction.
    """
    pseudonym = _nobody()
    bound.delete(LABELS, LABELS.c.educator_id == educator_id)
    bound.delete(EDUCATORS, EDUCATORS.c.id == educator_id)
    # others' marks stay apart by who gave them, so the observer needs a name
    bound.update(DIAGNOSTICS, {"observer": _nobody()}, DIAGNOSTICS.c.observer == educator_id)
    routes = _routes(bound, educator_id, pseudonym, at)
    feedback = _feedback(bound, educator_id)
    registers = erase_from_registers(bound, educator_id, at)
    erase_from_teams(bound, educator_id, pseudonym)
    _requests(bound, educator_id, routes)
    # a mentor or a tutor acts on others' routes, too
    bound.update(EVENTS, {"actor": pseudonym}, EVENTS.c.actor == educator_id)
    for column in (AUDIT.c.actor, AUDIT.c.object_id):
        bound.update(AUDIT, {column.name: pseudonym}, column == educator_id)
    spoke = (KEYS.c.tenant == bound.tenant, KEYS.c.subject == educator_id)
    system.update(KEYS, {"revoked_at": at}, *spoke, KEYS.c.revoked_at.is_(None))
    system.update(KEYS, {"subject": None}, *spoke)
    return Erased(pseudonym, len(routes), feedback, registers)


def _nobody() -> str:
    return f"erased-{secrets.token_hex(16)}"


def _routes(bound: Bound, educator_id: str, pseudonym: str, at: dt.datetime) -> tuple[str, ...]:
    rows = bound.rows(
        ROUTES,
        ROUTES.c.educator_id == educator_id,
        columns=(ROUTES.c.id, ROUTES.c.answer, ROUTES.c.state, ROUTES.c.version),
        order=(ROUTES.c.id,),
        lock=True,
    )
    for row in rows:
        mine = ROUTES.c.id == row.id
        changed = {"answer": anonymous(row.answer, pseudonym), "educator_id": pseudonym}
        bound.update(ROUTES, {**_BLANK, **changed, "version": row.version + 1}, mine)
        _past(bound, row.id, pseudonym)
        if row.state not in FINAL_ROUTES:
            _cancel(bound, row.id, row.state, at)
    return tuple(row.id for row in rows)


_BLANK = {"request": None, "solution": None, "problem": b"", "organisation_id": None}


def _past(bound: Bound, route_id: str, pseudonym: str) -> None:
    """Earlier revisions and history of a route."""
    mine = REVISIONS.c.route_id == route_id
    blank = {name: value for name, value in _BLANK.items() if name in REVISIONS.c}
    for row in bound.rows(REVISIONS, mine, columns=(REVISIONS.c.revision, REVISIONS.c.answer)):
        changed = {**blank, "answer": anonymous(row.answer, pseudonym)}
        bound.update(REVISIONS, changed, mine, REVISIONS.c.revision == row.revision)
    bound.update(EVENTS, {"comment": "", "parameters": "{}"}, EVENTS.c.route_id == route_id)


def _cancel(bound: Bound, route_id: str, state: str, at: dt.datetime) -> None:
    bound.delete(HOLDS, HOLDS.c.route_id == route_id)
    cancelled = RouteState.CANCELLED.value
    life = {"state": cancelled, "held_until": None, "updated_at": at}
    bound.update(ROUTES, life, ROUTES.c.id == route_id)
    event = RouteEvent(at, "system", "system", "erased", None, str(state), cancelled)
    RouteRepository(bound).append(route_id, event)


def _feedback(bound: Bound, educator_id: str) -> int:
    mine = FEEDBACK.c.educator_id == educator_id
    rows = bound.rows(FEEDBACK, mine, columns=(FEEDBACK.c.id,), order=(FEEDBACK.c.id,))
    nobody = _nobody()
    blank = {"educator_id": nobody, "route_id": None, "step_id": None, "record": "{}"}
    for i, row in enumerate(rows):
        bound.update(FEEDBACK, {**blank, "id": f"{nobody}-{i}"}, mine, FEEDBACK.c.id == row.id)
        told = (AUDIT.c.object_kind == "feedback", AUDIT.c.object_id == row.id)
        bound.update(AUDIT, {"object_id": f"{nobody}-{i}"}, *told)
    return len(rows)


def _requests(bound: Bound, educator_id: str, routes: Sequence[str]) -> None:
    """Bodies and answers of requests that name the person or one of his routes."""
    bound.delete(JOBS, JOBS.c.educator_id == educator_id)
    for named in (educator_id, *routes):
        bound.delete(JOBS, JOBS.c.route_id == named)
        # JSON writers differ in whether they escape what is not ASCII
        for said in {json.dumps(named), json.dumps(named, ensure_ascii=False)}:
            bound.delete(JOBS, bound.holds_text(JOBS.c.request, said))
            bound.delete(IDEMPOTENCY, bound.holds_bytes(IDEMPOTENCY.c.body, said.encode()))
