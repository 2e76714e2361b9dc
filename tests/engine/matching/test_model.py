"""The matching model as a whole: a learned one on any catalogue, for anybody, stored and read."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.domain import Activity, Educator, HistoryItem, Kind, Position, Ranking
from engine.errors import ConfigurationError
from engine.matching.factors import FACTORS, NUISANCE
from engine.matching.matcher import ActivityMatcher
from engine.matching.model import MatchingModel
from engine.matching.relevance import load_prior
from engine.model_store import load_model, save_model
from tests.engine.matching.records import (
    AS_OF,
    FRAMEWORK,
    HORIZON,
    TEACHER,
    activity,
    deficits,
    demand,
    offering,
)
from tests.engine.training.histories import POLICY, fitted, region

DEMANDS = deficits([demand("MET.ASM", expected=0.5), demand("PSY.SLF", expected=0.3)])


def ranked(
    matcher: ActivityMatcher, educator: Educator = TEACHER, history: tuple[HistoryItem, ...] = ()
) -> Ranking:
    return matcher.rank(
        educator,
        DEMANDS,
        activities=matcher.activities_,
        offerings=[offering(a.id) for a in matcher.activities_],
        history=history,
        policy=POLICY,
        as_of=AS_OF,
        horizon=HORIZON,
    )


def own_catalogue() -> ActivityMatcher:
    return fitted().model.matcher(region().activities, FRAMEWORK)


def a_history() -> tuple[HistoryItem, ...]:
    return max((p.history for p in region().people.values()), key=len)


def test_the_prior_is_what_a_matcher_has_by_itself() -> None:
    """Nothing learned: the same ranking, to the last bit, and the prior's name."""
    catalogue = region().activities[:20]
    one = ranked(MatchingModel.prior().matcher(catalogue, FRAMEWORK))
    other = ranked(ActivityMatcher().fit(catalogue, FRAMEWORK))
    np.testing.assert_array_equal(one.relevance, other.relevance)
    assert one.model_version == load_prior().version


def test_contributions_and_intercept_are_the_relevance() -> None:
    """After learning too, with broken lines and all signals, the sum explains every relevance."""
    found = ranked(own_catalogue(), history=a_history())
    assert found.model_version == "m1"
    total = np.nansum(found.contributions, axis=1) + fitted().model.relevance.intercept_
    np.testing.assert_allclose(found.relevance, 1 / (1 + np.exp(-total)), rtol=1e-12)
    for name in ("quality", "co_enrolment", "order", "novelty", "experience"):
        column = found.contributions[:, FACTORS.index(name)]
        assert np.nanmax(np.abs(column)) > 0


def test_popularity_changes_nothing_in_a_ranking() -> None:
    """Popularity turned round leaves every number; it is learned, so it would have changed some."""
    model = fitted().model
    assert model.signals is not None
    assert model.signals.collaborative is not None
    turned = copy.copy(model.signals.collaborative)
    turned.popularity_ = -turned.popularity_
    other = replace(model, signals=replace(model.signals, collaborative=turned))
    matcher = other.matcher(region().activities, FRAMEWORK)
    one, two = ranked(own_catalogue(), history=a_history()), ranked(matcher, history=a_history())
    np.testing.assert_array_equal(one.relevance, two.relevance)
    at = [FACTORS.index(name) for name in NUISANCE]
    assert np.isnan(one.contributions[:, at]).all()
    slopes = model.relevance.coef_[0, model.relevance.slope_start_[at[0]] :]
    assert slopes[0] != 0.0


@pytest.mark.parametrize("position", list(Position))
def test_new_people_and_new_activities_are_ranked(position: Position) -> None:
    """Nothing known of the person, of the activity, or of both: a relevance in (0, 1)."""
    new = [activity("new", "Школьная медиация"), activity("bare", "?", hours_academic=None)]
    matcher = fitted().model.matcher([*region().activities, *new], FRAMEWORK)
    stranger = Educator("новый", position)
    for history in ((), (HistoryItem(dt.date(2026, 1, 1), "new"),)):
        relevance = ranked(matcher, stranger, history).relevance
        assert ((relevance > 0) & (relevance < 1)).all()


def test_a_model_of_one_catalogue_serves_another() -> None:
    """In another catalogue known ids keep their signals, whatever stands around them."""
    whole = own_catalogue()
    some: list[Activity] = [*region().activities[40:60], activity("new", kind=Kind.CONFERENCE)]
    part = fitted().model.matcher(some, FRAMEWORK)
    history = tuple(h for h in a_history() if h.activity_id in part.activity_index_)
    one, other = ranked(whole, history=history), ranked(part, history=history)
    for name in ("quality", "co_enrolment", "order", "experience"):
        at = FACTORS.index(name)
        np.testing.assert_allclose(
            other.contributions[:-1, at], one.contributions[40:60, at], atol=1e-12
        )
    assert 0 < other.relevance[-1] < 1


def test_novelty_by_brute_force() -> None:
    """1 − the scaled cosine with the nearest of the history, for all activities and for some."""
    matcher = own_catalogue()
    history = a_history()
    at = sorted({matcher.activity_index_[h.activity_id] for h in history if h.activity_id})
    text = matcher.text_.toarray()
    alike = (text @ text[at].T).max(axis=1)
    span = matcher.text_full - matcher.text_floor
    expected = 1 - np.clip((alike - matcher.text_floor) / span, 0, 1)
    rows = np.array([7, 3, 3])
    np.testing.assert_allclose(matcher.novelty(history), expected, atol=1e-12)
    np.testing.assert_allclose(matcher.novelty(history, rows), expected[rows], atol=1e-12)
    assert 0.0 < np.mean(expected < 1.0) < 1.0
    assert np.isnan(matcher.novelty((HistoryItem(dt.date(2026, 1, 1), title="?"),), rows)).all()


def test_a_model_over_other_factors_is_refused() -> None:
    """Also where their number is the same: the weights would fall on the wrong ones."""
    swapped = (FACTORS[1], FACTORS[0], *FACTORS[2:])
    for factors in (swapped, FACTORS[:-1]):
        with pytest.raises(ConfigurationError):
            replace(fitted().model, factors=factors).matcher([], FRAMEWORK)


def test_a_stored_model_ranks_the_same(tmp_path: Path) -> None:
    """Written, read under its digest and put to work: the same numbers to the last bit."""
    manifest = save_model(
        fitted().model,
        tmp_path / "m1",
        framework=FRAMEWORK,
        model_version="m1",
        created_on=dt.date(2026, 9, 1),
    )
    stored, _ = load_model(
        tmp_path / "m1", expected_framework=FRAMEWORK, expected_digest=manifest.digest
    )
    assert isinstance(stored, MatchingModel)
    again = ranked(stored.matcher(region().activities, FRAMEWORK), history=a_history())
    before = ranked(own_catalogue(), history=a_history())
    np.testing.assert_array_equal(again.relevance, before.relevance)
    np.testing.assert_array_equal(again.contributions, before.contributions)
