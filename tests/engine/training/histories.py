"""Small simulated regions to train on, each made once a process."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

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

FRAMEWORK = load_framework()
POLICY = load_policy("default")
SERIAL = FitOptions(n_jobs=1)
PLAN = HistoryPlan(educators=150, activities=80, mentors=2)


@cache
def history(seed: int = 1, plan: HistoryPlan = PLAN) -> History:
    return simulate_history(plan, seed, FRAMEWORK, POLICY)


@cache
def region(seed: int = 1, plan: HistoryPlan = PLAN) -> TrainingData:
    return TrainingData.from_history(history(seed, plan), FRAMEWORK, POLICY)


@cache
def matcher(seed: int = 1, plan: HistoryPlan = PLAN) -> ActivityMatcher:
    return table_matcher(region(seed, plan))


@cache
def table(seed: int = 1, plan: HistoryPlan = PLAN) -> LabelledTable:
    return build_table(region(seed, plan), matcher(seed, plan), n_jobs=1)


@cache
def fitted(seed: int = 1, plan: HistoryPlan = PLAN) -> Fitted:
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
