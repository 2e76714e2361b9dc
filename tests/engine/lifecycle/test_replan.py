"""Claims about replanning on the small catalogue: what stays, what changes, and why."""

import datetime as dt
import json
from dataclasses import asdict, replace
from functools import cache

import pytest

from engine.domain import Mentor, Occupancy, Position
from engine.errors import InputError
from engine.framework import load_framework
from engine.lifecycle.directives import Directives
from engine.lifecycle.earlier import Earlier, read_earlier
from engine.lifecycle.holds import ClaimKind, claims_of, occupancy_of, slot_resource
from engine.lifecycle.replan import Evidence, records_of, replan
from engine.lifecycle.states import RouteProgress, RouteState, StepState
from engine.mentorship import left_of_mentors
from engine.planning.checks import check_route
from engine.planning.problem_json import problem_digest, write_problem_file
from engine.recommendation import to_dict
from engine.recommender import Recommender, request_from_json, request_to_json
from tests.engine.recommender.mini import (
    ACTIVITIES,
    AS_OF,
    MENTORS,
    MSK,
    OFFERINGS,
    ask,
    day,
    recommender,
)

SEPTEMBER_3 = dt.datetime(2026, 9, 3, 9, tzinfo=MSK)
OCTOBER_14 = dt.datetime(2026, 10, 14, 9, tzinfo=MSK)


@cache
def earlier() -> Earlier:
    """Steps 1 to 4: a webinar, a programme until December, self-study, a contest."""
    request = ask(gap_rel=0.0)
    outcome = recommender().recommend(request)
    return Earlier(request, outcome.problem, outcome.solution, outcome.recommendation)


def progress(*states: str, base: Earlier | None = None) -> RouteProgress:
    answer = (base or earlier()).answer
    records = records_of(answer.route.steps)
    given = (*states, *["planned"] * (len(records) - len(states)))
    steps = tuple(replace(r, state=StepState(s)) for r, s in zip(records, given, strict=True))
    mentor = answer.route.mentor.id if answer.route.mentor else None
    return RouteProgress(RouteState.ACTIVE, 1, steps, mentor)


def revise(as_of: dt.datetime, *states: str, **fields):
    return replan(recommender(), earlier(), progress(*states), as_of, **fields)


def told(replanned) -> list[tuple[str, str, str | None]]:
    return [
        (c.code, c.step_id, c.why.code if c.why else None) for c in replanned.difference.changes
    ]


def test_without_news_nothing_changes():
    """The same day, the same data: the optimum stays, no change, the same step ids."""
    same = revise(AS_OF)
    assert same.difference.changes == ()
    assert same.steps == records_of(earlier().answer.route.steps)
    assert same.outcome.recommendation.certificate.value == earlier().answer.certificate.value


def test_finished_and_started_steps_stay_and_the_rest_obeys_the_rules():
    """History, minutes and money of what has begun count; the checker lets the whole pass."""
    later = revise(OCTOBER_14, "completed", "enrolled")
    before, after = earlier().steps, later.outcome.recommendation.route.steps
    for old, new in zip(before[:2], after[:2], strict=True):
        assert (new.id, new.offering, new.start, new.end) == (
            old.id,
            old.offering,
            old.start,
            old.end,
        )
        assert "started" in {r.code for r in new.reasons}
    problem, route = later.outcome.problem, later.outcome.solution.route
    assert check_route(problem, route).holds
    assert problem.first_day == earlier().problem.first_day
    # Weeks that are over hold exactly what was done in them.
    week = (OCTOBER_14.date() - dt.date.fromisoformat(problem.first_day)).days // 7
    load = check_route(problem, route).weekly_load_min
    assert tuple(problem.tempo_min[:week].tolist()) == load[:week]
    assert [s.state.value for s in later.steps[:2]] == ["completed", "enrolled"]
    finished = [h for h in later.request.history if h.activity_id == before[0].activity]
    assert [h.completed_on for h in finished] == [before[0].end]


def test_a_gain_that_was_measured_since_is_not_counted_twice():
    """New evidence after the finished step takes its gain out of the value, older does not."""
    own = earlier().request.diagnostics
    newer = replace(own[0], procedure_id="again", date=day(10, 12))
    demand = own[0].node
    before = revise(OCTOBER_14, "completed", "enrolled").request.kept.runs[0]
    evidence = Evidence((*own, newer), earlier().request.responses)
    after = revise(OCTOBER_14, "completed", "enrolled", evidence=evidence).request.kept.runs[0]
    assert demand in before.gains
    assert demand not in after.gains


def test_a_missed_run_leaves_and_is_no_choice_any_more():
    """The missed webinar's run is not proposed again, and its loss is no counted change."""
    later = revise(SEPTEMBER_3, "missed")
    offerings = {s.offering for s in later.outcome.recommendation.route.steps}
    assert earlier().steps[0].offering not in offerings
    assert len(later.difference.changes) <= later.difference.changes_most
    assert "step-1" not in {s.step_id for s in later.steps}


def test_a_pin_is_spent_with_the_last_run_of_its_activity():
    """A pinned step that is missed leaves a route; with another run to come it is still wished."""
    own = earlier().answer.route.steps[0]
    pinned = revise(AS_OF, directives=Directives(pins=(own.activity,)))
    base = Earlier(
        pinned.request,
        pinned.outcome.problem,
        pinned.outcome.solution,
        pinned.outcome.recommendation,
    )
    missed = progress("missed", base=base)
    one_run = replan(recommender(), base, missed, SEPTEMBER_3)
    assert own.activity not in one_run.request.constraints.pinned
    assert one_run.outcome.recommendation.route is not None
    (run,) = (o for o in OFFERINGS if o.id == own.offering)
    later = replace(run, id="later", start=day(10, 5), end=day(10, 5), meetings=())
    richer = Recommender(
        activities=ACTIVITIES,
        offerings=(*OFFERINGS, later),
        mentors=MENTORS,
        framework=load_framework(),
    )
    two_runs = replan(richer, base, missed, SEPTEMBER_3)
    assert own.activity in two_runs.request.constraints.pinned


def test_a_ban_removes_a_step_and_says_so():
    """One change, with the methodist's decision as its reason; the ban stays in the request."""
    later = revise(SEPTEMBER_3, directives=Directives(bans=("step-4",)), changes_most=1)
    assert ("step-4", "step_banned") in [(i, why) for _, i, why in told(later)]
    assert earlier().steps[3].activity in later.request.constraints.excluded
    assert len(later.difference.changes) == 1


def test_too_few_changes_are_told_with_the_least_number():
    """Two banned steps under a bound of one: no route, and two changes would do."""
    bans = Directives(bans=("step-4", "step-1"))
    refused = revise(SEPTEMBER_3, directives=bans, changes_most=1)
    assert refused.outcome.recommendation.route is None
    assert refused.difference is None
    assert refused.needs_changes == 2
    admitted = revise(SEPTEMBER_3, directives=bans, changes_most=2)
    assert admitted.outcome.recommendation.route is not None
    assert len(admitted.difference.changes) == 2


def test_nothing_near_changes_unless_a_methodist_says_so():
    """Within the days of the freeze a full run elsewhere changes nothing; a ban still does."""
    near = dt.datetime.combine(earlier().steps[0].start - dt.timedelta(days=5), dt.time(9), MSK)
    frozen = revise(near, "planned", "enrolled", freeze_days=7)
    assert frozen.outcome.problem.revision.frozen == (0,)
    assert "step-1" in frozen.difference.stayed
    banned = revise(
        near, "planned", "enrolled", freeze_days=7, directives=Directives(bans=("step-1",))
    )
    assert banned.outcome.problem.revision.frozen == ()
    assert "step-1" in {i for _, i, _ in told(banned)}


def test_a_full_offering_has_to_be_left():
    """With the last seat held by others the planned run is gone, with ``seats`` as the cause."""
    run = earlier().steps[1].offering
    limited = Recommender(
        activities=ACTIVITIES,
        offerings=[replace(o, seats_left=2) if o.id == run else o for o in OFFERINGS],
        mentors=MENTORS,
        framework=load_framework(),
    )
    for held, there in ((1, True), (2, False), (3, False)):
        later = replan(
            limited, earlier(), progress(), SEPTEMBER_3, occupancy=Occupancy(seats={run: held})
        )
        route = later.outcome.recommendation.route
        assert (run in {s.offering for s in route.steps}) is there
        if not there:
            change = next(c for c in later.difference.changes if c.step_id == "step-2")
            assert (change.why.code, change.why.parameters["cause"]) == ("run_gone", "seats")


def test_a_revision_replays_from_its_texts_and_can_be_revised_again():
    """Everything is read back; compiling the kept request gives the same digest; ids go on."""
    later = revise(SEPTEMBER_3, "missed")
    outcome = later.outcome
    text = request_to_json(later.request)
    assert request_from_json(text) == later.request
    again = recommender().prepare(request_from_json(text)).compiled.problem
    assert problem_digest(again) == problem_digest(outcome.problem)
    second = read_earlier(
        json.dumps(to_dict(outcome.recommendation), ensure_ascii=False),
        write_problem_file(outcome.problem, outcome.options),
        text,
        json.dumps(asdict(outcome.solution)),
    )
    records = later.steps
    route = RouteProgress(RouteState.ACTIVE, 2, records, None)
    third = replan(recommender(), second, route, dt.datetime(2026, 9, 4, 9, tzinfo=MSK))
    assert {s.step_id for s in third.steps} >= {s.step_id for s in records} - {
        c.step_id for c in third.difference.changes
    }
    assert third.request.kept.next_step >= later.request.kept.next_step


def held(pinned=(), excluded=()) -> Earlier:
    """The same route, with wishes that its request had."""
    constraints = replace(earlier().request.constraints, pinned=pinned, excluded=excluded)
    return replace(earlier(), request=replace(earlier().request, constraints=constraints))


def lifted(base: Earlier, **directives):
    later = replan(
        recommender(), base, progress(base=base), AS_OF, directives=Directives(**directives)
    )
    return later.request.constraints


def test_a_pin_or_a_ban_is_taken_back_and_nothing_comes_in_its_place():
    """By its own id, or by the activity's that of its run; other wishes stay as they were."""
    run, other = earlier().steps[1].offering, earlier().steps[2].activity
    activity = earlier().steps[1].activity
    base = held(pinned=(run, other), excluded=("pk-paid",))
    for named in (run, activity):
        found = lifted(base, unpins=(named,))
        assert (found.pinned, found.excluded) == ((other,), ("pk-paid",))
    found = lifted(base, unbans=("pk-paid",))
    assert (found.pinned, found.excluded) == ((run, other), ())


def test_a_lifted_ban_lets_the_activity_come_back():
    """Banned it leaves the route; with the ban taken back the former optimum is found again."""
    gone = revise(AS_OF, directives=Directives(bans=("step-4",)))
    activity = earlier().steps[3].activity
    route = gone.outcome.recommendation.route
    assert activity not in {s.activity for s in route.steps}
    base = Earlier(
        gone.request, gone.outcome.problem, gone.outcome.solution, gone.outcome.recommendation
    )
    state = RouteProgress(RouteState.PROPOSED, 2, gone.steps, None)
    back = replan(recommender(), base, state, AS_OF, directives=Directives(unbans=(activity,)))
    assert activity in {s.activity for s in back.outcome.recommendation.route.steps}
    assert back.outcome.recommendation.certificate.value == earlier().answer.certificate.value


@pytest.mark.parametrize(
    ("directives", "code"),
    [
        (Directives(unpins=("contest",)), "not_pinned"),
        (Directives(unbans=("contest",)), "not_excluded"),
        (Directives(bans=("step-2",)), "step_has_begun"),
        (Directives(bans=("pk-assess",)), "step_has_begun"),
        (Directives(replacements={"step-9": "contest"}), "unknown_step"),
        (Directives(pins=("nothing",)), "unknown_activity"),
        (Directives(pins=("contest",), bans=("contest",)), "pinned_and_excluded"),
    ],
)
def test_impossible_directives_are_named(directives, code):
    """What has begun is neither banned nor replaced, and ids must exist."""
    with pytest.raises(InputError) as refused:
        revise(OCTOBER_14, "completed", "enrolled", directives=directives)
    assert [f.code for f in refused.value.faults] == [code]


def test_a_replacement_brings_the_other_activity():
    """Replaced is one change with that reason; the activity before stays away."""
    later = revise(SEPTEMBER_3, directives=Directives(replacements={"step-3": "pk-paid"}))
    ids = {s.activity for s in later.outcome.recommendation.route.steps}
    assert "pk-paid" in ids
    assert "self-psy" not in ids
    assert ("step-3", "step_replaced") in [(i, why) for _, i, why in told(later)]


def test_claims_are_seats_mentor_and_the_slots_behind_the_meetings():
    """A limited run is claimed with its capacity; a meeting claims the start of its slot."""
    limited = {o.id: o.seats_left for o in recommender().catalogue.offerings if o.seats_left}
    answer = earlier().answer
    cards = {m.id: m for m in MENTORS}
    claims = claims_of(answer, recommender().catalogue, cards)
    seats = {c.resource: c.capacity for c in claims if c.kind is ClaimKind.SEAT}
    wanted = {s.offering for s in answer.route.steps} & limited.keys()
    assert seats == {i: limited[i] for i in wanted}
    held = occupancy_of([(c.kind, c.resource) for c in claims] * 2)
    assert held.seats == dict.fromkeys(wanted, 2)


def test_what_others_hold_of_a_mentor_is_gone():
    """Places are subtracted, never below 0, and a slot that a held instant lies in is taken."""
    card = next(m for m in MENTORS if m.slots)
    first = card.slots[0]
    held = occupancy_of(
        [
            (ClaimKind.MENTOR, card.id),
            (ClaimKind.SLOT, slot_resource(card.id, first.start.astimezone(dt.UTC))),
        ]
    )
    (left,) = left_of_mentors([card], held)
    assert left.capacity == max(0, card.capacity - 1)
    assert left.slots == card.slots[1:]
    full = left_of_mentors([card], Occupancy(mentors={card.id: 99}))[0]
    assert (full.capacity, full.slots) == (0, card.slots)
    other = Mentor("other", Position.TEACHER, capacity=1)
    assert left_of_mentors([other], held) == (other,)
