"""Rows that are added to the relaxation where its solution breaks them.

Each function looks at a solution and gives rows that every route with a step obeys and the
solution does not. A row is built over all candidates at once, so that a bound from it covers
them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray
from engine.planning.kernel import entries_of
from engine.planning.relaxation import Relaxation, Rows

VIOLATION = 1e-3
"""Least violation of a row by its scale that is worth a row."""
CUTS_PER_DEMAND = 3
CLIQUES_A_ROUND = 12
GROWTH_MOST = 60
PREFIX_MOST = 12


def violated_rows(r: Relaxation, x: FloatArray) -> Rows:
    """All rows broken by a solution, in a fixed order."""
    rows = Rows()
    support = np.flatnonzero(x[: r.n] > 1e-6)
    _transfer(r, x, support, rows)
    _prerequisite(r, x, support, rows)
    _overlap(r, x, support, rows)
    _coverage(r, x, support, rows)
    _packing(r, x, support, rows)
    _cliques(r, x, support, rows)
    _cadence(r, x, rows)
    return rows


# --------------------------------------------------------------------- who needs whom


def _columns_of(r: Relaxation, activities: Sequence[int]) -> IntArray:
    wanted = np.zeros(len(r.problem.activities), dtype=np.bool_)
    wanted[list(activities)] = True
    return np.flatnonzero(wanted[r.activity])


def _transfer(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Σ runs of a programme that end in [d, e] ≤ Σ practices that start in (d, e + weeks].

    At most one run of an activity is chosen, so the runs may be summed; from each end day of a
    run in the solution on, and up to it.
    """
    weeks = r.problem.limits.transfer_weeks
    if weeks <= 0:
        return
    for activity in np.unique(r.activity[support]).tolist():
        if not r.problem.activities[activity].needs_practice:
            continue
        own = _columns_of(r, [activity])
        practice = _columns_of(r, r.problem.activities[activity].practices)
        start, end = r.start_day[practice], r.end_day[own]
        ends = np.unique(end[x[own] > 1e-6])
        for low, high in _spans(ends, end):
            need = own[(low <= end) & (end <= high)]
            have = practice[(low < start) & (start <= high + 7 * weeks)]
            _add_covering(r, x, need, have, rows)


def base_needs(r: Relaxation, columns: IntArray) -> Rows:
    """Of every activity among the columns: no run without a practice or a prerequisite at all.

    Nearly all of these rows would be broken in the first rounds; having them spares the rounds.
    """
    rows, weeks = Rows(), r.problem.limits.transfer_weeks
    for activity in np.unique(r.activity[columns]).tolist():
        facts = r.problem.activities[activity]
        own = _columns_of(r, [activity])
        first, last = int(r.end_day[own].min()), int(r.end_day[own].max())
        if weeks > 0 and facts.needs_practice:
            practice = _columns_of(r, facts.practices)
            start = r.start_day[practice]
            after = practice[(first < start) & (start <= last + 7 * weeks)]
            _add_need(own, after, rows)
        for group in facts.prerequisites:
            before = _columns_of(r, group)
            _add_need(own, before[r.end_day[before] < int(r.start_day[own].max())], rows)
    return rows


def _add_need(need: IntArray, have: IntArray, rows: Rows) -> None:
    """Σ need ≤ Σ have; who is on both sides drops out."""
    both = np.intersect1d(need, have)
    need, have = np.setdiff1d(need, both), np.setdiff1d(have, both)
    values = np.concatenate([np.ones(len(need), np.int64), np.full(len(have), -1)])
    rows.add(np.concatenate([need, have]), values, 0)


def _spans(inner: IntArray, every: IntArray) -> Iterator[tuple[int, int]]:
    """From each inner day on, up to it, and it alone."""
    low, high = int(every.min()), int(every.max())
    spans = {(d, high) for d in inner.tolist()} | {(low, d) for d in inner.tolist()}
    yield from sorted(spans | {(d, d) for d in inner.tolist()})


def _add_covering(r: Relaxation, x: FloatArray, need: IntArray, have: IntArray, rows: Rows) -> None:
    """Σ need ≤ Σ have, where broken."""
    if x[need].sum() > x[have].sum() + VIOLATION:
        _add_need(need, have, rows)


def _prerequisite(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Σ runs that start by a day ≤ Σ runs of the group that end before that day."""
    for activity in np.unique(r.activity[support]).tolist():
        for group in r.problem.activities[activity].prerequisites:
            own, before = _columns_of(r, [activity]), _columns_of(r, group)
            start, end = r.start_day[own], r.end_day[before]
            for day in np.unique(start[x[own] > 1e-6]).tolist():
                _add_covering(r, x, own[start <= day], before[end < day], rows)


# --------------------------------------------------------------------- meetings


def _overlap(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """At one instant at most one meeting of the route."""
    meetings = r.problem.candidates.meetings
    owner, entry = entries_of(meetings, r.candidates[support])
    if not len(entry):
        return
    start, end = meetings.values[entry, 0], meetings.values[entry, 1]
    weight = x[support][owner]
    instants = np.unique(start)
    running = (start <= instants[:, None]) & (instants[:, None] < end)
    broken = instants[running @ weight > 1 + VIOLATION]
    if not len(broken):
        return
    owner, entry = entries_of(meetings, r.candidates)
    start, end = meetings.values[entry, 0], meetings.values[entry, 1]
    seen: set[bytes] = set()
    for instant in broken.tolist():
        columns = np.unique(owner[(start <= instant) & (instant < end)])
        if x[columns].sum() > 1 + VIOLATION and columns.tobytes() not in seen:
            seen.add(columns.tobytes())
            rows.add(columns, 1, 1)


# --------------------------------------------------------------------- coverage


def _coverage(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Submodular cuts η ≤ φ(g(S)) + Σ [φ(g(S) + g) − φ(g(S))] x outside S.

    S is one run of each of the first activities by share in the solution. A run of an activity
    in S counts with what it gains beyond the run in S.
    """
    pieces = r.phi.length.shape[1]
    group, first = np.unique(r.group[support], return_index=True)
    share = np.add.reduceat(x[support], first) if len(first) else np.zeros(0)
    heaviest = np.maximum.reduceat(x[support], first) if len(first) else np.zeros(0)
    member = np.array(
        [
            support[np.flatnonzero((r.group[support] == g) & (x[support] == h))[0]]
            for g, h in zip(group, heaviest, strict=True)
        ],
        dtype=np.int64,
    )
    for k in range(len(r.problem.demands)):
        piece = r.first_piece[k] + np.arange(pieces)
        eta = float(x[piece] @ r.phi.slope[k])
        useful = np.flatnonzero(r.gain[member, k]) if len(member) else np.zeros(0, np.int64)
        if not len(useful):
            continue
        scale = max(1.0, float(r.phi.length[k] @ r.phi.slope[k]))
        found: list[tuple[float, IntArray]] = []
        for key in (-share[useful], -share[useful] * r.gain[member[useful], k]):
            order = useful[np.argsort(key, kind="stable")]
            for size in range(1, min(len(order), PREFIX_MOST) + 1):
                if share[order[size - 1]] < 0.05:
                    break
                inside = order[:size]
                base = int(r.gain[member[inside], k].sum())
                rest = np.setdiff1d(useful, inside)
                added = r.phi.of_demand(k, base + r.gain[member[rest], k])
                at = int(r.phi.of_demand(k, np.array([base]))[0])
                right = at + float((added - at) @ share[rest])
                if eta - right > VIOLATION * scale:
                    found.append(((eta - right) / scale, inside))
        found.sort(key=lambda pair: (-pair[0], len(pair[1])))
        taken: set[bytes] = set()
        for _, inside in found[:CUTS_PER_DEMAND]:
            name = np.sort(inside).tobytes()
            if name not in taken:
                taken.add(name)
                _add_coverage_row(r, k, member[inside], rows)


def _add_coverage_row(r: Relaxation, k: int, chosen: IntArray, rows: Rows) -> None:
    held = np.zeros(len(r.group_start), dtype=np.int64)
    held[r.group[chosen]] = r.gain[chosen, k]
    base = int(r.gain[chosen, k].sum())
    beyond = np.maximum(r.gain[:, k] - held[r.group], 0)
    at = int(r.phi.of_demand(k, np.array([base]))[0])
    added = r.phi.of_demand(k, base + beyond) - at
    own = np.flatnonzero(added)
    piece = r.first_piece[k] + np.arange(r.phi.length.shape[1])
    rows.add(np.concatenate([piece, own]), np.concatenate([r.phi.slope[k], -added[own]]), at)


# --------------------------------------------------------------------- tempo


def _packing(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """Dual-feasible functions of the weekly minutes (Fekete and Schepers, 2001).

    With f dual feasible on [0, T], minutes that fit together have Σ f(minutes) ≤ f(T).
    """
    problem = r.problem
    load = r.load[support].toarray()
    for week in np.flatnonzero(load.any(axis=0)).tolist():
        tempo = int(problem.tempo_min[week])
        sizes, share = load[:, week], x[support]
        best: tuple[float, int, int] | None = None
        for kind, parameter in _functions(tempo, sizes):
            value, right = dff(kind, parameter, tempo, sizes)
            excess = float(value @ share) / right - 1.0
            if excess > 10 * VIOLATION and (best is None or excess > best[0] + 1e-9):
                best = (excess, kind, parameter)
        if best is not None:
            _, kind, parameter = best
            column = r.load[:, [week]].toarray().ravel()
            value, right = dff(kind, parameter, tempo, column)
            own = np.flatnonzero(value)
            rows.add(own, value[own], right)


def _functions(tempo: int, sizes: IntArray) -> Iterator[tuple[int, int]]:
    for parts in range(1, 9):
        yield 0, parts
    for cut in np.unique(sizes[(sizes > 0) & (2 * sizes <= tempo)]).tolist():
        yield 1, cut
    for cut in np.unique(tempo - sizes[(sizes < tempo) & (2 * sizes >= tempo)]).tolist():
        if 0 < 2 * cut <= tempo:
            yield 1, cut


def dff(kind: int, parameter: int, tempo: int, sizes: IntArray) -> tuple[IntArray, int]:
    """Values of a dual-feasible function and its value at the tempo.

    Kind 0 with k parts: s where s·(k + 1)/tempo is whole, else ⌊s (k + 1)/tempo⌋·tempo/k; here
    times k·(k + 1) / … so that it is whole. Kind 1 with a cut c ≤ tempo/2: 0 below c, the whole
    tempo above tempo − c, the size between.
    """
    if kind == 0:
        k = parameter
        scaled = sizes * (k + 1)
        whole, rest = np.divmod(scaled, tempo)
        return np.where(rest == 0, k * sizes, whole * tempo), k * tempo
    value = np.where(sizes < parameter, 0, sizes)
    return np.where(sizes > tempo - parameter, tempo, value), tempo


# --------------------------------------------------------------------- mentor


def _cadence(r: Relaxation, x: FloatArray, rows: Rows) -> None:
    """Meetings, or missed windows, in every stretch of weeks that holds whole windows.

    Windows of c weeks tumble from the first week, so a stretch of k·c + c − 1 weeks inside the
    route holds at least k of them, less those of holidays only.
    """
    problem = r.problem
    mentors = r.first_mentor + np.arange(len(problem.mentor.options))
    if not len(mentors) or not r.upper[mentors - r.n].any():
        return
    weeks, cadence = problem.n_weeks, problem.mentor.cadence_weeks
    begun = r.first_reach + weeks + np.arange(weeks)
    reach = r.first_reach + np.arange(weeks)
    _reach_rows(r, x, reach, begun, rows)
    met = r.first_meeting + np.arange(weeks)
    missed = r.first_missed + np.arange(weeks)
    there = float(x[mentors].sum())
    found = []
    for first in range(weeks):
        for last in range(first + 2 * cadence - 2, weeks, cadence):
            count = _least_windows(problem.holiday_week, first, last, cadence)
            if not count:
                continue
            last_start = last - cadence + 1
            due = count * (x[begun[first]] + x[reach[last_start]] + there - 2)
            got = x[met[first : last + 1]].sum() + x[missed[first : last + 1]].sum()
            if due - got > 0.05:
                found.append((-(due - got), first, last, count))
    for _, first, last, count in sorted(found)[:6]:
        span = slice(first, last + 1)
        columns = np.concatenate(
            [met[span], missed[span], [begun[first], reach[last - cadence + 1]], mentors]
        )
        ones = np.full(2 * (last - first + 1), -1)
        rows.add(columns, np.concatenate([ones, np.full(2 + len(mentors), count)]), 2 * count)


def _least_windows(holiday: BoolArray, first: int, last: int, cadence: int) -> int:
    """Fewest windows wholly inside the weeks, holidays left out, over all phases."""
    counts = []
    for phase in range(cadence):
        starts = range(first + phase, last - cadence + 2, cadence)
        counts.append(sum(not holiday[s : s + cadence].all() for s in starts))
    return min(counts)


def _reach_rows(r: Relaxation, x: FloatArray, reach: IntArray, begun: IntArray, rows: Rows) -> None:
    """A run that ends in a week or later reaches it; one that starts by a week has begun."""
    support = np.flatnonzero(x[: r.n] > 1e-6)
    for day, columns, late in ((r.end_day, reach, True), (r.start_day, begun, False)):
        week = day // 7
        broken = []
        for w in range(r.problem.n_weeks):
            inside = support[(week[support] >= w) if late else (week[support] <= w)]
            share = np.bincount(r.group[inside], weights=x[inside], minlength=1)
            if len(inside) and share.max() > x[columns[w]] + 0.02:
                broken.append((w, int(share.argmax())))
        for w, group in broken:
            own = np.flatnonzero(r.group == group)
            own = own[(week[own] >= w) if late else (week[own] <= w)]
            rows.add(np.append(own, columns[w]), np.append(np.ones(len(own), np.int64), -1), 0)


# --------------------------------------------------------------------- conflicts


def _conflicts(r: Relaxation, j: int, others: IntArray) -> BoolArray:
    """Which of ``others`` cannot stand in one route with column ``j``."""
    dense = r.dense_load
    tempo = r.problem.tempo_min
    weeks = np.flatnonzero(dense[j])
    clash = (dense[np.ix_(others, weeks)] > tempo[weeks] - dense[j, weeks]).any(axis=1)
    clash |= r.group[others] == r.group[j]
    table = r.problem.candidates
    source, cost = table.source[r.candidates], table.cost_rub[r.candidates]
    if source[j] >= 0:
        left = r.problem.budget_rub[source[j]] - cost[j]
        clash |= (source[others] == source[j]) & (cost[others] > left)
    return np.asarray(clash)


def _cliques(r: Relaxation, x: FloatArray, support: IntArray, rows: Rows) -> None:
    """At most one of candidates that exclude each other in pairs.

    Grown greedily from each column of the solution by share, then over other columns.
    """
    order = support[np.argsort(-x[support], kind="stable")]
    matrix = _pairwise(r, order)
    found: dict[bytes, tuple[float, IntArray]] = {}
    for first in range(len(order)):
        able = matrix[first].copy()
        clique = [first]
        while able.any():
            following = int(able.argmax())
            clique.append(following)
            able &= matrix[following]
        members = np.sort(order[clique])
        share = float(x[members].sum())
        if share > 1 + 20 * VIOLATION:
            found.setdefault(members.tobytes(), (share, members))
    best = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    for _, (_, members) in best[:CLIQUES_A_ROUND]:
        rows.add(_grown(r, members), 1, 1)


def _pairwise(r: Relaxation, columns: IntArray) -> BoolArray:
    """Which of the columns exclude each other, none itself, shape (n, n)."""
    load, tempo = r.dense_load[columns], r.problem.tempo_min
    both = (load[:, None, :] > 0) & (load[None, :, :] > 0)
    clash = (both & (load[:, None, :] + load[None, :, :] > tempo)).any(axis=2)
    group = r.group[columns]
    clash |= group[:, None] == group
    table = r.problem.candidates
    source, cost = table.source[r.candidates[columns]], table.cost_rub[r.candidates[columns]]
    budgets = np.append(np.array(r.problem.budget_rub, dtype=np.int64), np.iinfo(np.int64).max)
    same = (source[:, None] == source) & (cost[:, None] > 0) & (cost > 0)
    clash |= same & (cost[:, None] + cost > budgets[source][:, None])
    np.fill_diagonal(clash, False)
    return np.asarray(clash)


def _grown(r: Relaxation, clique: IntArray) -> IntArray:
    """A clique extended greedily: other runs of its activities first, then the heaviest."""
    able = np.arange(r.n)
    for j in clique.tolist():
        able = able[_conflicts(r, j, able)]
    able = np.setdiff1d(able, clique)
    own = np.isin(r.group[able], r.group[clique])
    able = able[np.lexsort((able, -r.dense_load[able].sum(axis=1), ~own))]
    grown = clique.tolist()
    for _ in range(GROWTH_MOST):
        if not len(able):
            break
        j = int(able[0])
        grown.append(j)
        able = able[1:][_conflicts(r, j, able[1:])]
    return np.sort(np.array(grown, dtype=np.int64))
