"""Chance that a leaf is right, from the scores of a text.

A logistic curve over three features of a leaf's score, none of which falls when the score rises:
its logarithm, its margin over the best other leaf, and how many leaves stand before it. Weights
are not negative, so the map is monotone. Parameters come with the package
(``tag_calibration.json`` says what they were fitted on); nothing of the catalogue is needed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from engine.domain import BoolArray, FloatArray
from engine.errors import ConfigurationError

CALIBRATION_FILE = "tag_calibration.json"

LEAST_SCORE = 1e-3
"""Scores below it are taken as it: its logarithm bounds the feature."""

CANDIDATES = 10
"""The curve is fitted on so many leaves of a text, the best first; the rest would outvote them."""

PENALTY = 1e-3
"""Weight of the squared weights beside the log loss; it only keeps separable data finite."""


@dataclass(frozen=True, slots=True)
class TagCalibration:
    """Curve from scores to chances.

    Parameters
    ----------
    intercept
        Log-odds of a leaf whose features are all 0.
    log_score, margin, rank
        Weights ≥ 0 of the features in the order of ``calibration_features``.
    fitted_on
        What the parameters were fitted on.
    """

    version: str
    intercept: float
    log_score: float
    margin: float
    rank: float
    fitted_on: str

    def chances(self, scores: FloatArray) -> FloatArray:
        """Chance in [0, 1] of every leaf, shape of ``scores`` (n_texts, n_leaves).

        A leaf of score 0 was not found: its chance is 0.
        """
        weights = np.array([self.log_score, self.margin, self.rank])
        chances: FloatArray = expit(self.intercept + calibration_features(scores) @ weights)
        return np.where(scores > 0, chances, 0.0)


def calibration_features(scores: FloatArray) -> FloatArray:
    """Features of every score, shape (n_texts, n_leaves, 3).

    The logarithm of the score; the score less the best of the other leaves'; minus the logarithm
    of 1 + the number of leaves with a higher score.
    """
    if not scores.size:
        return np.zeros((*scores.shape, 3))
    ordered = -np.sort(-scores, axis=1)
    best = ordered[:, :1]
    second = ordered[:, 1:2] if scores.shape[1] > 1 else np.zeros_like(best)
    # of equal best scores each has the other one beside it
    margin = scores - np.where(scores >= best, second, best)
    before = np.stack(
        [
            np.searchsorted(-row, -found, side="left")
            for row, found in zip(ordered, scores, strict=True)
        ]
    )
    return np.stack([np.log(np.maximum(scores, LEAST_SCORE)), margin, -np.log1p(before)], axis=-1)


def candidates(scores: FloatArray, most: int = CANDIDATES) -> BoolArray:
    """Leaves that were found and are among the best ``most`` of their text; shape of ``scores``."""
    order = np.argsort(-scores, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    found: BoolArray = (scores > 0) & (rank < most)
    return found


def fit_calibration(
    scores: FloatArray, right: BoolArray, *, version: str = "fitted", fitted_on: str = ""
) -> TagCalibration:
    """Fit the curve by maximum likelihood under weights ≥ 0.

    Parameters
    ----------
    scores
        Shape (n_texts, n_leaves), of the tagger.
    right
        Same shape: the leaf is right for the text.

    Raises
    ------
    ValueError
        If there is no right, or no wrong, leaf among the candidates.
    """
    chosen = candidates(scores)
    features, labels = calibration_features(scores)[chosen], right[chosen].astype(np.float64)
    if not 0 < labels.sum() < labels.size:
        raise ValueError("both right and wrong leaves are needed")

    def loss(beta: FloatArray) -> tuple[float, FloatArray]:
        z = beta[0] + features @ beta[1:]
        value = float((np.logaddexp(0, z) - labels * z).sum() + PENALTY * beta[1:] @ beta[1:])
        error = expit(z) - labels
        return value, np.r_[error.sum(), features.T @ error + 2 * PENALTY * beta[1:]]

    bounds = [(None, None), *[(0.0, None)] * features.shape[1]]
    beta = minimize(loss, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds).x
    intercept, log_score, margin, rank = (float(b) for b in beta)
    return TagCalibration(version, intercept, log_score, margin, rank, fitted_on)


def parse_calibration(text: str) -> TagCalibration:
    """Calibration from JSON.

    Raises
    ------
    ConfigurationError
        If a parameter is missing, no finite number, or a weight is negative.
    """
    try:
        content = json.loads(text)
        numbers = {k: float(content[k]) for k in ("intercept", "log_score", "margin", "rank")}
        found = TagCalibration(
            version=str(content["version"]), fitted_on=str(content["fitted_on"]), **numbers
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"калибровка разметки не читается: {error!r}") from error
    if not np.isfinite(list(numbers.values())).all():
        raise ConfigurationError("калибровка разметки: все числа должны быть конечными")
    if min(found.log_score, found.margin, found.rank) < 0:
        raise ConfigurationError("калибровка разметки: вес не может быть отрицательным")
    return found


def to_json(calibration: TagCalibration) -> str:
    """JSON that ``parse_calibration`` reads, numbers to four digits."""
    content = {
        k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(calibration).items()
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


@lru_cache(maxsize=1)
def load_tag_calibration() -> TagCalibration:
    """Calibration that comes with the package."""
    return parse_calibration(
        (resources.files(__package__) / CALIBRATION_FILE).read_text(encoding="utf-8")
    )
