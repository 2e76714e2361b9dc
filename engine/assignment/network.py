"""The integer problem of an assignment: who may go to whom, what it is worth, what loads cost.

Many people are given to few others, each of whom has some places. What is wanted, in this order:

1. as many as can be of the first level (those to whom the policy owes it), then of the next;
2. the greatest Σ gain − Σ load cost, where the k-th person of carer j costs

       λ · (k − ½) / C_j,    so that a load x costs λ · x² / (2·C_j),

   with C_j the carer's whole capacity. The costs rise with k, hence a flow fills the cheap places
   first and minimises the convex cost exactly; for a given number of people Σ x²/C is least where
   all loads take the same share of their capacities.

Everything is an integer in units of 10⁻⁶ of fit, so that a proof is an equality and no tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray

UNIT = 1_000_000
"""Gains and costs are counted in millionths of fit."""

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Network:
    """An assignment problem; arcs lie row by row as in a CSR matrix.

    Parameters
    ----------
    level
        Shape (n,), from 0 on: whose service counts first.
    start
        Shape (n + 1,): the arcs of person i are ``start[i]`` to ``start[i + 1]``.
    carer
        Shape (n_arcs,): rising within a person; no pair twice.
    gain
        Shape (n_arcs,): in units of 10⁻⁶ of fit; may be negative.
    places
        Shape (m,), ≥ 0: people that each carer may be given.
    held
        Shape (m,), ≥ 0: people that each carer keeps beside those.
    fairness
        λ ≥ 0 in fit: what the last place of a large carer costs.
    """

    level: IntArray
    start: IntArray
    carer: IntArray
    gain: IntArray
    places: IntArray
    held: IntArray
    fairness: float = 0.0

    @property
    def n_people(self) -> int:
        """People to be given to somebody."""
        return len(self.level)

    @property
    def n_carers(self) -> int:
        """Those to whom they may be given."""
        return len(self.places)

    @property
    def n_levels(self) -> int:
        """Levels, at least one."""
        return int(self.level.max(initial=0)) + 1

    @cached_property
    def person(self) -> IntArray:
        """Shape (n_arcs,): person of each arc."""
        return np.repeat(np.arange(self.n_people), np.diff(self.start))

    @cached_property
    def room(self) -> IntArray:
        """Shape (m,): places that can be filled at all, for lack of people perhaps fewer."""
        wanted = np.bincount(self.carer, minlength=self.n_carers)
        room: IntArray = np.minimum(self.places, wanted)
        return room

    @cached_property
    def capacity(self) -> IntArray:
        """Shape (m,): places and those held already, at least 1."""
        capacity: IntArray = np.maximum(self.places + self.held, 1)
        return capacity

    def load_cost(self, k: IntArray, carer: IntArray) -> IntArray:
        """Cost of the ``k``-th new person (from 1 on) of each carer, rising with k."""
        share = (self.held[carer] + k - 0.5) / self.capacity[carer]
        cost: IntArray = np.rint(UNIT * self.fairness * share).astype(np.int64)
        return cost

    @cached_property
    def ladder(self) -> tuple[IntArray, IntArray, IntArray]:
        """Every place that can be filled: its carer, its number from 1 on, its cost."""
        carer = np.repeat(np.arange(self.n_carers), self.room)
        first = np.cumsum(self.room) - self.room
        number = np.arange(len(carer)) - np.repeat(first, self.room) + 1
        return carer, number, self.load_cost(number, carer)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Who was given to whom.

    Parameters
    ----------
    at
        Shape (n,): carer of each person; −1 = nobody.
    arc
        Shape (n,): arc of the pair; −1 = nobody.
    """

    at: IntArray
    arc: IntArray

    @property
    def served(self) -> BoolArray:
        """Shape (n,): who was given to somebody."""
        served: BoolArray = self.at >= 0
        return served


def flow_of(network: Network, arcs: IntArray) -> Flow:
    """The flow over chosen arcs, at most one a person."""
    at = np.full(network.n_people, NOBODY)
    arc = np.full(network.n_people, NOBODY)
    at[network.person[arcs]] = network.carer[arcs]
    arc[network.person[arcs]] = arcs
    return Flow(at, arc)


def loads_of(network: Network, flow: Flow) -> IntArray:
    """Shape (m,): people that each carer was given, without those held."""
    return np.bincount(flow.at[flow.served], minlength=network.n_carers)


def value_of(network: Network, flow: Flow) -> int:
    """Σ gain − Σ load cost in units of 10⁻⁶ of fit."""
    gained = int(network.gain[flow.arc[flow.served]].sum())
    carer, number, cost = network.ladder
    filled = number <= loads_of(network, flow)[carer]
    return gained - int(cost[filled].sum())


def relative_loads(network: Network, flow: Flow) -> FloatArray:
    """Shape (m,): load with those held as a share of the capacity; NaN = no capacity."""
    whole = (network.places + network.held).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, (loads_of(network, flow) + network.held) / whole, np.nan)
