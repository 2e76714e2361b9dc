"""What a methodist should know of a calibration: items to look at, reliability, fit.

Counted from a fitted model and the table that it was fitted on; nothing here changes either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from engine.diagnostics.held_out import auc, item_means, kept_back, log_loss
from engine.diagnostics.item_response_model import ItemResponseModel
from engine.domain import FloatArray

LEAST_ANSWERS = 50
"""Below it the parameters of an item are mostly its prior."""
LEAST_SLOPE = 0.3
"""Below it an item hardly tells a strong person from a weak one."""
MOST_INTERCEPT = 3.0
"""Log odds beyond which nearly all answers are alike."""
RELIABILITY_PEOPLE = 100
"""Below it reliability is not stated: the spread between so few people is too uncertain."""
CHECK_SHARE = 0.2
CHECK_SEED = 0
CHECK_LEAST = 100
"""Answers kept back; below it the figures of the fit would be noise."""


@dataclass(frozen=True, slots=True)
class ItemCheck:
    """One item.

    Parameters
    ----------
    share
        Of right answers, in [0, 1]; NaN without answers.
    tasks
        Effective tasks of one answer.
    remarks
        Codes of what to look at: ``constant``, ``few_answers``, ``low_slope``,
        ``extreme_intercept``.
    """

    item: str
    nodes: tuple[str, ...]
    n_answers: int
    share: float
    slope: float
    intercept: float
    tasks: float
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SkillCheck:
    """One skill.

    Parameters
    ----------
    reliability
        Marginal reliability in [0, 1]: the part of the differences between people that the
        answers show; NaN with fewer than ``RELIABILITY_PEOPLE`` people.
    """

    skill: str
    n_items: int
    reliability: float


@dataclass(frozen=True, slots=True)
class FitCheck:
    """Prediction of answers kept back, beside the plain mean of each item."""

    n_answers: int
    auc: float
    auc_item_mean: float
    log_loss: float
    log_loss_item_mean: float


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """A calibration in figures.

    Parameters
    ----------
    people
        With at least one answer.
    share_missing
        Of the cells people × items, in [0, 1].
    fit
        ``None`` where there are too few answers to keep some back.
    """

    people: int
    answers: int
    share_missing: float
    n_iterations: int
    converged: bool
    mean: float
    person_sd: float
    skill_sd: float
    items: tuple[ItemCheck, ...]
    skills: tuple[SkillCheck, ...]
    fit: FitCheck | None


def calibration_report(model: ItemResponseModel, responses: pd.DataFrame) -> CalibrationReport:
    """Report on a model and the table of people × items that it was fitted on."""
    values = responses.to_numpy(np.float64)
    answered = ~np.isnan(values)
    active = responses[answered.any(axis=1)]
    return CalibrationReport(
        people=len(active),
        answers=int(answered.sum()),
        share_missing=float(1 - answered[answered.any(axis=1)].mean()) if len(active) else 1.0,
        n_iterations=model.n_iter_,
        converged=model.converged_,
        mean=model.mean_,
        person_sd=model.person_sd_,
        skill_sd=model.skill_sd_,
        items=tuple(_items(model, values)),
        skills=tuple(_skills(model, active)),
        fit=_fit(model, responses),
    )


def _items(model: ItemResponseModel, values: FloatArray) -> Iterator[ItemCheck]:
    constant = {str(item) for item in model.constant_items_}
    parameters = model.to_bank().items.values()
    for item, column in zip(parameters, values.T, strict=True):
        answers = column[~np.isnan(column)]
        checks = (
            ("constant", item.item in constant),
            ("few_answers", len(answers) < LEAST_ANSWERS),
            ("low_slope", item.slope < LEAST_SLOPE),
            ("extreme_intercept", abs(item.intercept) > MOST_INTERCEPT),
        )
        yield ItemCheck(
            item.item,
            item.nodes,
            len(answers),
            float(answers.mean()) if len(answers) else float("nan"),
            item.slope,
            item.intercept,
            item.tasks,
            tuple(code for code, found in checks if found),
        )


def _skills(model: ItemResponseModel, active: pd.DataFrame) -> Iterator[SkillCheck]:
    """Var(mean) / (Var(mean) + mean(sd²)) over people (Green et al. 1984)."""
    n_skills = len(model.skills_)
    found = model.posterior(active)
    mean = found["mean"].to_numpy().reshape(-1, n_skills)
    sd = found["sd"].to_numpy().reshape(-1, n_skills)
    n_items = (model.weights_ > 0).sum(axis=0)
    for k, skill in enumerate(model.skills_):
        reliability = float("nan")
        if len(mean) >= RELIABILITY_PEOPLE:
            shown = mean[:, k].var(ddof=1)
            reliability = float(shown / (shown + (sd[:, k] ** 2).mean()))
        yield SkillCheck(str(skill), int(n_items[k]), reliability)


def _fit(model: ItemResponseModel, responses: pd.DataFrame) -> FitCheck | None:
    """Keep answers back from the table in the order of ids, whatever order the file had."""
    if model.q_matrix is None or isinstance(model.q_matrix, pd.DataFrame):
        responses = _in_order(responses)  # an array's rows follow the columns as they stand
    values = responses.to_numpy(np.float64)
    back = kept_back(values, CHECK_SHARE, CHECK_SEED)
    if back.sum() < CHECK_LEAST:
        return None
    known = responses.mask(back)
    chance = clone(model).fit(known).predict_proba(known)[back]
    plain = np.broadcast_to(item_means(known.to_numpy(np.float64)), values.shape)[back]
    answer = values[back]
    return FitCheck(
        n_answers=int(back.sum()),
        auc=auc(answer, chance),
        auc_item_mean=auc(answer, plain),
        log_loss=log_loss(answer, chance),
        log_loss_item_mean=log_loss(answer, plain),
    )


def _in_order(responses: pd.DataFrame) -> pd.DataFrame:
    """People with answers and items, by the text of their ids."""
    people = [p for p, some in responses.notna().any(axis=1).items() if some]
    return responses.loc[sorted(people, key=str), sorted(responses.columns, key=str)]


def items_to_look_at(items: Sequence[ItemCheck]) -> tuple[ItemCheck, ...]:
    """Items with remarks, most remarks first, then in their order."""
    return tuple(sorted((i for i in items if i.remarks), key=lambda i: -len(i.remarks)))
