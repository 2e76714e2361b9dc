"""How much of all deficits the open runs can close at best: a linear programme over classes.

For classes a of people and activities o, x_{ao} people of a take o; w_{akp} of the gains at node k
fall into piece p of what is left to close there::

    maximise    Σ slope_{akp} · w_{akp}
    subject to  Σ_p w_{akp} ≤ Σ_o gain_{aok} · x_{ao}        what is gained is what was learned
                Σ_a x_{ao} ≤ seats_o                          seats of open runs
                Σ_o hours_o · x_{ao} ≤ n_a · hours of a route
                Σ_o x_{ao} ≤ n_a · steps of a route,  0 ≤ x_{ao} ≤ n_a,  0 ≤ w_{akp} ≤ length_{akp}

Every arrangement of people and seats is a point of it. Each person's φ = E[min(D, z)] is concave
and lies below its tangents, which make pieces of falling slope; the most that the people of a class
close together with so much gain among them all is to fill the steepest pieces first, whosever they
are. Slopes are rounded up. A seat counts for all nodes of its activity, as if whoever takes it
lacked all of them. So the value is a bound: open runs cannot close more, if people keep to the
policy's tempo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from engine.analysis.shares import NodeDeficits
from engine.analysis.supply import CatalogueSupply, RunState
from engine.deficits.distribution import deficit_moments
from engine.domain import FloatArray, IntArray
from engine.policy import Limits

_TOUCH = np.array([0.0, 0.05, 0.1, 0.2, 0.35])
"""Gains at which the tangents touch φ, in parts of a whole deficit."""

_LEAST_SLOPE = 1e-3

_SLOPES = 25
"""Slopes are rounded up to so many parts of 1, so that people's pieces can be put together."""


@dataclass(frozen=True, slots=True, eq=False)
class Closable:
    """Solution of the programme.

    Parameters
    ----------
    value
        Whole deficits.
    margin
        Shape (n_profiles, n_nodes), ≥ 0: what a little more gain would close, by class and node.
        At best everybody has gained until no more than that would be closed: until P(D > z) is the
        margin. Infinite where nobody is measured.
    hour_price, step_price
        Shape (n_profiles,), ≥ 0: what an hour and a step of somebody's time would close otherwise.
    seat_price
        Shape (n_activities,), ≥ 0: what one more seat of an open activity would close; infinite for
        activities without an open seat.
    """

    value: float
    margin: FloatArray
    seat_price: FloatArray
    hour_price: FloatArray
    step_price: FloatArray


def closable(
    nodes: Mapping[int, NodeDeficits],
    profile: IntArray,
    supply: CatalogueSupply,
    limits: Limits,
    n_nodes: int,
) -> Closable:
    """Solve the programme with HiGHS.

    Parameters
    ----------
    profile
        Shape (n_people,): class of each person.
    """
    pieces = _pieces(nodes, profile, len(supply.gains))
    taken = _takes(supply, pieces)
    n_profiles = len(supply.gains)
    margin = np.full((n_profiles, n_nodes), np.inf)
    seat_price = np.where(supply.state == RunState.OPEN, 0.0, np.inf)
    if not len(taken.profile) or not len(pieces.cell):
        return Closable(0.0, margin, seat_price, np.zeros(n_profiles), np.zeros(n_profiles))
    size = np.bincount(_measured_people(nodes, profile), minlength=len(supply.gains))
    rows, bounds = _rows(supply, pieces, taken, limits, size)
    n_x = len(taken.profile)
    most = np.concatenate([size[taken.profile].astype(np.float64), pieces.length])
    found = linprog(
        -np.concatenate([np.zeros(n_x), pieces.slope]),
        A_ub=rows,
        b_ub=bounds,
        bounds=np.stack([np.zeros(len(most)), most], axis=1),
        method="highs",
    )
    if found.x is None:
        raise RuntimeError(f"the programme of closable deficits was not solved: {found.message}")
    prices = np.maximum(-found.ineqlin.marginals, 0.0)
    margin[pieces.profile, pieces.node] = prices[: len(pieces.people)]
    limited = _limited(supply)
    seat_price[limited] = prices[len(pieces.people) : len(pieces.people) + len(limited)]
    seat_price[supply.state != RunState.OPEN] = np.inf
    hours, steps = prices[-2 * n_profiles : -n_profiles], prices[-n_profiles:]
    return Closable(float(-found.fun), margin, seat_price, hours, steps)


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """What is left to close, by class and node (a cell) and piece.

    Parameters
    ----------
    profile, node, people
        Shape (n_cells,).
    cell, length, slope
        Shape (n_pieces,): length in gains of all people of the cell together.
    """

    profile: IntArray
    node: IntArray
    people: IntArray
    cell: IntArray
    length: FloatArray
    slope: FloatArray


def _pieces(nodes: Mapping[int, NodeDeficits], profile: IntArray, n_profiles: int) -> _Pieces:
    cells: list[tuple[int, int, int]] = []
    parts: list[tuple[int, float, float]] = []
    for node, deficits in nodes.items():
        own = profile[deficits.at.person]
        count = np.bincount(own, minlength=n_profiles)
        slope = np.array([deficits.proficiency.below(_left(deficits.target, z)) for z in _TOUCH])
        value = np.array([_closed(deficits, z) for z in _TOUCH])
        length = tangent_lengths(value, slope, deficits.deficit)
        rounded = np.ceil(slope * _SLOPES - 1e-9).astype(np.int64)
        cell = own * (_SLOPES + 1) + rounded
        table = np.bincount(cell.ravel(), length.ravel(), n_profiles * (_SLOPES + 1))
        table = table.reshape(n_profiles, _SLOPES + 1)
        for p in np.flatnonzero(count > 0).tolist():
            parts += [
                (len(cells), float(table[p, k]), k / _SLOPES)
                for k in range(_SLOPES, 0, -1)
                if table[p, k] > 0
            ]
            cells.append((p, node, int(count[p])))
    told = np.array(cells, dtype=np.int64).reshape(-1, 3).T
    found = np.array(parts, dtype=np.float64).reshape(-1, 3).T
    return _Pieces(told[0], told[1], told[2], found[0].astype(np.int64), found[1], found[2])


def _left(target: FloatArray, z: float) -> FloatArray:
    return np.clip(target - z, 0.0, 1.0)


def _closed(deficits: NodeDeficits, z: float) -> FloatArray:
    """E[min(D, z)] of everybody."""
    rest, _ = deficit_moments(deficits.proficiency, _left(deficits.target, z))
    return np.maximum(deficits.deficit - rest, 0.0)


def tangent_lengths(value: FloatArray, slope: FloatArray, whole: FloatArray) -> FloatArray:
    """How far each tangent of concave functions is the least of them, up to the whole value.

    Parameters
    ----------
    value, slope
        Shape (len(_TOUCH), n): of n functions at the touching points; slopes do not rise.
    whole
        Shape (n,): value that is never exceeded.

    Returns
    -------
    ndarray, shape (len(_TOUCH), n), ≥ 0
        Tangent k holds between its meetings with the ones before and after it, the last one up to
        where it meets the whole value; flat tangents go on for nothing.
    """
    touch = _TOUCH[:, None]
    start = value - slope * touch
    falls = slope[:-1] - slope[1:]
    meets = np.where(falls > 1e-12, (start[1:] - start[:-1]) / np.maximum(falls, 1e-12), touch[1:])
    meets = np.clip(meets, touch[:-1], touch[1:])
    last = touch[-1] + np.maximum(whole - value[-1], 0.0) / np.maximum(slope[-1], _LEAST_SLOPE)
    ends = np.concatenate([np.zeros((1, len(whole))), meets, last[None]])
    return np.where(slope > _LEAST_SLOPE, np.diff(ends, axis=0), 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Takes:
    """Pairs of class and open activity that gains anything: shape (n_pairs,) each."""

    profile: IntArray
    activity: IntArray


def _takes(supply: CatalogueSupply, pieces: _Pieces) -> _Takes:
    is_open = supply.state == RunState.OPEN
    profiles: list[IntArray] = []
    activities: list[IntArray] = []
    for p, gains in enumerate(supply.gains):
        own = pieces.node[pieces.profile == p]
        useful = np.flatnonzero((np.asarray(gains[:, own].sum(axis=1)).ravel() > 0) & is_open)
        profiles.append(np.full(len(useful), p))
        activities.append(useful)
    return _Takes(np.concatenate(profiles), np.concatenate(activities))


def _rows(
    supply: CatalogueSupply, pieces: _Pieces, taken: _Takes, limits: Limits, size: IntArray
) -> tuple[sp.csr_array, FloatArray]:
    n_x, n_w, n_cells = len(taken.profile), len(pieces.cell), len(pieces.people)
    x, w = np.arange(n_x), n_x + np.arange(n_w)
    gains = sp.vstack(
        [
            _gains_of(supply.gains[p], taken.activity[taken.profile == p], pieces, p)
            for p in range(len(supply.gains))
        ],
        format="csr",
    )
    spent = sp.csr_array((np.ones(n_w), (pieces.cell, w)), shape=(n_cells, n_x + n_w))
    learned = sp.csr_array(gains.T)
    learned.resize((n_cells, n_x + n_w))
    limited = _limited(supply)
    place = np.full(len(supply.seats), -1)
    place[limited] = np.arange(len(limited))
    seat = place[taken.activity] >= 0
    shape = (len(limited), n_x + n_w)
    seats = sp.csr_array(
        (np.ones(int(seat.sum())), (place[taken.activity][seat], x[seat])), shape=shape
    )
    shape = (len(size), n_x + n_w)
    hours = sp.csr_array((supply.hours[taken.activity], (taken.profile, x)), shape=shape)
    steps = sp.csr_array((np.ones(n_x), (taken.profile, x)), shape=shape)
    route_hours = min(limits.total_max_min, limits.tempo_default_min * limits.horizon_weeks) / 60
    rows = sp.vstack([spent - learned, seats, hours, steps], format="csr")
    bounds = [
        np.zeros(n_cells),
        supply.seats[limited],
        size * route_hours,
        size * float(limits.steps_max),
    ]
    return rows, np.concatenate(bounds)


def _limited(supply: CatalogueSupply) -> IntArray:
    """Activities whose seats have a row of their own."""
    return np.flatnonzero(np.isfinite(supply.seats))


def _gains_of(gains: sp.csr_array, activities: IntArray, pieces: _Pieces, p: int) -> sp.csr_array:
    """Gains of a class's pairs at its cells, shape (n_pairs of the class, n_cells)."""
    cells = np.flatnonzero(pieces.profile == p)
    own = sp.coo_array(gains[activities][:, pieces.node[cells]])
    shape = (len(activities), len(pieces.people))
    return sp.csr_array((own.data, (own.row, cells[own.col])), shape=shape)


def _measured_people(nodes: Mapping[int, NodeDeficits], profile: IntArray) -> IntArray:
    """Classes of everybody measured anywhere."""
    people = [deficits.at.person for deficits in nodes.values()]
    return profile[np.unique(np.concatenate(people))]
