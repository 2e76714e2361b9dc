"""Off-policy estimates: toy cases by hand, a small bandit with known truth, and refusals."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp

from engine.domain import FloatArray, IntArray, Ranking
from engine.evaluation.off_policy import OffPolicyReport, Reason, off_policy
from engine.evaluation.slates import LoggedSlates, TargetSlates
from engine.matching.exploration import draw_order
from tests.conftest import LONG

pytestmark = pytest.mark.slow

NAN = np.nan


def ints(*values: int) -> IntArray:
    return np.array(values, dtype=np.int64)


def repeated(log: LoggedSlates, target: TargetSlates, times: int) -> tuple[object, ...]:
    """The same toy case many times over, each copy with people of its own."""
    slates, people = len(log.person), 1 + log.person.max()

    def over(values: IntArray, step: int) -> IntArray:
        return np.concatenate([values + step * i for i in range(times)])

    return (
        LoggedSlates(
            over(log.person, people),
            over(log.slate, slates),
            np.tile(log.activity, times),
            np.tile(log.propensity, times),
            np.tile(log.reward, times),
        ),
        TargetSlates(
            over(target.slate, slates),
            np.tile(target.activity, times),
            np.tile(target.chance, times),
        ),
    )


TOY = LoggedSlates(
    person=ints(0, 1),
    slate=ints(0, 0, 1, 1),
    activity=ints(0, 1, 0, 2),
    propensity=np.array([0.5, 0.5, 0.25, 1.0]),
    reward=np.array([1.0, 0.0, 0.5, 1.0]),
)
"""Two slates of two activities."""


def test_the_estimates_by_hand() -> None:
    """The target proposes 0 in both slates, and 2 in the second with a chance of 1/2.

    w = (1/0.5, 0, 1/0.25, 0.5/1) = (2, 0, 4, 0.5); Σ w·r = 2 + 2 + 0.5 = 4.5; Σ w = 6.5;
    D = 1 + 1 + 0.5 = 2.5. With q = 0.4 in the log and for the target: Σ p·q = 1, Σ w·(r − q) =
    4.5 − 2.6 = 1.9.
    """
    target = TargetSlates(ints(0, 1, 1), ints(0, 0, 2), np.array([1.0, 1.0, 0.5]))
    log, asked = repeated(TOY, target, 40)
    n, m = len(log.slate), len(asked.slate)  # type: ignore[attr-defined]
    report = off_policy(log, asked, (np.full(n, 0.4), np.full(m, 0.4)), tolerance=0.99)  # type: ignore[arg-type]
    assert report.ips is not None
    assert report.snips is not None
    assert report.dr is not None
    assert report.ips.estimate == pytest.approx(4.5 / 2.5)
    assert report.snips.estimate == pytest.approx(4.5 / 6.5)
    assert report.dr.estimate == pytest.approx((1 + 1.9) / 2.5)
    assert report.effective == pytest.approx(40 * 6.5**2 / (4 + 16 + 0.25))
    assert report.logged == pytest.approx(2.5 / 4)
    assert (report.slates, report.people, report.matched) == (80, 80, 120)


def test_the_logs_own_policy_is_estimated_by_the_mean() -> None:
    """Where the target proposes with the log's own chances every weight is 1."""
    rng = np.random.default_rng(0)
    log, _ = _bandit(rng, people=60)
    own = TargetSlates(log.slate, log.activity, log.propensity)
    report = off_policy(log, own, tolerance=0.99)
    assert report.snips is not None
    assert report.snips.estimate == pytest.approx(report.logged)
    assert report.effective == pytest.approx(len(log.slate))


# -------------------------------------------------------------------- a bandit with known truth

N_ACTIVITIES, K, EPSILON = 12, 4, 0.15


@cache
def _world(person: int) -> tuple[FloatArray, FloatArray]:
    """Relevance that the log ranks by, and the true chance of a reward."""
    own = np.random.default_rng(1_000_000 + person)
    relevance = own.uniform(0.2, 0.8, N_ACTIVITIES)
    truth = np.clip(0.15 + 0.6 * relevance + own.normal(0, 0.15, N_ACTIVITIES), 0.02, 0.98)
    return relevance, truth


def _ranking(relevance: FloatArray) -> Ranking:
    ids = tuple(f"a{i:02}" for i in range(len(relevance)))
    empty = sp.csr_array((len(ids), 1))
    return Ranking(ids, relevance, empty, {}, np.zeros((len(ids), 1)), ("f",), "m")


def _bandit(
    rng: np.random.Generator, people: int, first: int = 0
) -> tuple[LoggedSlates, TargetSlates]:
    """Logged by the engine's own draw; the target is the best K of the log's likely proposals.

    The target knows more than the log: it picks by the true chances, among what the log may
    propose.
    """
    rows: list[tuple[int, int, float, float]] = []
    asked: list[tuple[int, int, float]] = []
    for slate in range(people):
        relevance, truth = _world(first + slate)
        seed = int(rng.integers(2**52))
        draw = draw_order(_ranking(relevance), epsilon=EPSILON, first=K, seed=seed).draw
        assert draw is not None
        chance = draw.propensity(K)
        for a in draw.head(K).tolist():
            rows.append((slate, a, chance[a], float(rng.random() < truth[a])))
        best = np.argsort(-np.where(chance > 0, truth, -1))[:K]
        asked += [(slate, int(a), chance[a]) for a in best]
    slate_, activity, propensity, reward = (np.array(c) for c in zip(*rows, strict=True))
    t_slate, t_activity, t_chance = (np.array(c) for c in zip(*asked, strict=True))
    log = LoggedSlates(np.arange(people), slate_, activity, propensity, reward)
    return log, TargetSlates(t_slate, t_activity, np.ones(len(asked)), t_chance)


def _truth_of(target: TargetSlates, first: int = 0) -> float:
    """Exact mean earning of the target's proposals to these people."""
    worlds = {int(s): _world(first + int(s))[1] for s in np.unique(target.slate)}
    pairs = zip(target.slate, target.activity, strict=True)
    return float(np.mean([worlds[int(s)][int(a)] for s, a in pairs]))


def _guess(log: LoggedSlates, target: TargetSlates, bias: float) -> tuple[FloatArray, FloatArray]:
    """The truth, ``bias`` too high."""
    worlds = {int(s): _world(int(s))[1] for s in np.unique(log.slate)}
    return (
        np.array([worlds[s][a] for s, a in zip(log.slate, log.activity, strict=True)]) + bias,
        np.array([worlds[s][a] for s, a in zip(target.slate, target.activity, strict=True)]) + bias,
    )


LOGS = 300 if LONG else 100


@pytest.fixture(scope="module")
def studies() -> list[tuple[OffPolicyReport, float]]:
    """Logs of the same 150 people, with a guess that is wrong by 0.2."""
    found = []
    for seed in range(1_000, 1_000 + LOGS):
        log, target = _bandit(np.random.default_rng(seed), 150)
        report = off_policy(log, target, _guess(log, target, 0.2), seed=seed, resamples=400)
        found.append((report, _truth_of(target)))
    return found


@pytest.mark.parametrize("name", ["ips", "snips", "dr"])
def test_estimates_are_right_on_average(
    studies: list[tuple[OffPolicyReport, float]], name: str
) -> None:
    """Over the logs the mean error is within three standard errors of 0 (of 0.01 for SNIPS)."""
    errors = np.array([getattr(report, name).estimate - truth for report, truth in studies])
    allowed = 3 * errors.std() / np.sqrt(len(errors)) + (0.01 if name == "snips" else 0)
    assert abs(errors.mean()) < allowed


def test_the_log_alone_would_mislead(studies: list[tuple[OffPolicyReport, float]]) -> None:
    """What the log earned is clearly less than what the target would have: nothing is trivial."""
    gaps = np.array([truth - report.logged for report, truth in studies])
    assert gaps.mean() > 0.04


@pytest.mark.parametrize("name", ["ips", "snips", "dr"])
def test_intervals_cover(studies: list[tuple[OffPolicyReport, float]], name: str) -> None:
    """Intervals of 95 % hold the truth in 90–99.5 % of 300 logs (expected 285, sd 4).

    Of 100 logs in 88 and more (expected 95, sd 2).
    """
    inside = [
        getattr(report, name).low <= truth <= getattr(report, name).high
        for report, truth in studies
    ]
    assert (0.9 if LONG else 0.88) * LOGS <= sum(inside) <= 0.995 * LOGS


def test_a_good_guess_makes_the_estimate_steadier() -> None:
    """Where rewards vary little about the guess, DR spreads less than half as much as IPS."""
    plain, robust = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        log, target = _bandit(rng, 100)
        guess = _guess(log, target, 0.0)
        log = replace(log, reward=guess[0] + rng.normal(0, 0.1, len(guess[0])))
        report = off_policy(log, target, guess, resamples=10)
        assert report.ips is not None
        assert report.dr is not None
        plain.append(report.ips.estimate)
        robust.append(report.dr.estimate)
    assert np.std(robust) < 0.5 * np.std(plain)


def test_other_chances_than_those_drawn_with_give_a_wrong_answer() -> None:
    """Chances of 1 in place of the true ones bias IPS far out of its interval: they matter."""
    log, target = _bandit(np.random.default_rng(0), 600)
    right = off_policy(log, target)
    wrong = off_policy(
        replace(log, propensity=np.where(log.propensity < 1, 0.999, 1.0)), target, tolerance=0.99
    )
    assert right.ips is not None
    assert wrong.ips is not None
    truth = _truth_of(target)
    assert right.ips.low < truth < right.ips.high
    assert wrong.ips.high < truth - 0.1


# ------------------------------------------------------------------------------- no support


def refused(report: OffPolicyReport) -> Reason | None:
    """The reason; without support there must be no number at all."""
    if report.reason is not None:
        assert report.status == "no_support"
        assert (report.ips, report.snips, report.dr) == (None, None, None)
    return report.reason


def test_without_chances_there_is_no_number() -> None:
    """Slates whose chances nobody kept are left out; if that is all of them, so is the answer."""
    log, target = _bandit(np.random.default_rng(1), 100)
    unknown = replace(log, propensity=np.full(len(log.slate), NAN))
    report = off_policy(unknown, target)
    assert refused(report) is Reason.NO_PROPENSITIES
    assert (report.slates, report.left_out) == (0, 100)
    half = replace(log, propensity=np.where(log.slate < 50, NAN, log.propensity))
    report = off_policy(half, target)
    assert (report.slates, report.people, report.left_out) == (50, 50, 50)
    assert refused(report) is None
    # the other half by itself says the same
    rows = log.slate >= 50
    only = LoggedSlates(
        log.person,
        log.slate[rows],
        log.activity[rows],
        log.propensity[rows],
        log.reward[rows],
    )
    assert off_policy(only, target).ips == report.ips


def test_without_exploration_there_is_no_number() -> None:
    """A log that proposed with certainty tells nothing, even of the same proposals."""
    log, _ = _bandit(np.random.default_rng(1), 100)
    fixed = replace(log, propensity=np.ones(len(log.slate)))
    own = TargetSlates(log.slate, log.activity, np.ones(len(log.slate)))
    assert refused(off_policy(fixed, own)) is Reason.NO_EXPLORATION


@pytest.mark.parametrize("known", [True, False])
def test_a_target_outside_of_the_log_gets_no_number(known: bool) -> None:
    """Two of five proposals the log could never make: refused, whether that is told or found.

    The share is stated: exact where the chances are known, else estimated.
    """
    log, inside = _bandit(np.random.default_rng(2), 300)
    rows = np.arange(len(inside.slate)) % 5 < 2
    strange = np.where(rows, N_ACTIVITIES + 1 + np.arange(len(rows)), inside.activity)
    assert inside.loggable is not None
    loggable = np.where(rows, 0.0, inside.loggable) if known else None
    report = off_policy(log, replace(inside, activity=strange, loggable=loggable))
    assert refused(report) is Reason.OUTSIDE_SUPPORT
    assert report.outside == pytest.approx(0.4, abs=1e-9 if known else 0.12)


def test_a_small_share_outside_is_let_pass_and_stated() -> None:
    """One proposal in forty outside is below the tolerance of 5 %."""
    log, inside = _bandit(np.random.default_rng(2), 300)
    rows = np.arange(len(inside.slate)) % 40 == 0
    assert inside.loggable is not None
    target = replace(
        inside,
        activity=np.where(rows, N_ACTIVITIES + 1, inside.activity),
        loggable=np.where(rows, 0.0, inside.loggable),
    )
    report = off_policy(log, target)
    assert refused(report) is None
    assert report.outside == pytest.approx(0.025)
    assert refused(off_policy(log, target, tolerance=0.02)) is Reason.OUTSIDE_SUPPORT


def test_full_support_is_recognised_without_being_told() -> None:
    """Chances of what was not drawn are seldom kept; 20 of 20 logs are judged all the same."""
    for seed in range(20):
        log, target = _bandit(np.random.default_rng(seed), 300)
        report = off_policy(log, replace(target, loggable=None))
        assert refused(report) is None
        assert abs(report.outside) < 0.15


def test_a_handful_of_matches_gets_no_number() -> None:
    """Below an effective sample of 20 an interval would be a fiction."""
    log, target = _bandit(np.random.default_rng(3), 5)
    report = off_policy(log, target)
    assert report.effective < 20
    assert refused(report) is Reason.TOO_FEW
    nothing = TargetSlates(ints(), ints(), np.zeros(0))
    assert refused(off_policy(log, nothing)) is Reason.OUTSIDE_SUPPORT


def test_one_seed_one_report() -> None:
    """The same seed repeats the intervals, and the order of rows does not matter."""
    log, target = _bandit(np.random.default_rng(4), 100)
    mixed = np.random.default_rng(0).permutation(len(log.slate))
    shuffled = LoggedSlates(
        log.person,
        log.slate[mixed],
        log.activity[mixed],
        log.propensity[mixed],
        log.reward[mixed],
    )
    first, again = off_policy(log, target, seed=5), off_policy(shuffled, target, seed=5)
    assert first.ips is not None
    assert again.ips is not None
    assert again.ips.low == pytest.approx(first.ips.low, abs=1e-12)
    assert off_policy(log, target, seed=6).ips != first.ips


@pytest.mark.parametrize(
    "change",
    [
        {"reward": np.array([NAN, 0.0, 0.5, 1.0])},
        {"propensity": np.array([0.0, 0.5, 0.5, 0.5])},
        {"propensity": np.array([1.5, 0.5, 0.5, 0.5])},
        {"slate": ints(0, 0, 1, 2)},
        {"activity": ints(0, 0, 1, 2)},
        {"reward": np.ones(3)},
    ],
)
def test_a_log_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    """Missing rewards, impossible chances, unknown slates, an activity twice in one slate."""
    with pytest.raises(ValueError):
        replace(TOY, **change)  # type: ignore[arg-type]


def test_a_target_that_contradicts_itself_is_refused() -> None:
    """Impossible chances, an activity twice, guesses of another shape or without a number."""
    fine = TargetSlates(ints(0), ints(1), np.ones(1))
    for wrong in (
        replace(fine, chance=np.zeros(1)),
        replace(fine, chance=np.ones(2)),
        replace(fine, slate=ints(7)),
        replace(fine, loggable=np.ones(2)),
        TargetSlates(ints(0, 0), ints(1, 1), np.ones(2)),
    ):
        with pytest.raises(ValueError):
            off_policy(TOY, wrong)
    for guess in (
        (np.ones(4), np.ones(2)),
        (np.ones(3), np.ones(1)),
        (np.ones(4), np.array([NAN])),
    ):
        with pytest.raises(ValueError):
            off_policy(TOY, fine, guess)
