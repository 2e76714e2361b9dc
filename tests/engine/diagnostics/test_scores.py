"""Scores → proficiency."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from engine.diagnostics import estimate_proficiency
from engine.diagnostics.item_bank import ItemBank, ItemParameters, SkillPrior
from engine.diagnostics.observations import observations_of
from engine.domain import Method
from engine.errors import ConfigurationError, InputError
from tests.engine.diagnostics.examples import AS_OF, TODAY, answer, framework, policy, result

FRAMEWORK = framework()


def estimate(results=(), responses=(), as_of=AS_OF, *, time_zone=None, items=None, **changes):
    return estimate_proficiency(
        list(results),
        list(responses),
        FRAMEWORK,
        policy(**changes),
        as_of,
        time_zone=time_zone,
        items=items,
    )


def ago(days):
    return TODAY - dt.timedelta(days=days)


def moments(draws, weight):
    share = expit(draws)
    mean = share @ weight
    return mean, ((share - mean) ** 2 @ weight) ** 0.5


def test_posterior_agrees_with_the_stated_model_by_sampling():
    """A test of A.1 (2 of 6) and B.1 (6 of 6) today, and a card of A.1 half a half-life ago.

    People are drawn from the model of the docstrings, written out again here, and weighted.
    """
    rng = np.random.default_rng(7)
    size = 500_000

    def normal(sd):
        return rng.normal(0, sd, size)

    person, a, b, a1, b1 = (normal(sd) for sd in (0.9, 0.4, 0.4, 0.5, 0.5))
    now_a, now_b = person + a + a1, person + b + b1
    # 2^(−50 / (2·100)) is the correlation over 50 days; the total variance of A.1 stays
    r = 2.0**-0.25
    old_a = r * now_a + normal(np.sqrt((1 - r**2) * (0.81 + 0.16 + 0.25)))
    sheet, card = normal(0.2), normal(0.5)
    m = np.log(0.6 / 0.4)
    odds = [m + now_a + sheet, m + now_b + sheet, m + old_a + card]
    # ten criteria at reliability ½ are five tasks
    tasks = [(2, 4), (6, 0), (3.5, 1.5)]
    log = sum(
        s * np.log(expit(o)) + f * np.log(expit(-o)) for o, (s, f) in zip(odds, tasks, strict=True)
    )
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    rows = [result("A.1", 2), result("B.1", 6)]
    rows.append(
        result("A.1", 7, 10, n_tasks=10, date=ago(50), procedure_id="c", method=Method.OBSERVATION)
    )
    got = estimate(rows)
    error = 4 * np.sqrt((weight**2).sum()) + 0.003
    # A cross-correlation in time that is not the product of node and day is beyond the sample
    assert (got.nodes[0].mean, got.nodes[0].sd) == pytest.approx(
        moments(m + now_a, weight), abs=error + 0.01
    )
    assert (got.nodes[1].mean, got.nodes[1].sd) == pytest.approx(
        moments(m + now_b, weight), abs=error + 0.01
    )


def test_without_evidence_the_level_is_the_prior():
    """The person's own level has the policy's median and no node."""
    none = estimate()
    assert none.nodes == ()
    assert none.overall_sd > 0.15
    assert estimate(person_sd=1e-3).overall_mean == pytest.approx(0.6, abs=1e-3)


def test_old_evidence_says_less():
    """The same score a half life ago moves the estimate less and leaves it less certain."""
    new, old = (estimate([result(score=0, date=ago(days))]).nodes[0] for days in (0, 100))
    assert new.mean < old.mean
    assert new.sd < old.sd
    assert (old.n_tasks, old.evidence_age_days) == (6, 100)


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
    alike = {Method.TEST: 0.3, Method.OBSERVATION: 0.3}
    seen = estimate(card, procedure_sd=alike).nodes[0]
    tested = estimate([result(score=2)], procedure_sd=alike).nodes[0]
    assert (seen.mean, seen.sd) == pytest.approx((tested.mean, tested.sd))
    assert (seen.raw_score, seen.raw_max, seen.raw_tasks) == (4, 12, 12)


def cards(inner, outer, criteria=20):
    """Two observers' totals of one card."""
    made = []
    for observer, score in (("inner", inner), ("outer", outer)):
        made.append(
            result(
                "A.1",
                score,
                criteria,
                n_tasks=criteria,
                method=Method.OBSERVATION,
                observer=observer,
            )
        )
    return [row for row in made if row.score is not None]


def test_second_observer_averages_leniency_not_the_lesson():
    """Two observers of one lesson know more than one, and less than two lessons would tell."""
    one = estimate(cards(14, None)).nodes[0].sd
    two = estimate(cards(14, 14)).nodes[0].sd
    lessons = [
        result("A.1", 14, 20, n_tasks=20, method=Method.OBSERVATION, procedure_id=p)
        for p in ("p", "q")
    ]
    assert estimate(lessons).nodes[0].sd < two < one


def test_sheets_leniency_does_not_average_out_over_nodes():
    """However many nodes one sheet measures, its own severity stays in the person's level."""
    many = [result(n, 120, 200, n_tasks=200) for n in ("A.1", "A.2", "B.1")]
    apart = [result(n, 120, 200, n_tasks=200, procedure_id=n) for n in ("A.1", "A.2", "B.1")]
    assert estimate(many).overall_sd > estimate(apart).overall_sd


def test_evidence_older_than_the_limit_is_not_used():
    """Day 300 still counts, day 301 does not, neither for the posterior nor the raw share."""
    assert len(estimate([result(date=ago(300))]).nodes) == 1
    none = estimate([result(date=ago(301))])
    assert none == estimate()
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


def test_calibrated_items_tell_hard_from_easy():
    """One right answer says more where the item is hard, and more where it discriminates."""

    def after(slope, intercept, response):
        bank = ItemBank.of([ItemParameters("i", ("A.1.1",), slope, intercept)])
        return estimate([], [answer("i", response)], items=bank).nodes[0].mean

    assert after(1, 3, 1.0) < after(1, 0, 1.0) < after(1, -3, 1.0)
    assert after(1, 3, 0.0) < after(1, 0, 0.0) < after(1, -3, 0.0)
    assert after(0.2, 0, 1.0) < after(2, 0, 1.0)


def test_item_of_two_nodes_says_less_of_each_than_one_of_its_own():
    """A wrong answer to an item of two nodes lowers both, each less than its own item would."""
    both = [answer("i", 0.0, node=n) for n in ("A.1.1", "A.1.2")]
    shared = {n.node: n.mean for n in estimate([], both).nodes}
    own = estimate([], [answer("i", 0.0)]).nodes[0].mean
    prior = estimate([], [answer("i", 0.0, node="B.1")])
    assert shared["A.1.1"] == pytest.approx(shared["A.1.2"])
    assert own < shared["A.1.1"] < 0.6
    assert prior.nodes[0].node == "B.1"


def test_item_calibrated_for_other_nodes_is_named():
    """Parameters of an item say nothing of nodes that it was not calibrated with."""
    bank = ItemBank.of([ItemParameters("i", ("A.1.2",), 1.0, 0.0)])
    with pytest.raises(InputError) as caught:
        estimate([], [answer("i", 1.0)], items=bank)
    assert [fault.code for fault in caught.value.faults] == ["item_calibrated_otherwise"]


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


@settings(max_examples=30)
@given(st.permutations(ROWS), st.permutations(ANSWERS))
def test_order_of_evidence_does_not_matter(rows, answers):
    """Any order of the evidence gives the same proficiency to the last bit."""
    assert estimate(rows, answers) == estimate(ROWS, ANSWERS)


@settings(max_examples=40)
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


def test_self_assessment_does_not_set_the_official_level():
    """A newer self-assessment speaks in the posterior; papers keep the test, or it where alone."""
    own = result(score=6, date=TODAY, method=Method.SELF, procedure_id="own")
    tested = result(score=2, date=ago(1))
    node = estimate([own, tested]).nodes[0]
    assert (node.raw_score, node.raw_max) == (2, 6)
    assert node.mean > estimate([tested]).nodes[0].mean
    assert estimate([own]).nodes[0].raw_score == 6


def test_far_days_are_two_sittings_and_near_ones_one():
    """Observers of a card a fortnight apart saw one lesson; a year apart they did not."""

    def card(days):
        made = cards(4, 18)
        return [replace(made[0], date=ago(days)), made[1]]

    near, far = (estimate(card(days), max_age_days=900).nodes[0] for days in (14, 200))
    assert near.raw_share == pytest.approx(22 / 40)
    assert far.raw_share == pytest.approx(18 / 20)


def test_a_later_sitting_leaves_the_earlier_ones_as_they_were():
    """Two observers two days apart are one sitting, repeated later or not."""
    first = [
        result(score=s, date=ago(day), observer=o, method=Method.OBSERVATION, procedure_id="c")
        for s, day, o in ((2, 200, "inner"), (3, 198, "outer"))
    ]
    again = result(score=5, observer="inner", method=Method.OBSERVATION, procedure_id="c")
    rule = policy().diagnostics
    alone = observations_of(first, [], rule, None)
    both = observations_of([*first, again], [], rule, None)
    assert both[: len(alone)] == alone
    assert len(both) == len(alone) + 1


def test_an_answer_on_another_node_moves_no_other_days():
    """Old answers of a procedure stay old when one more of another node comes much later."""
    old = [answer(f"i{k}", 0.0, date=ago(250)) for k in range(5)]
    late = answer("j", 1.0, node="B.1", date=ago(1))
    alone = estimate([], old, max_age_days=300).nodes[0]
    beside = estimate([], [*old, late], max_age_days=300).nodes[0]
    assert (beside.node, beside.evidence_age_days) == (alone.node, 250)
    assert [row.date for row in beside.evidence] == [row.date for row in alone.evidence]
    assert beside.mean > alone.mean  # the right answer elsewhere speaks for the person


def test_proficiency_by_calibrated_items_starts_from_their_people():
    """People of a hard bank: intervals of new ones cover, where the policy's prior would not."""
    rng = np.random.default_rng(4)
    people = SkillPrior(-1.4, 1.6, 1.2)
    parameters = [
        ItemParameters(f"i{k}", (node,), 1.0, float(rng.normal(0, 0.7)))
        for node in ("A.1.1", "B.1")
        for k in range(len(node), len(node) + 7)
    ]
    parameters = [replace(p, item=f"{p.item}{p.nodes[0]}") for p in parameters]
    covered = {True: [], False: []}
    for _ in range(120):
        person = -1.4 + rng.normal(0, 1.6)
        skill = {node: person + rng.normal(0, 1.2) for node in ("A.1.1", "B.1")}
        answers = [
            answer(p.item, float(rng.random() < expit(skill[p.nodes[0]] + p.intercept)), p.nodes[0])
            for p in parameters
        ]
        for known in (True, False):
            bank = ItemBank.of(parameters, people=people if known else None)
            found = estimate([], answers, items=bank, procedure_sd={Method.TEST: 0.0})
            for node in found.nodes:
                low, high = node.interval_90
                covered[known].append(low <= expit(skill[node.node]) <= high)
    assert 0.85 <= np.mean(covered[True]) <= 0.95
    assert np.mean(covered[False]) < np.mean(covered[True]) - 0.05


def test_observers_who_state_different_tasks_are_named():
    """One work has one number of tasks, whoever marked it."""
    rows = [replace(row, n_tasks=n) for row, n in zip(cards(14, 14), (20, 60), strict=True)]
    with pytest.raises(InputError) as caught:
        estimate(rows)
    assert [fault.code for fault in caught.value.faults] == ["contradictory_tasks"]
