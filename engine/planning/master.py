"""The restricted linear programme of column generation, solved by GLOP.

Loading a model through sparse arrays takes a fraction of what building it from objects takes;
that is why the helper beneath ``model_builder`` is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from ortools.linear_solver.python import model_builder_helper as mbh

from engine.domain import FloatArray, IntArray
from engine.planning.relaxation import Relaxation, RowMatrix

SLACK_COST = 100.0
"""Price of breaking a row by its scale, in units of the greatest objective coefficient."""


@dataclass(frozen=True, slots=True, eq=False)
class MasterSolution:
    """Optimum of the restricted programme.

    Parameters
    ----------
    value
        Objective in mpt; only a guide, bounds are computed from ``y``.
    x
        Shape (n_columns,): 0 for columns left out.
    y
        Shape (n_rows,): multipliers ≥ 0.
    """

    value: float
    x: FloatArray
    y: FloatArray


def solve_master(r: Relaxation, rows: RowMatrix, columns: IntArray) -> MasterSolution | None:
    """Solve over some candidate columns and all others; ``None`` where GLOP gives no optimum."""
    extras = np.arange(r.n, len(r.objective))
    used = np.concatenate([columns, extras])
    position = np.full(len(r.objective), -1, dtype=np.int64)
    position[used] = np.arange(len(used))
    place = position[rows.indices]
    inside = place >= 0
    groups, size = _one_offering(r, columns)
    lacking = np.flatnonzero(rows.right < 0)
    row = np.repeat(np.arange(len(rows)), np.diff(rows.indptr))[inside]
    scale = _row_scale(rows)
    n_rows, n_columns = len(rows) + len(size), len(used) + len(lacking)
    entries = (
        np.concatenate(
            [rows.values[inside] / scale[row], -np.ones(len(lacking)), np.ones(len(groups))]
        ),
        (
            np.concatenate([row, lacking, len(rows) + np.repeat(np.arange(len(size)), size)]),
            np.concatenate([place[inside], len(used) + np.arange(len(lacking)), groups]),
        ),
    )
    matrix = sp.csr_matrix(entries, shape=(n_rows, n_columns))
    unit = float(max(1, np.abs(r.objective).max(initial=1)))
    model = mbh.ModelBuilderHelper()
    data: tuple[Any, ...] = (
        np.zeros(n_columns),
        np.concatenate([np.ones(len(columns)), r.upper, np.full(len(lacking), np.inf)]),
        np.concatenate([r.objective[used] / unit, np.full(len(lacking), -SLACK_COST)]),
        np.full(n_rows, -np.inf),
        np.concatenate([rows.right / scale, np.ones(len(size))]),
        matrix,
    )
    model.fill_model_from_sparse_data(*data)
    model.set_maximize(True)
    solver = mbh.ModelSolverHelper("glop")
    solver.set_solver_specific_parameters(PARAMETERS)
    solver.solve(model)
    if solver.status() != mbh.SolveStatus.OPTIMAL:
        return None
    x = np.zeros(len(r.objective))
    x[used] = solver.variable_values()[: len(used)]
    y = np.maximum(solver.dual_values()[: len(rows)], 0.0) * unit / scale
    return MasterSolution(solver.objective_value() * unit, x, y)


PARAMETERS = ""


def _one_offering(r: Relaxation, columns: IntArray) -> tuple[IntArray, IntArray]:
    """Positions in ``columns`` by activity, for activities with several of them."""
    order = np.argsort(r.group[columns], kind="stable")
    sizes = np.bincount(r.group[columns], minlength=len(r.group_start))
    several = sizes[r.group[columns][order]] > 1
    return order[several], sizes[sizes > 1]


def _row_scale(rows: RowMatrix) -> FloatArray:
    """Greatest absolute value of each row."""
    if not len(rows.values):
        return np.ones(len(rows))
    starts = np.minimum(rows.indptr[:-1], len(rows.values) - 1)
    most = np.maximum.reduceat(np.abs(rows.values), starts).astype(np.float64)
    return np.where(np.diff(rows.indptr) > 0, np.maximum(most, 1.0), 1.0)
