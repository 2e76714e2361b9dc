"""Change between two diagnostics of one educator."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from engine.diagnostics.dynamics import ChangeDistribution, _removed, estimate_changes
from engine.domain import DeficitChange
from engine.errors import InputError
from engine.policy import Dynamics, load_policy
from tests.conftest import LONG
from tests.engine.diagnostics.examples import AS_OF, TODAY, answer, framework, policy, result

FRAMEWORK = framework()
POLICY_RULE = load_policy("default").dynamics


def changes(results, responses=(), **options):
    rule = options.pop("dynamics", None)
    profile = policy(max_age_days=1000, **options)
    if rule is not None:
        profile = replace(profile, dynamics=rule)
    return estimate_changes(list(results), list(responses), FRAMEWORK, profile, AS_OF)


def ago(days):
    return TODAY - dt.timedelta(days=days)


def pair(before, after, n_tasks=20, days=200, node="A.1"):
    return [
        result(node, before, n_tasks, n_tasks=n_tasks, date=ago(days), procedure_id="entry"),
        result(node, after, n_tasks, n_tasks=n_tasks, procedure_id="final"),
    ]


def test_distribution_of_a_change_agrees_with_sampling():
    """Quantiles and tail of σ(α₂) − σ(α₁) against a million draws."""
    mean, covariance = np.array([-0.4, 0.9]), np.array([[0.5, 0.3], [0.3, 0.7]])
    draws = np.random.default_rng(5).multivariate_normal(mean, covariance, 1_000_000)
    change = expit(draws[:, 1]) - expit(draws[:, 0])
    got = ChangeDistribution(mean, covariance)
    for p in (0.05, 0.5, 0.95):
        assert got.quantile(p) == pytest.approx(np.quantile(change, p), abs=2e-3)
    assert got.below(0.0) == pytest.approx((change <= 0).mean(), abs=2e-3)


def test_once_measured_has_no_change():
    """A node of one sitting, or of two sittings on one day, is left out; nothing is invented."""
    assert changes([result("A.1", 2)]) == ()
    assert changes([result("A.1", 2), result("A.1", 5, procedure_id="q")]) == ()
    assert changes([*pair(5, 15), result("B.1", 2)])[0].node == "A.1"


def test_change_of_many_tasks_is_seen_and_of_few_left_open():
    """From a quarter to nearly all: sure with 80 tasks, not removed for sure with 6."""
    (sure,), (open_,) = changes(pair(20, 79, 80)), changes(pair(2, 6, 6))
    assert sure.status is DeficitChange.REMOVED
    assert sure.interval_90[0] > 0.3
    assert open_.status in {DeficitChange.UNKNOWN, DeficitChange.LIKELY_REMOVED}
    assert open_.interval_90[1] - open_.interval_90[0] > 0.25
    assert 0 < open_.change < 4 / 6


def test_statuses_follow_the_probabilities():
    """Each status by its own thresholds, read off the stated probabilities."""
    (change,) = changes(pair(20, 79, 80))
    gone = change.probability_removed
    for removed, likely, want in (
        (gone - 1e-6, 0.5, DeficitChange.REMOVED),
        (gone + 1e-6, 0.5, DeficitChange.LIKELY_REMOVED),
    ):
        rule = Dynamics(removed_probability=removed, likely_probability=likely)
        assert changes(pair(20, 79, 80), dynamics=rule)[0].status is want
    assert changes(pair(20, 22, 80))[0].status is DeficitChange.LIKELY_REMAINS
    assert changes(pair(79, 79, 80))[0].status is DeficitChange.NONE_BEFORE
    assert changes(pair(79, 30, 80))[0].status is DeficitChange.LIKELY_ARISEN
    assert changes(pair(40, 66, 80))[0].status is DeficitChange.UNKNOWN


def test_strict_observer_on_both_days_does_not_hide_the_change():
    """One procedure repeated shares its severity, so its change is known better than of two."""
    same = [
        result("A.1", 30, 80, n_tasks=80, date=ago(200), criterion=None, procedure_id="card"),
        result("A.1", 60, 80, n_tasks=80, criterion=None, procedure_id="card"),
    ]
    two = [same[0], replace(same[1], procedure_id="other")]
    (one,), (other,) = changes(same), changes(two)
    width = [c.interval_90[1] - c.interval_90[0] for c in (one, other)]
    assert width[0] < width[1]


def test_points_are_the_sittings_in_time():
    """Entry, checkpoint and final in order, with what the papers say beside the estimate."""
    rows = [*pair(5, 15), result("A.1", 8, 20, n_tasks=None, date=ago(90), procedure_id="middle")]
    (change,) = changes(rows)
    assert [p.procedure_id for p in change.points] == ["entry", "middle", "final"]
    assert [p.raw_share for p in change.points] == [0.25, 0.4, 0.75]
    assert [p.n_tasks for p in change.points] == [20, 0, 20]
    assert change.change == pytest.approx(change.points[-1].mean - change.points[0].mean)
    for point in change.points:
        assert point.interval_90[0] < point.mean < point.interval_90[1]


def test_item_answers_count_as_diagnostics():
    """Two sittings of an item test give a change of each of their nodes."""
    answers = [
        replace(answer(f"i{k}", float(right)), date=day, procedure_id=name)
        for name, day, right in (("entry", ago(150), False), ("final", TODAY, True))
        for k in range(6)
    ]
    (change,) = changes([], answers)
    assert change.node == "A.1.1"
    assert change.probability_grown > 0.9


def test_faulty_evidence_is_refused():
    """The same faults as of the estimate itself."""
    with pytest.raises(InputError):
        changes([result("A.1", 7, 6)])


def simulated_change(gain, days, rng):
    """A test of 20 tasks on four nodes before and after, one of them trained; truth and estimate.

    Written out here after the policy's own sds: nothing of the engine's simulation is used.
    """
    person = np.log(0.65 / 0.35) + rng.normal(0, 0.9)
    direction = {"A": rng.normal(0, 0.4), "B": rng.normal(0, 0.4)}
    before = {c: person + direction[c[0]] + rng.normal(0, 0.5) for c in ("A.1", "A.2", "B.1", "B")}
    after = before | {"A.1": before["A.1"] + gain}
    rows = []
    for name, day, odds in (("entry", ago(days), before), ("final", TODAY, after)):
        sheet = rng.normal(0, 0.2)
        rows += [
            result(
                code,
                float(rng.binomial(20, expit(value + sheet))),
                20,
                n_tasks=20,
                date=day,
                procedure_id=name,
            )
            for code, value in odds.items()
        ]
    found = estimate_changes(rows, [], FRAMEWORK, load_policy("default"), AS_OF)
    change = next(c for c in found if c.node == "A.1")
    return expit(after["A.1"]) - expit(before["A.1"]), change


@pytest.mark.parametrize(
    ("gain", "days", "least"), [(0.0, 60, 0.88), (0.5, 60, 0.85), (1.0, 120, 0.78)]
)
def test_intervals_cover_what_was_learned(gain, days, least):
    """Nothing learned, 0.1 and 0.2 of a competency between two tests: 60 educators each.

    At length 120 of them.
    """
    rng = np.random.default_rng(11)
    drawn = [simulated_change(gain, days, rng) for _ in range(120 if LONG else 60)]
    covered = np.mean([c.interval_90[0] <= truth <= c.interval_90[1] for truth, c in drawn])
    assert covered >= least


def test_removed_needs_a_deficit_before():
    """That none is left is not that one was removed: it must have been there."""
    for n_tasks, before, after in ((80, 20, 79), (20, 14, 20), (20, 16, 20), (6, 2, 6)):
        (change,) = changes(pair(before, after, n_tasks), change_sd=1.0)
        most = min(change.probability_before, 1 - change.probability_after)
        least = change.probability_before - change.probability_after
        assert least - 1e-9 <= change.probability_removed <= most + 1e-9
        if change.status is DeficitChange.REMOVED:
            assert change.probability_removed >= POLICY_RULE.removed_probability
        if change.status is DeficitChange.LIKELY_REMOVED:
            assert change.probability_removed > 0.5


def test_probability_of_removal_agrees_with_sampling():
    """P(below before, above after) of two correlated normals, by a million draws."""
    mean, covariance = np.array([0.4, 1.6]), np.array([[0.5, 0.2], [0.2, 0.4]])
    draws = np.random.default_rng(6).multivariate_normal(mean, covariance, 1_000_000)
    end = np.log(0.8 / 0.2)
    want = ((draws[:, 0] < end) & (draws[:, 1] >= end)).mean()
    assert _removed(mean, covariance, 0.8) == pytest.approx(want, abs=2e-3)
