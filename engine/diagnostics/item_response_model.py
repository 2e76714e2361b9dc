"""Item response model as a scikit-learn estimator: answers → skills, and answers not yet given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self, TypeGuard

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.diagnostics.calibration import (
    CalibrationOptions,
    calibrate,
    expected_share,
    people_chunks,
)
from engine.diagnostics.components import Components
from engine.diagnostics.item_bank import ItemBank, ItemParameters, SkillPrior
from engine.diagnostics.labels import (
    Table,
    in_container,
    in_order,
    labels_of,
    matched,
    output_names,
    texts,
    warn_unsettled,
)
from engine.diagnostics.latent import LatentPosterior, latent_posterior
from engine.diagnostics.logit_normal import Z_90, share_moments, share_quantile
from engine.diagnostics.tables import (
    ANSWER_COLUMNS,
    check_q_matrix,
    check_responses,
    no_answers,
    wide_responses,
)
from engine.domain import FloatArray
from engine.errors import Fault, InputError


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
        Most steps of calibration, and the greatest change of a parameter in the last one and to
        where it leads.

    Attributes
    ----------
    items_
        Labels of the items, as the table has them; places from 0 where it has none.
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
        Shape (n_items,): answers behind each item's parameters; 0 where they came with a bank.
    constant_items_
        Items whose answers were all right or all wrong: only their priors keep them finite.

    Notes
    -----
    Tables are wide, people × items with NaN = not answered, or long data frames with the columns
    ``person``, ``item`` and ``response``; rows of the results are the people in the order in
    which they come. Answers lie in [0, 1]. A person may be new to the model, and may have
    answered any of the items or none. Weak priors keep mean and sds of little or one-sided data
    finite (see ``components``).
    """

    items_: tuple[Any, ...]

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
            An item without a skill, a Q-matrix of another size, faults of a long table, no answer
            at all.
        ValueError
            A response outside [0, 1].
        """
        responses = self._read(X, reset=True)
        items = self.items_
        q_matrix, self.skills_ = self._skills(labelled=isinstance(X, pd.DataFrame))
        check_q_matrix(q_matrix, items)
        if np.isnan(responses).all():
            raise no_answers()
        found = calibrate(responses, q_matrix, self._options())
        self.slopes_, self.intercepts_, self.tasks_ = found.slopes, found.intercepts, found.tasks
        self.weights_ = q_matrix / q_matrix.sum(axis=1, keepdims=True)
        self._name_people(found.mean, found.components)
        self.n_iter_, self.converged_ = found.n_iterations, found.converged
        self.n_answers_ = (~np.isnan(responses)).sum(axis=0)
        self.constant_items_ = tuple(
            item for item, column in zip(items, responses.T, strict=True) if _is_constant(column)
        )
        warn_unsettled(self)
        return self

    @classmethod
    def from_bank(
        cls,
        bank: ItemBank,
        *,
        people: SkillPrior | None = None,
    ) -> Self:
        """Model of calibrated items, ready to score people without any fitting.

        Parameters
        ----------
        people
            Whom to expect; ``None`` = such people as the bank was calibrated on.

        Raises
        ------
        ValueError
            An empty bank, or one that does not know its people while none are given.
        """
        people = bank.people if people is None else people
        if people is None:
            raise ValueError("the bank does not know its people: say whom to expect")
        items = list(bank.items.values())
        if not items:
            raise ValueError("the bank has no items")
        skills = sorted({node for item in items for node in item.nodes})
        q_matrix = np.array([[float(skill in item.nodes) for skill in skills] for item in items])
        labels = pd.Index([item.item for item in items])
        model = cls(pd.DataFrame(q_matrix, index=labels, columns=skills))
        model.items_, model.skills_ = tuple(labels), tuple(skills)
        model.n_features_in_ = len(items)
        model.feature_names_in_ = np.asarray(labels, dtype=object)
        model.weights_ = q_matrix / q_matrix.sum(axis=1, keepdims=True)
        model.slopes_ = np.array([item.slope for item in items])
        model.intercepts_ = np.array([item.intercept for item in items])
        model.tasks_ = np.array([item.tasks for item in items])
        sds = people.person_sd, 0.0, people.skill_sd
        model._name_people(people.mean, Components.of_groups(range(len(skills)), sds))
        model.n_iter_, model.converged_, model.constant_items_ = 0, True, ()
        model.n_answers_ = np.zeros(len(items), dtype=np.int64)
        return model

    def transform(self, X: Table) -> FloatArray:
        """Posterior mean of each skill's proficiency, shape (n_people, n_skills), in (0, 1)."""
        responses = self._read(X, reset=False)
        means = share_moments(*self._odds(responses))[0]
        return in_container(self, means, _people(X, len(means))) if _is_long(X) else means

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[Any]:
        """Names of the columns of ``transform``: the skills."""
        check_is_fitted(self)
        return output_names(self, self.skills_, input_features)

    def predict_proba(self, X: Table) -> FloatArray:
        """Probability of a right answer to every item, given the answers known.

        Returns
        -------
        ndarray of shape (n_people, n_items), in (0, 1)
            Averaged over what is not known of the skills; also for items already answered.
        """
        responses = self._read(X, reset=False)
        chance = np.empty(responses.shape)
        for part in people_chunks(*responses.shape):
            found = self._posterior(responses[part])
            chance[part] = expected_share(found.odds_mean, found.odds_variance)
        return chance

    def posterior(self, X: Table) -> pd.DataFrame:
        """Mean, sd and 90 % interval of each skill's proficiency, one row per person and skill.

        Returns
        -------
        DataFrame
            Columns ``person``, ``skill``, ``mean``, ``sd``, ``low``, ``high``, ``n_answers`` (to
            items of the skill).
        """
        responses = self._read(X, reset=False)
        people = _people(X, len(responses))
        odds, sd = self._odds(responses)
        mean, spread = share_moments(odds, sd)
        counts = (~np.isnan(responses)).astype(np.int64) @ (self.weights_ > 0)
        n_skills = len(self.skills_)
        return pd.DataFrame(
            {
                "person": pd.Index(people, dtype=object).repeat(n_skills),
                "skill": list(self.skills_) * len(people),
                "mean": mean.ravel(),
                "sd": spread.ravel(),
                "low": share_quantile(odds, sd, -Z_90).ravel(),
                "high": share_quantile(odds, sd, Z_90).ravel(),
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
                for i, item in enumerate(self.items_)
            ),
            version,
            people=SkillPrior(self.mean_, self.person_sd_, self.skill_sd_),
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

    def _name_people(self, mean: float, components: Components) -> None:
        self.mean_, self.components_ = mean, components
        sds = components.sds
        self.person_sd_, self.skill_sd_ = sds[0], sds[-1] if len(sds) > 1 else 0.0

    def _read(self, X: Table, *, reset: bool) -> FloatArray:
        if not reset:
            check_is_fitted(self)
        if _is_long(X):
            X = wide_responses(X)
            if X.empty:
                raise no_answers()
            X = X if reset else in_order(X, self.items_, "items")
        elif not reset:
            X = matched(X, self.items_, "items")
        values = self._validated(X, reset)
        if reset:
            self.items_ = labels_of(X, values.shape[1])
        check_responses(values)
        return values

    def _validated(self, X: Table, reset: bool) -> FloatArray:
        if isinstance(X, pd.DataFrame) and not texts(tuple(X.columns)):
            X = X.to_numpy()
        values: FloatArray = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return values

    def _skills(self, *, labelled: bool) -> tuple[FloatArray, tuple[Any, ...]]:
        items = list(self.items_)
        if self.q_matrix is None:
            return np.ones((len(items), 1)), ("ability",)
        if isinstance(self.q_matrix, pd.DataFrame):
            _check_labels(self.q_matrix, labelled, items)
            # an item that the Q-matrix does not know has an empty row, and is named as such
            missing = [item for item in items if item not in self.q_matrix.index]
            table = self.q_matrix.reindex(items).fillna(0) if missing else self.q_matrix.loc[items]
            return table.to_numpy(np.float64), tuple(table.columns)
        values = np.asarray(self.q_matrix, dtype=np.float64)
        return values, tuple(f"skill{k + 1}" for k in range(values.shape[-1]))

    def _odds(self, responses: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and sd of the skills' log odds, each of shape (n_people, n_skills)."""
        mean, sd = np.empty((2, len(responses), len(self.skills_)))
        for part in people_chunks(*responses.shape):
            found = self._posterior(responses[part])
            mean[part] = found.mean
            sd[part] = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
        return mean, sd

    def _posterior(self, responses: FloatArray) -> LatentPosterior:
        answered = ~np.isnan(responses)
        right = np.where(answered, responses, 0.0)
        return latent_posterior(
            np.full(len(self.skills_), self.mean_),
            self.components_.covariance,
            self.slopes_[:, None] * self.weights_,
            self.intercepts_,
            right * self.tasks_,
            (answered - right) * self.tasks_,
        )


def _is_long(X: Table) -> TypeGuard[pd.DataFrame]:
    return isinstance(X, pd.DataFrame) and set(ANSWER_COLUMNS) <= set(X.columns)


def _people(X: Table, n: int) -> list[Any]:
    if not isinstance(X, pd.DataFrame):
        return list(range(n))
    return list(pd.unique(X["person"])) if _is_long(X) else list(X.index)


def _check_labels(q_matrix: pd.DataFrame, labelled: bool, items: Sequence[Any]) -> None:
    """Refuse a Q-matrix by labels that cannot be matched with the table."""
    twice = q_matrix.index[q_matrix.index.duplicated()].unique()
    if len(twice):
        raise InputError(
            [
                Fault(
                    "duplicate_item",
                    f"Задание «{item}» стоит в Q-матрице дважды: оставьте одну строку",
                    "/q_matrix",
                    parameters={"item": str(item)},
                )
                for item in twice
            ]
        )
    if not labelled and set(q_matrix.index) != set(items):
        detail = (
            "Q-матрица названа по заданиям, а столбцы ответов без названий: передайте ответы "
            "таблицей с названиями заданий или Q-матрицу массивом в порядке столбцов"
        )
        raise InputError([Fault("q_matrix_labels", detail, "/q_matrix")])


def _is_constant(column: FloatArray) -> bool:
    answers = column[~np.isnan(column)]
    return len(answers) > 0 and bool((answers == answers[0]).all())
