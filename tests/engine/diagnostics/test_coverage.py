"""Simulated people with known truth: intervals hold it as often as they say.

Tolerances are the claim's own bounds and two standard errors of the share of so many people, whose
nodes count as one draw. ``python -m tests.bench.deficits`` does the same with thousands.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from engine.domain import Method
from engine.policy import PolicyProfile
from tests.bench.deficit_statistics import clustered_share, compare_auc
from tests.engine.diagnostics.simulated_people import (
    Cards,
    Estimates,
    Study,
    block_tests,
    item_tests,
    mixed_history,
    run_study,
    study_policy,
)

N_PEOPLE = 140
SHIFT = 0.3
ITEMS = item_tests(1, intercept_sd=2.0)
SINGLE = item_tests(1, 0.5, as_single=True)

BLOCK_TEST = Study("block test", block_tests)
ONE_OBSERVER = Study("card of one observer", Cards())
TWO_OBSERVERS = Study("cards of two observers", Cards(observers=2))
ITEM_TEST = Study("items", ITEMS, bank=ITEMS.bank())
HISTORY = Study("old and new, three methods", mixed_history, (-700, -30))

MODEL = (BLOCK_TEST, ONE_OBSERVER, TWO_OBSERVERS, ITEM_TEST, HISTORY)
MISSPECIFIED = (
    Study("skewed ability", block_tests, shape="weak_tail"),
    Study("lenient observers, each the same for all", Cards(shift=SHIFT, regional=True)),
    Study("half of the items need a second skill", SINGLE, bank=SINGLE.bank()),
)


def policy_of(study: Study) -> PolicyProfile:
    """The bundled policy; for cards with overlapping criteria and, for one observer, large leans.

    What the bundled policy says of observers is so mild that a model that ignores it would pass.
    """
    if study is ONE_OBSERVER:
        return study_policy(
            procedure_sd={**study_policy().diagnostics.procedure_sd, Method.OBSERVATION: 0.9}
        )
    if study is TWO_OBSERVERS:
        return study_policy(
            procedure_sd={**study_policy().diagnostics.procedure_sd, Method.OBSERVATION: 0.1},
            reliability={**study_policy().diagnostics.reliability, Method.OBSERVATION: 0.5},
        )
    return study_policy()


@cache
def estimates(study: Study) -> Estimates:
    return run_study(study, N_PEOPLE, truth_policy=policy_of(study))


def named(studies):
    return pytest.mark.parametrize("study", studies, ids=lambda study: study.name)


@pytest.mark.slow
@named(MODEL)
def test_intervals_cover_people_of_the_model(study):
    """90 % intervals hold 88–92 % of the truths, 50 % intervals 47–53 %."""
    found = estimates(study)
    wide = clustered_share(found.inside_90, found.person)
    narrow = clustered_share(found.inside_50, found.person)
    assert wide.error < 0.015
    assert 0.88 - 2 * wide.error <= wide.value <= 0.92 + 2 * wide.error
    assert 0.47 - 2 * narrow.error <= narrow.value <= 0.53 + 2 * narrow.error


@named(MISSPECIFIED)
def test_intervals_cover_people_whom_the_model_does_not_know(study):
    """They still hold 85–95 % of the truths."""
    found = estimates(study)
    share = clustered_share(found.inside_90, found.person)
    assert 0.85 - 2 * share.error <= share.value <= 0.95 + 2 * share.error


@named(MODEL)
def test_probability_of_a_deficit_is_calibrated(study):
    """As many are truly below the target as the posterior expects, also among the doubtful."""
    found = estimates(study)
    chance = found.below(0.85)
    for rows in (chance >= 0, (chance > 0.2) & (chance < 0.8)):
        some = found.where(rows)
        truly = clustered_share(some.truth < 0.85, some.person)
        assert truly.value == pytest.approx(chance[rows].mean(), abs=3 * truly.error)


@named((BLOCK_TEST, ONE_OBSERVER, ITEM_TEST, *MISSPECIFIED))
def test_posterior_tells_who_is_below_target_better_than_the_share(study):
    """AUC of P(below target) is above that of the share done right, interval and all."""
    found = estimates(study)
    auc = compare_auc(found.below(0.85), -found.share, found.truth < 0.85, found.person, draws=300)
    assert auc.ours > auc.other
    assert auc.difference.low > 0


def test_posterior_mean_is_nearer_to_the_truth_than_the_share():
    """Its mean squared error is less than half of that of the share, and it does not lean."""
    found = estimates(BLOCK_TEST)
    error = found.mean - found.truth
    assert np.mean(error**2) < 0.5 * np.mean((found.share - found.truth) ** 2)
    by_person = error.reshape(N_PEOPLE, -1).mean(axis=1)
    assert abs(by_person.mean()) < 3 * by_person.std() / np.sqrt(N_PEOPLE)


def test_a_model_without_leans_of_observers_would_be_seen():
    """The same cards judged as if no observer leaned are covered by far too little."""
    drawn = policy_of(ONE_OBSERVER)
    blind = study_policy(procedure_sd=dict.fromkeys(Method, 0.0))
    found = run_study(ONE_OBSERVER, 60, truth_policy=drawn, engine_policy=blind)
    share = clustered_share(found.inside_90, found.person)
    assert share.value + 3 * share.error < 0.88
