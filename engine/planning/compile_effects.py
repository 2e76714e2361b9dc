"""Effects estimated from outcomes, ready to be looked up for a whole catalogue.

Which effect an activity has for a demand:

1. the one estimated at the demand's node;
2. else, where nodes below it have effects, the mean over what the activity covers at or below the
   demand's node, each covered node with the effect at the nearest node at or above it, or else the
   activity's own, weighted by coverage;
3. else the one at the nearest node above;
4. else the activity's own, its provider's within the kind, its kind's, the policy's.

A demand with several nodes has the mean of theirs, weighted by what the activity covers at or
below each; one without nodes has the activity's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.catalogue import Catalogue
from engine.domain import Demand, FloatArray, IntArray
from engine.effects import ActivityEffects, Effect
from engine.framework import Framework

Source = str
"""``node``, ``activity``, ``provider``, ``kind`` or ``policy``."""


@dataclass(frozen=True, slots=True, eq=False)
class EffectTable:
    """Effects of a catalogue's activities at every node of a framework.

    Parameters
    ----------
    effects
        What it was made of.
    own
        Per activity: its most special effect at any node, with its source; ``None`` = the
        policy's.
    own_mean
        Shape (n_activities,); NaN = the policy's.
    at_nodes
        By activity index, then by node index: effects that differ by node.
    below
        csr, shape (n_activities, n_nodes): coverage at or below each node.
    told, worth
        csr of the same shape: ``below`` where ``at_nodes`` has an effect, and times its mean.
    """

    effects: ActivityEffects
    framework: Framework
    own: tuple[tuple[Source, Effect] | None, ...]
    own_mean: FloatArray
    at_nodes: Mapping[int, Mapping[int, Effect]]
    below: sp.csr_array
    told: sp.csr_array
    worth: sp.csr_array

    @classmethod
    def of(
        cls,
        effects: ActivityEffects,
        catalogue: Catalogue,
        framework: Framework,
        coverage: sp.csr_array,
    ) -> EffectTable:
        """Work out the effects of a catalogue.

        Parameters
        ----------
        coverage
            csr, shape (n_activities, n_nodes), in [0, 1], rows as the catalogue's activities.

        Raises
        ------
        ValueError
            If the coverage is not of this catalogue and framework.
        """
        n = len(catalogue.activities)
        if coverage.shape != (n, len(framework)):
            raise ValueError("the coverage is not of this catalogue and framework")
        own = tuple(effects.of_activity(a) for a in catalogue.activities)
        lies = _below(framework)
        below = sp.csr_array(coverage @ lies)
        columns = lies.tocsc()
        under = [c.tolist() for c in np.split(columns.indices, columns.indptr[1:-1])]
        at_nodes = {}
        for i, activity in enumerate(catalogue.activities):
            entries = {
                framework.index[code]: effect
                for code, effect in effects.by_node.get(activity.id, {}).items()
                if code in framework
            }
            if entries:
                row = coverage[[i], :].tocoo()
                covered = dict(zip(row.col.tolist(), row.data.tolist(), strict=True))
                found = own[i]
                rest = found[1] if found else None
                at_nodes[i] = _spread(entries, covered, rest, framework, under)
        told, worth = _tables(at_nodes, below)
        mean = np.array([np.nan if x is None else x[1].mean for x in own], dtype=np.float64)
        return cls(effects, framework, own, mean, at_nodes, below, told, worth)

    def means(
        self, demands: Sequence[Demand], row: IntArray, column: IntArray, by_policy: FloatArray
    ) -> FloatArray:
        """Mean effect of activity ``row`` for demand ``column``, elementwise, in [0, 1].

        Parameters
        ----------
        by_policy
            Shape (n_activities,): the policy's effects.
        """
        if not len(row):
            return np.zeros(0)  # scipy makes no array of an empty selection
        own = np.where(np.isnan(self.own_mean), by_policy, self.own_mean)
        chosen = sp.csr_array(
            (
                np.ones(sum(len(d.nodes) for d in demands)),
                (
                    [self.framework.index[code] for d in demands for code in d.nodes],
                    [k for k, d in enumerate(demands) for _ in d.nodes],
                ),
            ),
            shape=(len(self.framework), len(demands)),
        )
        total, told, worth = (
            np.asarray((table @ chosen)[row, column]).ravel()
            for table in (self.below, self.told, self.worth)
        )
        mixed = (worth + own[row] * (total - told)) / np.where(total > 0, total, 1.0)
        found: FloatArray = np.where((total > 0) & (told > 0), mixed, own[row])
        return np.clip(found, 0.0, 1.0)

    def describe(self, row: int, demand: Demand | None) -> tuple[Source, Effect] | None:
        """Effect of an activity for a demand with what is known of it; ``None`` = the policy's.

        A mean over nodes has the mean of their bounds, as if their errors went together, and
        the completions of the one with most.

        Parameters
        ----------
        demand
            ``None`` = for any.
        """
        own, at_nodes = self.own[row], self.at_nodes.get(row, {})
        nodes = [] if demand is None else [self.framework.index[c] for c in demand.nodes]
        weights = [float(self.below[row, v]) for v in nodes]
        if not any(v in at_nodes and w > 0 for v, w in zip(nodes, weights, strict=True)):
            return own
        parts = [
            (w, at_nodes[v] if v in at_nodes else own[1] if own else None)
            for v, w in zip(nodes, weights, strict=True)
            if w > 0
        ]
        known = [(w, effect) for w, effect in parts if effect is not None]
        return "node", _mean(known)


def _below(framework: Framework) -> sp.csr_array:
    """1 where the row's node lies at or below the column's; shape (n_nodes, n_nodes)."""
    row, column = [], []
    for i in range(len(framework)):
        up = i
        while up >= 0:
            row.append(i)
            column.append(up)
            up = int(framework.parent[up])
    return sp.csr_array((np.ones(len(row)), (row, column)), shape=(len(framework),) * 2)


def _spread(
    entries: Mapping[int, Effect],
    covered: Mapping[int, float],
    own: Effect | None,
    framework: Framework,
    under: Sequence[Sequence[int]],
) -> dict[int, Effect]:
    """Effects at all nodes at, below and above those that have one (rules 1 to 3).

    Parameters
    ----------
    entries, own
        Effects at nodes, and at any other.
    covered
        Coverage by node.
    under
        Per node: the nodes at or below it.
    """
    found: dict[int, Effect] = {}
    # From the highest down, so that the nearest at or above stays.
    for i in sorted(entries, key=lambda i: (len(_above(i, framework)), i)):
        found |= dict.fromkeys(under[i], entries[i])
    nearest = dict(found)
    for node in sorted({up for i in entries for up in _above(i, framework)} - nearest.keys()):
        parts = [
            (weight, nearest.get(x, own))
            for x, weight in sorted(covered.items())
            if weight > 0 and node in (x, *_above(x, framework))
        ]
        known = [(weight, effect) for weight, effect in parts if effect is not None]
        if known:
            found[node] = _mean(known)
    return found


def _above(node: int, framework: Framework) -> list[int]:
    found = []
    up = int(framework.parent[node])
    while up >= 0:
        found.append(up)
        up = int(framework.parent[up])
    return found


def _mean(parts: Sequence[tuple[float, Effect]]) -> Effect:
    if len(parts) == 1:
        return parts[0][1]
    total = sum(weight for weight, _ in parts)

    def mean(values: Sequence[float]) -> float:
        weighted = sum(w * v for (w, _), v in zip(parts, values, strict=True))
        return weighted / total

    effects = [effect for _, effect in parts]
    return Effect(
        mean=mean([e.mean for e in effects]),
        sd=mean([e.sd for e in effects]),
        interval_90=(
            mean([e.interval_90[0] for e in effects]),
            mean([e.interval_90[1] for e in effects]),
        ),
        n=max(e.n for e in effects),
    )


def _tables(
    at_nodes: Mapping[int, Mapping[int, Effect]], below: sp.csr_array
) -> tuple[sp.csr_array, sp.csr_array]:
    row = [i for i, effects in at_nodes.items() for _ in effects]
    column = [v for effects in at_nodes.values() for v in effects]
    mean = [effect.mean for effects in at_nodes.values() for effect in effects.values()]
    shape = below.shape
    known = sp.csr_array((np.ones(len(row)), (row, column)), shape=shape)
    means = sp.csr_array((np.array(mean, dtype=np.float64), (row, column)), shape=shape)
    return sp.csr_array(below.multiply(known)), sp.csr_array(below.multiply(means))
