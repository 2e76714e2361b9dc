"""Proficiency θ = σ(α) of a normal α: moments, quantiles, and the change between two moments."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, ndtr, roots_hermite
from scipy.special import logit as _logit

from engine.domain import FloatArray

_NODES, _WEIGHTS = roots_hermite(32)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_NODES = _NODES * np.sqrt(2)

Z_90 = 1.6448536269514722
"""95 % quantile of the standard normal distribution."""


def share_moments(mean: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and sd of σ(α), α ~ N(mean, sd²), elementwise; Gauss–Hermite with 32 points."""
    shares = expit(mean[..., None] + sd[..., None] * _NODES)
    centre = shares @ _WEIGHTS
    return centre, np.sqrt((shares - centre[..., None]) ** 2 @ _WEIGHTS)


def share_quantile(mean: FloatArray, sd: FloatArray, z: float) -> FloatArray:
    """Quantile of σ(α) at the standard normal quantile ``z``."""
    quantile: FloatArray = expit(mean + z * sd)
    return quantile


def share_below(mean: FloatArray, sd: FloatArray, share: FloatArray | float) -> FloatArray:
    """P(σ(α) < share) for shares in (0, 1)."""
    probability: FloatArray = ndtr((_logit(share) - mean) / sd)
    return probability


def logit(share: float) -> float:
    """Log odds of a share in (0, 1)."""
    return float(_logit(share))
