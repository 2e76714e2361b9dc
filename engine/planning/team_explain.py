"""Why each team offering is in the plan or not: proved from the bounds that the search holds.

What a plan with an offering is worth at most follows from its cost in the relaxations, for every
offering without a solve; a few of the best rejected ones are solved, so that their loss is known
from below and from above (route-problem, section 6).
"""

from __future__ import annotations

from dataclasses import replace

from engine.planning.solution import SolveStatus
from engine.planning.team_cases import Case
from engine.planning.team_problem import TeamProblem, enough_together
from engine.planning.team_search import TeamSearch
from engine.planning.team_solution import (
    CANNOT,
    CHOSEN,
    OPEN,
    OUTRANKED,
    SEATS,
    TOGETHER,
    OfferingVerdict,
    TeamLimits,
    TeamSolution,
)


def solve_team(team: TeamProblem, limits: TeamLimits, until: float | None = None) -> TeamSolution:
    """The best plan of a team with its certificate, and what became of each team offering.

    Parameters
    ----------
    limits
        Explaining begins where the search ends, within the same limits.
    until
        ``time.monotonic()`` of the deadline; ``None`` = the limits', from now on.
    """
    search = TeamSearch(team, limits, until)
    solution = search.run()
    verdicts = explain_offerings(search, solution)
    evaluator = search.evaluator
    return replace(
        solution, verdicts=verdicts, work_milli=evaluator.work_milli, solves=evaluator.solves
    )


def explain_offerings(search: TeamSearch, solution: TeamSolution) -> tuple[OfferingVerdict, ...]:
    """A verdict on each team offering, in their order.

    A plan that explaining finds is not taken over: it is worth no more than the bound says.
    """
    most = {y: search.most_with(y) for y in search.possible}
    rejected = [y for y in most if y not in solution.together]
    rejected.sort(key=lambda y: (-(most[y] or 0), y))
    for y in rejected[: search.limits.explained_most]:
        most[y] = _sharper(search, y, most[y])
        if most[y] is not None:
            search.follow(y)
    verdicts = (
        _verdict(search, solution, y, most.get(y)) for y in range(len(search.team.offerings))
    )
    return tuple(verdicts)


def _sharper(search: TeamSearch, y: int, listed: int | None) -> int | None:
    """The same from the problems in which the run is taken.

    Not where members may be excused or go without a mentor: these problems know of neither.
    """
    team, evaluator = search.team, search.evaluator
    members = range(len(team.members))
    if listed is None or team.excused_most or search.short_sets[0] or evaluator.spent:
        return listed
    if any(evaluator.can_take(i, y) is False for i in members):
        return None
    costs = [evaluator.costs_with(Case(i), y) for i in members]
    if any(c.bound is None for c in costs):
        return None
    total = sum(c.bound for c in costs if c.bound is not None) + team.bonus_mpt * len(members)
    rest = sorted(
        sum(c.cost[x] for c in costs) - team.bonus_mpt * len(members)
        for x in search.possible
        if x != y and all(x in c.cost for c in costs)
    )
    sizes = range(max(1, team.least_steps), team.most_steps + 1)
    found = [listed, max(total - sum(rest[: size - 1]) for size in sizes)]
    if team.most_steps == 1 or not any(m.team_only.any() for m in team.members):
        solved = [evaluator.most_with(Case(i), y) for i in members]
        if any(bound is None for bound in solved):
            return None
        value = sum(bound for bound in solved if bound is not None)
        found.append(value + team.bonus_mpt * len(members) * team.most_steps)
    return min(found)


def _verdict(
    search: TeamSearch, solution: TeamSolution, y: int, most: int | None
) -> OfferingVerdict:
    team = search.team
    cannot = tuple(
        i
        for i in range(len(team.members))
        if i not in search.able[y] or search.evaluator.ruled_out(i, y)
    )
    if y in solution.together:
        return OfferingVerdict(y, CHOSEN, cannot)
    able = len(team.members) - len(cannot)
    if not enough_together(team, y, able):
        short = team.offerings[y].seats >= 0 and len(cannot) <= team.excused_most
        return OfferingVerdict(y, SEATS if short else CANNOT, cannot)
    if solution.status is SolveStatus.INFEASIBLE or (most is None and y in search.possible):
        return OfferingVerdict(y, TOGETHER, cannot)
    if solution.value_mpt is None or solution.bound_mpt is None or most is None:
        return OfferingVerdict(y, OPEN, cannot)
    found = search.value_with.get(y)
    high = None if found is None else max(0, solution.bound_mpt - found)
    return OfferingVerdict(y, OUTRANKED, cannot, max(0, solution.value_mpt - most), high)
