"""Abilities of simulated people over time, by the hierarchy that the diagnostics assume.

On the scale of log odds the ability at a node is a sum of independent effects::

    α = logit(prior median) + person + direction + every node of the path below the direction

and the proficiency is σ(α), the share of average tasks done right. Over time every effect follows
a stationary Ornstein–Uhlenbeck process: its correlation with its value d days before is
2^(−d / (2 · half-life)), so that a score loses half of what it explains in one half-life. Between
two sittings people learn: every node then takes a step of variance
change_sd² · (1 − 2^(−days / change_days)), half of it common to all nodes.

The person's effect may be drawn with another shape of the same mean and sd: such people are not
those of the model, and show how much an estimate leans on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.special import logit

from engine.domain import FloatArray
from engine.framework import Framework
from engine.policy import PolicyProfile

Shape = Literal["normal", "weak_tail", "strong_tail", "two_groups"]
"""Of the person's effect: normal; a Gamma(2) towards the weak or the strong (skewness ∓1.41); two
groups of half the sd, a quarter of the people 1.5 sd below the mean and the others 0.5 above."""

GAMMA_SHAPE = 2.0
WEAK_SHARE, WEAK_AT, OTHERS_AT, GROUP_SD = 0.25, -1.5, 0.5, 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Whom people are drawn from.

    Parameters
    ----------
    codes
        Nodes of the framework, in its order.
    loading
        Shape (n_nodes, n_effects), 0 or 1: which effects add up to a node's ability. Effect 0 is
        the person's.
    sd
        Shape (n_effects,), ≥ 0, log odds.
    centre
        Mean (and median) ability, log odds.
    half_life_days
        > 0.
    """

    codes: tuple[str, ...]
    loading: FloatArray
    sd: FloatArray
    centre: float
    half_life_days: float
    shape: Shape = "normal"
    change_sd: float = 0.0
    change_days: float = 30.0

    @classmethod
    def of(cls, policy: PolicyProfile, framework: Framework, shape: Shape = "normal") -> Population:
        """The people whom a policy's prior describes, at every node of a framework."""
        rule = policy.diagnostics
        n = len(framework)
        loading = np.zeros((n, 1 + n))
        loading[:, 0] = 1.0
        for i, code in enumerate(framework.codes):
            above = [framework.index[node.code] for node in framework.ancestors(code)]
            loading[i, [1 + j for j in (i, *above)]] = 1.0
        top = framework.parent < 0
        own = np.where(top, rule.direction_sd, rule.node_sd)
        return cls(
            codes=framework.codes,
            loading=loading,
            sd=np.concatenate([[rule.person_sd], own]),
            centre=float(logit(rule.prior_median)),
            half_life_days=float(rule.half_life_days),
            shape=shape,
            change_sd=rule.change_sd,
            change_days=float(rule.change_days),
        )

    def draw(
        self, rng: np.random.Generator, days: Sequence[int], sittings: int | None = None
    ) -> FloatArray:
        """Ability of one person on some days.

        Parameters
        ----------
        days
            Strictly ascending, any origin.
        sittings
            How many of the days, the first ones, have a sitting; ``None`` = all. Steps of
            learning lie between sittings only.

        Returns
        -------
        ndarray, shape (n_days, n_nodes), log odds

        Raises
        ------
        ValueError
            For days out of order.

        Notes
        -----
        A person's effect that is not normal stays so on the first day only: later ones mix
        independent draws, which brings the shape nearer to the normal one.
        """
        if any(before >= after for before, after in pairwise(days)):
            raise ValueError("days must ascend strictly")
        effects = self.sd * self._standard(rng, len(days))
        for t, (before, after) in enumerate(pairwise(days), start=1):
            kept = 2.0 ** (-(after - before) / (2 * self.half_life_days))
            effects[t] = kept * effects[t - 1] + np.sqrt(1 - kept**2) * effects[t]
        ability: FloatArray = self.centre + effects @ self.loading.T
        return (
            ability
            + self._learned(rng, days[: len(days) if sittings is None else sittings])[
                np.minimum(np.arange(len(days)), (sittings or len(days)) - 1)
            ]
        )

    def _learned(self, rng: np.random.Generator, sitting_days: Sequence[int]) -> FloatArray:
        """What was learned up to each sitting, shape (n_sittings, n_nodes)."""
        gaps = np.diff(np.asarray(sitting_days, dtype=np.float64))
        sd = self.change_sd * np.sqrt((1 - 2.0 ** (-gaps / self.change_days)) / 2)
        steps = rng.standard_normal((len(gaps), 1 + len(self.codes)))
        moved = sd[:, None] * (steps[:, :1] + steps[:, 1:])
        return np.concatenate([np.zeros((1, len(self.codes))), np.cumsum(moved, axis=0)])

    def _standard(self, rng: np.random.Generator, n_days: int) -> FloatArray:
        """Independent effects of mean 0 and sd 1, shape (n_days, n_effects)."""
        drawn = rng.standard_normal((n_days, len(self.sd)))
        if self.shape == "two_groups":
            weak = rng.random(n_days) < WEAK_SHARE
            drawn[:, 0] = np.where(weak, WEAK_AT, OTHERS_AT) + GROUP_SD * drawn[:, 0]
        elif self.shape != "normal":
            tail = (rng.gamma(GAMMA_SHAPE, size=n_days) - GAMMA_SHAPE) / np.sqrt(GAMMA_SHAPE)
            drawn[:, 0] = tail if self.shape == "strong_tail" else -tail
        return drawn
