"""Splits that respect time: what is tested never came before what was learned from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from engine.domain import BoolArray, FloatArray
from engine.interactions import STATES, Interactions, State

Rounding = Literal["ceil", "floor"]


@dataclass(frozen=True, slots=True)
class Split:
    """Rows to learn from and rows to test on; people and activities keep their positions."""

    train: Interactions
    test: Interactions


def time_split(interactions: Interactions, at: float) -> Split:
    """Train on all rows before ``at``, test on those at or after it.

    Outcomes of training rows that became known at or after ``at`` are taken away (outcome and
    end become unknown, a completed or dropped row is enrolled again): on that day nobody knew.

    Raises
    ------
    ValueError
        The clock is each person's own, so that one instant means nothing.
    """
    _need_days(interactions)
    before = interactions.time < at
    return Split(_as_known(interactions.select(before), at), interactions.select(~before))


def _as_known(rows: Interactions, at: float) -> Interactions:
    """The rows as they stood at an instant: an end that came later is not known."""
    later = np.where(np.isnan(rows.ended), rows.time, rows.ended) >= at
    ended = np.isin(rows.state, [STATES.index(s) for s in (State.COMPLETED, State.DROPPED)])
    return replace(
        rows,
        state=np.where(later & ended, STATES.index(State.ENROLLED), rows.state),
        outcome=np.where(later, np.nan, rows.outcome),
        ended=np.where(later, np.nan, rows.ended),
    )


def share_instant(interactions: Interactions, train_share: float) -> float:
    """Instant before which about ``train_share`` of the rows lie, to give to ``time_split``."""
    _need_days(interactions)
    return float(np.quantile(interactions.time, train_share, method="higher"))


def last_share_split(
    interactions: Interactions, share: float = 0.2, rounding: Rounding = "ceil"
) -> Split:
    """Test on the last ``share`` of every person's rows in order, train on the rest.

    Parameters
    ----------
    share
        In (0, 1).
    rounding
        Of share · rows: ``ceil`` tests at least the share; ``floor`` at most it, yet one row. At
        least one row always stays to learn from: a person with one row is not tested.
    """
    if not 0 < share < 1:
        raise ValueError("share must be in (0, 1)")
    ordered = interactions.in_order()
    test = _last_rows(ordered, share, rounding)
    return Split(ordered.select(~test), ordered.select(test))


def _last_rows(ordered: Interactions, share: float, rounding: Rounding) -> BoolArray:
    n = np.bincount(ordered.person, minlength=len(ordered.people))
    # a fifth of 5 is 1.0000000000000002 rows in floating point and must not become 2
    exact = np.round(share * n, 9)
    last = np.ceil(exact) if rounding == "ceil" else np.maximum(np.floor(exact), 1)
    last = np.minimum(last, np.maximum(n - 1, 0))
    first = np.concatenate([[0], np.cumsum(n)])[:-1]
    rank = np.arange(len(ordered)) - first[ordered.person]
    found: BoolArray = rank >= (n - last)[ordered.person]
    return found


def rolling_time_splits(interactions: Interactions, blocks: int, first: float) -> Iterator[Split]:
    """Learn from the past, test on the next block, again and again.

    Parameters
    ----------
    blocks
        ≥ 1; the time after ``first`` is cut into as many blocks of equal length.
    first
        Instant at which the first block begins.

    Raises
    ------
    ValueError
        The clock is each person's own, or nothing lies after ``first``.
    """
    _need_days(interactions)
    last = float(interactions.time.max()) if len(interactions) else -math.inf
    if blocks < 1 or not last > first:
        raise ValueError("rolling blocks need time after the first one begins")
    edges = np.linspace(first, np.nextafter(last, math.inf), blocks + 1)
    for start, end in pairwise(edges):
        split = time_split(interactions, float(start))
        yield Split(split.train, split.test.select(_until(split.test.time, end, end == edges[-1])))


def _until(time: FloatArray, end: float, closed: bool) -> BoolArray:
    found: BoolArray = time <= end if closed else time < end
    return found


def _need_days(interactions: Interactions) -> None:
    if interactions.clock != "days":
        raise ValueError("the clock is each person's own: split every person's rows in order")
