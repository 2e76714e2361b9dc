"""Posterior of a Gaussian latent vector under logistic evidence, by expectation propagation.

The model, for each of many people alike::

    u ~ N(m, S)                                     latent vector of n_latents
    η = H·u + c                                     log odds of n_evidence pieces of evidence
    evidence ∝ σ(η_i)^s_i · (1 − σ(η_i))^f_i        s_i + f_i effective tasks; 0 = no evidence

One answer to an item is one piece of evidence with s + f = 1, a score of six tasks one with
s + f = 6. Every likelihood is replaced by a normal factor in η_i such that the moments of the
posterior agree with those of the exact factor in its place (Minka 2001; Rasmussen & Williams
2006, ch. 3.6). The likelihoods are log-concave, so the factors have positive precision; and unlike
a Laplace approximation the method stays honest where all answers are right or wrong, which is the
usual case for six tasks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit, roots_hermite

from engine.domain import BoolArray, FloatArray, IntArray

MOST_SWEEPS = 100
_NODES, _WEIGHTS = roots_hermite(15)
_LOG_WEIGHTS = np.log(_WEIGHTS) + _NODES**2
_MODE_STEPS = 60
"""Three or four are usual; halving a bracket a thousand tasks wide takes more."""
_NEAR_MODE = 0.05
"""Distance to the mode, in sds, within which the quadrature no longer cares."""
_DAMPED_EVERY = 12
"""Updates are halved after so many sweeps: correlated evidence may make them swing."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Normal factors that stand for the evidence.

    Parameters
    ----------
    precision, shift
        Shape (n_people, n_evidence): precision ≥ 0 and precision times mean of each factor; both
        0 without evidence.
    """

    precision: FloatArray
    shift: FloatArray

    @classmethod
    def none(cls, n_people: int, n_evidence: int) -> Sites:
        """Factors that say nothing, to begin with."""
        return cls(np.zeros((n_people, n_evidence)), np.zeros((n_people, n_evidence)))


@dataclass(frozen=True, slots=True, eq=False)
class LatentPosterior:
    """Normal approximation of the posterior.

    Parameters
    ----------
    mean
        Shape (n_people, n_latents).
    covariance
        Shape (n_people, n_latents, n_latents).
    odds_mean, odds_variance
        Shape (n_people, n_evidence), of the log odds η; also where there was no evidence, so
        that they predict answers not yet given.
    sites
        The factors found; they start the next calculation of the same people.
    sweeps
        Sweeps done, at most ``MOST_SWEEPS``.
    """

    mean: FloatArray
    covariance: FloatArray
    odds_mean: FloatArray
    odds_variance: FloatArray
    sites: Sites
    sweeps: int


def latent_posterior(
    mean: FloatArray,
    covariance: FloatArray,
    design: FloatArray,
    offset: FloatArray,
    successes: FloatArray,
    failures: FloatArray,
    *,
    start: Sites | None = None,
    most_sweeps: int = MOST_SWEEPS,
    tolerance: float = 1e-4,
) -> LatentPosterior:
    """Posterior of every person's latent vector.

    Parameters
    ----------
    mean, covariance
        Prior: shapes (n_latents,) and (n_latents, n_latents), positive semi-definite.
    design, offset
        H of shape (n_evidence, n_latents) and c of shape (n_evidence,).
    successes, failures
        Shape (n_people, n_evidence), ≥ 0, in effective tasks; both 0 = no evidence.
    start
        Factors of an earlier, similar calculation.
    tolerance
        Greatest change of a person's log odds in the last sweep.

    Notes
    -----
    With M = Hᵀ·diag(precision)·H the covariance is (I + S·M)⁻¹·S, which needs no inverse of S, so
    latents that are known or equal need no case of their own. All people are done at once.
    """
    n_people, n_evidence = successes.shape
    projector = _Projector(mean, covariance, design, offset)
    least = 1.0 / projector.prior_variance()
    result = _empty(n_people, n_evidence, len(mean))
    rows, sites = np.arange(n_people), start or Sites.none(n_people, n_evidence)
    before: FloatArray | None = None
    for sweep in range(most_sweeps + 1):
        found = projector.posterior(sites)
        settled = settled_people(found.odds_mean, before, tolerance)
        if sweep == most_sweeps:
            settled[:] = True
        _store(result, rows[settled], some_people(found, settled))
        if settled.all():
            break
        rows, found = rows[~settled], some_people(found, ~settled)
        before = found.odds_mean
        step = sweep_step(sweep)
        sites = updated_sites(found, successes[rows], failures[rows], step, least)
    return replace(result, sweeps=sweep)


def sweep_step(sweep: int) -> float:
    """Part of the update that a sweep takes, in (0, 1]."""
    return float(max(0.5 ** (sweep // _DAMPED_EVERY), 0.125))


def settled_people(now: FloatArray, before: FloatArray | None, tolerance: float) -> BoolArray:
    """Who is done; each stops by himself, so that nobody's result depends on his company."""
    if before is None:
        return np.full(len(now), now.shape[1] == 0)
    largest: BoolArray = np.abs(now - before).max(axis=1, initial=0.0) < tolerance
    return largest


def _empty(n_people: int, n_evidence: int, n_latents: int) -> LatentPosterior:
    return LatentPosterior(
        mean=np.empty((n_people, n_latents)),
        covariance=np.empty((n_people, n_latents, n_latents)),
        odds_mean=np.empty((n_people, n_evidence)),
        odds_variance=np.empty((n_people, n_evidence)),
        sites=Sites.none(n_people, n_evidence),
        sweeps=0,
    )


def _arrays(found: LatentPosterior) -> tuple[FloatArray, ...]:
    sites = found.sites
    return (
        found.mean,
        found.covariance,
        found.odds_mean,
        found.odds_variance,
        sites.precision,
        sites.shift,
    )


def some_people(found: LatentPosterior, rows: BoolArray) -> LatentPosterior:
    """The posterior of some people."""
    if rows.all():
        return found
    sites = Sites(found.sites.precision[rows], found.sites.shift[rows])
    return LatentPosterior(
        found.mean[rows],
        found.covariance[rows],
        found.odds_mean[rows],
        found.odds_variance[rows],
        sites,
        found.sweeps,
    )


def _store(result: LatentPosterior, rows: IntArray, found: LatentPosterior) -> None:
    for whole, part in zip(_arrays(result), _arrays(found), strict=True):
        whole[rows] = part


@dataclass(frozen=True, slots=True, eq=False)
class _Projector:
    """From factors to the posterior that they and the prior make."""

    mean: FloatArray
    covariance: FloatArray
    design: FloatArray
    offset: FloatArray

    @property
    def _plain(self) -> bool:
        """Whether each latent is observed by itself, which saves most of the arithmetic."""
        n = len(self.mean)
        return self.design.shape == (n, n) and bool((self.design == np.eye(n)).all())

    def _weighted(self, precision: FloatArray) -> FloatArray:
        """I + S·M for every person."""
        n = len(self.mean)
        if self._plain:
            weighted: FloatArray = self.covariance * precision[:, None, :]
        else:
            part = self.design.T * precision[:, None, :]
            weighted = self.covariance @ np.matmul(part, self.design)
        return weighted + np.eye(n)

    def prior_variance(self) -> FloatArray:
        """Prior variances of the log odds, shape (n_evidence,), > 0."""
        variance: FloatArray = np.maximum(self._variance(self.covariance[None])[0], 1e-12)
        return variance

    def _variance(self, covariance: FloatArray) -> FloatArray:
        """Variances of the log odds, shape (n_people, n_evidence)."""
        if self._plain:
            return np.diagonal(covariance, axis1=1, axis2=2)
        spread = np.matmul(self.design, covariance)
        variance: FloatArray = np.einsum("bnq,nq->bn", spread, self.design)
        return variance

    def posterior(self, sites: Sites) -> LatentPosterior:
        system = self._weighted(sites.precision)
        covariance = np.asarray(
            np.linalg.solve(system, np.broadcast_to(self.covariance, system.shape)), np.float64
        )
        prior_odds = self.design @ self.mean + self.offset
        pull = (sites.shift - sites.precision * prior_odds) @ self.design
        mean = self.mean + np.matmul(covariance, pull[:, :, None])[:, :, 0]
        variance = self._variance(covariance)
        return LatentPosterior(
            mean=mean,
            covariance=covariance,
            odds_mean=mean @ self.design.T + self.offset,
            odds_variance=np.maximum(variance, 1e-12),
            sites=sites,
            sweeps=0,
        )


def updated_sites(
    found: LatentPosterior,
    successes: FloatArray,
    failures: FloatArray,
    step: float,
    least: FloatArray,
) -> Sites:
    """Factors whose moments agree with those of the evidence in their place.

    Two facts keep rounding from running away: what the other factors leave of η is never less
    precise than the prior (``least``, shape (n_evidence,)), and the logarithm of a logistic
    likelihood is never more curved than a quarter of its tasks.
    """
    old = found.sites
    tasks = successes + failures
    left = np.maximum(1.0 / found.odds_variance - old.precision, least)
    cavity_mean = (found.odds_mean / found.odds_variance - old.shift) / left
    mean, variance = tilted_moments(successes, failures, cavity_mean, 1.0 / left)
    precision = np.clip(1.0 / variance - left, 0.0, tasks / 4)
    shift = np.where(tasks > 0, mean * (precision + left) - cavity_mean * left, 0.0)
    return Sites(
        old.precision + step * (precision - old.precision), old.shift + step * (shift - old.shift)
    )


def tilted_moments(
    successes: FloatArray, failures: FloatArray, mean: FloatArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of N(mean, variance) · σ(η)^s · (1 − σ(η))^f, elementwise.

    Adaptive Gauss–Hermite quadrature of 15 points around the mode (Liu & Pierce 1994), so sharp
    evidence is integrated as well as weak.
    """
    tasks = successes + failures
    mode = _mode(successes, failures, mean, variance)
    right = expit(mode)
    curvature = tasks * right * (1 - right) + 1 / variance
    points = mode[..., None] + np.sqrt(2 / curvature)[..., None] * _NODES
    log_weight = (
        _LOG_WEIGHTS
        - tasks[..., None] * np.logaddexp(0.0, -points)
        - failures[..., None] * points
        - (points - mean[..., None]) ** 2 / (2 * variance[..., None])
    )
    weight = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    weight /= weight.sum(axis=-1, keepdims=True)
    centre = (weight * points).sum(axis=-1)
    return centre, (weight * (points - centre[..., None]) ** 2).sum(axis=-1)


def _mode(
    successes: FloatArray, failures: FloatArray, mean: FloatArray, variance: FloatArray
) -> FloatArray:
    """Mode of the tilted distribution by Newton steps kept inside a shrinking bracket.

    The slope s − (s + f)·σ(x) − (x − mean)/variance falls, and is zero between mean − variance·f
    and mean + variance·s. The start weighs the mean against the score's own log odds.
    """
    tasks = successes + failures
    low, high = mean - variance * failures, mean + variance * successes
    share = (successes + 0.5) / (tasks + 1.0)
    worth = tasks * share * (1 - share) * variance
    mode: FloatArray = (mean + worth * logit(share)) / (1 + worth)
    found = np.zeros(mode.shape, dtype=np.bool_)
    for _ in range(_MODE_STEPS):
        mode = np.clip(mode, low, high)
        right = expit(mode)
        slope = successes - tasks * right - (mode - mean) / variance
        low, high = np.where(slope > 0, mode, low), np.where(slope > 0, high, mode)
        curvature = tasks * right * (1 - right) + 1 / variance
        to = mode + slope / curvature
        far = (to < low) | (to > high) | (np.abs(to - mode) > (high - low) / 2)
        to = np.where(far, (low + high) / 2, to)
        near = np.abs(to - mode) * np.sqrt(curvature) < _NEAR_MODE
        mode = np.where(found, mode, to)  # each stops by itself: no result depends on its company
        found |= near
        if found.all():
            break
    return mode
