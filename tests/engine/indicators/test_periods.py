"""Periods of a report."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.indicators.periods import Cadence, ReportPeriod


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (ReportPeriod.year(2026), ReportPeriod.year(2025)),
        (ReportPeriod.half(2026, 1), ReportPeriod.half(2025, 2)),
        (ReportPeriod.half(2026, 2), ReportPeriod.half(2026, 1)),
        (
            ReportPeriod(dt.date(2025, 9, 1), dt.date(2026, 8, 31)),
            ReportPeriod(dt.date(2024, 9, 1), dt.date(2025, 8, 31)),
        ),
        (
            ReportPeriod(dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
            ReportPeriod(dt.date(2024, 1, 1), dt.date(2024, 1, 31)),
        ),
        (
            ReportPeriod(dt.date(2026, 1, 5), dt.date(2026, 1, 11)),
            ReportPeriod(dt.date(2025, 12, 29), dt.date(2026, 1, 4)),
        ),
    ],
)
def test_the_period_before(period, before):
    """Years, halves, school years and months move by months, a week by seven days."""
    assert period.previous() == (before,)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31)), st.integers(1, 800), st.integers(1, 5))
def test_earlier_periods_adjoin(first, length, number):
    """Earlier periods follow one another without a gap up to the period, the earliest first."""
    period = ReportPeriod(first, first + dt.timedelta(days=length))
    chain = [*period.previous(number), period]
    assert len(chain) == number + 1
    for one, other in itertools.pairwise(chain):
        assert one.last + dt.timedelta(days=1) == other.first


def test_the_period_of_a_day():
    """A day lies in its year, or in its half: 30 June in the first, 1 July in the second."""
    june, july = dt.date(2026, 6, 30), dt.date(2026, 7, 1)
    assert ReportPeriod.containing(june, Cadence.YEARLY) == ReportPeriod.year(2026)
    assert ReportPeriod.containing(june, Cadence.HALF_YEARLY) == ReportPeriod.half(2026, 1)
    assert ReportPeriod.containing(july, Cadence.HALF_YEARLY) == ReportPeriod.half(2026, 2)


def test_a_period_does_not_end_before_it_begins():
    """Days in the wrong order are refused."""
    with pytest.raises(ValueError, match="before it begins"):
        ReportPeriod(dt.date(2026, 1, 2), dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("first", "last", "number"),
    [
        (dt.date(1, 1, 1), dt.date(2026, 12, 31), 0),
        (dt.date(1, 1, 2), dt.date(2026, 12, 30), 0),
        (dt.date(1, 3, 1), dt.date(1, 4, 30), 1),
        (dt.date(1, 2, 1), dt.date(1, 4, 30), 0),
        (dt.date(1, 1, 5), dt.date(1, 1, 8), 1),
        (dt.date(3, 1, 1), dt.date(3, 12, 31), 2),
    ],
)
def test_before_the_calendar_there_is_nothing(first: dt.date, last: dt.date, number: int) -> None:
    """A report over two thousand years has no earlier one; that is no fault."""
    found = ReportPeriod(first, last).previous(5)
    assert len(found) == number
    assert all(earlier.last < first for earlier in found)
