"""The best flow: solved on a sparse core of the arcs, proved over all of them.

A person has up to thousands of possible carers and gets one of the best few, so the flow is solved
on some of them. Its prices tell of every arc left out whether it could improve the flow; those
that could are added, until there is none. Then the prices bound the whole problem and equal the
value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from engine.assignment.coverage import Coverage, most_served
from engine.assignment.network import Flow, Network, flow_of, value_of
from engine.assignment.prices import Prices, bound_of, least_prices, utilities
from engine.assignment.thinning import best_of, thinned
from engine.domain import BoolArray, IntArray

ADDED = 8
"""Most arcs of a person that one round adds."""


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best flow with its proof.

    Parameters
    ----------
    coverage
        The most that can be served; the flow serves exactly so many of each level.
    prices
        Dual solution behind the bound.
    value, bound
        In units of 10⁻⁶ of fit; equal.
    rounds
        How often the flow was solved.
    """

    coverage: Coverage
    flow: Flow
    prices: Prices
    value: int
    bound: int
    rounds: int


def solve(network: Network) -> Optimum:
    """The flow that serves the most, level by level, and is worth most among those."""
    core = thinned(network)
    coverage = most_served(network, core)
    core[coverage.flow.arc[coverage.flow.served]] = True
    rounds = 0
    while True:
        rounds += 1
        arcs = np.flatnonzero(core)
        flow = _min_cost_flow(network, arcs, coverage.counts)
        prices = least_prices(network, flow, arcs)
        assert prices is not None, "the solver's flow is not the best on its own arcs"
        missing = _improving(network, flow, prices, core)
        if not len(missing):
            break
        core[missing] = True
    value, bound = value_of(network, flow), bound_of(network, coverage.counts, prices)
    return Optimum(coverage, flow, prices, value, bound, rounds)


def _improving(network: Network, flow: Flow, prices: Prices, core: BoolArray) -> IntArray:
    """Arcs outside the core that the prices do not rule out, the best few of each person."""
    utility = utilities(network, flow, prices)
    surplus = network.gain - prices.place[network.carer] - utility[network.person]
    out = np.flatnonzero(~core & (surplus > 0))
    best = best_of(network.person[out], surplus[out], network.n_people, ADDED)
    return out[best]


def _min_cost_flow(network: Network, arcs: IntArray, counts: IntArray) -> Flow:
    """The best flow on some arcs that serves ``counts`` people of each level."""
    n, m, levels = network.n_people, network.n_carers, network.n_levels
    if not counts.sum():
        return flow_of(network, np.zeros(0, dtype=np.int64))
    hub, sink = n + m, n + m + levels
    solver = min_cost_flow.SimpleMinCostFlow()

    def add(tails: IntArray, heads: IntArray, costs: IntArray) -> IntArray:
        single = np.ones(len(tails), dtype=np.int64)
        return np.asarray(
            solver.add_arcs_with_capacity_and_unit_cost(
                tails.astype(np.int32), heads.astype(np.int32), single, costs.astype(np.int64)
            )
        )

    pairs = add(network.person[arcs], n + network.carer[arcs], -network.gain[arcs])
    people = np.arange(n)
    add(hub + network.level, people, np.zeros(n, dtype=np.int64))
    carer, _, cost = network.ladder
    add(n + carer, np.full(len(carer), sink), cost)
    for level, count in enumerate(counts.tolist()):
        solver.set_node_supply(hub + level, count)
    solver.set_node_supply(sink, -int(counts.sum()))
    status = solver.solve()
    if status != min_cost_flow.SimpleMinCostFlow.OPTIMAL:
        raise RuntimeError(f"minimum-cost flow: {status}")
    return flow_of(network, arcs[np.asarray(solver.flows(pairs)) > 0])
