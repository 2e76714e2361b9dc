"""Counts of a region against counting by hand; few people against every subtraction."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.reports.counts import (
    in_register,
    people_of,
    programmes_of,
    protected,
    safe,
    share,
    young,
)
from engine.indicators.periods import ReportPeriod
from tests.engine.documents.reports.region import ACTIVITIES, YEAR, empty, record


def ids(mask: pd.Series) -> set[str]:
    return set(record().educators.loc[mask, "educator"])


def test_sets_of_people_of_the_small_region():
    """Each set holds whom its rule names, counted by hand from the tables of the fixture."""
    people = people_of(record(), YEAR)
    assert ids(people.managers) == {"E3", "E6"}
    assert ids(people.diagnosed) == {"E1", "E2", "E6"}  # E4 sat in 2025
    assert ids(people.routed) == {"E1", "E2"}  # the route of E4 ended two days before
    assert ids(people.routed_by_diagnosis) == {"E1"}
    assert ids(people.took_part) == {"E1", "E2"}  # E4 is enrolled only, E5 was there in 2025
    assert ids(people.completed_programme) == {"E1"}  # E2 completed a seminar
    assert ids(people.mentored) == {"E1", "E4"}  # by the route, by the register


def test_young_is_both_and_known():
    """Under 35 and in the first three years on the day; a date that is missing tells nothing."""
    # E1 began in 2025, E4 in February 2024; E7 is young of age but works since 2020; E5 has no age
    assert ids(young(record().educators, YEAR.last)) == {"E1", "E4"}
    # on 1 February 2027 three years of E4 are over
    assert ids(young(record().educators, dt.date(2027, 2, 1))) == {"E1"}
    assert ids(young(record().educators, dt.date(2027, 1, 31))) == {"E1", "E4"}


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-03-01", "2026-03-01", {"E1", "E2"}),
        ("2026-03-02", "2026-09-30", {"E6"}),
        ("2026-10-01", "2026-10-01", {"E1"}),
        ("2027-01-01", "2027-12-31", set()),
    ],
)
def test_both_ends_of_a_period_count(first, last, expected):
    """A sitting on the first or on the last day is of the period, one outside is not."""
    days = ReportPeriod(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert ids(people_of(record(), days).diagnosed) == expected


def test_a_route_is_of_every_period_that_it_meets():
    """Built before the last day and not ended before the first one."""
    until = ReportPeriod(dt.date(2025, 6, 1), dt.date(2025, 12, 30))
    assert ids(people_of(record(), until).routed) == {"E4"}
    assert (
        ids(people_of(record(), ReportPeriod(dt.date(2025, 1, 1), dt.date(2025, 3, 10))).routed)
        == set()
    )


def test_an_empty_region_has_empty_sets():
    """Nobody is counted, and a share of nobody is not a number instead of zero."""
    people = people_of(empty(), YEAR)
    assert int(people.everyone.sum()) == int(people.mentored.sum()) == 0
    assert share(0, 0).value != share(0, 0).value


@pytest.mark.parametrize(
    ("day", "inside"),
    [("2023-12-31", False), ("2024-01-01", True), ("2027-01-01", True), ("2027-01-02", False)],
)
def test_federal_register_counts_both_days(day, inside):
    """A programme is in the register on the first and on the last day of its time, not beside."""
    assert in_register(ACTIVITIES[0], dt.date.fromisoformat(day)) is inside


def test_without_a_first_day_a_programme_is_not_in_the_register():
    """No last day means an open end; no first day means that nothing is known of an entry."""
    day = dt.date(2026, 6, 1)
    assert in_register(replace(ACTIVITIES[0], register_to=None), day)
    assert not in_register(replace(ACTIVITIES[0], register_from=None), day)
    assert [a.id for a in programmes_of(record())] == ["A3", "A1", "A4"]


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=6),
    st.integers(2, 6),
)
def test_what_is_printed_beside_the_whole_tells_nothing_of_few(counts, least):
    """The sum of what is kept back is the whole less the rest: it is of enough people or none.

    And no single part of 1 … least − 1 people is printed, nor is one part alone kept back, whose
    number subtraction would give.
    """
    parts = {f"p{i}": n for i, n in enumerate(counts)}
    kept = protected(parts, least)
    hidden = [k for k, n in kept.items() if n is None]
    assert all(n is None or n == 0 or n >= least for n in kept.values())
    assert all(kept[k] in (None, parts[k]) for k in parts)
    if hidden and any(n is not None and n > 0 for n in kept.values()):
        assert len(hidden) >= 2
        assert sum(parts[k] for k in hidden) >= least
    if all(n == 0 or n >= least for n in counts):
        assert not hidden


def test_kept_back_by_hand():
    """Two of nine are kept back with the next smaller part; nobody stays zero."""
    assert protected({"a": 2, "b": 7, "c": 20, "d": 0}, 5) == {
        "a": None, "b": None, "c": 20, "d": 0,
    }  # fmt: skip
    assert protected({"a": 2, "b": 7}, 0) == {"a": 2, "b": 7}


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 3, False), (0, 5, True), (5, 5, True), (5, 9, False), (4, 9, False), (5, 10, True)],
)
def test_a_part_is_safe_where_the_rest_is(part, whole, expected):
    """Of a printed whole a part tells its rest too."""
    assert safe(part, whole, 5) is expected
