"""Collaborative signals: by hand, by brute force, and neutral where nothing is known."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from engine.interactions import Interactions
from engine.matching.collaborative import SIGNALS, CollaborativeSignals
from engine.matching.order_histories import Histories
from tests.engine.evaluation.tables import sequences
from tests.engine.matching.enrolments import in_calendar

FEW = sequences({"p": ["a", "b", "c"], "q": ["a", "b"], "r": ["b", "a"]}, list("abcn"))
"""n is new: nobody took it."""


def fitted(**parameters: float) -> CollaborativeSignals:
    return CollaborativeSignals(**parameters).fit(FEW)  # type: ignore[arg-type]


def test_popularity_by_hand() -> None:
    """Takers 3, 3, 1 of mean 7/3."""
    found = fitted().features([0])["popularity"]
    np.testing.assert_allclose(found, [*np.log(np.array([4, 4, 2]) / (7 / 3 + 1)), 0])


def test_co_enrolment_is_corrected_for_popularity() -> None:
    """By hand: a and c share one taker of 3 and 1; shrinkage 1."""
    found = fitted(shrinkage=1.0).features([0])["co_enrolment"]
    np.testing.assert_allclose(found, [0, 3 / 4, 1 / (np.sqrt(3) + 1), 0])


def test_transitions_by_hand() -> None:
    """After a comes b twice and c once, at half weight where one lies between (half-life 1).

    Decayed pairs: a→b 2, a→c ½, b→c 1, b→a 1, together 4½; prior 1.
    """
    found = fitted(half_life=1.0, prior=1.0).features([0])
    share = np.array([1, 2, 1.5, 0]) / 4.5
    chance = (np.array([0, 2, 0.5, 0]) + share) / 3.5
    expected = chance - share
    np.testing.assert_allclose(found["transition"], expected, atol=1e-12)
    ratio = chance[:3] / share[:3]
    np.testing.assert_allclose(found["transition_lift"][:3], np.log(ratio))
    assert found["transition_lift"][3] == 0


def test_the_last_step_looks_at_the_newest_alone() -> None:
    """Rows in between are no next ones: after a came b twice, of next steps 2 b, 1 a, 1 c."""
    found = fitted(prior=1.0).features([2, 0])["transition_last"]
    share = np.array([1, 2, 1, 0]) / 4
    expected = (np.array([0, 2, 0, 0]) + share) / 3 - share
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_taken_later_is_a_share_of_takers() -> None:
    """Of the three who took a two took b later and one c; without shrinkage."""
    found = fitted(shrinkage=0.0).features([0])["taken_later"]
    np.testing.assert_allclose(found, [0, 2 / 3, 1 / 3, 0])


def test_odds_of_the_order_are_those_of_the_pair_shrunk_to_the_calendar() -> None:
    """b came after a twice of three times, with two more pairs as the calendar has it."""
    model = fitted()
    chance = 1 / (1 + np.exp(model.latent_[0] - model.latent_[1]))
    expected = np.log((2 + 2 * chance) / (1 + 2 * (1 - chance)))
    assert model.features([0])["order_odds"][1] == pytest.approx(expected)


def test_follows_has_a_direction() -> None:
    """In a calendar, what lies ahead follows and what lies behind does not."""
    model = CollaborativeSignals().fit(in_calendar(500, 20, 0))
    found = model.features([10])
    for name in ("follows", "transition", "taken_later", "order_odds", "ahead"):
        assert found[name][11:14].mean() > found[name][7:10].mean(), name
    assert abs(found["linear"][11:14].mean() - found["linear"][7:10].mean()) < 0.05


def test_a_new_activity_is_neutral_in_every_signal() -> None:
    """Nobody took n: all of its signals are 0 for any history."""
    found = fitted().features([0, 1])
    assert all(values[3] == 0 for values in found.values())


def test_a_new_person_has_popularity_alone() -> None:
    """Without a history, and with a history of unknown or new activities, nothing else speaks."""
    model = fitted()
    for history in ([], [-1]):
        for name, values in model.features(history).items():
            assert values.any() == (name in ("popularity", "recent_popularity")), name


def test_batch_and_single_signals_are_the_same() -> None:
    """For every person, in an order and in days, with and without a day of asking."""
    for days in (False, True):
        table = in_calendar(40, 15, 4, days=days)
        model = CollaborativeSignals(half_life_days=80.0).fit(table)
        histories = Histories.of(table)
        now = 1100.0 if days else None
        dense = model.dense(histories, None if now is None else np.full(40, now))
        for i in range(40):
            rows = slice(histories.start[i], histories.start[i + 1])
            times = histories.time[rows] if days else None
            one = model.features(histories.activity[rows], times, now)
            assert tuple(one) == SIGNALS
            for name, values in one.items():
                np.testing.assert_allclose(values, dense[name][i], atol=1e-12)


def test_recent_enrolments_weigh_more() -> None:
    """Half-life 10 days: of one taker each, the one of 20 days ago counts a quarter."""
    table = Interactions.from_columns(["p", "q"], ["a", "b"], np.array([0.0, 20.0]))
    model = CollaborativeSignals(half_life_days=10.0).fit(table)
    np.testing.assert_allclose(model.recent_takers_, [0.25, 1.0])
    found = model.features([])
    np.testing.assert_allclose(found["popularity"], [0, 0])
    assert found["recent_popularity"][1] > found["recent_popularity"][0]


def test_the_time_of_asking_decays_an_old_history() -> None:
    """Weights of rows stay relative: a gap between rows moves them, not the gap to now."""
    model = CollaborativeSignals(half_life_days=30.0).fit(in_calendar(50, 10, 5, days=True))
    near = model.features([2, 7], np.array([0.0, 1.0]), 1.0)["ahead"]
    far = model.features([2, 7], np.array([0.0, 300.0]), 300.0)["ahead"]
    assert (far < near).all()
    later = model.features([2, 7], np.array([0.0, 1.0]), 50.0)["ahead"]
    np.testing.assert_allclose(later, near)


def test_rejected_proposals_teach_nothing() -> None:
    """Rows that were not taken up change no signal."""
    more = Interactions.from_columns(
        [*"pppqqrrq"],
        [*"abcabbac"],
        np.array([0.0, 1, 2, 0, 1, 0, 1, 2]),
        ["enrolled"] * 7 + ["rejected"],
        activities=list("abcn"),
        clock="order",
    )
    expected = fitted().features([0, 1])
    for name, values in CollaborativeSignals().fit(more).features([0, 1]).items():
        np.testing.assert_array_equal(values, expected[name])


def test_a_table_without_rows_gives_zeros() -> None:
    """Nothing was taken: every signal of every activity is 0."""
    empty = FEW.select(np.zeros(len(FEW), dtype=bool))
    found = CollaborativeSignals().fit(empty).features([0])
    assert not any(values.any() for values in found.values())


def test_weights_outside_the_most_taken_are_neutral() -> None:
    """With room for two activities the linear models say nothing of the third."""
    model = CollaborativeSignals(most_activities=2).fit(FEW)
    found = model.features([0])
    assert found["linear"][2] == found["follows"][2] == 0
    assert found["linear"][1] != 0


def test_the_estimator_keeps_its_promises() -> None:
    """Parameters are stored only; asked before learning it says so; a clone learns the same."""
    model = CollaborativeSignals(half_life=3.0)
    assert set(vars(model)) == set(model.get_params())
    with pytest.raises(NotFittedError):
        model.features([0])
    with pytest.raises(TypeError, match="interactions"):
        model.fit(np.zeros((2, 2)))
    a, b = model.fit(FEW).features([0]), clone(model).fit(FEW).features([0])
    for name in SIGNALS:
        np.testing.assert_array_equal(a[name], b[name])


def test_one_person_among_5_000_activities_takes_little_time() -> None:
    """Signals of all activities for a history of 15: under 10 ms even on a busy machine."""
    rng = np.random.default_rng(0)
    rows = 60_000
    table = Interactions.from_columns(
        [f"p{i}" for i in rng.integers(6_000, size=rows)],
        [f"a{i:04}" for i in np.minimum(rng.gamma(1.0, 900.0, rows), 4_999).astype(int)],
        rng.random(rows) * 1000,
        activities=[f"a{i:04}" for i in range(5_000)],
    )
    model = CollaborativeSignals(most_activities=500).fit(table)
    history, times = list(range(0, 300, 20)), np.linspace(0, 900, 15)
    model.features(history, times, 1000.0)
    spent = []
    for _ in range(20):
        started = time.perf_counter()
        model.features(history, times, 1000.0)
        spent.append(time.perf_counter() - started)
    assert min(spent) < 0.01
