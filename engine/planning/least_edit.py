"""The least edit that makes a hand-made route hold: fewest changes, then value.

One change is one step added, removed or moved to another run of its activity; replacing one step
by another is one change too (route-problem, section 3). So of n given steps and m steps of the
repaired route, k of them kept as they are, max(n, m) − k changes are needed: pairs of what leaves
and what comes are moves or replacements, the rest is removed or added. Mentor, meetings and
checkpoints are no steps; they are settled anew at no cost.

"At most e changes" is two rows over candidates: Σ kept ≥ n − e and Σ others ≤ e. A route is found
in small kernels, e growing from 0, because finding in a large one is what takes time; then one
change fewer is refuted by a kernel with every candidate that could stand in such a route.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from engine.domain import BoolArray, IntArray
from engine.planning.admissible import admissible, counted_gains
from engine.planning.checks import check_route
from engine.planning.cp_sat import CpSatRun, run_cp_sat
from engine.planning.distance import weekly_load
from engine.planning.formulate import build_kernel
from engine.planning.interruption import end_of, stop_asked
from engine.planning.kernel import entries_of
from engine.planning.phi import Phi
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, RouteSolution, SolveOptions, SolveStatus

FEW = 250
"""Candidates of a kernel in which a repair is looked for first."""

FIND_MILLI, QUANTUM_MILLI, REFUTE_MILLI = 100, 150, 400
"""Deterministic work of one run that finds any repair, a better one, and that refutes.

Finding is cut short: a number of changes that gives way at all does so soon, and the refutation
looks at it once more.
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the least edit.

    Parameters
    ----------
    code
        ``moved``, ``replaced``, ``removed`` or ``added``.
    step
        Number of the given step that leaves, ``None`` for one added.
    candidate
        Candidate that comes, ``None`` for one removed.
    """

    code: str
    step: int | None
    candidate: int | None


@dataclass(frozen=True, slots=True)
class LeastEdit:
    """A repaired route with what is proved of it.

    Parameters
    ----------
    route
        ``None`` where no route holds at all, or none was found.
    edits, edits_bound
        Changes of the route, and a number that no route which holds can undercut; equal = proved.
    value_mpt, value_bound_mpt
        Value of the route, and a bound on the value of any route with as few changes.
    status
        Of edits and value together: OPTIMAL where both are proved, FEASIBLE, INFEASIBLE (no route
        holds, whatever is changed), UNKNOWN.
    """

    status: SolveStatus
    route: Route | None
    changes: tuple[Change, ...]
    edits: int | None
    edits_bound: int
    value_mpt: int | None
    value_bound_mpt: int | None
    work_milli: int
    cut_by_clock: bool

    @property
    def edits_proved(self) -> bool:
        """No route that holds has fewer changes."""
        return self.edits is not None and self.edits == self.edits_bound


def count_edits(problem: RouteProblem, steps: Sequence[Sequence[int]], route: Route) -> int:
    """Changes from the given steps to a route that holds.

    Parameters
    ----------
    steps
        Of each given step the candidates that are this step (one offering may have one for each
        source of funding); empty where no candidate is.
    """
    given = {j for step in steps for j in step}
    kept = sum(j in given for j in route.chosen)
    return max(len(steps), len(route.chosen)) - kept


def changes_of(
    problem: RouteProblem, steps: Sequence[Sequence[int]], route: Route
) -> tuple[Change, ...]:
    """The changes one by one, as many as ``count_edits`` says."""
    left = dict(enumerate(steps))
    coming = []
    for j in route.chosen:
        same = next((i for i, step in left.items() if j in step), None)
        if same is None:
            coming.append(j)
        else:
            del left[same]
    activity = problem.candidates.activity
    moved, new = [], []
    for j in coming:
        step = next((i for i, s in left.items() if s and activity[s[0]] == activity[j]), None)
        if step is None:
            new.append(j)
        else:
            del left[step]
            moved.append(Change("moved", step, j))
    table = problem.candidates
    new.sort(key=lambda j: (table.start_day[j], j))
    gone = sorted(left, key=lambda i: (table.start_day[steps[i][0]] if steps[i] else -1, i))
    pairs = [Change("replaced", i, j) for i, j in zip(gone, new, strict=False)]
    removed = [Change("removed", i, None) for i in gone[len(new) :]]
    added = [Change("added", None, j) for j in new[len(gone) :]]
    return (*moved, *pairs, *removed, *added)


def find_least_edit(
    problem: RouteProblem,
    steps: Sequence[Sequence[int]],
    best: RouteSolution,
    options: SolveOptions,
) -> LeastEdit:
    """Find the route that holds with the fewest changes, of those the most valuable.

    Parameters
    ----------
    steps
        See ``count_edits``.
    best
        A solution of the problem: its route is what remains where nothing nearer is found, its
        bound holds for every route.
    """
    if best.status is SolveStatus.INFEASIBLE:
        return LeastEdit(SolveStatus.INFEASIBLE, None, (), None, 0, None, None, 0, False)
    search = _Search(problem, steps, best, options)
    search.run()
    return search.answer()


class _Search:
    """Counts upwards until a route is found; what was refuted below it is the proof."""

    def __init__(
        self,
        problem: RouteProblem,
        steps: Sequence[Sequence[int]],
        best: RouteSolution,
        options: SolveOptions,
    ) -> None:
        self.problem, self.steps, self.best, self.options = problem, steps, best, options
        self.until = end_of(options.deadline_ms)
        self.able = admissible(problem)
        kept = [[j for j in step if self.able[j]] for step in steps]
        self.given = np.unique(np.array([j for step in kept for j in step], dtype=np.int64))
        self.lost = sum(not step for step in kept)
        self.lack = _lack(problem, [step for step in kept if step])
        self.worth = _worth_alone(problem)
        self.close = _close(problem, self.given)
        self.route: Route | None = None
        self.value = self.edits = 0
        self.bound = self.lost
        self.value_bound: int | None = best.bound_mpt
        self.value_proved = False
        self.work_milli = 0
        self.cut_by_clock = False
        self._offer(best.route)

    def run(self) -> None:
        """Find a route with few changes, refute fewer, then look for more value."""
        self._find()
        self._refute()
        self._more_value()

    def _find(self) -> None:
        """Count upwards in small kernels; one that leaves nothing out refutes at once."""
        edits = self.lost
        while (self.route is None or edits < self.edits) and edits <= self._most():
            if not self._may_go_on():
                return
            whole = self._whole(edits)
            few = self._few(whole, edits)
            run = self._run(few, edits, FIND_MILLI, first_only=True)
            if run.status == cp_model.INFEASIBLE and len(few) == len(whole):
                self.bound = max(self.bound, edits + 1)
            edits += 1

    def _refute(self) -> None:
        """Over all that may matter: fewer changes, from one fewer downwards.

        The rows say "at most so many", so what is refuted takes everything below with it, and the
        first success ends the proof; a number that stays open leaves the next lower one to try.
        """
        edits = self._most() if self.route is None else self.edits - 1
        while edits >= self.bound and self._may_go_on():
            run = self._run(self._whole(edits), edits, REFUTE_MILLI, first_only=True, proving=True)
            if run.status == cp_model.INFEASIBLE:
                self.bound = edits + 1
            elif self.route is not None and self.edits <= edits:
                edits = self.edits - 1
            else:
                edits -= 1

    def answer(self) -> LeastEdit:
        """What was found and proved."""
        work, cut = self.work_milli, self.cut_by_clock
        if self.route is None:
            nothing = self.bound > self._most()
            status = SolveStatus.INFEASIBLE if nothing else SolveStatus.UNKNOWN
            return LeastEdit(status, None, (), None, self.bound, None, None, work, cut)
        proved = self.bound >= self.edits
        status = SolveStatus.OPTIMAL if proved and self.value_proved else SolveStatus.FEASIBLE
        bound = self.value_bound
        return LeastEdit(
            status,
            self.route,
            changes_of(self.problem, self.steps, self.route),
            self.edits,
            min(self.bound, self.edits),
            self.value,
            None if bound is None else max(bound, self.value),
            work,
            cut,
        )

    # ------------------------------------------------------------------ one number of changes

    def _most(self) -> int:
        """More changes than any route needs."""
        limit = self.problem.limits.steps_max
        activities = len(np.unique(self.problem.candidates.activity[self.able]))
        return max(len(self.steps), activities if limit < 0 else min(limit, activities))

    def _may_go_on(self) -> bool:
        if self.work_milli >= self.options.work_milli:
            return False
        self.cut_by_clock |= stop_asked() or time.monotonic() >= self.until
        return not self.cut_by_clock

    def _whole(self, edits: int) -> IntArray:
        """Every candidate that may stand in a route with so many changes."""
        able = self.able & (self.lack <= edits - self.lost)
        if not edits:
            able[:] = False
        able[self.given] = True
        return np.flatnonzero(able)

    def _few(self, whole: IntArray, edits: int) -> IntArray:
        """The given, runs and companions of their activities, and the most valuable others."""
        if len(whole) <= FEW:
            return whole
        given = np.isin(whole, self.given)
        order = np.lexsort((whole, -self.worth[whole], self.lack[whole]))
        near = order[self.close[whole][order] & ~given[order]][: FEW // 2]
        rest = np.lexsort((whole, -self.worth[whole]))
        rest = rest[~np.isin(rest, near) & ~given[rest]]
        chosen = np.concatenate([np.flatnonzero(given), near, rest])[:FEW]
        return np.asarray(np.sort(whole[chosen]))

    def _run(
        self,
        candidates: IntArray,
        edits: int,
        quantum: int,
        *,
        first_only: bool = False,
        proving: bool = False,
        at_least: int | None = None,
    ) -> CpSatRun:
        kernel = build_kernel(self.problem, candidates=candidates, at_least=at_least)
        given = np.isin(candidates, self.given)
        kept, others = np.flatnonzero(given).tolist(), np.flatnonzero(~given).tolist()
        kernel.model.linear(kept, [1] * len(kept), low=len(self.steps) - edits)
        kernel.model.linear(others, [1] * len(others), high=edits)
        run = run_cp_sat(
            kernel.model,
            replace(self.options, gap_ppm=0),
            self.until - time.monotonic(),
            work_limit_milli=quantum,
            first_only=first_only,
            proving=proving,
        )
        self.work_milli += max(1, run.work_milli + len(candidates) // 50)
        self.cut_by_clock |= run.cut_by_clock
        self._offer(run.route(kernel))
        return run

    def _offer(self, route: Route | None) -> None:
        """Keep a route that holds, with fewer changes or, with as many, more value."""
        if route is None:
            return
        report = check_route(self.problem, route)
        edits = count_edits(self.problem, self.steps, route)
        key = (edits, -report.value_mpt)
        if report.holds and (self.route is None or key < (self.edits, -self.value)):
            self.route, self.edits, self.value = route, edits, report.value_mpt

    def _more_value(self) -> None:
        """Routes with as few changes that are worth more, until there are none."""
        if self.route is None:
            return
        longer = 1
        while self._may_go_on() and not self.value_proved:
            whole, before = self._whole(self.edits), self.value
            few = self._few(whole, self.edits)
            run = self._run(few, self.edits, longer * QUANTUM_MILLI, at_least=before + 1)
            if len(few) < len(whole):
                if self.value > before:
                    continue
                if not self._may_go_on():
                    return
                quantum = longer * REFUTE_MILLI
                run = self._run(
                    whole,
                    self.edits,
                    quantum,
                    first_only=True,
                    proving=True,
                    at_least=before + 1,
                )
            self._settle(run, before)
            longer *= 2

    def _settle(self, run: CpSatRun, before: int) -> None:
        """Read the bound on value off a run over every candidate that matters."""
        bound = before if run.status == cp_model.INFEASIBLE else run.bound()
        if bound is not None and (self.value_bound is None or bound < self.value_bound):
            self.value_bound = bound
        self.value_proved = self.value_bound is not None and self.value_bound <= self.value


# --------------------------------------------------------------------------- candidates


def _lack(problem: RouteProblem, steps: Sequence[Sequence[int]]) -> IntArray:
    """How many of the given steps must leave at least for a candidate to fit in each week.

    A week that is too full by some minutes needs as many steps gone as its largest loads make up
    for those minutes; other rules are not looked at, so this is a lower bound.
    """
    weekly = problem.candidates.weekly
    lack = np.zeros(len(problem.candidates), dtype=np.int64)
    if not steps:
        return lack
    loads = [np.min([weekly_load(problem, (j,)) for j in step], axis=0) for step in steps]
    own = -np.sort(-np.array(loads), axis=0)
    freed = np.vstack([np.zeros(problem.n_weeks, dtype=np.int64), np.cumsum(own, axis=0)])
    owner = np.repeat(np.arange(len(lack)), np.diff(weekly.indptr))
    week, minutes = weekly.values.T
    excess = minutes + freed[-1][week] - problem.tempo_min[week]
    for count in range(len(steps)):
        # Still too full when the ``count`` largest have left.
        np.maximum.at(lack, owner, np.where(excess > freed[count][week], count + 1, 0))
    return lack


def _worth_alone(problem: RouteProblem) -> IntArray:
    """Value in mpt of each candidate alone, shape (n_candidates,)."""
    table, phi = problem.candidates, Phi.of(problem)
    owner, entry = entries_of(table.gains, np.arange(len(table)))
    counts = counted_gains(problem)[entry]
    owner, entry = owner[counts], entry[counts]
    worth = table.bonus_mpt - table.price_mpt
    demand, gain = table.gains.values[entry].T
    for number in range(len(problem.demands)):
        own = demand == number
        np.add.at(worth, owner[own], phi.of_demand(number, gain[own]))
    return worth


def _close(problem: RouteProblem, given: IntArray) -> BoolArray:
    """Runs of the given activities, their practices and prerequisites, and what pins ask for."""
    activities = set(problem.candidates.activity[given].tolist())
    for a in tuple(activities):
        activity = problem.activities[a]
        activities.update(activity.practices if activity.needs_practice else ())
        activities.update(b for group in activity.prerequisites for b in group)
    close = np.isin(problem.candidates.activity, np.array(sorted(activities), dtype=np.int64))
    for pin in problem.pins:
        close[list(pin.candidates)] = True
    return np.asarray(close)
