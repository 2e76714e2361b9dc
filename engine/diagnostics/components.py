"""Variance components: how much people, directions and nodes differ, learned from many people.

The covariance of n latents is a sum over components, S = Σ_c v_c·Z_c·Z_cᵀ, where Z_c says which
latents an effect of the component reaches: all of them for the person's level, those of one
direction for a direction, one for a node's own effect.

Weak priors keep the mean and the sds where tables of a few people, or of people who do everything
right, would send them to infinity: log odds of the mean N(0.6, 1), since tests are made so that
most people do from 40 to 85 % of them; density of an sd ∝ sd·exp(−sd²/(2·0.7²)), that is, of about
what people and nodes of such tests differ by, and not 0, where a table cannot tell it from 0
(Chung et al. 2013). A hundred people with ten answers each outweigh them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.diagnostics.latent import LatentPosterior
from engine.domain import FloatArray

LEAST_VARIANCE = 1e-4
"""Below an sd of 0.01 log odds an effect is as good as absent; kept so that S has an inverse."""
_LONGEST = 1.0
"""Most that the logarithm of a variance moves in a step."""
PRIOR_MEAN, PRIOR_MEAN_SD = 0.6, 1.0
"""Of the log odds of the average person at the average node or item."""
PRIOR_SD = 0.7
"""Most probable sd of an effect before any answer, in log odds."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sums over people of what is known of their latents.

    Parameters
    ----------
    count
        People.
    total
        Shape (n_latents,): sum of the posterior means.
    square, covariance
        Shape (n_latents, n_latents): sums of their products and of the posterior covariances.
    """

    count: int
    total: FloatArray
    square: FloatArray
    covariance: FloatArray

    @classmethod
    def of(cls, found: LatentPosterior) -> Moments:
        """Sums over the people of a posterior."""
        mean = found.mean
        return cls(len(mean), mean.sum(axis=0), mean.T @ mean, found.covariance.sum(axis=0))

    def __add__(self, other: Moments) -> Moments:
        """Sums over the people of both."""
        return Moments(
            self.count + other.count,
            self.total + other.total,
            self.square + other.square,
            self.covariance + other.covariance,
        )

    def around(self, mean: FloatArray) -> FloatArray:
        """E (u − mean)(u − mean)ᵀ of the average person."""
        cross = np.outer(self.total, mean)
        second: FloatArray = (self.square + self.covariance - cross - cross.T) / self.count
        return second + np.outer(mean, mean)


def likely_variance(second: float, n_effects: float) -> float:
    """Most probable variance of effects under the prior of their sd.

    Parameters
    ----------
    second
        Their mean square.
    n_effects
        How many they are.

    Notes
    -----
    Zero of the derivative of −(n/2)·log v − n·second/(2v) + log(v)/2 − v/(2·PRIOR_SD²).
    """
    less = n_effects - 1
    root = np.sqrt(less**2 + 4 * n_effects * second / PRIOR_SD**2)
    # of the two forms of the solution the one that subtracts nothing
    return max(float(2 * n_effects * second / (less + root)), LEAST_VARIANCE)


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Components of a covariance.

    Parameters
    ----------
    loadings
        Arrays of shape (n_latents, n_effects of the component), 0 or 1.
    variances
        One per component, > 0.
    """

    loadings: tuple[FloatArray, ...]
    variances: tuple[float, ...]

    @classmethod
    def of_groups(cls, groups: Sequence[object], sds: tuple[float, float, float]) -> Components:
        """Person, group and own effects of latents that fall into groups.

        Parameters
        ----------
        groups
            Group of each latent; with one group alone its effect could not be told from the
            person's, and with every latent in a group of its own not from the latent's own, so
            that component is left out then.
        sds
            Of the person's, the groups' and the own effects.
        """
        n = len(groups)
        distinct = list(dict.fromkeys(groups))
        member = np.array([[g == d for d in distinct] for g in groups], dtype=np.float64)
        parts = [(np.ones((n, 1)), sds[0])]
        if 1 < len(distinct) < n:
            parts.append((member, sds[1]))
        if n > 1:
            parts.append((np.eye(n), sds[2]))
        return cls(tuple(z for z, _ in parts), tuple(max(sd**2, LEAST_VARIANCE) for _, sd in parts))

    @property
    def covariance(self) -> FloatArray:
        """S, shape (n_latents, n_latents)."""
        parts = zip(self.loadings, self.variances, strict=True)
        total: FloatArray = sum((v * z @ z.T for z, v in parts), start=np.zeros(()))
        return total

    def updated(self, moments: Moments, mean: FloatArray) -> Components:
        """Variances after a scoring step towards the most probable ones.

        Parameters
        ----------
        moments
            Of the posterior of many people under this covariance.
        mean
            Shape (n_latents,), prior mean.

        Notes
        -----
        Steps of expectation maximisation are short where scores say little of an effect, so the
        logarithms of the variances go along the derivative of the marginal likelihood, n/2 ·
        tr ZᵀS⁻¹(E(u − m)(u − m)ᵀ − S)S⁻¹Z, measured by its information, n/2 · tr(K·ZZᵀ·K·ZZᵀ) with
        K = S⁻¹ − S⁻¹·Cov u·S⁻¹ of the average person (Longford 1987).
        """
        covariance, n = self.covariance, moments.count
        inverse = np.linalg.inv(covariance)
        variances = np.array(self.variances)
        excess = inverse @ (moments.around(mean) - covariance) @ inverse
        known = inverse @ (covariance - moments.covariance / n) @ inverse
        told = n / 2 * np.array([np.einsum("iq,ij,jq->", z, excess, z) for z in self.loadings])
        shared = [[((c.T @ known @ d) ** 2).sum() for d in self.loadings] for c in self.loadings]
        worth = variances / PRIOR_SD**2
        slope = variances * told + (1 - worth) / 2
        information = n / 2 * np.array(shared) * np.outer(variances, variances)
        # in logarithms what pulls a variance down bends as well as it pulls
        information += np.diag(worth / 2 + np.maximum(0.0, -variances * told))
        step = np.clip(np.linalg.solve(information, slope), -_LONGEST, _LONGEST)
        return self.with_sds(np.sqrt(variances * np.exp(step)))

    def with_sds(self, sds: Sequence[float] | FloatArray) -> Components:
        """The same components of other sizes."""
        return replace(self, variances=tuple(max(float(sd) ** 2, LEAST_VARIANCE) for sd in sds))

    def scaled(self, factor: float) -> Components:
        """The same components of latents in another unit."""
        return replace(
            self, variances=tuple(max(v * factor**2, LEAST_VARIANCE) for v in self.variances)
        )

    @property
    def sds(self) -> tuple[float, ...]:
        """Standard deviation of each component, in log odds."""
        return tuple(float(np.sqrt(v)) for v in self.variances)
