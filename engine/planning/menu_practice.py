"""Runs of programmes together with the practice that the rule ``transfer`` asks for."""

from __future__ import annotations

import numpy as np

from engine.catalogue import Catalogue
from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.compile_gains import Gains
from engine.planning.compile_practices import NO_GROUP, Practices
from engine.planning.compile_runs import pointers, row_entries
from engine.planning.compile_table import Funded
from engine.planning.plan_loops import MenuArrays

NEEDS_NONE = -1
NO_PRACTICE = -2


def practice_runs(
    catalogue: Catalogue,
    practices: Practices,
    gains: Gains,
    weeks: int,
    funded: Funded,
    pick: IntArray,
) -> IntArray:
    """Candidate of the practice that would follow each picked candidate, shape (n,).

    Of those that start within the weeks after its end, the one that gains most for its minutes;
    −1 where none is needed, −2 where none is there.
    """
    owner = catalogue.offering_activity[funded.offering]
    group = practices.group[owner[pick]]
    units = np.bincount(
        np.repeat(np.arange(len(gains.any_gain)), np.diff(gains.rows.indptr)),
        gains.rows.values[:, 1],
        len(gains.any_gain),
    )
    found = np.where(group == NO_GROUP, NEEDS_NONE, NO_PRACTICE).astype(np.int64)
    for g in np.unique(group[group != NO_GROUP]).tolist():
        mine = np.flatnonzero(group == g)
        bounds = np.stack(
            [np.searchsorted(owner, practices.members[g], side) for side in ("left", "right")]
        )
        able = _between(bounds)
        if not len(able):
            continue
        runs = funded.run[able]
        minutes = funded.runs.work_min[runs] + funded.runs.travel_min[runs]
        worth = (1 + units[owner[able]]) / minutes
        gap = funded.runs.start_day[runs] - funded.runs.end_day[funded.run[pick[mine]], None]
        score = np.where((gap > 0) & (gap <= 7 * weeks), worth, 0.0)
        best = score.argmax(axis=1)
        there = score[np.arange(len(mine)), best] > 0
        found[mine[there]] = able[best[there]]
    return found


def _between(bounds: IntArray) -> IntArray:
    """Positions between pairs of bounds, shape (2, n_rows), row by row."""
    starts = pointers(bounds[1] - bounds[0])
    row, at = row_entries(starts, np.arange(bounds.shape[1]))
    return np.asarray(at - starts[:-1][row] + bounds[0][row])


def with_practice(menu: MenuArrays, follow: MenuArrays, asked: BoolArray) -> MenuArrays:
    """Every run with the run that follows it, where one is asked for.

    What the practice costs, and its form, are left aside; two programmes with one practice between
    them count it twice.
    """
    added = asked.astype(np.int64)
    gain_ptr, gain_demand, gain = _merged(menu, follow, asked)
    lengths = np.diff(menu.week_ptr) + added * np.diff(follow.week_ptr)
    order = _interleaved(menu.week_ptr, follow.week_ptr, asked)
    return menu._replace(
        minutes=menu.minutes + added * follow.minutes,
        steps=menu.steps + added,
        net=menu.net + added * follow.net,
        gain_ptr=gain_ptr,
        gain_demand=gain_demand,
        gain=gain,
        week_ptr=pointers(lengths),
        week=np.concatenate([menu.week, follow.week])[order],
        week_min=np.concatenate([menu.week_min, follow.week_min])[order],
    )


def _interleaved(first: IntArray, second: IntArray, asked: BoolArray) -> IntArray:
    """Order of the entries of two ragged columns, joined row by row; the second where asked."""
    n = len(asked)
    row = np.concatenate(
        [np.repeat(np.arange(n), np.diff(first)), np.repeat(np.arange(n), np.diff(second))]
    )
    kept = np.concatenate([np.ones(first[-1], dtype=np.bool_), np.repeat(asked, np.diff(second))])
    order = np.argsort(row, kind="stable")
    return np.asarray(order[kept[order]])


def _merged(
    menu: MenuArrays, follow: MenuArrays, asked: BoolArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Gains of both, those on one demand added up."""
    n = len(asked)
    order = _interleaved(menu.gain_ptr, follow.gain_ptr, asked)
    lengths = np.diff(menu.gain_ptr) + asked * np.diff(follow.gain_ptr)
    row = np.repeat(np.arange(n), lengths)
    demand = np.concatenate([menu.gain_demand, follow.gain_demand])[order]
    gain = np.concatenate([menu.gain, follow.gain])[order]
    span = int(demand.max(initial=0)) + 1
    keys, inverse = np.unique(row * span + demand, return_inverse=True)
    merged = np.bincount(inverse, gain, len(keys)).astype(np.float64)
    return pointers(np.bincount(keys // span, minlength=n)), keys % span, merged
