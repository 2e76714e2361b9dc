"""Histories in three arrays."""

from __future__ import annotations

import numpy as np
import pytest

from engine.interactions import Interactions
from engine.matching.order_histories import Histories, sums_by

TABLE = Interactions.from_columns(
    ["q", "p", "p", "p", "q", "r"],
    ["b", "c", "a", "c", "a", "a"],
    np.array([5.0, 3.0, 1.0, 9.0, 2.0, 0.0]),
    ["enrolled", "completed", "dropped", "enrolled", "enrolled", "rejected"],
)


def test_histories_are_in_order_and_hold_an_activity_once() -> None:
    """By hand: p took a then c (again later), q a then b; r was refused and has none."""
    found = Histories.of(TABLE)
    np.testing.assert_array_equal(found.start, [0, 2, 4, 4])
    np.testing.assert_array_equal(found.activity, [0, 2, 0, 1])
    np.testing.assert_array_equal(found.time, [1, 3, 2, 5])
    np.testing.assert_array_equal(found.from_start, [0, 1, 0, 1])
    np.testing.assert_array_equal(found.from_end, [1, 0, 1, 0])


def test_one_history_is_sorted_by_its_times() -> None:
    """Given out of order and with a repetition, it is as it happened."""
    found = Histories.of_one([4, 2, 4], np.array([3.0, 1.0, 7.0]))
    np.testing.assert_array_equal(found.activity, [2, 4])
    np.testing.assert_array_equal(Histories.of_one([4, 2, 4]).activity, [4, 2])
    with pytest.raises(ValueError, match="one time"):
        Histories.of_one([1, 2], np.array([0.0]))


def test_parts_of_histories() -> None:
    """The same history may be asked for twice; an empty part is an empty history."""
    found = Histories.of(TABLE).between(
        np.array([1, 1, 0]), np.array([0, 1, 2]), np.array([1, 2, 2])
    )
    np.testing.assert_array_equal(found.lengths, [1, 1, 0])
    np.testing.assert_array_equal(found.activity, [0, 1])


def test_the_table_holds_a_weight_per_row() -> None:
    """People × activities, by hand."""
    found = Histories.of(TABLE).table(3, np.array([1.0, 2, 3, 4]))
    np.testing.assert_array_equal(found.toarray(), [[1, 0, 2], [3, 4, 0], [0, 0, 0]])


def test_sums_by_group() -> None:
    """A group without values has 0."""
    np.testing.assert_array_equal(
        sums_by(np.array([2, 0, 2]), np.array([1.0, 2, 3]), 4), [2, 0, 4, 0]
    )
