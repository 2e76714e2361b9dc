"""Estimates of groups at one node: expected shares, mean deficits, and intervals of both.

A person's own chances come from his posterior. What the people have in common
(``engine.deficits.common_shift``) moves them all: printed are averages over it, a fixed amount for
every person, so that the rows of a table remain sums over people; the intervals hold both the doubt
about each person and that about what they have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import ndtr, ndtri

from engine.deficits.common_shift import POINTS, WEIGHTS, CommonShift
from engine.deficits.distribution import Posterior
from engine.deficits.group_measures import LEVELS, Assessed
from engine.deficits.groupings import GroupSet
from engine.deficits.poisson_binomial import count_intervals
from engine.domain import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PersonAmounts:
    """What each measured person adds to the sums of his groups.

    Parameters
    ----------
    probability
        Shape (n, 3), rows sum to 1: of each level, averaged over the common shift.
    deficit
        Shape (n,), in [0, 1]: mean deficit, likewise.
    edge
        Shape (n, 2): how many spreads of the log odds a high deficit ends above their mean, and a
        minimal one begins below it; without the common shift.
    """

    probability: FloatArray
    deficit: FloatArray
    edge: FloatArray

    @classmethod
    def of(cls, at: Assessed, shift: CommonShift) -> PersonAmounts:
        """Amounts of the people measured at a node."""
        edge = ndtri(at.probability[:, [0, 2]])
        cases = _levels(edge, at.odds_sd, shift.location, shift.scale)
        return cls(
            probability=np.stack([level @ WEIGHTS for level in cases], axis=1),
            deficit=np.clip(at.mean - at.slope * shift.location, 0.0, 1.0),
            edge=edge,
        )


@dataclass(frozen=True, slots=True, eq=False)
class GroupEstimates:
    """Numbers of the groups asked for; of the others nothing is meant.

    Parameters
    ----------
    expected, low, high
        Shape (n_groups, 3), shares.
    deficit
        Shape (n_groups, 3): mean deficit and the ends of its interval.
    """

    expected: FloatArray
    low: FloatArray
    high: FloatArray
    deficit: FloatArray


def estimate_groups(
    at: Assessed,
    amounts: PersonAmounts,
    shift: CommonShift,
    groups: GroupSet,
    wanted: BoolArray,
    group_sd: float,
) -> GroupEstimates:
    """Estimates of the wanted groups from everything measured at one node.

    Parameters
    ----------
    wanted
        Shape (n_groups,).
    group_sd
        How much the means of groups differ, in log odds; a group's share of all people counts.
    """
    entries = groups.members[at.person].tocoo()
    kept = wanted[entries.col]
    place, group = entries.row[kept], entries.col[kept].astype(np.int64)
    total = partial(_totals, group, len(wanted))
    size = np.bincount(group, minlength=len(wanted))
    n = np.maximum(size, 1)
    deviation = group_sd * (1 - size / max(len(at.person), 1))
    scale = np.hypot(shift.scale[place], shift.prior_share[place] * deviation[group])
    cases = _levels(amounts.edge[place], at.odds_sd[place], shift.location[place], scale)
    ends = _count_ends(cases, group, len(wanted)) / n[:, None, None]
    mean = total(amounts.deficit[place]) / n
    common = total(at.slope[place] * scale)
    sd = np.sqrt(total(at.sd[place] ** 2) + common**2) / n
    return GroupEstimates(
        expected=np.stack([total(p[place]) for p in amounts.probability.T], axis=1) / n[:, None],
        low=ends[:, :, 0],
        high=ends[:, :, 1],
        deficit=_mean_deficit(mean, sd),
    )


def _totals(group: IntArray, n_groups: int, values: FloatArray) -> FloatArray:
    return np.bincount(group, values, n_groups).astype(np.float64)


def _levels(
    edge: FloatArray, sd: FloatArray, location: FloatArray, scale: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Chances of a high, medium and minimal deficit in each case of the common shift.

    Each of shape (n, n_cases). A shift of the log odds brings a threshold nearer by so many of
    their spreads ``sd``; without any the chances stay those of the posterior.
    """
    moved = (location[:, None] + scale[:, None] * POINTS) / sd[:, None]
    high, minimal = ndtr(edge[:, :1] - moved), ndtr(edge[:, 1:] + moved)
    return high, np.maximum(1 - high - minimal, 0.0), minimal


def _count_ends(cases: Sequence[FloatArray], group: IntArray, n_groups: int) -> IntArray:
    """Intervals of the numbers of people, shape (n_groups, 3, 2)."""
    n_levels = len(LEVELS)
    cell = group[:, None] * n_levels + np.arange(n_levels)
    chances = np.stack(cases, axis=1).reshape(-1, len(WEIGHTS))
    ends = count_intervals(chances, cell.ravel(), n_groups * n_levels, weights=WEIGHTS)
    return ends.reshape(n_groups, n_levels, 2)


def _mean_deficit(mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Mean deficits with the ends of 90 % intervals, shape (n_groups, 3).

    Mean and variance of the mean deficit are known; the interval is that of the Beta distribution
    with the same two, which keeps to [0, 1] and to one side near its ends.
    """
    sd = np.minimum(sd, 0.999 * np.sqrt(mean * (1 - mean)))
    beta = Posterior.from_moments(mean, sd)
    return np.stack([mean, beta.quantile(0.05), beta.quantile(0.95)], axis=1)
