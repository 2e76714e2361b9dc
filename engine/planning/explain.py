"""Why this and why not, from the same numbers that decided.

Codes and parameters only; the wording is made from them elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import Demand, DemandKind, NodeProficiency, OfficialLevel, Reason
from engine.planning.admissible import counted_gains
from engine.planning.checks import CheckReport, check_route
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route

GAIN_UNITS = 10_000
MPT = 1_000
LEAST_SHOWN = 0.005
"""Part of a whole deficit below which a number would be printed as 0,00."""
_WHOLE = 1e-6
"""A number of tasks nearer than this to a whole one is whole."""
TRIALS_PER_DEMAND = 20
"""Candidates tried to find out what keeps a demand open; the strongest ones come first."""


@dataclass(frozen=True, slots=True)
class ClosingFact:
    """What one step closes of one demand.

    Parameters
    ----------
    demand
        Index of the demand.
    expected
        Expected part of a whole deficit, E[min(D, after)] − E[min(D, before)], in [0, 1].
    interval
        The same difference for the deficit's 5 % and 95 % quantiles.
    """

    demand: int
    expected: float
    interval: tuple[float, float]


def closings(
    problem: RouteProblem, demands: Sequence[Demand], chosen: Sequence[int]
) -> dict[int, tuple[ClosingFact, ...]]:
    """Share out what the route closes to its steps, in the order in which they start.

    φ is concave, so a later step closes what the earlier ones left; the shares of all steps sum
    to what the route closes.
    """
    counted = counted_gains(problem)
    gains = problem.candidates.gains
    filled = [0] * len(demands)
    order = sorted(chosen, key=lambda j: (problem.candidates.start_day[j], j))
    facts: dict[int, tuple[ClosingFact, ...]] = {}
    for j in order:
        mine = []
        for entry in range(int(gains.indptr[j]), int(gains.indptr[j + 1])):
            k, gain = (int(v) for v in gains.values[entry])
            if counted[entry]:
                before, filled[k] = filled[k], filled[k] + gain
                fact = _closing(problem, demands[k], k, before, filled[k])
                if fact.expected > 0:
                    mine.append(fact)
        facts[j] = tuple(sorted(mine, key=lambda f: (-f.expected, f.demand)))
    return facts


def _closing(problem: RouteProblem, demand: Demand, k: int, before: int, after: int) -> ClosingFact:
    low, high = demand.interval_90
    span = before / GAIN_UNITS, after / GAIN_UNITS
    return ClosingFact(
        demand=k,
        expected=closed_part(problem, demand, k, after) - closed_part(problem, demand, k, before),
        interval=(
            min(low, span[1]) - min(low, span[0]),
            min(high, span[1]) - min(high, span[0]),
        ),
    )


def closed_part(problem: RouteProblem, demand: Demand, k: int, gain_units: int) -> float:
    """E[min(D, z)] of the compiled pieces, without the weight, in parts of a whole deficit."""
    value = 0
    for length, slope in problem.demands[k].pieces:
        value += min(gain_units, length) * slope
        gain_units = max(gain_units - length, 0)
    return value / (demand.weight * MPT * GAIN_UNITS)


# --------------------------------------------------------------------------- why this


def step_reasons(
    problem: RouteProblem,
    demands: Sequence[Demand],
    titles: Mapping[str, str],
    chosen: Sequence[int],
    j: int,
    facts: Sequence[ClosingFact],
    requests: Mapping[str, str],
) -> tuple[Reason, ...]:
    """What a chosen candidate is there for: demands, pins, practice, prerequisites.

    Parameters
    ----------
    titles
        Title by activity id.
    requests
        The words of each request by its id; without words it is named by the demand's title.
    """
    reasons = [
        _demand_reason(demands[f.demand], f, requests) for f in facts if f.expected >= LEAST_SHOWN
    ]
    mine = int(problem.candidates.activity[j])
    label = problem.activities[mine].label
    for pin in problem.pins:
        if j in pin.candidates:
            reasons.append(_pin_reason(pin.code, pin.label, titles.get(label, label)))
    for other in chosen:
        activity = problem.activities[problem.candidates.activity[other]]
        title = titles.get(activity.label, activity.label)
        if _is_practice_of(problem, j, other):
            reasons.append(Reason("practice_for", {"title": title}))
        if any(mine in group for group in activity.prerequisites):
            reasons.append(Reason("prerequisite_for", {"title": title}))
    return tuple(reasons)


def _demand_reason(demand: Demand, fact: ClosingFact, requests: Mapping[str, str]) -> Reason:
    parameters: dict[str, object] = {"title": demand.title, "expected": round(fact.expected, 4)}
    if demand.kind is DemandKind.REQUEST:
        asked = [requests[i] for i in demand.request_ids if requests.get(i)]
        return Reason("closes_request", {**parameters, "text": "; ".join(asked) or demand.title})
    if demand.kind is DemandKind.DEVELOPMENT:
        return Reason("closes_development", parameters)
    parameters["estimate"] = round(demand.expected, 4)
    measured = demand.proficiency
    if measured is not None:
        parameters |= _own_result(measured, demand.official_level)
    return Reason("closes_deficit", parameters)


def _own_result(measured: NodeProficiency, level: OfficialLevel | None) -> dict[str, object]:
    """Tasks not done; the share where the node's own result shows no deficit by itself.

    Tasks can be told only where they were stated (a default of the policy is nobody's test) and
    where the score stands for a whole number of them.
    """
    if level is OfficialLevel.MINIMAL:
        return {"result_share": round(measured.raw_share, 4)}
    wrong = measured.raw_tasks * (1 - measured.raw_share)
    if not measured.raw_tasks or abs(wrong - round(wrong)) > _WHOLE:
        return {}
    return {"n_tasks": measured.raw_tasks, "n_tasks_wrong": round(wrong)}


def _pin_reason(code: str, label: str, title: str) -> Reason:
    if code == "required_theme":
        return Reason(code, {"theme": label, "title": title})
    return Reason(code, {"label": label, "title": title})


def _is_practice_of(problem: RouteProblem, practice: int, programme: int) -> bool:
    weeks = problem.limits.transfer_weeks
    table = problem.candidates
    activity = problem.activities[table.activity[programme]]
    gap = int(table.start_day[practice] - table.end_day[programme])
    return (
        weeks > 0
        and activity.needs_practice
        and int(table.activity[practice]) in activity.practices
        and 0 < gap <= 7 * weeks
    )


# --------------------------------------------------------------------------- why not


def unmet_demands(
    problem: RouteProblem,
    demands: Sequence[Demand],
    covering: Sequence[Sequence[str]],
    dropped: Mapping[str, Reason],
    route: Route,
    report: CheckReport,
) -> Iterator[tuple[int, Reason]]:
    """Demands of which the route closes nothing, with the one reason that keeps each open.

    Parameters
    ----------
    covering
        Ids of the activities that cover each demand.
    dropped
        Reason by activity id for every activity without a candidate.

    Yields
    ------
    (int, Reason)
        Index of the demand and its reason.
    """
    for k, demand in enumerate(demands):
        if demand.expected < LEAST_SHOWN or report.demand_fill[k].value_mpt > 0:
            continue
        candidates = _candidates_for(problem, k)
        if candidates:
            yield k, _blocking_rule(problem, route, report, candidates)
        elif covering[k]:
            yield k, _dropped_reason([dropped[a] for a in covering[k] if a in dropped])
        else:
            yield k, Reason("no_activity")


def _candidates_for(problem: RouteProblem, k: int) -> list[int]:
    """Candidates whose gain on demand ``k`` counts, the largest gain first."""
    gains = problem.candidates.gains
    entries = np.flatnonzero(counted_gains(problem) & (gains.values[:, 0] == k))
    owner = np.searchsorted(gains.indptr, entries, side="right") - 1
    pairs = sorted(zip(-gains.values[entries, 1], owner, strict=True))
    return [int(j) for _, j in pairs]


def _blocking_rule(
    problem: RouteProblem, route: Route, report: CheckReport, candidates: Sequence[int]
) -> Reason:
    """The rule that most of the strongest candidates would break if added to the route.

    Of rules that stand in the way equally often the one of the whole route is named before one
    of a week or an hour: room in a week does not help where the total is used up.
    """
    broken: Counter[str] = Counter()
    for j in candidates[:TRIALS_PER_DEMAND]:
        chosen = tuple(sorted({*route.chosen, j}))
        trial = Route(chosen, route.mentor, route.slots, route.middle, route.final)
        rules = {v.rule for v in check_route(problem, trial).violations}
        # A later end moves checkpoints and meetings: these follow the step, they do not forbid it.
        hard = rules - {"checkpoints", "mentor_cadence", "transfer", "prerequisite"}
        if not hard:
            return Reason("outranked")
        broken.update(hard)
    rule = min(broken, key=lambda r: (-broken[r], _WIDTH.index(r), r))
    return _rule_reason(problem, rule)


_WIDTH = (
    *("workload", "steps", "budget", "form_mix", "parallel", "tempo", "daily_load", "overlap"),
    *("one_offering", "pinned", "excluded", "seats", "form_by_level", "mentor_required"),
    *("mentor_capacity", "freeze", "changes", "structure"),
)


_UNMET_OF_RULE = {
    # Weeks are filled by the chosen steps: without them the candidate would fit.
    "tempo": "weeks_full",
    "workload": "workload",
    "steps": "steps",
    "budget": "budget",
    "seats": "seats",
    "overlap": "overlap",
    "daily_load": "daily_load",
    "parallel": "parallel",
}


def _rule_reason(problem: RouteProblem, rule: str) -> Reason:
    code = _UNMET_OF_RULE.get(rule, "outranked")
    if code == "steps":
        return Reason(code, {"limit": problem.limits.steps_max})
    if code == "workload":
        return Reason(code, {"limit_min": problem.limits.workload_max_min})
    return Reason(code)


_UNMET_OF_DROP = {
    "no_run_in_horizon": "no_run",
    "enrolment_closed": "no_run",
    "hours_unknown": "no_run",
    "busy_time": "busy_time",
    "outside_hours": "outside_hours",
    "online_not_possible": "busy_time",
    "forbidden_day": "busy_time",
    "daily_load": "busy_time",
    "tempo": "tempo",
    "workload": "workload",
    "budget": "budget",
    "seats": "seats",
    "form_by_level": "form_by_level",
    "prerequisite_missing": "prerequisite_missing",
    "no_practice": "no_practice",
}


_NEARNESS = (
    "tempo",
    "workload",
    "budget",
    "seats",
    "busy_time",
    "outside_hours",
    "prerequisite_missing",
    "no_practice",
    "form_by_level",
    "no_run",
    "not_eligible",
)


def _dropped_reason(reasons: Sequence[Reason]) -> Reason:
    """The reason nearest to a route: what could be changed comes before what could not."""
    covering = [r for r in reasons if r.code != "no_gain"]
    named = [(_UNMET_OF_DROP.get(r.code, "not_eligible"), r) for r in covering]
    if not named:
        return Reason("no_activity")
    code, reason = min(named, key=lambda n: (_NEARNESS.index(n[0]), n[1].code))
    if code == "not_eligible":
        return Reason(code, {"code": reason.code})
    return Reason(code, dict(reason.parameters))
