"""Small simulated regions to train on, each made once a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, wraps
from typing import TypeVar

import numpy as np

from engine.domain import FloatArray
from engine.framework import load_framework
from engine.interactions import Interactions
from engine.matching.matcher import ActivityMatcher
from engine.policy import load_policy
from engine.recommender.request import RouteRequest
from engine.simulation import History, HistoryPlan, simulate_history
from engine.training.data import TrainingData
from engine.training.fit import FitOptions, Fitted, fit_matching_model, table_matcher
from engine.training.table import LabelledTable, build_table

T = TypeVar("T")
FRAMEWORK = load_framework()
POLICY = load_policy("default")
SERIAL = FitOptions(n_jobs=1)
PLAN = HistoryPlan(educators=150, activities=80, mentors=2)


def once(make: Callable[[int, HistoryPlan], T]) -> Callable[..., T]:
    """Made once a process for each seed and plan, whether they are named or left out."""
    made = cache(make)

    @wraps(make)
    def asked(seed: int = 1, plan: HistoryPlan = PLAN) -> T:
        return made(seed, plan)

    return asked


@once
def history(seed: int, plan: HistoryPlan) -> History:
    return simulate_history(plan, seed, FRAMEWORK, POLICY)


@once
def region(seed: int, plan: HistoryPlan) -> TrainingData:
    return TrainingData.from_history(history(seed, plan), FRAMEWORK, POLICY)


@once
def matcher(seed: int, plan: HistoryPlan) -> ActivityMatcher:
    return table_matcher(region(seed, plan))


@once
def table(seed: int, plan: HistoryPlan) -> LabelledTable:
    return build_table(region(seed, plan), matcher(seed, plan), n_jobs=1)


@once
def fitted(seed: int, plan: HistoryPlan) -> Fitted:
    return fit_matching_model(region(seed, plan), "m1", SERIAL, table=table(seed, plan))


def part(data: TrainingData, n: int) -> TrainingData:
    """The first people of a region with their interactions."""
    keep = sorted(data.people)[:n]
    rows = np.isin(np.array(data.interactions.people)[data.interactions.person], keep)
    return of(data, {id: data.people[id] for id in keep}, data.interactions.select(rows))


def of(
    data: TrainingData, people: dict[str, RouteRequest], interactions: Interactions
) -> TrainingData:
    """The same catalogue with other people and rows; people without rows lose their position."""
    used = np.unique(interactions.person)
    place = np.searchsorted(used, interactions.person)
    kept = tuple(interactions.people[p] for p in used.tolist())
    rows = replace(interactions, people=kept, person=place)
    return TrainingData.of(
        data.framework,
        data.policy,
        data.activities,
        data.offerings,
        people.values(),
        rows,
        data.as_of,
    )


def split_day(data: TrainingData, share: float = 0.7) -> float:
    return float(np.floor(np.quantile(data.interactions.time, share)))


def log_loss(label: FloatArray, chance: FloatArray, weight: FloatArray) -> float:
    """Weighted mean of −y ln p − (1 − y) ln(1 − p)."""
    loss = -label * np.log(chance) - (1 - label) * np.log1p(-chance)
    return float(np.average(loss, weights=weight))
