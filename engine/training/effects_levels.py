"""Which random effects the gains have, and how a gain ends where the scale ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import betainc

from engine.domain import Activity, FloatArray, IntArray, Kind
from engine.training.effects_design import Design
from engine.training.effects_mixed import Level

MOST_EFFECTS = 2_000
"""Random effects of activities solved together; those with least evidence join their provider."""
_LEAST_SLOPE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Which effects each column of the design has.

    Parameters
    ----------
    kinds, providers
        Labels of the effects; a provider counts within a kind.
    kind, provider, activity
        Shape (n_columns,): positions; −1 = the provider is not known.
    activities
        Positions in the catalogue of the activities that have columns, ascending.
    """

    kinds: tuple[Kind, ...]
    providers: tuple[tuple[Kind, str], ...]
    activities: IntArray
    kind: IntArray
    provider: IntArray
    activity: IntArray

    @classmethod
    def of(cls, design: Design, activities: Sequence[Activity]) -> Factors:
        """Of the activities of a design."""
        own = [activities[a] for a in design.activity.tolist()]
        kinds = tuple(sorted({a.kind for a in own}))
        providers = tuple(sorted({(a.kind, a.provider) for a in own if a.provider}))
        kind_at = {kind: i for i, kind in enumerate(kinds)}
        provider_at = {key: i for i, key in enumerate(providers)}
        present, activity = np.unique(design.activity, return_inverse=True)
        return cls(
            kinds=kinds,
            providers=providers,
            activities=present,
            kind=np.array([kind_at[a.kind] for a in own], dtype=np.int64),
            provider=np.array(
                [provider_at.get((a.kind, a.provider), -1) for a in own], dtype=np.int64
            ),
            activity=activity.astype(np.int64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Which activities and columns have an effect of their own; the others are folded."""

    activity: IntArray
    column: IntArray

    @classmethod
    def most_telling(cls, design: Design, factors: Factors) -> Kept:
        """Those with the greatest Σ x², ties by position."""
        per_column = np.asarray(design.now.multiply(design.now).sum(axis=0)).ravel()
        n = len(factors.activities)
        per_activity = np.bincount(factors.activity, weights=per_column, minlength=n)
        order = np.argsort(-np.concatenate([per_activity, per_column]), kind="stable")
        kept = np.zeros(len(order), dtype=np.bool_)
        kept[order[:MOST_EFFECTS]] = True
        return cls(np.flatnonzero(kept[:n]), np.flatnonzero(kept[n:]))


def _members(effect: IntArray, kept: IntArray | None, n: int) -> sp.csr_array:
    """Columns × effects, 0 or 1; only those kept, in their order."""
    place = np.full(n + 1, -1, dtype=np.int64)
    place[np.arange(n) if kept is None else kept] = np.arange(n if kept is None else len(kept))
    at = place[effect]
    has = np.flatnonzero(at >= 0)
    shape = (len(effect), n if kept is None else len(kept))
    return sp.csr_array((np.ones(len(has)), (has, at[has])), shape=shape)


def levels_of(design: Design, factors: Factors, kept: Kept, kind_sd: float) -> list[Level]:
    """The four levels of random effects: kinds, providers, activities, activities at nodes."""
    n = len(design.activity)
    return [
        Level(_members(factors.kind, None, len(factors.kinds)), kind_sd**2),
        Level(_members(factors.provider, None, len(factors.providers))),
        Level(_members(factors.activity, kept.activity, len(factors.activities))),
        Level(_members(np.arange(n), kept.column, n)),
    ]


def capped_gain(
    level: FloatArray, variance: FloatArray, full: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """E[min(gain, 1 − θ)] for θ with a beta distribution, and its slope in the gain.

    Parameters
    ----------
    level, variance
        Mean in (0, 1) and variance of θ, elementwise.
    full
        Gain where there is room for it; what is below 0 is not cut.

    Notes
    -----
    With t = 1 − gain, E[(θ − t)⁺] = m·(1 − I_t(a + 1, b)) − t·(1 − I_t(a, b)), where I is the
    regularised incomplete beta function; the slope is P(θ < t) = I_t(a, b).
    """
    size = np.maximum(level * (1 - level) / np.maximum(variance, 1e-9) - 1.0, 0.1)
    a, b = level * size, (1 - level) * size
    t = np.clip(1.0 - full, 0.0, 1.0)
    below = betainc(a, b, t)
    over = level * (1.0 - betainc(a + 1.0, b, t)) - t * (1.0 - below)
    return full - over, np.maximum(below, _LEAST_SLOPE)
