"""Columns as definitions compare them, and how they are made from frames."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain import BoolArray, IntArray

Days = npt.NDArray[np.datetime64]
"""Days as ``datetime64[D]``, NaT = not stated."""

Span = tuple[Days, Days]
"""First and last days, NaT = open on that side."""

Ids = npt.NDArray[np.object_]

DAY = "datetime64[D]"


def words(values: Any) -> pd.Categorical:
    """Words or flags as a categorical; missing and empty ones have the code −1."""
    codes, unique = pd.factorize(np.asarray(values, dtype=object))
    kept = [bool(u) if isinstance(u, bool | np.bool_) else str(u) for u in unique]
    empty = np.array([k == "" for k in kept] + [True], dtype=np.bool_)
    return pd.Categorical.from_codes(
        np.where(empty[codes], -1, codes), categories=pd.Index(kept, dtype=object)
    )


def days(values: Any) -> Days:
    """Days of a column of days or of ``datetime.date``."""
    found: Days = pd.to_datetime(pd.Series(values)).to_numpy().astype(DAY)
    return found


def numbers(values: Any) -> npt.NDArray[np.float64]:
    """Numbers, NaN = not stated."""
    found: npt.NDArray[np.float64] = pd.to_numeric(pd.Series(values)).to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    return found


def sorted_ids(values: Iterable[str]) -> Ids:
    """Distinct ids in order."""
    found = sorted(set(values))
    ids = np.empty(len(found), dtype=object)
    ids[:] = found
    return ids


def positions(ids: pd.Index[Any], values: Any) -> IntArray:
    """Positions of ids in an index; −1 = none, or not in it."""
    codes, unique = pd.factorize(np.asarray(values, dtype=object))
    found = ids.get_indexer(pd.Index(unique, dtype=object))
    return np.append(found, -1)[codes].astype(np.int64)


def chosen(values: pd.Categorical, wanted: Collection[object]) -> BoolArray:
    """Rows whose word or flag is one of the wanted ones."""
    hits = np.array([c in wanted for c in values.categories] + [False], dtype=np.bool_)
    found: BoolArray = hits[values.codes]
    return found


def taken(values: Any, at: IntArray) -> Any:
    """A column at positions; what is at −1 is not stated."""
    if isinstance(values, tuple):
        return tuple(taken(side, at) for side in values)
    if isinstance(values, pd.Categorical):
        return pd.Categorical.from_codes(
            np.append(values.codes, -1)[at], categories=values.categories
        )
    none: Mapping[str, Any] = {"M": np.array(["NaT"], dtype=DAY), "f": np.array([np.nan])}
    if values.dtype.kind in none:
        return np.concatenate([values, none[values.dtype.kind]])[at]
    more = np.empty(1, dtype=object)
    more[0] = ()
    return np.concatenate([values, more])[at]


def holds(span: Span, day: Any) -> BoolArray:
    """Whether each span holds on a day, or on its own day; a missing day is in no span.

    Parameters
    ----------
    day
        One day, or days of the spans' shape.
    """
    since, until = span
    inside = (np.isnat(since) | (since <= day)) & (np.isnat(until) | (day <= until))
    found: BoolArray = inside & ~np.isnat(day)
    return found
