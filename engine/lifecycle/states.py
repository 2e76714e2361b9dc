"""States of a route and of its steps, and the records that carry them.

::

    route  proposed ── agreed ── active ── completed
           proposed or agreed ── returned ── proposed (revised)
           agreed ── proposed (the agreement lapses)
           anything that is not final ── cancelled

    step   planned ── enrolled ── attended ── completed
           planned, enrolled or attended ── missed or cancelled

Which move is legal where stands in ``moves``; what a state holds stands in ``holds``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RouteState(StrEnum):
    """State of a route."""

    PROPOSED = "proposed"
    RETURNED = "returned"
    AGREED = "agreed"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """State of a step."""

    PLANNED = "planned"
    ENROLLED = "enrolled"
    ATTENDED = "attended"
    COMPLETED = "completed"
    MISSED = "missed"
    CANCELLED = "cancelled"


OPEN_STEPS = frozenset({StepState.PLANNED, StepState.ENROLLED, StepState.ATTENDED})
"""States from which a step still goes on."""

STARTED_STEPS = frozenset({StepState.ENROLLED, StepState.ATTENDED})
"""States of a step that replanning leaves where it is."""

FIRM_STEPS = frozenset({StepState.ENROLLED, StepState.ATTENDED, StepState.COMPLETED})
"""States of a step whose seat is its own for good: no agreement that lapses takes it."""

FINAL_ROUTES = frozenset({RouteState.COMPLETED, RouteState.CANCELLED})
"""States that a route never leaves."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of a route with how far it has come.

    Parameters
    ----------
    step_id
        Stable over all revisions of the route; a step that replanning moves to another run of
        its activity keeps it, a step that replanning adds gets a new one.
    start, end
        First and last day, in the educator's zone.
    report_accepted
        Day on which the tutor accepted the report; ``None`` = not (yet).
    workload_min
        Clock minutes of the whole step, travel included; 0 = not recorded.
    cost_rub, funding
        What is paid and from which source; ``None`` = nothing is paid.
    """

    step_id: str
    activity_id: str
    offering_id: str
    start: dt.date
    end: dt.date
    state: StepState = StepState.PLANNED
    report_accepted: dt.date | None = None
    workload_min: int = 0
    cost_rub: int = 0
    funding: str | None = None


@dataclass(frozen=True, slots=True)
class RouteProgress:
    """What a move needs to know of a route.

    Parameters
    ----------
    revision
        Content revision from 1 on.
    steps
        In the order of the route; steps that have left it by replanning are not among them.
    mentor_id
        ``None`` = a route without a mentor.
    held_until
        End of the agreement's hold on what is not firm; ``None`` = nothing is held this way,
        because nothing was agreed or the hold has lapsed.
    """

    state: RouteState = RouteState.PROPOSED
    revision: int = 1
    steps: tuple[StepRecord, ...] = ()
    mentor_id: str | None = None
    held_until: dt.datetime | None = None

    def step(self, step_id: str) -> StepRecord | None:
        """Step by id, ``None`` if there is none."""
        return next((s for s in self.steps if s.step_id == step_id), None)


@dataclass(frozen=True, slots=True)
class RouteEvent:
    """One line of a route's history.

    Parameters
    ----------
    at
        Instant with offset.
    actor, role
        Who did it, as the caller names him, and in which role; ``system`` for what falls due.
    kind
        Code of the move (``agree``, ``enrol``, ``hold_expired``, ``replanned``, …).
    step_id
        Step that it concerns; ``None`` = the route.
    before, after
        State before and after, of the step where there is one, else of the route.
    seq
        Number within the route from 1 on; 0 = not stored yet.
    """

    at: dt.datetime
    actor: str
    role: str
    kind: str
    step_id: str | None
    before: str
    after: str
    comment: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    seq: int = 0
