"""Why an activity is not in the route: the change that would admit it, or what it would cost.

"Admits" means that some feasible route of the changed problem contains the activity. Every step
of every change is compiled anew and decided by a solve with the activity pinned, and the checker
lets the route pass; where the limit ends first the answer is ``not_verified``, never a guess.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.catalogue import Catalogue
from engine.domain import Reason
from engine.errors import Fault, InputError
from engine.explanation import (
    ADMITS,
    ADMITTED_BY,
    DOES_NOT_HELP,
    IN_ROUTE,
    NO_CHANGE_HELPS,
    NOT_VERIFIED,
    OUTRANKED,
    ChangeOutcome,
    PointsInterval,
    WhyNot,
)
from engine.planning.differences import Difference, loss_of_demand
from engine.planning.feasibility import Feasibility, Verdict, least_multiple, pin_activity
from engine.planning.problem import RouteProblem
from engine.planning.problem_json import problem_digest
from engine.planning.solution import Route, RouteSolution, SolveOptions
from engine.planning.solver import solve
from engine.recommender.assemble import titled
from engine.recommender.changes import Case, ChangeKind
from engine.recommender.relevant_changes import relevant_changes
from engine.recommender.stages import Prepared

MPT = 1_000
IN_ROUTE_REASON = Reason("in_route")
"""Stands where an activity has no code because it is in the route."""

OUTCOME_OF = {True: ADMITS, False: DOES_NOT_HELP, None: NOT_VERIFIED}
Recompile = Callable[[Case, bool], Prepared]
"""Compiles a changed case; the flag says whether who may take part has to be judged anew."""


@dataclass(frozen=True, slots=True)
class AskLimits:
    """Limits of one question asked about a route.

    Parameters
    ----------
    deadline_ms
        Wall clock of the whole question.
    check_work_milli, total_work_milli
        Deterministic work of one feasibility check and of all, in 10⁻³ of the solver's second.
        With a far deadline the same question gets the same answer on any machine.
    solve_work_milli
        Deterministic work of a solve that measures a difference; ``None`` = the request's.
    """

    deadline_ms: int = 2_000
    check_work_milli: int = 200
    total_work_milli: int = 3_000
    solve_work_milli: int | None = None

    def feasibility(self, seed: int) -> Feasibility:
        """Checks within these limits, the clock running from now."""
        options = SolveOptions(
            deadline_ms=self.deadline_ms, work_milli=self.check_work_milli, seed=seed
        )
        return Feasibility(options, self.total_work_milli)


def explain_absence(
    base: Prepared,
    solution: RouteSolution,
    reason: Reason,
    catalogue: Catalogue,
    activity_id: str,
    recompile: Recompile,
    limits: AskLimits,
    only: Collection[str] = (),
) -> WhyNot:
    """Answer the question for one activity.

    Parameters
    ----------
    base, solution
        The problem that was solved, and what the solve said.
    reason
        The activity's code that came with the route.
    only
        Codes of the changes to look at; empty = all kinds.

    Raises
    ------
    InputError
        ``unknown_activity``: the catalogue has no such activity.
    """
    index = catalogue.activity_index.get(activity_id)
    if index is None:
        raise InputError([_unknown(activity_id)])
    problem = base.compiled.problem

    def answer(
        verdict: str, loss: PointsInterval | None = None, changes: tuple[ChangeOutcome, ...] = ()
    ) -> WhyNot:
        title = catalogue.activities[index].title
        return WhyNot(activity_id, title, reason, verdict, loss, changes, problem_digest(problem))

    chosen = solution.route.chosen if solution.route else ()
    own = next((j for j in chosen if base.compiled.activity_ids[j] == activity_id), None)
    if own is not None:
        reason = _taken(base, own)
        return answer(IN_ROUTE)
    clock = limits.feasibility(base.options.seed)
    pinned = pin_activity(problem, activity_id)
    verdict = Verdict(False) if pinned is None else clock.check(pinned, chosen)
    if pinned is not None and verdict.feasible:
        assert verdict.route is not None
        second = solve_pinned(pinned, verdict.route, base.options, clock, limits)
        return answer(OUTRANKED, points_of(loss_of_demand(solution, second)))
    if verdict.feasible is None:
        return answer(NOT_VERIFIED)
    dropped = base.compiled.dropped.get(activity_id)
    kinds = relevant_changes(base, catalogue, index, dropped)
    asked = [kind for kind in kinds if not only or kind.code in only]
    search = ChangeSearch(base, chosen, activity_id, recompile, clock)
    found = [search.least(kind) for kind in asked]
    told = _verdict_of(found)
    if len(asked) > 1 and told == NO_CHANGE_HELPS:
        joint = search.together(asked)
        found += joint
        # That several at once were not decided takes nothing from what each alone was proved.
        told = ADMITTED_BY if any(c.outcome == ADMITS for c in joint) else told
    titled_changes = tuple(_with_titles(change, catalogue) for change in found)
    return answer(told, changes=titled_changes)


def _taken(base: Prepared, j: int) -> Reason:
    """Run and dates of an activity that is in the route."""
    table, monday = base.compiled.problem.candidates, base.calendar.first_monday
    facts: dict[str, object] = {
        "offering": base.compiled.offering_ids[j],
        "start": monday + dt.timedelta(days=int(table.start_day[j])),
        "end": monday + dt.timedelta(days=int(table.end_day[j])),
    }
    return Reason(IN_ROUTE_REASON.code, facts)


def _unknown(activity_id: str) -> Fault:
    detail = f"В каталоге нет активности «{activity_id}»; проверьте код"
    return Fault("unknown_activity", detail, parameters={"id": activity_id})


def _with_titles(change: ChangeOutcome, catalogue: Catalogue) -> ChangeOutcome:
    """The change with the titles of what its parameters name by id."""
    parameters = titled(change.parameters, catalogue)
    labels = parameters.get("labels")
    if isinstance(labels, list):
        named = [titled({"label": i}, catalogue).get("title", i) for i in labels]
        parameters["titles"] = named
    parts = parameters.get("changes")
    if isinstance(parts, list):
        parameters["changes"] = [
            dict(_with_titles(ChangeOutcome(part["code"], part, ""), catalogue).parameters)
            for part in parts
        ]
    return replace(change, parameters=parameters)


def _verdict_of(changes: Sequence[ChangeOutcome]) -> str:
    outcomes = {change.outcome for change in changes}
    if ADMITS in outcomes:
        return ADMITTED_BY
    return NOT_VERIFIED if NOT_VERIFIED in outcomes else NO_CHANGE_HELPS


def solve_pinned(
    pinned: RouteProblem,
    known: Route,
    options: SolveOptions,
    clock: Feasibility,
    limits: AskLimits,
) -> RouteSolution:
    """Solve with the activity pinned, from a route on that is known."""
    work = options.work_milli if limits.solve_work_milli is None else limits.solve_work_milli
    limited = replace(options, deadline_ms=max(1, clock.left_ms), work_milli=work)
    return solve(pinned, limited, known=known)


def points_of(difference: Difference | None) -> PointsInterval | None:
    """The interval in points."""
    if difference is None:
        return None
    return PointsInterval(
        difference.low_mpt / MPT, difference.high_mpt / MPT, difference.below_precision
    )


def _step_of(kind: ChangeKind) -> Mapping[str, object]:
    """Step in which an amount of minutes or roubles was looked for."""
    one = kind.parameters(1)
    amount = one.get("minutes", one.get("rub"))
    return {} if amount is None else {"step": amount}


class ChangeSearch:
    """The least multiple of each kind of change that admits one activity."""

    def __init__(
        self,
        base: Prepared,
        chosen: Sequence[int],
        activity_id: str,
        recompile: Recompile,
        clock: Feasibility,
    ) -> None:
        steps = list(chosen)
        facts, table = base.compiled.facts, base.compiled.problem.candidates
        self.runs = np.stack([facts.offering[steps], table.start_day[steps]], axis=1)
        self.case = Case(base.request, base.policy)
        self.activity_id = activity_id
        self.recompile = recompile
        self.clock = clock

    def least(self, kind: ChangeKind) -> ChangeOutcome:
        """Try the kind: its first multiple, its greatest, then those between."""
        verdict, n = self._least([kind], [0], 0)
        parameters = kind.parameters(n)
        if verdict:
            parameters = {**parameters, **_step_of(kind)}
        return ChangeOutcome(kind.code, parameters, OUTCOME_OF[verdict])

    def together(self, kinds: Sequence[ChangeKind]) -> list[ChangeOutcome]:
        """Several kinds at once, where no single one helps.

        All are made to their greatest multiple, then taken back one by one while the activity
        stays admitted, the policy's rules first; what is left is lowered to its least multiple.
        """
        levels = [kind.most for kind in kinds]
        verdict = self.admits(kinds, levels)
        if verdict is False:
            return []
        verdict = verdict and self._take_back(kinds, levels)
        for i, level in enumerate(levels):
            if verdict and level > 1:
                verdict, levels[i] = self._least(kinds, levels, i)
        # Smaller steps may do without what the greatest ones needed.
        verdict = verdict and self._take_back(kinds, levels)
        if not verdict:
            return [ChangeOutcome("together", {}, NOT_VERIFIED)]
        parts = [(kind, n) for kind, n in zip(kinds, levels, strict=True) if n]
        if len(parts) == 1:
            ((kind, n),) = parts
            return [ChangeOutcome(kind.code, {**kind.parameters(n), **_step_of(kind)}, ADMITS)]
        told = [{"code": kind.code, **kind.parameters(n)} for kind, n in parts]
        return [ChangeOutcome("together", {"changes": told}, ADMITS)]

    def _take_back(self, kinds: Sequence[ChangeKind], levels: list[int]) -> bool | None:
        """Set levels to 0 while the rest admits; ``None`` = not decided within the limits."""
        # A long horizon makes every later trial slow, so it is taken back first.
        order = sorted(range(len(kinds)), key=lambda i: (kinds[i].code != "more_weeks", -i))
        changed = True
        while changed:
            changed = False
            for i in order:
                if levels[i]:
                    without = self.admits(kinds, [*levels[:i], 0, *levels[i + 1 :]])
                    if without is None:
                        return None
                    if without:
                        levels[i], changed = 0, True
        return True

    def _least(
        self, kinds: Sequence[ChangeKind], levels: Sequence[int], i: int
    ) -> tuple[bool | None, int]:
        """Least multiple of kind ``i``, the others at their levels."""

        def admits(n: int) -> bool | None:
            return self.admits(kinds, [*levels[:i], n, *levels[i + 1 :]])

        return least_multiple(admits, kinds[i].first, kinds[i].most)

    def admits(self, kinds: Sequence[ChangeKind], levels: Sequence[int]) -> bool | None:
        """Whether a route contains the activity after so many steps of each kind.

        ``None`` = not decided within the limits.
        """
        if self.clock.spent:
            return None
        case, rank_again = self.case, False
        for kind, n in zip(kinds, levels, strict=True):
            if n:
                case, rank_again = kind.apply(case, n), rank_again or kind.rank_again
        prepared = self.recompile(case, rank_again)
        pinned = pin_activity(prepared.compiled.problem, self.activity_id)
        if pinned is None:
            return False
        return self.clock.check(pinned, self._near(prepared)).feasible

    def _near(self, prepared: Prepared) -> list[int]:
        """Candidates with the offerings and starts of the route that is known."""
        facts, table = prepared.compiled.facts, prepared.compiled.problem.candidates
        near = np.zeros(len(table), dtype=np.bool_)
        for offering, start in self.runs.tolist():
            near |= (facts.offering == offering) & (table.start_day == start)
        return [int(j) for j in np.flatnonzero(near)]
