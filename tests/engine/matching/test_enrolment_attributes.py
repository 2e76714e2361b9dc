"""Attributes of activities beside those of a history."""

from __future__ import annotations

import numpy as np
import pytest

from engine.matching.enrolment_attributes import ActivityAttributes, AttributeSignals
from engine.matching.order_histories import Histories

ATTRIBUTES = ActivityAttributes(
    ("a", "b", "c"),
    texts=("дроби в пятом классе", "дроби и проценты", "чтение"),
    categories={"discipline": ("math", "math", "")},
    numbers={"days": np.array([10.0, 30.0, np.nan])},
)
PAST = Histories(np.array([0, 2, 3, 3]), np.array([0, 2, 1]), np.zeros(3))
WEIGHT = np.array([0.25, 0.75, 1.0])


def test_signals_by_hand() -> None:
    """A quarter of the first history is math; its only known length is 10; the last is empty."""
    signals = AttributeSignals(ATTRIBUTES)
    found = dict(zip(signals.names, signals.dense(PAST, WEIGHT), strict=True))
    assert list(found) == ["same_discipline", "text_likeness", "days", "days_difference"]
    np.testing.assert_allclose(found["same_discipline"], [[0.25, 0.25, 0], [1, 1, 0], [0, 0, 0]])
    np.testing.assert_allclose(found["days"][2], [10, 30, np.nan])
    np.testing.assert_allclose(
        found["days_difference"],
        [[0, 20, np.nan], [-20, 0, np.nan], [np.nan, np.nan, np.nan]],
    )


def test_text_is_likest_to_itself() -> None:
    """Whoever took «дроби и проценты» finds the other text of fractions nearer than reading."""
    signals = AttributeSignals(ATTRIBUTES)
    found = signals.dense(PAST, WEIGHT)[signals.names.index("text_likeness")][1]
    assert found[1] > found[0] > found[2]


def test_attributes_are_put_into_another_order() -> None:
    """An activity that the table lacks has empty texts and values, and no number."""
    found = ATTRIBUTES.aligned(("c", "x", "a"))
    assert found.texts == ("чтение", "", "дроби в пятом классе")
    assert found.categories["discipline"] == ("", "", "math")
    np.testing.assert_array_equal(found.numbers["days"], [np.nan, np.nan, 10])


def test_columns_of_another_length_are_refused() -> None:
    """Every column has one value per activity."""
    with pytest.raises(ValueError, match="one value"):
        ActivityAttributes(("a",), categories={"k": ("x", "y")})
