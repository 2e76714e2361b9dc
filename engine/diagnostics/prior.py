"""Prior of an educator's proficiencies: what the nodes of the framework have in common.

On the scale of log odds, for a node k of direction d::

    α_k = logit(prior_median) + person + direction_d + Σ own effects from below d down to k

with independent normal effects. So two nodes share the person's level, two nodes of a direction
share more, and a leaf shares most with its own block. Over time every α is a stationary
Ornstein–Uhlenbeck process whose correlation over Δ days is 2^(−Δ / (2·half_life)): after one half
life evidence explains half of the variance that it explained when it was fresh.

People are measured again because they have learned meanwhile, faster than ageing alone would let
them change. So between one sitting of an educator and the next every competency takes a step of
variance change_sd²·(1 − 2^(−days / change_days)), half of it common to all competencies. After the
last sitting there is only ageing: nothing is known of learning that nobody measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.diagnostics.logit_normal import logit
from engine.domain import FloatArray
from engine.framework import Framework
from engine.policy import Diagnostics


@dataclass(frozen=True, slots=True)
class ProficiencyPrior:
    """Prior of the log odds of proficiency.

    Parameters
    ----------
    mean
        Log odds of the median educator at the median node.
    person_sd, direction_sd, node_sd
        Standard deviations ≥ 0 of the effects, in log odds.
    half_life_days
        Days after which evidence explains half of what it explained when fresh, > 0.
    change_sd, change_days
        Sd of the change between two sittings far apart, and the days after which half of its
        variance is reached, > 0.
    """

    mean: float
    person_sd: float
    direction_sd: float
    node_sd: float
    half_life_days: float
    change_sd: float = 0.0
    change_days: float = 30.0

    @classmethod
    def from_policy(cls, rule: Diagnostics) -> ProficiencyPrior:
        """The policy's prior."""
        return cls(
            mean=logit(rule.prior_median),
            person_sd=rule.person_sd,
            direction_sd=rule.direction_sd,
            node_sd=rule.node_sd,
            half_life_days=rule.half_life_days,
            change_sd=rule.change_sd,
            change_days=rule.change_days,
        )

    def covariance(self, framework: Framework, codes: Sequence[str | None]) -> FloatArray:
        """Covariance of nodes at one moment, shape (n_codes, n_codes).

        Parameters
        ----------
        codes
            ``None`` stands for the person's own level.
        """
        return _covariance(self, framework, tuple(codes))

    def over_time(
        self,
        framework: Framework,
        codes: Sequence[str | None],
        days: FloatArray,
        sitting_days: FloatArray,
        unit: FloatArray | float = 1.0,
    ) -> FloatArray:
        """Covariance of nodes on days, shape (n, n).

        Parameters
        ----------
        codes, days
            Node (``None`` = the person's own level) and day of each of n latents.
        sitting_days
            Days of the educator's sittings, ascending.
        unit
            Shape (n,): factor on the sd of each latent's level, not on its steps.
        """
        distinct = list(dict.fromkeys(codes))
        at = [distinct.index(code) for code in codes]
        level = self.covariance(framework, distinct)[np.ix_(at, at)]
        steps = self.change_sd**2 * -np.expm1(-np.diff(sitting_days) * np.log(2) / self.change_days)
        taken = np.concatenate([[0.0, 0.0], np.cumsum(steps)])
        so_far = taken[np.searchsorted(sitting_days, days, side="right")]
        same = np.equal.outer(at, at) & np.array([code is not None for code in codes])
        found: FloatArray = level * self.decay(days[:, None] - days)
        found *= np.outer(unit, unit) if isinstance(unit, np.ndarray) else unit**2
        found += np.where(same, 1.0, 0.5) * np.minimum(so_far[:, None], so_far)
        return found

    def decay(self, days: FloatArray) -> FloatArray:
        """Correlation of a proficiency with itself over so many days, in (0, 1]."""
        correlation: FloatArray = 2.0 ** (-np.abs(days) / (2 * self.half_life_days))
        return correlation


@lru_cache(maxsize=256)
def _covariance(
    prior: ProficiencyPrior, framework: Framework, codes: tuple[str | None, ...]
) -> FloatArray:
    """The same nodes are measured in many educators, hence the cache."""
    paths = [_path(framework, code) for code in codes]
    found: FloatArray = np.full((len(codes), len(codes)), prior.person_sd**2)
    for i, one in enumerate(paths):
        for j, other in enumerate(paths[: i + 1]):
            shared = sum(a == b for a, b in zip(one, other, strict=False))
            if shared:
                found[i, j] += prior.direction_sd**2 + (shared - 1) * prior.node_sd**2
                found[j, i] = found[i, j]
    found.setflags(write=False)
    return found


def _path(framework: Framework, code: str | None) -> tuple[str, ...]:
    """From the direction down to the node; two paths differ from some place on for good."""
    if code is None:
        return ()
    return (*(node.code for node in reversed(framework.ancestors(code))), code)
