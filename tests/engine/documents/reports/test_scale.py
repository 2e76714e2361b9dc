"""Scales of drawings: round numbers that hold every value."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.reports.model import Unit
from engine.documents.reports.scale import scale_of

VALUES = st.lists(st.floats(0, 1e9), min_size=1, max_size=8)


@given(VALUES, st.sampled_from([Unit.COUNT, Unit.MONEY, Unit.HOURS, Unit.AVERAGE]))
def test_every_value_lies_on_the_scale(values, unit):
    """The top is not below the largest value, and less than twice as far as needed."""
    scale = scale_of(values, unit)
    most = max(values)
    assert scale.top >= most * (1 - 1e-9)
    assert 1 <= len(scale.ticks) - 1 <= 6
    assert scale.ticks[0] == 0
    assert scale.ticks[-1] == pytest.approx(scale.top)
    if most > 5:
        assert scale.top <= 2 * most


@given(VALUES)
def test_ticks_of_counts_are_whole(values):
    """Nobody can be half a person."""
    scale = scale_of(values, Unit.COUNT)
    assert all(float(tick).is_integer() for tick in scale.ticks)


@pytest.mark.parametrize(
    ("most", "top"), [(0.0, 0.05), (0.05, 0.05), (0.051, 0.1), (0.4, 0.5), (0.51, 1.0), (1.0, 1.0)]
)
def test_shares_end_at_few_round_ends(most, top):
    """So that drawings of shares can be compared."""
    assert scale_of([most], Unit.SHARE).top == top


def test_nothing_known_has_a_scale_all_the_same():
    """NaN is passed over; of nothing the scale is that of one."""
    assert scale_of([math.nan], Unit.COUNT).top == 1
    assert scale_of([], Unit.MONEY).ticks == (0, 1)


def test_places_are_proportional_and_stay_inside():
    """Half of the top stands in the middle; beyond the ends it stands at the end."""
    scale = scale_of([10], Unit.COUNT)
    assert scale.top == 10
    assert [scale.part(v) for v in (-1, 0, 5, 10, 11)] == [0, 0, 0.5, 1, 1]
