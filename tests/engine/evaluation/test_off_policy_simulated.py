"""Off-policy estimates against the truth of a simulated region that logged by its own policy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.domain import FloatArray, IntArray
from engine.evaluation.off_policy import OffPolicyReport, Reason, off_policy
from engine.evaluation.slates import LoggedSlates, TargetSlates, first_k, logged_slates
from engine.framework import load_framework
from engine.policy import load_policy
from engine.simulation.history import History, simulate_history
from engine.simulation.history_plan import HistoryPlan

pytestmark = pytest.mark.slow

FRAMEWORK, POLICY = load_framework(), load_policy("default")
PLAN = HistoryPlan(
    activities=25,
    educators=400,
    years=2,
    slates_per_year=3.0,
    exploration=0.7,
    exploration_floor=0.5,
)
SEEDS = 10


def logged(history: History) -> tuple[LoggedSlates, IntArray]:
    """The region's slates with their rewards, and the season of each slate."""
    log, rows = logged_slates(history.interactions, history.benefited.astype(float))
    season = np.zeros(len(log.person), dtype=np.int64)
    season[log.slate] = history.season[rows]
    return log, season


def best_three(history: History, log: LoggedSlates, season: IntArray) -> TargetSlates:
    """A target that knows the truth: the best three that the educator has not taken up before.

    The last activity is the regional diagnostic, which nobody is proposed.
    """
    n, width = len(log.person), len(history.activities) - 1
    slate, activity = np.repeat(np.arange(n), width), np.tile(np.arange(width), n)
    known = history.interactions
    first = np.full((len(history.educators), width + 1), 10**6)
    taken = known.taken
    pairs = (known.person[taken], known.activity[taken])
    np.minimum.at(first, pairs, history.season[taken])
    open_ = first[log.person[slate], activity] >= season[slate]
    worth = history.truth.reward(log.person[slate], activity, season[slate])
    return first_k(slate, activity, np.where(open_, worth, -1.0), 3)


def worth_of(
    history: History, log: LoggedSlates, season: IntArray, slate: IntArray, activity: IntArray
) -> FloatArray:
    """Exact chance of a reward of each proposal."""
    worth: FloatArray = history.truth.reward(log.person[slate], activity, season[slate])
    return worth


@pytest.fixture(scope="module")
def studies() -> list[tuple[OffPolicyReport, float]]:
    """What the log says of the target, and what the target would really have earned."""
    found = []
    for seed in range(SEEDS):
        history = simulate_history(PLAN, seed, FRAMEWORK, POLICY)
        log, season = logged(history)
        target = best_three(history, log, season)
        truth = worth_of(history, log, season, target.slate, target.activity)
        own = worth_of(history, log, season, log.slate, log.activity)
        guess = (0.8 * own + 0.05, 0.8 * truth + 0.05)  # right in its order, wrong in size
        unknown = np.bincount(log.slate, np.isnan(log.propensity), minlength=len(season)) > 0
        exact = float(truth[~unknown[target.slate]].mean())
        found.append((off_policy(log, target, guess, seed=seed), exact))
    return found


@pytest.mark.parametrize("name", ["ips", "snips", "dr"])
def test_estimates_agree_with_the_truth(
    studies: list[tuple[OffPolicyReport, float]], name: str
) -> None:
    """Intervals of 95 % hold the exact value in at least 8 of 10 regions.

    Nobody told the estimator the chances of what was not drawn: support is found from the log.
    """
    inside = 0
    for report, truth in studies:
        assert report.reason is None
        estimate = getattr(report, name)
        assert abs(estimate.estimate - truth) < 0.25 * truth
        inside += estimate.low <= truth <= estimate.high
    assert inside >= 8


def test_the_log_itself_earned_far_less(studies: list[tuple[OffPolicyReport, float]]) -> None:
    """The target is worth over half more than what was logged, so agreement is no accident."""
    assert all(truth > 1.5 * report.logged for report, truth in studies)


def test_slates_that_did_not_explore_are_left_out(
    studies: list[tuple[OffPolicyReport, float]],
) -> None:
    """About three of ten slates were the best by score: nobody knows a chance of theirs."""
    for report, _ in studies:
        assert 0.25 < report.left_out / (report.left_out + report.slates) < 0.35


def test_a_region_that_never_explores_supports_no_estimate() -> None:
    """Without exploration there is no number, however long the log."""
    history = simulate_history(replace(PLAN, exploration=0.0), 1, FRAMEWORK, POLICY)
    log, season = logged(history)
    report = off_policy(log, best_three(history, log, season))
    assert report.reason is Reason.NO_PROPENSITIES
    assert (report.ips, report.snips, report.dr) == (None, None, None)
