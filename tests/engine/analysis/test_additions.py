"""Runs to add: takers by brute force, the limit against every list, intervals by simulation."""

from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest

from engine.analysis import AnalysisOptions, analyse
from engine.analysis.candidates import NEW_KIND
from engine.domain import Position
from tests.engine.analysis.small import (
    FRAMEWORK,
    UNTIL,
    gain,
    programme,
    region,
    rules,
    run,
    weak,
)
from tests.engine.analysis.test_closable import _deficits as deficits_of
from tests.engine.analysis.test_closable import closed

ABOUT = {"a": "B.1", "b": "A.2.1", "c": "A.1"}


def _region(seed, n=7):
    rng = np.random.default_rng(seed)
    scores = [
        (f"e{i}", node, int(rng.integers(0, 7)))
        for i in range(n)
        for node in ABOUT.values()
        if rng.random() < 0.8
    ]
    return region([{}] * n, scores, [programme(name, node) for name, node in ABOUT.items()])


def _alone(deficits, done):
    """What each person measured at a node closes by one gain more after ``done`` of them."""
    n = len(deficits.at.person)
    return np.array(
        [
            closed(_one(deficits, i), np.full(1, (done[i] + 1) * gain()))
            - closed(_one(deficits, i), np.full(1, done[i] * gain()))
            for i in range(n)
        ]
    )


class _One:
    """One person of a node."""

    def __init__(self, deficits, i):
        part = slice(i, i + 1)
        self.target, self.deficit = deficits.target[part], deficits.deficit[part]
        self.proficiency = type(deficits.proficiency)(
            deficits.proficiency.a[part], deficits.proficiency.b[part]
        )


def _one(deficits, i):
    return _One(deficits, i)


def test_the_first_run_goes_to_those_who_gain_most():
    """Two seats: the best activity and what it closes are those of trying all of them."""
    policy = rules()
    for seed in range(4):
        record = _region(seed)
        options = AnalysisOptions(until=UNTIL, most_runs=1, run_seats=2)
        (first,) = analyse(record, FRAMEWORK, policy, options).runs.runs
        worth = {
            name: np.sort(_alone(d, np.zeros(len(d.at.person))))[-2:].sum()
            for name, node in ABOUT.items()
            if (d := deficits_of(record, policy).get(node)) is not None
        }
        best = max(worth, key=worth.get)
        assert (first.activity, first.takers) == (best, 2)
        assert first.closes.value == pytest.approx(worth[best])


def test_no_list_closes_more_than_the_limit():
    """Of all lists of three runs of two seats, with people arranged at best, none is above it."""
    policy = rules()
    for seed in range(4):
        record = _region(seed, n=5)
        options = AnalysisOptions(until=UNTIL, most_runs=3, run_seats=2, least_gain=1e-3)
        found = analyse(record, FRAMEWORK, policy, options).runs
        deficits = deficits_of(record, policy)
        best = 0.0
        for runs in combinations_with_replacement(ABOUT, 3):
            best = max(best, sum(_best_of(deficits[ABOUT[a]], runs.count(a)) for a in set(runs)))
        assert found.closes <= best + 1e-9 <= found.limit + 1e-9
        assert found.closes >= 0.95 * best


def _best_of(deficits, runs):
    """Most that so many runs of two seats about one node close: nobody takes it twice."""
    return float(np.sort(_alone(deficits, np.zeros(len(deficits.at.person))))[-2 * runs :].sum())


def test_the_interval_is_that_of_simulated_people():
    """Proficiencies drawn from the posteriors, with no error in common: mean and spread agree."""
    policy = rules(procedure_sd=dict.fromkeys(rules().diagnostics.procedure_sd, 0.0))
    policy = policy.__class__(
        **{
            **{f: getattr(policy, f) for f in policy.__dataclass_fields__},
            "group_view": type(policy.group_view)(2, 0.0, 0.0),
        }
    )
    record = _region(1, n=30)
    options = AnalysisOptions(until=UNTIL, most_runs=1, run_seats=30)
    (first,) = analyse(record, FRAMEWORK, policy, options).runs.runs
    deficits = deficits_of(record, policy)[ABOUT[first.activity]]
    rng = np.random.default_rng(2)
    theta = rng.beta(deficits.proficiency.a, deficits.proficiency.b, (20_000, len(deficits.target)))
    drawn = np.minimum(np.maximum(deficits.target - theta, 0), gain()).sum(axis=1)
    low, high = first.closes.interval_90
    assert first.closes.value == pytest.approx(drawn.mean(), rel=0.01)
    assert (high - low) / (2 * 1.645) == pytest.approx(drawn.std(), rel=0.03)


def test_what_all_have_in_common_widens_the_interval():
    """With a test that may be harder for everybody the same run is known less well."""
    widths = []
    for sd in (0.0, 0.6):
        policy = rules(procedure_sd=dict.fromkeys(rules().diagnostics.procedure_sd, sd))
        options = AnalysisOptions(until=UNTIL, most_runs=1, run_seats=30)
        (first,) = analyse(_region(1, n=30), FRAMEWORK, policy, options).runs.runs
        widths.append(np.subtract(*first.closes.interval_90[::-1]))
    assert widths[1] > 1.2 * widths[0]


def test_where_there_is_nothing_a_new_programme_is_proposed():
    """Nothing in the catalogue is about B.1, so the one proposed is new, for those who lack it."""
    record = region([{}] * 9, [(f"e{i}", "B.1", 1) for i in range(9)], [programme("x", "M.2")])
    options = AnalysisOptions(until=UNTIL, most_runs=1, run_seats=4)
    (first,) = analyse(record, FRAMEWORK, rules(), options).runs.runs
    assert (first.activity, first.kind, first.nodes, first.takers) == (None, NEW_KIND, ("B.1",), 4)
    assert first.audiences[0].position is Position.TEACHER
    assert first.closes.value <= 4 * gain() + 1e-9


def test_a_second_run_goes_on_where_the_first_ended():
    """Ten people as weak and runs of four seats: the third run has the last two."""
    record = region([{}] * 10, weak(10), [programme("a", "B.1")])
    options = AnalysisOptions(until=UNTIL, most_runs=4, run_seats=4)
    found = analyse(record, FRAMEWORK, rules(), options).runs
    assert [r.takers for r in found.runs] == [4, 4, 2]
    first, second, third = (r.closes.value for r in found.runs)
    assert first == pytest.approx(second)
    assert third == pytest.approx(first / 2)
    assert found.closes == pytest.approx(first + second + third)


def test_another_run_of_what_has_seats_to_spare_closes_nothing():
    """With an open run without limit the same programme is not proposed again; with three seats of
    nine it is, for those whom the seats leave out."""
    options = AnalysisOptions(until=UNTIL, most_runs=3, run_seats=4)
    found = []
    for seats in (None, 3):
        record = region([{}] * 9, weak(9), [programme("a", "B.1")], [run("r", "a", seats)])
        found.append(analyse(record, FRAMEWORK, rules(), options).runs)
    assert found[0].runs == ()
    assert {r.activity for r in found[1].runs} == {"a"}


def test_time_that_is_needed_elsewhere_is_taken_off():
    """Equally weak in three things, two of them with open runs: who may take one step only closes
    next to nothing more by the third, who may take ten its whole gain."""
    scores = [(f"e{i}", node, 1) for i in range(9) for node in ("B.1", "A.1", "A.2.1")]
    about = {"a": "B.1", "b": "A.2.1", "c": "A.1"}
    activities = [programme(name, node) for name, node in about.items()]
    record = region([{}] * 9, scores, activities, [run("r", "a"), run("s", "c")])
    options = AnalysisOptions(until=UNTIL, most_runs=1, run_seats=4, least_gain=1e-3)
    closes = {}
    for steps in (1, 10):
        policy = rules()
        policy = replace(policy, limits=replace(policy.limits, steps_max=steps))
        runs = analyse(record, FRAMEWORK, policy, options).runs.runs
        closes[steps] = sum(r.closes.value for r in runs)
    assert closes[10] == pytest.approx(4 * gain(), rel=0.05)
    assert closes[1] < 0.1 * closes[10]


def test_no_list_was_asked_for():
    """With no runs to propose there are none."""
    options = AnalysisOptions(until=UNTIL, most_runs=0)
    assert analyse(_region(0), FRAMEWORK, rules(), options).runs.runs == ()
