"""Claims about the moves of routes and steps: what is legal, and what each does to the holds."""

import datetime as dt
from dataclasses import replace

import pytest

from engine.lifecycle.holds import Claim, ClaimKind, held_claims, slot_resource
from engine.lifecycle.illegal import IllegalMove
from engine.lifecycle.moves import Decision, Move, legal_moves, move_route
from engine.lifecycle.states import RouteProgress, RouteState, StepRecord, StepState
from engine.policy import Lifecycle
from engine.wording.messages import word

AT = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
POLICY = Lifecycle(hold_days=14, replan_changes_most=3, replan_freeze_days=7)
DAY = dt.date(2026, 9, 21)

# Written from the requirements, not from the code: state → moves → state after.
ROUTES = {
    "proposed": {
        "agree": "agreed",
        "return": "returned",
        "accept": "proposed",
        "revise": "proposed",
        "cancel_route": "cancelled",
    },
    "returned": {"revise": "proposed", "cancel_route": "cancelled"},
    "agreed": {
        "return": "returned",
        "accept": "agreed",
        "revise": "agreed",
        "cancel_route": "cancelled",
        "expire": "proposed",
    },
    "active": {
        "accept": "active",
        "revise": "active",
        "complete_route": "completed",
        "cancel_route": "cancelled",
        "expire": "active",
    },
    "completed": {},
    "cancelled": {},
}
STEPS = {
    "planned": {"enrol": "enrolled", "miss": "missed", "cancel": "cancelled"},
    "enrolled": {"attend": "attended", "miss": "missed", "cancel": "cancelled"},
    "attended": {"complete": "completed", "miss": "missed", "cancel": "cancelled"},
    "completed": {"accept_report": "completed"},
    "missed": {},
    "cancelled": {},
}
STEP_MOVES = ("enrol", "attend", "complete", "miss", "cancel", "accept_report")


def step(number: int = 1, state: str = "planned") -> StepRecord:
    return StepRecord(f"step-{number}", f"a{number}", f"o{number}", DAY, DAY, StepState(state))


def route(state: str, *steps: StepRecord, **fields) -> RouteProgress:
    until = AT if state in ("agreed", "active") else None
    fields = {"held_until": until, **fields}
    return RouteProgress(RouteState(state), 1, steps or (step(),), "m1", **fields)


def claims(*steps: StepRecord) -> tuple[Claim, ...]:
    seats = tuple(Claim(ClaimKind.SEAT, s.offering_id, 5, s.step_id) for s in steps)
    slot = Claim(ClaimKind.SLOT, slot_resource("m1", AT), 1)
    return (*seats, Claim(ClaimKind.MENTOR, "m1", 2), slot)


def do(before: RouteProgress, move: str, step_id: str | None = None, **fields):
    given = {"claims": claims(*before.steps), **fields}
    if move == "revise":
        given = {
            "steps": before.steps,
            "mentor_id": before.mentor_id,
            "claims_before": claims(*before.steps),
            **given,
        }
    decision = Decision(Move(move), step_id, "somebody", **given)
    return move_route(before, decision, AT, "methodist", POLICY)


@pytest.mark.parametrize("state", ROUTES)
@pytest.mark.parametrize("move", [m.value for m in Move if m.value not in STEP_MOVES])
def test_every_move_of_a_route_in_every_state(state, move):
    """The state after is that of an independently written table, or the move is refused."""
    ended = "completed" if move == "complete_route" else "planned"
    before = route(state, step(1, ended))
    if move in ROUTES[state]:
        moved = do(before, move)
        assert moved.route.state == ROUTES[state][move]
        kind = "hold_expired" if move == "expire" else move
        assert (moved.events[0].kind, moved.events[0].before) == (kind, state)
        assert moved.events[0].after == ROUTES[state][move]
    else:
        with pytest.raises(IllegalMove) as refused:
            do(before, move)
        assert refused.value.state == state
        assert set(refused.value.legal) == set(ROUTES[state])
        assert refused.value.reason in ("move_not_legal", "route_is_final")


@pytest.mark.parametrize("of_route", ROUTES)
@pytest.mark.parametrize("state", STEPS)
@pytest.mark.parametrize("move", STEP_MOVES)
def test_every_move_of_a_step_in_every_state_of_step_and_route(of_route, state, move):
    """Steps move in agreed and active routes only; a report is accepted after the route too."""
    admitted = ("active", "completed") if move == "accept_report" else ("agreed", "active")
    before = route(of_route, step(1, state))
    if of_route in admitted and move in STEPS[state]:
        after = do(before, move, "step-1").route
        assert after.steps[0].state == STEPS[state][move]
        begins = (of_route, move) == ("agreed", "enrol")
        assert after.state == ("active" if begins else of_route)
    else:
        with pytest.raises(IllegalMove) as refused:
            do(before, move, "step-1")
        assert refused.value.move == move
        assert move not in legal_moves(before, "step-1")


def test_agreement_holds_everything_for_the_days_of_the_policy():
    """Agreeing claims seat, mentor and slot, until 14 days later; nothing is firm yet."""
    moved = do(route("proposed"), "agree")
    assert set(moved.claims) == set(claims(step()))
    assert moved.confirms == moved.releases == ()
    assert moved.route.held_until == AT + dt.timedelta(days=14)


@pytest.mark.parametrize("move", ["return", "cancel_route", "expire"])
def test_what_was_agreed_is_given_back(move):
    """Returned, cancelled and lapsed agreements give back all that they held."""
    moved = do(route("agreed"), move)
    assert set(moved.releases) == set(claims(step()))
    assert moved.route.held_until is None


def test_enrolment_makes_a_seat_firm_and_the_first_one_the_mentor():
    """A lapse afterwards gives back only the seats of steps that nobody enrolled in."""
    one, two = step(1), step(2)
    begun = do(route("agreed", one, two), "enrol", "step-1")
    assert begun.confirm_steps == (None, "step-1")
    assert [e.kind for e in begun.events] == ["enrol", "begin"]
    lapsed = do(begun.route, "expire")
    assert [c.step_id for c in lapsed.releases] == ["step-2"]
    assert lapsed.route.state is RouteState.ACTIVE
    # Who enrols later has to get a seat anew, and has it for good.
    late = do(lapsed.route, "enrol", "step-2")
    assert [c.step_id for c in late.claims] == ["step-2"] == [c.step_id for c in late.confirms]


@pytest.mark.parametrize("move", ["miss", "cancel"])
@pytest.mark.parametrize("state", ["planned", "enrolled", "attended"])
def test_a_missed_or_cancelled_step_gives_its_seat_back(state, move):
    """Also a firm seat; mentor and slots stay with the route."""
    moved = do(route("active", step(1, state), step(2)), move, "step-1")
    assert [c.step_id for c in moved.releases] == ["step-1"]
    assert moved.claims == ()


def test_cancelling_a_route_cancels_what_is_open_and_keeps_what_was_done():
    """Open steps become cancelled, with a line each; a completed one stays with its seat."""
    before = route("active", step(1, "completed"), step(2, "attended"), step(3))
    moved = do(before, "cancel_route")
    assert [s.state.value for s in moved.route.steps] == ["completed", "cancelled", "cancelled"]
    assert [e.step_id for e in moved.events] == [None, "step-2", "step-3"]
    assert {c.step_id for c in moved.releases} == {None, "step-2", "step-3"}


def test_a_revision_exchanges_the_holds_of_planned_steps():
    """The step that leaves gives its seat back, the new one takes one, what stays is prolonged."""
    before = route("agreed", step(1), step(2))
    steps = (step(1), step(3))
    moved = do(before, "revise", steps=steps, claims=claims(*steps))
    assert [c.step_id for c in moved.releases] == ["step-2"]
    assert {c.step_id for c in moved.claims} == {None, "step-1", "step-3"}
    assert (moved.route.revision, moved.route.held_until) == (2, AT + dt.timedelta(days=14))


def test_a_revision_may_not_touch_what_has_begun():
    """Leaving out or changing an enrolled step, or inventing a finished one, is refused."""
    before = route("active", step(1, "enrolled"), step(2))
    for steps, reason in (
        ((step(2),), "step_has_begun"),
        ((step(1), step(2)), "step_has_begun"),
        ((step(1, "enrolled"), step(2, "completed")), "step_not_new"),
        ((step(1, "enrolled"), step(4, "completed")), "step_not_new"),
    ):
        with pytest.raises(IllegalMove) as refused:
            do(before, "revise", steps=steps)
        assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("before", "move", "step_id", "reason"),
    [
        (route("active", step(1, "completed"), step(2)), "complete_route", None, "steps_open"),
        (route("active", step(1, "missed")), "complete_route", None, "nothing_completed"),
        (route("proposed", step(1, "completed")), "agree", None, "nothing_to_agree"),
        (replace(route("agreed"), held_until=AT + dt.timedelta(1)), "expire", None, "hold_not_due"),
        (replace(route("active"), held_until=None), "expire", None, "hold_not_due"),
        (route("agreed"), "enrol", "step-9", "unknown_step"),
        (route("proposed"), "enrol", "step-1", "route_not_agreed"),
        (route("cancelled"), "enrol", "step-1", "route_is_final"),
    ],
)
def test_a_refusal_says_why_in_both_languages(before, move, step_id, reason):
    """Each further condition has its own code, and the words are there."""
    with pytest.raises(IllegalMove) as refused:
        do(before, move, step_id)
    assert refused.value.reason == reason
    for language in ("ru", "en"):
        words = word(reason, refused.value.parameters, language, family="move")
        assert reason not in words
        assert "{" not in words


def test_a_report_is_accepted_once():
    """The flag keeps its day; a second acceptance is refused and tells the day."""
    accepted = do(route("active", step(1, "completed")), "accept_report", "step-1").route
    assert accepted.steps[0].report_accepted == AT.date()
    with pytest.raises(IllegalMove) as refused:
        do(accepted, "accept_report", "step-1")
    assert refused.value.reason == "report_accepted_already"


def test_an_instant_without_offset_is_a_mistake_of_the_caller():
    """It is never taken for any zone."""
    with pytest.raises(ValueError, match="offset"):
        move_route(
            route("proposed"), Decision(Move.AGREE), AT.replace(tzinfo=None), "methodist", POLICY
        )


def test_holds_follow_from_states_alone():
    """A proposed route holds nothing, a completed one only the seats that were used."""
    steps = (step(1, "completed"), step(2, "missed"))
    assert held_claims(route("proposed"), claims(step())) == frozenset()
    held = held_claims(route("completed", *steps), claims(*steps))
    assert [c.step_id for c in held] == ["step-1"]
