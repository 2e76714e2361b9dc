"""Slates out of interactions, and the head of a ranking as a target."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.slates import first_k, logged_slates
from engine.interactions import Interactions


def table(slate: list[int], person: str = "bbaac", activity: str = "xyxzx") -> Interactions:
    return Interactions.from_columns(
        list(person),
        list(activity),
        np.arange(5.0),
        slate=np.array(slate),
        propensity=np.array([0.5, 1.0, 0.25, np.nan, 1.0]),
    )


def test_slates_are_numbered_and_keep_their_people() -> None:
    """Slates 70 and 7 of b and a become 1 and 0; the row without a slate is left out."""
    reward = np.array([1.0, 0.0, 0.5, 0.25, np.nan])
    slates, rows = logged_slates(table([70, 70, 7, 7, -1]), reward)
    assert rows.tolist() == [0, 1, 2, 3]
    assert slates.slate.tolist() == [1, 1, 0, 0]
    # people a, b, c are 0, 1, 2; activities x, y, z are 0, 1, 2
    assert slates.person.tolist() == [0, 1]
    assert slates.activity.tolist() == [0, 1, 0, 2]
    np.testing.assert_array_equal(slates.propensity, [0.5, 1.0, 0.25, np.nan])
    assert slates.reward.tolist() == [1.0, 0.0, 0.5, 0.25]


def test_impossible_slates_are_refused() -> None:
    """A slate of two people, and one that proposes the same thing twice."""
    with pytest.raises(ValueError, match="one person"):
        logged_slates(table([1, 1, 1, 2, 2]), np.zeros(5))
    with pytest.raises(ValueError, match="at most once"):
        logged_slates(table([1, 1, 2, 2, -1], activity="xxxzx"), np.zeros(5))


def test_the_head_of_a_ranking() -> None:
    """The two best of each slate by score, ties to the lower number; short slates whole."""
    slate = np.array([1, 0, 0, 0, 1, 1, 1, 2])
    activity = np.array([5, 1, 2, 3, 4, 6, 7, 9])
    score = np.array([0.5, 0.1, 0.9, 0.3, 0.5, 0.5, 0.2, 0.0])
    loggable = np.arange(8) / 10
    target = first_k(slate, activity, score, 2, loggable)
    pairs = sorted(zip(target.slate.tolist(), target.activity.tolist(), strict=True))
    assert pairs == [(0, 2), (0, 3), (1, 4), (1, 5), (2, 9)]
    assert (target.chance == 1).all()
    assert target.loggable is not None
    known = dict(zip(activity.tolist(), loggable.tolist(), strict=True))
    assert target.loggable.tolist() == [known[a] for a in target.activity.tolist()]


def test_no_candidates_no_target() -> None:
    """Nothing in, nothing out."""
    none = np.zeros(0, dtype=np.int64)
    assert not len(first_k(none, none, np.zeros(0), 3).slate)
    slates, rows = logged_slates(table([-1] * 5), np.zeros(5))
    assert (len(slates.slate), len(rows)) == (0, 0)
