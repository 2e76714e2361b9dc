"""What a table of block scores teaches of people and nodes.

Log odds of person p at node k are u_pk ~ N(m, S) with S of the person's, the directions' and the
nodes' own effects; the nodes' means m_k ~ N(mean, difficulty_sd²) lie around a common one, so that
a node which few people were measured at is thought to be about as hard as the others. All of it is
where the marginal likelihood over people, with weak priors (see ``components``), is greatest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logit as _logit

from engine.diagnostics.components import (
    LEAST_VARIANCE,
    PRIOR_MEAN,
    PRIOR_MEAN_SD,
    Components,
    Moments,
    likely_variance,
)
from engine.diagnostics.fixed_point import fixed_point
from engine.diagnostics.latent import Sites, latent_posterior
from engine.domain import FloatArray

_CHUNK = 1_000
"""People done at a time: their matrices should stay in the processor's cache."""
_SWEEPS = 2
"""Of expectation propagation per step: it goes on from where the last step left it."""
_FIRST_SWEEPS = 12
_START_DIFFICULTY = 0.5
_START_SHARES = 0.05, 0.95
_LONGEST_STEP = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ScoreFit:
    """People and nodes of a table of scores, in log odds.

    Parameters
    ----------
    mean, difficulty_sd
        Of the nodes' means; the sd is 0 with one node.
    node_means
        Shape (n_nodes,): of the average person.
    components
        Variances of the person's, the directions' and the nodes' own effects.
    """

    mean: float
    difficulty_sd: float
    node_means: FloatArray
    components: Components
    n_iterations: int
    converged: bool


def fit_scores(
    successes: FloatArray,
    failures: FloatArray,
    components: Components,
    *,
    tolerance: float,
    most_steps: int,
) -> ScoreFit:
    """Learn from people who were measured at one node at least.

    Parameters
    ----------
    successes, failures
        Shape (n_people, n_nodes), ≥ 0, in effective tasks; both 0 = not measured.
    components
        Where the variances start.
    tolerance
        Greatest change of a mean or an sd, in the last step and in the extrapolation from it.
    """
    learner = _Learner(successes, failures, components)
    found = fixed_point(
        learner.step,
        learner.start(),
        measured=learner.measured,
        tolerance=tolerance,
        most_steps=most_steps,
    )
    means, components, difficulty = learner.unpacked(found.value)
    n = len(means)
    return ScoreFit(
        mean=_Nodes(difficulty**2, n).centre(means) if n > 1 else float(means[0]),
        difficulty_sd=difficulty if n > 1 else 0.0,
        node_means=means,
        components=components,
        n_iterations=found.n_iterations,
        converged=found.converged,
    )


class _Learner:
    """Parameters as one vector: the nodes' means, log sds of the components and of the means."""

    def __init__(self, successes: FloatArray, failures: FloatArray, components: Components) -> None:
        self._successes, self._failures, self._components = successes, failures, components
        self._sites = Sites.none(*successes.shape)
        self._sweeps = _FIRST_SWEEPS

    def start(self) -> FloatArray:
        """Nodes as easy as their shares say, within reason."""
        right, wrong = self._successes.sum(axis=0), self._failures.sum(axis=0)
        means = _logit(np.clip((right + 2) / (right + wrong + 4), *_START_SHARES))
        # of one node the mean is the mean of all
        difficulty = _START_DIFFICULTY if len(means) > 1 else np.sqrt(LEAST_VARIANCE)
        sds = np.array([*self._components.sds, difficulty])
        return np.concatenate([means, np.log(sds)])

    def unpacked(self, value: FloatArray) -> tuple[FloatArray, Components, float]:
        n = self._successes.shape[1]
        sds = np.exp(value[n:])
        return value[:n], self._components.with_sds(sds[:-1]), float(sds[-1])

    def measured(self, value: FloatArray) -> FloatArray:
        """In log odds throughout."""
        n = self._successes.shape[1]
        return np.concatenate([value[:n], np.exp(value[n:])])

    def step(self, value: FloatArray) -> FloatArray:
        """Posterior of all people, then the parameters that suit it better."""
        means, components, difficulty = self.unpacked(value)
        moments = self._moments(means, components)
        better = components.updated(moments, means)
        nodes = _Nodes(difficulty**2, len(means))
        moved, covariance = nodes.moved(means, components.covariance, moments)
        if len(means) > 1:
            difficulty = float(np.sqrt(nodes.likely_variance(moved, covariance)))
        return np.concatenate([moved, np.log([*better.sds, difficulty])])

    def _moments(self, means: FloatArray, components: Components) -> Moments:
        n = len(means)
        total = Moments(0, np.zeros(n), np.zeros((n, n)), np.zeros((n, n)))
        covariance = components.covariance
        for first in range(0, len(self._successes), _CHUNK):
            part = slice(first, first + _CHUNK)
            found = latent_posterior(
                means,
                covariance,
                np.eye(n),
                np.zeros(n),
                self._successes[part],
                self._failures[part],
                start=Sites(self._sites.precision[part], self._sites.shift[part]),
                most_sweeps=self._sweeps,
            )
            self._sites.precision[part] = found.sites.precision
            self._sites.shift[part] = found.sites.shift
            total += Moments.of(found)
        self._sweeps = _SWEEPS
        return total


class _Nodes:
    """Means of n nodes, N(mean, variance) each around a mean that is itself uncertain."""

    def __init__(self, variance: float, n: int) -> None:
        self._variance, self._n = variance, n
        common = PRIOR_MEAN_SD**2 * np.ones((n, n))
        self._precision = np.linalg.inv(variance * np.eye(n) + common)
        self._centre_precision = n / variance + 1 / PRIOR_MEAN_SD**2

    def centre(self, means: FloatArray) -> float:
        """What the mean is thought to be, given the nodes' means."""
        pull = means.sum() / self._variance + PRIOR_MEAN / PRIOR_MEAN_SD**2
        return float(pull / self._centre_precision)

    def moved(
        self, means: FloatArray, covariance: FloatArray, moments: Moments
    ) -> tuple[FloatArray, FloatArray]:
        """Newton step of the nodes' means, and their posterior covariance.

        Notes
        -----
        What the scores say of m has the derivative S⁻¹·Σ_p(E u_p − m) and the information
        S⁻¹·Σ_p(S − Cov u_p)·S⁻¹ (Louis 1982).
        """
        inverse = np.linalg.inv(covariance)
        known = inverse @ (moments.count * covariance - moments.covariance) @ inverse
        spread: FloatArray = np.linalg.inv((known + known.T) / 2 + self._precision)
        slope = inverse @ (moments.total - moments.count * means)
        slope = slope - self._precision @ (means - PRIOR_MEAN)
        return means + np.clip(spread @ slope, -_LONGEST_STEP, _LONGEST_STEP), spread

    def likely_variance(self, means: FloatArray, covariance: FloatArray) -> float:
        """Variance of the nodes' means, by a step of expectation maximisation."""
        n = self._n
        # deviations from the mean as it follows from the nodes' means
        deviate = np.eye(n) - 1 / (self._variance * self._centre_precision)
        spread = np.einsum("ij,jk,ik->i", deviate, covariance, deviate) + 1 / self._centre_precision
        square = float(((means - self.centre(means)) ** 2 + spread).mean())
        return likely_variance(square, n)
