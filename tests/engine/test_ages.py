"""Ages and the two readings of a young educator."""

import datetime as dt
from dataclasses import replace

import pytest

from engine.ages import age_on, is_young, local_day, years_since
from engine.domain import Educator, Position
from engine.errors import InputError
from engine.policy import load_policy

DAY = dt.date(2026, 9, 1)
OLD, YOUNG = dt.date(1980, 1, 1), dt.date(2000, 1, 1)
LONG_AGO, LATELY = dt.date(2010, 9, 1), dt.date(2025, 9, 1)


def rule(reading, age=35, years=3):
    base = load_policy("default").mentorship
    return replace(base, young_rule=reading, young_age=age, young_years=years)


def educator(born_on=None, start=None, turns_35_on=None):
    return Educator(
        "e",
        Position.TEACHER,
        born_on=born_on,
        turns_35_on=turns_35_on,
        pedagogical_start=start,
    )


@pytest.mark.parametrize(
    ("day0", "day", "years"),
    [
        (dt.date(2023, 9, 1), dt.date(2026, 8, 31), 2),
        (dt.date(2023, 9, 1), dt.date(2026, 9, 1), 3),
        (dt.date(2000, 2, 29), dt.date(2001, 2, 28), 0),
        (dt.date(2000, 2, 29), dt.date(2001, 3, 1), 1),
        (dt.date(2027, 9, 1), dt.date(2026, 9, 1), -1),
    ],
)
def test_years_are_completed_years(day0, day, years):
    """A year counts from its anniversary on, that of 29 February on 1 March."""
    assert years_since(day0, day) == years
    assert age_on(day0, day) == years


TRUTH = {None: None, OLD: False, YOUNG: True, LONG_AGO: False, LATELY: True}
AND = {
    (True, True): True,
    (True, False): False,
    (False, True): False,
    (False, False): False,
    (None, True): None,
    (True, None): None,
    (None, False): False,
    (False, None): False,
    (None, None): None,
}
OR = {
    (True, True): True,
    (True, False): True,
    (False, True): True,
    (False, False): False,
    (None, True): True,
    (True, None): True,
    (None, False): None,
    (False, None): None,
    (None, None): None,
}


@pytest.mark.parametrize("born_on", [None, OLD, YOUNG])
@pytest.mark.parametrize("start", [None, LONG_AGO, LATELY])
@pytest.mark.parametrize(("reading", "table"), [("and", AND), ("or", OR)])
def test_both_readings_follow_their_truth_tables(born_on, start, reading, table):
    """Missing dates give None only where they would decide."""
    assert (
        is_young(educator(born_on, start), rule(reading), DAY)
        is table[TRUTH[born_on], TRUTH[start]]
    )


def test_rule_off_makes_nobody_young():
    """With the rule off even unknown dates give a clear no."""
    assert is_young(educator(), rule("off"), DAY) is False


@pytest.mark.parametrize(
    ("turns", "age_limit", "young"),
    [
        (dt.date(2026, 9, 1), 35, False),
        (dt.date(2026, 9, 2), 35, True),
        (dt.date(2021, 9, 1), 40, False),
        (dt.date(2021, 9, 2), 40, True),
    ],
)
def test_day_of_turning_35_gives_the_age(turns, age_limit, young):
    """The day of turning 35 serves any age limit, and on it one is no longer under 35."""
    person = educator(turns_35_on=turns, start=LATELY)
    assert is_young(person, rule("and", age_limit), DAY) is young


def test_local_day_follows_the_zone():
    """One instant is two days in Moscow and Vladivostok."""
    instant = dt.datetime(2026, 9, 1, 20, tzinfo=dt.UTC)
    assert local_day(instant, "Europe/Moscow") == dt.date(2026, 9, 1)
    assert local_day(instant, "Asia/Vladivostok") == dt.date(2026, 9, 2)


def test_instant_without_offset_is_refused():
    """An instant without offset would be read in the machine's zone."""
    with pytest.raises(InputError) as caught:
        local_day(dt.datetime(2026, 9, 1), "Europe/Moscow")
    assert [f.code for f in caught.value.faults] == ["instant_without_offset"]
