"""What is known of many people, as arrays: one entry for each person and measured node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import betainc, digamma, zeta

from engine.deficits.distribution import Posterior, deficit_moments, level_probability
from engine.deficits.levels import official_level, target_of
from engine.domain import (
    BoolArray,
    Educator,
    FloatArray,
    IntArray,
    OfficialLevel,
    Position,
    Proficiency,
    Stage,
)
from engine.framework import Framework
from engine.policy import Levels, PolicyProfile

LEVELS = (OfficialLevel.HIGH, OfficialLevel.MEDIUM, OfficialLevel.MINIMAL)
"""Order of the levels in every array and tuple of the group view."""

_Profile = tuple[Position, tuple[str, ...], tuple[Stage, ...]]


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the groups.

    Parameters
    ----------
    proficiency
        From whichever model; ``None`` = nothing usable was measured. Of its nodes only the code,
        ``mean``, ``sd`` and ``raw_share`` are read.
    """

    educator: Educator
    proficiency: Proficiency | None


@dataclass(frozen=True, slots=True, eq=False)
class Measurements:
    """Posterior and newest sitting, an entry for each person and measured node.

    Parameters
    ----------
    person, node
        Shape (n,): index of the person and of the framework's node; no pair twice.
    mean, sd
        Shape (n,), of the proficiency, in [0, 1].
    raw_share
        Shape (n,), in [0, 1]: score / maximum of the newest sitting.
    """

    person: IntArray
    node: IntArray
    mean: FloatArray
    sd: FloatArray
    raw_share: FloatArray

    @classmethod
    def of(cls, members: Sequence[Member], framework: Framework) -> Measurements:
        """Arrays of the members' proficiencies.

        Raises
        ------
        KeyError
            If a proficiency was estimated on another framework.
        """
        index = framework.index
        entries = [
            (i, index[n.node], n.mean, n.sd, n.raw_share)
            for i, member in enumerate(members)
            if member.proficiency is not None
            for n in member.proficiency.nodes
        ]
        table = np.array(entries, dtype=np.float64).reshape(-1, 5)
        whole = table[:, :2].astype(np.int64)
        return cls(whole[:, 0], whole[:, 1], table[:, 2], table[:, 3], table[:, 4])


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Target of every node for every person.

    Parameters
    ----------
    profile
        Shape (n_people,): row of ``by_profile``.
    by_profile
        Shape (n_profiles, n_nodes), in [0, 1]; NaN where the node does not apply.
    """

    profile: IntArray
    by_profile: FloatArray

    @classmethod
    def of(
        cls, educators: Sequence[Educator], framework: Framework, policy: PolicyProfile
    ) -> Targets:
        """Targets of the educators' present positions; a career aimed at counts for nothing."""
        found: dict[_Profile, int] = {}
        profile = [
            found.setdefault((e.position, tuple(sorted(set(e.subjects))), e.stages), len(found))
            for e in educators
        ]
        rows = [_targets(p, framework, policy) for p in found]
        by_profile = np.array(rows, dtype=np.float64).reshape(-1, len(framework))
        return cls(np.array(profile, dtype=np.int64), by_profile)

    def applies(self, node: int) -> BoolArray:
        """Whether the node applies to each person, shape (n_people,)."""
        applies: BoolArray = ~np.isnan(self.by_profile[self.profile, node])
        return applies


def _targets(profile: _Profile, framework: Framework, policy: PolicyProfile) -> FloatArray:
    position, subjects, stages = profile
    row = np.full(len(framework), np.nan)
    for i in np.flatnonzero(framework.applies_to(position, subjects, stages)).tolist():
        row[i] = target_of(
            framework.codes[i],
            position,
            policy.targets,
            subjects=subjects,
            stages=stages,
            framework=framework,
        )
    return row


@dataclass(frozen=True, slots=True, eq=False)
class Assessed:
    """Deficits of the people measured at nodes that apply to them; people rise within a node.

    Parameters
    ----------
    person, node
        Shape (n,), nodes never falling.
    level
        Shape (n,): place in ``LEVELS`` of the official level.
    probability
        Shape (n, 3): of each level, from the posterior.
    mean, sd
        Shape (n,): of the deficit below the person's target, in [0, 1].
    slope
        Shape (n,), ≥ 0: how much the mean deficit falls when the log odds of the proficiency
        rise by a unit.
    odds_mean, odds_sd
        Shape (n,): of the log odds of the proficiency.
    """

    person: IntArray
    node: IntArray
    level: IntArray
    probability: FloatArray
    mean: FloatArray
    sd: FloatArray
    slope: FloatArray
    odds_mean: FloatArray
    odds_sd: FloatArray

    def at(self, node: int) -> Assessed:
        """What was measured at one node."""
        first, last = np.searchsorted(self.node, [node, node + 1])
        return self.rows(slice(int(first), int(last)))

    def rows(self, rows: slice | IntArray) -> Assessed:
        """Some entries, in ascending order."""
        return Assessed(*(getattr(self, field.name)[rows] for field in fields(self)))


def assess(measured: Measurements, targets: Targets, policy: PolicyProfile) -> Assessed:
    """Levels and deficits of everything that was measured and applies to its person.

    Notes
    -----
    The log odds of θ ~ Beta(a, b) have the mean ψ(a) − ψ(b) and the variance ψ'(a) + ψ'(b). If all
    of them rise by dx, θ rises by θ(1 − θ)·dx, so the slope of the deficit is
    E[θ(1 − θ); θ < target] = ab/((a + b)(a + b + 1)) · I_target(a + 1, b + 1).
    """
    target = targets.by_profile[targets.profile[measured.person], measured.node]
    order = np.lexsort((measured.person, measured.node))
    order = order[~np.isnan(target[order])]
    posterior = Posterior.from_moments(measured.mean[order], measured.sd[order])
    levels = policy.levels
    a, b = posterior.a, posterior.b
    mean, sd = deficit_moments(posterior, target[order])
    return Assessed(
        person=measured.person[order],
        node=measured.node[order],
        level=_official(measured.raw_share[order], levels),
        probability=level_probability(posterior, levels.high_below, levels.minimal_above),
        mean=mean,
        sd=sd,
        slope=a * b / ((a + b) * (a + b + 1)) * betainc(a + 1, b + 1, target[order]),
        odds_mean=digamma(a) - digamma(b),
        odds_sd=np.sqrt(zeta(2, a) + zeta(2, b)),
    )


def _official(share: FloatArray, levels: Levels) -> IntArray:
    """Place in ``LEVELS`` of each share; shares are few, so one rule serves one and many."""
    shares, which = np.unique(share, return_inverse=True)
    places = [LEVELS.index(official_level(s, levels)) for s in shares.tolist()]
    return np.array(places, dtype=np.int64)[which]
