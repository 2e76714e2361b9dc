"""What a procedure shows of a simulated person: scores, marks of observers, answers to items.

A task of node k is done right with probability σ(α_k + b). The lean b of a procedure (an easy
test, a strict observer) is the same for all nodes of its sheet: it is what a longer sheet does
not average out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from engine.domain import DiagnosticResult, FloatArray, ItemResponse, Method

_WHOLE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One procedure on one day.

    Parameters
    ----------
    codes
        Nodes that it measures.
    ability
        Shape (n_codes,), log odds on that day.
    """

    procedure_id: str
    date: dt.date
    method: Method
    codes: tuple[str, ...]
    ability: FloatArray


@dataclass(frozen=True, slots=True)
class SimulatedItem:
    """An item: P(right) = σ(slope · mean ability over its nodes + intercept + lean).

    Parameters
    ----------
    nodes
        Nodes that it needs, its own first.
    """

    id: str
    nodes: tuple[str, ...]
    slope: float
    intercept: float


def independent_tasks(n_tasks: int, reliability: float) -> int:
    """How many independent tasks ``n_tasks`` of a reliability are worth.

    Raises
    ------
    ValueError
        Where that is not a whole number ≥ 1: such a sheet cannot be simulated task by task.
    """
    worth = n_tasks * reliability
    if round(worth) < 1 or abs(worth - round(worth)) > _WHOLE:
        raise ValueError(f"{n_tasks} tasks of reliability {reliability:g} are no whole number")
    return round(worth)


def draw_scores(
    rng: np.random.Generator,
    sheet: Sheet,
    n_tasks: Sequence[int],
    leans: Mapping[str | None, float],
    *,
    reliability: float = 1.0,
    by_criterion: bool = False,
) -> tuple[DiagnosticResult, ...]:
    """One score per node and observer; the observers see the same work.

    Parameters
    ----------
    n_tasks
        Tasks or criteria per node, as many as the sheet has nodes; a task is one point.
    leans
        Lean by observer, log odds; ``None`` = a procedure without observers.
    reliability
        Worth of a task: below 1 the tasks overlap, and fewer independent ones stand behind them.
    by_criterion
        A row per criterion instead of one per node. Where tasks overlap, every criterion has
        the same part of the score.
    """
    results: list[DiagnosticResult] = []
    for code, ability, tasks in zip(sheet.codes, sheet.ability, n_tasks, strict=True):
        # observers differ in their marks by their leans alone: the work itself is the same
        work = rng.random(independent_tasks(tasks, reliability))
        for observer, lean in leans.items():
            right = work < expit(ability + lean)
            marks = right if len(right) == tasks else np.full(tasks, right.mean())
            points = marks.astype(np.float64) if by_criterion else np.array([marks.sum()])
            results += _rows(sheet, code, points, tasks, observer)
    return tuple(results)


def _rows(
    sheet: Sheet, code: str, points: FloatArray, tasks: int, observer: str | None
) -> list[DiagnosticResult]:
    whole = len(points) == 1
    return [
        DiagnosticResult(
            procedure_id=sheet.procedure_id,
            date=sheet.date,
            method=sheet.method,
            node=code,
            score=float(score),
            max_score=float(tasks) if whole else 1.0,
            n_tasks=tasks if whole else None,
            observer=observer,
            criterion=None if whole else f"k{c}",
        )
        for c, score in enumerate(points)
    ]


def draw_items(
    rng: np.random.Generator,
    codes: Sequence[str],
    per_node: int,
    *,
    two_skills: float = 0.0,
    slope_sd: float = 0.3,
    intercept_sd: float = 1.0,
) -> tuple[SimulatedItem, ...]:
    """Items of every node; slopes have the median 1 and intercepts the mean 0.

    Parameters
    ----------
    two_skills
        Share in [0, 1] of the items that need another node besides their own.
    slope_sd, intercept_sd
        Of the logarithm of the slopes, and of the intercepts in log odds.
    """
    items: list[SimulatedItem] = []
    for i, code in enumerate(codes):
        for j in range(per_node):
            other = codes[(i + int(rng.integers(1, len(codes)))) % len(codes)]
            both = bool(rng.random() < two_skills)
            items.append(
                SimulatedItem(
                    id=f"{code}/{j:02d}",
                    nodes=(code, other) if both else (code,),
                    slope=float(rng.lognormal(0.0, slope_sd)),
                    intercept=float(rng.normal(0.0, intercept_sd)),
                )
            )
    return tuple(items)


def draw_answers(
    rng: np.random.Generator,
    sheet: Sheet,
    items: Sequence[SimulatedItem],
    lean: float,
    index: Mapping[str, int],
) -> tuple[ItemResponse, ...]:
    """Answers of 0 or 1, one row per item and node that it needs.

    Parameters
    ----------
    index
        Where a node's ability stands in ``sheet.ability``; every node of the items is there.
    """
    needed = [sheet.ability[[index[code] for code in item.nodes]].mean() for item in items]
    slope = np.array([item.slope for item in items])
    intercept = np.array([item.intercept for item in items])
    right = rng.random(len(items)) < expit(slope * np.array(needed) + intercept + lean)
    return tuple(
        ItemResponse(sheet.procedure_id, sheet.date, item.id, float(answer), node)
        for item, answer in zip(items, right, strict=True)
        for node in item.nodes
    )
