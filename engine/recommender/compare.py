"""Two or three routes side by side: what differs step by step, and what each amounts to.

Works on answers alone, stored ones included, and on the variants of one answer; nothing is
solved. Steps are matched by activity: the same run, another run of it, or not in every route.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.errors import Fault, InputError
from engine.planning.distance import distance
from engine.recommendation import Recommendation, RouteEntry, Step

SAME, MOVED, NOT_IN_ALL = "same", "moved", "not_in_all"
LEAST, MOST = 2, 3


@dataclass(frozen=True, slots=True)
class Side:
    """One route to compare: an answer, or a variant of one."""

    id: str
    educator: str
    status: str
    value: float | None
    bound: float | None
    route: RouteEntry | None
    closed: Mapping[str, float]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ComparedRoute:
    """What one of the routes amounts to.

    Parameters
    ----------
    value, bound
        Points; ``None`` = no bound is known (of a variant, its own objective is proved instead).
    peak_min, peak_week
        Clock minutes of the fullest week and its Monday; ``None`` = no load at all.
    mentor
        Id, ``None`` = without; ``mentor_meetings`` and ``mentor_missed`` count windows.
    """

    id: str
    status: str
    value: float | None
    bound: float | None
    start: dt.date | None
    end: dt.date | None
    peak_min: int
    peak_week: dt.date | None
    workload_min: int
    steps: int
    cost_rub: int
    cost_by_source: Mapping[str, int]
    mentor: str | None
    mentor_meetings: int
    mentor_missed: int
    checkpoints_missing: int


@dataclass(frozen=True, slots=True)
class StepRun:
    """The run of an activity that one route takes."""

    offering: str
    start: dt.date
    end: dt.date
    workload_min: int
    cost_rub: int


@dataclass(frozen=True, slots=True)
class StepDifference:
    """One activity over all routes.

    Parameters
    ----------
    code
        ``same`` (every route takes the same run on the same days), ``moved`` (every route has it,
        on different runs or days) or ``not_in_all``.
    runs
        By route, in their order; ``None`` = not in that route.
    """

    activity: str
    title: str
    code: str
    runs: tuple[StepRun | None, ...]


@dataclass(frozen=True, slots=True)
class DemandDifference:
    """Part of one demand that each route is expected to close; ``None`` = it has no such demand."""

    node: str
    title: str
    closed: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class PairDifference:
    """How far two of the routes lie apart.

    Parameters
    ----------
    first, second
        Numbers of the routes, from 0.
    distance
        |A △ B| / |A ∪ B| over activities, in [0, 1].
    changes
        Steps moved, replaced, removed and added on the way from the first to the second.
    """

    first: int
    second: int
    distance: float
    changes: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Routes side by side; steps by first start, demands in the order of the first route."""

    educator: str
    routes: tuple[ComparedRoute, ...]
    pairs: tuple[PairDifference, ...]
    steps: tuple[StepDifference, ...]
    demands: tuple[DemandDifference, ...]


def side_of(answer: Recommendation) -> Side:
    """An answer as a side of a comparison."""
    return Side(
        id=answer.id,
        educator=answer.educator.id,
        status=answer.status,
        value=answer.certificate.value,
        bound=answer.certificate.bound,
        route=answer.route,
        closed={d.node: d.closed_expected for d in answer.deficits},
        titles={d.node: d.title for d in answer.deficits},
    )


def sides_of_variants(answer: Recommendation) -> tuple[Side, ...]:
    """The variants of an answer that have a route, as sides."""
    return tuple(
        Side(
            id=variant.name,
            educator=answer.educator.id,
            status=variant.status,
            value=variant.value,
            bound=answer.certificate.bound if number == 0 else None,
            route=variant.route,
            closed=variant.closed,
            titles={d.node: d.title for d in answer.deficits},
        )
        for number, variant in enumerate(answer.variants)
        if variant.route is not None
    )


def sides_to_compare(answers: Sequence[Recommendation]) -> tuple[Side, ...]:
    """Sides for several answers; one answer stands for its variants.

    Raises
    ------
    InputError
        ``no_variants``: the only answer has fewer than two of them.
    """
    if len(answers) != 1:
        return tuple(side_of(answer) for answer in answers)
    sides = sides_of_variants(answers[0])
    if len(sides) < LEAST:
        detail = (
            "в маршруте нет вариантов для сравнения: назовите второй маршрут или постройте "
            "этот с вариантами (options.variants, --variants)"
        )
        raise InputError([Fault("no_variants", detail, "/routes/0")])
    return sides


def compare(sides: Sequence[Side]) -> Comparison:
    """Compare two or three routes of one educator.

    Raises
    ------
    InputError
        ``routes_to_compare`` (fewer than two, more than three), ``same_route_twice``,
        ``different_educators``, ``route_absent`` (an answer without a route).
    """
    faults = list(_faults(sides))
    if faults:
        raise InputError(faults)
    routes = [side.route for side in sides if side.route is not None]
    return Comparison(
        educator=sides[0].educator,
        routes=tuple(_amounts(s, r) for s, r in zip(sides, routes, strict=True)),
        pairs=tuple(_pair(i, j, routes) for i, j in combinations(range(len(routes)), 2)),
        steps=_steps(routes),
        demands=_demands(sides),
    )


def _faults(sides: Sequence[Side]) -> list[Fault]:
    if not LEAST <= len(sides) <= MOST:
        detail = f"сравниваются два или три маршрута, а их {len(sides)}"
        parameters: dict[str, object] = {"least": LEAST, "most": MOST, "count": len(sides)}
        return [Fault("routes_to_compare", detail, "/routes", parameters=parameters)]
    found = []
    for i, side in enumerate(sides):
        pointer = f"/routes/{i}"
        if side.route is None:
            detail = f"в ответе «{side.id}» нет маршрута ({side.status}): сравнивать нечего"
            parameters = {"id": side.id, "status": side.status}
            found.append(Fault("route_absent", detail, pointer, parameters=parameters))
        if side.educator != sides[0].educator:
            detail = "маршруты разных педагогов не сравниваются: назовите маршруты одного"
            found.append(Fault("different_educators", detail, pointer))
        if side.id in [other.id for other in sides[:i]]:
            detail = f"маршрут «{side.id}» назван дважды: оставьте один"
            found.append(Fault("same_route_twice", detail, pointer, parameters={"id": side.id}))
    return found


def _amounts(side: Side, route: RouteEntry) -> ComparedRoute:
    top = max(route.weekly_load, key=lambda w: (w.load_min, -w.week.toordinal()), default=None)
    mentor = route.mentor
    return ComparedRoute(
        id=side.id,
        status=side.status,
        value=side.value,
        bound=side.bound,
        start=route.start,
        end=route.end,
        peak_min=top.load_min if top else 0,
        peak_week=top.week if top and top.load_min else None,
        workload_min=route.workload_min,
        steps=len(route.steps),
        cost_rub=sum(route.cost_by_source.values()),
        cost_by_source=dict(route.cost_by_source),
        mentor=mentor.id if mentor else None,
        mentor_meetings=len(mentor.meetings) if mentor else 0,
        mentor_missed=len(mentor.missed) if mentor else 0,
        checkpoints_missing=sum(c.date is None for c in route.checkpoints),
    )


def _run(step: Step) -> StepRun:
    return StepRun(step.offering, step.start, step.end, step.workload_min, step.cost_rub)


def _pair(i: int, j: int, routes: Sequence[RouteEntry]) -> PairDifference:
    first, second = ({s.activity: _key(s) for s in routes[n].steps} for n in (i, j))
    kept = sum(second.get(a) == run for a, run in first.items())
    changes = max(len(first), len(second)) - kept
    return PairDifference(i, j, distance(first, second), changes)


def _key(step: Step) -> tuple[str, dt.date, dt.date]:
    """What makes it the same run; who pays and what it costs may differ."""
    return step.offering, step.start, step.end


def _steps(routes: Sequence[RouteEntry]) -> tuple[StepDifference, ...]:
    by_route = [{s.activity: s for s in route.steps} for route in routes]
    firsts: dict[str, Step] = {}
    for steps in by_route:
        for activity, step in steps.items():
            known = firsts.get(activity)
            if known is None or step.start < known.start:
                firsts[activity] = step
    found = []
    for activity in sorted(firsts, key=lambda a: (firsts[a].start, firsts[a].end, a)):
        own = [steps.get(activity) for steps in by_route]
        there = [step for step in own if step is not None]
        code = NOT_IN_ALL
        if len(there) == len(own):
            code = SAME if len({_key(step) for step in there}) == 1 else MOVED
        runs = tuple(None if step is None else _run(step) for step in own)
        found.append(StepDifference(activity, firsts[activity].title, code, runs))
    return tuple(found)


def _demands(sides: Sequence[Side]) -> tuple[DemandDifference, ...]:
    titles = {node: title for side in reversed(sides) for node, title in side.titles.items()}
    order = dict.fromkeys(node for side in sides for node in side.titles)
    return tuple(
        DemandDifference(node, titles[node], tuple(side.closed.get(node) for side in sides))
        for node in order
    )
