"""The variants of a route as the answer shows them: found, then said in dates and ids."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

from engine.catalogue import Catalogue
from engine.domain import Reason
from engine.planning.checks import CheckReport, check_route
from engine.planning.distance import activities_of, distance
from engine.planning.explain import closed_part
from engine.planning.solution import Route
from engine.planning.variants import FAST, LIGHT, Variant, find_variants
from engine.recommendation import RouteEntry, VariantEntry
from engine.recommender.route_entry import build_route_entry
from engine.recommender.stages import Stages

MPT = 1_000


def variants_of(stages: Stages, catalogue: Catalogue, started: float) -> tuple[VariantEntry, ...]:
    """Find the variants in what is left of the request's deadline.

    Parameters
    ----------
    started
        ``time.monotonic()`` at which the request began. The solve had half of the deadline, so
        the whole is twice its part; the work is as much as the solve's.
    """
    options = stages.options
    spent_ms = round((time.monotonic() - started) * 1000)
    left = replace(options, deadline_ms=max(1, 2 * options.deadline_ms - spent_ms))
    found = find_variants(stages.compiled.problem, stages.solution, left)
    return tuple(_entry(stages, catalogue, variant, found) for variant in found)


def route_entry_of(
    stages: Stages, catalogue: Catalogue, route: Route
) -> tuple[RouteEntry, CheckReport]:
    """Any route of the problem in dates and ids, with what the checker says of it."""
    report = check_route(stages.compiled.problem, route)
    standing_in = replace(stages, solution=replace(stages.solution, route=route))
    return build_route_entry(standing_in, catalogue, report), report


def closed_by(stages: Stages, report: CheckReport) -> dict[str, float]:
    """Part of each demand, by its code, that a route is expected to close."""
    problem = stages.compiled.problem
    return {
        demand.code: closed_part(problem, demand, k, report.demand_fill[k].gained)
        for k, demand in enumerate(stages.deficits.demands)
    }


def _entry(
    stages: Stages, catalogue: Catalogue, variant: Variant, found: tuple[Variant, ...]
) -> VariantEntry:
    entry, closed = None, {}
    if variant.route is not None:
        entry, report = route_entry_of(stages, catalogue, variant.route)
        closed = closed_by(stages, report)
    most = found[0].value_mpt
    value = variant.value_mpt
    return VariantEntry(
        name=variant.name,
        status=variant.status.value,
        route=entry,
        reason=None if variant.reason is None else Reason(variant.reason),
        value=None if value is None else value / MPT,
        share=value / most if value is not None and most else None,
        end_bound=_date(stages, variant.bound) if variant.name == FAST else None,
        peak_min=variant.peak_min,
        peak_bound_min=variant.bound if variant.name == LIGHT else None,
        closed=closed,
        distance=_distances(stages, variant, found),
        work_limit=variant.work_milli / 1000,
        cut_by_clock=variant.cut_by_clock,
    )


def _date(stages: Stages, day: int | None) -> dt.date | None:
    return None if day is None else stages.calendar.first_monday + dt.timedelta(days=day)


def _distances(stages: Stages, variant: Variant, found: tuple[Variant, ...]) -> dict[str, float]:
    if variant.route is None:
        return {}
    problem = stages.compiled.problem
    own = activities_of(problem, variant.route)
    return {
        other.name: distance(own, activities_of(problem, other.route))
        for other in found
        if other.route is not None and other is not variant
    }
