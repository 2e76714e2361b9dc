"""Any sequence of legal moves: holds kept by their changes equal those that the states say."""

import datetime as dt
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.lifecycle.holds import Claim, ClaimKind, firm_claims, held_claims, slot_resource
from engine.lifecycle.illegal import IllegalMove
from engine.lifecycle.moves import STEP_MOVES, Decision, Move, Moved, legal_moves, move_route
from engine.lifecycle.states import RouteProgress, StepRecord, StepState
from engine.policy import Lifecycle

START = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
FURTHER = {"steps_open", "nothing_completed", "hold_not_due", "nothing_to_agree"}
POLICY = Lifecycle(hold_days=14, replan_changes_most=3, replan_freeze_days=7)


def _step(number: int) -> StepRecord:
    day = START.date() + dt.timedelta(days=number)
    return StepRecord(f"step-{number}", f"a{number}", f"o{number}", day, day)


def _claims(route: RouteProgress) -> tuple[Claim, ...]:
    seats = [Claim(ClaimKind.SEAT, s.offering_id, 9, s.step_id) for s in route.steps]
    own = [Claim(ClaimKind.MENTOR, "m", 9), Claim(ClaimKind.SLOT, slot_resource("m", START), 1)]
    return (*seats, *own)


class Lives(RuleBasedStateMachine):
    """A route and a ledger that only follows claims, releases and confirms."""

    def __init__(self) -> None:
        super().__init__()
        self.route = RouteProgress(steps=tuple(_step(n) for n in (1, 2, 3)), mentor_id="m")
        self.now, self.number = START, 4
        self.held: set[Claim] = set()
        self.firm: set[Claim] = set()

    def _moved(self, decision: Decision) -> Moved | IllegalMove:
        try:
            return move_route(self.route, decision, self.now, "anybody", POLICY)
        except IllegalMove as refused:
            return refused

    def _do(self, decision: Decision) -> None:
        step = decision.step_id if decision.move in STEP_MOVES else None
        legal = decision.move in legal_moves(self.route, step)
        moved = self._moved(decision)
        if isinstance(moved, IllegalMove):
            # Legal by the tables: only a further condition may refuse.
            assert not legal or moved.reason in FURTHER
            return
        assert legal
        released, kept_firm = set(moved.releases), self.firm
        assert released <= self.held
        assert not released & set(moved.claims)
        if decision.move is Move.EXPIRE:
            assert not released & kept_firm
        self.held = (self.held - released) | set(moved.claims)
        self.firm = (kept_firm - released) | set(moved.confirms)
        self.route = moved.route

    @rule(move=st.sampled_from(Move), number=st.integers(1, 6))
    def any_move(self, move: Move, number: int) -> None:
        """Whatever anybody tries."""
        if move is Move.REVISE:
            return
        step = f"step-{number}" if move in STEP_MOVES else None
        self._do(Decision(move, step, claims=_claims(self.route)))

    @rule(drop=st.booleans(), add=st.booleans())
    def revise(self, drop: bool, add: bool) -> None:
        """Replanning drops a planned step or adds one."""
        before = self.route
        steps = list(before.steps)
        planned = [s for s in steps if s.state is StepState.PLANNED]
        if drop and planned:
            steps.remove(planned[0])
        if add and self.number < 7:
            steps.append(_step(self.number))
            self.number += 1
        after = replace(before, steps=tuple(steps))
        self._do(
            Decision(
                Move.REVISE,
                steps=tuple(steps),
                mentor_id="m",
                claims=_claims(after),
                claims_before=_claims(before),
            )
        )

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        """Holds fall due."""
        self.now += dt.timedelta(days=days)

    @invariant()
    def ledger_equals_states(self) -> None:
        """What is held, and what of it is firm, is a function of the states."""
        claims = _claims(self.route)
        assert self.held == held_claims(self.route, claims)
        assert self.firm == firm_claims(self.route, claims)

    @invariant()
    def enrolled_is_firm(self) -> None:
        """Whoever is enrolled, attends or has completed has a firm seat."""
        for step in self.route.steps:
            if step.state in (StepState.ENROLLED, StepState.ATTENDED, StepState.COMPLETED):
                assert any(c.step_id == step.step_id for c in self.firm)


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
