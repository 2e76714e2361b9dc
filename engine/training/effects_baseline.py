"""What earlier diagnostics say of a later one: the baseline that gains are counted from.

Somebody who looked weak by bad luck looks better the next time without having learned anything.
So a later score is compared with the posterior of the proficiency given *all earlier evidence*,
not with the earlier score: what regression to the mean gives back is in the posterior already.

Means of the nodes, and how much people, directions and nodes differ, are those of the people at
hand (``effects_population``). How evidence ages, how much competencies move between sittings and
how much a sheet is harder than another are the policy's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.diagnostics.logit_normal import share_moments
from engine.domain import FloatArray
from engine.policy import Diagnostics
from engine.training.effects_evidence import Batch, Measurements
from engine.training.effects_population import Population
from engine.training.logistic_sites import normal_sites

_CHUNK = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What was to be expected at the rows of one batch had nobody learned anything since.

    Parameters
    ----------
    batch
        Which rows.
    mean
        Shape (n, n_rows): E[θ | earlier evidence] at the node's own last day, in (0, 1).
    covariance
        Shape (n, n_rows, n_rows), of θ given that evidence.
    unseen
        Shape (n, n_rows, n_evidence): what part of the gains before each earlier row the
        baseline has *not* noticed, see ``baselines``.
    """

    batch: Batch
    mean: FloatArray
    covariance: FloatArray
    unseen: FloatArray


def baselines(
    table: Measurements, batches: list[Batch], population: Population, rule: Diagnostics
) -> list[Baseline]:
    """Baselines of all later sittings.

    Notes
    -----
    The posterior of the log odds α is that of ``engine.diagnostics``: expectation propagation with
    logistic likelihoods, here with a covariance per person. It expects no gains between earlier
    sittings, so it notices them in part only. With Gaussian factors the posterior mean moves by
    A·δ if what is behind the evidence moves by δ, so of gains G before the earlier rows the part
    (e − A)·G is still missing at a row whose base is e. The regression adds this part to the row's
    own gains (with dα = dθ / slope), which makes the rows the innovations of a Kalman filter.
    """
    steps = _steps(table, rule)
    return [_baseline(table, part, population, rule, steps) for part in _parts(batches)]


def _parts(batches: list[Batch]) -> Iterator[Batch]:
    for batch in batches:
        for first in range(0, len(batch.rows), _CHUNK):
            yield batch.part(first, _CHUNK)


def _steps(table: Measurements, rule: Diagnostics) -> FloatArray:
    """Variance of a competency's steps up to each row, from the person's first sitting on."""
    days, which = np.unique(np.column_stack([table.person, table.day]), axis=0, return_inverse=True)
    gap = np.diff(days[:, 1], prepend=0)
    same = np.diff(days[:, 0], prepend=-1) == 0
    step = np.where(same, rule.change_sd**2 * -np.expm1(-gap * np.log(2) / rule.change_days), 0.0)
    total = np.cumsum(step)
    first = np.maximum.accumulate(np.where(same, 0, np.arange(len(days))))
    taken: FloatArray = (total - total[first])[which.ravel()]
    return taken


def _baseline(
    table: Measurements,
    batch: Batch,
    population: Population,
    rule: Diagnostics,
    steps: FloatArray,
) -> Baseline:
    ev = batch.evidence
    node, day, taken = table.node[ev], table.day[ev], steps[ev]
    gap = np.abs(day[:, :, None] - day[:, None, :])
    prior = population.covariance[node[:, :, None], node[:, None, :]]
    prior = prior * 2.0 ** (-gap / (2 * rule.half_life_days))
    same_node = node[:, :, None] == node[:, None, :]
    moved = np.minimum(taken[:, :, None], taken[:, None, :])
    prior = prior + np.where(same_node, 1.0, 0.5) * moved
    sheet = table.sheet[ev]
    noise = np.where(sheet[:, :, None] == sheet[:, None, :], table.sheet_sd[ev][:, :, None] ** 2, 0)
    tasks = table.tasks[ev]
    right = table.share[ev] * tasks
    mean = population.mean[node]
    precision, shift = normal_sites(mean, prior + noise, right, tasks - right)
    weight = np.eye(ev.shape[1]) + precision[:, :, None] * (prior + noise)
    # Kᵀ = (I + ΛC)⁻¹ applied to columns; gain A = C_α (I + ΛC)⁻¹ Λ.
    inverse = np.linalg.inv(weight)
    pull = np.einsum("bij,bj->bi", inverse, shift - precision * mean)
    alpha = mean + np.einsum("bij,bj->bi", prior, pull)
    gain = prior @ inverse * precision[:, None, :]
    covariance = prior - gain @ prior
    sd = np.sqrt(np.maximum(np.einsum("bii->bi", covariance), 1e-9))
    share, share_sd = share_moments(alpha, sd)
    slope = share_sd / sd
    at = np.arange(len(ev))[:, None]
    base = batch.base
    own_slope = slope[at, base]
    among = covariance[at[:, :, None], base[:, :, None], base[:, None, :]]
    unit = np.zeros((*base.shape, ev.shape[1]))
    unit[at, np.arange(base.shape[1]), base] = 1.0
    return Baseline(
        batch=batch,
        mean=share[at, base],
        covariance=among * own_slope[:, :, None] * own_slope[:, None, :],
        unseen=own_slope[:, :, None] * (unit - gain[at, base]) / slope[:, None, :],
    )
