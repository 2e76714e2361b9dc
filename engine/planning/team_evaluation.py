"""What is known of one case, made sharper only as far as the search needs it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from engine.domain import BoolArray
from engine.planning.feasibility import Feasibility
from engine.planning.interruption import end_of, stop_asked
from engine.planning.problem import Pin, RouteProblem
from engine.planning.solution import RouteSolution, SolveOptions, SolveStatus
from engine.planning.solver import solve
from engine.planning.team_bounds import MemberCosts, empty_value, member_costs
from engine.planning.team_cases import TEAM_STEP, Case, CaseProblem, case_problem, open_case
from engine.planning.team_problem import TeamProblem
from engine.planning.team_solution import TeamLimits

GUESSED, RELAXED = range(2)
LADDER = ((1, 0.1), (1, 1), (4, 4), (0, 16))
"""Solves of one case after another: part of the asked gap (0 = none at all), times the work.

The first ends about where the search for a route ends and its proof begins: a plan needs routes
of all, and proofs of few.
"""
HOPE = 50
"""A relaxation's rounds end where they would hardly help a route 1/50 below the bound."""
CHECK_MILLI = 5
"""Work that a check of feasibility counts for: nearly all take a few milliseconds."""


@dataclass(slots=True, eq=False)
class Evaluation:
    """What is known of one case.

    Parameters
    ----------
    bound
        mpt; ``None`` = proved to have no route.
    level
        ``GUESSED``, or ``RELAXED`` and more: solved so many times since.
    options
        Those that ``solution`` came from.
    """

    case: Case
    built: CaseProblem | None
    bound: int | None
    level: int = GUESSED
    solution: RouteSolution | None = None
    options: SolveOptions | None = None

    def lower(self, bound: int | None) -> None:
        """Take over a bound, if it is lower."""
        if bound is None or self.bound is None:
            self.bound = None
        else:
            self.bound = min(self.bound, bound)

    @property
    def value(self) -> int | None:
        """Of the route that was found."""
        return None if self.solution is None else self.solution.value_mpt

    @property
    def sharp(self) -> bool:
        """Whether nothing is left to find out."""
        return self.bound is None or self.value == self.bound or self.level >= RELAXED + len(LADDER)


class Evaluator:
    """All cases of a team, each looked at once, within one deadline and amount of work."""

    def __init__(self, team: TeamProblem, limits: TeamLimits, until: float | None = None) -> None:
        self.team, self.limits = team, limits
        self.until = end_of(limits.deadline_ms) if until is None else until
        self.work_milli = self.solves = 0
        self.cut_by_clock = False
        self.known: dict[Case, Evaluation] = {}
        self._open: dict[Case, tuple[MemberCosts, int | None]] = {}
        self._open_to_all: dict[Case, int | None] = {}
        self.liked: dict[int, int] = {}
        self._most_with: dict[Case, int | None] = {}
        self._costs_with: dict[Case, MemberCosts] = {}
        self._can_take: dict[tuple[int, int], bool | None] = {}

    @property
    def spent(self) -> bool:
        """Whether nothing more may be solved."""
        if stop_asked() or time.monotonic() >= self.until:
            self.cut_by_clock = True
        return self.cut_by_clock or self.work_milli >= self.limits.total_work_milli

    def of(self, case: Case, parent: Case | None = None) -> Evaluation:
        """What is known of a case.

        Parameters
        ----------
        parent
            A wider case, whose bound holds here too.
        """
        found = self.known.get(case)
        if found is None:
            built = case_problem(self.team, case)
            bound = None if built is None else self._guess(case, parent)
            found = self.known[case] = Evaluation(case, built, bound)
        return found

    def _guess(self, case: Case, parent: Case | None) -> int | None:
        costs, most = self.open(case.member, case.without_mentor)
        wider = None if parent is None else self.known.get(parent)
        if wider is not None and wider.bound is None:
            return None
        bounds = [] if wider is None or wider.bound is None else [wider.bound]
        if case.together:
            if costs.bound is None or any(y not in costs.cost for y in case.together):
                return None
            bounds.append(costs.bound - sum(costs.cost[y] for y in case.together))
        if self._opening(case):
            most = self._most_open(_bare(case))
        if most is None:
            return None
        return min((*bounds, most))

    def _most_open(self, case: Case) -> int | None:
        """A bound of the routes that may have whatever the team could open; ``None`` = no route."""
        if case not in self._open_to_all:
            costs, most = self.open(case.member, case.without_mentor)
            problem = open_case(self.team, case).problem
            solution = self._solve(problem, self._options(1))
            bound: int | None = solution.bound_mpt
            if solution.status is SolveStatus.INFEASIBLE:
                bound = None
            elif bound is None:
                bounds = [costs.bound, most, empty_value(problem)]
                told = max((b for b in bounds if b is not None), default=0)
                bound = told + sum(max(0, -cost) for cost in costs.cost.values())
            self._open_to_all[case] = bound
        return self._open_to_all[case]

    def _opening(self, case: Case) -> tuple[int, ...]:
        """The shared runs that open to the member what he could not have alone."""
        only = self.team.members[case.member].team_only
        offerings = self.team.offerings
        return tuple(
            y for y in case.together if bool(only[list(offerings[y].candidates[case.member])].any())
        )

    def open(self, member: int, without_mentor: bool) -> tuple[MemberCosts, int | None]:
        """Costs of the offerings, and a bound of the routes without what needs the team.

        The bound is ``None`` where there is no such route.
        """
        case = Case(member, without_mentor=without_mentor)
        if case not in self._open:
            built = case_problem(self.team, case)
            assert built is not None
            solution = self._solve(built.problem, self._options(1))
            self._like(member, solution)
            shut = self.team.members[member].team_only
            problem = open_case(self.team, case).problem
            costs = self._costs(member, problem, shut, solution.value_mpt)
            bounds = [b for b in (costs.bound, empty_value(built.problem)) if b is not None]
            most = max(bounds, default=None)
            if solution.status is SolveStatus.INFEASIBLE:
                most = None
            elif most is not None and solution.bound_mpt is not None:
                most = min(most, solution.bound_mpt)
            self._open[case] = costs, most
        return self._open[case]

    def _like(self, member: int, solution: RouteSolution) -> None:
        """Count the offerings that the member's best route has by itself."""
        chosen = set(solution.route.chosen if solution.route is not None else ())
        for y, offering in enumerate(self.team.offerings):
            if chosen.intersection(offering.candidates[member]):
                self.liked[y] = self.liked.get(y, 0) + 1

    # ------------------------------------------------------------------ one run

    def can_take(self, member: int, offering: int) -> bool | None:
        """Whether any route of the member's own problem has the offering; ``None`` = not decided.

        The rule ``excused`` asks it.
        """
        key = member, offering
        if key not in self._can_take:
            pinned = self._pinned(open_case(self.team, Case(member)).problem, member, offering)
            self._can_take[key] = Feasibility(self._options(1)).feasible(pinned)
            self.solves += 1
            self.work_milli += CHECK_MILLI
        return self._can_take[key]

    def ruled_out(self, member: int, offering: int) -> bool:
        """Whether it has been proved that no route of the member has the offering."""
        return self._can_take.get((member, offering)) is False

    def most_with(self, case: Case, offering: int) -> int | None:
        """A bound by a solve of the sets that open no other run than this one to the member.

        ``None`` = there is no route with it. Where nothing may be solved any more, what costs say.

        Parameters
        ----------
        case
            Whose; only the member and ``without_mentor`` are looked at.
        """
        alone = replace(_bare(case), together=(offering,))
        if alone not in self._most_with:
            bound, built = self._guess(alone, None), case_problem(self.team, alone)
            if bound is None or built is None or self.spent:
                return None if built is None else bound
            solution = self._solve(built.problem, self._options(1))
            if solution.status is SolveStatus.INFEASIBLE:
                bound = None
            elif solution.bound_mpt is not None:
                bound = min(bound, solution.bound_mpt)
            self._most_with[alone] = bound
        return self._most_with[alone]

    def costs_with(self, case: Case, offering: int) -> MemberCosts:
        """What the other offerings cost a member who takes this one."""
        case = replace(_bare(case), together=(offering,))
        if case not in self._costs_with:
            known = self._guess(case, None)
            hope = None if known is None else known - abs(known) // HOPE
            member = self.team.members[case.member]
            shut = member.team_only.copy()
            shut[list(self.team.offerings[offering].candidates[case.member])] = False
            problem = open_case(self.team, case).problem
            pinned = self._pinned(problem, case.member, offering)
            self._costs_with[case] = self._costs(case.member, pinned, shut, hope)
        return self._costs_with[case]

    def _pinned(self, problem: RouteProblem, member: int, offering: int) -> RouteProblem:
        """The problem in which a member has to take an offering."""
        told = self.team.offerings[offering]
        pin = Pin(TEAM_STEP, told.label, told.candidates[member])
        return replace(problem, pins=(*problem.pins, pin))

    def _costs(
        self, member: int, problem: RouteProblem, shut: BoolArray, value: int | None
    ) -> MemberCosts:
        costs = member_costs(self.team, member, problem, shut, value)
        self.work_milli += costs.work_milli
        return costs

    # ------------------------------------------------------------------ one case

    def sharpen(self, evaluation: Evaluation) -> None:
        """Do the next thing that may lower its bound or give it a route.

        What is known of each run alone serves every set that has it, so it is found out first.
        """
        if evaluation.built is None or evaluation.bound is None:
            return
        case = evaluation.case
        if evaluation.level == GUESSED:
            for y in case.together:
                evaluation.lower(self._with_run(case, y))
            evaluation.level = RELAXED
            return
        alone = [y for y in case.together if set(self._opening(case)) <= {y}]
        if len(case.together) > 1 and not case.given_up and evaluation.level > RELAXED:
            for y in alone:
                fresh = replace(_bare(case), together=(y,)) not in self._most_with
                evaluation.lower(self.most_with(case, y))
                if fresh:
                    return
        if evaluation.bound is not None:
            self._solve_case(evaluation, evaluation.built.problem)

    def settle(self, evaluation: Evaluation) -> None:
        """Solve a case to the asked gap, if it has only been solved for a route."""
        solution = evaluation.solution
        if solution is None or solution.status is not SolveStatus.FEASIBLE:
            return
        if evaluation.built is not None and evaluation.level == RELAXED + 1:
            self._solve_case(evaluation, evaluation.built.problem)

    def _with_run(self, case: Case, y: int) -> int | None:
        """A bound of a case from the relaxation with one of its runs."""
        costs = self.costs_with(case, y)
        if costs.bound is None or any(x not in costs.cost for x in case.together):
            return None
        return costs.bound - sum(costs.cost[x] for x in case.together if x != y)

    def _solve_case(self, evaluation: Evaluation, problem: RouteProblem) -> None:
        options = self._options(evaluation.level - RELAXED)
        evaluation.level += 1
        solution = self._solve(problem, options)
        if solution.status is SolveStatus.INFEASIBLE:
            evaluation.bound = None
            return
        evaluation.lower(evaluation.bound if solution.bound_mpt is None else solution.bound_mpt)
        if solution.value_mpt is None:
            return
        if evaluation.value is None or solution.value_mpt >= evaluation.value:
            # What was left of the deadline is the clock's affair, and no part of the answer.
            evaluation.options = replace(options, deadline_ms=self.limits.deadline_ms)
            evaluation.solution = solution
        # A bound below a value would be a contradiction of two proofs.
        assert evaluation.value is not None
        assert evaluation.bound is not None
        assert evaluation.bound >= evaluation.value

    def _options(self, times: int) -> SolveOptions:
        part, work = LADDER[min(times, len(LADDER) - 1)]
        return SolveOptions(
            gap_ppm=self.limits.gap_ppm // part if part else 0,
            deadline_ms=max(1, round(1000 * (self.until - time.monotonic()))),
            work_milli=max(1, round(self.limits.work_milli * work)),
            seed=self.limits.seed,
        )

    def _solve(self, problem: RouteProblem, options: SolveOptions) -> RouteSolution:
        solution = solve(problem, options)
        self.solves += 1
        self.work_milli += max(1, solution.work_milli)
        self.cut_by_clock |= solution.cut_by_clock
        return solution


def _bare(case: Case) -> Case:
    """Whose case it is, without what has been decided of runs and resources."""
    return Case(case.member, without_mentor=case.without_mentor)
