"""The restricted linear programme of column generation, solved by GLOP.

Loading a model through sparse arrays takes a fraction of what building it from objects takes;
that is why the helper beneath ``model_builder`` is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from ortools.linear_solver.python import model_builder_helper as mbh

from engine.domain import FloatArray, IntArray
from engine.planning.compiled import compiled
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
    used = np.concatenate([columns, np.arange(r.n, len(r.objective))])
    lacking = np.flatnonzero(rows.right < 0)
    scale, *entries, several = _entries(
        rows.indptr, rows.indices, rows.values, lacking, used, r.group[columns], len(r.objective)
    )
    n_rows, n_columns = len(rows) + several, len(used) + len(lacking)
    matrix = sp.csr_matrix((entries[2], entries[1], entries[0]), shape=(n_rows, n_columns))
    unit = float(max(1, np.abs(r.objective).max(initial=1)))
    model = mbh.ModelBuilderHelper()
    data: tuple[Any, ...] = (
        np.zeros(n_columns),
        np.concatenate([np.ones(len(columns)), r.upper, np.full(len(lacking), np.inf)]),
        np.concatenate([r.objective[used] / unit, np.full(len(lacking), -SLACK_COST)]),
        np.full(n_rows, -np.inf),
        np.concatenate([rows.right / scale, np.ones(several)]),
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


@compiled
def _entries(
    indptr: IntArray,
    indices: IntArray,
    values: IntArray,
    lacking: IntArray,
    used: IntArray,
    group: IntArray,
    n_columns: int,
) -> tuple[FloatArray, npt.NDArray[np.int32], npt.NDArray[np.int32], FloatArray, int]:
    """The matrix of the restricted programme: scaled rows, slacks, and at most one of a group.

    Parameters
    ----------
    lacking
        Ascending rows with a negative right side: each gets a slack column after ``used``.
    used
        Columns of the restricted programme, the candidates before the others.
    group
        Shape (n_candidates_used,), ascending: activity of each candidate used. An activity with
        several of them gets a row after all others.

    Returns
    -------
    scale
        Shape (n_rows,): greatest absolute value of each row, 1 for an empty one.
    indptr, indices, values
        CSR arrays.
    several
        Rows of activities.
    """
    n_rows, n_own = len(indptr) - 1, len(group)
    position = np.full(n_columns, -1, dtype=np.int64)
    for i in range(len(used)):
        position[used[i]] = i
    scale = np.ones(n_rows, dtype=np.float64)
    capacity = len(lacking) + n_own
    for row in range(n_rows):
        for entry in range(indptr[row], indptr[row + 1]):
            scale[row] = max(scale[row], abs(values[entry]))
            capacity += position[indices[entry]] >= 0
    starts = np.zeros(n_rows + n_own + 1, dtype=np.int32)
    places = np.empty(capacity, dtype=np.int32)
    scaled = np.empty(capacity, dtype=np.float64)
    at, slack = 0, 0
    for row in range(n_rows):
        for entry in range(indptr[row], indptr[row + 1]):
            if position[indices[entry]] >= 0:
                places[at] = position[indices[entry]]
                scaled[at] = values[entry] / scale[row]
                at += 1
        if slack < len(lacking) and lacking[slack] == row:
            places[at], scaled[at] = len(used) + slack, -1.0
            at, slack = at + 1, slack + 1
        starts[row + 1] = at
    several, i = 0, 0
    while i < n_own:
        following = i + 1
        while following < n_own and group[following] == group[i]:
            following += 1
        if following > i + 1:
            for j in range(i, following):
                places[at], scaled[at] = j, 1.0
                at += 1
            several += 1
            starts[n_rows + several] = at
        i = following
    return scale, starts[: n_rows + several + 1], places[:at], scaled[:at], several
