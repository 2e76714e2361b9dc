"""The specification in code: every rule of ``problem`` judged without a solver.

``check_route`` runs on every route that leaves the engine. The rules stand in ``rule_checks``,
what they speak of in ``route_facts``, and what is asked of a problem itself in ``validity``. All
of it is written from the text of ``problem`` and
shares no code with the formulation, so that one of the two finds out a mistake of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.planning.problem import RouteProblem
from engine.planning.revision_checks import REVISION_CHECKS
from engine.planning.route_facts import DemandFill, facts_of, value_mpt
from engine.planning.rule_checks import CHECKS
from engine.planning.solution import Route
from engine.planning.validity import validate_problem

__all__ = ["CHECKS", "STRUCTURE", "CheckReport", "Violation", "check_route", "validate_problem"]

STRUCTURE = "structure"
"""Code of a violation that is no rule's: the route does not fit the problem's indices."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of one rule.

    Parameters
    ----------
    rule
        Code of ``problem.RULES`` or ``problem.REVISION_RULES``, or ``STRUCTURE``.
    subject
        Label of the candidate, activity, pin, source, form or mentor; empty for a week, a day or
        the whole route, which ``parameters`` name.
    parameters
        Values behind the wording; ``kind`` tells the breaches of one rule apart.
    excess
        By how much, > 0, in the unit of the rule (minutes, roubles, steps, or a count).
    """

    rule: str
    subject: str
    parameters: Mapping[str, int | str]
    excess: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the checker says of a route.

    Parameters
    ----------
    violations
        In the order of ``problem.RULES``, those of ``STRUCTURE`` first, those of a revision last;
        empty = the route holds.
    value_mpt
        Value of the route (of its part in range, where the structure is broken).
    weekly_load_min
        Shape (n_weeks,), checkpoints and mentor meetings included.
    workload_min
        Their sum.
    missed_windows
        First and last week of every window of the cadence without a meeting.
    missing_checkpoints
        ``middle`` and ``final`` that are due and on offer nowhere.
    middle_week
        Week after the one in which half the workload is done; ``None`` = past the route's end.
    demand_fill
        Per demand: gain units and value.
    cost_by_source
        Roubles per funding source, as ``budget_sources``.
    """

    violations: tuple[Violation, ...]
    value_mpt: int
    weekly_load_min: tuple[int, ...]
    workload_min: int
    missed_windows: tuple[tuple[int, int], ...]
    missing_checkpoints: tuple[str, ...]
    middle_week: int | None
    demand_fill: tuple[DemandFill, ...]
    cost_by_source: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """No rule is broken."""
        return not self.violations


def check_route(problem: RouteProblem, route: Route) -> CheckReport:
    """Judge a route by every rule and compute its value.

    Parameters
    ----------
    problem
        A problem in which ``validate_problem`` finds no fault.
    route
        Any route, also one whose indices are out of range: that is a violation, and the rest of
        the route is judged.
    """
    violations = list(_structure(problem, route))
    facts = facts_of(problem, _part_in_range(problem, route))
    for rule, check in CHECKS.items():
        violations += [
            Violation(rule, subject, dict(parameters), excess)
            for subject, parameters, excess in check(facts)
        ]
    if problem.revision is not None:
        for rule, judge in REVISION_CHECKS.items():
            violations += [
                Violation(rule, subject, dict(parameters), excess)
                for subject, parameters, excess in judge(facts, problem.revision)
            ]
    return CheckReport(
        violations=tuple(violations),
        value_mpt=value_mpt(facts),
        weekly_load_min=facts.weekly_load_min,
        workload_min=sum(facts.weekly_load_min),
        missed_windows=facts.missed_windows,
        missing_checkpoints=facts.missing_checkpoints,
        middle_week=facts.middle_week,
        demand_fill=facts.demand_fill,
        cost_by_source=facts.cost_by_source,
    )


def _structure(problem: RouteProblem, route: Route) -> Iterator[Violation]:
    """Indices out of range, unsorted or repeated, and slots without their mentor."""
    mentors, offers = len(problem.mentor.options), len(problem.checkpoints.offers)
    yield from _index_list("chosen", route.chosen, len(problem.candidates))
    for name, index, size in (
        ("mentor", route.mentor, mentors),
        ("middle", route.middle, offers),
        ("final", route.final, offers),
    ):
        if index is not None and not _in_range(index, size):
            yield Violation(STRUCTURE, name, {"kind": "out_of_range", "size": size}, 1)
    if route.mentor is None and route.slots:
        count = len(route.slots)
        yield Violation(STRUCTURE, "slots", {"kind": "without_mentor", "slots": count}, count)
    elif route.mentor is not None and _in_range(route.mentor, mentors):
        slots = problem.mentor.options[route.mentor].slots
        yield from _index_list("slots", route.slots, len(slots))


def _index_list(name: str, indices: tuple[int, ...], size: int) -> Iterator[Violation]:
    inside = [i for i in indices if _in_range(i, size)]
    if len(inside) < len(indices):
        out = len(indices) - len(inside)
        yield Violation(STRUCTURE, name, {"kind": "out_of_range", "size": size}, out)
    if len(set(inside)) < len(inside):
        repeated = len(inside) - len(set(inside))
        yield Violation(STRUCTURE, name, {"kind": "repeated"}, repeated)
    if inside != sorted(inside):
        yield Violation(STRUCTURE, name, {"kind": "unsorted"}, 1)


def _in_range(index: object, size: int) -> bool:
    return type(index) is int and 0 <= index < size


def _part_in_range(problem: RouteProblem, route: Route) -> Route:
    """The route without what ``_structure`` complains of, so that the rest can be judged."""
    offers = len(problem.checkpoints.offers)
    mentor = route.mentor if _in_range(route.mentor, len(problem.mentor.options)) else None
    n_slots = 0 if mentor is None else len(problem.mentor.options[mentor].slots)
    return Route(
        chosen=_sorted_in_range(route.chosen, len(problem.candidates)),
        mentor=mentor,
        slots=_sorted_in_range(route.slots, n_slots),
        middle=route.middle if _in_range(route.middle, offers) else None,
        final=route.final if _in_range(route.final, offers) else None,
    )


def _sorted_in_range(indices: tuple[int, ...], size: int) -> tuple[int, ...]:
    return tuple(sorted({i for i in indices if _in_range(i, size)}))
