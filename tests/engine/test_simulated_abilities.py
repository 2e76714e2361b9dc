"""Simulated abilities and measurements have the moments that they promise."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from engine.domain import Method
from engine.framework import Framework, load_framework
from engine.policy import load_policy
from engine.simulation.abilities import Population, Shape
from engine.simulation.measurements import (
    Sheet,
    SimulatedItem,
    draw_answers,
    draw_items,
    draw_scores,
    independent_tasks,
)

RULE = load_policy("default").diagnostics
DATE = dt.date(2026, 9, 1)


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework()


@pytest.fixture(scope="module")
def population(framework: Framework) -> Population:
    return Population.of(load_policy("default"), framework)


def sheet(*ability: float, method: Method = Method.TEST) -> Sheet:
    codes = tuple(f"N{i}" for i in range(len(ability)))
    return Sheet("p", DATE, method, codes, np.array(ability))


def test_effects_of_a_node_are_those_of_its_path(
    population: Population, framework: Framework
) -> None:
    """Two leaves of a block share person, direction and block; two directions only the person."""
    covariance = population.loading * population.sd**2 @ population.loading.T
    p, d, n = RULE.person_sd**2, RULE.direction_sd**2, RULE.node_sd**2
    wanted = {
        ("SUB.MTH.01", "SUB.MTH.01"): p + d + 2 * n,
        ("SUB.MTH.01", "SUB.MTH.02"): p + d + n,
        ("SUB.MTH.01", "SUB.MTH"): p + d + n,
        ("SUB.MTH.01", "SUB.HUM.01"): p + d,
        ("SUB.MTH", "SUB"): p + d,
        ("SUB.MTH.01", "MET.PLN.01"): p,
    }
    for (one, other), value in wanted.items():
        at = framework.index[one], framework.index[other]
        assert covariance[at] == pytest.approx(value), (one, other)


def test_an_ability_of_one_half_life_ago_explains_half_of_todays(population: Population) -> None:
    """Mean and variance stay over time; the correlation over a half-life is √½."""
    rng = np.random.default_rng(1)
    days = (-RULE.half_life_days, 0)
    drawn = np.array([population.draw(rng, days, 1)[:, 5] for _ in range(4_000)])
    sd = np.sqrt((population.loading[5] * population.sd**2).sum())
    assert drawn.std(axis=0) == pytest.approx([sd, sd], rel=0.04)
    assert expit(drawn.mean(axis=0)) == pytest.approx([RULE.prior_median] * 2, abs=0.015)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.03)


def test_people_learn_between_sittings_and_not_after(population: Population) -> None:
    """The step between two sittings has the policy's variance, half of it common to all nodes."""
    rng = np.random.default_rng(2)
    apart = replace(population, half_life_days=1e12)
    drawn = np.array([apart.draw(rng, (-90, -30, 0), 2)[:, [5, 40]] for _ in range(4_000)])
    step = np.diff(drawn, axis=1)
    variance = RULE.change_sd**2 * (1 - 2.0 ** (-60 / RULE.change_days))
    assert step[:, 0].std(axis=0) == pytest.approx([np.sqrt(variance)] * 2, rel=0.05)
    assert np.corrcoef(step[:, 0].T)[0, 1] == pytest.approx(0.5, abs=0.04)
    assert np.abs(step[:, 1]).max() < 1e-3


@pytest.mark.parametrize(
    ("shape", "skewness"), [("normal", 0.0), ("weak_tail", -1.414), ("strong_tail", 1.414)]
)
def test_shapes_of_ability_differ_in_their_skewness_alone(shape: Shape, skewness: float) -> None:
    """Mean 0, sd 1, and the skewness 2/√2 of a Gamma(2) to either side."""
    one = Population(("A",), np.ones((1, 1)), np.ones(1), 0.0, 365.0, shape)
    rng = np.random.default_rng(2)
    drawn = np.array([one.draw(rng, [0])[0, 0] for _ in range(20_000)])
    assert drawn.mean() == pytest.approx(0.0, abs=0.03)
    assert drawn.std() == pytest.approx(1.0, abs=0.03)
    assert (drawn**3).mean() == pytest.approx(skewness, abs=0.2)


def test_two_groups_have_the_same_mean_and_sd_too() -> None:
    """A quarter at −1.5, the others at 0.5, each of sd ½: variance ¼·2.25 + ¾·0.25 + 0.25 = 1."""
    one = Population(("A",), np.ones((1, 1)), np.ones(1), 0.0, 365.0, "two_groups")
    rng = np.random.default_rng(3)
    drawn = np.array([one.draw(rng, [0])[0, 0] for _ in range(20_000)])
    assert (drawn.mean(), drawn.std()) == pytest.approx((0.0, 1.0), abs=0.03)
    assert np.mean(drawn < -1.5) == pytest.approx(0.125, abs=0.01)


def test_days_out_of_order_are_refused(population: Population) -> None:
    """A process runs forwards."""
    with pytest.raises(ValueError, match="ascend"):
        population.draw(np.random.default_rng(0), [0, -1])


def test_scores_have_the_share_and_the_spread_of_their_tasks() -> None:
    """Log odds 0.5 and a lean of −0.2: σ(0.3) right; four independent tasks of five at 0.8."""
    rng = np.random.default_rng(4)
    row = sheet(0.5, method=Method.OBSERVATION)
    scores = np.array(
        [draw_scores(rng, row, [5], {"o": -0.2}, reliability=0.8)[0].score for _ in range(4_000)]
    )
    right = expit(0.3)
    assert scores.mean() == pytest.approx(5 * right, abs=0.05)
    assert scores.var() == pytest.approx(25 * right * (1 - right) / 4, rel=0.08)


def test_observers_who_lean_alike_give_the_same_marks() -> None:
    """They see the same work; a more lenient one misses nothing that a strict one saw done."""
    rng = np.random.default_rng(5)
    rows = draw_scores(rng, sheet(0.2, -1.0), [8, 8], {"a": 0.0, "b": 0.0, "c": 1.0})
    by_observer = {o: [r.score for r in rows if r.observer == o] for o in "abc"}
    assert by_observer["a"] == by_observer["b"]
    assert all(c >= a for a, c in zip(by_observer["a"], by_observer["c"], strict=True))
    assert by_observer["c"] != by_observer["a"]


def test_criteria_of_a_card_sum_to_its_score() -> None:
    """A row per criterion says the same as one row per node."""
    whole = draw_scores(np.random.default_rng(6), sheet(0.3), [10], {None: 0.0}, reliability=0.8)
    parts = draw_scores(
        np.random.default_rng(6), sheet(0.3), [10], {None: 0.0}, reliability=0.8, by_criterion=True
    )
    assert len(parts) == 10
    assert sum(r.score for r in parts) == pytest.approx(whole[0].score)
    assert len({r.criterion for r in parts}) == 10


@pytest.mark.parametrize(("n", "reliability"), [(6, 0.8), (1, 0.3)])
def test_tasks_that_are_worth_no_whole_number_are_refused(n: int, reliability: float) -> None:
    """4.8 tasks cannot be drawn."""
    with pytest.raises(ValueError, match="whole"):
        independent_tasks(n, reliability)


def test_an_item_of_two_skills_needs_their_mean() -> None:
    """Abilities 2 and −1, slope 2, intercept 0.5, lean 0.1: P(right) = σ(2·0.5 + 0.6)."""
    item = SimulatedItem("i", ("N0", "N1"), 2.0, 0.5)
    rng = np.random.default_rng(7)
    index = {"N0": 0, "N1": 1}
    drawn = [draw_answers(rng, sheet(2.0, -1.0), [item], 0.1, index) for _ in range(4_000)]
    assert all([r.node for r in rows] == ["N0", "N1"] for rows in drawn)
    assert all(rows[0].response == rows[1].response for rows in drawn)
    right = np.mean([rows[0].response for rows in drawn])
    assert right == pytest.approx(expit(1.6), abs=0.02)


def test_items_of_two_skills_are_as_many_as_asked() -> None:
    """Their second node is another one; none are drawn unless asked for."""
    rng = np.random.default_rng(8)
    items = draw_items(rng, ["A", "B", "C"], 300, two_skills=0.5)
    double = [item for item in items if len(item.nodes) == 2]
    assert len(double) / len(items) == pytest.approx(0.5, abs=0.06)
    assert all(item.nodes[0] != item.nodes[1] for item in double)
    assert all(len(item.nodes) == 1 for item in draw_items(rng, ["A", "B"], 50))
