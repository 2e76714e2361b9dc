"""Variants of a route: thorough, fast and light (route-problem, section 3).

*Thorough* is the most valuable route, the one that ``solve`` found. *Fast* ends earliest and
*light* has the least peak week (mentor meetings and checkpoints included) among the routes with
steps that are worth at least 80 % of the thorough one, are better than it in that respect, and
lie at least 0.4 away from the variants before them; fast is settled before light. Of two that
are equal in that, the more valuable one is taken as far as the work allows.

Method: a threshold (a last day, or a cap on the tempo) leaves a problem of the same kind. Its
relaxation refutes the threshold where its bound is below 80 %, which holds over every candidate;
what is left is asked of a CP-SAT kernel with a row for each distance. A kernel that holds every
candidate the relaxation lets stand refutes too; a smaller one only finds. Thresholds are
bisected, so the answer is a route and a threshold below which nothing can lie.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from engine.domain import IntArray
from engine.planning.admissible import admissible
from engine.planning.bounding import Bounding
from engine.planning.checks import check_route
from engine.planning.cp_sat import CpSatRun, run_cp_sat
from engine.planning.distance import activities_of, far_enough, keep_away, not_empty
from engine.planning.formulate import build_kernel
from engine.planning.interruption import end_of, stop_asked
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, RouteSolution, SolveOptions, SolveStatus

THOROUGH, FAST, LIGHT = "thorough", "fast", "light"
LEAST_SHARE = (4, 5)
"""Part of the thorough route's value that a variant keeps: numerator and denominator."""

WHOLE_MOST = 450
"""Up to so many candidates a kernel holds all that the relaxation lets stand, and refutes."""

FEW = 200
"""Candidates of a kernel that only finds."""

QUANTUM_MILLI = 150
"""Deterministic work of a run of CP-SAT. It and the sizes double for what a pass leaves open."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant with the certificate of its own objective.

    Parameters
    ----------
    status
        OPTIMAL: nothing admitted is better in the objective; FEASIBLE: the bound is below;
        INFEASIBLE: proved that there is none; UNKNOWN: the limit was hit first. Of the thorough
        route, its own.
    reason
        Why there is no route: ``none`` (no thorough route of positive value to vary),
        ``not_better`` (no route at 80 % ends earlier, or has a lower peak), ``too_similar`` (there
        are some, but none far enough), ``limit``; ``None`` where there is one.
    value_mpt, end_day, peak_min
        Of the route; ``None`` without.
    bound
        In the unit of the objective: most value (mpt), earliest end (day) or least peak (minutes)
        that a route meeting the conditions can have; ``None`` = nothing proved.
    """

    name: str
    status: SolveStatus
    route: Route | None
    reason: str | None
    value_mpt: int | None
    end_day: int | None
    peak_min: int | None
    bound: int | None
    work_milli: int
    cut_by_clock: bool


def find_variants(
    problem: RouteProblem, thorough: RouteSolution, options: SolveOptions
) -> tuple[Variant, Variant, Variant]:
    """Find the thorough, the fast and the light variant, in this order.

    Parameters
    ----------
    thorough
        Solution of the problem.
    options
        Deadline and work for fast and light together: half of the work each; time that fast
        leaves is light's.
    """
    until = end_of(options.deadline_ms)
    first = _thorough(problem, thorough)
    if thorough.route is None or not thorough.route.chosen or (thorough.value_mpt or 0) <= 0:
        return first, _nothing(FAST), _nothing(LIGHT)
    half = replace(options, work_milli=max(1, options.work_milli // 2))
    middle = (time.monotonic() + until) / 2
    fast = _Search(_EndDay(problem, first), first, (), half, middle).variant(FAST)
    others = () if fast.route is None else (fast.route,)
    light = _Search(_Peak(problem, first), first, others, half, until).variant(LIGHT)
    return first, fast, light


def least_value(value_mpt: int) -> int:
    """Least value of a variant: 80 % of the thorough one's, rounded up."""
    numerator, denominator = LEAST_SHARE
    return -(-value_mpt * numerator // denominator)


def end_and_peak(problem: RouteProblem, route: Route) -> tuple[int, int]:
    """Last end of a route with steps, and minutes of its fullest week."""
    end = int(problem.candidates.end_day[list(route.chosen)].max())
    return end, max(check_route(problem, route).weekly_load_min)


def _thorough(problem: RouteProblem, solved: RouteSolution) -> Variant:
    route, end, peak = solved.route, None, None
    if route is not None and route.chosen:
        end, peak = end_and_peak(problem, route)
    return Variant(
        THOROUGH,
        solved.status,
        route,
        None if route is not None else "none",
        solved.value_mpt,
        end,
        peak,
        solved.bound_mpt,
        solved.work_milli,
        solved.cut_by_clock,
    )


def _nothing(name: str) -> Variant:
    status = SolveStatus.UNKNOWN
    return Variant(name, status, None, "none", None, None, None, None, 0, False)


# --------------------------------------------------------------------------- objectives


class _EndDay:
    """The last day on which a step ends."""

    def __init__(self, problem: RouteProblem, thorough: Variant) -> None:
        self.problem = problem
        self.worse = thorough.end_day or 0
        ends = problem.candidates.end_day[admissible(problem)]
        self.thresholds: Sequence[int] = np.unique(ends[ends < self.worse]).tolist()

    def of(self, route: Route) -> int:
        """Objective of a route with steps."""
        return end_and_peak(self.problem, route)[0]

    def limited(self, threshold: int) -> RouteProblem:
        """The problem in which no step ends later."""
        table = self.problem.candidates
        late = np.asarray(table.end_day > threshold)
        return replace(self.problem, candidates=replace(table, excluded=table.excluded | late))


class _Peak:
    """Minutes of the fullest week."""

    def __init__(self, problem: RouteProblem, thorough: Variant) -> None:
        self.problem = problem
        self.worse = thorough.peak_min or 0
        self.thresholds: Sequence[int] = range(self.worse)

    def of(self, route: Route) -> int:
        """Objective of a route with steps."""
        return end_and_peak(self.problem, route)[1]

    def limited(self, threshold: int) -> RouteProblem:
        """The problem in which no week holds more."""
        return replace(self.problem, tempo_min=np.minimum(self.problem.tempo_min, threshold))


# --------------------------------------------------------------------------- search


@dataclass
class _Search:
    """Bisection of the thresholds of one objective.

    Thresholds below ``low`` are refuted; ``tried`` ≥ ``low`` is where finding still makes sense;
    the best route's objective is ``thresholds[high]`` or less, ``len`` = no route yet.
    """

    objective: _EndDay | _Peak
    thorough: Variant
    others: Sequence[Route]
    options: SolveOptions
    until: float

    def __post_init__(self) -> None:
        problem = self.objective.problem
        assert self.thorough.route is not None
        assert self.thorough.value_mpt is not None
        self.need = least_value(self.thorough.value_mpt)
        self.away = [activities_of(problem, r) for r in (self.thorough.route, *self.others)]
        self.low = self.tried = 0
        self.high = len(self.objective.thresholds)
        self.route: Route | None = None
        self.value = 0
        self.scale = 1
        self.work_milli = 0
        self.cut_by_clock = False

    def variant(self, name: str) -> Variant:
        """Search until settled, out of work, or out of time."""
        while self.low < self.high and self._may_go_on():
            self.tried = self.low
            while self.tried < self.high and self._may_go_on():
                self._probe((self.tried + self.high) // 2)
            self._refute()
            # What is still open takes longer runs of larger kernels.
            self.scale *= 2
        if self.route is None:
            return self._none(name)
        self._more_value()
        return self._found(name)

    def _refute(self) -> None:
        """What could not be found may still be refuted by the relaxation alone."""
        reach = self.high
        while self.low < reach and self._may_go_on():
            middle = (self.low + reach) // 2
            if self._relaxed(self.objective.limited(self.objective.thresholds[middle])) is None:
                self.low = middle + 1
            else:
                reach = middle

    def _may_go_on(self) -> bool:
        if self.work_milli >= self.options.work_milli:
            return False
        self.cut_by_clock |= stop_asked() or time.monotonic() >= self.until
        return not self.cut_by_clock

    def _probe(self, index: int) -> None:
        """Find a route within one threshold, or refute the threshold, or leave it."""
        problem = self.objective.limited(self.objective.thresholds[index])
        bounding = self._relaxed(problem)
        if bounding is None:
            self.low = self.tried = index + 1
            return
        if not self._may_go_on():
            self.tried = index + 1
            return
        for candidates, whole in _kernels(bounding, self.need, self.scale):
            run, route = self._run(problem, candidates, self.away, first_only=True)
            if route is not None:
                self._keep(route)
                return
            if whole and run.status == cp_model.INFEASIBLE:
                self.low = self.tried = index + 1
                return
        self.tried = index + 1

    def _relaxed(self, problem: RouteProblem) -> Bounding | None:
        """The relaxation, ``None`` where it admits no route that is worth enough."""
        bounding = Bounding(problem)
        if not bounding.r.n:
            return None
        while not bounding.finished and bounding.proof.bound >= self.need and self._may_go_on():
            self.work_milli += bounding.work_milli
            bounding.step(self.need)
        return bounding if bounding.proof.bound >= self.need else None

    def _run(
        self,
        problem: RouteProblem,
        candidates: IntArray,
        away: Sequence[Collection[int]],
        *,
        first_only: bool,
        at_least: int | None = None,
    ) -> tuple[CpSatRun, Route | None]:
        """One kernel; its route has passed every condition of a variant."""
        kernel = build_kernel(problem, candidates=candidates, at_least=at_least or self.need)
        not_empty(kernel)
        for activities in away:
            keep_away(kernel, activities)
        run = run_cp_sat(
            kernel.model,
            replace(self.options, gap_ppm=0),
            self.until - time.monotonic(),
            work_limit_milli=min(self.scale * QUANTUM_MILLI, self.options.work_milli),
            first_only=first_only,
        )
        self.work_milli += max(1, run.work_milli + len(candidates) // 50)
        self.cut_by_clock |= run.cut_by_clock
        route = run.route(kernel)
        return run, route if route is not None and self._admits(route, away) else None

    def _admits(self, route: Route, away: Sequence[Collection[int]]) -> bool:
        problem = self.objective.problem
        report = check_route(problem, route)
        own = activities_of(problem, route)
        return (
            report.holds
            and bool(own)
            and report.value_mpt >= self.need
            and self.objective.of(route) < self.objective.worse
            and all(far_enough(own, activities) for activities in away)
        )

    def _keep(self, route: Route) -> None:
        self.route = route
        self.value = check_route(self.objective.problem, route).value_mpt
        thresholds = self.objective.thresholds
        self.high = int(np.searchsorted(thresholds, self.objective.of(route)))

    def _more_value(self) -> None:
        """The most valuable route that is as good in the objective, if it is soon found."""
        assert self.route is not None
        problem = self.objective.limited(self.objective.of(self.route))
        # One unit more than the limit of work: a poor route at a good end helps nobody.
        bounding = None if self.cut_by_clock else self._relaxed(problem)
        if bounding is None or self.cut_by_clock:
            return
        self.scale = 1
        chosen = np.array(self.route.chosen, dtype=np.int64)
        candidates = np.union1d(chosen, next(_kernels(bounding, self.need, self.scale))[0])
        _, route = self._run(
            problem, candidates, self.away, first_only=False, at_least=self.value + 1
        )
        if route is not None:
            self.route = route
            self.value = check_route(self.objective.problem, route).value_mpt

    # ------------------------------------------------------------------ answers

    def _found(self, name: str) -> Variant:
        assert self.route is not None
        end, peak = end_and_peak(self.objective.problem, self.route)
        bound = min(self.objective.thresholds[self.low], self.objective.of(self.route))
        proved = bound == self.objective.of(self.route)
        return Variant(
            name,
            SolveStatus.OPTIMAL if proved else SolveStatus.FEASIBLE,
            self.route,
            None,
            self.value,
            end,
            peak,
            bound,
            self.work_milli,
            self.cut_by_clock,
        )

    def _none(self, name: str) -> Variant:
        thresholds = self.objective.thresholds
        refuted = self.low >= len(thresholds)
        reason = self._why() if refuted else "limit"
        status = SolveStatus.INFEASIBLE if refuted else SolveStatus.UNKNOWN
        bound = self.objective.worse if refuted else thresholds[self.low]
        cut = self.cut_by_clock and not refuted
        return Variant(name, status, None, reason, None, None, None, bound, self.work_milli, cut)

    def _why(self) -> str:
        """Whether it is the distance that rules out every better route."""
        if not self.objective.thresholds:
            return "not_better"
        problem = self.objective.limited(self.objective.thresholds[-1])
        bounding = self._relaxed(problem)
        if bounding is None:
            return "not_better"
        for candidates, whole in _kernels(bounding, self.need, self.scale):
            run, _ = self._run(problem, candidates, (), first_only=True)
            if whole and run.status == cp_model.INFEASIBLE:
                return "not_better"
        return "too_similar"


def _kernels(bounding: Bounding, need: int, scale: int) -> Iterator[tuple[IntArray, bool]]:
    """Candidates of the kernels to try, and whether they are all that can matter.

    A route is found sooner among few; only all of them refute.
    """
    r = bounding.r
    able = bounding.proof.can_exceed(need - 1)
    ranked = bounding.ranked()
    ranked = ranked[able[ranked]]
    few = scale * FEW
    if len(ranked) > few:
        yield np.sort(r.candidates[ranked[:few]]), False
    if len(ranked) <= max(few, scale * WHOLE_MOST):
        yield np.sort(r.candidates[ranked]), True
