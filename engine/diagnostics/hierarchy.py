"""Hierarchical beta-binomial posterior of a person's level and of the nodes below it.

The model, for one person with level μ and measured nodes k::

    μ         ~ Beta(m·n₀, (1 − m)·n₀)              m = prior_mean, n₀ = prior_tasks
    θ_k | μ   ~ Beta(κ·μ, κ·(1 − μ))                κ = node_tasks
    evidence  ∝ θ_k^s_k · (1 − θ_k)^f_k             s_k + f_k = effective tasks of node k

Effective tasks need not be whole: reliability and ageing raise the likelihood to a power below 1
(power prior, Ibrahim & Chen 2000). Each θ_k integrates out in closed form,

    L_k(μ) = B(κμ + s_k, κ(1 − μ) + f_k) / B(κμ, κ(1 − μ)),

so that only μ is left. It is integrated by Gauss–Jacobi quadrature, whose weight function is the
prior itself; the rest is smooth on [0, 1], so the result is exact to rounding and not a normal
approximation, which matters for the usual six tasks and for scores of nothing or everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import gammaln, roots_jacobi

from engine.domain import FloatArray
from engine.errors import ConfigurationError

MOST_PRIOR_TASKS = 1000
"""A prior worth more leaves nothing to the evidence, and its quadrature overflows."""

_QUADRATURE_POINTS = 200
"""Spacing ≈ π/400 in the middle of [0, 1]: fine enough for a person's level known to ±0.01."""


@dataclass(frozen=True, slots=True)
class HierarchicalPosterior:
    """Moments of the posterior.

    Parameters
    ----------
    mean, sd
        Shape (n_nodes,), in (0, 1): of the nodes.
    overall_mean, overall_sd
        Of the person's level.
    """

    mean: FloatArray
    sd: FloatArray
    overall_mean: float
    overall_sd: float


def hierarchical_posterior(
    successes: FloatArray,
    failures: FloatArray,
    *,
    prior_mean: float,
    prior_tasks: float,
    node_tasks: float,
) -> HierarchicalPosterior:
    """Posterior moments of the person's level and of each node.

    Parameters
    ----------
    successes, failures
        Shape (n_nodes,), ≥ 0, in effective tasks; no nodes gives the prior.
    prior_mean
        In (0, 1).
    prior_tasks, node_tasks
        In tasks, > 0; ``prior_tasks`` at most 1000.

    Raises
    ------
    ConfigurationError
        For a prior outside these ranges.

    Notes
    -----
    Given μ the mean of a node is c(μ) = (κμ + s)/(κ + n). By the law of total variance its sd
    has the spread within, E[c(1 − c)]/(κ + n + 1), and the spread of c(μ) over the posterior of
    μ: how uncertain the person's level is reaches every node.
    """
    level, prior_weight = _prior_nodes(prior_mean, prior_tasks)
    s, f = successes[:, None], failures[:, None]
    weight = _level_weights(level, prior_weight, s, f, node_tasks)
    tasks = node_tasks + s + f
    centre = (node_tasks * level + s) / tasks
    mean = centre @ weight
    within = ((centre * (1 - centre)) @ weight) / (tasks[:, 0] + 1)
    between = ((centre - mean[:, None]) ** 2) @ weight
    overall_mean = float(level @ weight)
    return HierarchicalPosterior(
        mean=mean,
        sd=np.sqrt(within + between),
        overall_mean=overall_mean,
        overall_sd=float(np.sqrt(((level - overall_mean) ** 2) @ weight)),
    )


def _level_weights(
    level: FloatArray,
    prior_weight: FloatArray,
    successes: FloatArray,
    failures: FloatArray,
    node_tasks: float,
) -> FloatArray:
    """Posterior weight of each quadrature point of the person's level, summing to 1."""
    a, b = node_tasks * level, node_tasks * (1 - level)
    log_likelihood = (gammaln(a + successes) - gammaln(a) + gammaln(b + failures) - gammaln(b)).sum(
        axis=0
    )
    weight = prior_weight * np.exp(log_likelihood - log_likelihood.max())
    normalised: FloatArray = weight / weight.sum()
    return normalised


@lru_cache(maxsize=32)
def _prior_nodes(prior_mean: float, prior_tasks: float) -> tuple[FloatArray, FloatArray]:
    """Quadrature points in (0, 1) and their weights under the prior, summing to 1."""
    if not (0 < prior_mean < 1 and 0 < prior_tasks <= MOST_PRIOR_TASKS):
        raise ConfigurationError(
            f"prior_mean {prior_mean} must lie inside (0, 1) and prior_tasks {prior_tasks} "
            f"in (0, {MOST_PRIOR_TASKS}]"
        )
    a, b = prior_mean * prior_tasks, (1 - prior_mean) * prior_tasks
    points, weights = roots_jacobi(_QUADRATURE_POINTS, b - 1, a - 1)
    return (points + 1) / 2, weights / weights.sum()
