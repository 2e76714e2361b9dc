"""Estimated effects through the whole chain: counted with, shown, named, replayed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.effects import ActivityEffects, Effect
from engine.framework import load_framework
from engine.matching.model import MatchingModel
from engine.planning.problem_json import (
    problem_digest,
    read_problem_file,
    replay_options,
    write_problem_file,
)
from engine.planning.solver import solve
from engine.recommendation import Step, to_dict
from engine.recommendation_json import recommendation_from_dict
from engine.recommender import Recommender
from engine.wording import word
from tests.engine.recommender.mini import ACTIVITIES, MENTORS, OFFERINGS, ask, recommender


def with_effects(effects: ActivityEffects | None) -> Recommender:
    """The small recommender with effects."""
    return Recommender(
        activities=ACTIVITIES,
        offerings=OFFERINGS,
        mentors=MENTORS,
        framework=load_framework(),
        effects=effects,
    )


def effect(mean: float, n: int = 214) -> Effect:
    """An effect of width 0.14."""
    return Effect(mean, 0.04, (mean - 0.07, mean + 0.07), n)


def everything(mean: float, version: str = "m-7") -> ActivityEffects:
    """The same effect of every activity."""
    return ActivityEffects(by_activity={a.id: effect(mean) for a in ACTIVITIES}, version=version)


def steps(made: Recommender) -> tuple[Step, ...]:
    """Steps of the standard request that close something."""
    route = made.recommend(ask()).recommendation.route
    assert route is not None
    found = tuple(s for s in route.steps if s.closes)
    assert found
    return found


def test_without_effects_a_step_names_the_policy_s() -> None:
    """The effect shown is the policy's of the kind, with no interval and no number of people."""
    made = recommender()
    value = made.policy_of(None).value.effect
    for step in steps(made):
        assert step.effect is not None
        assert (step.effect.source, step.effect.interval_90, step.effect.n) == (
            "policy",
            None,
            None,
        )
        assert step.effect.value in value.values()
        assert step.effect.demand == step.closes[0].node
        reason = next(r for r in step.reasons if r.code == "effect_policy")
        shown = f"{step.effect.value:.2f}".replace(".", ",")
        assert word(reason) == f"эффект по политике: закрывает до {shown} дефицита"
    assert made.recommend(ask()).recommendation.provenance.effects is None


def test_estimated_effects_are_shown_and_named() -> None:
    """Steps carry effect, interval and people; the provenance carries the version."""
    made = with_effects(everything(0.31))
    for step in steps(made):
        told = step.effect
        assert told is not None
        assert (told.source, told.value, told.n) == ("activity", 0.31, 214)
        assert told.interval_90 == pytest.approx((0.24, 0.38))
        reason = next(r for r in step.reasons if r.code == "effect_activity")
        assert word(reason) == (
            "по исходам 214 завершивших это мероприятие: закрывает до 0,31 (0,24–0,38) дефицита"
        )
        assert word(reason, language="en") == (
            "by outcomes of 214 people who completed this activity: "
            "closes up to 0.31 (0.24–0.38) of a deficit"
        )
    assert made.recommend(ask()).recommendation.provenance.effects == "m-7"


def test_the_plan_counts_with_them() -> None:
    """Of one activity the gain follows relevance · effect · saturation with the new effect."""
    base = with_effects(None).prepare(ask()).compiled
    found = with_effects(everything(0.31)).prepare(ask()).compiled
    value = recommender().policy_of(None).value
    old, new = (
        {
            label: dict(c.problem.candidates.record(j).gains)
            for j, label in enumerate(c.offering_ids)
        }
        for c in (base, found)
    )
    kinds = {o.id: a.kind for o in OFFERINGS for a in ACTIVITIES if a.id == o.activity_id}
    both = sorted(old.keys() & new.keys())
    checked = 0
    for label in both:
        ratio = 0.31 / value.effect[kinds[label]] if value.effect[kinds[label]] else 0.0
        for k in old[label].keys() & new[label].keys():
            assert abs(new[label][k] - old[label][k] * ratio) <= 1 + ratio
            checked += 1
    assert checked >= 3


def test_a_step_s_effect_at_its_node_goes_first() -> None:
    """Where the demand it closes most has an effect of its own, that one is counted and shown."""
    plain = steps(with_effects(everything(0.31)))[0]
    node = plain.closes[0].node
    special = replace(everything(0.31), by_node={plain.activity: {node: effect(0.6, 9)}})
    step = next(s for s in steps(with_effects(special)) if s.activity == plain.activity)
    assert step.effect is not None
    assert (step.effect.source, step.effect.value, step.effect.n) == ("node", 0.6, 9)
    assert step.effect.demand == node
    assert any(r.code == "effect_node" for r in step.reasons)


def test_what_does_nothing_leaves_the_route() -> None:
    """An activity whose outcomes say next to nothing gives way, unless it is the only one."""
    first = steps(with_effects(everything(0.31)))[0].activity
    weak = everything(0.31)
    weak = replace(weak, by_activity={**weak.by_activity, first: effect(0.0001)})
    route = with_effects(weak).recommend(ask()).recommendation.route
    assert route is not None
    assert first not in {s.activity for s in route.steps if s.closes}


def test_empty_effects_change_nothing() -> None:
    """Effects that know of no activity and no kind leave the very problem of the policy."""
    plain = recommender().prepare(ask()).compiled.problem
    empty = with_effects(ActivityEffects(version="v")).prepare(ask()).compiled.problem
    assert problem_digest(plain) == problem_digest(empty)


def test_model_brings_its_effects() -> None:
    """A model's effects are used; those given by hand go before them."""
    model = replace(MatchingModel.prior(), effects=everything(0.31, "of-model"))
    arguments = {
        "activities": ACTIVITIES,
        "offerings": OFFERINGS,
        "mentors": MENTORS,
        "framework": load_framework(),
        "model": model,
    }
    own = Recommender(**arguments)
    other = Recommender(**arguments, effects=everything(0.2, "by-hand"))
    assert own.recommend(ask()).recommendation.provenance.effects == "of-model"
    assert other.recommend(ask()).recommendation.provenance.effects == "by-hand"


def test_answers_and_replays_are_byte_identical() -> None:
    """Two builds give the same bytes, the JSON reads back, and the problem file replays."""
    outcomes = [with_effects(everything(0.31)).recommend(ask()) for _ in range(2)]
    one, other = (
        json.dumps(to_dict(outcome.recommendation), ensure_ascii=False) for outcome in outcomes
    )
    assert one == other
    again = recommendation_from_dict(json.loads(one))
    assert json.dumps(to_dict(again), ensure_ascii=False) == one
    outcome = outcomes[0]
    options = replay_options(outcome.options, outcome.solution)
    problem, read = read_problem_file(write_problem_file(outcome.problem, options))
    replayed = solve(problem, read)
    assert replayed.route == outcome.solution.route
    assert replayed.value_mpt == outcome.solution.value_mpt
