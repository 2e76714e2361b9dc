"""Solve a route problem: a route, a bound over every candidate, and the gap between them.

Never an exception and never silence: what the solver cannot decide comes back as a status. One
worker a solve (parallel search of ortools 9.13–9.15 corrupts memory, and only one worker
repeats); the deterministic limit ends a solve before the clock does, so that the same problem
gives the same route on a busy machine.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass

from ortools.sat.python import cp_model

from engine.planning.checks import check_route
from engine.planning.formulate import build_kernel, read_route
from engine.planning.greedy import greedy_route
from engine.planning.kernel import Kernel
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, RouteSolution, SolveOptions, SolveStatus

logger = logging.getLogger(__name__)

POINT_MPT = 1_000
PPM = 1_000_000
ROUNDING = 1e-3
"""More than any rounding error of a bound below 2⁵³, less than a step of the value."""


def solve(problem: RouteProblem, options: SolveOptions) -> RouteSolution:
    """Find the most valuable route and a bound that no route exceeds.

    Parameters
    ----------
    problem
        Structurally valid (``checks.validate_problem``).
    options
        Asked gap, limits and seed.

    Returns
    -------
    RouteSolution
        Its route has passed ``checks.check_route`` and its value is the checker's.
    """
    started = time.monotonic()
    kernel = build_kernel(problem)
    incumbent = greedy_route(problem)
    _hint(kernel, incumbent)
    left = options.deadline_ms / 1000 - (time.monotonic() - started)
    run = run_cp_sat(kernel.model, options, left)
    candidates = [route for route in (_solution(kernel, run), incumbent) if route is not None]
    return _certify(problem, options, run, candidates)


@dataclass(frozen=True, slots=True)
class CpSatRun:
    """What one CP-SAT run said."""

    status: cp_model.CpSolverStatus
    solver: cp_model.CpSolver
    work_milli: int
    cut_by_clock: bool

    @property
    def found(self) -> bool:
        """Whether a solution can be read."""
        return self.status in (cp_model.OPTIMAL, cp_model.FEASIBLE)


def run_cp_sat(
    model: cp_model.CpModel, options: SolveOptions, left_s: float, *, feasibility: bool = False
) -> CpSatRun:
    """One deterministic run with one worker, at most ``left_s`` seconds of clock.

    With ``feasibility`` there is no objective and so no use for a tight relaxation.
    """
    solver = cp_model.CpSolver()
    limit = options.work_milli / 1000
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = options.seed
    solver.parameters.max_deterministic_time = limit
    solver.parameters.max_time_in_seconds = max(left_s, 0.001)
    solver.parameters.relative_gap_limit = options.gap_ppm / PPM
    if feasibility:
        solver.parameters.linearization_level = 0
    else:
        # Measured on demo and random problems: presolve costs more than it saves at this size.
        solver.parameters.linearization_level = 1
        solver.parameters.cp_model_presolve = False
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
    status = solver.solve(model)
    work = solver.response_proto.deterministic_time
    unfinished = status in (cp_model.FEASIBLE, cp_model.UNKNOWN)
    # Near the deterministic limit it was that limit which ended the run.
    cut = unfinished and work < 0.99 * limit
    return CpSatRun(status, solver, round(work * 1000), cut)


def gap_ppm(value_mpt: int, bound_mpt: int) -> int:
    """(bound − value) / max(1 point, |value|) in 10⁻⁶, rounded up."""
    return -(-(bound_mpt - value_mpt) * PPM // max(POINT_MPT, abs(value_mpt)))


def _hint(kernel: Kernel, route: Route | None) -> None:
    if route is None:
        return
    chosen, slots = set(route.chosen), set(route.slots)
    for j, x in kernel.take.items():
        kernel.model.add_hint(x, j in chosen)
    for m, y in kernel.mentor.items():
        kernel.model.add_hint(y, m == route.mentor)
    for (m, i), z in kernel.slot.items():
        kernel.model.add_hint(z, m == route.mentor and i in slots)


def _solution(kernel: Kernel, run: CpSatRun) -> Route | None:
    if not run.found:
        return None
    return read_route(kernel, lambda variable: bool(run.solver.value(variable)))


def _certify(
    problem: RouteProblem, options: SolveOptions, run: CpSatRun, routes: list[Route]
) -> RouteSolution:
    """Judge the routes by the checker alone and state the certificate."""
    best: tuple[int, Route] | None = None
    for route in routes:
        report = check_route(problem, route)
        if report.violations:
            logger.error("route refused by the checker: %s", report.violations)
        elif best is None or report.value_mpt > best[0]:
            best = (report.value_mpt, route)
    bound = _bound(run)
    if best is None:
        status = SolveStatus.UNKNOWN
        if run.status == cp_model.INFEASIBLE:
            status = SolveStatus.INFEASIBLE
        return RouteSolution(status, None, None, bound, None, run.work_milli, run.cut_by_clock)
    value, route = best
    if bound is None:
        return RouteSolution(
            SolveStatus.FEASIBLE, route, value, None, None, run.work_milli, run.cut_by_clock
        )
    gap = gap_ppm(value, bound)
    status = SolveStatus.FEASIBLE
    if gap <= 0:
        status = SolveStatus.OPTIMAL
    elif gap <= options.gap_ppm:
        status = SolveStatus.WITHIN_GAP
    cut = run.cut_by_clock and status is SolveStatus.FEASIBLE
    return RouteSolution(status, route, value, bound, gap, run.work_milli, cut)


def _bound(run: CpSatRun) -> int | None:
    """The proved bound; every value is an integer, so its floor is a bound too.

    The solver reports it as a float that may stand a rounding error below the integer it means.
    """
    if run.status not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
        return None
    bound: float = run.solver.best_objective_bound
    if abs(bound) >= 2**53 or (run.status == cp_model.UNKNOWN and bound == 0):
        return None
    return math.floor(bound + ROUNDING)
