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
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from engine.domain import FloatArray, IntArray
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
        prior = self._vector(self.prior_weights, "prior_weights")
        self.centres_ = self._vector(self.centres, "centres")
        if not self.prior_strength > 0:
            raise ValueError("prior_strength must be above 0")
        self._lay_out()
        loss = _PenalisedLoss(
            self._expand(X), np.where(target == 1, 1.0, -1.0), weight, *self._penalty(prior)
        )
        free: tuple[float | None, float | None] = (None, None)
        bounded = set(self.nonnegative)
        bounds = [free] + [(0.0, None) if i in bounded else free for i in self._owner()]
        start = np.concatenate([[self.prior_intercept], prior[self._owner()]])
        found = minimize(
            loss,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-8},
        )
        self.intercept_, self.coef_ = found.x[:1], found.x[None, 1:]
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
                parts[:, i] = (_lengths(X[:, i], knots) - _lengths(self.centres_[[i]], knots)) @ own
        return parts

    def relevance(self, contributions: FloatArray) -> FloatArray:
        """Probability of the positive, shape (n,), from ``contributions``."""
        chance: FloatArray = expit(np.nansum(contributions, axis=1) + self.intercept_)
        return chance

    def decision_function(self, X: Any) -> FloatArray:
        """Linear predictor, shape (n,)."""
        total: FloatArray = np.nansum(self.contributions(X), axis=1) + self.intercept_
        return total

    def predict_proba(self, X: Any) -> FloatArray:
        """Probabilities of both classes, shape (n, 2)."""
        score = self.decision_function(X)
        return np.column_stack([expit(-score), expit(score)])

    def predict(self, X: Any) -> Any:
        """Likelier class, shape (n,)."""
        positive = self.decision_function(X) > 0
        return self.classes_[positive.astype(np.int64)]


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
    """Log-loss and its gradient at (intercept, slopes); ``sign`` holds −1 and 1."""

    X: FloatArray
    sign: FloatArray
    weight: FloatArray
    form: FloatArray
    centre: FloatArray

    def __call__(self, theta: FloatArray) -> tuple[float, FloatArray]:
        margin = self.sign * (theta[0] + self.X @ theta[1:])
        away = theta[1:] - self.centre
        pull = self.form @ away
        value = self.weight @ np.logaddexp(0.0, -margin) + away @ pull / 2
        slope = -self.weight * self.sign * expit(-margin)
        gradient = np.concatenate([[slope.sum()], self.X.T @ slope + pull])
        return float(value), gradient
