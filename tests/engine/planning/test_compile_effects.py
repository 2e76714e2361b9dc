"""Which effect an activity has for a demand, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from engine.catalogue import compile_catalogue
from engine.domain import DemandKind, Kind
from engine.effects import ActivityEffects, Effect
from engine.framework import load_framework
from engine.planning.compile_effects import EffectTable
from engine.planning.problem_json import problem_digest
from tests.engine.planning.compile_builders import POLICY, Case, demand, programme, run, seminar

FRAMEWORK = load_framework()
BLOCK = FRAMEWORK.node("SUB.HUM")
LEAF, OTHER, THIRD = (n.code for n in FRAMEWORK.children(BLOCK.code)[:3])


def effect(mean, n=10):
    """An effect of width 0.1."""
    return Effect(mean, 0.03, (mean - 0.05, mean + 0.05), n)


def table(effects, coverage, activities=None):
    """Effects of the activities a, b, …; ``coverage`` is by activity, then by node."""
    if activities is None:
        activities = [seminar("a", provider="P"), seminar("b", provider="Q"), programme("c")]
    catalogue = compile_catalogue(activities, [])
    dense = np.zeros((len(activities), len(FRAMEWORK)))
    for i, activity in enumerate(catalogue.activities):
        for code, share in coverage.get(activity.id, {}).items():
            dense[i, FRAMEWORK.index[code]] = share
    return EffectTable.of(effects, catalogue, FRAMEWORK, sp.csr_array(dense))


def means(found, codes, row=0, policy=0.15):
    """Mean of activity ``row`` for a demand of these nodes, and what is described."""
    asked = replace(demand("d", kind=DemandKind.DEFICIT), nodes=tuple(codes))
    by_policy = np.full(len(found.own), policy)
    value = found.means([asked], np.array([row]), np.array([0]), by_policy)[0]
    told = found.describe(row, asked)
    # What is shown is what is counted.
    assert value == pytest.approx(policy if told is None else told[1].mean)
    return value, told and told[0]


def test_the_most_special_goes_first():
    """Node, activity, provider within the kind, kind, policy: each where the one before is not."""
    effects = ActivityEffects(
        by_node={"a": {LEAF: effect(0.5)}},
        by_activity={"a": effect(0.4)},
        by_provider={Kind.SEMINAR: {"Q": effect(0.3)}},
        by_kind={Kind.SEMINAR: effect(0.2)},
    )
    seminars = [seminar("a", provider="P"), seminar("b", provider="Q"), seminar("c", provider="R")]
    found = table(
        effects,
        {i: {LEAF: 0.4, OTHER: 0.2} for i in "abcd"},
        [*seminars, programme("d", provider="P")],
    )
    assert means(found, [LEAF]) == (0.5, "node")
    assert means(found, [OTHER]) == (0.4, "activity")
    assert means(found, [LEAF], row=1) == (0.3, "provider")
    assert means(found, [LEAF], row=2) == (0.2, "kind")
    assert means(found, [LEAF], row=3) == (0.15, None)


def test_a_catalogue_that_covers_nothing_of_a_demand_has_no_effects_to_mean():
    """No pair of activity and demand gives no means, and no error."""
    found = table(ActivityEffects(by_kind={Kind.SEMINAR: effect(0.2)}), {})
    asked = replace(demand("d", kind=DemandKind.DEFICIT), nodes=(LEAF,))
    none = np.zeros(0, dtype=np.int64)
    assert found.means([asked], none, none, np.full(len(found.own), 0.15)).shape == (0,)


def test_a_block_mixes_its_leaves_by_coverage():
    """0.5 at a leaf of 0.3, 0.1 at one of 0.1, the activity's 0.2 at one of 0.1.

    (0.3 · 0.5 + 0.1 · 0.1 + 0.1 · 0.2) / 0.5 = 0.36.
    """
    effects = ActivityEffects(
        by_node={"a": {LEAF: effect(0.5, n=7), OTHER: effect(0.1, n=9)}},
        by_activity={"a": effect(0.2)},
    )
    found = table(effects, {"a": {LEAF: 0.3, OTHER: 0.1, THIRD: 0.1}})
    value, source = means(found, [BLOCK.code])
    assert (value, source) == (pytest.approx(0.36), "node")
    told = found.describe(0, replace(demand("d"), nodes=(BLOCK.code,)))
    assert told is not None
    # Bounds are mixed alike: (0.3 · 0.45 + 0.1 · 0.05 + 0.1 · 0.15) / 0.5, and so above.
    assert told[1].interval_90 == pytest.approx((0.31, 0.41))
    assert told[1].n == 10


def test_leaves_without_any_effect_are_left_out_of_the_mix():
    """Where the activity has no effect of its own, only the leaves that have one count."""
    effects = ActivityEffects(by_node={"a": {LEAF: effect(0.5)}})
    found = table(effects, {"a": {LEAF: 0.1, OTHER: 0.4}})
    assert means(found, [BLOCK.code])[0] == pytest.approx(0.5)
    assert means(found, [OTHER])[0] == pytest.approx(0.15)


def test_a_block_s_effect_holds_for_its_leaves():
    """Measured at the block: its leaves take it over, but a leaf's own goes first."""
    effects = ActivityEffects(
        by_node={"a": {BLOCK.code: effect(0.3), LEAF: effect(0.6)}},
        by_activity={"a": effect(0.2)},
    )
    found = table(effects, {"a": {LEAF: 0.3, OTHER: 0.3}})
    assert means(found, [OTHER])[0] == pytest.approx(0.3)
    assert means(found, [LEAF])[0] == pytest.approx(0.6)
    assert means(found, [BLOCK.code])[0] == pytest.approx(0.3)


def test_several_nodes_are_weighted_by_coverage():
    """A request for two leaves: 0.3 of 0.5 and 0.1 of the activity's 0.2 make 0.425."""
    effects = ActivityEffects(by_node={"a": {LEAF: effect(0.5)}}, by_activity={"a": effect(0.2)})
    found = table(effects, {"a": {LEAF: 0.3, OTHER: 0.1}})
    assert means(found, [LEAF, OTHER])[0] == pytest.approx(0.425)
    # What it does not cover at all weighs nothing.
    assert means(found, [LEAF, THIRD])[0] == pytest.approx(0.5)
    assert means(found, [THIRD])[0] == pytest.approx(0.2)


def test_a_demand_without_nodes_has_the_activity_s_own():
    """A text that no node was found for is matched by similarity; no node speaks for it."""
    effects = ActivityEffects(by_node={"a": {LEAF: effect(0.5)}}, by_activity={"a": effect(0.2)})
    found = table(effects, {"a": {LEAF: 0.3}})
    assert means(found, [])[0] == pytest.approx(0.2)


def test_many_demands_at_once_are_each_their_own():
    """Elementwise over rows and columns, as one by one, on random effects and coverage."""
    rng = np.random.default_rng(0)
    leaves = [FRAMEWORK.codes[i] for i in FRAMEWORK.leaves][:10]
    activities = [seminar(f"a{i}", provider="P") for i in range(6)]
    cover = {
        a.id: {c: float(rng.uniform(0.05, 0.3)) for c in rng.choice(leaves, 3, replace=False)}
        for a in activities
    }
    effects = ActivityEffects(
        by_node={
            a.id: {c: effect(float(rng.uniform(0.1, 0.9))) for c in list(cover[a.id])[:2]}
            for a in activities
        },
        by_activity={a.id: effect(float(rng.uniform(0.1, 0.9))) for a in activities[:4]},
    )
    found = table(effects, cover, activities)
    blocks = sorted({FRAMEWORK.ancestors(c)[0].code for c in leaves})
    asked = [replace(demand(f"d{i}"), nodes=(c,)) for i, c in enumerate([*leaves, *blocks])]
    row, column = (m.ravel() for m in np.indices((6, len(asked))))
    policy = np.full(6, 0.15)
    together = found.means(asked, row, column, policy)
    for value, a, k in zip(together, row, column, strict=True):
        assert value == pytest.approx(means(found, asked[k].nodes, row=int(a))[0])


def test_coverage_of_another_catalogue_is_refused():
    """Rows must be the catalogue's activities."""
    catalogue = compile_catalogue([seminar("a")], [])
    with pytest.raises(ValueError, match="coverage"):
        EffectTable.of(ActivityEffects(), catalogue, FRAMEWORK, sp.csr_array((2, len(FRAMEWORK))))


def test_gain_is_counted_with_the_estimated_effect():
    """0.8 · 0.5 · (1 − e^(−0.5)) as by the policy's 0.5, and half of it by an estimated 0.25."""
    activity = seminar(hours=16)
    asked = [demand(nodes=(LEAF,))]
    case = Case([activity], [run(last=55)], relevance=0.8, demands=asked)
    by_policy = case.candidates()["a-1"].gains
    found = {
        mean: table(ActivityEffects(by_activity={"a": effect(mean)}), {}, [activity])
        for mean in (0.5, 0.25)
    }
    nothing = table(ActivityEffects(), {}, [activity])
    assert POLICY.value.effect[Kind.SEMINAR] == 0.5
    assert replace(case, effects=found[0.5]).candidates()["a-1"].gains == by_policy == ((0, 1574),)
    same = replace(case, effects=nothing).compile().problem
    assert problem_digest(same) == problem_digest(case.compile().problem)
    half = round(0.8 * 0.25 * (1 - math.exp(-0.5)) * 10_000)
    assert replace(case, effects=found[0.25]).candidates()["a-1"].gains == ((0, half),)
