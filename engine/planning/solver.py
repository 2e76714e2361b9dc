"""Solve a route problem: a route, a bound over every candidate, and the gap between them.

Small problems go to CP-SAT as one exact model, others are certified over the whole catalogue
(``certify``); the number of admissible candidates alone decides which.

Never an exception and never silence: what the solver cannot decide comes back as a status. One
worker a solve (parallel search of ortools 9.13–9.15 corrupts memory, and only one worker
repeats); the deterministic limit ends a solve before the clock does, so that the same problem
gives the same route on a busy machine.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from ortools.sat.python import cp_model

from engine.planning.admissible import admissible
from engine.planning.certify import POINT_MPT, Certifier
from engine.planning.checks import check_route
from engine.planning.cp_sat import PPM, CpSatRun, run_cp_sat
from engine.planning.formulate import build_kernel
from engine.planning.greedy import greedy_route, kept_route
from engine.planning.interruption import end_of, stop_asked
from engine.planning.kernel import Kernel
from engine.planning.problem import RouteProblem
from engine.planning.solution import (
    OnProgress,
    Progress,
    Route,
    RouteSolution,
    SolveOptions,
    SolveStatus,
)
from engine.planning.warm import warm

logger = logging.getLogger(__name__)

OnRoute = Callable[[Route, int], None]


DIRECT_MOST = 20
"""Up to so many admissible candidates one exact model is used.

Measured: on random problems of 10–15 candidates the model takes 7 ms and the relaxation 15–24; on
36 weeks with 28–60 candidates the model takes 85–125 ms and the relaxation 14–95.
"""


DIRECT_QUANTUM_MILLI = 400
"""Deterministic work of the first run of a direct solve; nearly all end within it."""


def solve(
    problem: RouteProblem,
    options: SolveOptions,
    *,
    known: Route | None = None,
    on_route: OnRoute | None = None,
    on_progress: OnProgress | None = None,
) -> RouteSolution:
    """Find the most valuable route and a bound that no route exceeds.

    Parameters
    ----------
    problem
        Structurally valid (``checks.validate_problem``).
    options
        Asked gap, limits and seed.
    known
        A route to begin with, for instance one of a narrower problem; what comes out is worth
        at least as much. One that breaks a rule is left aside. A revision begins with the kept
        route where nothing is given.
    on_route
        Called with each better route and its value in mpt, while the solve goes on.
    on_progress
        Called as value or bound get better, at most once a unit of work.

    Notes
    -----
    The deadline begins after ``warm``, which takes time in a process's first call only; a
    service calls it at its start. ``interruption`` may end a solve before; that counts as the
    clock's doing.

    Returns
    -------
    RouteSolution
        Its route has passed ``checks.check_route`` and its value is the checker's.
    """
    warm()
    if known is None:
        known = kept_route(problem)
    if int(admissible(problem).sum()) <= DIRECT_MOST:
        chosen = solve_directly
    else:
        chosen = solve_by_relaxation
    return chosen(problem, options, known=known, on_route=on_route, on_progress=on_progress)


def solve_by_relaxation(
    problem: RouteProblem,
    options: SolveOptions,
    *,
    known: Route | None = None,
    on_route: OnRoute | None = None,
    on_progress: OnProgress | None = None,
) -> RouteSolution:
    """Solve by bounding, searching and proving on a kernel (``certify``)."""
    warm()
    until = end_of(options.deadline_ms)
    state = Certifier(problem, options, until, known, on_route, on_progress)
    state.run()
    state.tell()
    work, cut = state.work_milli, state.cut_by_clock
    if state.value is None or state.route is None:
        status = SolveStatus.INFEASIBLE if state.infeasible else SolveStatus.UNKNOWN
        bound = None if state.infeasible else state.bound
        return RouteSolution(status, None, None, bound, None, work, cut)
    gap = gap_ppm(state.value, state.bound)
    status = SolveStatus.FEASIBLE
    if gap <= 0:
        status = SolveStatus.OPTIMAL
    elif gap <= options.gap_ppm:
        status = SolveStatus.WITHIN_GAP
    return RouteSolution(status, state.route, state.value, state.bound, gap, work, cut)


def solve_directly(
    problem: RouteProblem,
    options: SolveOptions,
    *,
    known: Route | None = None,
    on_route: OnRoute | None = None,
    on_progress: OnProgress | None = None,
) -> RouteSolution:
    """Solve as one exact model."""
    until = end_of(options.deadline_ms)
    kernel = build_kernel(problem)
    incumbent = greedy_route(problem)
    if known is not None and check_route(problem, known).holds:
        incumbent = known
    _hint(kernel, incumbent)
    runs, cut = _runs(kernel, options, until)
    found = [run.route(kernel) for run in runs]
    candidates = [route for route in (*found, incumbent) if route is not None]
    solution = _certify(problem, options, runs, cut, candidates)
    if on_route is not None and solution.route is not None and solution.value_mpt is not None:
        on_route(solution.route, solution.value_mpt)
    if on_progress is not None:
        on_progress(Progress(solution.value_mpt, solution.bound_mpt))
    return solution


def _runs(kernel: Kernel, options: SolveOptions, until: float) -> tuple[list[CpSatRun], bool]:
    """Runs of doubling quanta until one decides; one that the clock cut counts for nothing."""
    runs: list[CpSatRun] = []
    quantum, work = DIRECT_QUANTUM_MILLI, 0
    while work < options.work_milli:
        left = until - time.monotonic()
        if left <= 0 or stop_asked():
            return runs, True
        run = run_cp_sat(kernel.model, options, left, work_limit_milli=quantum)
        if run.cut_by_clock:
            # whoever stops a solve wants whatever there is; the clock wants what repeats
            return ([*runs, run] if stop_asked() else runs), True
        runs.append(run)
        work += max(1, run.work_milli)
        if run.status in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
            break
        quantum *= 2
    return runs, False


def gap_ppm(value_mpt: int, bound_mpt: int) -> int:
    """(bound − value) / max(1 point, |value|) in 10⁻⁶, rounded up."""
    return -(-(bound_mpt - value_mpt) * PPM // max(POINT_MPT, abs(value_mpt)))


def _hint(kernel: Kernel, route: Route | None) -> None:
    if route is None:
        return
    chosen, slots = set(route.chosen), set(route.slots)
    values = {i: int(j in chosen) for i, j in enumerate(kernel.candidates.tolist())}
    values |= {y: int(m == route.mentor) for m, y in kernel.mentor.items()}
    values |= {z: int(m == route.mentor and i in slots) for (m, i), z in kernel.slot.items()}
    kernel.model.hint(values)


def _certify(
    problem: RouteProblem,
    options: SolveOptions,
    runs: list[CpSatRun],
    cut: bool,
    routes: list[Route],
) -> RouteSolution:
    """Judge the routes by the checker alone and state the certificate."""
    best: tuple[int, Route] | None = None
    for route in routes:
        report = check_route(problem, route)
        if report.violations:
            logger.error("route refused by the checker: %s", report.violations)
        elif best is None or report.value_mpt > best[0]:
            best = (report.value_mpt, route)
    bound = min((b for b in (run.bound() for run in runs) if b is not None), default=None)
    work = sum(max(1, run.work_milli) for run in runs)
    if best is None:
        infeasible = any(run.status == cp_model.INFEASIBLE for run in runs)
        status = SolveStatus.INFEASIBLE if infeasible else SolveStatus.UNKNOWN
        return RouteSolution(status, None, None, bound, None, work, cut)
    value, route = best
    if bound is None:
        return RouteSolution(SolveStatus.FEASIBLE, route, value, None, None, work, cut)
    gap = gap_ppm(value, bound)
    status = SolveStatus.FEASIBLE
    if gap <= 0:
        status = SolveStatus.OPTIMAL
    elif gap <= options.gap_ppm:
        status = SolveStatus.WITHIN_GAP
    return RouteSolution(status, route, value, bound, gap, work, cut)
