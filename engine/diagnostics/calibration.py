"""Calibration of items from a table of answers: how hard each is, and how much it says.

Marginal likelihood over people by expectation maximisation (Bock & Aitkin 1981): the posterior of
every person's skills under the present items (expectation propagation), then for every item the
slope and the intercept that explain its answers best, averaged over those posteriors. Skills lean
on the person's general ability; how much is learned as well.

The scale is fixed by the bank: the geometric mean of the slopes is 1 and the mean intercept 0, so
that σ(skill) is the share of average items of this bank that the person does right.

An answer that may be right in part says more than one task right or wrong: its spread around what
was to be expected is smaller. How many tasks it is worth is learned from that spread, so that its
likelihood (Wedderburn 1974) holds as much as the answers show.
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
_MOST_TASKS = 20.0
_POOLED_ANSWERS = 20.0
"""Answers' worth of the spread of all items that steadies the spread of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Items and people of one table of answers.

    Parameters
    ----------
    slopes, intercepts
        Shape (n_items,); an item without any answer has 1 and 0.
    tasks
        Shape (n_items,), ≥ 1: effective tasks of one answer; 1 where all are right or wrong.
    mean
        Mean of every skill, in log odds.
    components
        Person's and skills' own variances.
    n_iterations
        Steps done; ``converged`` whether the last one moved nothing any more.
    """

    slopes: FloatArray
    intercepts: FloatArray
    tasks: FloatArray
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
            right * state.tasks,
            wrong * state.tasks,
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
        tasks=state.tasks,
        mean=state.mean,
        components=state.components,
        n_iterations=step,
        converged=moved < options.tolerance,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    slopes: FloatArray
    intercepts: FloatArray
    tasks: FloatArray
    mean: float
    components: Components


def _distance(one: _State, other: _State) -> float:
    pairs = (
        (one.slopes, other.slopes),
        (one.intercepts, other.intercepts),
        (np.log(one.tasks), np.log(other.tasks)),
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
        tasks=np.ones(len(count)),
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
    tasks = _tasks(people, right[active], answered[active])
    return _anchored(_State(slopes, intercepts, tasks, mean, components), used)


def _tasks(found: LatentPosterior, right: FloatArray, answered: BoolArray) -> FloatArray:
    """Effective tasks of an answer to each item, by the moments of what the others tell.

    Given the log odds η an answer varies by φ·σ(1 − σ), so around its prediction without itself by
    φ·E[σ(1 − σ)] + Var(σ); a single task right or wrong has φ = 1, and 1/φ is the worth in tasks.
    """
    partial = ((right > 0) & (right < 1) & answered).any(axis=0)
    sums = np.zeros((2, right.shape[1]))
    for rows in _chunks(len(right)) if partial.any() else ():
        sums += _spread(found, right[rows], answered[rows], rows)
    excess, single = np.where(partial, sums, 0.0)
    answers = float(answered[:, partial].sum())
    steady = _POOLED_ANSWERS * max(single.sum() / max(answers, 1.0), 1e-9)
    pooled = excess.sum() / max(single.sum(), 1e-9)
    phi = (excess + steady * pooled) / (single + steady)
    tasks: FloatArray = np.where(partial, np.clip(1 / np.maximum(phi, 1e-9), 1.0, _MOST_TASKS), 1.0)
    return tasks


def _spread(
    found: LatentPosterior, right: FloatArray, answered: BoolArray, rows: slice
) -> FloatArray:
    """Per item: Σ (answer − E σ)² − Var σ, and Σ E σ(1 − σ), without the answer itself."""
    variance, mean = found.odds_variance[rows], found.odds_mean[rows]
    left = np.maximum(1 / variance - found.sites.precision[rows], 1e-9)
    mean = (mean / variance - found.sites.shift[rows]) / left
    chance = expit(mean[..., None] + np.sqrt(1 / left)[..., None] * _NODES)
    expected = chance @ _WEIGHTS
    unsure = (chance - expected[..., None]) ** 2 @ _WEIGHTS
    single = (chance * (1 - chance)) @ _WEIGHTS
    excess = (right - expected) ** 2 - unsure
    return np.stack([(excess * answered).sum(axis=0), (single * answered).sum(axis=0)])


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
    part = (answered * state.tasks)[..., None] * _WEIGHTS
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
        tasks=state.tasks,
        mean=state.mean * unit + origin,
        components=state.components.scaled(unit),
    )


def expected_share(mean: FloatArray, variance: FloatArray) -> FloatArray:
    """E[σ(η)], η ~ N(mean, variance), elementwise; Gauss–Hermite with 11 points."""
    share: FloatArray = expit(mean[..., None] + np.sqrt(variance)[..., None] * _NODES) @ _WEIGHTS
    return share
