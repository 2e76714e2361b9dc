"""Normal factors in the place of logistic evidence, where every person has a prior of his own.

``engine.diagnostics.latent`` does the same for people who share one prior and any design; here
each piece of evidence is about one latent, and people differ in what was measured and when.
"""

from __future__ import annotations

import numpy as np

from engine.diagnostics.latent import tilted_moments
from engine.domain import FloatArray

Sites = tuple[FloatArray, FloatArray]
"""Precision, and precision times mean, of each factor; shape (n, n_evidence)."""

_SWEEPS = 60
_TOLERANCE = 2e-3
"""Greatest change of a person's log odds in the last sweep."""
_DAMPED_EVERY = 12


def normal_sites(
    mean: FloatArray,
    covariance: FloatArray,
    successes: FloatArray,
    failures: FloatArray,
    *,
    start: Sites | None = None,
    most_sweeps: int = _SWEEPS,
) -> Sites:
    """Expectation propagation.

    Parameters
    ----------
    mean, covariance
        Shapes (n, n_evidence) and (n, n_evidence, n_evidence): prior of the log odds, each
        person's own.
    successes, failures
        Shape (n, n_evidence), ≥ 0, in effective tasks.
    start
        Factors of a similar calculation.

    Returns
    -------
    precision, precision times mean
        Shape (n, n_evidence) each.
    """
    n = mean.shape[1]
    least = 1.0 / np.einsum("bii->bi", covariance)
    precision, shift = (a.copy() for a in start) if start else np.zeros((2, *mean.shape))
    rows = np.arange(len(mean))
    before = np.full(mean.shape, np.inf)
    for sweep in range(most_sweeps):
        prior = covariance if len(rows) == len(mean) else covariance[rows]
        told, centre = precision[rows], mean[rows]
        spread = np.linalg.solve(np.eye(n) + prior * told[:, None, :], prior)
        centre = centre + np.einsum("bij,bj->bi", spread, shift[rows] - told * centre)
        variance = np.maximum(np.einsum("bii->bi", spread), 1e-9)
        going = np.abs(centre - before[rows]).max(axis=1) >= _TOLERANCE
        before[rows] = centre
        rows, centre, variance, told = rows[going], centre[going], variance[going], told[going]
        if not len(rows):
            break
        left = np.maximum(1.0 / variance - told, least[rows])
        cavity = (centre / variance - shift[rows]) / left
        s, f = successes[rows], failures[rows]
        tilted, tilted_variance = tilted_moments(s, f, cavity, 1.0 / left)
        # The logarithm of a logistic likelihood is never more curved than a quarter of its tasks.
        new = np.clip(1.0 / tilted_variance - left, 0.0, (s + f) / 4)
        step = max(0.5 ** (sweep // _DAMPED_EVERY), 0.125)
        precision[rows] += step * (new - told)
        shift[rows] += step * (tilted * (new + left) - cavity * left - shift[rows])
    return precision, shift
