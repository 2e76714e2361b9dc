"""Examples to learn from: nothing that is learned from knows what it is to predict."""

from __future__ import annotations

import numpy as np

from engine.matching.enrolment_examples import (
    draw_candidates,
    moments_by_person,
    moments_by_time,
    some_of,
)
from engine.matching.order_histories import Histories
from tests.engine.matching.enrolments import in_calendar

DATED = Histories.of(in_calendar(60, 15, 0, days=True))
ORDERED = Histories.of(in_calendar(60, 15, 0))


def rows(histories: Histories, i: int) -> list[int]:
    return histories.activity[histories.start[i] : histories.start[i + 1]].tolist()


def test_signals_are_learned_from_before_the_instant_alone() -> None:
    """Known and past rows lie before it, future rows at or after it, and make whole histories."""
    found = moments_by_time(DATED, 0.8)
    at = found.now[0]
    assert (found.now == at).all()
    assert found.known.time.max() < at <= found.future.time.min()
    assert found.past.time.max() < at
    assert (found.past.lengths > 0).all()
    assert (found.future.lengths > 0).all()
    assert abs(len(found.known.time) / len(DATED.time) - 0.8) < 0.01
    whole = {tuple(rows(DATED, i)) for i in range(60)}
    for i in range(len(found.past)):
        assert tuple(rows(found.past, i) + rows(found.future, i)) in whole


def test_nobody_is_predicted_from_signals_that_knew_the_person() -> None:
    """In each fold those predicted have no row among what is known; all are predicted once."""
    seen: list[tuple[int, ...]] = []
    for part in moments_by_person(ORDERED, 3, 2, np.random.default_rng(0)):
        unknown = [tuple(rows(ORDERED, i)) for i in np.flatnonzero(part.known.lengths == 0)]
        predicted = [
            tuple(rows(part.past, i) + rows(part.future, i)) for i in range(len(part.past))
        ]
        assert set(predicted) <= set(unknown)
        seen += predicted
    assert len(seen) == 2 * 60
    assert set(seen) == {tuple(rows(ORDERED, i)) for i in range(60)}


def test_the_last_rows_of_everybody_are_the_future() -> None:
    """With two ends each person is asked before the last and before the last but one."""
    ends = [
        length
        for part in moments_by_person(ORDERED, 3, 2, np.random.default_rng(0))
        for length in part.future.lengths
    ]
    assert sorted(ends) == [1] * 60 + [2] * 60


def test_fewer_moments_keep_their_pasts_and_futures() -> None:
    """A drawn moment is one of the moments."""
    whole = moments_by_time(DATED, 0.8)
    part = some_of(whole, 5, np.random.default_rng(1))
    pairs = {(*rows(whole.past, i), -1, *rows(whole.future, i)) for i in range(len(whole.past))}
    assert len(part.past) == len(part.now) == 5
    for i in range(5):
        assert (*rows(part.past, i), -1, *rows(part.future, i)) in pairs


def test_drawn_candidates_were_not_taken() -> None:
    """Everything next that is offered; what is drawn is so too, neither past nor future, once."""
    moments = moments_by_time(DATED, 0.8)
    offered = np.arange(12)
    drawn = draw_candidates(moments.past, moments.future, offered, 4, np.random.default_rng(0))
    for i in range(len(moments.past)):
        own = drawn.moment == i
        taken = set(rows(moments.past, i)) | set(rows(moments.future, i))
        came = drawn.activity[own & (drawn.label == 1)].tolist()
        others = drawn.activity[own & (drawn.label == 0)].tolist()
        assert came == [a for a in rows(moments.future, i) if a < 12]
        assert len(others) == len(set(others)) <= 4
        assert not set(others) & taken
        assert set(others) <= set(offered.tolist())


def test_weights_count_what_is_offered_alone() -> None:
    """With three activities not offered, the weights sum to the other ones less the past."""
    moments = moments_by_time(DATED, 0.8)
    drawn = draw_candidates(
        moments.past, moments.future, np.arange(12), 3, np.random.default_rng(0)
    )
    total = np.bincount(drawn.moment, weights=drawn.weight, minlength=len(moments.past))
    own = moments.past.keep(moments.past.activity < 12).lengths
    np.testing.assert_allclose(total + own, 12)


def test_drawn_ones_stand_for_all_that_were_not() -> None:
    """With all activities offered the weights of a moment sum to the whole catalogue."""
    moments = moments_by_time(DATED, 0.8)
    drawn = draw_candidates(
        moments.past, moments.future, np.arange(15), 3, np.random.default_rng(0)
    )
    total = np.bincount(drawn.moment, weights=drawn.weight)
    np.testing.assert_allclose(total + moments.past.lengths, 15)


def test_a_small_catalogue_is_drawn_whole() -> None:
    """Asked for more than there are, all others are candidates, with weight 1."""
    moments = moments_by_time(DATED, 0.8)
    drawn = draw_candidates(
        moments.past, moments.future, np.arange(15), 99, np.random.default_rng(0)
    )
    np.testing.assert_array_equal(drawn.weight, 1)
    np.testing.assert_array_equal(np.bincount(drawn.moment) + moments.past.lengths, 15)
