"""Quality of activities: how much better their outcomes are than those of others alike.

The outcome of a completion depends on who completes what; what is left after a model has said
its part is the activity's own. It is shrunk to its provider within its kind, and these to their
kind, so an activity without outcomes has what its provider has earned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit

from engine.domain import Activity, FloatArray, IntArray, Kind

LEAST_VARIANCE, MOST_VARIANCE = 0.01, 4.0
"""Bounds of a level's variance, squared log odds: no data say 0, few data say anything."""


@dataclass(frozen=True, slots=True)
class QualityEvidence:
    """Learned log odds of success beside what the other factors say.

    Parameters
    ----------
    by_activity
        By activity id: deviation from its provider within its kind.
    by_provider
        By (kind, provider): deviation from the kind.
    by_kind
        Deviation of the kind.
    variance
        Of the three levels (kind, provider, activity), squared log odds.
    n
        Outcomes by activity id.
    """

    by_activity: dict[str, float]
    by_provider: dict[tuple[Kind, str], float]
    by_kind: dict[Kind, float]
    variance: tuple[float, float, float]
    n: dict[str, int]

    @classmethod
    def fit(
        cls,
        activities: Sequence[Activity],
        activity: IntArray,
        outcome: FloatArray,
        expected: FloatArray,
        weight: FloatArray | None = None,
    ) -> Self:
        """From outcomes and what a model without this factor expected of them.

        Parameters
        ----------
        activity
            Shape (n,), positions in ``activities``.
        outcome
            Shape (n,), in [0, 1].
        expected
            Shape (n,), in (0, 1).
        weight
            Shape (n,), ≥ 0; ``None`` = 1 each.

        Notes
        -----
        One Newton step of a logistic model with a random intercept gives each activity an
        estimate with a known variance; variances between activities, providers and kinds are
        moments of these (DerSimonian and Laird 1986), from the finest level up. Outcomes that are
        chances vary less than a Bernoulli variable; their dispersion scales the information.
        """
        w = np.ones(len(outcome)) if weight is None else weight
        n = len(activities)
        # chances as outcomes spread less than ones and zeros do
        binary = float((w * expected * (1 - expected)).sum())
        spread = float((w * (outcome - expected) ** 2).sum())
        dispersion = spread / binary if 0 < spread < binary else 1.0
        information = _sums(activity, w * expected * (1 - expected) / dispersion, n)
        score = _sums(activity, w * (outcome - expected) / dispersion, n)
        providers = [(a.kind, a.provider.strip().casefold()) for a in activities]
        groups = sorted(set(providers))
        kinds = sorted({kind for kind, _ in groups})
        place = {group: i for i, group in enumerate(groups)}
        of_activity = np.array([place[p] for p in providers], dtype=np.int64)
        of_group = np.array([kinds.index(kind) for kind, _ in groups], dtype=np.int64)
        own = _Level.of(score, information, of_activity, len(groups))
        group = _Level.of(own.upper_score, own.upper_information, of_group, len(kinds))
        top = _Level.of(
            group.upper_score, group.upper_information, np.zeros(len(kinds), dtype=np.int64), 1
        )
        u_kind = top.effect(np.zeros(1))
        u_group = group.effect(u_kind)
        u_own = own.effect(u_group)
        counts = np.bincount(activity, minlength=n)
        return cls(
            by_activity={
                a.id: float(u_own[i] - u_group[of_activity[i]])
                for i, a in enumerate(activities)
                if counts[i]
            },
            by_provider={
                key: float(u_group[i] - u_kind[of_group[i]]) for i, key in enumerate(groups)
            },
            by_kind=dict(zip(kinds, u_kind.tolist(), strict=True)),
            variance=(top.variance, group.variance, own.variance),
            n={a.id: int(c) for a, c in zip(activities, counts, strict=True) if c},
        )

    def factor(self, activities: Sequence[Activity]) -> FloatArray:
        """Logistic of the learned log odds, shape (n_activities,), in (0, 1); 0.5 = as others."""
        total = [
            self.by_kind.get(a.kind, 0.0)
            + self.by_provider.get((a.kind, a.provider.strip().casefold()), 0.0)
            + self.by_activity.get(a.id, 0.0)
            for a in activities
        ]
        found: FloatArray = expit(np.array(total, dtype=np.float64))
        return found


@dataclass(frozen=True, slots=True)
class _Level:
    """Units of one level within groups of the next: effects around the group's."""

    score: FloatArray
    information: FloatArray
    group: IntArray
    variance: float
    upper_score: FloatArray
    upper_information: FloatArray

    @classmethod
    def of(
        cls, score: FloatArray, information: FloatArray, group: IntArray, n_groups: int
    ) -> _Level:
        known = information > 0
        estimate = np.where(known, score / np.where(known, information, 1.0), 0.0)
        variance = _between(estimate[known], information[known], group[known], n_groups)
        # what a unit says of its group: its estimate with the variance of both
        precision = np.where(known, 1.0 / (1.0 / np.where(known, information, 1.0) + variance), 0.0)
        return cls(
            score,
            information,
            group,
            variance,
            _sums(group, precision * estimate, n_groups),
            _sums(group, precision, n_groups),
        )

    def effect(self, group_effect: FloatArray) -> FloatArray:
        """Posterior mean of every unit, given those of the groups."""
        at = group_effect[self.group]
        total: FloatArray = (self.score + at / self.variance) / (
            self.information + 1.0 / self.variance
        )
        return total


def _sums(group: IntArray, values: FloatArray, n_groups: int) -> FloatArray:
    return np.bincount(group, values, minlength=n_groups).astype(np.float64)


def _between(
    estimate: FloatArray, information: FloatArray, group: IntArray, n_groups: int
) -> float:
    """Variance between the units of a group, by moments, within its bounds."""
    total = np.bincount(group, information, minlength=n_groups)
    mean = np.bincount(group, information * estimate, minlength=n_groups) / np.maximum(
        total, 1e-300
    )
    spread = float((information * (estimate - mean[group]) ** 2).sum())
    squares = np.bincount(group, information**2, minlength=n_groups)
    scale = float((total - squares / np.maximum(total, 1e-300)).sum())
    degrees = len(estimate) - np.count_nonzero(total > 0)
    if scale <= 0:
        return LEAST_VARIANCE
    return float(np.clip((spread - degrees) / scale, LEAST_VARIANCE, MOST_VARIANCE))
