"""Brute force: the best route of a small problem, judged and valued by ``check_route`` alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from engine.planning.checks import CheckReport, check_route
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route
from tests.engine.planning.problems import random_problem

GROWING = frozenset(
    {
        "one_offering",
        "tempo",
        "workload",
        "overlap",
        "parallel",
        "daily_load",
        "steps",
        "budget",
        "form_by_level",
        "excluded",
        "seats",
    }
)
"""Rules whose breach no addition mends: sums, pairs and single candidates."""

OF_STEPS = frozenset({"prerequisite", "form_mix", "transfer", "pinned"})
"""Rules that look at the chosen candidates only; with ``GROWING`` they judge a set of steps."""


@dataclass(frozen=True)
class Best:
    """The best route and its value; both ``None`` where no route holds."""

    route: Route | None
    value_mpt: int | None


def best_route(
    problem: RouteProblem, without: frozenset[str] = frozenset(), prune: bool = True
) -> Best:
    """The best route that breaks no rule but those of ``without``.

    Sets of steps are tried by falling bound; a bound is the value with the best conceivable
    mentor who misses no meeting. ``prune=False`` tries everything and is used to test this.
    """
    sets = _sets_of_steps(problem, without, prune)
    mentor_most = max((o.fit_mpt - o.price_mpt for o in problem.mentor.options), default=0)
    sets.sort(key=lambda pair: (-pair[1], pair[0]))
    best = Best(None, None)
    for chosen, value in sets:
        bound = value + max(0, mentor_most)
        if prune and best.value_mpt is not None and bound <= best.value_mpt:
            break
        for route in _completions(problem, chosen, without, prune):
            report = check_route(problem, route)
            if not _broken(report) - without and (
                best.value_mpt is None or report.value_mpt > best.value_mpt
            ):
                best = Best(route, report.value_mpt)
    return best


@cache
def best_of(seed: int, size: str = "small") -> Best:
    """The best route of ``random_problem(seed, size)``, looked for once a process."""
    return best_route(random_problem(seed, size))


def routes_that_hold(problem: RouteProblem) -> Iterator[Route]:
    """Every route that breaks no rule, the empty one included, checkpoints as they fit."""
    return (route for route, _ in valued_routes(problem))


def valued_routes(problem: RouteProblem) -> Iterator[tuple[Route, int]]:
    """The same with their values."""
    for chosen, _ in _sets_of_steps(problem, frozenset(), True):
        for route in _completions(problem, chosen, frozenset(), True):
            report = check_route(problem, route)
            if report.holds:
                yield route, report.value_mpt


def _broken(report: CheckReport) -> set[str]:
    return {violation.rule for violation in report.violations}


def _sets_of_steps(
    problem: RouteProblem, without: frozenset[str], prune: bool
) -> list[tuple[tuple[int, ...], int]]:
    """Sets that may be part of a route, with their value without mentor."""
    found: list[tuple[tuple[int, ...], int]] = []

    def extend(chosen: tuple[int, ...], following: int) -> None:
        report = check_route(problem, Route(chosen=chosen))
        broken = _broken(report) - without
        if prune and broken & GROWING:
            return
        if not (prune and broken & OF_STEPS):
            found.append((chosen, report.value_mpt))
        for j in range(following, len(problem.candidates)):
            extend((*chosen, j), j + 1)

    extend((), 0)
    return found


def _completions(
    problem: RouteProblem, chosen: tuple[int, ...], without: frozenset[str], prune: bool
) -> Iterator[Route]:
    """Every route with these steps; pairs of checkpoints that fail by themselves left out."""
    offers = (None, *range(len(problem.checkpoints.offers)))
    pairs = [(middle, final) for middle in offers for final in offers]
    if prune:
        fatal = (GROWING | {"checkpoints"}) - without
        pairs = [
            pair
            for pair in pairs
            if not _broken(check_route(problem, Route(chosen, None, (), *pair))) & fatal
        ]
    for mentor, slots in _mentors(problem):
        for middle, final in pairs:
            yield Route(chosen, mentor, slots, middle, final)


def _mentors(problem: RouteProblem) -> Iterator[tuple[int | None, tuple[int, ...]]]:
    yield None, ()
    for m, option in enumerate(problem.mentor.options):
        for count in range(len(option.slots) + 1):
            for slots in combinations(range(len(option.slots)), count):
                yield m, slots
