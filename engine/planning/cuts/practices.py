"""Programmes that exclude each other cannot share the fractions of one practice."""

from __future__ import annotations

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.columns import PRACTICE
from engine.planning.compiled import compiled
from engine.planning.cuts.cliques import About, about, clashes_with_all, extension, pairwise
from engine.planning.relaxation import Relaxation, Rows

LEAST = 0.02
"""Least violation that is worth a row."""
ROWS_A_ROUND = 10
GROWTH_MOST = 600


def shared_practice_rows(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Σ programmes that exclude each other in pairs ≤ Σ practices of any of them.

    At most one of the programmes is chosen, and with it at least one practice. The rows of a
    single activity let two halves of such programmes share one half of a practice.
    """
    needs = r.index.needs
    need_of = np.full(len(r.problem.activities), -1, dtype=np.int64)
    transfers = np.flatnonzero(needs.kind == PRACTICE)
    need_of[needs.owner[transfers]] = transfers
    programmes = support[need_of[r.activity[support]] >= 0]
    if len(programmes) < 2:
        return
    known = about(r)
    found = _cliques(r, x, programmes, support, need_of, known)
    for _, members in found[:ROWS_A_ROUND]:
        _add(r, members, need_of, known, rows)


def _cliques(
    r: Relaxation,
    x: FloatArray,
    programmes: IntArray,
    support: IntArray,
    need_of: IntArray,
    known: About,
) -> list[tuple[float, IntArray]]:
    """Cliques of programmes that take more than their practices give, the worst first."""
    served = _serves(r, programmes, support, need_of)
    clashes = pairwise(programmes, *known)
    share, given = x[programmes], x[support]
    found: dict[bytes, tuple[float, IntArray]] = {}
    for first in range(len(programmes)):
        members, able = [first], clashes[first].copy()
        practices = served[first].copy()
        while able.any():
            more = np.where(able, share - (served & ~practices) @ given, -np.inf)
            best = int(more.argmax())
            if more[best] <= 1e-9:
                break
            members.append(best)
            able &= clashes[best]
            practices |= served[best]
        lack = float(share[members].sum() - given[practices].sum())
        if len(members) > 1 and lack > LEAST:
            clique = np.sort(programmes[members])
            found[clique.tobytes()] = (lack, clique)
    return sorted(found.values(), key=lambda item: (-round(item[0], 9), item[1].tobytes()))


def _serves(r: Relaxation, programmes: IntArray, columns: IntArray, need_of: IntArray) -> BoolArray:
    """Which columns are practice for which programmes, shape (n_programmes, n_columns)."""
    needs, reach = r.index.needs, 7 * r.problem.limits.transfer_weeks
    start, activity = r.start_day[columns], r.activity[columns]
    table = np.zeros((len(programmes), len(columns)), dtype=np.bool_)
    for i, j in enumerate(programmes.tolist()):
        need = need_of[r.activity[j]]
        group = needs.activities[needs.indptr[need] : needs.indptr[need + 1]]
        end = r.end_day[j]
        table[i] = np.isin(activity, group) & (end < start) & (start <= end + reach)
    return table


def _add(r: Relaxation, clique: IntArray, need_of: IntArray, known: About, rows: Rows) -> None:
    """The row of a clique, extended by all that is served by the same practices."""
    needs, first, days = r.index.needs, r.index.first, r.index.days
    reach = 7 * r.problem.limits.transfer_weeks
    practices = _practices(
        clique, r.activity, need_of, needs.indptr, needs.activities, first, days, reach
    )
    covered = _covered(
        practices, r.activity, need_of, needs.indptr, needs.activities, first, days, reach
    )
    order = np.flatnonzero(covered & clashes_with_all(clique, *known))
    own = np.isin(r.activity[order], r.activity[clique])
    order = np.concatenate([order[own], order[~own]])
    members = np.concatenate([clique, extension(order, GROWTH_MOST, *known)])
    need, have = np.setdiff1d(members, np.flatnonzero(practices)), practices.copy()
    have[members] = False
    given = np.flatnonzero(have)
    values = np.concatenate([np.ones(len(need), np.int64), np.full(len(given), -1)])
    rows.add(np.concatenate([need, given]), values, 0)


@compiled
def _practices(
    clique: IntArray,
    activity: IntArray,
    need_of: IntArray,
    indptr: IntArray,
    activities: IntArray,
    first: IntArray,
    days: IntArray,
    reach: int,
) -> BoolArray:
    """Columns that are practice for any of the clique, shape (n,)."""
    found = np.zeros(len(activity), dtype=np.bool_)
    for i in clique:
        need = need_of[activity[i]]
        for g in range(indptr[need], indptr[need + 1]):
            for j in range(first[activities[g]], first[activities[g] + 1]):
                if days[1, i] < days[0, j] <= days[1, i] + reach:
                    found[j] = True
    return found


@compiled
def _covered(
    practices: BoolArray,
    activity: IntArray,
    need_of: IntArray,
    indptr: IntArray,
    activities: IntArray,
    first: IntArray,
    days: IntArray,
    reach: int,
) -> BoolArray:
    """Programmes of which every practice is among ``practices``, shape (n,)."""
    found = np.zeros(len(activity), dtype=np.bool_)
    for i in range(len(activity)):
        need = need_of[activity[i]]
        if need < 0:
            continue
        inside = True
        for g in range(indptr[need], indptr[need + 1]):
            for j in range(first[activities[g]], first[activities[g] + 1]):
                if inside and not practices[j]:
                    inside = not (days[1, i] < days[0, j] <= days[1, i] + reach)
        found[i] = inside
    return found
