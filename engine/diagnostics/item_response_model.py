"""Item response model as a scikit-learn estimator: answers → skills, and answers not yet given."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.diagnostics.calibration import CalibrationOptions, calibrate, expected_share
from engine.diagnostics.item_bank import ItemBank, ItemParameters
from engine.diagnostics.latent import LatentPosterior, latent_posterior
from engine.diagnostics.logit_normal import Z_90, share_moments, share_quantile
from engine.diagnostics.tables import (
    ANSWER_COLUMNS,
    check_q_matrix,
    check_responses,
    wide_responses,
)
from engine.domain import FloatArray

Table = pd.DataFrame | npt.ArrayLike


class ItemResponseModel(TransformerMixin, BaseEstimator):
    """Two-parameter logistic items over skills that lean on the person's general ability.

    P(right) = σ(slope · mean log odds of the item's skills + intercept); an item may ask for
    several skills at once. Skills of one person are jointly normal: a general ability and each
    skill's own part, whose sizes are learned. A skill's proficiency is σ(log odds), the share of
    average items of the table that the person would do right.

    Parameters
    ----------
    q_matrix
        Shape (n_items, n_skills), 1 where the item asks for the skill; a data frame is ordered by
        its index of items. ``None`` = one skill for all.
    slope_sd, intercept_sd
        Prior sds that hold the items together: of the log slope around the average item's, and of
        the intercept in log odds. Few answers leave an item near the average one.
    max_iter, tol
        Most steps of calibration, and the greatest change of a parameter in the last one.

    Attributes
    ----------
    slopes_, intercepts_
        Shape (n_items,).
    tasks_
        Shape (n_items,), ≥ 1: effective tasks of one answer; 1 where all are right or wrong.
    skills_
        Names of the skills.
    mean_, person_sd_, skill_sd_
        Of the people that the items were calibrated on, in log odds; ``skill_sd_`` is 0 with one
        skill, whose sd is then ``person_sd_``.
    n_iter_, converged_
        Steps done, and whether the last one moved nothing any more.
    n_answers_
        Shape (n_items,): answers behind each item's parameters.
    constant_items_
        Items whose answers were all right or all wrong: only their priors keep them finite.

    Notes
    -----
    Tables are wide, people × items with NaN = not answered, or long data frames with the columns
    ``person``, ``item`` and ``response``; rows of the results are the people in the order in
    which they come. Answers lie in [0, 1]. A person may be new to the model, and may have
    answered any of the items or none.
    """

    def __init__(
        self,
        q_matrix: Table | None = None,
        *,
        slope_sd: float = 0.5,
        intercept_sd: float = 2.0,
        max_iter: int = 200,
        tol: float = 5e-4,
    ) -> None:
        self.q_matrix = q_matrix
        self.slope_sd = slope_sd
        self.intercept_sd = intercept_sd
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Table, y: object = None) -> Self:
        """Calibrate the items.

        Raises
        ------
        InputError
            An item without a skill, a Q-matrix of another size, faults of a long table.
        ValueError
            A response outside [0, 1].
        """
        responses = self._read(X, reset=True)
        items = self._items()
        q_matrix, self.skills_ = self._skills(items)
        check_q_matrix(q_matrix, items)
        found = calibrate(responses, q_matrix, self._options())
        self.slopes_, self.intercepts_, self.tasks_ = found.slopes, found.intercepts, found.tasks
        self.weights_ = q_matrix / q_matrix.sum(axis=1, keepdims=True)
        self.mean_, self.components_ = found.mean, found.components
        sds = found.components.sds
        self.person_sd_, self.skill_sd_ = sds[0], sds[-1] if len(sds) > 1 else 0.0
        self.n_iter_, self.converged_ = found.n_iterations, found.converged
        self.n_answers_ = (~np.isnan(responses)).sum(axis=0)
        self.constant_items_ = tuple(
            item for item, column in zip(items, responses.T, strict=True) if _is_constant(column)
        )
        return self

    def transform(self, X: Table) -> FloatArray:
        """Posterior mean of each skill's proficiency, shape (n_people, n_skills), in (0, 1)."""
        found = self._posterior(X)[0]
        sd = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
        return share_moments(found.mean, sd)[0]

    def predict_proba(self, X: Table) -> FloatArray:
        """Probability of a right answer to every item, given the answers known.

        Returns
        -------
        ndarray of shape (n_people, n_items), in (0, 1)
            Averaged over what is not known of the skills; also for items already answered.
        """
        found = self._posterior(X)[0]
        return expected_share(found.odds_mean, found.odds_variance)

    def posterior(self, X: Table) -> pd.DataFrame:
        """Mean, sd and 90 % interval of each skill's proficiency, one row per person and skill.

        Returns
        -------
        DataFrame
            Columns ``person``, ``skill``, ``mean``, ``sd``, ``low``, ``high``, ``n_answers`` (to
            items of the skill).
        """
        found, people, responses = self._posterior(X)
        sd = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
        mean, spread = share_moments(found.mean, sd)
        counts = (~np.isnan(responses)).astype(np.int64) @ (self.weights_ > 0)
        n_skills = len(self.skills_)
        return pd.DataFrame(
            {
                "person": np.repeat(np.asarray(people, dtype=object), n_skills),
                "skill": np.tile(np.asarray(self.skills_, dtype=object), len(people)),
                "mean": mean.ravel(),
                "sd": spread.ravel(),
                "low": share_quantile(found.mean, sd, -Z_90).ravel(),
                "high": share_quantile(found.mean, sd, Z_90).ravel(),
                "n_answers": counts.ravel(),
            }
        )

    def to_bank(self, version: str = "") -> ItemBank:
        """Calibrated items by id, with the skills as the nodes that they measure."""
        check_is_fitted(self)
        names = np.asarray(self.skills_, dtype=object)
        return ItemBank.of(
            (
                ItemParameters(
                    str(item),
                    tuple(sorted(str(name) for name in names[self.weights_[i] > 0])),
                    float(self.slopes_[i]),
                    float(self.intercepts_[i]),
                    float(self.tasks_[i]),
                )
                for i, item in enumerate(self._items())
            ),
            version,
        )

    def __sklearn_tags__(self) -> Tags:
        """Answers may be missing, and no target is needed."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = False
        return tags

    def _options(self) -> CalibrationOptions:
        if not (self.slope_sd > 0 and self.intercept_sd > 0 and self.tol > 0 and self.max_iter > 0):
            raise ValueError("slope_sd, intercept_sd, tol and max_iter must be positive")
        return CalibrationOptions(self.slope_sd, self.intercept_sd, self.max_iter, self.tol)

    def _read(self, X: Table, *, reset: bool) -> FloatArray:
        if not reset:
            check_is_fitted(self)
        if isinstance(X, pd.DataFrame) and set(ANSWER_COLUMNS) <= set(X.columns):
            X = wide_responses(X)
            if not reset:
                X = self._known_items(X)
        values = self._validated(X, reset)
        check_responses(values)
        return values

    def _validated(self, X: Table, reset: bool) -> FloatArray:
        values: FloatArray = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return values

    def _known_items(self, wide: pd.DataFrame) -> pd.DataFrame:
        unknown = [item for item in wide.columns if item not in set(self._items())]
        if unknown:
            raise ValueError(f"items that were not calibrated: {', '.join(map(str, unknown))}")
        return wide.reindex(columns=list(self._items()))

    def _items(self) -> list[Any]:
        names = getattr(self, "feature_names_in_", None)
        return list(range(self.n_features_in_)) if names is None else list(names)

    def _skills(self, items: list[Any]) -> tuple[FloatArray, tuple[Any, ...]]:
        if self.q_matrix is None:
            return np.ones((len(items), 1)), ("ability",)
        if isinstance(self.q_matrix, pd.DataFrame):
            missing = [item for item in items if item not in self.q_matrix.index]
            # an item that the Q-matrix does not know has an empty row, and is named as such
            table = self.q_matrix.reindex(items).fillna(0) if missing else self.q_matrix.loc[items]
            return table.to_numpy(np.float64), tuple(table.columns)
        values = np.asarray(self.q_matrix, dtype=np.float64)
        return values, tuple(f"skill{k + 1}" for k in range(values.shape[-1]))

    def _posterior(self, X: Table) -> tuple[LatentPosterior, list[Any], FloatArray]:
        long = isinstance(X, pd.DataFrame) and set(ANSWER_COLUMNS) <= set(X.columns)
        responses = self._read(X, reset=False)
        answered = ~np.isnan(responses)
        right = np.where(answered, responses, 0.0)
        found = latent_posterior(
            np.full(len(self.skills_), self.mean_),
            self.components_.covariance,
            self.slopes_[:, None] * self.weights_,
            self.intercepts_,
            right * self.tasks_,
            np.where(answered, 1.0 - right, 0.0) * self.tasks_,
        )
        return found, _people(X, long, len(responses)), responses


def _people(X: Table, long: bool, n: int) -> list[Any]:
    if not isinstance(X, pd.DataFrame):
        return list(range(n))
    return list(pd.unique(X["person"])) if long else list(X.index)


def _is_constant(column: FloatArray) -> bool:
    answers = column[~np.isnan(column)]
    return len(answers) > 0 and bool((answers == answers[0]).all())
