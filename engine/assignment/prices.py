"""Prices of carers' places: the dual of an assignment, its bound, and what one more place is worth.

For numbers N_l of people of each level and places y of carer j with rising costs ψ the problem

    max Σ gain·x − Σ ψ·y,   Σ_j x_ij ≤ 1,   Σ_i x_ij ≤ Σ_k y_jk,   0 ≤ y ≤ 1,   Σ_{i∈l} x_ij = N_l

has for any prices v ≥ 0 of places and λ (free) of being served the bound

    Σ_l N_l·λ_l + Σ_i max(0, max_j (gain_ij − v_j) − λ_l(i)) + Σ_jk max(0, v_j − ψ_jk).

The least prices that fit an optimal flow are the fixed point of "v_j is what the keenest other
person would lose without it". They make the bound equal to the value, which proves it, and v_j is
then exactly what a further place at j would bring (the derivative to the right of a function that
is linear between whole numbers).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.assignment.network import Flow, Network, loads_of
from engine.domain import IntArray

_NOTHING = np.iinfo(np.int64).min // 4


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Dual solution in units of 10⁻⁶ of fit.

    Parameters
    ----------
    place
        Shape (m,), ≥ 0: v, price of a place of each carer.
    served
        Shape (n_levels,): λ, price of being served at all.
    """

    place: IntArray
    served: IntArray


def least_prices(network: Network, flow: Flow, arcs: IntArray) -> Prices | None:
    """The least prices that fit a flow; ``None`` = the flow is not the best on these arcs.

    Parameters
    ----------
    arcs
        Indices of the arcs that are looked at, those of the flow among them.
    """
    place = _cost_of_last(network, flow)
    served = flow.served
    own = _of_served(flow, network.gain, flow.arc)
    level = network.level
    person, carer, gain = network.person[arcs], network.carer[arcs], network.gain[arcs]
    by_carer = np.argsort(carer, kind="stable")
    person, gain = person[by_carer], gain[by_carer]
    sizes = np.bincount(carer, minlength=network.n_carers)
    wanted = np.flatnonzero(sizes)
    first = (np.cumsum(sizes) - sizes)[wanted]
    # A path of alternating pairs meets each carer and each level once.
    for _ in range(network.n_carers + network.n_levels + 2):
        utility = own - _of_served(flow, place, flow.at)
        lamb = _least_utility(network, flow, utility)
        keen = gain - np.where(served, utility, lamb[level])[person]
        raised = place.copy()
        if len(wanted):
            raised[wanted] = np.maximum(place[wanted], np.maximum.reduceat(keen, first))
        if np.array_equal(raised, place):
            return Prices(place, lamb) if _fits(network, flow, place) else None
        place = raised
    return None


def _least_utility(network: Network, flow: Flow, utility: IntArray) -> IntArray:
    """λ_l: gain less price of the person of the level who has least of it, of those served."""
    lamb = np.full(network.n_levels, -_NOTHING)
    np.minimum.at(lamb, network.level[flow.served], utility[flow.served])
    return lamb


def _cost_of_last(network: Network, flow: Flow) -> IntArray:
    """ψ of the last place filled of each carer; 0 where none is."""
    load = loads_of(network, flow)
    carers = np.arange(network.n_carers)
    return np.where(load > 0, network.load_cost(load, carers), 0)


def _fits(network: Network, flow: Flow, place: IntArray) -> bool:
    """Whether no carer with a free place is priced above what that place costs."""
    load = loads_of(network, flow)
    free = load < network.room
    carers = np.arange(network.n_carers)
    return bool(np.all(place[free] <= network.load_cost(load + 1, carers)[free]))


def utilities(network: Network, flow: Flow, prices: Prices) -> IntArray:
    """Shape (n,): what each person has of his place, net of prices; λ for those without one."""
    own = _of_served(flow, network.gain, flow.arc) - _of_served(flow, prices.place, flow.at)
    utility: IntArray = np.where(flow.served, own, prices.served[network.level])
    return utility


def _of_served(flow: Flow, values: IntArray, where: IntArray) -> IntArray:
    """Shape (n,): ``values[where]`` of those who are served, 0 of the rest."""
    found = np.zeros(len(where), dtype=np.int64)
    found[flow.served] = values[where[flow.served]]
    return found


def bound_of(network: Network, counts: IntArray, prices: Prices) -> int:
    """The bound that the prices prove for these numbers of people, over all arcs."""
    lamb = np.where(counts > 0, prices.served, -_NOTHING)
    most = np.full(network.n_people, _NOTHING)
    np.maximum.at(most, network.person, network.gain - prices.place[network.carer])
    rent = np.maximum(most - lamb[network.level], 0)
    carer, _, cost = network.ladder
    kept = np.maximum(prices.place[carer] - cost, 0)
    at_levels = int((counts[counts > 0] * lamb[counts > 0]).sum())
    return at_levels + int(rent.sum()) + int(kept.sum())


def worth_of_one_more(network: Network, flow: Flow, prices: Prices) -> IntArray:
    """Shape (m,), ≥ 0: what one more place of each carer would bring, as many being served.

    The further place costs what the load's formula says of it with the capacity as it is; a
    carer with a free place needs none.
    """
    load = loads_of(network, flow)
    carers = np.arange(network.n_carers)
    more = np.maximum(prices.place - network.load_cost(network.places + 1, carers), 0)
    worth: IntArray = np.where((load < network.places) | (network.capacity < 1), 0, more)
    return worth
