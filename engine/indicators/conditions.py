"""Operators: which rows of a table meet a condition.

What is not stated meets no condition but ``stated = false``.

============== ======================================================================
is             the word or flag is this one, or one of these
stated         there is a value (``true``) or none (``false``)
includes       the list holds this word, or one of these
at_least,      the number is so large, so small
at_most
in_period      the day lies in the period of the report
after,         the day lies after a day of the report; on or before it; on or after it
not_after,
not_before
years_below    fewer completed years have passed from the day to a day of the report
open_in_period the span meets the period
open_on        the span holds on a day of the report
in_set         the id is in a set
============== ======================================================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from engine.domain import BoolArray
from engine.indicators.columns import DAY, Days, Span, chosen, holds
from engine.indicators.definitions import Condition
from engine.indicators.periods import ReportPeriod


def report_days(period: ReportPeriod, as_of: dt.datetime) -> Mapping[str, dt.date]:
    """Days that definitions may compare with."""
    return {
        "first_day": period.first,
        "last_day": period.last,
        "known_day": min(period.last, as_of.date()),
    }


def meets(condition: Condition, column: Any, report: Mapping[str, dt.date]) -> BoolArray:
    """Rows that meet a condition; ``in_set`` is not among these, it needs other sets."""
    return OPERATORS[condition.operator](column, condition, report)


def years_between(since: Days, day: dt.date) -> Any:
    """Completed years from each day to one day, NaN = not stated; negative before it.

    As ``engine.ages.years_since``: what began on 29 February is complete on 1 March.
    """
    month = since.astype("datetime64[M]")
    of_year = month.astype(np.int64) % 12 + 1
    day_of_month = (since - month.astype(DAY)).astype(np.int64) + 1
    whole = day.year - (since.astype("datetime64[Y]").astype(np.int64) + 1970)
    later = (of_year > day.month) | ((of_year == day.month) & (day_of_month > day.day))
    return np.where(np.isnat(since), np.nan, (whole - later).astype(np.float64))


def _wanted(condition: Condition) -> tuple[object, ...]:
    value = condition.value
    return value if isinstance(value, tuple) else (value,)


def _is(column: pd.Categorical, condition: Condition, _: Mapping[str, dt.date]) -> BoolArray:
    return chosen(column, _wanted(condition))


def _stated(column: Any, condition: Condition, _: Mapping[str, dt.date]) -> BoolArray:
    if isinstance(column, pd.Categorical):
        found = column.codes >= 0
    elif column.dtype.kind == "M":
        found = ~np.isnat(column)
    elif column.dtype.kind == "f":
        found = ~np.isnan(column)
    elif column.dtype.kind == "i":
        found = column >= 0
    else:
        found = np.array([bool(v) for v in column], dtype=np.bool_)
    return found if condition.value else ~found


def _includes(column: Any, condition: Condition, _: Mapping[str, dt.date]) -> BoolArray:
    wanted = frozenset(str(w) for w in _wanted(condition))
    codes, lists = pd.factorize(column)
    hits = np.array([not wanted.isdisjoint(map(str, v)) for v in lists] + [False], dtype=np.bool_)
    return hits[codes]


def _at_least(column: Any, condition: Condition, _: Mapping[str, dt.date]) -> BoolArray:
    found: BoolArray = column >= condition.value
    return found


def _at_most(column: Any, condition: Condition, _: Mapping[str, dt.date]) -> BoolArray:
    found: BoolArray = column <= condition.value
    return found


def _in_period(column: Days, _: Condition, report: Mapping[str, dt.date]) -> BoolArray:
    found: BoolArray = (column >= _day(report["first_day"])) & (column <= _day(report["last_day"]))
    return found


def _after(column: Days, condition: Condition, report: Mapping[str, dt.date]) -> BoolArray:
    found: BoolArray = column > _day(report[condition.on])
    return found


def _not_after(column: Days, condition: Condition, report: Mapping[str, dt.date]) -> BoolArray:
    found: BoolArray = column <= _day(report[condition.on])
    return found


def _not_before(column: Days, condition: Condition, report: Mapping[str, dt.date]) -> BoolArray:
    found: BoolArray = column >= _day(report[condition.on])
    return found


def _years_below(column: Days, condition: Condition, report: Mapping[str, dt.date]) -> BoolArray:
    found: BoolArray = years_between(column, report[condition.on]) < condition.value
    return found


def _open_in_period(column: Span, _: Condition, report: Mapping[str, dt.date]) -> BoolArray:
    since, until = column
    found: BoolArray = (np.isnat(since) | (since <= _day(report["last_day"]))) & (
        np.isnat(until) | (until >= _day(report["first_day"]))
    )
    return found


def _open_on(column: Span, condition: Condition, report: Mapping[str, dt.date]) -> BoolArray:
    return holds(column, _day(report[condition.on]))


def _day(day: dt.date) -> np.datetime64:
    return np.datetime64(day, "D")


OPERATORS: Mapping[str, Callable[[Any, Condition, Mapping[str, dt.date]], BoolArray]] = (
    MappingProxyType(
        {
            "is": _is,
            "stated": _stated,
            "includes": _includes,
            "at_least": _at_least,
            "at_most": _at_most,
            "in_period": _in_period,
            "after": _after,
            "not_after": _not_after,
            "not_before": _not_before,
            "years_below": _years_below,
            "open_in_period": _open_in_period,
            "open_on": _open_on,
        }
    )
)
