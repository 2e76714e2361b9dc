"""How far two routes of one problem lie apart, as a row and as a number.

The distance is |A △ B| / |A ∪ B| over the activities A and B of the routes (route-problem,
section 3). It is kept in integers: two numbers are compared, never their rounded quotient.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.domain import IntArray
from engine.planning.kernel import Kernel
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route

LEAST_DISTANCE = (2, 5)
"""Variants differ at least so much: numerator and denominator."""


def activities_of(problem: RouteProblem, route: Route) -> frozenset[int]:
    """Activities of the chosen candidates."""
    return frozenset(problem.candidates.activity[list(route.chosen)].tolist())


def distance(first: Collection[object], second: Collection[object]) -> float:
    """|A △ B| / |A ∪ B| in [0, 1]; 0 for two empty routes.

    Parameters
    ----------
    first, second
        Activities of the two routes, by index or by id.
    """
    a, b = frozenset(first), frozenset(second)
    return len(a ^ b) / len(a | b) if a | b else 0.0


def far_enough(first: Collection[int], second: Collection[int]) -> bool:
    """Whether the distance is at least ``LEAST_DISTANCE``."""
    a, b = frozenset(first), frozenset(second)
    numerator, denominator = LEAST_DISTANCE
    return denominator * len(a ^ b) >= numerator * len(a | b)


def keep_away(kernel: Kernel, activities: Collection[int]) -> None:
    """Rule out routes too near to one with these activities.

    With c common activities, |A △ B| = |A| + |B| − 2c and |A ∪ B| = |A| + |B| − c, so a distance
    of at least p/q means (2q − p)·c ≤ (q − p)·(|A| + |B|), and |B| and c are sums of variables.
    """
    p, q = LEAST_DISTANCE
    common = np.isin(kernel.activity, np.array(sorted(activities), dtype=np.int64))
    values = np.where(common, 2 * q - p, 0) - (q - p)
    kernel.model.linear(list(range(kernel.n)), values.tolist(), high=(q - p) * len(activities))


def not_empty(kernel: Kernel) -> None:
    """Rule out the route without steps."""
    kernel.model.linear(list(range(kernel.n)), [1] * kernel.n, low=1)


def weekly_load(problem: RouteProblem, chosen: Collection[int]) -> IntArray:
    """Minutes of the chosen candidates by week, shape (n_weeks,)."""
    load = np.zeros(problem.n_weeks, dtype=np.int64)
    for j in chosen:
        week, minutes = problem.candidates.weekly.row(j).T
        load[week] += minutes
    return load
