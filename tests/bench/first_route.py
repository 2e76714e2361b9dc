"""A solve, and when its first route with steps was there."""

from __future__ import annotations

import time

from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, RouteSolution, SolveOptions
from engine.planning.solver import solve


def timed_solve(
    problem: RouteProblem, options: SolveOptions
) -> tuple[RouteSolution, float, float | None]:
    """Solution, milliseconds of the solve, and milliseconds to the first route with steps.

    The last is ``None`` where no such route was found.
    """
    seen: list[float] = []

    def note(route: Route, _: int) -> None:
        if route.chosen and not seen:
            seen.append(time.perf_counter())

    started = time.perf_counter()
    solution = solve(problem, options, on_route=note)
    ended = time.perf_counter()
    first = 1000 * (seen[0] - started) if seen else None
    return solution, 1000 * (ended - started), first
