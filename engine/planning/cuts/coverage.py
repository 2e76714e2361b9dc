"""What several runs close of one demand together."""

from __future__ import annotations

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.compiled import compiled
from engine.planning.cuts.violation import VIOLATION
from engine.planning.relaxation import Relaxation, Rows

CUTS_PER_DEMAND = 3
PREFIX_MOST = 12
SHARE_LEAST = 0.05
"""A member chosen to a lesser share opens no further prefix."""


def coverage_rows(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Submodular cuts η ≤ φ(g(S)) + Σ [φ(g(S) + g) − φ(g(S))] x outside S.

    S is one run of each of the first activities by share in the solution. A run of an activity
    in S counts with what it gains beyond the run in S (Nemhauser and Wolsey, 1988).
    """
    gains = r.index.gains
    phi = np.stack([r.phi.start, r.phi.length, r.phi.slope])
    member, share = _heaviest_runs(r.group, x, support)
    order, excess = _prefixes(x, share, r.gain[member], phi, r.first_piece)
    found = [(k, s) for k in range(len(excess)) for s in _most_broken(order[k], excess[k])]
    if found:
        flat = _coverage_entries(
            np.array([k for k, _ in found], dtype=np.int64),
            np.cumsum([0, *(len(s) for _, s in found)], dtype=np.int64),
            member[np.concatenate([s for _, s in found])],
            r.group, r.gain, phi, r.first_piece,
            gains.indptr, gains.column, len(r.group_start),
        )  # fmt: skip
        rows.add_all(*flat)


def _most_broken(order: IntArray, excess: FloatArray) -> list[IntArray]:
    """The few most broken prefixes of a demand, each set once; of equals the smaller."""
    way, last = np.nonzero(excess > VIOLATION)
    ranked = np.lexsort((way, last, -excess[way, last]))[:CUTS_PER_DEMAND]
    sets: dict[bytes, IntArray] = {}
    for i in ranked.tolist():
        inside = np.sort(order[way[i], : last[i] + 1])
        sets.setdefault(inside.tobytes(), inside)
    return list(sets.values())


@compiled
def _heaviest_runs(
    group: IntArray, x: FloatArray, support: IntArray
) -> tuple[IntArray, FloatArray]:
    """Of each activity in the solution its heaviest run and its whole share."""
    member = np.empty(len(support), dtype=np.int64)
    share = np.zeros(len(support), dtype=np.float64)
    n = 0
    for j in support:
        if n == 0 or group[member[n - 1]] != group[j]:
            member[n], share[n] = j, x[j]
            n += 1
        else:
            share[n - 1] += x[j]
            if x[j] > x[member[n - 1]]:
                member[n - 1] = j
    return member[:n], share[:n]


@compiled
def _phi(phi: IntArray, k: int, gained: int) -> int:
    """Value of gain units of demand ``k``, in mpt.

    Parameters
    ----------
    phi
        Shape (3, n_demands, n_pieces): start, length and slope of each piece.
    """
    value = 0
    for i in range(phi.shape[2]):
        value += phi[2, k, i] * min(max(gained - phi[0, k, i], 0), phi[1, k, i])
    return value


@compiled
def _prefixes(
    x: FloatArray,
    share: FloatArray,
    gain: IntArray,
    phi: IntArray,
    first_piece: IntArray,
) -> tuple[IntArray, FloatArray]:
    """Sets S to try for every demand: prefixes of the members in two orders.

    Parameters
    ----------
    share, gain
        Of the members, shapes (m,) and (m, n_demands).

    Returns
    -------
    order, excess
        Shapes (n_demands, 2, PREFIX_MOST): the members in each order, and how much the row of
        the prefix that ends there is broken by its scale, −1 where there is none.
    """
    n_demands = gain.shape[1]
    order = np.zeros((n_demands, 2, PREFIX_MOST), dtype=np.int64)
    excess = np.full((n_demands, 2, PREFIX_MOST), -1.0)
    taken = np.empty(len(share), dtype=np.bool_)
    for k in range(n_demands):
        eta, scale = 0.0, 0.0
        for i in range(phi.shape[2]):
            eta += x[first_piece[k] + i] * phi[2, k, i]
            scale += phi[1, k, i] * phi[2, k, i]
        for way in range(2):
            _prefixes_one_way(
                way, k, eta, max(1.0, scale), share, gain, phi, taken,
                order[k, way], excess[k, way],
            )  # fmt: skip
    return order, excess


@compiled
def _prefixes_one_way(
    way: int,
    k: int,
    eta: float,
    scale: float,
    share: FloatArray,
    gain: IntArray,
    phi: IntArray,
    taken: BoolArray,
    order: IntArray,
    excess: FloatArray,
) -> None:
    """Write one order of a demand and how much its prefixes are broken.

    Members are taken by share (``way`` 0) or by share times gain, of equals the first.
    """
    for i in range(len(taken)):
        taken[i] = False
    base = 0
    for size in range(PREFIX_MOST):
        best, following = 0.0, -1
        for i in range(len(share)):
            if gain[i, k] and not taken[i]:
                key = share[i] * gain[i, k] if way else share[i]
                if key > best:
                    best, following = key, i
        if following < 0 or share[following] < SHARE_LEAST:
            break
        taken[following] = True
        order[size] = following
        base += gain[following, k]
        at = _phi(phi, k, base)
        right = 0.0
        for i in range(len(share)):
            if gain[i, k] and not taken[i]:
                added = _phi(phi, k, base + gain[i, k]) - at
                right += added * share[i]
        excess[size] = (eta - (at + right)) / scale


@compiled
def _coverage_entries(
    demand: IntArray,
    indptr: IntArray,
    chosen: IntArray,
    group: IntArray,
    gain: IntArray,
    phi: IntArray,
    first_piece: IntArray,
    gain_indptr: IntArray,
    gain_column: IntArray,
    n_groups: int,
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Rows of the sets: counts, columns, values, right sides."""
    pieces, capacity = phi.shape[2], 0
    for k in demand:
        capacity += pieces + gain_indptr[k + 1] - gain_indptr[k]
    counts = np.empty(len(demand), dtype=np.int64)
    right = np.empty(len(demand), dtype=np.int64)
    columns = np.empty(capacity, dtype=np.int64)
    values = np.empty(capacity, dtype=np.int64)
    held = np.zeros(n_groups, dtype=np.int64)
    at = 0
    for n in range(len(demand)):
        k, base, begin = demand[n], 0, at
        for j in chosen[indptr[n] : indptr[n + 1]]:
            held[group[j]] = gain[j, k]
            base += gain[j, k]
        right[n] = _phi(phi, k, base)
        for i in range(pieces):
            columns[at], values[at] = first_piece[k] + i, phi[2, k, i]
            at += 1
        for j in gain_column[gain_indptr[k] : gain_indptr[k + 1]]:
            beyond = max(gain[j, k] - held[group[j]], 0)
            added = _phi(phi, k, base + beyond) - right[n]
            if added:
                columns[at], values[at] = j, -added
                at += 1
        for j in chosen[indptr[n] : indptr[n + 1]]:
            held[group[j]] = 0
        counts[n] = at - begin
    return counts, columns[:at], values[:at], right
