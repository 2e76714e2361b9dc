"""Solve over a whole catalogue: bound by the relaxation, route by search, proof by a kernel.

Units of work follow each other: rounds of the relaxation, climbs of the local search, runs of
CP-SAT with fixed quanta. The clock is looked at between units only, and a run that it cut counts
for nothing; so the units finished, counted in ``work_milli``, decide the answer alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import numpy as np
from ortools.sat.python import cp_model

from engine.domain import IntArray
from engine.planning.bounding import Bounding
from engine.planning.checks import check_route
from engine.planning.cp_sat import PPM, CpSatRun, run_cp_sat
from engine.planning.formulate import build_kernel
from engine.planning.greedy import greedy_route
from engine.planning.kernel import ExtraRow
from engine.planning.local_search import LocalSearch
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, SolveOptions

logger = logging.getLogger(__name__)

POINT_MPT = 1_000
POOL = 250
SMALL_KERNELS = (200,)
FIRST_KERNEL = 100
SHAKES = 8
QUANTUM_MILLI = 200
CLIMB_MILLI = 5
CLIMBS_AFTER = (2, 5, 10)
SHARES = (0.3, 0.05, 0.8)
"""Least shares of the relaxation's solution from which climbs begin."""


class Certifier:
    """The state of one solve.

    Parameters
    ----------
    until
        ``time.monotonic()`` at which the deadline is.
    """

    def __init__(self, problem: RouteProblem, options: SolveOptions, until: float) -> None:
        self.problem, self.options, self.until = problem, options, until
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
        self.bounding = Bounding(problem)
        self._proved: int | None = None
        self._extra: list[ExtraRow] = []
        self._climbed: set[tuple[int, ...]] = set()

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
        return True

    # ------------------------------------------------------------------ units of work

    def run(self) -> None:
        """Work until done, out of work, or out of time."""
        if not self.bounding.r.n:
            self.infeasible = self.value is None
            return
        self._relax()
        self._shake()
        self._extra = self.bounding.proof_rows()
        if self.value is None:
            self._first_route()
        for size in SMALL_KERNELS:
            self._grow(size)
        self._prove()
        self._no_empty_hands()

    def _no_empty_hands(self) -> None:
        """A route by worth alone where time or work ended before any search.

        The first solve of a process loads libraries, which may eat a short deadline; an empty
        route would then be served though a plain one is at hand. It may overrun the deadline by
        the time that it takes: a quarter of a second on 3 000 activities.
        """
        if not self.done and (self.route is None or not self.route.chosen):
            self.offer(greedy_route(self.problem))

    def _unit(self, work: Callable[[], int]) -> bool:
        """Do one unit if nothing forbids it; it returns what it cost in 10⁻³."""
        if self.done or self.cut_by_clock or self.work_milli >= self.options.work_milli:
            return False
        started = time.monotonic()
        if started + self._longest >= self.until:
            self.cut_by_clock = True
            return False
        cost = work()
        self._longest = max(self._longest, time.monotonic() - started)
        if not self.cut_by_clock:
            self.work_milli += max(1, cost)
        return True

    def _relax(self) -> None:
        bounding = self.bounding
        while not bounding.finished and self._unit(self._round):
            if bounding.rounds in CLIMBS_AFTER or bounding.finished:
                self._climb()

    def _round(self) -> int:
        cost = self.bounding.work_milli
        self.bounding.step(self.value)
        return cost

    def _climb(self) -> None:
        if self.bounding.solution is None:
            return
        search: LocalSearch | None = None
        for share in SHARES:
            if search is None:
                search = LocalSearch(self.bounding.r, self.bounding.ranked()[:POOL])
            if not self._unit(lambda s=search, share=share: self._one_climb(s, share)):  # type: ignore[misc]
                return

    def _one_climb(self, search: LocalSearch, share: float) -> int:
        assert self.bounding.solution is not None
        start = search.start_from(self.bounding.solution.x, share)
        named = tuple(sorted(search.candidates[list(start)].tolist()))
        if named in self._climbed:
            return 1
        self._climbed.add(named)
        search.improve(start)
        if search.best is not None:
            self.offer(search.route(search.best))
        return CLIMB_MILLI

    def _shake(self) -> None:
        """Drop some steps of the best route and climb again, a few times."""
        if self.route is None or not self.route.chosen or self.done or self.target is None:
            return
        if self.bounding.proof.can_exceed(self.target).sum() <= SMALL_KERNELS[0]:
            return
        search = self._search_around()
        for seed in range(SHAKES):
            if not self._unit(lambda seed=seed: self._one_shake(search, seed)):  # type: ignore[misc]
                return

    def _one_shake(self, search: LocalSearch, seed: int) -> int:
        if search.shake(self.options.seed + seed) and search.best is not None:
            self.offer(search.route(search.best))
        return CLIMB_MILLI

    def _search_around(self) -> LocalSearch:
        """A search whose best is the best route, as far as it sees."""
        assert self.route is not None
        r = self.bounding.r
        own = r.column_of[list(self.route.chosen)]
        ranked = self.bounding.ranked()[:POOL]
        pool = np.concatenate([own, ranked[~np.isin(ranked, own)]])
        search = LocalSearch(r, pool)
        search.improve(tuple(range(len(own))))
        return search

    def _from_route(self) -> int:
        """Climb from the best route."""
        search = self._search_around()
        if search.best is not None:
            self.offer(search.route(search.best))
        return CLIMB_MILLI

    def _kernel_run(
        self,
        candidates: IntArray,
        at_least: int | None,
        quantum: int,
        proving: bool,
    ) -> tuple[CpSatRun, int] | None:
        """One run of CP-SAT; ``None`` where it was not done or the clock cut it."""
        result: list[tuple[CpSatRun, int]] = []

        def work() -> int:
            kernel = build_kernel(
                self.problem, candidates=candidates, at_least=at_least, extra=self._extra
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
                return 0
            self.offer(run.route(kernel))
            result.append((run, len(candidates)))
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
        few = np.sort(r.candidates[self.bounding.ranked()[:FIRST_KERNEL]])
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

    def _grow(self, size: int) -> None:
        """Better routes from the most promising candidates, until there are none."""
        quantum = QUANTUM_MILLI
        while not self.done and self.target is not None:
            able = self.bounding.proof.can_exceed(self.target)
            ranked = self.bounding.ranked()
            chosen = ranked[able[ranked]][:size]
            if len(chosen) < size:
                return
            candidates = np.sort(self.bounding.r.candidates[chosen])
            result = self._kernel_run(candidates, self.target + 1, quantum, True)
            if result is None or not result[0].found:
                return
            self._unit(self._from_route)

    def _prove(self) -> None:
        """Refute, over all candidates that may stand in it, a route beyond the target."""
        quantum = QUANTUM_MILLI
        while not self.done and self.target is not None:
            target = self.target
            able = self.bounding.proof.can_exceed(target)
            candidates = np.sort(self.bounding.r.candidates[able])
            if not len(candidates):
                self._lower(target)
                return
            result = self._kernel_run(candidates, target + 1, quantum, True)
            if result is None:
                return
            run = result[0]
            if run.status == cp_model.INFEASIBLE:
                self._lower(target)
            elif run.found:
                self._unit(self._from_route)
            else:
                proved = run.bound()
                if proved is not None:
                    self._lower(max(target, proved))
                quantum *= 2

    def _lower(self, bound: int) -> None:
        self._proved = bound if self._proved is None else min(self._proved, bound)


def _cut(run: CpSatRun, quantum: int, until: float) -> bool:
    """Whether the clock may have ended the run: near both limits it counts as cut."""
    unfinished = not run.found and run.status != cp_model.INFEASIBLE
    unfinished |= run.status == cp_model.FEASIBLE and run.cut_by_clock
    return unfinished and run.work_milli < quantum and time.monotonic() >= until - 0.005
