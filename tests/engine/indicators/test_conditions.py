"""Operators against their plain meaning, one row at a time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ages import years_since
from engine.indicators.columns import days, numbers, words
from engine.indicators.conditions import meets, report_days, years_between
from engine.indicators.definitions import Condition
from engine.indicators.periods import ReportPeriod

PERIOD = ReportPeriod(dt.date(2026, 1, 1), dt.date(2026, 6, 30))
AS_OF = dt.datetime(2026, 5, 31, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=10)))
REPORT = report_days(PERIOD, AS_OF)
SOME_DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31))


def test_days_of_a_report():
    """The last known day is that of the record where the period goes on after it."""
    assert REPORT["known_day"] == dt.date(2026, 5, 31)
    later = AS_OF.replace(year=2027)
    assert report_days(PERIOD, later)["known_day"] == PERIOD.last


@given(st.lists(SOME_DAYS, min_size=1, max_size=20), SOME_DAYS)
def test_years_are_those_of_the_ages(given_days, day):
    """Completed years by column are the completed years of the engine, one day at a time."""
    found = years_between(days(given_days), day)
    assert found.tolist() == [years_since(d, day) for d in given_days]


def test_leap_days_complete_a_year_on_the_first_of_march():
    """A year that began on 29 February is not complete on 28 February."""
    born = days([dt.date(2024, 2, 29)])
    assert years_between(born, dt.date(2027, 2, 28)).tolist() == [2]
    assert years_between(born, dt.date(2027, 3, 1)).tolist() == [3]


@given(st.lists(st.none() | SOME_DAYS, min_size=1, max_size=20))
def test_comparisons_of_days_are_those_of_dates(given_days):
    """Each operator of a day means what it says, and a day that is not stated meets none."""
    column = days(given_days)
    meanings = {
        ("in_period", ""): lambda d: PERIOD.first <= d <= PERIOD.last,
        ("after", "last_day"): lambda d: d > PERIOD.last,
        ("not_after", "known_day"): lambda d: d <= dt.date(2026, 5, 31),
        ("not_before", "first_day"): lambda d: d >= PERIOD.first,
        ("stated", ""): lambda d: True,
    }
    for (operator, on), means in meanings.items():
        condition = Condition("date", operator, True, on)
        assert meets(condition, column, REPORT).tolist() == [
            d is not None and means(d) for d in given_days
        ]


@given(st.lists(st.tuples(st.none() | SOME_DAYS, st.none() | SOME_DAYS), min_size=1, max_size=20))
def test_spans_are_open_where_no_day_stands(spans):
    """A span holds on every day from its first to its last, and meets a period by one day."""
    column = (days([a for a, _ in spans]), days([b for _, b in spans]))
    first, last, known = (REPORT[d] for d in ("first_day", "last_day", "known_day"))

    def inside(a, b, day):
        return (a is None or a <= day) and (b is None or day <= b)

    assert meets(Condition("x", "open_on", True, "known_day"), column, REPORT).tolist() == [
        inside(a, b, known) for a, b in spans
    ]
    assert meets(Condition("x", "open_in_period", True), column, REPORT).tolist() == [
        (a is None or a <= last) and (b is None or b >= first) for a, b in spans
    ]


@pytest.mark.parametrize(
    ("condition", "column", "expected"),
    [
        (Condition("x", "is", "a"), words(["a", "b", "", None]), [True, False, False, False]),
        (Condition("x", "is", ("a", "b")), words(["a", "b", "c"]), [True, True, False]),
        (Condition("x", "is", False), words([True, False, None]), [False, True, False]),
        (Condition("x", "stated", False), words([True, "", None]), [False, True, True]),
        (Condition("x", "at_least", 2), numbers([1, 2, None]), [False, True, False]),
        (Condition("x", "at_most", 2), numbers([1, 3, np.nan]), [True, False, False]),
        (Condition("x", "stated", True), numbers([1, None]), [True, False]),
        (Condition("x", "stated", True), np.array([0, -1]), [True, False]),
        (
            Condition("x", "includes", ("a", "z")),
            np.array([("a", "b"), ("b",), (), None], dtype=object)[:3],
            [True, False, False],
        ),
    ],
)
def test_words_flags_numbers_and_lists(condition, column, expected):
    """What is not stated meets no condition but the one that asks for it."""
    assert meets(condition, column, REPORT).tolist() == expected
