"""Calibration of items from a table of answers: how hard each is, and how much it says.

Marginal likelihood over people by expectation maximisation (Bock & Aitkin 1981): the posterior of
every person's skills under the present items (expectation propagation), then for every item the
slope and the intercept that explain its answers best, averaged over those posteriors. Skills lean
on the person's general ability; how much is learned as well.

The scale is fixed by the bank: the geometric mean of the slopes is 1 and the mean intercept 0, so
that σ(skill) is the share of average items of this bank that the person does right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, roots_hermite
from scipy.special import logit as _logit

from engine.diagnostics.components import Components
from engine.diagnostics.latent import LatentPosterior, Sites, latent_posterior, some_people
from engine.domain import BoolArray, FloatArray

_NODES, _WEIGHTS = roots_hermite(11)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_NODES = _NODES * np.sqrt(2)
_CHUNK = 4_000
"""People whose quadrature is in memory at a time."""
_SWEEPS = 2
"""Of expectation propagation per step: it goes on from where the last step left it."""
_START_SDS = (1.0, 0.0, 0.5)
_LOG_SLOPE_STEP, _INTERCEPT_STEP = 0.3, 0.5
_LEAST_SLOPE, _MOST_SLOPE = 0.05, 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Items and people of one table of answers.

    Parameters
    ----------
    slopes, intercepts
        Shape (n_items,); an item without any answer has 1 and 0.
    mean
        Mean of every skill, in log odds.
    components
        Person's and skills' own variances.
    n_iterations
        Steps done; ``converged`` whether the last one moved nothing any more.
    """

    slopes: FloatArray
    intercepts: FloatArray
    mean: float
    components: Components
    n_iterations: int
    converged: bool


@dataclass(frozen=True, slots=True)
class CalibrationOptions:
    """How much the items are held together, and when to stop.

    Parameters
    ----------
    slope_sd
        Prior sd of the log slope around that of an average item.
    intercept_sd
        Prior sd of the intercept, in log odds.
    tolerance
        Greatest change of any slope, intercept, mean or sd in the last step.
    """

    slope_sd: float = 0.5
    intercept_sd: float = 2.0
    max_iterations: int = 200
    tolerance: float = 5e-4


def calibrate(
    responses: FloatArray, q_matrix: FloatArray, options: CalibrationOptions
) -> Calibration:
    """Calibrate the items of a checked table.

    Parameters
    ----------
    responses
        Shape (n_people, n_items), in [0, 1]; NaN = not answered. People without any answer say
        nothing and change nothing.
    q_matrix
        Shape (n_items, n_skills), 0 or 1, no empty row.
    """
    answered = ~np.isnan(responses)
    right = np.where(answered, responses, 0.0)
    wrong = np.where(answered, 1.0 - right, 0.0)
    weights = q_matrix / q_matrix.sum(axis=1, keepdims=True)
    state = _start(right, answered, q_matrix.shape[1])
    sites = Sites.none(*responses.shape)
    for step in range(1, options.max_iterations + 1):
        found = latent_posterior(
            np.full(weights.shape[1], state.mean),
            state.components.covariance,
            state.slopes[:, None] * weights,
            state.intercepts,
            right,
            wrong,
            start=sites,
            most_sweeps=_SWEEPS if step > 1 else 12,
        )
        sites = found.sites
        before = state
        state = _improved(state, found, weights, right, answered, options)
        moved = _distance(state, before)
        if moved < options.tolerance:
            break
    return Calibration(
        slopes=state.slopes,
        intercepts=state.intercepts,
        mean=state.mean,
        components=state.components,
        n_iterations=step,
        converged=moved < options.tolerance,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    slopes: FloatArray
    intercepts: FloatArray
    mean: float
    components: Components


def _distance(one: _State, other: _State) -> float:
    pairs = (
        (one.slopes, other.slopes),
        (one.intercepts, other.intercepts),
        (np.array([one.mean, *one.components.sds]), np.array([other.mean, *other.components.sds])),
    )
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def _start(right: FloatArray, answered: BoolArray, n_skills: int) -> _State:
    """Items as easy as their share of right answers says, all alike otherwise."""
    count = answered.sum(axis=0)
    share = (right.sum(axis=0) + 0.5) / (count + 1.0)
    easy = np.where(count > 0, _logit(share), 0.0)
    centre = float(easy[count > 0].mean()) if (count > 0).any() else 0.0
    return _State(
        slopes=np.ones(len(count)),
        intercepts=np.where(count > 0, easy - centre, 0.0),
        mean=centre,
        components=Components.of_groups(range(n_skills), _START_SDS),
    )


def _improved(
    state: _State,
    found: LatentPosterior,
    weights: FloatArray,
    right: FloatArray,
    answered: BoolArray,
    options: CalibrationOptions,
) -> _State:
    active, used = (np.asarray(answered.any(axis=axis)) for axis in (1, 0))
    people = some_people(found, active)
    centre = np.full(weights.shape[1], state.mean)
    components = state.components.updated(people, centre)
    mean = float(people.mean.mean())
    slopes, intercepts = _items(state, people, weights, right[active], answered[active], options)
    return _anchored(_State(slopes, intercepts, mean, components), used)


def _items(
    state: _State,
    found: LatentPosterior,
    weights: FloatArray,
    right: FloatArray,
    answered: BoolArray,
    options: CalibrationOptions,
) -> tuple[FloatArray, FloatArray]:
    """One Newton step per item on the posterior mean of its log likelihood."""
    log_slope, intercept = np.log(state.slopes), state.intercepts
    sums = np.zeros((5, len(intercept)))
    for rows in _chunks(len(right)):
        sums += _gradient(
            state, found, weights, right[rows], answered[rows].astype(np.float64), rows
        )
    by_slope, by_intercept, hss, hsi, hii = sums
    by_slope -= log_slope / options.slope_sd**2
    by_intercept -= intercept / options.intercept_sd**2
    hss += 1 / options.slope_sd**2
    hii += 1 / options.intercept_sd**2
    determinant = hss * hii - hsi**2
    step_slope = (hii * by_slope - hsi * by_intercept) / determinant
    step_intercept = (hss * by_intercept - hsi * by_slope) / determinant
    slopes = np.exp(log_slope + np.clip(step_slope, -_LOG_SLOPE_STEP, _LOG_SLOPE_STEP))
    intercepts = intercept + np.clip(step_intercept, -_INTERCEPT_STEP, _INTERCEPT_STEP)
    return np.clip(slopes, _LEAST_SLOPE, _MOST_SLOPE), intercepts


def _gradient(
    state: _State,
    found: LatentPosterior,
    weights: FloatArray,
    right: FloatArray,
    answered: FloatArray,
    rows: slice,
) -> FloatArray:
    """First derivatives and the information of (log slope, intercept), summed over people."""
    ability = found.mean[rows] @ weights.T
    variance = np.einsum("jk,bkl,jl->bj", weights, found.covariance[rows], weights, optimize=True)
    points = ability[..., None] + np.sqrt(variance)[..., None] * _NODES
    points *= state.slopes[:, None]
    chance = expit(points + state.intercepts[:, None])
    part = answered[..., None] * _WEIGHTS
    rest = (right[..., None] - chance) * part
    spread = chance * (1 - chance) * part
    return np.stack(
        [
            (rest * points).sum(axis=(0, 2)),
            rest.sum(axis=(0, 2)),
            (spread * points**2).sum(axis=(0, 2)),
            (spread * points).sum(axis=(0, 2)),
            spread.sum(axis=(0, 2)),
        ]
    )


def _chunks(n: int) -> Iterator[slice]:
    for start in range(0, n, _CHUNK):
        yield slice(start, min(start + _CHUNK, n))


def _anchored(state: _State, used: BoolArray) -> _State:
    """The same model in the unit where the answered items are average: slope 1, intercept 0.

    slope·skill + intercept stays what it is: the unit of the skills takes up the mean slope, and
    their origin the mean intercept.
    """
    unit = float(np.exp(np.log(state.slopes[used]).mean()))
    slopes = state.slopes / unit
    origin = float(state.intercepts[used].mean() / slopes[used].mean())
    return _State(
        slopes=np.where(used, slopes, 1.0),
        intercepts=np.where(used, state.intercepts - slopes * origin, 0.0),
        mean=state.mean * unit + origin,
        components=state.components.scaled(unit),
    )


def expected_share(mean: FloatArray, variance: FloatArray) -> FloatArray:
    """E[σ(η)], η ~ N(mean, variance), elementwise; Gauss–Hermite with 11 points."""
    share: FloatArray = expit(mean[..., None] + np.sqrt(variance)[..., None] * _NODES) @ _WEIGHTS
    return share
