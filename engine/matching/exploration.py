"""Exploration: an order drawn among activities that are nearly equally relevant.

Without it nobody can tell from outcomes what another order would have given: what was never
proposed has no outcomes. The draw costs at most ε of relevance at any place, its chances are
exact, and it can be repeated: the seed follows from the educator, the model and the day.

Chances are those of simple random sampling without replacement within a band (Horvitz and
Thompson 1952): see ``Draw.propensity``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.domain import Draw, FloatArray, IntArray, Ranking

SEED_BITS = 52
"""So that a seed survives JSON readers whose numbers are doubles."""

_Words = NDArray[np.uint64]


def exploration_seed(educator_id: str, model_version: str, day: dt.date) -> int:
    """Seed of one educator's draw, from 0 to 2⁵² − 1: the same day and model, the same order."""
    text = "\0".join((educator_id, model_version, day.isoformat()))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> (64 - SEED_BITS)


def draw_order(ranking: Ranking, *, epsilon: float, first: int, seed: int) -> Ranking:
    """The ranking with the order drawn within bands of relevance.

    Parameters
    ----------
    epsilon
        ≥ 0: within a band nothing lies further below its best; at 0 only exact ties are drawn.
    first
        Length of the head whose chances are kept with an answer.
    seed
        See ``exploration_seed``.

    Returns
    -------
    Ranking
        Each band's own values of relevance, given anew to its members in the drawn order; those
        of ineligible activities, coverage and contributions stand.
    """
    ids = ranking.activity_ids
    names = _names(ids)
    order = _by_relevance(ranking)
    values = ranking.relevance[order]
    edges = band_edges(values.tolist(), epsilon)
    sizes = np.diff(edges)
    start_at, size_at = np.repeat(edges[:-1], sizes), np.repeat(sizes, sizes)
    # A key for each activity and not a shuffled list: whatever else becomes eligible or not,
    # two activities of a band keep their order.
    drawn = order[np.lexsort((_keys(names[order], seed), start_at))]
    n = len(ids)
    position, start, size = np.full(n, -1), np.zeros(n, np.int64), np.zeros(n, np.int64)
    position[drawn] = np.arange(len(drawn))
    start[order], size[order] = start_at, size_at
    relevance = ranking.relevance.copy()
    relevance[drawn] = values
    return replace(
        ranking, relevance=relevance, draw=Draw(seed, epsilon, first, position, start, size)
    )


def band_edges(values: Sequence[float], epsilon: float) -> IntArray:
    """Places at which bands begin, and the number of values as the last edge.

    Parameters
    ----------
    values
        Relevance, descending.
    epsilon
        A band is as long as best − value ≤ ``epsilon``.
    """
    edges = [0]
    while edges[-1] < len(values):
        best = values[edges[-1]]
        edges.append(bisect_right(values, epsilon, lo=edges[-1], key=lambda v: best - v))
    return np.array(edges, dtype=np.int64)


def _by_relevance(ranking: Ranking) -> IntArray:
    """Indices of the eligible activities by relevance, ties by id."""
    eligible = np.ones(len(ranking.activity_ids), dtype=bool)
    eligible[list(ranking.ineligible)] = False
    open_ = np.flatnonzero(eligible)
    ids = ranking.activity_ids
    if any(a > b for a, b in pairwise(ids)):
        open_ = np.array(sorted(open_.tolist(), key=ids.__getitem__), dtype=np.int64)
    order: IntArray = open_[np.argsort(-ranking.relevance[open_], kind="stable")]
    return order


@lru_cache(maxsize=8)
def _names(ids: tuple[str, ...]) -> _Words:
    """64 bits of each id; a catalogue's ids stay the same from request to request."""
    digests = b"".join(hashlib.sha256(i.encode()).digest()[:8] for i in ids)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _keys(names: _Words, seed: int) -> FloatArray:
    """A pseudo-random number in [0, 1) for each name, independent from seed to seed."""
    mixed = _mixed(_mixed(names ^ np.uint64(seed)) + _mixed(np.array([seed], dtype=np.uint64)))
    keys: FloatArray = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return keys


def _mixed(words: _Words) -> _Words:
    """Output function of SplitMix64 (Steele, Lea, Flood 2014)."""
    z = words + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
