"""Relevance: a logistic model, additive in its factors, that starts from a documented prior.

A factor's part is a broken line: one slope between two knots. Without knots it is a straight
line, which is what the prior is. So what was learned stays a sum of one part a factor, exact and
monotone where sense demands it, and with few outcomes it stays near the prior.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from typing import Any, Self

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from engine.domain import BoolArray, FloatArray, IntArray
from engine.errors import ConfigurationError

PRIOR_FILE = "prior_relevance.json"


@dataclass(frozen=True, slots=True)
class Prior:
    """Prior of the linear predictor ``intercept + Σ weight · (factor − centre)``.

    Parameters
    ----------
    nonnegative
        Indices of factors whose weight is never below 0, neither here nor after learning.
    """

    version: str
    intercept: float
    names: tuple[str, ...]
    weights: tuple[float, ...]
    centres: tuple[float, ...]
    nonnegative: tuple[int, ...]


def load_prior(text: str | None = None) -> Prior:
    """Prior from JSON; ``None`` = the one that comes with the package.

    Raises
    ------
    ConfigurationError
        If a weight is not a finite number, is negative where it may not be, or a name repeats.
    """
    if text is None:
        text = (resources.files(__package__) / PRIOR_FILE).read_text(encoding="utf-8")
    try:
        content = json.loads(text)
        factors = content["factors"]
        prior = Prior(
            version=str(content["version"]),
            intercept=float(content["intercept"]),
            names=tuple(str(f["name"]) for f in factors),
            weights=tuple(float(f["weight"]) for f in factors),
            centres=tuple(float(f["centre"]) for f in factors),
            nonnegative=tuple(i for i, f in enumerate(factors) if f["nonnegative"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"веса релевантности не читаются: {error!r}") from error
    if len(set(prior.names)) < len(prior.names):
        raise ConfigurationError("веса релевантности: название фактора повторяется")
    if not np.isfinite([prior.intercept, *prior.weights, *prior.centres]).all():
        raise ConfigurationError("веса релевантности: все числа должны быть конечными")
    for i in prior.nonnegative:
        if prior.weights[i] < 0:
            raise ConfigurationError(
                f"веса релевантности: вес «{prior.names[i]}» не может быть отрицательным"
            )
    return prior


class RelevanceModel(ClassifierMixin, BaseEstimator):
    """Binary logistic model whose slopes are drawn towards a prior.

    The fit minimises the weighted log-loss + strength / 2 · Σ mean over the segments of
    (slope − prior weight)² + smoothness / 2 · Σ (slope − slope of the segment before)²; the
    intercept is free. Without knots a factor has one segment: ridge regression towards the
    prior. NaN = factor not applicable: it contributes 0.

    Parameters
    ----------
    prior_weights, centres
        Shape (n_features,); ``None`` = all 0.
    prior_intercept
        Starting value of the intercept.
    prior_strength
        > 0; as if so much information about each weight had been seen before.
    nonnegative
        Indices of factors whose slopes are all bounded below by 0: they never lower relevance.
    knots
        For every factor, where its line may break, ascending; ``None`` = nowhere.
    smoothness
        ≥ 0; holds slopes of neighbouring segments together.

    Attributes
    ----------
    coef_
        Shape (1, n_slopes): slopes of all segments, factor by factor; n_slopes is n_features
        where there are no knots.
    slope_start_
        Shape (n_features,): position of each factor's first slope.
    intercept_
        Shape (1,).
    classes_
        Shape (2,); the second one is the positive.
    """

    def __init__(
        self,
        prior_weights: Sequence[float] | None = None,
        centres: Sequence[float] | None = None,
        prior_intercept: float = 0.0,
        prior_strength: float = 1.0,
        nonnegative: Sequence[int] = (),
        knots: Sequence[Sequence[float]] | None = None,
        smoothness: float = 1.0,
    ) -> None:
        self.knots = knots
        self.smoothness = smoothness
        self.prior_weights = prior_weights
        self.centres = centres
        self.prior_intercept = prior_intercept
        self.prior_strength = prior_strength
        self.nonnegative = nonnegative

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    @classmethod
    def from_prior(cls, prior: Prior, prior_strength: float = 1.0) -> Self:
        """Model that has seen no outcomes yet: its weights are the prior's."""
        model = cls(
            prior_weights=prior.weights,
            centres=prior.centres,
            prior_intercept=prior.intercept,
            prior_strength=prior_strength,
            nonnegative=prior.nonnegative,
        )
        model.n_features_in_ = len(prior.names)
        model.classes_ = np.array([0, 1])
        model.coef_ = np.array([prior.weights], dtype=np.float64)
        model.centres_ = np.array(prior.centres, dtype=np.float64)
        model._lay_out()
        model.intercept_ = np.array([prior.intercept])
        return model

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from factors ``X``, shape (n, n_features), and binary outcomes ``y``."""
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind != "binary":
            raise ValueError(
                f"Only binary classification is supported. The type of the target is {kind}."
            )
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("outcomes of both classes are needed, got one class only")
        return self._solve(X, (target == 1).astype(np.float64), weight)

    def fit_chances(self, X: Any, chance: Any, sample_weight: Any = None) -> Self:
        """Learn from outcomes that are known with a chance only, shape (n,), in [0, 1].

        A row counts as a positive with its chance and as a negative with the rest.
        """
        X, chance = validate_data(
            self, X, chance, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True
        )
        if not ((chance >= 0) & (chance <= 1)).all():
            raise ValueError("chances must lie in [0, 1]")
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        if not 0 < float(weight @ chance) < float(weight.sum()):
            raise ValueError("outcomes of both classes are needed, got one class only")
        self.classes_ = np.array([0, 1])
        return self._solve(X, chance, weight)

    def _solve(self, X: FloatArray, target: FloatArray, weight: FloatArray) -> Self:
        prior = self._vector(self.prior_weights, "prior_weights")
        self.centres_ = self._vector(self.centres, "centres")
        if not self.prior_strength > 0:
            raise ValueError("prior_strength must be above 0")
        self._lay_out()
        loss = _PenalisedLoss(self._expand(X), target, weight, *self._penalty(prior))
        owner = self._owner()
        bounded = np.concatenate([[False], np.isin(owner, list(self.nonnegative))])
        start = np.concatenate([[self.prior_intercept], prior[owner]])
        found = _minimise(loss, start, bounded)
        self.intercept_, self.coef_ = found[:1], found[None, 1:]
        return self

    def _lay_out(self) -> None:
        """Set where each factor's slopes stand."""
        knots = ((),) * self.n_features_in_ if self.knots is None else self.knots
        if len(knots) != self.n_features_in_:
            raise ValueError("knots must have one sequence per feature")
        if any(b <= a for row in knots for a, b in pairwise(row)):
            raise ValueError("knots must ascend")
        self.knots_ = tuple(np.asarray(row, dtype=np.float64) for row in knots)
        counts = np.array([1 + len(row) for row in self.knots_], dtype=np.int64)
        self.slope_start_ = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        self.n_slopes_ = int(counts.sum())

    def _owner(self) -> IntArray:
        """Factor of every slope, shape (n_slopes,)."""
        counts = np.diff(np.append(self.slope_start_, self.n_slopes_))
        return np.repeat(np.arange(self.n_features_in_), counts)

    def _penalty(self, prior: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Quadratic form over the slopes and its centre, shapes (n_slopes,) * 2 and (n_slopes,)."""
        if self.smoothness < 0:
            raise ValueError("smoothness must be 0 or above")
        owner = self._owner()
        share = 1.0 / np.bincount(owner)[owner]
        form = np.diag(self.prior_strength * share)
        for k in np.flatnonzero(owner[1:] == owner[:-1]).tolist():
            step = np.zeros(len(owner))
            step[k : k + 2] = (-1.0, 1.0)
            form += self.smoothness * np.outer(step, step)
        return form, prior[owner]

    def _expand(self, X: FloatArray) -> FloatArray:
        """What each slope is multiplied by, shape (n, n_slopes); 0 where not applicable."""
        table = np.empty((len(X), self.n_slopes_))
        for i, knots in enumerate(self.knots_):
            at = slice(self.slope_start_[i], self.slope_start_[i] + len(knots) + 1)
            table[:, at] = _lengths(X[:, i], knots) - _lengths(self.centres_[i : i + 1], knots)
        return np.nan_to_num(table, nan=0.0, copy=False)

    def _vector(self, values: Sequence[float] | None, name: str) -> FloatArray:
        if values is None:
            return np.zeros(self.n_features_in_)
        vector = np.asarray(values, dtype=np.float64)
        if vector.shape != (self.n_features_in_,):
            raise ValueError(f"{name} must have one value per feature")
        return vector

    def contributions(self, X: Any) -> FloatArray:
        """Additive contributions to the linear predictor, shape (n, n_features); NaN stays NaN."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        weights = self.coef_[0]
        parts: FloatArray = (X - self.centres_) * weights[self.slope_start_]
        for i, knots in enumerate(self.knots_):
            if len(knots):
                own = weights[self.slope_start_[i] : self.slope_start_[i] + len(knots) + 1]
                parts[:, i] = _broken_line(X[:, i], self.centres_[i], knots, own)
        return parts

    def relevance(self, contributions: FloatArray) -> FloatArray:
        """Probability of the positive, shape (n,), from ``contributions``."""
        chance: FloatArray = expit(_row_sums(contributions) + self.intercept_)
        return chance

    def decision_function(self, X: Any) -> FloatArray:
        """Linear predictor, shape (n,)."""
        total: FloatArray = _row_sums(self.contributions(X)) + self.intercept_
        return total

    def predict_proba(self, X: Any) -> FloatArray:
        """Probabilities of both classes, shape (n, 2)."""
        score = self.decision_function(X)
        return np.column_stack([expit(-score), expit(score)])

    def predict(self, X: Any) -> Any:
        """Likelier class, shape (n,)."""
        positive = self.decision_function(X) > 0
        return self.classes_[positive.astype(np.int64)]


def _row_sums(parts: FloatArray) -> FloatArray:
    """Sum of every row, NaN as 0; the same numbers however ``parts`` lie in memory."""
    known = np.ascontiguousarray(np.where(np.isnan(parts), 0.0, parts))
    total: FloatArray = known.sum(axis=1)
    return total


def _broken_line(x: FloatArray, centre: float, knots: FloatArray, slopes: FloatArray) -> FloatArray:
    """Line with one slope between two knots that is 0 at the centre, shape (n,).

    Segment after segment: each term rises with ``x`` where its slope does, so the rounded sum
    does too.
    """
    ends = [-np.inf, *knots.tolist(), np.inf]
    total: FloatArray = np.zeros(len(x))
    for slope, low, high in zip(slopes.tolist(), ends[:-1], ends[1:], strict=True):
        within = np.clip(x, low, high)
        within -= min(max(centre, low), high)
        within *= slope
        total += within
    return total


def _lengths(x: FloatArray, knots: FloatArray) -> FloatArray:
    """How much of every segment lies below ``x``, shape (n, n_knots + 1); rows sum to ``x``."""
    if not len(knots):
        return x[:, None]
    low = np.concatenate([[-np.inf], knots])
    high = np.concatenate([knots, [np.inf]])
    base = np.concatenate([[0.0], knots])
    lengths: FloatArray = np.clip(x[:, None], low, high) - base
    return lengths


@dataclass(frozen=True, slots=True)
class _PenalisedLoss:
    """Log-loss at (intercept, slopes) with its derivatives; ``target`` lies in [0, 1]."""

    X: FloatArray
    target: FloatArray
    weight: FloatArray
    form: FloatArray
    centre: FloatArray

    def __call__(self, theta: FloatArray) -> tuple[float, FloatArray]:
        score = theta[0] + self.X @ theta[1:]
        away = theta[1:] - self.centre
        pull = self.form @ away
        loss = np.logaddexp(0.0, score) - self.target * score
        slope = self.weight * (expit(score) - self.target)
        gradient = np.concatenate([[slope.sum()], self.X.T @ slope + pull])
        return float(self.weight @ loss + away @ pull / 2), gradient

    def hessian(self, theta: FloatArray) -> FloatArray:
        """Second derivatives, shape (1 + n_slopes,) * 2."""
        chance = expit(theta[0] + self.X @ theta[1:])
        spread = self.weight * chance * (1.0 - chance)
        weighted = self.X * spread[:, None]
        found = np.empty((len(theta), len(theta)))
        found[0, 0] = spread.sum()
        found[0, 1:] = found[1:, 0] = weighted.sum(axis=0)
        found[1:, 1:] = self.X.T @ weighted + self.form
        return found


MOST_STEPS = 200
ACCURACY = 1e-10
"""Of the gradient, in parts of the loss at the start."""


def _minimise(loss: _PenalisedLoss, start: FloatArray, bounded: BoolArray) -> FloatArray:
    """Least point where the bounded ones are ≥ 0: projected Newton (Bertsekas 1982).

    A bounded one at 0 that would go below is held; the others take a Newton step, shortened until
    the loss falls enough. The loss is strictly convex, so there is one such point.
    """
    theta = np.where(bounded, np.maximum(start, 0.0), start)
    value, gradient = loss(theta)
    enough = ACCURACY * (1.0 + abs(value))
    for _ in range(MOST_STEPS):
        free = ~(bounded & (theta <= 0.0) & (gradient > 0.0))
        if np.abs(gradient[free]).max(initial=0.0) <= enough:
            break
        curvature = loss.hessian(theta)[np.ix_(free, free)]
        curvature[np.diag_indices_from(curvature)] += 1e-12 * (1.0 + np.diag(curvature))
        step = np.zeros_like(theta)
        step[free] = -np.linalg.solve(curvature, gradient[free])
        length = 1.0
        while True:
            there = theta + length * step
            there = np.where(bounded, np.maximum(there, 0.0), there)
            new, slope = loss(there)
            if new <= value + 1e-4 * float(gradient @ (there - theta)) or length < 1e-9:
                break
            length /= 2.0
        if new >= value:
            break
        theta, value, gradient = there, new, slope
    return theta
