"""Assignment over many people: what the service knows → a call to a worker → the answer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fastapi.concurrency import run_in_threadpool

from api.access.principal import Principal
from api.groups import known_policy, left_out_answers
from api.people_filter import AskedPeople, PeopleFilter
from api.schemas.assignment import AssignmentBody
from api.service import Service
from api.solving.engine import Engine
from engine.assignment.many import Evidence
from engine.assignment.peer_records import PeerRules
from engine.assignment.records import Pricing, Wish
from engine.assignment.task import TUTORED_MOST, Answer, Known, Question, Task
from engine.assignment.teams import TeamRules
from engine.lifecycle.states import RouteState
from engine.mentorship import left_of_mentors
from engine.planning.solution import OnProgress
from engine.policy import load_policy
from engine.recommendation import to_dict
from engine.storage import Repositories, RouteFilter
from engine.storage.paging import MOST_ROWS

DEADLINE_MS = 60_000
"""Time that one assignment has in a worker, waiting included."""


@dataclass(frozen=True, slots=True)
class AssignCall:
    """An assignment as a call to a worker."""

    question: Question
    known: Known
    policy: str
    as_of: dt.datetime

    def run(self, engine: Engine, on_progress: OnProgress | None = None) -> Answer:
        """Answer it.

        Raises
        ------
        InputError
            An unknown zone of an educator, too many people for pairs at once.
        """
        task = Task(
            self.known, engine.framework, load_policy(self.policy), self.as_of, engine.items
        )
        return task.answer(self.question)


async def assignment_answer(
    body: AssignmentBody, service: Service, language: str, principal: Principal
) -> str:
    """The assignment that a body asks for, as JSON text.

    Raises
    ------
    InputError
        What is wrong in the body or in what is known.
    SolvingError
        No worker could do it.
    """
    policy = known_policy(body.policy, service)
    known = await run_in_threadpool(_known, body, service, principal)
    call = AssignCall(_question(body), known, policy, body.as_of or service.clock())
    answer = await service.solved(call, DEADLINE_MS)
    return await run_in_threadpool(_text, answer, language)


def _question(body: AssignmentBody) -> Question:
    peers, teams = PeerRules(), TeamRules()
    return Question(
        form=body.form,
        asking=frozenset(body.asking),
        wishes=tuple(Wish(w.educator_id, w.by, w.veto) for w in body.wishes),
        pricing=Pricing(fairness=body.fairness, wish=body.wish, change=body.change),
        peers=replace(
            peers,
            most_pairs=body.most or peers.most_pairs,
            least=body.least or peers.least,
            same_subject=body.same_subject,
            same_district=body.same_district,
        ),
        teams=replace(teams, most=body.most or teams.most, least=body.least or teams.least),
        tutored_most=body.most or TUTORED_MOST,
        meetings=body.meetings,
    )


def _known(body: AssignmentBody, service: Service, principal: Principal) -> Known:
    """People whom the caller may see, mentors with what is left of them, and the registers."""
    asked = AskedPeople(organisation_id=body.organisation_id, district=body.district)
    wanted = PeopleFilter.of(asked, service, principal)
    everyone = tuple(service.people.everyone(wanted.stored, lambda e: wanted.meets(e, None)))
    evidence = tuple(
        Evidence(
            replace(one.educator, display_name=None), one.diagnostics, one.responses, one.requests
        )
        for one in everyone
    )
    with service.store.reading(principal.tenant) as kept:
        package = service.catalogues.of(principal.tenant, kept)
        mentors = left_of_mentors(package.mentors, kept.holds.occupancy(service.clock()))
        registers = kept.registers.all(package.registers)
        agreed = dict(_agreed(kept))
    nameless = tuple(replace(m, display_name=None) for m in mentors)
    busy = {one.educator.id: one.busy for one in everyone if one.busy}
    return Known(evidence, nameless, registers, agreed, busy)


def _agreed(kept: Repositories) -> Iterator[tuple[str, str]]:
    """Educators and the mentors of their agreed routes."""
    for state in (RouteState.AGREED, RouteState.ACTIVE):
        after: str | None = None
        while True:
            page = kept.routes.page(RouteFilter(state=state), after, MOST_ROWS)
            for route in page.items:
                if route.mentor_id is not None:
                    yield route.educator_id, route.mentor_id
            after = page.next
            if after is None:
                break


def _text(answer: Answer, language: str) -> str:
    found = to_dict(replace(answer, left_out=()))
    assert isinstance(found, Mapping)
    said = [x.model_dump(mode="json") for x in left_out_answers(answer.left_out, language)]
    return json.dumps({**found, "left_out": said}, ensure_ascii=False, allow_nan=False)
