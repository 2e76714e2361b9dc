"""A few arcs of each person, on which a problem is solved before all arcs are looked at."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.assignment.network import Network
from engine.domain import BoolArray, IntArray

BEST = 24
"""Best arcs of each person."""

SPACED = 12
"""Arcs of each person besides, evenly spaced: not everybody has the same best few."""


def thinned(network: Network) -> BoolArray:
    """Mark some arcs of everybody."""
    marked = np.zeros(len(network.carer), dtype=np.bool_)
    starts = network.start.tolist()
    for i, (first, end) in enumerate(pairwise(starts)):
        if end - first <= BEST + SPACED:
            marked[first:end] = True
            continue
        best = np.argpartition(network.gain[first:end], -BEST)[-BEST:]
        marked[first + best] = True
        # Neighbours begin elsewhere, so that together they reach every carer.
        spaced = (np.arange(SPACED) * (end - first) // SPACED + i) % (end - first)
        marked[first + spaced] = True
    return marked


def best_of(group: IntArray, gain: IntArray, n_groups: int, most: int) -> BoolArray:
    """Mark the ``most`` greatest gains of each group, the first ones among equals."""
    order = np.lexsort((-gain, group))
    sizes = np.bincount(group, minlength=n_groups)
    first = np.cumsum(sizes) - sizes
    rank = np.arange(len(group)) - first[group[order]]
    marked = np.zeros(len(group), dtype=np.bool_)
    marked[order[rank < most]] = True
    return marked
