"""Evidence → deficits and their changes: the stages that need no catalogue."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.deficits import assess_deficits, with_changes
from engine.diagnostics import estimate_proficiency
from engine.diagnostics.dynamics import estimate_changes
from engine.diagnostics.item_bank import ItemBank
from engine.domain import DeficitVector, Demand, MeasuredPoint, NodeChange
from engine.dynamics import ChangeEntry, EducatorDynamics, PointEntry, ProficiencyEntry
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.recommender.request import RouteRequest


def deficits_of(
    request: RouteRequest,
    framework: Framework,
    policy: PolicyProfile,
    *,
    items: ItemBank | None = None,
    request_nodes: Mapping[str, tuple[str, ...]] | None = None,
) -> DeficitVector:
    """Deficits of the educator of a request, with what became of those measured before.

    Parameters
    ----------
    items
        Calibrated items; ``None`` = every item counts as an average one.
    request_nodes
        Nodes found for the texts of the requests, by request id.

    Raises
    ------
    NothingToPlan
        Neither a usable diagnostic result nor a request.
    InputError
        Everything that is wrong in the evidence or in the requests.
    """
    educator, zone = request.educator, request.educator.time_zone
    results, responses, as_of = request.diagnostics, request.responses, request.as_of
    proficiency = estimate_proficiency(
        results, responses, framework, policy, as_of, time_zone=zone, items=items
    )
    deficits = assess_deficits(
        educator,
        proficiency,
        request.requests,
        framework,
        policy,
        as_of,
        request_nodes=request_nodes,
    )
    changes = estimate_changes(
        results, responses, framework, policy, as_of, time_zone=zone, items=items
    )
    return with_changes(deficits, changes, policy.levels)


def dynamics_of(
    request: RouteRequest,
    framework: Framework,
    policy: PolicyProfile,
    *,
    items: ItemBank | None = None,
) -> EducatorDynamics:
    """Changes alone; parameters and errors as of ``deficits_of``."""
    deficits = deficits_of(request, framework, policy, items=items)
    return EducatorDynamics(
        educator_id=request.educator.id,
        as_of=request.as_of,
        policy=policy.id,
        changes=change_entries(deficits),
    )


def change_entries(deficits: DeficitVector) -> tuple[ChangeEntry, ...]:
    """The changes as the answer tells them, in the framework's order."""
    titles = {d.code: d.title for d in deficits.demands}
    return tuple(_change(change, titles[change.node]) for change in deficits.changes)


def _change(change: NodeChange, title: str) -> ChangeEntry:
    return ChangeEntry(
        node=change.node,
        title=title,
        points=tuple(_point(point) for point in change.points),
        change=change.change,
        interval_90=change.interval_90,
        probability_grown=change.probability_grown,
        probability_before=change.probability_before,
        probability_after=change.probability_after,
        probability_removed=change.probability_removed,
        status=change.status.value,
    )


def _point(point: MeasuredPoint) -> PointEntry:
    return PointEntry(
        date=point.date,
        procedure_id=point.procedure_id,
        estimate=point.mean,
        interval_90=point.interval_90,
        raw_share=point.raw_share,
        n_tasks=point.n_tasks or None,
        official_level=point.official_level.value if point.official_level else None,
    )


def proficiency_entry(demand: Demand) -> ProficiencyEntry | None:
    """Posterior of the node of a demand; ``None`` where it was not measured."""
    known = demand.proficiency
    if known is None or any(math.isnan(q) for q in (*known.interval_90, *known.quartiles)):
        return None
    return ProficiencyEntry(known.mean, known.interval_90, known.quartiles)
