"""A pin that nothing in the problem can serve: what took its runs away, and what brings them back.

Inside the problem such a pin contradicts nothing but itself. What compiling asked of its runs
(horizon, tempo, hours, budget, …) is a demand like any other, so the conflict names each demand
that alone can be eased until a route holds, and the least such change is its repair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalogue import Catalogue
from engine.planning.conflicts import Conflict, Member, RepairOption, priced
from engine.planning.feasibility import Feasibility, least_multiple
from engine.planning.problem import RouteProblem
from engine.planning.solution import SolveOptions
from engine.recommender.changes import Case, ChangeKind
from engine.recommender.relevant_changes import PERSONAL, relevant_changes
from engine.recommender.stages import Prepared, horizon_days
from engine.recommender.why_not import Recompile

MEMBER_OF_CHANGE: Mapping[str, str] = {
    "more_weeks": "horizon",
    "more_tempo": "tempo",
    "more_total": "workload",
    "more_budget": "budget",
    "more_daily": "daily_load",
    "allow_online": "formats",
    "later_hours": "hours",
    "earlier_hours": "hours",
    "working_hours": "working_hours",
    "open_weekday": "weekdays",
    "free_slot": "busy",
    "relax_rule": "transfer",
}
"""The demand that a change eases, as a member of a conflict."""


def with_pin_repairs(
    base: Prepared,
    conflict: Conflict,
    catalogue: Catalogue,
    recompile: Recompile,
    options: SolveOptions,
) -> Conflict:
    """The conflict with the demands and repairs of pins that have no runs.

    Parameters
    ----------
    options
        Limits of the search; its deadline is what the conflict left.
    """
    clock = Feasibility(options)
    members, repairs = list(conflict.members), list(conflict.repairs)
    seen = {(m.code, str(m.parameters)) for m in members}
    for label in _without_runs(base, conflict):
        index = _activity_of(catalogue, label)
        reason = base.compiled.dropped.get(catalogue.activity_ids[index])
        if reason is None or reason.code in PERSONAL:
            continue
        for kind in relevant_changes(base, catalogue, index, reason):
            found = _eased(base, kind, recompile, clock)
            if found is None or kind.code not in MEMBER_OF_CHANGE:
                continue
            member, repair = found
            repairs.append(repair)
            if (member.code, str(member.parameters)) not in seen:
                seen.add((member.code, str(member.parameters)))
                members.append(member)
    ordered = sorted(repairs, key=lambda r: (-(r.value_mpt or 0), r.code, str(r.parameters)))
    return Conflict(tuple(members), tuple(ordered), conflict.minimal)


def _without_runs(base: Prepared, conflict: Conflict) -> Iterator[str]:
    """Labels of the conflict's pins that have no candidate."""
    empty = {pin.label for pin in base.compiled.problem.pins if not pin.candidates}
    for member in conflict.members:
        label = str(member.parameters.get("label"))
        if member.code == "pinned" and label in empty:
            yield label


def _activity_of(catalogue: Catalogue, label: str) -> int:
    if label in catalogue.activity_index:
        return catalogue.activity_index[label]
    return int(catalogue.offering_activity[catalogue.offering_index[label]])


def _eased(
    base: Prepared, kind: ChangeKind, recompile: Recompile, clock: Feasibility
) -> tuple[Member, RepairOption] | None:
    """The demand and its least repair, if easing it alone makes the request feasible."""
    case = Case(base.request, base.policy)

    def changed(n: int) -> RouteProblem:
        return recompile(kind.apply(case, n), kind.rank_again).compiled.problem

    def feasible(n: int) -> bool | None:
        if clock.spent:
            return None
        problem = changed(n)
        if any(not pin.candidates for pin in problem.pins):
            return False
        return clock.feasible(problem)

    verdict, n = least_multiple(feasible, kind.first, kind.most)
    if not verdict:
        return None
    repaired = changed(n)
    repair = priced(kind.code, dict(kind.parameters(n)), repaired, clock)
    if repair is None or kind.code not in MEMBER_OF_CHANGE:
        return None
    code = MEMBER_OF_CHANGE[kind.code]
    member = Member(code, _demanded(base, code, kind), lambda problem: repaired)
    return member, repair


def _demanded(base: Prepared, code: str, kind: ChangeKind) -> dict[str, int | str]:
    """What the member's wording says of the demand as it is now."""
    problem = base.compiled.problem
    if code == "horizon":
        first, last = horizon_days(base.request, base.policy)
        return {"start": first.isoformat(), "end": last.isoformat()}
    if code == "tempo":
        return {"tempo_min": int(problem.tempo_min.max())}
    if code == "workload":
        return {"limit": problem.limits.workload_max_min}
    if code == "daily_load":
        return {"limit": problem.limits.daily_max_min}
    if code == "budget":
        return {"source": str(kind.parameters(1)["source"])}
    return {}
