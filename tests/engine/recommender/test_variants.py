"""Variants of an answer: what they promise in dates and ids, and what asking for them costs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.domain import Constraints
from engine.recommendation import Recommendation, to_dict
from engine.recommendation_json import recommendation_from_dict
from engine.wording import word
from tests.engine.recommender import mini


@pytest.fixture(scope="module")
def answer() -> Recommendation:
    return mini.recommender().recommend(mini.ask(variants=True)).recommendation


def test_three_variants_of_which_the_first_is_the_route(answer):
    """Thorough is the route itself; each name stands once, with a route or a worded reason."""
    thorough, fast, light = answer.variants
    assert [v.name for v in answer.variants] == ["thorough", "fast", "light"]
    assert thorough.route == answer.route
    assert thorough.value == answer.certificate.value
    assert thorough.share == 1.0
    assert thorough.closed == {d.node: d.closed_expected for d in answer.deficits}
    for variant in (fast, light):
        assert (variant.route is None) == (variant.reason is not None)
        if variant.reason is not None:
            assert word(variant.reason, family="variant") != variant.reason.code


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("fast", {"constraints": Constraints(max_steps=2)}),
        ("light", {"educator": mini.educator(tempo_min_per_week=400)}),
    ],
)
def test_variants_keep_their_promises(name, asked):
    """80 % of the value, an earlier end, a lower peak, 0.4 apart: counted from the answer alone."""
    answer = mini.recommender().recommend(mini.ask(variants=True, **asked)).recommendation
    thorough = answer.variants[0]
    variant = next(v for v in answer.variants if v.name == name)
    assert variant.route is not None
    assert variant.status == "OPTIMAL"
    assert 0.8 <= variant.share == pytest.approx(variant.value / thorough.value)
    if name == "fast":
        assert variant.end_bound == variant.route.end < thorough.route.end
        assert variant.peak_bound_min is None
    else:
        peak = max(week.load_min for week in variant.route.weekly_load)
        assert variant.peak_bound_min == variant.peak_min == peak < thorough.peak_min
        assert variant.end_bound is None
    a = {s.activity for s in variant.route.steps}
    b = {s.activity for s in thorough.route.steps}
    assert variant.distance["thorough"] == len(a ^ b) / len(a | b) >= 0.4
    assert thorough.distance[name] == variant.distance["thorough"]


def test_asking_costs_half_of_the_deadline(answer):
    """The main solve then has half of it, and the problem stays the same."""
    plain = mini.recommender().recommend(mini.ask()).recommendation
    assert plain.variants == ()
    assert answer.provenance.deadline_ms == plain.provenance.deadline_ms // 2
    assert answer.provenance.problem_digest == plain.provenance.problem_digest


def test_variants_survive_json(answer):
    """What is stored is read back as it was."""
    body = json.loads(json.dumps(to_dict(answer)))
    read = recommendation_from_dict(body)
    assert to_dict(read) == body
    assert read.variants[0].route == read.route


def test_without_a_route_there_is_nothing_to_vary():
    """An infeasible request has three entries without routes and says why."""
    refused = mini.ask(
        variants=True,
        constraints=Constraints(pinned=("mc-assess",), excluded=("mc-assess-1",)),
    )
    answer = mini.recommender().recommend(refused).recommendation
    assert answer.route is None
    assert [v.reason.code for v in answer.variants] == ["none", "none", "none"]
    empty = mini.ask(variants=True, educator=replace(mini.educator(), tempo_min_per_week=1))
    answer = mini.recommender().recommend(empty).recommendation
    assert [v.route is None for v in answer.variants] == [False, True, True]
