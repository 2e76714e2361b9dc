"""Closed true deficit: against every outcome counted one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from engine.domain import FloatArray, OfficialLevel
from engine.framework import load_framework
from engine.policy import PolicyProfile, load_policy
from engine.simulation import History, HistoryPlan, closed_true_deficit, simulate_history
from engine.simulation.closed_deficit import deficit_weights, expected_closed


@pytest.fixture(scope="module")
def policy() -> PolicyProfile:
    return load_policy("default")


@pytest.fixture(scope="module")
def history(policy: PolicyProfile) -> History:
    return simulate_history(HistoryPlan(educators=60, activities=150), 5, load_framework(), policy)


def by_outcomes(chance: FloatArray, gain: FloatArray, deficit: float) -> float:
    """The expectation as a sum over all 2ⁿ outcomes."""
    total = 0.0
    for outcome in product((0, 1), repeat=len(chance)):
        came = np.array(outcome)
        mass = np.prod(np.where(came, chance, 1 - chance))
        total += float(mass) * min(deficit, float(came @ gain))
    return total


def test_two_activities_by_hand() -> None:
    """Deficit 0.3, gains 0.2 each, chances 0.5: ½ · 0.2 + ¼ · 0.3 = 0.175."""
    half = np.array([0.5, 0.5])
    assert expected_closed(half, np.array([0.2, 0.2]), 0.3) == pytest.approx(0.175)


@pytest.mark.parametrize("seed", range(8))
def test_the_expectation_is_that_of_all_outcomes(seed: int) -> None:
    """For ten random activities it agrees with 1 024 outcomes counted one by one."""
    rng = np.random.default_rng(seed)
    chance, gain = rng.random(10), rng.random(10) * 0.2
    deficit = float(rng.uniform(0.05, 0.8))
    found = expected_closed(chance, gain, deficit)
    assert found == pytest.approx(by_outcomes(chance, gain, deficit), abs=1e-5)


def test_a_plan_is_worth_the_sum_over_its_leaves(history: History, policy: PolicyProfile) -> None:
    """Weights · expectation by leaf, counted by hand from the truth's arrays, give the same."""
    truth = history.truth
    rng = np.random.default_rng(0)
    for educator in range(10):
        taken = rng.choice(len(history.activities) - 1, 8, replace=False)
        theta = truth.people.proficiency[educator, -1]
        target = truth.targets[truth.people.profile[educator]]
        chance = truth.completion(educator, taken) * truth.benefit(educator, taken)
        value = 0.0
        for leaf in range(len(truth.leaves)):
            if np.isnan(target[leaf]) or theta[leaf] >= target[leaf]:
                continue
            gain = np.array(
                [
                    truth.activities.gain[j][truth.activities.nodes[j] == leaf].sum()
                    for j in taken.tolist()
                ]
            )
            level = (
                OfficialLevel.HIGH
                if theta[leaf] < policy.levels.high_below
                else OfficialLevel.MINIMAL
                if theta[leaf] > policy.levels.minimal_above
                else OfficialLevel.MEDIUM
            )
            value += policy.value.weight_by_level[level] * by_outcomes(
                chance, gain, float(target[leaf] - theta[leaf])
            )
        ids = [history.activities[j].id for j in taken.tolist()]
        assert closed_true_deficit(history, educator, ids, policy) == pytest.approx(value, abs=1e-4)


def test_more_never_closes_less(history: History, policy: PolicyProfile) -> None:
    """Every activity added keeps or raises the value; the same one twice counts once."""
    ids: list[str] = []
    last = 0.0
    for activity in history.activities[:25]:
        ids.append(activity.id)
        value = closed_true_deficit(history, 3, ids, policy)
        assert value >= last - 1e-9
        last = value
    assert last > 0
    assert closed_true_deficit(history, 3, ids + ids, policy) == pytest.approx(last)


def test_the_value_stays_below_the_fluid_bound(history: History, policy: PolicyProfile) -> None:
    """By Jensen it is at most Σ weight · min(deficit, Σ chance · gain), and mostly near it."""
    truth, traits = history.truth, history.truth.activities
    taken = np.arange(40)
    values, bounds = [], []
    for educator in range(20):
        mean = np.zeros(len(truth.leaves))
        chance = truth.chance(educator, taken)
        np.add.at(mean, traits.nodes[taken], chance[:, None] * traits.gain[taken])
        fluid = deficit_weights(history, educator, policy) @ np.minimum(
            truth.deficit(educator), mean
        )
        ids = [history.activities[j].id for j in taken.tolist()]
        values.append(closed_true_deficit(history, educator, ids, policy))
        bounds.append(fluid + 1e-4)
    assert (np.array(values) <= bounds).all()
    assert sum(values) > 0.7 * sum(bounds)


def test_completion_for_certain_is_worth_more(history: History, policy: PolicyProfile) -> None:
    """What is completed closes at least what is only begun; nothing closes nothing."""
    ids = [activity.id for activity in history.activities[:6]]
    for educator in range(10):
        begun = closed_true_deficit(history, educator, ids, policy)
        assert closed_true_deficit(history, educator, ids, policy, completed=True) >= begun
        assert closed_true_deficit(history, educator, [], policy) == 0.0


def test_measured_leaves_are_a_part_of_all(history: History, policy: PolicyProfile) -> None:
    """Where only diagnosed competencies count, the value is less, and the id names the same one."""
    ids = [activity.id for activity in history.activities[:40]]
    whole = [closed_true_deficit(history, e, ids, policy) for e in range(20)]
    part = [closed_true_deficit(history, e, ids, policy, measured_only=True) for e in range(20)]
    assert all(p <= w + 1e-12 for p, w in zip(part, whole, strict=True))
    assert 0 < sum(part) < sum(whole)
    name = history.educators[7].educator.id
    assert closed_true_deficit(history, name, ids, policy) == whole[7]
    with pytest.raises(KeyError):
        closed_true_deficit(history, name, ["нет такой"], policy)
