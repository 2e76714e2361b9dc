"""Weekly minutes that do not fit together."""

from __future__ import annotations

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.planning.compiled import compiled
from engine.planning.cuts.violation import VIOLATION
from engine.planning.relaxation import Relaxation, Rows

PARTS_MOST = 8


def packing_rows(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Dual-feasible functions of the weekly minutes (Fekete and Schepers, 2001).

    With f dual feasible on [0, T], minutes that fit together have Σ f(minutes) ≤ f(T). In each
    week the function that is broken most.
    """
    tempo, weekly = r.problem.tempo_min, r.index.weekly
    load = r.dense_load[support]
    kind, parameter = _most_broken(load, np.sort(load, axis=0), x[support], tempo, 10 * VIOLATION)
    for week in np.flatnonzero(kind >= 0).tolist():
        span = slice(weekly.indptr[week], weekly.indptr[week + 1])
        value, right = dff(kind[week], parameter[week], int(tempo[week]), weekly.value[span])
        own = np.flatnonzero(value)
        rows.add(weekly.column[span][own], value[own], right)


@compiled
def _dff(kind: int, parameter: int, tempo: int, size: int) -> int:
    """The function of one size, see ``dff``."""
    if kind == 0:
        scaled = size * (parameter + 1)
        whole = scaled // tempo
        return parameter * size if whole * tempo == scaled else whole * tempo
    if size > tempo - parameter:
        return tempo
    return 0 if size < parameter else size


@compiled
def dff(kind: int, parameter: int, tempo: int, sizes: IntArray) -> tuple[IntArray, int]:
    """Values of a dual-feasible function and its value at the tempo.

    Kind 0 with k parts: k·s where s·(k + 1)/tempo is whole, else ⌊s·(k + 1)/tempo⌋·tempo: the
    function of Fekete and Schepers times k, so that it is whole. Kind 1 with a cut c ≤ tempo/2:
    0 below c, the whole tempo above tempo − c, the size between.

    Parameters
    ----------
    tempo
        Minutes > 0.
    sizes
        Minutes, shape (n,).

    Returns
    -------
    values, right
        Shape (n,), and what a set that fits does not exceed.
    """
    values = np.empty(len(sizes), dtype=np.int64)
    for i in range(len(sizes)):
        values[i] = _dff(kind, parameter, tempo, sizes[i])
    return values, parameter * tempo if kind == 0 else tempo


@compiled
def _most_broken(
    load: IntArray, ascending: IntArray, share: FloatArray, tempo: IntArray, least: float
) -> tuple[IntArray, IntArray]:
    """Kind and parameter of the function broken most in each week; kind −1 = none.

    Tried are the functions of 1, 2, … parts, cuts at the minutes up to half the tempo, and cuts
    at the tempo less the greater minutes.

    Parameters
    ----------
    load, ascending, share
        Of the columns of the solution, shapes (m, n_weeks), the same sorted by week, and (m,).
    """
    m, n_weeks = load.shape
    kinds = np.full(n_weeks, -1, dtype=np.int64)
    parameters = np.zeros(n_weeks, dtype=np.int64)
    for week in range(n_weeks):
        best, limit, before = least, tempo[week], 0
        for trial in range(PARTS_MOST + 2 * m if limit > 0 else 0):
            kind, parameter = 1, trial + 1
            if trial < PARTS_MOST:
                kind = 0
            elif trial < PARTS_MOST + m:
                parameter = ascending[trial - PARTS_MOST, week]
            else:
                parameter = limit - ascending[PARTS_MOST + 2 * m - 1 - trial, week]
            if kind == 1:
                if parameter == before or parameter <= 0 or 2 * parameter > limit:
                    continue
                before = parameter
            value = 0.0
            for i in range(m):
                if load[i, week] > 0:
                    value += _dff(kind, parameter, limit, load[i, week]) * share[i]
            excess = value / (parameter * limit if kind == 0 else limit) - 1.0
            if excess > best:
                # A later function must be better by more than rounding.
                best, kinds[week], parameters[week] = excess + 1e-9, kind, parameter
    return kinds, parameters
