"""Shared resources that routes hold: seats of offerings, mentors' places and mentors' slots.

A route claims resources when it is agreed. What it holds at any moment follows from its states
alone (``held_claims``), so a store that keeps holds can be checked against its routes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.catalogue import Catalogue
from engine.domain import Mentor, Occupancy
from engine.lifecycle.states import FIRM_STEPS, RouteProgress, RouteState, StepState
from engine.recommendation import MentorEntry, Recommendation

__all__ = [
    "Claim",
    "ClaimKind",
    "Occupancy",
    "claims_of",
    "firm_claims",
    "held_claims",
    "occupancy_of",
    "slot_of_resource",
    "slot_resource",
]


class ClaimKind(StrEnum):
    """Kind of a shared resource."""

    SEAT = "seat"
    MENTOR = "mentor"
    SLOT = "slot"


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One unit of one shared resource that a route needs.

    Parameters
    ----------
    resource
        Offering id, mentor id, or ``slot_resource`` of a slot.
    capacity
        Units that there are for all routes together, ≥ 0, as catalogue and mentor's card say.
    step_id
        Step that needs it; ``None`` = the route itself (mentor and slots).
    """

    kind: ClaimKind
    resource: str
    capacity: int
    step_id: str | None = None


def slot_resource(mentor_id: str, start: dt.datetime) -> str:
    """Key of a mentor's slot: the start in UTC and the mentor, ``2026-09-01T12:00:00+00:00 m1``.

    The instant stands first because a mentor's id may hold any character.
    """
    return f"{start.astimezone(dt.UTC).isoformat()} {mentor_id}"


def slot_of_resource(resource: str) -> tuple[str, dt.datetime]:
    """Mentor id and start of the slot behind ``slot_resource``."""
    start, _, mentor_id = resource.partition(" ")
    return mentor_id, dt.datetime.fromisoformat(start)


def occupancy_of(held: Iterable[tuple[ClaimKind, str]]) -> Occupancy:
    """Occupancy of held units, each given as its kind and resource."""
    counts = Counter(held)
    return Occupancy(
        seats={r: n for (kind, r), n in sorted(counts.items()) if kind is ClaimKind.SEAT},
        mentors={r: n for (kind, r), n in sorted(counts.items()) if kind is ClaimKind.MENTOR},
        slots=frozenset(slot_of_resource(r) for kind, r in counts if kind is ClaimKind.SLOT),
    )


def claims_of(
    answer: Recommendation, catalogue: Catalogue, mentors: Mapping[str, Mentor]
) -> tuple[Claim, ...]:
    """Everything shared that the route of an answer needs.

    A seat for each step whose offering has a limit, the mentor's place, and each slot of his in
    which a meeting lies. A meeting fills a whole slot, so the slot's own start is claimed and not
    the meeting's; a meeting that lies in several of them claims them all, and one whose slot is
    on the mentor's card no more claims its own start.

    Parameters
    ----------
    mentors
        Cards by id, as they are now; capacity 0 is claimed of a mentor without one.

    Returns
    -------
    tuple of Claim
        By kind, resource and step; steps of offerings that the catalogue lost claim nothing.
    """
    route = answer.route
    if route is None:
        return ()
    found: list[Claim] = []
    for step in route.steps:
        row = catalogue.offering_index.get(step.offering)
        if row is not None and catalogue.seats[row] >= 0:
            capacity = int(catalogue.seats[row])
            found.append(Claim(ClaimKind.SEAT, step.offering, capacity, step.id))
    if route.mentor is not None:
        found += _mentor_claims(route.mentor, mentors.get(route.mentor.id))
    return tuple(sorted(set(found), key=lambda c: (c.kind, c.resource, c.step_id or "")))


def _mentor_claims(entry: MentorEntry, mentor: Mentor | None) -> Iterator[Claim]:
    yield Claim(ClaimKind.MENTOR, entry.id, 0 if mentor is None else mentor.capacity)
    slots = () if mentor is None else mentor.slots
    for meeting in entry.meetings:
        lying = [s.start for s in slots if s.start < meeting.end and meeting.start < s.end]
        for start in lying or [meeting.start]:
            yield Claim(ClaimKind.SLOT, slot_resource(entry.id, start), 1)


def held_claims(route: RouteProgress, claims: Sequence[Claim]) -> frozenset[Claim]:
    """The claims of a route that it holds in its present state.

    A seat is held by a step that is firm, and by a planned one of an agreed or active route whose
    hold has not lapsed; place and slots of the mentor by an agreed or active route.
    """
    bound = route.state in (RouteState.AGREED, RouteState.ACTIVE)
    planned = bound and route.held_until is not None
    state = {step.step_id: step.state for step in route.steps}

    def holds(claim: Claim) -> bool:
        if claim.step_id is None:
            return bound
        step = state.get(claim.step_id)
        return step in FIRM_STEPS or (step is StepState.PLANNED and planned)

    return frozenset(claim for claim in claims if holds(claim))


def firm_claims(route: RouteProgress, claims: Sequence[Claim]) -> frozenset[Claim]:
    """Those of the held claims that no lapsing agreement takes.

    Seats of steps that have been enrolled in, and the mentor of a route that is under way.
    """
    firm = {step.step_id for step in route.steps if step.state in FIRM_STEPS}
    active = route.state is RouteState.ACTIVE
    return frozenset(
        claim
        for claim in held_claims(route, claims)
        if (active if claim.step_id is None else claim.step_id in firm)
    )
