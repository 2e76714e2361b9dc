"""How many can be served at all, level by level, and who stands in the way where not everybody can.

The sets of people that can be served together are the independent sets of a transversal matroid:
any of them that is largest among the first levels can be completed to one that is largest in all.
So "as many of the first level as can be, then as many in all" is met by *numbers* for each level,
and the worth of the pairs is left to a second step without any huge weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from ortools.graph.python import max_flow
from scipy.sparse.csgraph import breadth_first_order, connected_components

from engine.assignment.network import Flow, Network, flow_of, loads_of
from engine.domain import BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The most that can be served.

    Parameters
    ----------
    counts
        Shape (n_levels,): people of each level, the most of the first, then of the next, ….
    flow
        A flow that serves so many; of its worth nothing is meant.
    """

    counts: IntArray
    flow: Flow


@dataclass(frozen=True, slots=True, eq=False)
class Bottleneck:
    """People who have no other carers than these, and more people than places (Hall).

    Parameters
    ----------
    people, carers
        Indices, rising.
    places
        Places of those carers together, < number of people.
    """

    people: IntArray
    carers: IntArray
    places: int

    @property
    def missing(self) -> int:
        """People who must go without, whoever they are."""
        return len(self.people) - self.places


def most_served(network: Network, some: BoolArray | None = None) -> Coverage:
    """The most people of each level that can be served, with a flow that does it.

    Parameters
    ----------
    some
        Shape (n_arcs,): arcs to look at first; where they serve everybody who has any arc, or
        fill all places, no others can serve more.
    """
    members = np.bincount(network.level, minlength=network.n_levels)
    able = np.diff(network.start) > 0
    counts = np.zeros(network.n_levels, dtype=np.int64)
    served = np.zeros(0, dtype=np.int64)
    for level in range(network.n_levels):
        limits = np.where(np.arange(network.n_levels) <= level, members, 0)
        wanted = min(int((able & (network.level <= level)).sum()), int(network.room.sum()))
        served = _max_flow(network, limits, some)
        if len(served) < wanted and some is not None:
            served = _max_flow(network, limits, None)
        counts[level] = len(served) - counts[:level].sum()
    if not np.array_equal(_by_level(network, served), counts):
        # As many, but not the most of the first levels among them.
        served = _max_flow(network, counts, None)
    assert np.array_equal(_by_level(network, served), counts)
    return Coverage(counts, flow_of(network, served))


def _by_level(network: Network, arcs: IntArray) -> IntArray:
    return np.bincount(network.level[network.person[arcs]], minlength=network.n_levels)


def _max_flow(network: Network, limits: IntArray, some: BoolArray | None) -> IntArray:
    """Arcs of a maximum flow with at most ``limits`` people of each level."""
    n, m, levels = network.n_people, network.n_carers, network.n_levels
    arcs = np.arange(len(network.carer)) if some is None else np.flatnonzero(some)
    if not len(arcs) or not limits.sum():
        return np.zeros(0, dtype=np.int64)
    hub, source, sink = n + m, n + m + levels, n + m + levels + 1
    solver = max_flow.SimpleMaxFlow()

    def add(tails: IntArray, heads: IntArray, capacities: IntArray) -> IntArray:
        added = solver.add_arcs_with_capacity(
            tails.astype(np.int32), heads.astype(np.int32), capacities
        )
        return np.asarray(added)

    single = np.ones(max(len(arcs), n), dtype=np.int64)
    pairs = add(network.person[arcs], n + network.carer[arcs], single[: len(arcs)])
    people, carers = np.arange(n), np.arange(m)
    add(hub + network.level, people, single[:n])
    add(np.full(levels, source), hub + np.arange(levels), limits)
    add(n + carers, np.full(m, sink), network.room)
    status = solver.solve(source, sink)
    if status != max_flow.SimpleMaxFlow.OPTIMAL:
        raise RuntimeError(f"maximum flow: {status}")
    return arcs[np.asarray(solver.flows(pairs)) > 0]


def in_the_way(network: Network, flow: Flow, people: IntArray) -> tuple[BoolArray, BoolArray]:
    """Who is reached from some unserved people by "would take the place of".

    Returns
    -------
    people, carers
        Shapes (n,) and (m,). From the unserved of a flow that serves as many as can be every
        carer reached is full: these people have no others.
    """
    n, m = network.n_people, network.n_carers
    source = n + m
    served = np.flatnonzero(flow.served)
    tails = np.concatenate([network.person, n + flow.at[served], np.full(len(people), source)])
    heads = np.concatenate([n + network.carer, served, people])
    graph = sp.csr_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), (n + m + 1,) * 2)
    order = breadth_first_order(graph, source, return_predecessors=False)
    reached = np.zeros(n + m + 1, dtype=np.bool_)
    reached[order] = True
    return reached[:n], reached[n : n + m]


def bottlenecks(network: Network, flow: Flow) -> tuple[Bottleneck, ...]:
    """Every tight set behind those who go without though somebody might take them.

    Parameters
    ----------
    flow
        Serves as many as can be.

    Returns
    -------
    tuple of Bottleneck
        Apart from one another, ordered by their first person. Their ``missing`` add up to the
        unserved people who have any arc: that no more can be served follows from these sets alone.
    """
    able = np.diff(network.start) > 0
    unserved = np.flatnonzero(~flow.served & able)
    if not len(unserved):
        return ()
    people, carers = in_the_way(network, flow, unserved)
    free = carers & (loads_of(network, flow) < network.places)
    assert not free.any(), "more people could be served"
    n, m = network.n_people, network.n_carers
    kept = people[network.person]
    tails, heads = network.person[kept], n + network.carer[kept]
    graph = sp.csr_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), (n + m,) * 2)
    _, part = connected_components(graph, directed=False)
    found = []
    for label in dict.fromkeys(part[np.flatnonzero(people)].tolist()):
        own_people = np.flatnonzero(people & (part[:n] == label))
        own_carers = np.flatnonzero(carers & (part[n:] == label))
        found.append(Bottleneck(own_people, own_carers, int(network.places[own_carers].sum())))
    return tuple(found)
