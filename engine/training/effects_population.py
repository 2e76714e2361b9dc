"""The people of a region at their first sitting: what a baseline leans on.

On the log odds of proficiency, person p at node k: m_k + person + direction + own, all normal, and
what is shared by a sheet. Means and sds are learned by expectation maximisation from first
sittings, so that a hard node is not taken for one where people gain little. Where people are few
the policy's prior stands for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.diagnostics.components import likely_variance
from engine.diagnostics.fixed_point import fixed_point
from engine.diagnostics.logit_normal import logit
from engine.diagnostics.prior import ProficiencyPrior
from engine.domain import BoolArray, FloatArray, IntArray
from engine.framework import Framework
from engine.policy import Diagnostics
from engine.training.effects_evidence import Measurements
from engine.training.logistic_sites import Sites, normal_sites

LEAST_PEOPLE = 50
"""Fewer cannot tell a population."""
FIT_PEOPLE = 3_000
_PSEUDO_PEOPLE = 2.0
"""Average people that every node's mean is shrunk by."""
_TOLERANCE = 5e-3
_MOST_STEPS = 100
_SWEEPS = 3
_LEAST_SD = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Prior of the log odds of proficiency at the measured nodes.

    Parameters
    ----------
    mean
        Shape (n_nodes,).
    covariance
        Shape (n_nodes, n_nodes), of one person at one moment.
    learned
        From the data; else the policy's.
    """

    mean: FloatArray
    covariance: FloatArray
    learned: bool

    @classmethod
    def of(cls, table: Measurements, framework: Framework, rule: Diagnostics) -> Population:
        """The population of the first sittings, or the policy's where people are few."""
        direction = [_direction(framework, code) for code in table.nodes]
        alike = np.equal.outer(direction, direction)
        start = np.full(len(table.nodes), logit(rule.prior_median))
        sds = np.array([rule.person_sd, rule.direction_sd, rule.node_sd])
        sittings = _first_sittings(table)
        people = sum(len(rows) for rows in sittings)
        if people < LEAST_PEOPLE:
            prior = ProficiencyPrior.from_policy(rule)
            return cls(start, prior.covariance(framework, table.nodes), learned=False)
        learner = _Learner(table, sittings, alike)
        found = fixed_point(
            learner.step,
            np.concatenate([start, np.log(np.maximum(sds, _LEAST_SD))]),
            measured=lambda value: value,
            tolerance=_TOLERANCE,
            most_steps=_MOST_STEPS,
        ).value
        return cls(found[:-3], covariance_of(alike, np.exp(found[-3:])), learned=True)


def _direction(framework: Framework, code: str) -> str:
    above = framework.ancestors(code)
    return above[-1].code if above else code


def covariance_of(alike: BoolArray, sds: FloatArray) -> FloatArray:
    """Covariance of nodes from the sds of persons, directions and nodes.

    Parameters
    ----------
    alike
        Shape (..., n, n): nodes of one direction.
    """
    found: FloatArray = sds[0] ** 2 + sds[1] ** 2 * alike + sds[2] ** 2 * np.eye(alike.shape[-1])
    return found


def _first_sittings(table: Measurements) -> list[IntArray]:
    """Rows of the first day of every educator, one array of shape (n, size) per size."""
    new = np.ones(len(table), dtype=np.bool_)
    new[1:] = np.diff(table.person) != 0
    begin = np.flatnonzero(new)
    if len(begin) > FIT_PEOPLE:
        begin = begin[np.linspace(0, len(begin) - 1, FIT_PEOPLE).astype(np.int64)]
    key = table.person * (table.day.max(initial=0) + 2) + table.day
    size = np.searchsorted(key, key[begin], side="right") - begin
    return [begin[size == n][:, None] + np.arange(n) for n in np.unique(size).tolist()]


class _Learner:
    """Steps of expectation maximisation; the factors of the evidence go on from step to step."""

    def __init__(self, table: Measurements, sittings: Sequence[IntArray], alike: BoolArray) -> None:
        self._parts = [_Part.of(table, rows, alike) for rows in sittings]
        self._sites: list[Sites | None] = [None] * len(self._parts)
        self._measured = np.bincount(
            np.concatenate([part.node.ravel() for part in self._parts]), minlength=len(alike)
        )

    def step(self, value: FloatArray) -> FloatArray:
        mean, sds = value[:-3], np.exp(value[-3:])
        squares, effects = np.zeros((2, 3))
        slope, information = np.zeros(len(mean)), np.zeros((len(mean), len(mean)))
        for i, part in enumerate(self._parts):
            found = part.expect(mean, sds, self._sites[i])
            self._sites[i] = found.sites
            squares += found.squares
            effects += found.effects
            np.add.at(slope, part.node, found.slope)
            np.add.at(
                information, (part.node[:, :, None], part.node[:, None, :]), found.information
            )
        # A few imagined people with the average node's mean keep rare nodes near the others.
        away = mean - np.average(mean, weights=self._measured)
        weak = _PSEUDO_PEOPLE / max(float(np.sum(sds**2)), _LEAST_SD**2)
        new = mean + np.linalg.solve(information + weak * np.eye(len(mean)), slope - weak * away)
        variances = [likely_variance(s / n, n) for s, n in zip(squares, effects, strict=True)]
        return np.concatenate([new, np.log(np.maximum(np.sqrt(variances), _LEAST_SD))])


@dataclass(frozen=True, slots=True, eq=False)
class _Expected:
    """What first sittings of one size say.

    Parameters
    ----------
    squares, effects
        Expected sums of squares of the three effects, and how many they are.
    slope, information
        Per sitting and node, and per pair of nodes: of the log likelihood in the nodes' means.
    """

    squares: FloatArray
    effects: FloatArray
    slope: FloatArray
    information: FloatArray
    sites: Sites


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """First sittings of one size."""

    node: IntArray
    right: FloatArray
    wrong: FloatArray
    alike: BoolArray
    sheet: FloatArray

    @classmethod
    def of(cls, table: Measurements, rows: IntArray, alike: BoolArray) -> _Part:
        node, tasks = table.node[rows], table.tasks[rows]
        right = table.share[rows] * tasks
        same = table.sheet[rows][:, :, None] == table.sheet[rows][:, None, :]
        sheet = np.where(same, table.sheet_sd[rows][:, :, None] ** 2, 0.0)
        among = alike[node[:, :, None], node[:, None, :]]
        return cls(node, right, tasks - right, among, sheet)

    def expect(self, mean: FloatArray, sds: FloatArray, start: Sites | None) -> _Expected:
        """Posterior second moments of the effects.

        An effect of variance v with loadings Z has, given the log odds, the mean
        v·Zᵀ·C⁻¹·(α − m) and the covariance v − v²·Zᵀ·C⁻¹·Z.
        """
        prior = covariance_of(self.alike, sds)
        own = mean[self.node]
        sites = normal_sites(
            own, prior + self.sheet, self.right, self.wrong, start=start, most_sweeps=_SWEEPS
        )
        precision, shift = sites
        n = prior.shape[1]
        inverse = np.linalg.inv(np.eye(n) + precision[:, :, None] * (prior + self.sheet))
        # C⁻¹·(E α − m) and C⁻¹ − C⁻¹·Cov(α)·C⁻¹, with nothing inverted but I + Λ·(C + sheets).
        pull = np.einsum("bij,bj->bi", inverse, shift - precision * own)
        told = inverse * precision[:, None, :]
        squares, effects = np.zeros((2, 3))
        weights = 1.0 / self.alike.sum(axis=2)
        ones = np.ones_like(self.alike, dtype=np.float64)
        loadings = (ones, self.alike.astype(np.float64), np.eye(n) + 0.0 * ones)
        counts = (float(len(own)), float(weights.sum()), float(own.size))
        for c, (loading, count) in enumerate(zip(loadings, counts, strict=True)):
            v = float(sds[c] ** 2)
            outer = pull[:, :, None] * pull[:, None, :]
            squares[c] = count * v + v**2 * float(((outer - told) * loading).sum())
            effects[c] = count
        return _Expected(squares, effects, pull, told, sites)
