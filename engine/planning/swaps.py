"""What could stand in the place of one step of a kept route, every other step staying as it is.

The other steps are not planned anew: each keeps its run. Mentor, meetings and checkpoints follow
the steps and are settled again, exactly, by a model over a handful of candidates. What replanning
with the replacement pinned gives is therefore worth at least as much as is told here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from engine.domain import BoolArray, IntArray
from engine.planning.admissible import admissible, counted_gains
from engine.planning.checks import check_route
from engine.planning.cp_sat import run_cp_sat
from engine.planning.formulate import build_kernel
from engine.planning.interruption import end_of, stop_asked
from engine.planning.phi import Phi
from engine.planning.problem import Pin, RouteProblem
from engine.planning.solution import Route, SolveOptions
from engine.planning.standing import IN_THE_WAY, standing_of

logger = logging.getLogger(__name__)

REPLACEMENT = "pinned"
"""A replacement is a methodist's pin, so the days without changes do not bind it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A route with given steps, and the proof that nothing around them is better.

    Parameters
    ----------
    value_mpt
        By the checker, which lets the route pass.
    bound_mpt
        No route with these steps is worth more; equal to the value = proved best.
    """

    route: Route
    value_mpt: int
    bound_mpt: int


@dataclass(frozen=True, slots=True)
class Swap:
    """One activity in the step's place, by its best run.

    Parameters
    ----------
    activity
        Index; that of the step itself = another run of it.
    candidate
        The run.
    """

    activity: int
    candidate: int
    settled: Settled


@dataclass(frozen=True, slots=True)
class Swaps:
    """Everything found for one step.

    Parameters
    ----------
    now
        The route as it stands; ``None`` = it does not hold, or that was not decided.
    rest
        The other steps alone, with nothing around them: one candidate each.
    lost
        Positions in ``revision.steps`` of other steps whose run cannot be kept by any route.
    found
        Best first, of equal ones by the activity's label; at most as many as were asked for.
    complete
        Proved: no activity that is not in ``found`` makes a better route than the last in it, and
        where fewer than asked for are found, no other makes any.
    """

    now: Settled | None
    rest: tuple[int, ...]
    lost: tuple[int, ...]
    found: tuple[Swap, ...]
    complete: bool
    work_milli: int
    cut_by_clock: bool


def find_swaps(
    problem: RouteProblem,
    step: int | None,
    most: int,
    options: SolveOptions,
    total_work_milli: int,
    barred: Sequence[int] = (),
) -> Swaps:
    """The best activities in the place of one step.

    Parameters
    ----------
    problem
        With a ``revision``, in which the step is not frozen.
    step
        Position in ``revision.steps``; ``None`` = the step has left the route already, so that
        something is looked for beside all the others.
    most
        Number of activities, ≥ 1.
    options
        ``deadline_ms`` is for all together, ``work_milli`` for one model.
    total_work_milli
        Deterministic work of all together.
    barred
        Candidates that are no replacement.
    """
    return _Search(problem, step, most, options, total_work_milli, barred).run()


class _Search:
    """One question; see ``find_swaps``."""

    def __init__(
        self,
        problem: RouteProblem,
        step: int | None,
        most: int,
        options: SolveOptions,
        total_work_milli: int,
        barred: Sequence[int],
    ) -> None:
        assert problem.revision is not None
        self.problem, self.most, self.options = problem, most, options
        self.until = end_of(options.deadline_ms)
        self.work_left = total_work_milli
        self.work_done = 0
        self.cut = False
        able = admissible(problem)
        steps = [tuple(j for j in own if able[j]) for own in problem.revision.steps]
        others = [s for s in range(len(steps)) if s != step]
        self.own = steps[step] if step is not None else ()
        self.gone = step is None
        self.barred = list(barred)
        self.own_runs = problem.revision.steps[step] if step is not None else ()
        self.kept = [(j,) for j in problem.revision.fixed] + [steps[s] for s in others if steps[s]]
        self.lost = tuple(s for s in others if not steps[s])

    def run(self) -> Swaps:
        """Settle the route as it stands, then every activity that may be among the best."""
        now = None
        if self.own or self.gone:
            groups = [*self.kept, self.own] if self.own else self.kept
            now, _ = self._settled(self.problem, groups)
        rest = tuple(sorted(self._likely(group) for group in self.kept))
        found, complete = self._found(rest)
        return Swaps(
            now=now,
            rest=rest,
            lost=self.lost,
            found=tuple(found[: self.most]),
            complete=complete,
            work_milli=self.work_done,
            cut_by_clock=self.cut,
        )

    def _found(self, rest: tuple[int, ...]) -> tuple[list[Swap], bool]:
        gain, runs = self._gains(rest), self._runs(rest)
        best_gain = {a: int(gain[own].max()) for a, own in runs.items()}
        base = self._steps_mpt(rest) + self._around_mpt()
        found: list[Swap] = []
        complete = True
        for a in sorted(best_gain, key=lambda a: (-best_gain[a], self._label(a))):
            least = found[self.most - 1].settled.value_mpt if len(found) >= self.most else None
            if least is not None and base + best_gain[a] < least:
                break
            swap, decided = self._swap(a, runs[a].tolist(), least)
            complete &= decided
            if swap is not None:
                found.append(swap)
                found.sort(key=lambda s: (-s.settled.value_mpt, self._label(s.activity)))
        return found, complete

    def _swap(self, a: int, own: list[int], least: int | None) -> tuple[Swap | None, bool]:
        """The best route with one of these runs, and whether it is proved to be that."""
        pin = Pin(REPLACEMENT, self._label(a), tuple(own))
        pinned = replace(self.problem, pins=(*self.problem.pins, pin))
        settled, decided = self._settled(pinned, [*self.kept, tuple(own)], least)
        if settled is None:
            return None, decided
        (candidate,) = set(settled.route.chosen) & set(own)
        return Swap(a, candidate, settled), decided

    # ------------------------------------------------------------------ one model

    def _settled(
        self, problem: RouteProblem, groups: Sequence[Sequence[int]], least: int | None = None
    ) -> tuple[Settled | None, bool]:
        """The best route that takes one candidate of each group and nothing else.

        Parameters
        ----------
        least
            Routes worth less are of no use.

        Returns
        -------
        Settled or None, bool
            Whether it is decided: proved best, or proved that there is none.
        """
        able = admissible(problem)
        own = [[j for j in group if able[j]] for group in groups]
        if not all(own):
            return None, True
        left_s = self.until - time.monotonic()
        if left_s <= 0 or self.work_left <= 0 or stop_asked():
            self.cut |= self.work_left > 0
            return None, False
        candidates: IntArray = np.unique(np.array([j for g in own for j in g], dtype=np.int64))
        kernel = build_kernel(problem, candidates=candidates, at_least=least)
        for group in own:
            members = np.searchsorted(candidates, group).tolist()
            kernel.model.linear(members, [1] * len(members), low=1, high=1)
        options = replace(
            self.options, gap_ppm=0, work_milli=min(self.options.work_milli, self.work_left)
        )
        run = run_cp_sat(kernel.model, options, left_s)
        spent = max(1, run.work_milli)
        self.work_left -= spent
        self.work_done += spent
        self.cut |= run.cut_by_clock
        if run.status == cp_model.INFEASIBLE:
            return None, True
        route, bound = run.route(kernel), run.bound()
        return self._judged(problem, route, bound), run.status == cp_model.OPTIMAL

    def _judged(
        self, problem: RouteProblem, route: Route | None, bound_mpt: int | None
    ) -> Settled | None:
        if route is None:
            return None
        report = check_route(problem, route)
        if report.violations or bound_mpt is None:
            logger.error("route refused by the checker: %s", report.violations)
            return None
        return Settled(route, report.value_mpt, max(bound_mpt, report.value_mpt))

    # ------------------------------------------------------------------ all candidates at once

    def _runs(self, rest: tuple[int, ...]) -> dict[int, IntArray]:
        """By activity, the candidates that no rule of steps alone keeps from joining the rest.

        Without mentor and checkpoints, which are settled anew and only take room, and without the
        budget, as another source may pay for a step. What a step needs of the one that leaves is
        the models' to find.
        """
        problem, bare = self.problem, Route(chosen=rest)
        standing = standing_of(problem, bare, check_route(problem, bare))
        rules = [r for r, rule in enumerate(IN_THE_WAY) if rule != "budget"]
        open_to: BoolArray = ~np.any(standing.broken[:, rules], axis=1)
        kept = [j for group in self.kept for j in group]
        open_to[[*kept, *self.own_runs, *self.barred]] = False
        found = np.flatnonzero(open_to)
        found = found[np.argsort(problem.candidates.activity[found], kind="stable")]
        activities, starts = np.unique(problem.candidates.activity[found], return_index=True)
        parts = np.split(found, starts[1:]) if len(found) else []
        return dict(zip(activities.tolist(), parts, strict=True))

    def _gains(self, rest: tuple[int, ...]) -> IntArray:
        """What each candidate adds to the value of the rest's steps, mpt, shape (n_candidates,)."""
        problem, table, phi = self.problem, self.problem.candidates, Phi.of(self.problem)
        gained, counted = self._gained(rest), counted_gains(problem)
        gain = table.bonus_mpt - table.price_mpt
        owner = np.repeat(np.arange(len(table)), np.diff(table.gains.indptr))
        demand, units = table.gains.values.T
        for k in range(len(problem.demands)):
            own = np.flatnonzero(counted & (demand == k))
            before = phi.of_demand(k, np.full(len(own), gained[k]))
            np.add.at(gain, owner[own], phi.of_demand(k, gained[k] + units[own]) - before)
        return gain

    def _steps_mpt(self, rest: tuple[int, ...]) -> int:
        table, phi = self.problem.candidates, Phi.of(self.problem)
        own = list(rest)
        worth = int((table.bonus_mpt[own] - table.price_mpt[own]).sum()) if own else 0
        return worth + int(phi.total(self._gained(rest)))

    def _gained(self, rest: tuple[int, ...]) -> IntArray:
        fill = check_route(self.problem, Route(chosen=rest)).demand_fill
        return np.array([demand.gained for demand in fill], dtype=np.int64)

    def _around_mpt(self) -> int:
        """Most that a mentor can add to the value of any steps; checkpoints only ever cost."""
        options = [o for o in self.problem.mentor.options if o.capacity >= 1]
        return max([0, *(o.fit_mpt - o.price_mpt for o in options)])

    def _likely(self, group: Sequence[int]) -> int:
        """The candidate of a step that costs least; all are the same run."""
        table = self.problem.candidates
        return min(group, key=lambda j: (int(table.price_mpt[j] - table.bonus_mpt[j]), j))

    def _label(self, a: int) -> str:
        return self.problem.activities[a].label
