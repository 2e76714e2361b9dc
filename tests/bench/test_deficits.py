"""The benchmark of deficits: its statistics by hand, its truth against the planner's gains."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from engine.deficits import official_level
from tests.bench import deficits
from tests.bench.deficit_routes import (
    ARMS,
    Case,
    demands_of_arms,
    draw_case,
    judge,
    known_deficits,
    study_world,
    true_deficits,
    true_gains,
)
from tests.bench.deficit_statistics import (
    clustered_share,
    compare_auc,
    relative_difference,
    weighted_auc,
)

HOURS = 20.0


@pytest.fixture(scope="module")
def world():
    return study_world(80, 6, 3, "policy")


@pytest.fixture(scope="module")
def case(world) -> Case:
    found = draw_case(world, 2, "model", HOURS)
    assert found is not None
    return found


def test_auc_counts_pairs():
    """Ties count half; rows drawn twice count twice: against all pairs one by one."""
    rng = np.random.default_rng(1)
    score = rng.integers(0, 5, 40).astype(float)
    positive = rng.random(40) < 0.4
    weight = rng.integers(0, 3, (3, 40)).astype(float)
    for w, found in zip(weight, weighted_auc(score, positive, weight), strict=True):
        wins = pairs = 0.0
        for i, j in itertools.product(np.flatnonzero(positive), np.flatnonzero(~positive)):
            pairs += w[i] * w[j]
            wins += w[i] * w[j] * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
        assert found == pytest.approx(wins / pairs)


def test_auc_of_one_class_is_unknown():
    """Nobody below the target: no pair to compare, NaN and no warning."""
    none = weighted_auc(np.arange(3.0), np.zeros(3, dtype=bool), np.ones((1, 3)))
    assert np.isnan(none).all()


def test_standard_error_counts_people_and_not_nodes():
    """Four people with ten equal nodes each know as much as four nodes: √(¼·¾/3) = 0.25."""
    person = np.repeat(np.arange(4.0), 10)
    share = clustered_share(person == 0, person)
    assert share.value == 0.25
    assert share.error == pytest.approx(0.25)


def test_comparisons_of_equals_are_zero():
    """A score against itself, and routes against themselves."""
    rng = np.random.default_rng(2)
    score, person = rng.random(60), np.repeat(np.arange(20.0), 3)
    same = compare_auc(score, score, score > 0.5, person, draws=50)
    assert same.ours == same.other == 1.0
    assert same.difference == (0.0, 0.0, 0.0)
    closed = rng.random(20)
    assert relative_difference(closed, closed, draws=50) == pytest.approx((0.0, 0.0, 0.0))


def test_a_gain_of_a_tenth_in_everybody_is_certain():
    """Pairs are drawn together, so what all have in common has no error."""
    closed = np.random.default_rng(3).random(30)
    assert relative_difference(1.1 * closed, closed, draws=50) == pytest.approx((0.1, 0.1, 0.1))


def test_people_of_a_region_are_tested_in_all_that_was_chosen(world, case):
    """Ten to sixteen competencies that apply, six tasks each, weak and strong alike."""
    assert 10 <= len(case.codes) <= 16
    assert [r.node for r in case.results] == list(case.codes)
    assert {r.max_score for r in case.results} == {6.0}
    assert case.educator.total_min == 60 * HOURS
    applies = world.framework.applies_to(
        case.educator.position, case.educator.subjects, case.educator.stages
    )
    assert all(applies[world.framework.index[code]] for code in case.codes)


def test_arms_differ_in_what_they_know_alone(world, case):
    """Point scores and truth by hand: deficits of zero are absent, weights follow the level."""
    known = known_deficits(world, case)
    arms = demands_of_arms(world, case, known)
    assert set(arms) == set(ARMS)
    target = world.policy.targets.default
    shares = {r.node: r.score / r.max_score for r in case.results}
    points = {d.code: d for d in arms["points"]}
    assert set(points) == {code for code, share in shares.items() if share < target}
    for code, demand in points.items():
        assert demand.pieces == ((pytest.approx(target - shares[code]), 1.0),)
        level = official_level(shares[code], world.policy.levels)
        assert demand.weight == world.policy.value.weight_by_level[level]
    truth = dict(zip(case.codes, case.truth, strict=True))
    for demand in arms["oracle"]:
        assert demand.expected == pytest.approx(target - truth[demand.code])
        level = official_level(truth[demand.code], world.policy.levels)
        assert demand.weight == world.policy.value.weight_by_level[level]
    assert {d.code for d in arms["random"]} == {d.code for d in arms["posterior"]}
    assert sorted(d.expected for d in arms["random"]) == sorted(
        d.expected for d in arms["posterior"]
    )


def test_true_gain_of_a_programme_by_hand(world, case):
    """Relevance · effect · (1 − exp(−coverage · h / h0)), one activity and node at a time."""
    everything = np.arange(len(world.catalogue.activities))
    gains = true_gains(world, case, everything)
    relevance = world.region.truth.relevance(case.index, world.catalogue.kind)
    seen = 0
    for a, activity in enumerate(world.catalogue.activities):
        for k, code in enumerate(case.codes):
            part = activity.coverage.get(code, 0.0)
            hours = (activity.hours_academic or 0.0) * 45 / 60
            effect = world.policy.value.effect[activity.kind]
            full = part * hours / world.policy.value.saturation_hours[activity.kind]
            assert gains[a, k] == pytest.approx(
                relevance[a] * effect * (1 - np.exp(-full)), abs=1e-9, rel=0.02
            )
            seen += gains[a, k] > 0
    assert seen > 10


def test_a_route_closes_no_more_than_there_is(world, case):
    """With the truth known the route closes something, within the deficits and the hours."""
    known = known_deficits(world, case)
    arms = demands_of_arms(world, case, known)
    best = judge(world, case, known, arms["oracle"])
    assert 0 < best.unweighted <= true_deficits(world, case, known).sum()
    assert 0 < best.hours <= HOURS
    assert judge(world, case, known, ()) == (0.0, 0.0, 0.0, 0.0, 0)


def test_the_tables_name_every_study_and_arm():
    """A run of the smallest size prints a line for each."""
    size = ["--people", "2", "--educators", "2", "--activities", "60", "--hours", "10"]
    text = deficits.main([*size, "--weights", "equal"])
    for group in deficits.groups():
        for study in group.studies:
            assert f"| {study.name} |" in text
    for arm in ARMS:
        assert f"\n| {arm} |" in text
