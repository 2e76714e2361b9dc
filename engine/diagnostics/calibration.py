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
from scipy.special import expit
from scipy.special import logit as _logit

from engine.diagnostics.components import PRIOR_MEAN, PRIOR_MEAN_SD, PRIOR_SD, Components, Moments
from engine.diagnostics.fixed_point import fixed_point
from engine.diagnostics.item_sums import NODES, WEIGHTS, ItemSums
from engine.diagnostics.latent import Sites, latent_posterior
from engine.domain import BoolArray, FloatArray

_CHUNK_CELLS = 100_000
"""Answers done at a time: quadrature takes some 500 bytes for each of them."""
_SWEEPS = 2
"""Of expectation propagation per step: it goes on from where the last step left it."""
_FIRST_SWEEPS = 12
_START_SDS = (1.0, 0.0, 0.5)
_LOG_SLOPE_STEP, _INTERCEPT_STEP = 0.3, 0.5
_COMMON_STEPS = (-0.3, -0.5), (0.3, 0.5)
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
        Steps done; ``converged`` whether neither the last one nor what it leads to moved anything
        any more.
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
        Greatest change of any slope, intercept, mean or sd, in the last step and to where it leads.
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
        Shape (n_people, n_items), in [0, 1]; NaN = not answered, at least one answer. People
        without any answer say nothing and change nothing.
    q_matrix
        Shape (n_items, n_skills), 0 or 1, no empty row.
    """
    active = ~np.isnan(responses).all(axis=1)
    responses = responses if active.all() else responses[active]
    calibrator = _Calibrator(responses, q_matrix, options)
    found = fixed_point(
        calibrator.step,
        calibrator.start(),
        measured=calibrator.measured,
        tolerance=options.tolerance,
        most_steps=options.max_iterations,
    )
    state = calibrator.unpacked(found.value)
    return Calibration(
        slopes=state.slopes,
        intercepts=state.intercepts,
        tasks=state.tasks,
        mean=state.mean,
        components=state.components,
        n_iterations=found.n_iterations,
        converged=found.converged,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    slopes: FloatArray
    intercepts: FloatArray
    tasks: FloatArray
    mean: float
    components: Components

    def packed(self) -> FloatArray:
        """One vector: log slopes, intercepts, log tasks, mean, log sds."""
        logs = np.log(self.slopes), self.intercepts, np.log(self.tasks)
        return np.concatenate([*logs, [self.mean], np.log(self.components.sds)])


class _Calibrator:
    """The table, and the factors of expectation propagation that go on from step to step."""

    def __init__(
        self, responses: FloatArray, q_matrix: FloatArray, options: CalibrationOptions
    ) -> None:
        self._responses, self._options = responses, options
        self._weights = q_matrix / q_matrix.sum(axis=1, keepdims=True)
        self._components = Components.of_groups(range(q_matrix.shape[1]), _START_SDS)
        self._sites = Sites.none(*responses.shape)
        self._sweeps = _FIRST_SWEEPS
        self._count = (~np.isnan(responses)).sum(axis=0)
        # comparisons with NaN are false
        self._partial: BoolArray = np.asarray(((responses > 0) & (responses < 1)).any(axis=0))

    def start(self) -> FloatArray:
        """Items as easy as their share of right answers says, all alike otherwise."""
        share = (np.nansum(self._responses, axis=0) + 0.5) / (self._count + 1.0)
        easy = np.where(self._count > 0, _logit(share), 0.0)
        centre = float(easy[self._count > 0].mean())
        ones = np.ones(len(easy))
        intercepts = np.where(self._count > 0, easy - centre, 0.0)
        return _State(ones, intercepts, ones, centre, self._components).packed()

    def unpacked(self, value: FloatArray) -> _State:
        n = len(self._count)
        return _State(
            slopes=np.exp(value[:n]),
            intercepts=value[n : 2 * n],
            tasks=np.clip(np.exp(value[2 * n : 3 * n]), 1.0, _MOST_TASKS),
            mean=float(value[3 * n]),
            components=self._components.with_sds(np.exp(value[3 * n + 1 :])),
        )

    def measured(self, value: FloatArray) -> FloatArray:
        """Slopes and sds as they are; tasks by their logarithm."""
        n = len(self._count)
        return np.concatenate([np.exp(value[:n]), value[n : 3 * n + 1], np.exp(value[3 * n + 1 :])])

    def step(self, value: FloatArray) -> FloatArray:
        """Posterior of all people, then the parameters that suit it better."""
        state = self.unpacked(value)
        moments, sums = self._expected(state)
        centre = np.full(self._weights.shape[1], state.mean)
        slopes, intercepts = _items(state, sums, self._options)
        proposal = _State(
            slopes=slopes,
            intercepts=intercepts,
            tasks=_tasks(sums, self._count, self._partial),
            mean=_likely_mean(moments, state.components.covariance),
            components=state.components.updated(moments, centre),
        )
        return _anchored(proposal, state, sums, self._count > 0).packed()

    def _expected(self, state: _State) -> tuple[Moments, ItemSums]:
        n_items, n_skills = self._weights.shape
        square = np.zeros((n_skills, n_skills))
        moments = Moments(0, np.zeros(n_skills), square, square)
        sums = ItemSums.none(n_items)
        covariance = state.components.covariance
        for part in people_chunks(*self._responses.shape):
            answered = ~np.isnan(self._responses[part])
            right = np.where(answered, self._responses[part], 0.0)
            found = latent_posterior(
                np.full(n_skills, state.mean),
                covariance,
                state.slopes[:, None] * self._weights,
                state.intercepts,
                right * state.tasks,
                (answered - right) * state.tasks,
                start=Sites(self._sites.precision[part], self._sites.shift[part]),
                most_sweeps=self._sweeps,
            )
            self._sites.precision[part] = found.sites.precision
            self._sites.shift[part] = found.sites.shift
            moments += Moments.of(found)
            sums += ItemSums.of(
                found,
                right,
                answered,
                state.intercepts,
                state.tasks,
                partial=bool(self._partial.any()),
            )
        self._sweeps = _SWEEPS
        return moments, sums


def people_chunks(n_people: int, n_items: int) -> Iterator[slice]:
    """Rows to be done at a time, so that memory does not grow with the number of people."""
    size = max(1, _CHUNK_CELLS // max(1, n_items))
    for start in range(0, n_people, size):
        yield slice(start, min(start + size, n_people))


def _tasks(sums: ItemSums, count: FloatArray, partial: BoolArray) -> FloatArray:
    """Effective tasks of an answer to each item, by the moments of what the others tell.

    Given the log odds η an answer varies by φ·σ(1 − σ), so around its prediction without itself by
    φ·E[σ(1 − σ)] + Var(σ); a single task right or wrong has φ = 1, and 1/φ is the worth in tasks.
    """
    excess, single = (np.where(partial, part, 0.0) for part in (sums.excess, sums.single))
    answers = float(count[partial].sum())
    steady = _POOLED_ANSWERS * max(single.sum() / max(answers, 1.0), 1e-9)
    pooled = excess.sum() / max(single.sum(), 1e-9)
    phi = (excess + steady * pooled) / (single + steady)
    tasks: FloatArray = np.where(partial, np.clip(1 / np.maximum(phi, 1e-9), 1.0, _MOST_TASKS), 1.0)
    return tasks


def _items(
    state: _State, sums: ItemSums, options: CalibrationOptions
) -> tuple[FloatArray, FloatArray]:
    """One Newton step per item on the posterior mean of its log likelihood."""
    log_slope, intercept = np.log(state.slopes), state.intercepts
    by_slope = sums.by_slope - log_slope / options.slope_sd**2
    by_intercept = sums.by_intercept - intercept / options.intercept_sd**2
    hss, hsi = sums.slope_slope + 1 / options.slope_sd**2, sums.slope_intercept
    hii = sums.intercept_intercept + 1 / options.intercept_sd**2
    determinant = hss * hii - hsi**2
    step_slope = (hii * by_slope - hsi * by_intercept) / determinant
    step_intercept = (hss * by_intercept - hsi * by_slope) / determinant
    slopes = np.exp(log_slope + np.clip(step_slope, -_LOG_SLOPE_STEP, _LOG_SLOPE_STEP))
    intercepts = intercept + np.clip(step_intercept, -_INTERCEPT_STEP, _INTERCEPT_STEP)
    return np.clip(slopes, _LEAST_SLOPE, _MOST_SLOPE), intercepts


def _anchored(state: _State, before: _State, sums: ItemSums, used: BoolArray) -> _State:
    """The same model in the unit where the answered items are average: slope 1, intercept 0.

    What all items want in common is no property of theirs but the unit and the origin of the
    skills: people's mean and sds take it up (parameter expansion, Liu, Rubin & Wu 1998).
    """
    stretch, shift = _common_step(state, before, sums)
    slopes = state.slopes / float(np.exp(np.log(state.slopes[used]).mean()))
    origin = float(state.intercepts[used].mean() / slopes[used].mean())
    return _State(
        slopes=np.where(used, slopes, 1.0),
        intercepts=np.where(used, state.intercepts - slopes * origin, 0.0),
        tasks=state.tasks,
        mean=state.mean * float(np.exp(stretch)) + shift,
        components=state.components.scaled(float(np.exp(stretch))),
    )


def _common_step(state: _State, before: _State, sums: ItemSums) -> tuple[float, float]:
    """Newton step of the skills' log unit x and origin y, skill → eˣ·skill + y.

    The priors of the mean and of the sds, which both move, hold it: −(mean·eˣ + y − PRIOR_MEAN)² /
    (2·PRIOR_MEAN_SD²) + Σ_c (x − v_c·e²ˣ / (2·PRIOR_SD²)).
    """
    worth = np.array(state.components.variances) / PRIOR_SD**2
    along = np.array([state.mean, 1.0])
    a = before.slopes
    slope = np.array([sums.by_slope.sum(), (a * sums.by_intercept).sum()])
    slope += [(1 - worth).sum(), 0.0]
    slope -= (state.mean - PRIOR_MEAN) / PRIOR_MEAN_SD**2 * along
    mixed = (a * sums.slope_intercept).sum()
    information = np.array(
        [[sums.slope_slope.sum(), mixed], [mixed, (a**2 * sums.intercept_intercept).sum()]]
    )
    information += np.diag([2 * worth.sum(), 0.0]) + np.outer(along, along) / PRIOR_MEAN_SD**2
    step = np.linalg.solve(information, slope)
    stretch, shift = np.clip(step, *_COMMON_STEPS).tolist()
    return stretch, shift


def _likely_mean(moments: Moments, covariance: FloatArray) -> float:
    """Most probable mean of the skills under its prior."""
    n_skills = len(covariance)
    told = moments.count * n_skills / covariance.sum(axis=0).mean()
    average = moments.total.mean() / moments.count
    return float((told * average + PRIOR_MEAN / PRIOR_MEAN_SD**2) / (told + 1 / PRIOR_MEAN_SD**2))


def expected_share(mean: FloatArray, variance: FloatArray) -> FloatArray:
    """E[σ(η)], η ~ N(mean, variance), elementwise; Gauss–Hermite with 11 points."""
    share: FloatArray = expit(mean[..., None] + np.sqrt(variance)[..., None] * NODES) @ WEIGHTS
    return share
