"""Off-policy estimates of models on a region whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from engine.domain import FloatArray, IntArray
from engine.evaluation.off_policy import Reason
from engine.evaluation.slates import LoggedSlates, logged_slates
from engine.framework import load_framework
from engine.interactions import Interactions
from engine.matching.model import MatchingModel
from engine.policy import load_policy
from engine.simulation.history import History, simulate_history
from engine.simulation.history_plan import HistoryPlan
from engine.training.data import TrainingData
from engine.training.off_policy_metrics import ModelLists, first_taken, off_policy_metrics

pytestmark = pytest.mark.slow

FRAMEWORK, POLICY = load_framework(), load_policy("default")
PLAN = HistoryPlan(
    activities=16,
    educators=160,
    years=2,
    slates_per_year=4.0,
    exploration=1.0,
    exploration_floor=0.9,
    mentors=2,
)
MODEL = MatchingModel.prior()


@cache
def region() -> tuple[History, TrainingData, float]:
    """A region that proposes nearly by lot, its data, and the middle of its time.

    An outcome is whether it was of use, so that the truth of the simulation is what is earned.
    """
    history = simulate_history(PLAN, 3, FRAMEWORK, POLICY)
    told = replace(history.interactions, outcome=history.benefited.astype(np.float64))
    data = TrainingData.from_history(replace(history, interactions=told), FRAMEWORK, POLICY)
    return history, data, float(np.median(data.interactions.time))


@cache
def lists() -> tuple[LoggedSlates, FloatArray, ModelLists]:
    """Slates from the middle on, when each was proposed, and the model's lists for them."""
    _, data, day = region()
    late = data.interactions.select(data.interactions.time >= day)
    log, rows = logged_slates(late, np.zeros(len(late)))
    time = np.full(len(log.person), np.inf)
    np.minimum.at(time, log.slate, late.time[rows])
    then = data.before(day)
    return log, time, ModelLists(then, MODEL, late.people, np.unique(log.activity))


def test_the_truth_lies_within_the_intervals() -> None:
    """What the first of a model's lists would really have earned, by the simulation's chances."""
    history, data, day = region()
    (found,) = off_policy_metrics(data, day, [MODEL], 10_000, seed=0)
    report = found.report
    assert report.reason is None, report
    table = data.interactions
    log, time, own = lists()
    target = own.target(log, time, first_taken(table), found.k)
    season = season_of(history, table, log.person, time)
    truth = history.truth.reward(log.person[target.slate], target.activity, season[target.slate])
    exact = float(truth.mean())
    assert report.slates == len(log.person) > 200
    for estimate in (report.ips, report.snips, report.dr):
        assert estimate is not None
        assert estimate.low - 0.02 <= exact <= estimate.high + 0.02
        assert 0.3 * exact < estimate.estimate < 2.0 * exact


def season_of(
    history: History, table: Interactions, person: IntArray, time: FloatArray
) -> IntArray:
    """Season of each slate: of the rows that were proposed to that person on that day."""
    known = {
        (p, t): s
        for p, t, s in zip(
            table.person.tolist(), table.time.tolist(), history.season.tolist(), strict=True
        )
    }
    return np.array([known[p, t] for p, t in zip(person.tolist(), time.tolist(), strict=True)])


def test_who_has_taken_something_up_is_not_proposed_it_again() -> None:
    """From the slate after it on; other people and earlier slates are not touched."""
    log, _, made = lists()
    day = region()[2]
    time = np.full(len(log.person), day + 10)
    before = made.target(log, time, {}, 3)
    person = int(log.person[before.slate[0]])
    first = int(before.activity[0])
    mine = log.person[before.slate] == person
    for at, gone in ((day + 5, True), (day + 20, False)):
        after = made.target(log, time, {person: {first: at}}, 3)
        own = after.activity[log.person[after.slate] == person]
        assert (first not in own) is gone
        others = log.person[after.slate] != person
        assert after.activity[others].tolist() == before.activity[~mine].tolist()


def test_without_slates_or_chances_there_is_no_number() -> None:
    """No slates: nothing is told. Slates without chances: why there is no estimate."""
    _, data, day = region()
    table = data.interactions
    n = len(table)
    bare = replace(data, interactions=replace(table, slate=np.full(n, -1)))
    assert off_policy_metrics(bare, day, [MODEL], 100, 0) == ()
    unknown = replace(data, interactions=replace(table, propensity=np.full(n, np.nan)))
    (found,) = off_policy_metrics(unknown, day, [MODEL], 100, 0)
    assert found.report.reason is Reason.NO_PROPENSITIES
    assert (found.report.ips, found.report.snips, found.report.dr) == (None, None, None)


def test_a_seeded_sample_of_people_is_looked_at() -> None:
    """As many as asked for, the same for one seed."""
    _, data, day = region()
    first, again = (off_policy_metrics(data, day, [MODEL], 15, 5)[0] for _ in range(2))
    assert first.report.people == 15
    assert first == again
