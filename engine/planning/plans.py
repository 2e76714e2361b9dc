"""Many quick plans at once: what a route could close, were one thing or another known.

A plan obeys the rules that bind most: one run of an activity, the tempo of each week, minutes,
steps, forms, money and long programmes side by side. Meetings, prerequisites, practice and mentors
are left aside. Plans are for comparing what to find out, never served.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.planning.plan_loops import MenuArrays, RoomArrays, fill_plans


@dataclass(frozen=True, slots=True, eq=False)
class Plans:
    """Plans in columns.

    Parameters
    ----------
    closed
        Shape (n, n_demands): what a plan closes of each demand, in parts of a whole deficit.
    net
        Shape (n,): bonuses minus prices, in points.
    """

    closed: FloatArray
    net: FloatArray


def worth_at(worth: FloatArray, row: IntArray, closed: FloatArray) -> FloatArray:
    """Worth of closed parts, along a line between the points.

    Parameters
    ----------
    worth
        Shape (n_rows, n_points): at 0, 1/(n_points − 1), …, 1.
    row, closed
        Of shapes that fit together: rows of ``worth``, and parts ≥ 0; above 1 counts as 1.
    """
    n_points = worth.shape[1]
    at = np.minimum(closed, 1.0) * (n_points - 1)
    cell = np.minimum(at.astype(np.int64), n_points - 2)
    flat, index = worth.reshape(-1), row * n_points + cell
    low = flat[index]
    return np.asarray(low + (at - cell) * (flat[index + 1] - low))


def quick_plans(menu: MenuArrays, room: RoomArrays, worth: FloatArray) -> Plans:
    """Two plans for each table of worths: greedy by what a run adds, and that for what it takes.

    The second counts the shares of the minutes and of the steps left together, a usual measure
    where several goods are scarce at once (Toyoda 1975). Either may be the better one.

    Parameters
    ----------
    worth
        Shape (n_tables, n_demands, n_points), points.

    Returns
    -------
    Plans
        2 · n_tables of them.
    """
    tables = np.ascontiguousarray(worth)
    found = []
    for by_share in (False, True):
        closed, net = np.zeros(worth.shape[:2]), np.zeros(len(worth))
        fill_plans(menu, room, tables, by_share, closed, net)
        found.append(Plans(closed, net))
    return _together(found)


def joined(parts: Sequence[Plans]) -> Plans:
    """Plans one after another, with the empty one at the end."""
    n_demands = parts[0].closed.shape[1]
    return _together([*parts, Plans(np.zeros((1, n_demands)), np.zeros(1))])


def _together(parts: Sequence[Plans]) -> Plans:
    closed = np.concatenate([part.closed for part in parts])
    return Plans(closed, np.concatenate([part.net for part in parts]))


def total_worth(plans: Plans, worth: FloatArray) -> FloatArray:
    """Value of each plan in points, shape (n,), under one table of shape (n_demands, n_points)."""
    rows = np.arange(len(worth))
    return np.asarray(worth_at(worth, rows, plans.closed).sum(axis=1) + plans.net)
