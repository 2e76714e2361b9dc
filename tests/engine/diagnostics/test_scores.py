"""Scores → proficiency."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import estimate_proficiency
from engine.diagnostics.hierarchy import hierarchical_posterior
from engine.domain import Method
from engine.errors import ConfigurationError, InputError
from tests.engine.diagnostics.examples import AS_OF, TODAY, answer, framework, policy, result

FRAMEWORK = framework()


def estimate(results=(), responses=(), as_of=AS_OF, **changes):
    time_zone = changes.pop("time_zone", None)
    return estimate_proficiency(
        list(results), list(responses), FRAMEWORK, policy(**changes), as_of, time_zone=time_zone
    )


def ago(days):
    return TODAY - dt.timedelta(days=days)


def test_effective_tasks_by_hand():
    """A test of 6 (2 right) today and a self-assessment of 8 (all) 200 days ago: n 6 + 8/4/4."""
    rows = [
        result(score=2),
        result(score=8, max_score=8, n_tasks=8, date=ago(200), method=Method.SELF),
    ]
    got = estimate(rows)
    want = hierarchical_posterior(
        np.array([2.5]), np.array([4.0]), prior_mean=0.6, prior_tasks=5.0, node_tasks=6.0
    )
    assert got.nodes[0].mean == pytest.approx(want.mean[0])
    assert got.nodes[0].sd == pytest.approx(want.sd[0])
    assert got.overall_mean == pytest.approx(want.overall_mean)


def test_evidence_of_one_half_life_weighs_half():
    """Twelve tasks 100 days ago are worth six tasks of today."""
    old = estimate([result(score=4, max_score=12, n_tasks=12, date=ago(100))]).nodes[0]
    new = estimate([result(score=2)]).nodes[0]
    assert (old.mean, old.sd) == pytest.approx((new.mean, new.sd))
    assert (old.n_tasks, old.evidence_age_days) == (12, 100)


def test_reliability_scales_tasks():
    """Twelve criteria of an observation of reliability ½ are worth six tasks of a test."""
    card = [
        result(
            score=1 if i < 4 else 0,
            max_score=1,
            criterion=f"k{i}",
            method=Method.OBSERVATION,
            n_tasks=None,
        )
        for i in range(12)
    ]
    seen, tested = estimate(card).nodes[0], estimate([result(score=2)]).nodes[0]
    assert (seen.mean, seen.sd) == pytest.approx((tested.mean, tested.sd))
    assert (seen.raw_score, seen.raw_max, seen.raw_tasks) == (4, 12, 12)


def test_evidence_older_than_the_limit_is_not_used():
    """Day 300 still counts, day 301 does not, neither for the posterior nor the raw share."""
    assert len(estimate([result(date=ago(300))]).nodes) == 1
    none = estimate([result(date=ago(301))])
    assert none.nodes == ()
    assert none.overall_mean == pytest.approx(0.6)
    mixed = estimate([result(score=6, date=ago(301), procedure_id="old"), result(score=1)])
    assert mixed == estimate([result(score=1)])


def test_raw_share_is_of_the_newest_sitting():
    """Newer beats older, and on one day a test beats a self-assessment; the posterior uses all."""
    rows = [
        result(score=6, procedure_id="old", date=ago(10)),
        result(score=2, procedure_id="b"),
        result(score=9, max_score=9, n_tasks=None, procedure_id="a", method=Method.SELF),
    ]
    node = estimate(rows).nodes[0]
    assert (node.raw_score, node.raw_max, node.raw_tasks) == (2, 6, 6)
    assert node.raw_share == pytest.approx(1 / 3)
    assert (node.n_tasks, node.evidence_age_days) == (18, 0)
    assert [e.procedure_id for e in node.evidence] == ["b", "a", "old"]
    assert node.mean > estimate([rows[1]]).nodes[0].mean


def test_items_count_as_a_test_of_their_answers():
    """Two of four answered items right equal a score of 2 of 4 in four tasks."""
    answers = [answer(f"i{k}", float(k < 2)) for k in range(4)] + [answer("i9", float("nan"))]
    by_items = estimate([], answers).nodes[0]
    by_score = estimate([result("A.1.1", 2, 4, n_tasks=4, procedure_id="items")]).nodes[0]
    assert by_items == by_score


def test_evidence_stays_at_its_node():
    """A block's score makes no entry for its leaves; nodes come in the framework's order."""
    got = estimate([result("B.1"), result("A.1"), result("A.1.2")])
    assert [node.node for node in got.nodes] == ["A.1", "A.1.2", "B.1"]


def test_other_nodes_pull_towards_the_person():
    """The same 3 of 6 reads higher for a person who is strong elsewhere."""
    alone = estimate([result("A.1")]).nodes[0].mean
    strong = estimate([result("A.1"), result("A.2", 6), result("B.1", 6)]).nodes[0].mean
    weak = estimate([result("A.1"), result("A.2", 0), result("B.1", 0)]).nodes[0].mean
    assert weak < alone < strong


ROWS = [
    result("A.1", 2),
    result("A.1", 4.4, procedure_id="p2", date=ago(33)),
    result("A.2", 5, method=Method.EXPERT),
    result("B.1", 1.7, criterion="k1", method=Method.OBSERVATION, n_tasks=None),
    result("B.1", 3.1, criterion="k2", method=Method.OBSERVATION, n_tasks=None),
]
ANSWERS = [answer(f"i{k}", k / 3, node=n) for k in range(4) for n in ("A.1.1", "A.1.2")]


@given(st.permutations(ROWS), st.permutations(ANSWERS))
def test_order_of_evidence_does_not_matter(rows, answers):
    """Any order of the evidence gives the same proficiency to the last bit."""
    assert estimate(rows, answers) == estimate(ROWS, ANSWERS)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 299))
def test_posterior_is_a_distribution_on_the_unit_interval(one, other, days):
    """Means lie strictly inside (0, 1) and sds below what a Beta can have."""
    rows = [
        result("A.1", one, 12, n_tasks=12, date=ago(days)),
        result("A.2", other, 12, n_tasks=12),
    ]
    for node in estimate(rows).nodes:
        assert 0 < node.mean < 1
        assert 0 < node.sd**2 < node.mean * (1 - node.mean)


def test_day_is_the_zones():
    """At 20:00 UTC a result of 2 September is in Moscow's future, not in Vladivostok's."""
    instant = dt.datetime(2026, 9, 1, 20, tzinfo=dt.UTC)
    row = result(date=dt.date(2026, 9, 2))
    with pytest.raises(InputError) as caught:
        estimate([row], as_of=instant)
    assert [f.code for f in caught.value.faults] == ["date_in_future"]
    there = estimate([row], as_of=instant, time_zone="Asia/Vladivostok")
    assert there.nodes[0].evidence_age_days == 0


def test_every_fault_is_raised_together():
    """Faults of results and of answers come in one error."""
    with pytest.raises(InputError) as caught:
        estimate([result(score=7), result("Z", procedure_id="p2")], [answer("i", 3.0)])
    assert [f.code for f in caught.value.faults] == [
        "score_above_maximum",
        "unknown_node",
        "response_out_of_range",
    ]


def test_method_without_reliability_is_a_configuration_error():
    """A policy that does not know a method is wrong, not the evidence."""
    rule = policy().diagnostics
    known = {m: r for m, r in rule.reliability.items() if m is not Method.TEST}
    with pytest.raises(ConfigurationError, match="test"):
        estimate([result()], reliability=known)
