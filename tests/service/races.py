"""Races for what is short: many proposals that want the same, agreed at once."""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from engine.lifecycle.holds import ClaimKind, slot_resource
from engine.lifecycle.states import RouteEvent
from engine.storage import DEFAULT_TENANT, Store, StoredRoute
from tests.service.calling import at_once, built, code_of, decide
from tests.service.region import FEW, LEFT, PLACES, SLOTS, body, offering_of, slot

Answer = dict[str, Any]
THE_SLOT = 100
"""Slot of the mentor ``SLOTS`` that everybody wants."""


@dataclass(frozen=True)
class Race:
    """What all want, and how many there are of it.

    Parameters
    ----------
    educator, excluded
        Whose route is built, and without which activities.
    told
        Changes the answer of the proposal of a number, so that all want the same and nothing
        else that is short.
    resource
        Its name among holds.
    """

    name: str
    kind: str
    units: int
    educator: str
    excluded: tuple[str, ...]
    told: Callable[[Answer, int, dt.datetime], None]
    resource: Callable[[dt.datetime], str]

    def proposals(
        self, client: httpx2.Client, store: Store, as_of: dt.datetime, count: int
    ) -> list[str]:
        """Keep so many proposals, copies of one that the service has built; returns their ids."""
        limits = {"excluded": list(self.excluded)} if self.excluded else {}
        id = built(client, body(self.educator, as_of, **limits))["id"]
        with store.reading(DEFAULT_TENANT) as kept:
            first = kept.routes.get(id)
        assert first is not None
        with store.writing(DEFAULT_TENANT) as kept:
            made = [self._copy(first, number, as_of) for number in range(count)]
            for route in made:
                kept.routes.add(route)
                event = RouteEvent(first.created_at, "t", "platform", "proposed", None, "", "x")
                kept.routes.append(route.id, event)
        return [route.id for route in made]

    def _copy(self, route: StoredRoute, number: int, as_of: dt.datetime) -> StoredRoute:
        id = uuid.uuid4().hex
        answer = json.loads(route.answer)
        answer["id"] = id
        self.told(answer, number, as_of)
        mentor = answer["route"]["mentor"]
        text = json.dumps(answer, ensure_ascii=False)
        return replace(route, id=id, answer=text, mentor_id=mentor and mentor["id"])


def activities(route: Answer) -> set[str]:
    """Activities of a route's steps."""
    return {step["activity"] for step in route["route"]["steps"]}


def agreed_at_once(clients: Sequence[httpx2.Client], ids: Sequence[str]) -> list[httpx2.Response]:
    """Agree all of them at the same moment, in turn through one client and another.

    Whoever is told that the database is busy comes again when he was told to; nothing was written.
    """

    def agree(number: int) -> Callable[[], httpx2.Response]:
        def ask() -> httpx2.Response:
            client = clients[number % len(clients)]
            while (answer := decide(client, ids[number], 1, "agree")).status_code == 503:
                assert code_of(answer) == "database_unavailable"
                time.sleep(float(answer.headers["retry-after"]))
            return answer

        return ask

    return at_once([agree(number) for number in range(len(ids))])


def holders(store: Store, resource: str) -> list[str]:
    """Routes that hold units of a resource in the database, once for each unit."""
    with store.reading(DEFAULT_TENANT) as kept:
        return [
            summary.id
            for summary in kept.routes.page(limit=1_000).items
            for claim, _ in kept.holds.of(summary.id)
            if claim.resource == resource
        ]


def needs(route: Answer) -> set[str]:
    """Names of the resources that a route needs."""
    found = {step["offering"] for step in route["route"]["steps"]}
    mentor = route["route"]["mentor"]
    if mentor is not None:
        starts = (dt.datetime.fromisoformat(m["start"]) for m in mentor["meetings"])
        found |= {mentor["id"], *(slot_resource(mentor["id"], start) for start in starts)}
    return found


def given_back(store: Store, ids: Sequence[str]) -> None:
    """Give back what they hold, for the next test."""
    with store.writing(DEFAULT_TENANT) as kept:
        for id in ids:
            kept.holds.release(id)


def _meeting(answer: Answer, mentor: str, number: int, as_of: dt.datetime) -> None:
    """One meeting, in a slot of a mentor."""
    entry = answer["route"]["mentor"]
    assert entry is not None, "whoever is young is due a mentor"
    entry["id"] = mentor
    at = slot(number, as_of)
    meeting = entry["meetings"][0]
    meeting["start"], meeting["end"] = at.start.isoformat(), at.end.isoformat()
    entry["meetings"] = [meeting]


RACES = (
    Race(
        "seats",
        ClaimKind.SEAT.value,
        LEFT,
        "E-senior",
        (),
        lambda answer, number, as_of: None,
        lambda as_of: offering_of(FEW),
    ),
    Race(
        "places",
        ClaimKind.MENTOR.value,
        LEFT,
        "E-young",
        (FEW,),
        lambda answer, number, as_of: _meeting(answer, PLACES, number, as_of),
        lambda as_of: PLACES,
    ),
    Race(
        "slot",
        ClaimKind.SLOT.value,
        1,
        "E-young",
        (FEW,),
        lambda answer, number, as_of: _meeting(answer, SLOTS, THE_SLOT, as_of),
        lambda as_of: slot_resource(SLOTS, slot(THE_SLOT, as_of).start),
    ),
)
