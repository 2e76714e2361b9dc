"""Moves of a route and of its steps: what is legal where, and what each does to the holds.

Two tables say everything about legality: ``ROUTE_MOVES`` and ``STEP_MOVES``. Who may do what is
not asked here. What a move takes, gives back and makes firm follows from the states before and
after it (``holds.held_claims``), so no move can forget a seat.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from engine.lifecycle.holds import Claim, firm_claims, held_claims
from engine.lifecycle.illegal import IllegalMove
from engine.lifecycle.states import (
    FINAL_ROUTES,
    OPEN_STEPS,
    RouteEvent,
    RouteProgress,
    RouteState,
    StepRecord,
    StepState,
)
from engine.policy import Lifecycle

P, R, A, C, D, X = (
    RouteState.PROPOSED,
    RouteState.RETURNED,
    RouteState.AGREED,
    RouteState.ACTIVE,
    RouteState.COMPLETED,
    RouteState.CANCELLED,
)


class Move(StrEnum):
    """A move of a route or of one of its steps.

    ``expire`` is nobody's decision: it falls due. ``revise`` gives the route other planned steps
    (replanning, a pin, a ban, a replacement); of an agreed or active route it holds them anew for
    the whole time of an agreement.
    """

    AGREE = "agree"
    RETURN = "return"
    ACCEPT = "accept"
    REVISE = "revise"
    COMPLETE_ROUTE = "complete_route"
    CANCEL_ROUTE = "cancel_route"
    EXPIRE = "expire"
    ENROL = "enrol"
    ATTEND = "attend"
    COMPLETE = "complete"
    MISS = "miss"
    CANCEL = "cancel"
    ACCEPT_REPORT = "accept_report"


ROUTE_MOVES: Mapping[Move, Mapping[RouteState, RouteState]] = {
    Move.AGREE: {P: A},
    Move.RETURN: {P: R, A: R},
    Move.ACCEPT: {P: P, A: A, C: C},
    Move.REVISE: {P: P, R: P, A: A, C: C},
    Move.COMPLETE_ROUTE: {C: D},
    Move.CANCEL_ROUTE: {P: X, R: X, A: X, C: X},
    Move.EXPIRE: {A: P, C: C},
}
"""State after each move of a route, by the state before; what is absent is illegal.

``accept`` is the educator's word and changes no state: an active route is one in which a step has
been enrolled in. An active route that expires goes on; only what is not firm is given back.
"""

STEP_MOVES: Mapping[Move, Mapping[StepState, StepState]] = {
    Move.ENROL: {StepState.PLANNED: StepState.ENROLLED},
    Move.ATTEND: {StepState.ENROLLED: StepState.ATTENDED},
    Move.COMPLETE: {StepState.ATTENDED: StepState.COMPLETED},
    Move.MISS: dict.fromkeys(sorted(OPEN_STEPS), StepState.MISSED),
    Move.CANCEL: dict.fromkeys(sorted(OPEN_STEPS), StepState.CANCELLED),
    Move.ACCEPT_REPORT: {StepState.COMPLETED: StepState.COMPLETED},
}
"""State after each move of a step, by the state before; the route must be agreed or active.

A report may be accepted in a completed route too, once for each step.
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody wants to be done.

    Parameters
    ----------
    step_id
        Of a move of a step; ``None`` of a route's.
    actor
        Who decides, as the caller names him.
    claims
        Everything shared that the route needs (``holds.claims_of``): before the move, and of
        ``revise`` after it. A claim that is absent is neither taken nor given back.
    steps, mentor_id, claims_before
        Of ``revise`` only: the route's steps and mentor from now on, and the claims of the steps
        before.
    parameters
        What the history tells besides.
    """

    move: Move
    step_id: str | None = None
    actor: str = ""
    comment: str = ""
    claims: tuple[Claim, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    mentor_id: str | None = None
    claims_before: tuple[Claim, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move comes to.

    Parameters
    ----------
    route
        The route afterwards.
    events
        Lines for its history, in order; ``seq`` is 0.
    claims
        To be held until ``route.held_until``, all or nothing; what is held already is prolonged.
        One that is also in ``confirms`` is firm at once.
    releases
        To be given back.
    confirms
        Held from now on without an end. ``confirm_steps`` says the same by step.
    """

    route: RouteProgress
    events: tuple[RouteEvent, ...]
    claims: tuple[Claim, ...] = ()
    releases: tuple[Claim, ...] = ()
    confirms: tuple[Claim, ...] = ()

    @property
    def confirm_steps(self) -> tuple[str | None, ...]:
        """Steps whose holds become firm; ``None`` = the route's own (mentor and slots)."""
        return tuple(sorted({c.step_id for c in self.confirms}, key=lambda s: s or ""))


def legal_moves(route: RouteProgress, step_id: str | None = None) -> tuple[Move, ...]:
    """Moves that the state admits, of a step or of the route; in the order of ``Move``."""
    if step_id is None:
        return tuple(m for m in Move if route.state in ROUTE_MOVES.get(m, ()))
    step = route.step(step_id)
    if step is None:
        return ()
    return tuple(
        m for m in Move if step.state in STEP_MOVES.get(m, ()) and _open_for(m, route, step)
    )


def move_route(
    route: RouteProgress,
    decision: Decision,
    at: dt.datetime,
    by_role: str,
    policy: Lifecycle,
) -> Moved:
    """Do one move.

    Parameters
    ----------
    at
        Instant with offset; days are told in its zone.
    by_role
        For the history alone.

    Raises
    ------
    IllegalMove
        The state does not admit the move, with what it does admit; ``unknown_step``;
        ``nothing_to_agree`` (a route without steps), ``steps_open`` (completing before every
        step has ended), ``nothing_completed``, ``hold_not_due``, ``report_accepted_already``.
    ValueError
        ``at`` has no offset (a mistake of the caller).
    """
    if at.utcoffset() is None:
        raise ValueError("an instant without offset")
    teller = _Teller(decision, at, by_role)
    if decision.move in STEP_MOVES:
        after, events = _step_move(route, decision, at, teller)
    else:
        after, events = _route_move(route, decision, at, policy, teller)
    return _with_holds(route, after, decision, events)


def _with_holds(
    before: RouteProgress, after: RouteProgress, decision: Decision, events: tuple[RouteEvent, ...]
) -> Moved:
    earlier = decision.claims_before if decision.move is Move.REVISE else decision.claims
    had, has = held_claims(before, earlier), held_claims(after, decision.claims)
    was_firm, is_firm = firm_claims(before, earlier), firm_claims(after, decision.claims)
    prolonged = has - is_firm if after.held_until not in (None, before.held_until) else frozenset()
    return Moved(
        route=after,
        events=events,
        claims=_ordered((has - had) | prolonged),
        releases=_ordered(had - has),
        confirms=_ordered(is_firm - was_firm),
    )


def _ordered(claims: frozenset[Claim]) -> tuple[Claim, ...]:
    return tuple(sorted(claims, key=lambda c: (c.kind, c.resource, c.step_id or "")))


@dataclass(frozen=True, slots=True)
class _Teller:
    """Makes lines of the history."""

    decision: Decision
    at: dt.datetime
    role: str

    def tell(
        self, kind: str, before: StrEnum, after: StrEnum, step_id: str | None = None
    ) -> RouteEvent:
        return RouteEvent(
            at=self.at,
            actor=self.decision.actor,
            role=self.role,
            kind=kind,
            step_id=step_id,
            before=before.value,
            after=after.value,
            comment=self.decision.comment,
            parameters=dict(self.decision.parameters),
        )


# --------------------------------------------------------------------------- moves of a route


def _route_move(
    route: RouteProgress,
    decision: Decision,
    at: dt.datetime,
    policy: Lifecycle,
    teller: _Teller,
) -> tuple[RouteProgress, tuple[RouteEvent, ...]]:
    move = decision.move
    state = ROUTE_MOVES[move].get(route.state)
    if state is None:
        raise _illegal(route, move, None)
    _admitted(route, move, at)
    after = replace(route, state=state)
    if move in (Move.AGREE, Move.REVISE) and state in (A, C):
        after = replace(after, held_until=at + dt.timedelta(days=policy.hold_days))
    if move is Move.REVISE:
        after = replace(
            after,
            revision=route.revision + 1,
            steps=decision.steps,
            mentor_id=decision.mentor_id,
        )
        _only_planned_change(route, after)
    if state not in (A, C) or move is Move.EXPIRE:
        after = replace(after, held_until=None)
    kind = "hold_expired" if move is Move.EXPIRE else move.value
    events = [teller.tell(kind, route.state, state)]
    if move is Move.CANCEL_ROUTE:
        open_steps = [s for s in route.steps if s.state in OPEN_STEPS]
        after = replace(after, steps=_all_cancelled(route.steps))
        events += [
            teller.tell(Move.CANCEL.value, s.state, StepState.CANCELLED, s.step_id)
            for s in open_steps
        ]
    return after, tuple(events)


def _admitted(route: RouteProgress, move: Move, at: dt.datetime) -> None:
    """What a move asks beside the state."""
    if move is Move.AGREE and not any(s.state is StepState.PLANNED for s in route.steps):
        raise IllegalMove("nothing_to_agree", move, route.state)
    if move is Move.COMPLETE_ROUTE:
        left = [s.step_id for s in route.steps if s.state in OPEN_STEPS]
        if left:
            raise IllegalMove("steps_open", move, route.state, parameters={"steps": tuple(left)})
        if not any(s.state is StepState.COMPLETED for s in route.steps):
            raise IllegalMove("nothing_completed", move, route.state)
    if move is Move.EXPIRE and (route.held_until is None or at < route.held_until):
        until = {"held_until": route.held_until}
        raise IllegalMove("hold_not_due", move, route.state, parameters=until)


def _only_planned_change(before: RouteProgress, after: RouteProgress) -> None:
    """A revision leaves every step that has begun or ended as it is.

    A missed or cancelled one may leave the route, its history stays in the events.
    """
    for step in before.steps:
        stays = after.step(step.step_id) == step
        may_leave = step.state in (StepState.PLANNED, StepState.MISSED, StepState.CANCELLED)
        gone = after.step(step.step_id) is None
        if not stays and not (may_leave and (gone or step.state is StepState.PLANNED)):
            raise IllegalMove(
                "step_has_begun", Move.REVISE, step.state, parameters={"step": step.step_id}
            )
    for step in after.steps:
        if step.state is not StepState.PLANNED and before.step(step.step_id) != step:
            raise IllegalMove(
                "step_not_new", Move.REVISE, step.state, parameters={"step": step.step_id}
            )


def _all_cancelled(steps: Sequence[StepRecord]) -> tuple[StepRecord, ...]:
    return tuple(
        replace(s, state=StepState.CANCELLED) if s.state in OPEN_STEPS else s for s in steps
    )


# --------------------------------------------------------------------------- moves of a step


def _step_move(
    route: RouteProgress, decision: Decision, at: dt.datetime, teller: _Teller
) -> tuple[RouteProgress, tuple[RouteEvent, ...]]:
    move = decision.move
    step = route.step(decision.step_id or "")
    if step is None:
        raise IllegalMove(
            "unknown_step",
            move,
            route.state,
            parameters={
                "step": decision.step_id,
                "known": tuple(s.step_id for s in route.steps),
            },
        )
    state = STEP_MOVES[move].get(step.state)
    if not _open_for(move, route, step):
        if move is Move.ACCEPT_REPORT and step.report_accepted is not None:
            day = {"step": step.step_id, "day": step.report_accepted}
            raise IllegalMove("report_accepted_already", move, step.state, parameters=day)
        raise _illegal(route, move, step)
    if state is None:
        raise _illegal(route, move, step)
    moved = replace(step, state=state)
    if move is Move.ACCEPT_REPORT:
        moved = replace(moved, report_accepted=at.date())
    after = replace(
        route, steps=tuple(moved if s.step_id == step.step_id else s for s in route.steps)
    )
    events = [teller.tell(move.value, step.state, state, step.step_id)]
    if move is Move.ENROL and route.state is A:
        after = replace(after, state=C)
        events.append(teller.tell("begin", A, C))
    return after, tuple(events)


def _open_for(move: Move, route: RouteProgress, step: StepRecord) -> bool:
    """Whether the route admits a move of the step at all."""
    if move is Move.ACCEPT_REPORT:
        # The tutor may look at the last report after everything has ended.
        return route.state in (C, D) and step.report_accepted is None
    return route.state in (A, C)


def _illegal(route: RouteProgress, move: Move, step: StepRecord | None) -> IllegalMove:
    """The state does not admit it: which state, and what is legal there."""
    if step is None:
        code = "route_is_final" if route.state in FINAL_ROUTES else "move_not_legal"
        return IllegalMove(code, move, route.state, legal=legal_moves(route))
    legal = legal_moves(route, step.step_id)
    if route.state not in (A, C) and move is not Move.ACCEPT_REPORT:
        code = "route_is_final" if route.state in FINAL_ROUTES else "route_not_agreed"
        return IllegalMove(code, move, route.state, legal=legal_moves(route))
    parameters = {"step": step.step_id}
    return IllegalMove("step_move_not_legal", move, step.state, legal=legal, parameters=parameters)
