"""A route given by hand: one candidate for each step, and what accompanies them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.domain import IntArray
from engine.planning.admissible import admissible
from engine.planning.checks import check_route
from engine.planning.cp_sat import run_cp_sat
from engine.planning.formulate import build_kernel
from engine.planning.greedy import complete
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, SolveOptions

LIMITS = SolveOptions(gap_ppm=0, deadline_ms=1_000, work_milli=200)


def complete_steps(
    problem: RouteProblem, steps: Sequence[Sequence[int]], mentor: int | None = None
) -> Route:
    """The route with these steps that breaks least, and of those the most valuable.

    Exact where some choice breaks nothing; else meetings are placed where they fit and
    checkpoints where they are due, so that the checker tells by how much they do not fit.

    Parameters
    ----------
    steps
        Candidates of each step (funding and pace may be open), none of them empty.
    mentor
        The mentor asked for; ``None`` = whoever suits.
    """
    if mentor is not None:
        problem = _only(problem, mentor)
    first = [_likely(problem, step) for step in steps]
    mentors = [None, *range(len(problem.mentor.options))] if mentor is None else [mentor]
    routes = [complete(problem, first, m) for m in mentors]
    exact = _exact(problem, steps)
    routes += [exact] if exact is not None else []

    def breaks(route: Route) -> tuple[int, int]:
        report = check_route(problem, route)
        return len(report.violations), -report.value_mpt

    return min(routes, key=breaks)


def _only(problem: RouteProblem, mentor: int) -> RouteProblem:
    options = tuple(
        option if m == mentor else replace(option, capacity=0)
        for m, option in enumerate(problem.mentor.options)
    )
    rules = replace(problem.mentor, options=options, required=True)
    return replace(problem, mentor=rules)


def _likely(problem: RouteProblem, step: Sequence[int]) -> int:
    """One candidate of a step: admissible, cheap, and at the slowest pace."""
    table, able = problem.candidates, admissible(problem)
    return min(step, key=lambda j: (not able[j], table.price_mpt[j], -table.end_day[j], j))


def _exact(problem: RouteProblem, steps: Sequence[Sequence[int]]) -> Route | None:
    """The best choice that breaks no rule, ``None`` where there is none."""
    able = admissible(problem)
    own = [[j for j in step if able[j]] for step in steps]
    candidates: IntArray = np.unique(np.array([j for step in own for j in step], dtype=np.int64))
    kernel = build_kernel(problem, candidates=candidates)
    for step in own:
        members = np.searchsorted(candidates, step).tolist()
        kernel.model.linear(members, [1] * len(members), low=1)
    # Steps are no more than asked for: two steps may share a candidate, never one bring two.
    kernel.model.linear(list(range(kernel.n)), [1] * kernel.n, high=len(steps))
    run = run_cp_sat(kernel.model, LIMITS, LIMITS.deadline_ms / 1000)
    return run.route(kernel)
