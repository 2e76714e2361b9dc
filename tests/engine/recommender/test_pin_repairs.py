"""A pinned activity without runs: the demands that took them away, and the least repairs."""

from __future__ import annotations

from dataclasses import replace

from engine.domain import Constraints
from engine.framework import load_framework
from engine.recommender import Recommender
from tests.engine.recommender.mini import (
    ACTIVITIES,
    OFFERINGS,
    ask,
    day,
    educator,
    recommender,
)


def infeasible(**fields):
    answer = recommender().recommend(ask(deadline_ms=20_000, **fields)).recommendation
    assert answer.status == "INFEASIBLE"
    return answer


def test_a_short_horizon_is_named_and_extended_by_whole_weeks():
    """The contest ends on 14 February 2027; a horizon until 31 January lacks two weeks."""
    constraints = Constraints(pinned=("contest",), horizon_end=day(1, 31, 2027))
    answer = infeasible(constraints=constraints)
    members = {m.code: m.parameters for m in answer.conflict}
    assert set(members) == {"pinned", "horizon"}
    assert members["horizon"]["end"] == "2027-01-31"
    repairs = {r.code: r.parameters for r in answer.repairs}
    assert set(repairs) == {"drop_pin", "more_weeks"}
    assert repairs["more_weeks"]["weeks"] == 2
    assert "loss" in repairs["more_weeks"]
    longer = replace(constraints, horizon_end=day(2, 14, 2027))
    assert recommender().recommend(ask(constraints=longer)).recommendation.route is not None


def test_a_slow_tempo_is_named_with_the_minutes_that_help():
    """A programme of 27 clock hours in 12 weeks needs more than an hour a week."""
    constraints = Constraints(pinned=("pk-assess",))
    slow = educator(tempo_min_per_week=60)
    answer = infeasible(constraints=constraints, educator=slow)
    assert "tempo" in {m.code for m in answer.conflict}
    more = next(r for r in answer.repairs if r.code == "more_tempo")
    minutes = int(str(more.parameters["minutes"]))
    assert minutes % 30 == 0
    fast = educator(tempo_min_per_week=60 + minutes)
    routed = recommender().recommend(ask(constraints=constraints, educator=fast))
    assert routed.recommendation.route is not None
    less = educator(tempo_min_per_week=60 + minutes - 30)
    refused = recommender().recommend(ask(constraints=constraints, educator=less))
    assert refused.recommendation.status == "INFEASIBLE"


def test_what_nobody_can_change_leaves_the_pin_alone():
    """Without its hours an activity is never planned: the pin itself is all that can be dropped."""
    unknown = replace(ACTIVITIES[0], id="unknown", hours_academic=None)
    own = Recommender(
        activities=(*ACTIVITIES, unknown),
        offerings=(*OFFERINGS, replace(OFFERINGS[0], id="unknown-1", activity_id="unknown")),
        mentors=(),
        framework=load_framework(),
    )
    request = ask(deadline_ms=20_000, constraints=Constraints(pinned=("unknown",)))
    answer = own.recommend(request).recommendation
    assert answer.status == "INFEASIBLE"
    assert [m.code for m in answer.conflict] == ["pinned"]
    assert [r.code for r in answer.repairs] == ["drop_pin"]
