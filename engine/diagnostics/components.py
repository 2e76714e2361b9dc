"""Variance components: how much people, directions and nodes differ, learned from many people.

The covariance of n latents is a sum over components, S = Σ_c v_c·Z_c·Z_cᵀ, where Z_c says which
latents an effect of the component reaches: all of them for the person's level, those of one
direction for a direction, one for a node's own effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.diagnostics.latent import LatentPosterior
from engine.domain import FloatArray

LEAST_VARIANCE = 1e-4
"""Below an sd of 0.01 log odds an effect is as good as absent; kept so that S has an inverse."""


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

    def updated(self, found: LatentPosterior, mean: FloatArray) -> Components:
        """Variances of one step of expectation maximisation (Dempster, Laird & Rubin 1977).

        Parameters
        ----------
        found
            Posterior of many people under this covariance.
        mean
            Shape (n_latents,), prior mean.

        Notes
        -----
        Given the latents, effects of component c have mean K(u − m), K = v·Zᵀ·S⁻¹, and covariance
        v·I − v·K·Z; averaging their squares over the posterior gives the new v.
        """
        deviation = found.mean - mean
        second = (deviation.T @ deviation) / len(deviation) + found.covariance.mean(axis=0)
        inverse = np.linalg.inv(self.covariance)
        variances = []
        for z, v in zip(self.loadings, self.variances, strict=True):
            gain = v * z.T @ inverse
            left = v - v * np.einsum("qn,nq->q", gain, z)
            explained = np.einsum("qn,nm,qm->q", gain, second, gain)
            variances.append(max(float((explained + left).mean()), LEAST_VARIANCE))
        return replace(self, variances=tuple(variances))

    def scaled(self, factor: float) -> Components:
        """The same components of latents in another unit."""
        return replace(
            self, variances=tuple(max(v * factor**2, LEAST_VARIANCE) for v in self.variances)
        )

    @property
    def sds(self) -> tuple[float, ...]:
        """Standard deviation of each component, in log odds."""
        return tuple(float(np.sqrt(v)) for v in self.variances)
