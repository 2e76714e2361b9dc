"""A solve, and when its first route with steps was there.

Where ``solve`` takes ``on_route`` that is asked; elsewhere the checker is watched, through which
every route must pass that a solve keeps.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.planning import checks
from engine.planning.checks import CheckReport
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, RouteSolution, SolveOptions
from engine.planning.solver import solve

HOOK = "on_route"


def timed_solve(
    problem: RouteProblem, options: SolveOptions
) -> tuple[RouteSolution, float, float | None]:
    """Solution, milliseconds of the solve, and milliseconds to the first route with steps.

    The last is ``None`` where no such route was found.
    """
    seen: list[float] = []

    def note(route: Route, *_: object) -> None:
        if route.chosen and not seen:
            seen.append(time.perf_counter())

    arguments: dict[str, Any] = {}
    if HOOK in inspect.signature(solve).parameters:
        arguments[HOOK] = note
        started = time.perf_counter()
        solution = solve(problem, options, **arguments)
    else:
        with _watching(note):
            started = time.perf_counter()
            solution = solve(problem, options)
    ended = time.perf_counter()
    first = 1000 * (seen[0] - started) if seen else None
    return solution, 1000 * (ended - started), first


@contextmanager
def _watching(note: Callable[[Route], None]) -> Iterator[None]:
    """Every module of planning that calls the checker tells ``note`` of routes that hold."""
    genuine = checks.check_route

    def watched(problem: RouteProblem, route: Route) -> CheckReport:
        report = genuine(problem, route)
        if report.holds:
            note(route)
        return report

    users = [
        module
        for name, module in sys.modules.items()
        if name.startswith("engine.planning.") and vars(module).get("check_route") is genuine
    ]
    for module in users:
        module.check_route = watched  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in users:
            module.check_route = genuine  # type: ignore[attr-defined]
