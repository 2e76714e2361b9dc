"""Shares and numbers of people with a deficit above minimal, of any groups, with intervals.

The numbers of ``engine.deficits.group_estimates``: each person's posterior, the doubt that all have
in common, and that groups differ. A person counts with the probability that his deficit is not
minimal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.analysis.results import Estimate
from engine.deficits.common_shift import CommonShift, common_shift
from engine.deficits.distribution import Posterior, deficit_moments
from engine.deficits.group_estimates import PersonAmounts, estimate_groups
from engine.deficits.group_measures import LEVELS, Assessed, Targets
from engine.deficits.groupings import GroupSet
from engine.diagnostics.logit_normal import share_moments
from engine.domain import BoolArray, FloatArray
from engine.framework import Framework
from engine.policy import PolicyProfile

_MINIMAL = LEVELS.index("minimal")


@dataclass(frozen=True, slots=True, eq=False)
class NodeDeficits:
    """Everybody measured at one node, seen together.

    Parameters
    ----------
    at
        Who, and his own posterior.
    likely
        Shape (n,): probability of a deficit above minimal, in [0, 1].
    target
        Shape (n,).
    proficiency
        Beta distributions once it is known what all have in common: log odds moved by the location
        of the common shift.
    deficit
        Shape (n,): mean deficit, in [0, 1].
    """

    at: Assessed
    shift: CommonShift
    amounts: PersonAmounts
    likely: FloatArray
    target: FloatArray
    proficiency: Posterior
    deficit: FloatArray

    @classmethod
    def of(
        cls,
        assessed: Assessed,
        node: int,
        targets: Targets,
        framework: Framework,
        policy: PolicyProfile,
    ) -> NodeDeficits:
        """What is known at one node."""
        at = assessed.at(node)
        shift = common_shift(at.odds_mean, at.odds_sd, node, framework, policy)
        amounts = PersonAmounts.of(at, shift)
        mean, sd = share_moments(at.odds_mean + shift.location, at.odds_sd)
        target = targets.by_profile[targets.profile[at.person], node]
        proficiency = Posterior.from_moments(mean, sd)
        return cls(
            at=at,
            shift=shift,
            amounts=amounts,
            likely=1.0 - amounts.probability[:, _MINIMAL],
            target=target,
            proficiency=proficiency,
            deficit=deficit_moments(proficiency, target)[0],
        )

    def shares(self, members: BoolArray | sp.csr_array, policy: PolicyProfile) -> list[Estimate]:
        """Share of each group with a deficit above minimal.

        Parameters
        ----------
        members
            Shape (n_people, n_groups): who belongs to which group, over all people of the region.
        """
        table = sp.csr_array(members, dtype=np.float64)
        return _shares(self.at, self.shift, table, policy.group_view.group_sd)

    def share_of(self, members: BoolArray, difference: float, spread: float) -> Estimate:
        """Share of one group whose own mean is known to differ from that of everybody.

        Parameters
        ----------
        members
            Shape (n_people,).
        difference, spread
            Mean and sd of the group's mean less everybody's, log odds. A person is moved by the
            part of it that he leans on the prior (``CommonShift.prior_share``).
        """
        own = np.flatnonzero(members[self.at.person])
        at = self.at.rows(own)
        lean = self.shift.prior_share[own]
        shift = CommonShift(
            location=self.shift.location[own] + lean * difference,
            scale=np.hypot(self.shift.scale[own], lean * spread),
            prior_share=lean,
        )
        (found,) = _shares(at, shift, sp.csr_array(members[:, None], dtype=np.float64), 0.0)
        return found


def _shares(
    at: Assessed, shift: CommonShift, members: sp.csr_array, group_sd: float
) -> list[Estimate]:
    n_groups = members.shape[1]
    nobody = np.zeros((0, n_groups), dtype=np.bool_)
    groups = GroupSet((), members, None, np.zeros(0, dtype=np.int64), nobody)
    wanted = np.ones(n_groups, dtype=np.bool_)
    found = estimate_groups(at, PersonAmounts.of(at, shift), shift, groups, wanted, group_sd)
    ends = np.stack(
        [found.expected[:, _MINIMAL], found.high[:, _MINIMAL], found.low[:, _MINIMAL]], axis=1
    )
    # numbers of people are whole, so the mean of a nearly certain one may lie beside its quantiles
    return [Estimate(1 - m, (1 - max(high, m), 1 - min(low, m))) for m, high, low in ends.tolist()]


def times(estimate: Estimate, factor: float) -> Estimate:
    """The estimate in another unit: a share of n people as their number."""
    low, high = estimate.interval_90
    return Estimate(estimate.value * factor, (low * factor, high * factor))
