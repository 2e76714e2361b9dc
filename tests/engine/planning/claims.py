"""What must be true of an answer to a route problem, whoever gave it and however early."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from engine.planning.checks import check_route
from engine.planning.greedy import greedy_route
from engine.planning.problem import RouteProblem
from engine.planning.solution import RouteSolution, SolveOptions, SolveStatus
from tests.bench.peers import greedy_by_relevance

POINT_MPT = 1_000
GAPS_PPM = (0, 1_000, 10_000, 50_000, 500_000)
DEADLINES_MS = (1, 3, 10, 40, 200, 5_000)
WORKS_MILLI = (1, 2, 5, 15, 60, 300, 100_000)


def some_options(rng: random.Random) -> SolveOptions:
    """Limits from hopeless to ample."""
    return SolveOptions(
        gap_ppm=rng.choice(GAPS_PPM),
        deadline_ms=rng.choice(DEADLINES_MS),
        work_milli=rng.choice(WORKS_MILLI),
        seed=rng.randrange(4),
    )


def plain_routes(problem: RouteProblem, rng: random.Random) -> Iterator[int]:
    """Values of routes that hold and that no solver found: by worth, and by chance."""
    relevance = np.array([rng.random() for _ in range(len(problem.candidates))])
    for route in (greedy_route(problem), greedy_by_relevance(problem, relevance)):
        if route is not None:
            report = check_route(problem, route)
            assert report.holds, report.violations
            yield report.value_mpt


def faults(problem: RouteProblem, options: SolveOptions, said: RouteSolution) -> Iterator[str]:
    """Whatever in an answer contradicts itself, its problem or its options."""
    if said.route is None:
        if said.status not in (SolveStatus.INFEASIBLE, SolveStatus.UNKNOWN):
            yield f"{said.status} without a route"
        if said.value_mpt is not None or said.gap_ppm is not None:
            yield "value or gap without a route"
        return
    report = check_route(problem, said.route)
    if report.violations:
        yield f"broken rules: {report.violations}"
    if said.value_mpt != report.value_mpt:
        yield f"value {said.value_mpt}, the checker's is {report.value_mpt}"
    yield from _certificate_faults(options, said, report.value_mpt)


def _certificate_faults(options: SolveOptions, said: RouteSolution, value: int) -> Iterator[str]:
    """The status follows from value, bound and asked gap alone."""
    if said.bound_mpt is None:
        if said.gap_ppm is not None or said.status is not SolveStatus.FEASIBLE:
            yield f"{said.status}, gap {said.gap_ppm} without a bound"
        return
    if said.bound_mpt < value:
        yield f"bound {said.bound_mpt} below the value {value}"
    exact = Fraction((said.bound_mpt - value) * 1_000_000, max(POINT_MPT, abs(value)))
    if said.gap_ppm is None or not exact <= said.gap_ppm < exact + 1:
        yield f"gap {said.gap_ppm}, exactly {float(exact)}"
    elif said.status is not _status(said.gap_ppm, options.gap_ppm):
        yield f"{said.status} at gap {said.gap_ppm} of {options.gap_ppm}"


def _status(gap_ppm: int, asked_ppm: int) -> SolveStatus:
    if gap_ppm == 0:
        return SolveStatus.OPTIMAL
    return SolveStatus.WITHIN_GAP if gap_ppm <= asked_ppm else SolveStatus.FEASIBLE


def lies(said: RouteSolution, optimum_mpt: int | None) -> Iterator[str]:
    """Whatever in an answer contradicts the known optimum; ``None`` = proved infeasible."""
    if optimum_mpt is None:
        if said.route is not None:
            yield "a route where there is none"
        return
    if said.status is SolveStatus.INFEASIBLE:
        yield f"INFEASIBLE, and a route is worth {optimum_mpt}"
    if said.bound_mpt is not None and said.bound_mpt < optimum_mpt:
        yield f"bound {said.bound_mpt} below a route worth {optimum_mpt}"
    if said.value_mpt is not None and said.value_mpt > optimum_mpt:
        yield f"value {said.value_mpt} above the optimum {optimum_mpt}"


def gave_up(options: SolveOptions, said: RouteSolution) -> bool:
    """FEASIBLE or UNKNOWN though neither the clock nor the work had ended."""
    open_ended = said.status in (SolveStatus.FEASIBLE, SolveStatus.UNKNOWN)
    worked = said.work_milli >= 0.98 * options.work_milli
    return open_ended and not said.cut_by_clock and not worked
