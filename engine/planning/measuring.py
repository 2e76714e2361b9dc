"""Measure first: which diagnostic would tell enough to be a step, and what its news is worth.

The worth of news is the expected best value after it minus the best value without it, both over
the same set of quick plans: E[max over plans] − max over plans of E. So it is never negative, it is
0 where no outcome changes the choice, and it is worth points of the same kind as learning. What
the diagnostic costs (its minutes, its step, its price) is not taken off: the solver weighs that
against everything else in the same weeks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray, Outcomes
from engine.planning.compile_gains import GAIN_UNITS, MPT
from engine.planning.plan_loops import MenuArrays, RoomArrays
from engine.planning.plans import (
    Plans,
    joined,
    quick_plans,
    total_worth,
    worth_at,
)
from engine.planning.problem import ProblemDemand
from engine.policy import MeasureFirst

POINTS = GAIN_UNITS
"""Points of one whole deficit of weight 1."""

NEWS = 3
"""Kinds of news that plans are made for at each demand: bad, middling, good."""

JOINT_OUTCOMES = 1_000
"""Outcomes of several nodes together are grouped until there are no more than so many."""

_TINY = 1e-300


class Forecast(Protocol):
    """Says what more tasks could tell; made by the stage that knows the distributions."""

    @property
    def demands(self) -> IntArray:
        """Positions of the demands that may be measured anew, rising."""

    def after(self, tasks: int) -> Outcomes:
        """Outcomes of so many tasks (≥ 1) on each demand."""


@dataclass(frozen=True, slots=True, eq=False)
class Diagnostic:
    """One diagnostic that could be the first step, by its cheapest run.

    Parameters
    ----------
    activity
        Index of the catalogue.
    minutes
        Clock minutes that it takes, travel included.
    tasks
        Full tasks that it holds, ≥ 1.
    most_nodes
        Most demands that it measures, ≥ 1.
    weekly
        Shape (n_weeks, 2): week and minutes of its run.
    price
        Points: the prices of its run.
    measures
        Shape (n_demands,): demands that it can measure.
    pinned
        Asked for by name.
    """

    activity: int
    minutes: int
    tasks: int
    most_nodes: int
    weekly: IntArray
    price: float
    measures: BoolArray
    pinned: bool = False

    @property
    def tasks_per_node(self) -> int:
        """Tasks on each demand that it measures, ≥ 1."""
        return max(1, self.tasks // self.most_nodes)


@dataclass(frozen=True, slots=True)
class Measuring:
    """The diagnostic whose news counts, and what the reasons of its step tell.

    Parameters
    ----------
    activity
        Index of the catalogue.
    demands
        Positions of the demands that it measures anew, those that tell most first.
    tasks
        Full tasks on each.
    worth
        Whole points that its news is worth.
    instead
        Points that learning in the same time, with the same step, would add.
    """

    activity: int
    demands: tuple[int, ...]
    tasks: int
    worth: int
    instead: float


def nodes_and_tasks(minutes: int, measurable: int, policy: MeasureFirst) -> tuple[int, int]:
    """Full tasks of a diagnostic, and the most nodes that it measures.

    Parameters
    ----------
    minutes
        Of work, > 0.
    measurable
        Demands that it can measure.

    Returns
    -------
    (int, int)
        (0, 0) where it holds not one task or measures nothing.
    """
    tasks = int(minutes / policy.minutes_per_task + 1e-9)
    full = round(tasks * policy.task_weight)
    if full < 1 or measurable < 1:
        return 0, 0
    return full, max(1, min(tasks // policy.tasks_per_node, policy.most_nodes, measurable))


def worth_table(demands: Sequence[ProblemDemand], n_points: int) -> FloatArray:
    """What each demand is worth by the closed part, in points; shape (n_demands, n_points)."""
    closed = np.linspace(0.0, GAIN_UNITS, n_points)
    table = np.zeros((len(demands), n_points))
    for k, demand in enumerate(demands):
        lengths, slopes = np.array(demand.pieces or ((1, 0),), dtype=np.float64).T
        ends = np.concatenate([[0.0], np.cumsum(lengths)])
        table[k] = np.interp(closed, ends, np.concatenate([[0.0], np.cumsum(lengths * slopes)]))
    return table / MPT


def choose_diagnostic(
    options: Sequence[Diagnostic],
    menu: MenuArrays,
    demands: Sequence[ProblemDemand],
    forecast: Forecast,
    room: RoomArrays,
    least_worth: float = 0.0,
) -> Measuring | None:
    """The diagnostic that tells most beyond what its time costs, and the worth of its news.

    One is chosen, for the news of two about the same nodes must not count twice; the solver then
    decides whether and when it is taken. Those that are pinned go before all others.

    Parameters
    ----------
    menu
        Runs to learn from, those of diagnostics not among them.
    room
        Of a whole route.
    least_worth
        Points below which news is not worth a step.

    Returns
    -------
    Measuring or None
        ``None`` where no news is worth as much, or not a whole point.
    """
    pinned = [option for option in options if option.pinned]
    options = pinned or options
    if not options:
        return None
    study = _Study.of(options, menu, demands, forecast, room)
    found: Measuring | None = None
    best = -math.inf
    for option in options:
        by_itself = study.measuring(option)
        surplus = by_itself.worth - by_itself.instead - option.price
        if surplus > best:
            best, found = surplus, by_itself
    if found is None:
        return None
    told = study.jointly(found)
    return told if told.worth >= max(least_worth, 1) else None


@dataclass(frozen=True, slots=True, eq=False)
class _Study:
    """Tables and plans that all diagnostics are compared with.

    Parameters
    ----------
    menu, worth
        Runs to learn from, and what each demand is worth as things stand, of shape
        (n_demands, n_points) in points.
    outcomes
        By number of tasks on one demand, in points.
    left
        What the shortest diagnostic leaves.
    plans
        Within these, for what stands and for each kind of news.
    instead
        By activity of a diagnostic: points that learning in its place would add.
    alone
        By number of tasks: worth of the news of each demand by itself, shape (n,).
    """

    menu: MenuArrays
    worth: FloatArray
    outcomes: dict[int, Outcomes]
    left: RoomArrays
    plans: Plans
    instead: dict[int, float]
    alone: dict[int, FloatArray]

    @staticmethod
    def of(
        options: Sequence[Diagnostic],
        menu: MenuArrays,
        demands: Sequence[ProblemDemand],
        forecast: Forecast,
        room: RoomArrays,
    ) -> _Study:
        counts = sorted({option.tasks_per_node for option in options})
        outcomes = {tasks: _in_points(forecast.after(tasks)) for tasks in counts}
        widest = outcomes[counts[-1]]
        worth = worth_table(demands, widest.worth.shape[2])
        worth[widest.demands] = _mean_worth(widest)
        left = {option.activity: room_after(room, option.weekly) for option in options}
        shortest = left[min(options, key=lambda option: (option.minutes, option.activity)).activity]
        news = quick_plans(menu, shortest, _news(worth, grouped(widest, NEWS)))
        plans = {a: quick_plans(menu, rest, worth[None]) for a, rest in left.items()}
        pool = joined([*plans.values(), news])
        whole = joined([quick_plans(menu, room, worth[None]), pool])
        best = float(total_worth(whole, worth).max())
        return _Study(
            menu=menu,
            worth=worth,
            outcomes=outcomes,
            left=shortest,
            plans=pool,
            instead={
                a: best - float(total_worth(joined([own, news]), worth).max())
                for a, own in plans.items()
            },
            alone={tasks: _worth_alone(pool, worth, told) for tasks, told in outcomes.items()},
        )

    def measuring(self, option: Diagnostic) -> Measuring:
        """What a diagnostic would measure, its news summed up as if each came alone."""
        tasks = option.tasks_per_node
        demands = self.outcomes[tasks].demands
        worth = np.where(option.measures[demands], self.alone[tasks], -1.0)
        best = np.argsort(-worth, kind="stable")[: option.most_nodes]
        best = best[worth[best] > 0]
        return Measuring(
            activity=option.activity,
            demands=tuple(demands[best].tolist()),
            tasks=tasks,
            worth=round(float(worth[best].sum())),
            instead=self.instead[option.activity],
        )

    def jointly(self, told: Measuring) -> Measuring:
        """The same with the worth of all its news together.

        News of one demand may make news of another matter more or less: plans for every pair of
        bad and good news join the pool, and the outcomes are taken together.
        """
        if len(told.demands) < 2:
            return told
        outcomes = self.outcomes[told.tasks]
        rows = np.searchsorted(outcomes.demands, told.demands)
        classes = int(JOINT_OUTCOMES ** (1 / len(rows)))
        chosen = grouped(_rows_of(outcomes, rows), classes)
        tables = _news_together(self.worth, grouped(chosen, NEWS))
        more = quick_plans(self.menu, self.left, tables)
        worth = _worth_together(joined([self.plans, more]), self.worth, chosen)
        return replace(told, worth=round(worth))


def room_after(room: RoomArrays, weekly: IntArray) -> RoomArrays:
    """What is left after one more step.

    Parameters
    ----------
    weekly
        Shape (n, 2): week and minutes of the step.
    """
    weeks, total = room.weeks.copy(), room.total.copy()
    weeks[weekly[:, 0]] -= weekly[:, 1]
    total -= np.array([weekly[:, 1].sum(), 1])
    return room._replace(weeks=weeks, total=total)


def grouped(outcomes: Outcomes, classes: int) -> Outcomes:
    """Neighbouring outcomes joined to so many classes of about the same probability.

    Whoever hears only the class knows less, so its news is worth no more; the mean over the
    classes is that over the outcomes. A class may be empty: its probability is 0.
    """
    probability = outcomes.probability
    if probability.shape[1] <= classes:
        return outcomes
    middle = np.cumsum(probability, axis=1) - probability / 2
    group = np.minimum((middle * classes).astype(np.int64), classes - 1)
    share = probability[:, :, None] * (group[:, :, None] == np.arange(classes))
    total = share.sum(axis=1)
    worth = np.einsum("myc,myg->mcg", share, outcomes.worth)
    return Outcomes(outcomes.demands, total, worth / np.maximum(total, _TINY)[:, :, None])


def _in_points(outcomes: Outcomes) -> Outcomes:
    return Outcomes(outcomes.demands, outcomes.probability, outcomes.worth * POINTS)


def _rows_of(outcomes: Outcomes, rows: IntArray) -> Outcomes:
    return Outcomes(outcomes.demands[rows], outcomes.probability[rows], outcomes.worth[rows])


def _mean_worth(outcomes: Outcomes) -> FloatArray:
    """Worth without asking, shape (n, n_points)."""
    return np.asarray(np.einsum("my,myg->mg", outcomes.probability, outcomes.worth))


def _news(worth: FloatArray, outcomes: Outcomes) -> FloatArray:
    """One table for each outcome of each demand, shape (n · n_outcomes, n_demands, n_points)."""
    n, n_outcomes, n_points = outcomes.worth.shape
    tables = np.repeat(worth[None], n * n_outcomes, axis=0)
    demand = np.repeat(outcomes.demands, n_outcomes)
    tables[np.arange(len(tables)), demand] = outcomes.worth.reshape(-1, n_points)
    return tables


def _news_together(worth: FloatArray, outcomes: Outcomes) -> FloatArray:
    """One table for each pair of first and last outcome of all demands, first axis 2ⁿ."""
    n = len(outcomes.demands)
    kinds = np.array(list(itertools.product((0, -1), repeat=n)), dtype=np.int64)
    tables = np.repeat(worth[None], len(kinds), axis=0)
    for i, demand in enumerate(outcomes.demands.tolist()):
        tables[:, demand] = outcomes.worth[i, kinds[:, i]]
    return tables


def _after(plans: Plans, outcomes: Outcomes) -> FloatArray:
    """What plans are worth on each demand after each outcome, shape (n, n_outcomes, n_plans)."""
    n, n_outcomes, n_points = outcomes.worth.shape
    row = np.arange(n * n_outcomes).reshape(n, n_outcomes, 1)
    closed = plans.closed[:, outcomes.demands].T[:, None, :]
    return worth_at(outcomes.worth.reshape(-1, n_points), row, closed)


def _worth_alone(plans: Plans, worth: FloatArray, outcomes: Outcomes) -> FloatArray:
    """Worth of the news of each demand by itself, shape (n,), ≥ 0."""
    total, after = total_worth(plans, worth), _after(plans, outcomes)
    other = total - np.einsum("my,myp->mp", outcomes.probability, after)
    best = (other[:, None, :] + after).max(axis=2)
    return np.asarray(np.maximum((outcomes.probability * best).sum(axis=1) - total.max(), 0.0))


def _worth_together(plans: Plans, worth: FloatArray, outcomes: Outcomes) -> float:
    """Worth of the news of all demands, ≥ 0; their outcomes count as independent."""
    total, after = total_worth(plans, worth), _after(plans, outcomes)
    value = (total - np.einsum("my,myp->p", outcomes.probability, after))[None]
    probability = np.ones(1)
    for own, each in zip(outcomes.probability, after, strict=True):
        value = (value[:, None] + each[None]).reshape(-1, len(total))
        probability = (probability[:, None] * own).reshape(-1)
    return max(float(probability @ value.max(axis=1) - total.max()), 0.0)
