"""What people's posteriors say of the items, summed over people."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from scipy.special import expit, roots_hermite

from engine.diagnostics.latent import LatentPosterior
from engine.domain import BoolArray, FloatArray

_POINTS, _SHARES = roots_hermite(11)
NODES: FloatArray = _POINTS * np.sqrt(2)
WEIGHTS: FloatArray = _SHARES / _SHARES.sum()
"""Gauss–Hermite quadrature of the standard normal distribution."""


@dataclass(frozen=True, slots=True, eq=False)
class ItemSums:
    """Sums over people, each of shape (n_items,).

    Parameters
    ----------
    by_slope, by_intercept
        Derivatives of the expected log likelihood by the log slope and the intercept.
    slope_slope, slope_intercept, intercept_intercept
        Their information.
    excess, single
        Σ (answer − E σ)² − Var σ and Σ E σ(1 − σ), predicted without the answer itself.
    """

    by_slope: FloatArray
    by_intercept: FloatArray
    slope_slope: FloatArray
    slope_intercept: FloatArray
    intercept_intercept: FloatArray
    excess: FloatArray
    single: FloatArray

    @classmethod
    def none(cls, n_items: int) -> ItemSums:
        """Of nobody."""
        return cls(*np.zeros((7, n_items)))

    @classmethod
    def of(
        cls,
        found: LatentPosterior,
        right: FloatArray,
        answered: BoolArray,
        intercepts: FloatArray,
        tasks: FloatArray,
        *,
        partial: bool,
    ) -> ItemSums:
        """Of some people.

        Parameters
        ----------
        found
            Their posterior under the present items.
        right, answered
            Shape (n_people, n_items); ``right`` is 0 where there is no answer.
        intercepts, tasks
            Of the present items.
        partial
            Whether any answer of the table may be right in part; else the spread is not needed.
        """
        points = found.odds_mean[..., None] + np.sqrt(found.odds_variance)[..., None] * NODES
        chance = expit(points)
        points -= intercepts[:, None]
        part = (answered * tasks)[..., None] * WEIGHTS
        rest = (right[..., None] - chance) * part
        spread = chance * (1 - chance) * part
        return cls(
            (rest * points).sum(axis=(0, 2)),
            rest.sum(axis=(0, 2)),
            (spread * points**2).sum(axis=(0, 2)),
            (spread * points).sum(axis=(0, 2)),
            spread.sum(axis=(0, 2)),
            *(_spread(found, right, answered) if partial else np.zeros((2, len(tasks)))),
        )

    def __add__(self, other: ItemSums) -> ItemSums:
        """Of the people of both."""
        return ItemSums(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def _spread(
    found: LatentPosterior, right: FloatArray, answered: BoolArray
) -> tuple[FloatArray, FloatArray]:
    variance, mean = found.odds_variance, found.odds_mean
    left = np.maximum(1 / variance - found.sites.precision, 1e-9)
    mean = (mean / variance - found.sites.shift) / left
    chance = expit(mean[..., None] + np.sqrt(1 / left)[..., None] * NODES)
    expected = chance @ WEIGHTS
    unsure = (chance - expected[..., None]) ** 2 @ WEIGHTS
    single = ((chance * (1 - chance)) @ WEIGHTS * answered).sum(axis=0)
    excess = (((right - expected) ** 2 - unsure) * answered).sum(axis=0)
    return excess, single
