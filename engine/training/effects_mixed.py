"""Linear mixed model of gains: variances by restricted likelihood, effects by their posterior.

The rows of one later sitting have a joint normal error; effects are nested: what an activity does
at a node is its kind's factor, what its provider adds within the kind, what the activity adds,
and what it adds at this node::

    y = F·drift + Z·(1 + kind + provider + activity + activity at node) + error
    Cov(error of a sitting) = known + σ²·I + ω²·diag(q) + τ²·1·1ᵀ

``known`` holds the doubt about the baseline and the chance of the later score; σ² what people
change by otherwise, ω² that a completion does not do the same for everybody (q = Σ x²), τ² what
all nodes of a sitting have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
from scipy.optimize import nnls

from engine.domain import FloatArray, IntArray

_MOST_STEPS = 60
_TOLERANCE = 2e-3
_LEAST = 1e-6
PRIOR_SD, PRIOR_EFFECTS = 0.2, 2.0
"""Before any outcome an effect of a level differs by about a fifth, worth so many effects."""


@dataclass(frozen=True, slots=True, eq=False)
class Sittings:
    """Later sittings of one size.

    Parameters
    ----------
    rows
        Shape (n, size): rows of the regression.
    known
        Shape (n, size, size): known part of the errors' covariance.
    """

    rows: IntArray
    known: FloatArray


@dataclass(frozen=True, slots=True)
class Noise:
    """Variances of the errors beyond what is known; ≥ 0.

    Parameters
    ----------
    own, benefit, shared
        σ², ω² and τ² of the module's formula.
    """

    own: float
    benefit: float
    shared: float


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Random effects of one level.

    Parameters
    ----------
    members
        csr, shape (n_columns, n_effects), 0 or 1: which effect each column of Z has; a column
        without one is too seldom to have its own.
    variance
        Given, or ``None`` = to be estimated.
    """

    members: sp.csr_array
    variance: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """Posterior under the most probable variances.

    Parameters
    ----------
    drift
        Shape (n_fixed,): posterior mean; ``drift_sd`` its sd.
    effects
        Shape (n_effects,): all levels' effects, level by level.
    covariance
        Shape (n_effects, n_effects).
    variances
        One per level.
    noise
        Of the errors.
    calibration
        Mean of the squared standardised innovations; 1 = the errors are as large as said.
    inside_90
        Share of rows whose error lies in its 90 % interval.
    n_steps, converged
        Steps done, and whether the last one moved no sd by more than 0.2 %.
    """

    drift: FloatArray
    drift_sd: FloatArray
    effects: FloatArray
    covariance: FloatArray
    variances: tuple[float, ...]
    noise: Noise
    calibration: float
    inside_90: float
    n_steps: int
    converged: bool


def fit_mixed(
    y: FloatArray,
    fixed: FloatArray,
    fixed_sd: FloatArray,
    z: sp.csr_array,
    levels: Sequence[Level],
    sittings: Sequence[Sittings],
    squares: FloatArray,
    start: MixedFit | None = None,
) -> MixedFit:
    """Fit.

    Parameters
    ----------
    y
        Shape (n_rows,): gains beyond what the policy expects.
    fixed, fixed_sd
        Shape (n_rows, n_fixed) and (n_fixed,): drift and the sds of its weak prior.
    z
        Shape (n_rows, n_columns).
    squares
        Shape (n_rows,): q of the module's formula.
    start
        Fit of a similar model, where the variances begin.

    Notes
    -----
    Variances of effects go the fixed-point way of restricted maximum likelihood (Harville 1977):
    v = (Σ b² + v₀·n₀) / (well-determined effects + n₀), with a weak prior that keeps few effects
    from v = 0. Those of the errors are moment estimates weighted by the inverse covariance
    (MINQUE; Rao 1972), iterated; what the fit takes of the squares is given back in proportion.
    """
    model = _Model(y, fixed, fixed_sd, z, levels, sittings, squares)
    noise = Noise(0.005, 0.1, 0.005)
    variances = np.array([PRIOR_SD**2 if x.variance is None else x.variance for x in levels])
    if start is not None:
        noise, variances = start.noise, np.array(start.variances)
    step, moved = 0, np.inf
    while step < _MOST_STEPS and moved >= _TOLERANCE:
        step += 1
        solved = model.solve(variances, noise)
        new_variances = model.variances(solved, variances)
        new_noise = model.noise(solved, noise)
        moved = _moved([*variances, *_parts(noise)], [*new_variances, *_parts(new_noise)])
        variances, noise = new_variances, new_noise
    return model.result(variances, noise, step, moved < _TOLERANCE)


def _parts(noise: Noise) -> list[float]:
    return [noise.own, noise.benefit, noise.shared]


def _moved(old: list[float], new: list[float]) -> float:
    """Greatest relative change of an sd; those near zero count by the size of the others."""
    a, b = np.sqrt(np.array(old)), np.sqrt(np.array(new))
    return float((np.abs(a - b) / np.maximum(np.maximum(a, b), 0.02)).max())


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """Posterior of drift and effects under some variances."""

    mean: FloatArray
    covariance: FloatArray
    precision: FloatArray
    inverses: list[FloatArray]


class _Model:
    def __init__(
        self,
        y: FloatArray,
        fixed: FloatArray,
        fixed_sd: FloatArray,
        z: sp.csr_array,
        levels: Sequence[Level],
        sittings: Sequence[Sittings],
        squares: FloatArray,
    ) -> None:
        self.y, self.sittings, self.squares, self.levels = y, sittings, squares, levels
        self.x = sp.csr_array(sp.hstack([sp.csr_array(fixed), z]))
        self.n_fixed = fixed.shape[1]
        self.fixed_precision = 1.0 / fixed_sd**2
        nested = sp.hstack([level.members for level in levels])
        self.map = sp.csr_array(sp.block_diag([sp.eye(self.n_fixed), nested]))
        sizes = [level.members.shape[1] for level in levels]
        ends = self.n_fixed + np.cumsum([0, *sizes])
        self.spans = [slice(a, b) for a, b in pairwise(ends.tolist())]

    def _covariances(self, noise: Noise) -> list[FloatArray]:
        return [
            s.known
            + noise.shared
            + (noise.own + noise.benefit * self.squares[s.rows])[:, :, None]
            * np.eye(s.rows.shape[1])
            for s in self.sittings
        ]

    def _precision_of(self, variances: FloatArray) -> FloatArray:
        found = np.zeros(self.map.shape[1])
        found[: self.n_fixed] = self.fixed_precision
        for span, v in zip(self.spans, variances, strict=True):
            found[span] = 1.0 / max(float(v), _LEAST)
        return found

    def solve(self, variances: FloatArray, noise: Noise) -> _Solved:
        inverses: list[FloatArray] = [
            np.asarray(np.linalg.inv(c), dtype=np.float64) for c in self._covariances(noise)
        ]
        weight = self._weight(inverses)
        weighted = sp.csr_array(weight @ self.x)
        gram = self.map.T @ (self.x.T @ weighted) @ self.map
        right = self.map.T @ (weighted.T @ self.y)
        precision = self._precision_of(variances)
        system = gram.toarray() + np.diag(precision)
        factor = la.cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        covariance = la.cho_solve(factor, np.eye(len(precision)), check_finite=False)
        return _Solved(covariance @ right, covariance, precision, inverses)

    def _weight(self, inverses: Sequence[FloatArray]) -> sp.csr_array:
        """Inverse covariance of all errors, a block per sitting."""
        n = len(self.y)
        parts = []
        for s, w in zip(self.sittings, inverses, strict=True):
            row = np.broadcast_to(s.rows[:, :, None], w.shape).ravel()
            column = np.broadcast_to(s.rows[:, None, :], w.shape).ravel()
            parts.append((w.ravel(), row, column))
        value, row, column = (np.concatenate(c) for c in zip(*parts, strict=True))
        return sp.csr_array((value, (row, column)), shape=(n, n))

    def variances(self, solved: _Solved, before: FloatArray) -> FloatArray:
        found = before.copy()
        spread = np.diag(solved.covariance)
        for i, (level, span) in enumerate(zip(self.levels, self.spans, strict=True)):
            if level.variance is not None or span.stop == span.start:
                continue
            b = solved.mean[span]
            determined = len(b) - float(spread[span].sum()) / max(before[i], _LEAST)
            total = float(b @ b) + PRIOR_EFFECTS * PRIOR_SD**2
            found[i] = max(total / (max(determined, 0.0) + PRIOR_EFFECTS), _LEAST)
        return found

    def noise(self, solved: _Solved, before: Noise) -> Noise:
        """Moments of the innovations, weighted by the inverse covariance; none below 0."""
        error = self._errors(solved.mean)
        taken = self.map.shape[1] - float(solved.precision @ np.diag(solved.covariance))
        back = len(self.y) / max(len(self.y) - taken, 1.0)
        gram, moment = np.zeros((3, 3)), np.zeros(3)
        for s, w in zip(self.sittings, solved.inverses, strict=True):
            q = self.squares[s.rows]
            e = np.einsum("bij,bj->bi", w, error[s.rows])
            squared = w * w
            ones = w.sum(axis=2)
            own = squared.sum(axis=2)
            gram[0, 0] += own.sum()
            gram[0, 1] += (own * q).sum()
            gram[0, 2] += (ones**2).sum()
            gram[1, 1] += np.einsum("bij,bi,bj->", squared, q, q)
            gram[1, 2] += (q * ones**2).sum()
            gram[2, 2] += (ones.sum(axis=1) ** 2).sum()
            known = w @ s.known @ w
            moment[0] += back * (e**2).sum() - np.einsum("bii->", known)
            moment[1] += back * (q * e**2).sum() - (q * np.einsum("bii->bi", known)).sum()
            moment[2] += back * (e.sum(axis=1) ** 2).sum() - known.sum()
        gram = gram + np.triu(gram, 1).T
        scale = 1.0 / np.sqrt(np.maximum(np.diag(gram), 1e-300))
        system = gram * np.outer(scale, scale)
        root = np.linalg.cholesky(system + 1e-10 * np.eye(3))
        target = la.solve_triangular(root, moment * scale, lower=True)
        found = nnls(root.T, target)[0] * scale
        return Noise(*(float(v) for v in found))

    def _errors(self, mean: FloatArray) -> FloatArray:
        error: FloatArray = self.y - self.x @ (self.map @ mean)
        return error

    def result(
        self, variances: FloatArray, noise: Noise, n_steps: int, converged: bool
    ) -> MixedFit:
        solved = self.solve(variances, noise)
        error = self._errors(solved.mean)
        squared = np.zeros(len(self.y))
        marginal = np.zeros(len(self.y))
        covariances = self._covariances(noise)
        for s, w, c in zip(self.sittings, solved.inverses, covariances, strict=True):
            e = error[s.rows]
            squared[s.rows] = e * np.einsum("bij,bj->bi", w, e)
            marginal[s.rows] = np.einsum("bii->bi", c)
        f = self.n_fixed
        return MixedFit(
            drift=solved.mean[:f],
            drift_sd=np.sqrt(np.diag(solved.covariance)[:f]),
            effects=solved.mean[f:],
            covariance=solved.covariance[f:, f:],
            variances=tuple(float(v) for v in variances),
            noise=noise,
            calibration=float(squared.mean()),
            inside_90=float((np.abs(error) < 1.6448536269514722 * np.sqrt(marginal)).mean()),
            n_steps=n_steps,
            converged=converged,
        )
