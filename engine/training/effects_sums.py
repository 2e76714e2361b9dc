"""From the factors' posterior to effects of activities, providers and kinds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from engine.domain import Activity, FloatArray, IntArray, Kind
from engine.effects import ActivityEffects, Effect
from engine.training.effects_design import Design, Expected
from engine.training.effects_levels import Factors, Kept
from engine.training.effects_mixed import MixedFit

_FAR = 30.0


def cut_effects(mean: FloatArray, sd: FloatArray, n: IntArray) -> list[Effect]:
    """Normal distributions cut to [0, 1], elementwise.

    Parameters
    ----------
    mean, sd, n
        Shape (n_effects,): before the cut, sd > 0; completions.

    Notes
    -----
    With a = (0 − mean)/sd, b = (1 − mean)/sd and Z the probability between, the mean is
    mean + sd·(φ(a) − φ(b))/Z and the variance sd²·(1 + (a·φ(a) − b·φ(b))/Z − ((φ(a) − φ(b))/Z)²).
    Where the mean lies above a half the mirror image is cut, so that no tail is subtracted from 1.
    """
    mirrored = mean > 0.5
    # Further out than 30 sds nothing is left to be told apart.
    centre = np.maximum(np.where(mirrored, 1.0 - mean, mean), -_FAR * sd)
    a, b = -centre / sd, (1.0 - centre) / sd
    upper, end = ndtr(-a), ndtr(-b)
    inside = upper - end
    at_a, at_b = _density(a), _density(b)
    shift = (at_a - at_b) / inside
    cut_mean = centre + sd * shift
    variance = sd**2 * np.maximum(1.0 + (a * at_a - b * at_b) / inside - shift**2, 1e-12)
    low, high = (centre - sd * ndtri(upper - p * inside) for p in (0.05, 0.95))
    cut_mean, first = np.where(mirrored, 1 - cut_mean, cut_mean), np.where(mirrored, 1 - high, low)
    last = np.where(mirrored, 1 - low, high)
    ends = np.clip(first, 0, 1), np.clip(last, 0, 1)
    columns = (np.clip(cut_mean, 0, 1), np.sqrt(variance), *ends)
    return [
        Effect(m, s, (x, y), c)
        for m, s, x, y, c in zip(*(v.tolist() for v in (*columns, n)), strict=True)
    ]


def _density(x: FloatArray) -> FloatArray:
    density: FloatArray = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return density


def effects_of(
    design: Design,
    factors: Factors,
    fit: MixedFit,
    kept: Kept,
    activities: Sequence[Activity],
    expected: Expected,
    nodes: tuple[str, ...],
    version: str,
) -> ActivityEffects:
    """Effects as sums of the factors' parts; what is new at a level adds that level's variance.

    Parameters
    ----------
    nodes
        Codes of the measured nodes.
    """
    tell = _Teller(design, factors, fit, kept, expected.effect)
    first = np.unique(factors.activity, return_index=True)[1]
    counts = design.by_activity[factors.activities]
    kind, provider = factors.kind[first], factors.provider[first]
    nothing = np.full(len(first), -1, dtype=np.int64)
    own = tell.effects(first, (kind, provider, np.arange(len(first)), nothing), counts)
    columns = np.arange(len(design.activity))
    parts = factors.kind, factors.provider, factors.activity, columns
    at_nodes = tell.effects(columns, parts, design.completions)
    by_node: dict[str, dict[str, Effect]] = {}
    for a, k, effect in zip(design.activity.tolist(), design.node.tolist(), at_nodes, strict=True):
        by_node.setdefault(activities[a].id, {})[nodes[k]] = effect
    ids = (activities[a].id for a in factors.activities.tolist())
    one, where = _any_column(factors.kind, len(factors.kinds))
    of_kind = np.bincount(kind, weights=counts, minlength=len(one)).astype(np.int64)
    by_kind = tell.effects(where, (one, -1 + 0 * one, -1 + 0 * one, -1 + 0 * one), of_kind)
    some, where = _any_column(factors.provider, len(factors.providers))
    known = provider >= 0
    of_provider = np.bincount(provider[known], weights=counts[known], minlength=len(some))
    by_provider: dict[Kind, dict[str, Effect]] = {}
    sums = tell.effects(
        where,
        (factors.kind[where], some, -1 + 0 * some, -1 + 0 * some),
        of_provider.astype(np.int64),
    )
    for (name, label), effect in zip(factors.providers, sums, strict=True):
        by_provider.setdefault(name, {})[label] = effect
    return ActivityEffects(
        by_node=by_node,
        by_activity=dict(zip(ids, own, strict=True)),
        by_kind=dict(zip(factors.kinds, by_kind, strict=True)),
        version=version,
        by_provider=by_provider,
    )


def _any_column(label: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """Every label, and a column that has it."""
    found, where = np.unique(label, return_index=True)
    has = found >= 0
    assert len(found[has]) == n
    return found[has].astype(np.int64), where[has].astype(np.int64)


class _Teller:
    """Posterior of sums of a factor's parts."""

    def __init__(
        self,
        design: Design,
        factors: Factors,
        fit: MixedFit,
        kept: Kept,
        policy: FloatArray,
    ) -> None:
        self._fit = fit
        self._policy = policy[design.activity]
        sizes = [len(factors.kinds), len(factors.providers), len(kept.activity), len(kept.column)]
        start = np.cumsum([0, *sizes])
        activities = np.full(len(factors.activities) + 1, -1, dtype=np.int64)
        activities[kept.activity] = np.arange(sizes[2])
        columns = np.full(len(design.activity) + 1, -1, dtype=np.int64)
        columns[kept.column] = np.arange(sizes[3])
        own = [np.arange(sizes[0] + 1), np.arange(sizes[1] + 1), activities, columns]
        own[0][-1] = own[1][-1] = -1
        self._place = [
            np.where(at >= 0, at + first, -1) for at, first in zip(own, start[:-1], strict=True)
        ]

    def effects(
        self, column: IntArray, parts: Sequence[IntArray], counts: IntArray
    ) -> list[Effect]:
        """Effects of the policy's effect at a column times the factor with these parts.

        Parameters
        ----------
        parts
            Per level shape (n,): which effect; −1 = one that was not seen.
        """
        places = np.column_stack([at[p] for at, p in zip(self._place, parts, strict=True)])
        known = places >= 0
        effects = np.append(self._fit.effects, 0.0)
        mean = 1.0 + effects[places].sum(axis=1)
        variance = np.where(known, 0.0, np.array(self._fit.variances)).sum(axis=1)
        for i in range(places.shape[1]):
            for j in range(places.shape[1]):
                both = known[:, i] & known[:, j]
                variance[both] += self._fit.covariance[places[both, i], places[both, j]]
        policy = self._policy[column]
        return cut_effects(policy * mean, policy * np.sqrt(variance), counts)
