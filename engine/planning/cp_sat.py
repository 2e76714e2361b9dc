"""One deterministic run of CP-SAT, and what may be believed of its answer.

One worker a run (parallel search of ortools 9.13–9.15 corrupts memory, and only one worker
repeats).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model, cp_model_helper

from engine.planning.formulate import read_route
from engine.planning.interruption import breakable
from engine.planning.kernel import Kernel, Model
from engine.planning.solution import Route, SolveOptions

PPM = 1_000_000
ROUNDING = 1e-3
"""More than any rounding error of a bound below 2⁵³, less than a step of the value."""


@dataclass(frozen=True, slots=True)
class CpSatRun:
    """What one CP-SAT run said.

    Parameters
    ----------
    solver
        The response.
    work_milli
        Deterministic time in 10⁻³ of the solver's second, rounded up.
    cut_by_clock
        The wall clock ended it.
    """

    status: cp_model.CpSolverStatus
    solver: Any
    work_milli: int
    cut_by_clock: bool

    @property
    def found(self) -> bool:
        """Whether a solution can be read."""
        return self.status in (cp_model.OPTIMAL, cp_model.FEASIBLE)

    def route(self, kernel: Kernel) -> Route | None:
        """The solution as a route."""
        if not self.found:
            return None
        values = self.solver.solution
        return read_route(kernel, lambda variable: bool(values[variable]))

    def bound(self) -> int | None:
        """The proved bound; every value is an integer, so its floor is a bound too.

        The solver reports it as a float that may stand a rounding error below the integer it
        means.
        """
        if self.status not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
            return None
        bound = float(self.solver.best_objective_bound)
        if abs(bound) >= 2**53 or (self.status == cp_model.UNKNOWN and bound == 0):
            return None
        return math.floor(bound + ROUNDING)


def run_cp_sat(
    model: Model,
    options: SolveOptions,
    left_s: float,
    *,
    feasibility: bool = False,
    work_limit_milli: int | None = None,
    first_only: bool = False,
    proving: bool = False,
) -> CpSatRun:
    """One run with one worker, at most ``left_s`` seconds of clock.

    Parameters
    ----------
    feasibility
        There is no objective and so no use for a tight relaxation.
    work_limit_milli
        Limit of deterministic work instead of that of ``options``.
    first_only
        Stop at the first solution.
    proving
        The model most likely has no solution: presolve and cuts cost more than they
        save (the kernel brings its own rows).
    """
    limit = (options.work_milli if work_limit_milli is None else work_limit_milli) / 1000
    parameters = cp_model_parameters()
    parameters.num_workers = 1
    parameters.random_seed = options.seed
    parameters.max_deterministic_time = limit
    parameters.max_time_in_seconds = max(left_s, 0.001)
    parameters.relative_gap_limit = options.gap_ppm / PPM
    parameters.linearization_level = 0 if feasibility else 2
    parameters.stop_after_first_solution = first_only
    if proving:
        parameters.cp_model_probing_level = 0
        parameters.cp_model_presolve = False
        parameters.symmetry_level = 0
        parameters.cut_level = 0
    wrapper = cp_model_helper.SolveWrapper()
    wrapper.set_parameters(parameters)
    with breakable(wrapper.stop_search):
        response = wrapper.solve(model.proto)  # type: ignore[no-untyped-call]
    status = cp_model.CpSolverStatus(int(response.status))
    work = response.deterministic_time
    unfinished = status in (cp_model.FEASIBLE, cp_model.UNKNOWN)
    # Near the deterministic limit it was that limit which ended the run.
    cut = unfinished and not (first_only and status == cp_model.FEASIBLE) and work < 0.99 * limit
    return CpSatRun(status, response, math.ceil(work * 1000), cut)


def cp_model_parameters() -> Any:
    """Empty parameters of the solver."""
    return cp_model_helper.SatParameters()
