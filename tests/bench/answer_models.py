"""Other ways to predict an answer, which a calibration has to stand beside.

Each is written without the engine's code. ``fit`` takes the answers of the people that it learns
from, ``predict`` those known of anybody, new people as well.
"""

from __future__ import annotations

import importlib.util
from typing import Protocol, Self

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from engine.diagnostics.held_out import item_means
from engine.domain import FloatArray

GIRTH = importlib.util.find_spec("girth") is not None
"""Whether the optional library is there (``pip install '.[bench]'``)."""

_GRID = np.linspace(-5.0, 5.0, 61)
_DENSITY = np.exp(-(_GRID**2) / 2)
_EASINESS_SD = 3.0
_STEPS, _TOLERANCE = 200, 1e-4


class AnswerModel(Protocol):
    """Learns from a table (people × items, NaN = not answered), predicts every answer."""

    name: str

    def fit(self, responses: FloatArray, q_matrix: FloatArray) -> Self: ...

    def predict(self, known: FloatArray) -> FloatArray: ...


class ItemMean:
    """The item's share of right answers."""

    name = "item mean"

    def fit(self, responses: FloatArray, q_matrix: FloatArray) -> Self:
        self.means = item_means(responses)
        return self

    def predict(self, known: FloatArray) -> FloatArray:
        return np.broadcast_to(self.means, known.shape)


class ShareCorrect:
    """The person's share of right answers, drawn towards that of all by one answer."""

    name = "share correct"

    def fit(self, responses: FloatArray, q_matrix: FloatArray) -> Self:
        self.mean = float(np.nanmean(responses))
        return self

    def predict(self, known: FloatArray) -> FloatArray:
        share = (np.nansum(known, axis=1) + self.mean) / ((~np.isnan(known)).sum(axis=1) + 1)
        return np.broadcast_to(share[:, None], known.shape)


class _OneAbility:
    """σ(slope·θ + easiness), θ ~ N(0, 1) on a grid; what both one-dimensional models share."""

    slopes: FloatArray
    easiness: FloatArray

    def predict(self, known: FloatArray) -> FloatArray:
        return self._weights(known) @ self._curves().T

    def _curves(self) -> FloatArray:
        curves: FloatArray = expit(self.slopes[:, None] * _GRID + self.easiness[:, None])
        return curves

    def _weights(self, known: FloatArray) -> FloatArray:
        """Posterior over the grid, shape (n_people, n_grid)."""
        given = ~np.isnan(known)
        right = np.where(given, known, 0.0)
        curves = np.clip(self._curves(), 1e-9, 1 - 1e-9)
        log_weight = right @ np.log(curves) + (given - right) @ np.log1p(-curves)
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True)) * _DENSITY
        found: FloatArray = weight / weight.sum(axis=1, keepdims=True)
        return found


class Rasch(_OneAbility):
    """Rasch model by marginal likelihood: one slope for all items, N(0, 3²) on the easiness."""

    name = "Rasch"

    def fit(self, responses: FloatArray, q_matrix: FloatArray) -> Self:
        given = ~np.isnan(responses)
        right = np.where(given, responses, 0.0)
        self.easiness = logit(np.clip(item_means(responses), 1e-3, 1 - 1e-3))
        self.slopes = np.ones(responses.shape[1])
        for _ in range(_STEPS):
            before = np.append(self.easiness, self.slopes[0])
            self._step(self._weights(responses), right, given.astype(np.float64))
            if np.abs(np.append(self.easiness, self.slopes[0]) - before).max() < _TOLERANCE:
                break
        return self

    def _step(self, weight: FloatArray, right: FloatArray, given: FloatArray) -> None:
        """One Newton step of expectation maximisation, easiness and then the slope."""
        curves = self._curves()
        asked, done = given.T @ weight, right.T @ weight
        spread = asked * curves * (1 - curves)
        pull = (done - asked * curves).sum(axis=1) - self.easiness / _EASINESS_SD**2
        self.easiness = self.easiness + pull / (spread.sum(axis=1) + 1 / _EASINESS_SD**2)
        rest = done - asked * self._curves()
        step = (rest @ _GRID).sum() / (spread @ _GRID**2).sum()
        self.slopes = np.clip(self.slopes + step, 0.05, 8.0)


class GirthTwoParameters(_OneAbility):
    """Two-parameter items by the marginal likelihood of the library ``girth``.

    Answers are right or wrong there; items that were answered all alike keep their mean.
    """

    name = "2PL (girth)"

    def fit(self, responses: FloatArray, q_matrix: FloatArray) -> Self:
        from girth import INVALID_RESPONSE, twopl_mml

        tagged = np.where(np.isnan(responses), INVALID_RESPONSE, responses).astype(np.int64).T
        told = [i for i, row in enumerate(tagged) if {0, 1} <= set(row.tolist())]
        found = twopl_mml(tagged[told])
        self.slopes = np.zeros(len(tagged))
        self.easiness = logit(np.clip(item_means(responses), 1e-3, 1 - 1e-3))
        self.slopes[told] = found["Discrimination"]
        self.easiness[told] = -found["Discrimination"] * found["Difficulty"]
        return self


class LogisticOfMeans:
    """Logistic regression on three means: the item's, the person's, the person's on the skills.

    While it learns, the answer to be predicted is left out of both means of the person.
    """

    name = "logistic of means"

    def fit(self, responses: FloatArray, q_matrix: FloatArray) -> Self:
        self.means = item_means(responses)
        self.mean = float(np.nanmean(responses))
        self.shared = (q_matrix @ q_matrix.T > 0).astype(np.float64)
        given = ~np.isnan(responses)
        features = self._features(responses, leave_out=True)[given]
        answers = responses[given]
        self.model = LogisticRegression(max_iter=500).fit(
            np.tile(features, (2, 1)),
            np.repeat([1, 0], len(answers)),
            sample_weight=np.concatenate([answers, 1 - answers]),
        )
        return self

    def predict(self, known: FloatArray) -> FloatArray:
        features = self._features(known, leave_out=False)
        chance: FloatArray = self.model.predict_proba(features.reshape(-1, 3))[:, 1]
        return chance.reshape(known.shape)

    def _features(self, known: FloatArray, *, leave_out: bool) -> FloatArray:
        """Log odds of the means, shape (n_people, n_items, 3)."""
        given = (~np.isnan(known)).astype(np.float64)
        excess = np.where(given > 0, known - self.means, 0.0)
        own = excess if leave_out else 0.0
        count = given if leave_out else 0.0
        person = excess.sum(axis=1, keepdims=True) - own
        person = person / (given.sum(axis=1, keepdims=True) - count + 1)
        skill = (excess @ self.shared - own) / (given @ self.shared - count + 1)
        item = np.broadcast_to(logit(np.clip(self.means, 1e-3, 1 - 1e-3)), known.shape)
        return np.stack([item, np.broadcast_to(person, known.shape), skill], axis=2)
