"""Sets of candidates of which any two exclude each other."""

from __future__ import annotations

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.compiled import compiled
from engine.planning.cuts.violation import VIOLATION
from engine.planning.relaxation import Relaxation, Rows

CLIQUES_A_ROUND = 12
GROWTH_MOST = 60


About = tuple[IntArray, IntArray, IntArray, IntArray]
"""Facts, weekly minutes, tempo and budgets, as ``_clash`` takes them."""


def about(r: Relaxation) -> About:
    """What decides whether two columns exclude each other."""
    return r.index.facts, r.dense_load, r.problem.tempo_min, r.index.budget


def clique_rows(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """At most one of candidates that exclude each other in pairs.

    Grown greedily from each column of the solution by share, then over other columns.
    """
    order = support[np.argsort(-x[support], kind="stable")]
    known = about(r)
    clashes = pairwise(order, *known)
    indptr, flat = _greedy(clashes, order)
    found: dict[bytes, tuple[float, IntArray]] = {}
    for low, high in zip(indptr[:-1].tolist(), indptr[1:].tolist(), strict=True):
        members = flat[low:high]
        name = members.tobytes()
        if name not in found:
            found[name] = (float(x[members].sum()), members)
    broken = [item for item in found.items() if item[1][0] > 1 + 20 * VIOLATION]
    broken.sort(key=lambda item: (-item[1][0], item[0]))
    for _, (_, members) in broken[:CLIQUES_A_ROUND]:
        rows.add(_grown(r, members, known), 1, 1)


@compiled
def _clash(
    i: int,
    j: int,
    facts: IntArray,
    load: IntArray,
    tempo: IntArray,
    budget: IntArray,
) -> bool:
    """Whether two columns cannot stand in one route: activity, budget, or a week's tempo."""
    if facts[i, 0] == facts[j, 0]:
        return True
    source = facts[i, 3]
    if source >= 0 and source == facts[j, 3] and facts[i, 4] + facts[j, 4] > budget[source]:
        return True
    for week in range(max(facts[i, 1], facts[j, 1]), min(facts[i, 2], facts[j, 2]) + 1):
        a, b = load[i, week], load[j, week]
        if a > 0 and b > 0 and a + b > tempo[week]:
            return True
    return False


@compiled
def pairwise(
    columns: IntArray,
    facts: IntArray,
    load: IntArray,
    tempo: IntArray,
    budget: IntArray,
) -> BoolArray:
    """Which of the columns exclude each other, none itself, shape (m, m)."""
    m = len(columns)
    clashes = np.zeros((m, m), dtype=np.bool_)
    for i in range(m):
        for j in range(i):
            clashes[i, j] = clashes[j, i] = _clash(
                columns[i], columns[j], facts, load, tempo, budget
            )
    return clashes


@compiled
def _greedy(clashes: BoolArray, columns: IntArray) -> tuple[IntArray, IntArray]:
    """From each column on a clique, the first that clashes with all so far joining it.

    Returns
    -------
    indptr, members
        Clique i has the ascending columns ``members[indptr[i]:indptr[i + 1]]``.
    """
    m = len(columns)
    indptr = np.zeros(m + 1, dtype=np.int64)
    members = np.empty(m * m, dtype=np.int64)
    clique = np.empty(m, dtype=np.int64)
    at = 0
    for first in range(m):
        clique[0], members[at] = first, columns[first]
        size = 1
        for j in range(m):
            able = True
            for i in range(size):
                if not clashes[clique[i], j]:
                    able = False
                    break
            if able:
                clique[size] = j
                place = at + size
                while place > at and members[place - 1] > columns[j]:
                    members[place] = members[place - 1]
                    place -= 1
                members[place] = columns[j]
                size += 1
        at += size
        indptr[first + 1] = at
    return indptr, members[:at]


def _grown(r: Relaxation, clique: IntArray, known: About) -> IntArray:
    """A clique extended greedily: other runs of its activities first, then the heaviest."""
    able = r.index.heaviest[clashes_with_all(clique, *known)[r.index.heaviest]]
    own = np.isin(r.activity[able], r.activity[clique])
    order = np.concatenate([able[own], able[~own]])
    return np.sort(np.concatenate([clique, extension(order, GROWTH_MOST, *known)]))


@compiled
def clashes_with_all(
    clique: IntArray, facts: IntArray, load: IntArray, tempo: IntArray, budget: IntArray
) -> BoolArray:
    """Columns outside a clique that clash with each of it, shape (n,)."""
    able = np.ones(len(facts), dtype=np.bool_)
    for j in range(len(facts)):
        for i in range(len(clique)):
            if clique[i] == j or not _clash(clique[i], j, facts, load, tempo, budget):
                able[j] = False
                break
    return able


@compiled
def extension(
    order: IntArray, most: int, facts: IntArray, load: IntArray, tempo: IntArray, budget: IntArray
) -> IntArray:
    """Columns in an order, each if it clashes with all taken before; at most so many."""
    taken = np.empty(min(most, len(order)), dtype=np.int64)
    size = 0
    for o in range(len(order)):
        if size == most:
            break
        able = True
        for i in range(size):
            if not _clash(taken[i], order[o], facts, load, tempo, budget):
                able = False
                break
        if able:
            taken[size] = order[o]
            size += 1
    return taken[:size]
