"""The methods of the benchmark: the engine, its peers on the same problem, and a greedy rule.

A peer's clock runs for loading and solving only; its program is built before, in its favour. The
engine's clock covers compiling, building and solving.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from ortools.linear_solver.python import model_builder
from ortools.sat.python import cp_model

from engine.domain import FloatArray
from engine.planning.checks import check_route
from engine.planning.formulate import build_kernel
from engine.planning.greedy import complete
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route
from tests.bench.results import ROOT, stamp
from tests.engine.planning.highs_child import run_highs
from tests.engine.planning.mip import Mip
from tests.engine.planning.second_formulation import POINT, formulate

TUNED: dict[str, object] = {
    "linearization_level": 2,
    "cp_model_probing_level": 0,
    "cp_model_presolve": False,
    "symmetry_level": 0,
}
"""CP-SAT's best single-worker parameters on these problems.

Of nine sets tried on seven educators with 3 000 activities at 1 % these and the same with presolve
have the least medians; neither core-based search nor linearization level 1 comes near.
"""

TREE: dict[str, object] = {**TUNED, "optimize_with_lb_tree_search": True}
"""Now and then three times faster than ``TUNED`` (2 of 7 educators), more often slower."""

GREEDY_TRIALS = 300


@dataclass(frozen=True)
class PeerAnswer:
    """What a method said; value and bound in mpt, ``capped`` = no certificate within the cap."""

    ms: float
    status: str
    value_mpt: int | None
    bound_mpt: int | None
    gap_ppm: int | None
    capped: bool


Peer = Callable[[RouteProblem, float, float], PeerAnswer]


def _answer(
    seconds: float, status: str, value: float | None, bound: float | None, gap: float, cap_s: float
) -> PeerAnswer:
    """One gap formula for every peer; without a certificate a peer counts as the whole cap."""
    found = None if value is None else round(value)
    most = None if bound is None else max(round(bound), found or 0)
    reached = None if found is None or most is None else relative_gap_ppm(found, most)
    infeasible = status.upper() == "INFEASIBLE"
    # Solvers round their own gap; a hundredth of the asked one is forgiven.
    capped = not infeasible and (reached is None or reached > 1_010_000 * gap + 1)
    ms = 1000 * (cap_s if capped else seconds)
    return PeerAnswer(ms, status, found, most, reached, capped)


def relative_gap_ppm(value_mpt: int, bound_mpt: int) -> int:
    """(bound − value) / max(1 point, |value|) in 10⁻⁶, rounded up."""
    return -(-(bound_mpt - value_mpt) * 1_000_000 // max(1_000, abs(value_mpt)))


def _cp_sat(parameters: dict[str, object]) -> Peer:
    def run(problem: RouteProblem, gap: float, cap_s: float) -> PeerAnswer:
        kernel = build_kernel(problem)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = cap_s
        solver.parameters.relative_gap_limit = gap
        for name, value in parameters.items():
            setattr(solver.parameters, name, value)
        started = time.perf_counter()
        status = solver.solve(kernel.model)
        seconds = time.perf_counter() - started
        found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        return _answer(
            seconds,
            solver.status_name(status),
            solver.objective_value if found else None,
            solver.best_objective_bound if status != cp_model.INFEASIBLE else None,
            gap,
            cap_s,
        )

    return run


def scip(problem: RouteProblem, gap: float, cap_s: float) -> PeerAnswer:
    """SCIP inside OR-Tools."""
    program = formulate(problem)
    started = time.perf_counter()
    model = _to_model(program)
    solver = model_builder.Solver("SCIP")
    solver.set_time_limit_in_seconds(cap_s)
    solver.set_solver_specific_parameters(f"limits/gap = {gap:.6f}")
    status = solver.solve(model)
    seconds = time.perf_counter() - started
    found = status in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE)
    return _answer(
        seconds,
        status.name,
        solver.objective_value * POINT if found else None,
        solver.best_objective_bound * POINT if found else None,
        gap,
        cap_s,
    )


def _to_model(program: Mip) -> model_builder.Model:
    model = model_builder.Model()
    shape = (len(program.row_low), len(program.objective))
    matrix = sp.csr_matrix((program.data, program.indices, program.indptr), shape=shape)
    model.helper.fill_model_from_sparse_data(
        program.low, program.high, program.objective, program.row_low, program.row_high, matrix
    )
    for i in np.flatnonzero(program.integer).tolist():
        model.helper.set_var_integrality(i, True)
    model.helper.set_maximize(True)
    return model


def highs(problem: RouteProblem, gap: float, cap_s: float) -> PeerAnswer:
    """HiGHS in its own process; starting the process is not counted.

    A process that does not heed its limit of time is ended; that is no answer.
    """
    program = formulate(problem)
    options = {"mip_rel_gap": gap, "time_limit": cap_s}
    try:
        (answer,) = run_highs([program], options, timeout_s=1.2 * cap_s + 20)
    except subprocess.TimeoutExpired:
        return _answer(cap_s, "TIMEOUT", None, None, gap, cap_s)
    value = None if answer.value is None else answer.value * POINT
    bound = None if answer.bound is None else answer.bound * POINT
    return _answer(answer.seconds, answer.status, value, bound, gap, cap_s)


PEERS: dict[str, Peer] = {
    "cpsat": _cp_sat({}),
    "cpsat-tuned": _cp_sat(TUNED),
    "scip": scip,
    "highs": highs,
    "cpsat-tree": _cp_sat(TREE),
}

USUAL_PEERS = ("cpsat", "cpsat-tuned", "scip", "highs")
"""Those of a run that names none; ``--full`` takes all."""


_CP_SAT_FILES = ("formulate", "kernel", "rules", "phi", "admissible", "meetings", "windows")
_SECOND_FILES = ("second_formulation", "second_cliques", "mip")


def peer_stamp(method: str) -> str:
    """Stamp of what makes a peer's program out of a problem, its parameters included."""
    files = [ROOT / "tests/bench/peers.py"]
    if method.startswith("cpsat"):
        files += [ROOT / f"engine/planning/{name}.py" for name in _CP_SAT_FILES]
    else:
        files += [ROOT / f"tests/engine/planning/{name}.py" for name in _SECOND_FILES]
    return stamp(files)


def greedy_by_relevance(problem: RouteProblem, relevance: FloatArray) -> Route | None:
    """What a ranked list gives: the most relevant first, each kept if the route still holds.

    Pins come first; a programme that needs practice is tried with a practice. Only the rules are
    looked at, never the value.

    Parameters
    ----------
    relevance
        Shape (n_candidates,).
    """
    order = np.lexsort((np.arange(len(relevance)), -relevance)).tolist()
    mentors: list[int | None] = [None]
    if problem.mentor.required:
        options = problem.mentor.options
        mentors = [m for m, o in enumerate(options) if o.capacity >= 1] or [None]
    mentor = mentors[0]
    chosen: tuple[int, ...] = ()
    for pin in problem.pins:
        chosen = (*chosen, *sorted(pin.candidates, key=lambda j: (-relevance[j], j))[:1])
    route = complete(problem, chosen, mentor)
    holds = check_route(problem, route).holds
    done: set[int] = {int(problem.candidates.activity[j]) for j in chosen}
    trials = 0
    for j in order:
        activity = int(problem.candidates.activity[j])
        if activity in done or trials >= GREEDY_TRIALS:
            continue
        trials += 1
        for extra in ((j,), *((j, i) for i in _practices(problem, j, relevance))):
            trial = complete(problem, (*route.chosen, *extra), mentor)
            fine = check_route(problem, trial).holds
            if fine or not holds:
                route, holds = (trial, fine) if fine else (route, holds)
                if fine:
                    done |= {int(problem.candidates.activity[i]) for i in extra}
                    break
    return route if holds else None


def _practices(problem: RouteProblem, j: int, relevance: FloatArray) -> list[int]:
    table = problem.candidates
    activity = problem.activities[int(table.activity[j])]
    if not activity.needs_practice or problem.limits.transfer_weeks <= 0:
        return []
    end = int(table.end_day[j])
    follows = np.isin(table.activity, activity.practices) & (table.start_day > end)
    follows &= table.start_day <= end + 7 * problem.limits.transfer_weeks
    return sorted(np.flatnonzero(follows).tolist(), key=lambda i: (-relevance[i], i))[:2]
