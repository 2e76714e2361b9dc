"""Menus, rooms and forecasts for the tests of measuring first; every number by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import IntArray, Outcomes
from engine.planning.measuring import Diagnostic
from engine.planning.plan_loops import MenuArrays, RoomArrays
from engine.planning.problem import ProblemDemand

PLENTY = 10**9
N_POINTS = 11


@dataclass(frozen=True)
class Told:
    """A forecast that says the same for any number of tasks.

    ``closes`` is, per measured demand, the certain size of the deficit after each outcome;
    ``weight`` applies to all.
    """

    demands: IntArray
    probability: Sequence[Sequence[float]]
    closes: Sequence[Sequence[float]]
    weight: float = 1.0

    def after(self, tasks: int) -> Outcomes:
        z = np.linspace(0.0, 1.0, N_POINTS)
        worth = self.weight * np.minimum(np.array(self.closes)[:, :, None], z)
        return Outcomes(self.demands, np.array(self.probability, dtype=np.float64), worth)


def told(*measured: tuple[int, Sequence[float], Sequence[float]], weight: float = 1.0) -> Told:
    """From (demand, probabilities, sizes of the deficit)."""
    return Told(
        np.array([k for k, _, _ in measured], dtype=np.int64),
        [p for _, p, _ in measured],
        [size for _, _, size in measured],
        weight,
    )


def certain(size: float, weight: float = 1.0) -> ProblemDemand:
    """A demand worth 10 000 points of weight 1 for a whole deficit."""
    return ProblemDemand("d", ((round(size * 10_000), round(1_000 * weight)),))


def menu(*runs: tuple[Sequence[tuple[int, float]], Sequence[tuple[int, int]]]) -> MenuArrays:
    """One run for each activity: gains as (demand, part), load as (week, minutes)."""
    n = len(runs)
    loads = [load for _, load in runs]
    gains = [gain for gain, _ in runs]

    def pointers(rows: Sequence[Sequence[object]]) -> IntArray:
        return np.cumsum([0, *map(len, rows)]).astype(np.int64)

    def column(rows: Sequence[Sequence[tuple[int, float]]], i: int, kind: type) -> np.ndarray:
        return np.array([entry[i] for row in rows for entry in row], dtype=kind)

    return MenuArrays(
        run_ptr=np.arange(n + 1),
        form=np.ones(n, dtype=np.int64),
        source=np.full(n, -1),
        minutes=np.array([sum(m for _, m in load) for load in loads], dtype=np.int64),
        steps=np.ones(n, dtype=np.int64),
        cost=np.zeros(n, dtype=np.int64),
        long=np.zeros(n, dtype=np.bool_),
        first_week=np.array([load[0][0] for load in loads], dtype=np.int64),
        last_week=np.array([load[-1][0] for load in loads], dtype=np.int64),
        net=np.zeros(n),
        gain_ptr=pointers(gains),
        gain_demand=column(gains, 0, np.int64),
        gain=column(gains, 1, np.float64),
        week_ptr=pointers(loads),
        week=column(loads, 0, np.int64),
        week_min=column(loads, 1, np.int64),
    )


def room(steps: int = 10, weeks: Sequence[int] = (600, 600, 600), minutes: int = PLENTY):
    return RoomArrays(
        weeks=np.array(weeks, dtype=np.int64),
        total=np.array([minutes, steps], dtype=np.int64),
        forms=np.full((3, 2), PLENTY),
        money=np.zeros(4, dtype=np.int64),
        parallel=np.full(len(weeks), 2),
    )


def diagnostic(activity: int = 0, n_demands: int = 2, **changes) -> Diagnostic:
    """45 minutes in week 0, 6 tasks on one demand, any of them, free of charge."""
    values = {
        "minutes": 45,
        "tasks": 6,
        "most_nodes": 1,
        "weekly": np.array([[0, 45]]),
        "price": 0.0,
        "measures": np.ones(n_demands, dtype=np.bool_),
        **changes,
    }
    return Diagnostic(activity, **values)
