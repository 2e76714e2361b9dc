"""Solve over a whole catalogue: bound by the relaxation, route by search, proof by a kernel.

Units of work follow each other: rounds of the relaxation, searches of so many turns, runs of
CP-SAT with fixed quanta. The clock is looked at between units only, and a run that it cut counts
for nothing; so the units finished, counted in ``work_milli``, decide the answer alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from ortools.sat.python import cp_model

from engine.domain import IntArray
from engine.planning.bounding import Bounding
from engine.planning.checks import check_route
from engine.planning.cp_sat import PPM, CpSatRun, run_cp_sat
from engine.planning.formulate import build_kernel
from engine.planning.greedy import complete, greedy_route
from engine.planning.interruption import stop_asked
from engine.planning.kernel import ExtraRow
from engine.planning.local_search import LocalSearch
from engine.planning.problem import CheckpointRules, RouteProblem
from engine.planning.solution import OnProgress, Progress, Route, SolveOptions

logger = logging.getLogger(__name__)

POINT_MPT = 1_000
POOL = 400
"""Columns that a search looks at, the most promising ones."""
FIRST_KERNEL = 100
QUANTUM_MILLI = 600
"""Work of the first run of CP-SAT; it doubles for what stays open."""
NO_COLUMNS = np.zeros(0, dtype=np.int64)
FIRST_TURNS = 100
TURNS_AFTER = {2: 100, 4: 200, 7: 200, 10: 200}
"""Turns of the search before any round of the relaxation, and after some of them."""
TURNS = 500
POLISHES = (
    *((50, 30_000, "bound"), (500, 30_000, "nothing"), (500, 10_000, "route")),
    *((1_000, 60_000, "nothing"), (1_000, 60_000, "bound"), (1_000, 30_000, "nothing")),
    *((1_000, 10_000, "bound"), (1_000, 10_000, "route")),
)
"""Searches after the relaxation: from how many columns on that may stand in a better route, loss
accepted at first (parts per million), and what they begin with."""
LEAST_SHARE = 0.05
PATIENCE_PPM, LITTLE_PATIENCE_PPM = 30_000, 10_000
SEARCH_TURNS_MILLI = 50
"""Turns that cost a thousandth of work."""


class Certifier:
    """The state of one solve.

    Parameters
    ----------
    until
        ``time.monotonic()`` at which the deadline is.
    known
        A route to begin with; one that breaks a rule is left aside.
    on_route
        Called with each better route and its value in mpt.
    on_progress
        Called after each unit of work that bettered value or bound.
    """

    def __init__(
        self,
        problem: RouteProblem,
        options: SolveOptions,
        until: float,
        known: Route | None = None,
        on_route: Callable[[Route, int], None] | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self.problem, self.options, self.until = problem, options, until
        self.on_route, self.on_progress = on_route, on_progress
        self._said: Progress | None = None
        self.route: Route | None = None
        self.value: int | None = None
        self.empty: int | None = None
        self.work_milli = 0
        self.cut_by_clock = False
        self.infeasible = False
        self._longest = 0.0
        for mentor in (None, *range(len(problem.mentor.options))):
            self.offer(Route(mentor=mentor))
        self.empty = self.value
        self.offer(known)
        self.bounding = Bounding(problem)
        self._proved: int | None = None
        self._extra: list[ExtraRow] = []
        self._searched: tuple[tuple[int, bytes], LocalSearch] | None = None

    # ------------------------------------------------------------------ what is known

    @property
    def bound(self) -> int:
        """No route is worth more."""
        if not self.bounding.r.n and self.empty is not None:
            return self.empty
        bound = self.bounding.proof.bound
        if self._proved is not None:
            bound = min(bound, self._proved)
        return bound if self.empty is None else max(bound, self.empty)

    @property
    def target(self) -> int | None:
        """Greatest bound that is near enough to the value."""
        if self.value is None:
            return None
        return self.value + max(POINT_MPT, abs(self.value)) * self.options.gap_ppm // PPM

    @property
    def done(self) -> bool:
        """Near enough, or proved to have no route."""
        return self.infeasible or (self.target is not None and self.bound <= self.target)

    def offer(self, route: Route | None) -> bool:
        """Keep a route if the checker lets it pass and it is the best yet."""
        if route is None:
            return False
        report = check_route(self.problem, route)
        if not report.holds or (self.value is not None and report.value_mpt <= self.value):
            return False
        self.route, self.value = route, report.value_mpt
        if self.on_route is not None:
            self.on_route(route, report.value_mpt)
        return True

    # ------------------------------------------------------------------ units of work

    def run(self) -> None:
        """Work until done, out of work, or out of time."""
        if not self.bounding.r.n or self._pin_without_column():
            self.infeasible = self.value is None
            return
        self._unit(lambda: self._search(NO_COLUMNS, FIRST_TURNS))
        self._relax()
        self._polish()
        self._extra = self.bounding.proof_rows()
        if self.value is None:
            self._first_route()
        self._prove()
        self._no_empty_hands()

    def _pin_without_column(self) -> bool:
        column_of = self.bounding.r.column_of
        return any((column_of[list(p.candidates)] < 0).all() for p in self.problem.pins)

    def _no_empty_hands(self) -> None:
        """A route by worth alone where time or work ended before any search.

        An empty route would then be served though a plain one is at hand. It may overrun the
        deadline by the time that it takes: 0.2 s on 3 000 activities, now and then 0.4.
        """
        if not self.done and (self.route is None or not self.route.chosen):
            self.offer(greedy_route(self.problem))

    def _unit(self, work: Callable[[], int]) -> bool:
        """Do one unit if nothing forbids it; it returns what it cost in 10⁻³."""
        if self.done or self.cut_by_clock or self.work_milli >= self.options.work_milli:
            return False
        started = time.monotonic()
        if stop_asked() or started + self._longest >= self.until:
            self.cut_by_clock = True
            return False
        cost = work()
        self._longest = max(self._longest, time.monotonic() - started)
        if not self.cut_by_clock:
            self.work_milli += max(1, cost)
        self.tell()
        return True

    def tell(self) -> None:
        """Say what is known, if somebody listens and it is news."""
        if self.on_progress is None:
            return
        now = Progress(self.value, self.bound)
        if now != self._said:
            self._said = now
            self.on_progress(now)

    def _relax(self) -> None:
        bounding = self.bounding
        while not bounding.finished and self._unit(self._round):
            if bounding.rounds in TURNS_AFTER:
                self._unit(lambda: self._search(NO_COLUMNS, TURNS_AFTER[bounding.rounds]))

    def _round(self) -> int:
        cost = self.bounding.work_milli
        self.bounding.step(self.value)
        return cost

    def _search(
        self, begin: IntArray, turns: int, patience_ppm: int = PATIENCE_PPM, seed: int = 0
    ) -> int:
        """Ruin and recreate over the most promising columns and those to begin with.

        It knows no bound on changes; of a revision it finds a route now and then.
        """
        bounding = self.bounding
        chosen = self.route.chosen if self.route is not None else ()
        kept = np.union1d(bounding.r.column_of[list(chosen)], begin)
        name = (bounding.rounds, kept.tobytes())
        if self._searched is None or self._searched[0] != name:
            pool = np.union1d(kept, bounding.pool(POOL))
            self._searched = name, LocalSearch(bounding.r, pool, bounding.lack())
        found = self._searched[1].run(begin, turns, patience_ppm, self.options.seed + seed)
        if found is not None:
            self.offer(found.route)
        return turns // SEARCH_TURNS_MILLI

    def _own_columns(self) -> IntArray:
        """Columns of the best route."""
        chosen = self.route.chosen if self.route is not None else ()
        return self.bounding.r.column_of[list(chosen)]

    def _begin(self, kind: str) -> IntArray:
        """Columns of the relaxation's solution by falling share, of the best route, or none."""
        solution = self.bounding.solution
        if kind == "bound" and solution is not None:
            share = solution.x[: self.bounding.r.n]
            support = np.flatnonzero(share > LEAST_SHARE)
            return support[np.argsort(-share[support], kind="stable")]
        return self._own_columns() if kind == "route" else NO_COLUMNS

    def _polish(self) -> None:
        """A few searches where many columns may stand in a better route."""
        for seed, (least, patience, kind) in enumerate(POLISHES):
            target = self.target
            if target is not None and self.bounding.proof.can_exceed(target).sum() < least:
                continue
            begin = self._begin(kind)
            if not self._unit(lambda s=seed, b=begin, p=patience: self._search(b, TURNS, p, s)):  # type: ignore[misc]
                return

    def _near(self, size: int) -> IntArray:
        """The most promising candidates; of a revision the kept and the pinned ones too."""
        revision, r = self.problem.revision, self.bounding.r
        columns = self.bounding.ranked()[:size]
        if revision is not None:
            kept = [j for step in (revision.fixed, *revision.steps) for j in step]
            pinned = [j for pin in self.problem.pins for j in pin.candidates]
            own = r.column_of[np.array([*kept, *pinned], dtype=np.int64)]
            columns = np.union1d(columns, own[own >= 0])
        return np.sort(r.candidates[columns])

    def _from_route(self) -> int:
        """Search from the best route."""
        return self._search(self._own_columns(), TURNS, LITTLE_PATIENCE_PPM)

    def _kernel_run(
        self,
        candidates: IntArray,
        at_least: int | None,
        quantum: int,
        proving: bool,
        problem: RouteProblem | None = None,
    ) -> tuple[CpSatRun, Route | None] | None:
        """One run of CP-SAT and its route; ``None`` where it was not done or the clock cut it."""
        result: list[tuple[CpSatRun, Route | None]] = []

        def work() -> int:
            kernel = build_kernel(
                self.problem if problem is None else problem,
                candidates=candidates,
                at_least=at_least,
                extra=self._extra,
            )
            run = run_cp_sat(
                kernel.model,
                self.options,
                self.until - time.monotonic(),
                work_limit_milli=quantum,
                first_only=at_least is not None,
                proving=proving,
            )
            if _cut(run, quantum, self.until):
                self.cut_by_clock = True
                if stop_asked():
                    # whoever stops a solve wants whatever there is; the clock wants repeats
                    self.offer(run.route(kernel))
                return 0
            route = run.route(kernel)
            self.offer(route)
            result.append((run, route))
            return run.work_milli + len(candidates) // 50

        longest = self._longest
        done = self._unit(work)
        # Runs end by the clock themselves; their length says nothing of the next unit's.
        self._longest = longest
        return result[0] if done and result else None

    def _first_route(self) -> None:
        """Any route at all: from few candidates, then from all; or none is proved."""
        r, quantum = self.bounding.r, QUANTUM_MILLI
        everyone = np.sort(r.candidates)
        few = self._near(FIRST_KERNEL)
        if len(few) < len(everyone):
            self._kernel_run(few, None, quantum, False)
        while self.value is None:
            result = self._kernel_run(everyone, None, quantum, False)
            if result is None:
                return
            if result[0].status == cp_model.INFEASIBLE:
                self.infeasible = True
                return
            quantum *= 2
        self._unit(self._from_route)

    def _prove(self) -> None:
        """Refute a route beyond the target, at first with fewer rules.

        Checkpoints make a proof five times as long and seldom decide it: what is refuted
        without them is refuted. A solution that breaks them proves nothing, but it is a start
        for the search, and says which rules must come in.
        """
        levels = self._levels()
        while levels:
            met = self._refute(levels[0], last=len(levels) == 1)
            levels = levels[1:] if met is None else [q for q in levels[1:] if not met(q)]

    def _levels(self) -> list[RouteProblem]:
        """The problem without checkpoints, with the final one alone, and whole."""
        checkpoints = self.problem.checkpoints
        levels = [self.problem]
        if checkpoints.middle and checkpoints.final:
            levels.insert(0, replace(self.problem, checkpoints=replace(checkpoints, middle=False)))
        if checkpoints.middle or checkpoints.final:
            levels.insert(0, replace(self.problem, checkpoints=CheckpointRules()))
        return levels

    def _refute(
        self, problem: RouteProblem, *, last: bool
    ) -> Callable[[RouteProblem], bool] | None:
        """Refute, over all candidates that may stand in it, a route of a problem.

        Returns
        -------
        callable or None
            Which problems have the solution that stands in the way of a proof.
        """
        quantum = QUANTUM_MILLI
        while not self.done and self.target is not None:
            target = self.target
            able = self.bounding.proof.can_exceed(target)
            candidates = np.sort(self.bounding.r.candidates[able])
            if not len(candidates):
                self._lower(target)
                return None
            result = self._kernel_run(candidates, target + 1, quantum, True, problem)
            if result is None:
                return None
            run, route = result
            if run.status == cp_model.INFEASIBLE:
                self._lower(target)
            elif route is not None:
                if self.problem.revision is not None:
                    # The search knows no bound on changes, so it may lose what was found.
                    self.offer(complete(self.problem, route.chosen, route.mentor))
                begin = self.bounding.r.column_of[list(route.chosen)]
                self._unit(lambda b=begin: self._search(b, 200, LITTLE_PATIENCE_PPM))  # type: ignore[misc]
                if self.target == target and not last:
                    return partial(_has_route, route=route, target=target)
            else:
                proved = run.bound()
                if proved is not None:
                    self._lower(max(target, proved))
                if not last and quantum > QUANTUM_MILLI:
                    return None
                quantum *= 2
        return None

    def _lower(self, bound: int) -> None:
        self._proved = bound if self._proved is None else min(self._proved, bound)


def _has_route(problem: RouteProblem, *, route: Route, target: int) -> bool:
    """Whether the steps of a route, completed, are a route of the problem beyond the target."""
    completed = complete(problem, route.chosen, route.mentor)
    report = check_route(problem, completed)
    return report.holds and report.value_mpt > target


def _cut(run: CpSatRun, quantum: int, until: float) -> bool:
    """Whether the clock may have ended the run: near both limits it counts as cut."""
    unfinished = not run.found and run.status != cp_model.INFEASIBLE
    unfinished |= run.status == cp_model.FEASIBLE and run.cut_by_clock
    ended = stop_asked() or time.monotonic() >= until - 0.005
    return unfinished and run.work_milli < quantum and ended
