"""Points of a relaxation for tests: routes as columns, and points made by hand."""

from __future__ import annotations

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.planning.problem import DAY_MIN, RouteProblem
from engine.planning.relaxation import Relaxation, RowMatrix, Rows
from engine.planning.solution import Route

Row = tuple[dict[int, int], int]


def as_dicts(rows: Rows) -> list[Row]:
    """Coefficient by column, and the right side, of each row; a column stands in it once."""
    matrix = RowMatrix.of(rows)
    found = []
    for i in range(len(matrix)):
        span = slice(matrix.indptr[i], matrix.indptr[i + 1])
        columns, values = matrix.indices[span].tolist(), matrix.values[span].tolist()
        assert len(set(columns)) == len(columns)
        found.append((dict(zip(columns, values, strict=True)), int(matrix.right[i])))
    return found


def point(r: Relaxation, **shares: float) -> FloatArray:
    """Zero but for ``c<candidate>``."""
    x = np.zeros(len(r.objective))
    for name, share in shares.items():
        x[r.column_of[int(name[1:])]] = share
    return x


def columns_of_route(r: Relaxation, route: Route) -> IntArray:
    """The route with steps as a point of the relaxation, from the rules' own words."""
    problem, weeks = r.problem, r.problem.n_weeks
    x = np.zeros(len(r.objective), dtype=np.int64)
    chosen = np.array(route.chosen)
    x[r.column_of[chosen]] = 1
    for k, gained in enumerate(r.gain[r.column_of[chosen]].sum(axis=0).tolist()):
        for i, length in enumerate(r.phi.length[k].tolist()):
            x[r.first_piece[k] + i] = min(gained, length)
            gained -= min(gained, length)
    first = int(problem.candidates.start_day[chosen].min()) // 7
    last = int(problem.candidates.end_day[chosen].max()) // 7
    x[r.first_reach + np.arange(last + 1)] = 1
    x[r.first_reach + weeks + np.arange(first, weeks)] = 1
    if route.mentor is not None:
        x[r.first_mentor + route.mentor] = 1
        _add_meetings(r, problem, route, first, last, x)
    return x


def _add_meetings(
    r: Relaxation, problem: RouteProblem, route: Route, first: int, last: int, x: IntArray
) -> None:
    assert route.mentor is not None
    slots = problem.mentor.options[route.mentor].slots
    met = {slots[s][0] // (7 * DAY_MIN) for s in route.slots}
    for week in met:
        x[r.first_meeting + week] = 1
    cadence = problem.mentor.cadence_weeks
    for begin in range(first, last + 1, cadence):
        window = range(begin, min(begin + cadence, problem.n_weeks))
        if not all(problem.holiday_week[w] for w in window) and not met & set(window):
            x[r.first_missed + begin] = 1
