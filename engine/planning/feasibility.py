"""Whether any route holds at all, within one deadline and one amount of work.

Conflicts, repairs and "why not" ask it again and again. A small kernel is tried first: a route of
few candidates is a route of the whole problem too, and nearly always there is one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from engine.domain import BoolArray, IntArray
from engine.planning.admissible import admissible
from engine.planning.checks import check_route
from engine.planning.cp_sat import run_cp_sat
from engine.planning.formulate import build_kernel
from engine.planning.interruption import end_of, stop_asked
from engine.planning.problem import Pin, RouteProblem
from engine.planning.solution import Route, SolveOptions, SolveStatus
from engine.planning.solver import solve

logger = logging.getLogger(__name__)

PINNED = "pinned"
ANY_GAP_PPM = 10**12
"""A gap that the first route meets."""
WHOLE_MOST = 300
"""Up to so many candidates one exact model decides; beyond, the search of ``solve`` is faster."""
PIN_MOST = 40
NEEDED_MOST = 40


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a problem has a route.

    Parameters
    ----------
    feasible
        ``None`` = not decided within the limits; never a guess.
    route
        One that the checker let pass, where ``feasible`` is true.
    """

    feasible: bool | None
    route: Route | None = None


class Feasibility:
    """Feasibility checks within one deadline.

    Parameters
    ----------
    options
        ``deadline_ms`` is for all checks together, counted from now; ``work_milli`` is the
        deterministic limit of each.
    total_work_milli
        Deterministic limit of all checks together; ``None`` = the deadline alone ends them.
    """

    def __init__(self, options: SolveOptions, total_work_milli: int | None = None) -> None:
        self.options = options
        self.until = end_of(options.deadline_ms)
        self.work_left = total_work_milli

    @property
    def left_ms(self) -> int:
        """Milliseconds until the deadline, 0 after it."""
        return max(0, int((self.until - time.monotonic()) * 1000))

    @property
    def spent(self) -> bool:
        """Whether no check can be made any more."""
        out_of_work = self.work_left is not None and self.work_left <= 0
        return out_of_work or self.left_ms <= 0 or stop_asked()

    def feasible(self, problem: RouteProblem) -> bool | None:
        """Whether some route holds; ``None`` = not decided within the limits."""
        return self.check(problem).feasible

    def check(self, problem: RouteProblem, near: Sequence[int] = ()) -> Verdict:
        """Look for any route.

        Three stages, each only where the one before found none: a kernel of some dozens of
        candidates; the candidates of pins and what they need, where no other can matter; the
        whole problem, a large one by ``solve``, which stops at its first route.

        Parameters
        ----------
        near
            Candidates that a route probably takes, such as those of a known route; a hint alone.
        """
        able = admissible(problem)
        needed = np.flatnonzero(able & _needed(problem))
        few = _few(problem, able, needed, near)
        verdict = self._check(problem, few)
        complete = _needs_suffice(problem)
        if verdict.feasible or (complete and len(np.setdiff1d(needed, few)) == 0):
            return verdict
        if complete:
            return self._check(problem, needed)
        everyone = np.flatnonzero(able)
        if len(everyone) <= WHOLE_MOST:
            return self._check(problem, everyone)
        return self._solve(problem)

    def _check(self, problem: RouteProblem, candidates: IntArray) -> Verdict:
        if self.spent:
            return Verdict(None)
        kernel = build_kernel(problem, feasibility=True, candidates=candidates)
        options = replace(self.options, work_milli=self._work())
        run = run_cp_sat(kernel.model, options, self.until - time.monotonic(), feasibility=True)
        self._count(run.work_milli)
        if run.status == cp_model.INFEASIBLE:
            return Verdict(False)
        return self._judged(problem, run.route(kernel))

    def _solve(self, problem: RouteProblem) -> Verdict:
        if self.spent:
            return Verdict(None)
        options = replace(
            self.options,
            gap_ppm=ANY_GAP_PPM,
            deadline_ms=max(1, self.left_ms),
            work_milli=self._work(),
        )
        solution = solve(problem, options)
        self._count(solution.work_milli)
        if solution.status is SolveStatus.INFEASIBLE:
            return Verdict(False)
        return self._judged(problem, solution.route)

    def _work(self) -> int:
        limit = self.options.work_milli
        return limit if self.work_left is None else min(limit, self.work_left)

    def _count(self, work_milli: int) -> None:
        if self.work_left is not None:
            self.work_left -= max(1, work_milli)

    def _judged(self, problem: RouteProblem, route: Route | None) -> Verdict:
        if route is None:
            return Verdict(None)
        report = check_route(problem, route)
        if report.violations:
            logger.error("route refused by the checker: %s", report.violations)
            return Verdict(None)
        return Verdict(True, route)


def _few(problem: RouteProblem, able: BoolArray, needed: IntArray, near: Sequence[int]) -> IntArray:
    """Some dozens of candidates among which a route mostly is.

    The hint, a spread of every pin that the hint does not serve, and of what pins need.
    """
    hint = set(near)
    if problem.revision is not None:
        hint.update(j for step in problem.revision.steps for j in step)
    chosen = [j for j in hint if able[j]]
    for pin in problem.pins:
        if hint.isdisjoint(pin.candidates):
            own = [j for j in pin.candidates if able[j]]
            chosen += _spread(problem, own, PIN_MOST)
    chosen += _spread(problem, needed.tolist(), NEEDED_MOST)
    return np.unique(np.array(chosen, dtype=np.int64))


def _spread(problem: RouteProblem, candidates: Sequence[int], most: int) -> list[int]:
    """At most ``most`` of the candidates, spread evenly over their starts."""
    start = problem.candidates.start_day
    ordered = sorted(candidates, key=lambda j: (int(start[j]), j))
    step = max(1, -(-len(ordered) // most))
    return ordered[::step]


def least_multiple(
    admits: Callable[[int], bool | None], first: int, most: int
) -> tuple[bool | None, int]:
    """Least n ≥ 1 of which ``admits`` says yes: doubling from ``first``, then bisection.

    The predecessor of the answer was tried and does not admit. Where a greater multiple can admit
    less (a faster tempo changes the paces that are on offer), it is least among its neighbours.

    Returns
    -------
    verdict, n
        True and the multiple; False and ``most``, where neither ``first`` nor ``most`` admits;
        ``None`` and the multiple that could not be decided.
    """
    known: dict[int, bool | None] = {}

    def tried(n: int) -> bool | None:
        if n not in known:
            known[n] = admits(n)
        return known[n]

    low, high = 0, min(first, most)
    verdict = tried(high)
    if verdict is False:
        last = tried(most)
        if last is not True:
            return last, most
        while verdict is False:
            low, high = high, min(2 * high, most)
            verdict = tried(high)
    while verdict is True and high - low > 1:
        middle = (low + high) // 2
        inner = tried(middle)
        if inner is None:
            return None, middle
        low, high = (low, middle) if inner else (middle, high)
    return verdict, high


def pin_activity(problem: RouteProblem, activity_id: str) -> RouteProblem | None:
    """The problem whose routes all contain an activity.

    Only its candidates that break no rule by themselves are in the pin, so that pinning does not
    lift the rule ``form_by_level`` for them.

    Returns
    -------
    RouteProblem or None
        ``None`` where the activity has no such candidate: no route contains it.
    """
    index = next((a for a, x in enumerate(problem.activities) if x.label == activity_id), None)
    if index is None:
        return None
    own = np.flatnonzero(admissible(problem) & (problem.candidates.activity == index))
    if not len(own):
        return None
    pin = Pin(PINNED, activity_id, tuple(own.tolist()))
    return replace(problem, pins=(*problem.pins, pin))


def _needed(problem: RouteProblem) -> BoolArray:
    """Candidates of pins, their prerequisites and practices, shape (n_candidates,)."""
    table = problem.candidates
    open_activities = {int(table.activity[j]) for pin in problem.pins for j in pin.candidates}
    needed: set[int] = set()
    while open_activities:
        needed |= open_activities
        found = {
            other
            for index in open_activities
            for group in (
                *problem.activities[index].prerequisites,
                problem.activities[index].practices,
            )
            for other in group
        }
        open_activities = found - needed
    return np.asarray(np.isin(table.activity, sorted(needed)))


def _needs_suffice(problem: RouteProblem) -> bool:
    """Whether a further candidate can never make a pinned route feasible.

    It can only where a least share of a form asks for more, where it moves the route's ends and
    with them checkpoints or windows that may not be missed, or where steps of a kept route have
    to stay.
    """
    if problem.revision is not None:
        return False
    least = any(limit.least_min > 0 or limit.least_steps > 0 for limit in problem.form_mix)
    checkpoints = problem.checkpoints.middle or problem.checkpoints.final
    windows = bool(problem.mentor.options) and not problem.mentor.missed_meeting_allowed
    return not (least or checkpoints or windows)
