"""Bounds of what a team can reach, before any of its sets of shared runs is solved.

One relaxation of each member's problem says by its multipliers what each run costs at least: no
route with a candidate of the run is worth more than the bound less the candidate's lack
(``DualBound.can_exceed`` says the same of single columns). What is to be had only with the team has
columns that count where its run is shared, so its cost may be below 0: a run may bring something.
Runs of different activities stand in different groups of the relaxation, so their costs add up,
and the sets of shared runs can be listed by falling bound without looking at all of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.bounding import NEW_COLUMNS, Bounding
from engine.planning.checks import check_route
from engine.planning.master import solve_master
from engine.planning.problem import RouteProblem
from engine.planning.relaxation import DualBound, Relaxation, dual_bound
from engine.planning.solution import Route
from engine.planning.team_problem import TeamProblem

ROUNDS_WITHOUT = 8


@dataclass(frozen=True, slots=True)
class MemberCosts:
    """What the relaxation of one member says.

    Parameters
    ----------
    bound
        mpt; no route with a step, but without any of ``team_only``, is worth more. ``None`` = no
        route has a step.
    cost
        By offering that he can take: the least that its candidates take from the bound.
    work_milli
        Deterministic work done.
    """

    bound: int | None
    cost: Mapping[int, int]
    work_milli: int


def member_costs(
    team: TeamProblem, member: int, problem: RouteProblem, shut: BoolArray, value: int | None
) -> MemberCosts:
    """Relax a member's problem, and say what each team offering takes from its bound.

    Parameters
    ----------
    problem
        The member's, in which every team offering may be taken.
    shut
        Shape (n_candidates,): candidates that count only where their offering is shared.
    value
        Of a route of his, so that hopeless rounds are left out; ``None`` = none is known.
    """
    bounding, work = relaxed(problem, value)
    r, proof = bounding.r, bounding.proof
    if not r.n:
        return MemberCosts(None, {}, work)
    columns = shut[r.candidates]
    if columns.any():
        proof, more = _without(bounding, columns)
        work += more
    best = _best(r, proof, columns)
    bound = (proof.total - int(proof.best.sum()) + int(best.sum())) // proof.scale
    lack = (best[r.group] - proof.reduced) // proof.scale
    cost = {}
    for y, offering in enumerate(team.offerings):
        own = r.column_of[list(offering.candidates[member])]
        own = own[own >= 0]
        if len(own):
            cost[y] = int(lack[own].min())
    return MemberCosts(bound, cost, work)


def _best(r: Relaxation, proof: DualBound, shut: BoolArray) -> IntArray:
    """Greatest positive reduced value of each activity over the columns that are not shut."""
    return np.asarray(np.maximum(r.group_max(np.where(shut, 0, proof.reduced)), 0))


def _without(bounding: Bounding, shut: BoolArray) -> tuple[DualBound, int]:
    """Multipliers for the problem without some columns, which have their place in every row."""
    r, rows = bounding.r, bounding.rows
    columns = bounding.columns[~shut[bounding.columns]]
    found, lowest, work = bounding.proof, None, 0
    for _ in range(ROUNDS_WITHOUT):
        work += 1 + len(columns) * len(rows) // 10_000
        solution = solve_master(r, rows, columns)
        if solution is None:
            break
        proof = dual_bound(r, rows, solution.y)
        total = proof.total - int(proof.best.sum()) + int(_best(r, proof, shut).sum())
        if lowest is None or total / proof.scale < lowest:
            found, lowest = proof, total / proof.scale
        inside = np.zeros(r.n, dtype=np.bool_)
        inside[columns] = True
        held = np.maximum(r.group_max(np.where(inside, proof.reduced, 0)), 0)
        excess = (proof.reduced - held[r.group]) / proof.scale
        new = np.flatnonzero((excess > 1.0) & ~inside & ~shut)
        if not len(new):
            break
        columns = np.union1d(columns, new[np.lexsort((new, -excess[new]))][:NEW_COLUMNS])
    return found, work


def relaxed(problem: RouteProblem, value: int | None) -> tuple[Bounding, int]:
    """The relaxation of a problem with its bound as low as rounds make it, and their work."""
    bounding, work = Bounding(problem), 0
    while not bounding.finished:
        work += bounding.work_milli
        bounding.step(value)
    return bounding, work


def empty_value(problem: RouteProblem) -> int | None:
    """Best value of a route without steps, which relaxations do not speak of; ``None`` = none."""
    found = []
    for mentor in (None, *range(len(problem.mentor.options))):
        report = check_route(problem, Route(mentor=mentor))
        if report.holds:
            found.append(report.value_mpt)
    return max(found, default=None)


def sets_by_cost(
    cost: Mapping[int, int], kind: Sequence[str], size: int
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Every set of ``size`` runs of different activities with its cost, the cheapest first.

    Parameters
    ----------
    cost
        By run; any sign.
    kind
        Activity of each run.

    Yields
    ------
    cost, runs
        Runs rising; of equal cost in a fixed order.
    """
    order = np.array(sorted(cost, key=lambda y: (cost[y], y)), dtype=np.int64).tolist()
    if size > len(order):
        return
    first = tuple(range(size))
    heap = [(sum(cost[order[i]] for i in first), first)]
    seen = {first}
    while heap:
        total, places = heapq.heappop(heap)
        runs = tuple(sorted(order[i] for i in places))
        if len({kind[y] for y in runs}) == size:
            yield total, runs
        for at, place in enumerate(places):
            following = place + 1
            limit = places[at + 1] if at + 1 < size else len(order)
            if following < limit:
                moved = (*places[:at], following, *places[at + 1 :])
                if moved not in seen:
                    seen.add(moved)
                    more = cost[order[following]] - cost[order[place]]
                    heapq.heappush(heap, (total + more, moved))
