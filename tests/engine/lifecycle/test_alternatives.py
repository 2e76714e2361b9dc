"""Claims about alternatives to a step on a small catalogue: those that replanning confirms."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import pytest

from engine.domain import Constraints, Form, Kind, Occupancy, Offering
from engine.errors import InputError
from engine.framework import load_framework
from engine.lifecycle.alternatives import swap_request
from engine.lifecycle.directives import Directives
from engine.lifecycle.earlier import Earlier
from engine.lifecycle.replan import records_of, replan
from engine.lifecycle.states import RouteProgress, RouteState, StepState
from engine.recommender import Recommender
from engine.recommender.alternatives import Alternatives, alternatives_to
from tests.engine.recommender.mini import (
    ACTIVITIES,
    AS_OF,
    MENTORS,
    MSK,
    OFFERINGS,
    _activity,
    ask,
    day,
    meeting,
)

SEPTEMBER_3 = dt.datetime(2026, 9, 3, 9, tzinfo=MSK)


def _webinar(i: str, node: str, part: float) -> object:
    title = f"Вебинар {i}"
    return _activity(i, Kind.WEBINAR, title, 2, Form.NON_FORMAL, coverage={node: part})


@cache
def recommender() -> Recommender:
    """The small catalogue with a second run of the programme and three more webinars."""
    days = {"web-half": day(9, 17), "web-psy": day(9, 16), "web-late": day(2, 17, 2027)}
    return Recommender(
        activities=(
            *ACTIVITIES,
            _webinar("web-half", "MET.ASM", 0.5),
            _webinar("web-psy", "PSY", 0.6),
            _webinar("web-late", "COM.COL", 0.7),
        ),
        offerings=(
            *OFFERINGS,
            replace(OFFERINGS[0], id="pk-assess-2", meetings=(meeting(day(10, 7), 16, 45),)),
            *(Offering(f"{i}-1", i, d, d, meetings=(meeting(d, 16),)) for i, d in days.items()),
        ),
        mentors=MENTORS,
        framework=load_framework(),
    )


@cache
def earlier() -> Earlier:
    """A route of at most four steps, so that something is left to stand in their place."""
    request = ask(gap_rel=0.0, constraints=Constraints(max_steps=4))
    outcome = recommender().recommend(request)
    return Earlier(request, outcome.problem, outcome.solution, outcome.recommendation)


def progress(**states: str) -> RouteProgress:
    """The kept route with some steps in another state, by activity with ``_`` for ``-``."""
    answer = earlier().answer
    told = {activity.replace("_", "-"): StepState(state) for activity, state in states.items()}
    steps = tuple(
        replace(r, state=told.get(r.activity_id, r.state)) for r in records_of(answer.route.steps)
    )
    mentor = answer.route.mentor.id if answer.route.mentor else None
    return RouteProgress(RouteState.ACTIVE, 1, steps, mentor)


def alternatives(activity: str, route: RouteProgress | None = None, **fields) -> Alternatives:
    """Alternatives to the step of an activity."""
    known, route = recommender(), route or progress()
    step = next(s for s in route.steps if s.activity_id == activity)
    request = swap_request(known, earlier(), route, SEPTEMBER_3, step.step_id, **fields)
    return alternatives_to(
        known.prepare(request), known.catalogue, step.step_id, activity, step.offering_id
    )


def replanned_value(step_id: str, target: str) -> float | None:
    """What replanning says, when that replacement is the one change it may make."""
    only = Directives(replacements={step_id: target})
    found = replan(
        recommender(), earlier(), progress(), SEPTEMBER_3, directives=only, changes_most=1
    )
    return found.outcome.recommendation.certificate.value


@pytest.mark.slow
@pytest.mark.parametrize("activity", [s.activity for s in earlier().steps])
def test_every_alternative_is_what_replanning_makes_of_it(activity: str) -> None:
    """A solve with the replacement pinned and one change admitted gives the same value; none is
    feasible for an activity with candidates that is not told."""
    told = alternatives(activity)
    assert told.complete
    named = {}
    for found in told.alternatives:
        target = found.step.offering if found.kind == "other_run" else found.step.activity
        named[found.step.activity] = found.value
        assert found.value == found.value_bound
        assert replanned_value(told.step, target) == pytest.approx(found.value)
        assert found.difference == pytest.approx(found.value - told.value)
    route = {s.activity for s in earlier().steps}
    for other in recommender().catalogue.activity_ids:
        # A pin would admit the diagnostic too, which is no learning and is never proposed.
        if other not in route | named.keys() | {"check"}:
            assert replanned_value(told.step, other) is None, other


def test_alternatives_tell_dates_reasons_and_what_is_closed_instead() -> None:
    """The planted second run and webinars stand in the places that their days and nodes allow."""
    programme = alternatives("pk-assess")
    other_run = next(a for a in programme.alternatives if a.kind == "other_run")
    assert "pk-assess-2" in {s.offering for s in earlier().steps}
    assert (other_run.step.offering, other_run.step.meetings) == ("pk-assess-1", ())
    assert (other_run.step.start, other_run.step.end) == (day(9, 21), day(12, 13))
    assert other_run.changes == ()
    assert other_run.why_not.code == "outranked"
    values = [a.value for a in programme.alternatives]
    assert values == sorted(values, reverse=True)
    for found in programme.alternatives:
        assert found.step.id not in {s.id for s in earlier().steps} or found.kind == "other_run"
        for change in found.changes:
            assert change.now != change.then
    contest = alternatives("contest").alternatives
    late = next(a for a in contest if a.step.activity == "web-late")
    assert late.step.start == day(2, 17, 2027)
    assert [c.node for c in late.step.closes] == ["COM"]
    assert late.why_not.code in ("steps_used", "outranked")


def test_a_pin_of_the_step_does_not_hold_it() -> None:
    """With the step's activity pinned by the request the same alternatives are told."""
    base = earlier()
    pinned = replace(
        base,
        request=replace(
            base.request, constraints=replace(base.request.constraints, pinned=("contest",))
        ),
    )
    step = next(s for s in progress().steps if s.activity_id == "contest")
    request = swap_request(recommender(), pinned, progress(), SEPTEMBER_3, step.step_id)
    assert request.constraints.pinned == ()
    found = alternatives_to(
        recommender().prepare(request),
        recommender().catalogue,
        step.step_id,
        "contest",
        step.offering_id,
    )
    plain = alternatives("contest")
    assert [a.step.offering for a in found.alternatives] == [
        a.step.offering for a in plain.alternatives
    ]


def test_what_others_hold_is_no_alternative() -> None:
    """A run whose last seats are held by agreed routes of others is not told."""
    runs = {a.step.offering for a in alternatives("pk-assess").alternatives}
    assert "pk-assess-1" in runs
    offerings = [
        replace(o, seats_left=1) if o.id == "pk-assess-1" else o
        for o in recommender().catalogue.offerings
    ]
    limited = Recommender(
        activities=recommender().catalogue.activities,
        offerings=offerings,
        mentors=MENTORS,
        framework=load_framework(),
    )
    step = next(s for s in progress().steps if s.activity_id == "pk-assess")
    for held, there in ((0, True), (1, False)):
        request = swap_request(
            limited,
            earlier(),
            progress(),
            SEPTEMBER_3,
            step.step_id,
            occupancy=Occupancy(seats={"pk-assess-1": held}),
        )
        found = alternatives_to(
            limited.prepare(request), limited.catalogue, step.step_id, "pk-assess", "pk-assess-2"
        )
        assert ("pk-assess-1" in {a.step.offering for a in found.alternatives}) is there


def test_a_missed_step_has_alternatives_too() -> None:
    """Its own run is no choice any more; the value compared with is that of what is left."""
    first = earlier().steps[0]
    missed = progress(**{first.activity.replace("-", "_"): "missed"})
    found = alternatives(first.activity, missed)
    assert found.value is not None
    assert found.value < alternatives(first.activity).value
    assert first.offering not in {a.step.offering for a in found.alternatives}


@pytest.mark.parametrize(
    ("step", "state", "code"),
    [("step-1", "enrolled", "step_has_begun"), ("step-9", "planned", "unknown_step")],
)
def test_what_has_begun_or_is_unknown_is_refused(step: str, state: str, code: str) -> None:
    """The fault says which."""
    first = earlier().steps[0].activity.replace("-", "_")
    with pytest.raises(InputError) as refused:
        swap_request(recommender(), earlier(), progress(**{first: state}), SEPTEMBER_3, step)
    assert [f.code for f in refused.value.faults] == [code]


def test_the_day_of_asking_may_be_the_day_of_the_route() -> None:
    """Asked at once the route is worth what its solve proved."""
    known, route = recommender(), progress()
    step = route.steps[-1]
    request = swap_request(known, earlier(), route, AS_OF, step.step_id)
    found = alternatives_to(
        known.prepare(request), known.catalogue, step.step_id, step.activity_id, step.offering_id
    )
    assert found.value == earlier().answer.certificate.value
