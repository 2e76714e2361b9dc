"""Heaviest pairs in a graph where everybody may be paired with anybody: at most b pairs each.

The linear relaxation (Σ of a vertex ≤ b) is solved on few edges and priced over all of them, like
the flow of the other forms; its duals bound everything. What is missing to whole numbers comes
from odd rings, which are few: CP-SAT decides, first over the edges of the relaxation, then over
all whose reduced cost is not above what is still open. An edge beyond that can be in no better
solution, so the answer is proved over the whole graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from ortools.sat.python import cp_model
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from engine.domain import BoolArray, FloatArray, IntArray

CORE = 12
"""Heaviest edges of each vertex that the relaxation begins with."""

WORK = 20.0
"""Most deterministic work of CP-SAT on one part of the graph, in its seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Edges between different vertices, no two alike.

    Parameters
    ----------
    n
        Vertices.
    one, other
        Shape (n_edges,): ends.
    weight
        Shape (n_edges,), > 0.
    """

    n: int
    one: IntArray
    other: IntArray
    weight: IntArray

    def part(self, edges: IntArray) -> Graph:
        """The graph with some edges only."""
        return Graph(self.n, self.one[edges], self.other[edges], self.weight[edges])


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Chosen edges and how good they can be at most.

    Parameters
    ----------
    edges
        Indices, rising.
    value, bound
        Sum of the weights; no choice of edges has more than ``bound``.
    """

    edges: IntArray
    value: int
    bound: int


Limit = int | IntArray
"""Most edges at each vertex: one number for all, or shape (n,), ≥ 0."""


def heaviest(graph: Graph, most: Limit = 1) -> Matching:
    """The heaviest edges with at most ``most`` at each vertex, part by part of the graph."""
    limit = np.broadcast_to(np.asarray(most, dtype=np.int64), (graph.n,))
    if not len(graph.weight):
        return Matching(np.zeros(0, dtype=np.int64), 0, 0)
    links = sp.coo_array((graph.weight, (graph.one, graph.other)), (graph.n, graph.n))
    _, label = connected_components(links, directed=False)
    by_part = np.argsort(label[graph.one], kind="stable")
    ends = np.flatnonzero(np.diff(label[graph.one][by_part])) + 1
    found = [_of_part(graph, edges, limit) for edges in np.split(by_part, ends)]
    edges = np.sort(np.concatenate([m.edges for m in found]))
    return Matching(edges, sum(m.value for m in found), sum(m.bound for m in found))


def _of_part(graph: Graph, edges: IntArray, limit: IntArray) -> Matching:
    vertices, ends = np.unique(
        np.concatenate([graph.one[edges], graph.other[edges]]), return_inverse=True
    )
    half = len(edges)
    part = Graph(len(vertices), ends[:half], ends[half:], graph.weight[edges])
    found = _solve(part, limit[vertices])
    return Matching(edges[found.edges], found.value, found.bound)


def _solve(graph: Graph, most: IntArray) -> Matching:
    core, price = _relaxed(graph, most)
    bound = bound_of(graph, most, price)
    first = _decided(graph, np.flatnonzero(core), most, greedy(graph, most), bound)
    if first.value == bound:
        return Matching(first.edges, first.value, bound)
    reduced = price[graph.one] + price[graph.other] - graph.weight
    still_open = reduced <= bound - first.value
    if not (still_open & ~core).any():
        return first
    return _decided(graph, np.flatnonzero(still_open), most, first.edges, bound)


def bound_of(graph: Graph, most: Limit, price: IntArray) -> int:
    """What any prices ≥ 0 of the vertices prove: Σ b·price + Σ (weight − prices of the ends)⁺."""
    surplus = graph.weight - price[graph.one] - price[graph.other]
    return int((most * price).sum() + np.maximum(surplus, 0).sum())


def _relaxed(graph: Graph, most: IntArray) -> tuple[BoolArray, IntArray]:
    """Edges on which the relaxation was solved, and prices of the vertices, rounded up."""
    core = _heaviest_of_each(graph, CORE)
    while True:
        edges = np.flatnonzero(core)
        price = _dual(graph.part(edges), most)
        surplus = graph.weight - price[graph.one] - price[graph.other]
        better = np.flatnonzero(~core & (surplus > 0))
        if not len(better):
            return core, price
        core[better[_heaviest_of_each(graph.part(better), CORE)]] = True


def greedy(graph: Graph, most: Limit) -> IntArray:
    """Edges by falling weight wherever both ends are still free: at least half the optimum."""
    left = np.array(np.broadcast_to(most, (graph.n,)))
    kept = []
    for e in np.lexsort((graph.other, graph.one, -graph.weight)).tolist():
        a, b = graph.one[e], graph.other[e]
        if left[a] and left[b]:
            left[a] -= 1
            left[b] -= 1
            kept.append(e)
    return np.sort(np.array(kept, dtype=np.int64))


def _heaviest_of_each(graph: Graph, most: int) -> BoolArray:
    """Mark the ``most`` heaviest edges of every vertex, the first among equals."""
    marked = np.zeros(len(graph.weight), dtype=np.bool_)
    ends = np.concatenate([graph.one, graph.other])
    edge = np.tile(np.arange(len(graph.weight)), 2)
    order = np.lexsort((edge, -graph.weight[edge], ends))
    sizes = np.bincount(ends, minlength=graph.n)
    rank = np.arange(len(order)) - (np.cumsum(sizes) - sizes)[ends[order]]
    marked[edge[order[rank < most]]] = True
    return marked


def _dual(graph: Graph, most: IntArray) -> IntArray:
    """Optimal prices of the vertices of the relaxation, rounded up to whole units."""
    count = len(graph.weight)
    ends = np.concatenate([graph.one, graph.other])
    degree = sp.csr_array(
        (np.ones(2 * count), (ends, np.tile(np.arange(count), 2))), (graph.n, count)
    )
    found = linprog(
        -graph.weight.astype(np.float64),
        A_ub=degree,
        b_ub=most.astype(np.float64),
        bounds=(0, 1),
        method="highs",
    )
    assert found.status == 0, found.message
    duals: FloatArray = np.maximum(0.0, -found.ineqlin.marginals)
    # half-integral in exact numbers; a hair of rounding is no reason for a whole unit more
    return np.ceil(duals - 1e-4).astype(np.int64)


def _decided(
    graph: Graph, edges: IntArray, most: IntArray, known: IntArray, limit: int
) -> Matching:
    """The heaviest choice among some edges, by CP-SAT with one worker.

    Parameters
    ----------
    known, limit
        A choice below which the answer does not fall, and a bound that it keeps where the work
        runs out.
    """
    model = cp_model.CpModel()
    take = {e: model.new_bool_var("") for e in edges.tolist()}
    at: dict[int, list[cp_model.IntVar]] = {}
    for e, variable in take.items():
        for end in (int(graph.one[e]), int(graph.other[e])):
            at.setdefault(end, []).append(variable)
    for end, variables in at.items():
        if len(variables) <= most[end]:
            continue
        if most[end] == 1:
            model.add_at_most_one(variables)
        else:
            model.add(sum(variables) <= int(most[end]))
    model.maximize(sum(int(graph.weight[e]) * variable for e, variable in take.items()))
    chosen = set(known.tolist())
    for e, variable in take.items():
        model.add_hint(variable, e in chosen)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = WORK
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = np.array([e for e, v in take.items() if solver.boolean_value(v)], dtype=np.int64)
        if graph.weight[found].sum() >= graph.weight[known].sum():
            known = np.sort(found)
        limit = min(limit, int(np.floor(solver.best_objective_bound + 1e-6)))
    value = int(graph.weight[known].sum())
    return Matching(known, value, max(value, limit))
