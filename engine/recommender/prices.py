"""What would help: the value of an hour a week, a week, a step, a pin, as intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.explanation import Price
from engine.planning.carry import carry_route
from engine.planning.differences import Difference, gain_of_change
from engine.planning.problem import RouteProblem
from engine.planning.solution import Route, RouteSolution, SolveOptions
from engine.planning.solver import solve
from engine.recommender.changes import Case, ChangeKind, more_steps, more_tempo, more_weeks
from engine.recommender.stages import Prepared
from engine.recommender.why_not import AskLimits, Recompile, points_of

HOUR_MIN = 60
PRICES_DEADLINE_MS = 5_000
"""Default deadline of all prices together: each takes a solve of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """One relaxation of a solved problem.

    Parameters
    ----------
    problem
        The relaxed problem; where it was compiled anew, with the old route's runs in it.
    known
        The old route where it stands in the problem: its solve begins with that.
    """

    code: str
    parameters: Mapping[str, object]
    problem: RouteProblem
    known: Route | None

    @property
    def keeps_route(self) -> bool:
        """Whether the old route stands in the problem, so that the gain is at least 0."""
        return self.known is not None


def price_relaxations(
    base: Prepared, solution: RouteSolution, recompile: Recompile, limits: AskLimits
) -> tuple[Price, ...]:
    """Value of each relaxation, the most valuable first.

    The deadline is shared: each solve may take an equal part of what is left. Without a route
    there is nothing to compare with, and no price.
    """
    if solution.route is None:
        return ()
    clock = limits.feasibility(base.options.seed)
    found = list(relaxations(base, solution, recompile))
    prices = []
    for number, relaxed in enumerate(found):
        share = clock.left_ms // (len(found) - number)
        difference = price(base.options, solution, relaxed, share, limits) if share > 0 else None
        prices.append(Price(relaxed.code, relaxed.parameters, points_of(difference)))
    return tuple(sorted(prices, key=_order))


def _order(price: Price) -> tuple[float, float, str, str]:
    if price.gain is None:
        return (float("inf"), 0.0, price.code, str(price.parameters))
    return (-price.gain.low, -price.gain.high, price.code, str(price.parameters))


def price(
    options: SolveOptions,
    solution: RouteSolution,
    relaxed: Relaxation,
    deadline_ms: int,
    limits: AskLimits,
) -> Difference | None:
    """Solve the relaxed problem and compare; ``None`` where no interval can be stated."""
    work = options.work_milli if limits.solve_work_milli is None else limits.solve_work_milli
    limited = replace(options, deadline_ms=deadline_ms, work_milli=work)
    second = solve(relaxed.problem, limited, known=relaxed.known)
    return gain_of_change(solution, second, keeps_route=relaxed.keeps_route)


def relaxations(
    base: Prepared, solution: RouteSolution, recompile: Recompile
) -> Iterator[Relaxation]:
    """An hour a week, a week, a step, and each pin of the educator or methodist."""
    kinds = [more_tempo(base, HOUR_MIN), more_weeks(base), more_steps(base)]
    for kind in kinds:
        if kind is not None:
            yield relaxed_by(kind, base, solution, recompile)
    for label in base.request.constraints.pinned:
        yield without_pin(base, solution, label)


def relaxed_by(
    kind: ChangeKind, base: Prepared, solution: RouteSolution, recompile: Recompile
) -> Relaxation:
    """One step of a kind of change, with the old route's runs kept possible."""
    assert solution.route is not None
    case = kind.apply(Case(base.request, base.policy), 1)
    problem = recompile(case, kind.rank_again).compiled.problem
    carried = carry_route(base.compiled.problem, solution.route, problem)
    problem, known = (problem, None) if carried is None else carried
    return Relaxation(kind.code, kind.parameters(1), problem, known)


def without_pin(base: Prepared, solution: RouteSolution, label: str) -> Relaxation:
    """The same problem without one pin of the educator or methodist.

    Nothing is compiled anew: the pinned activity stays on offer, it only need not be taken.
    """
    assert solution.route is not None
    problem = base.compiled.problem
    kept = tuple(p for p in problem.pins if (p.code, p.label) != ("pinned", label))
    free = replace(problem, pins=kept)
    carried = carry_route(problem, solution.route, free)
    known = None if carried is None else carried[1]
    return Relaxation("drop_pin", {"label": label}, free, known)
