"""Splits in time: what is learned from never knows what is tested."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.evaluation.splits import (
    last_share_split,
    rolling_time_splits,
    share_instant,
    time_split,
)
from engine.interactions import STATES, Interactions, State
from tests.engine.evaluation.tables import sequences


def dated(n: int = 200, seed: int = 0) -> Interactions:
    rng = np.random.default_rng(seed)
    person = [f"p{i}" for i in rng.integers(20, size=n)]
    activity = [f"a{i}" for i in rng.integers(10, size=n)]
    begun = rng.integers(1000, size=n).astype(float)
    state = rng.choice(["enrolled", "completed", "dropped", "rejected"], size=n)
    over = np.isin(state, ["completed", "dropped"])
    return Interactions.from_columns(
        person,
        activity,
        begun,
        state.tolist(),
        outcome=np.where(state == "completed", 1.0, np.nan),
        ended=np.where(over, begun + rng.integers(1, 200, size=n), np.nan),
    )


def test_nothing_tested_came_before_anything_learned() -> None:
    """Every training row is before the instant, every test row at or after it; none is lost."""
    table = dated()
    split = time_split(table, 500.0)
    assert split.train.time.max() < 500 <= split.test.time.min()
    assert len(split.train) + len(split.test) == len(table)


def test_an_outcome_of_later_is_not_known() -> None:
    """What ended at or after the instant stands as enrolled, without an outcome or an end."""
    split = time_split(dated(), 500.0)
    train = split.train
    assert not (train.ended >= 500).any()
    before = dated().select(dated().time < 500)
    late = before.ended >= 500
    assert late.any()
    assert (train.state[late] == STATES.index(State.ENROLLED)).all()
    assert np.isnan(train.outcome[late]).all()
    np.testing.assert_array_equal(train.state[~late], before.state[~late])


def test_the_instant_of_a_share() -> None:
    """Four fifths of ten different days lie before the eighth."""
    table = sequences({"p": [f"a{i}" for i in range(10)]}, clock="days")
    assert len(time_split(table, share_instant(table, 0.8)).train) == 8


@pytest.mark.parametrize(
    ("n", "ceil", "floor"), [(1, 0, 0), (2, 1, 1), (4, 1, 1), (5, 1, 1), (6, 2, 1), (10, 2, 2)]
)
def test_the_last_fifth_of_everybody_is_tested(n: int, ceil: int, floor: int) -> None:
    """By hand: at least a fifth, or at most a fifth yet one; who has one row is not tested."""
    table = sequences({"p": [f"a{i:02}" for i in range(n)], "q": ["a00", "a01"]})
    for rounding, expected in (("ceil", ceil), ("floor", floor)):
        split = last_share_split(table, 0.2, rounding)  # type: ignore[arg-type]
        tested = split.test.activity[split.test.person == 0]
        np.testing.assert_array_equal(tested, np.arange(n - expected, n))
        assert len(split.train) + len(split.test) == len(table)


def test_the_split_by_order_does_not_depend_on_the_order_of_rows() -> None:
    """Shuffled rows give the same sets, as times decide."""
    table = sequences({f"p{i}": [f"a{j}" for j in range(3 + i)] for i in range(6)})
    shuffled = table.select(np.random.default_rng(0).permutation(len(table)))
    a, b = last_share_split(table), last_share_split(shuffled)
    for left, right in ((a.train, b.train), (a.test, b.test)):
        assert set(zip(left.person, left.activity, strict=True)) == set(
            zip(right.person, right.activity, strict=True)
        )


def test_rolling_blocks_follow_one_another() -> None:
    """Each row after the first instant is tested once, and learned from in every later block."""
    table = dated()
    splits = list(rolling_time_splits(table, 4, 400.0))
    assert sum(len(s.test) for s in splits) == (table.time >= 400).sum()
    for earlier, later in pairwise(splits):
        assert earlier.test.time.max() < later.test.time.min()
        assert len(later.train) == len(earlier.train) + len(earlier.test)


def test_an_own_count_of_everybody_has_no_instant() -> None:
    """Where only each person's order is known, splits by time are refused."""
    table = sequences({"p": ["a", "b"]})
    for call in (
        lambda: time_split(table, 1.0),
        lambda: share_instant(table, 0.5),
        lambda: list(rolling_time_splits(table, 2, 0.0)),
    ):
        with pytest.raises(ValueError, match="own"):
            call()


def test_blocks_need_time_after_their_beginning() -> None:
    """No rows after the first instant: there is nothing to test on."""
    with pytest.raises(ValueError, match="rolling"):
        list(rolling_time_splits(dated(), 3, 5000.0))
