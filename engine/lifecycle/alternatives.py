"""The request in which a step of a kept route may be exchanged, everything else as today."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from engine.catalogue import Catalogue
from engine.domain import Occupancy
from engine.errors import Fault, InputError
from engine.lifecycle.earlier import Earlier
from engine.lifecycle.replan import Evidence, revision_request
from engine.lifecycle.states import FIRM_STEPS, RouteProgress
from engine.recommender import Recommender, RouteRequest


def swap_request(
    recommender: Recommender,
    earlier: Earlier,
    progress: RouteProgress,
    as_of: dt.datetime,
    step_id: str,
    *,
    evidence: Evidence | None = None,
    occupancy: Occupancy | None = None,
) -> RouteRequest:
    """The request of a revision that replaces one step.

    What a methodist's replacement lifts is lifted: the step may change however near it is, and
    pins of its activity or of its runs do not hold it.

    Parameters
    ----------
    step_id
        A planned step, or one that was missed or cancelled.
    earlier, progress, as_of, evidence, occupancy
        As of ``revision_request``.

    Raises
    ------
    InputError
        ``unknown_step``, ``step_has_begun``, and what ``revision_request`` refuses.
    """
    step = next((s for s in progress.steps if s.step_id == step_id), None)
    if step is None:
        detail = f"в маршруте нет шага «{step_id}»"
        raise InputError([Fault("unknown_step", detail, parameters={"step": step_id})])
    if step.state in FIRM_STEPS:
        parameters: dict[str, object] = {"step": step_id, "state": step.state.value}
        detail = f"шаг «{step_id}» уже начат ({step.state.value}): его не заменить"
        raise InputError([Fault("step_has_begun", detail, parameters=parameters)])
    request = revision_request(
        recommender, earlier, progress, as_of, evidence=evidence, occupancy=occupancy
    ).request
    assert request.kept is not None
    own = _ids_of(step.activity_id, recommender.catalogue)
    pinned = tuple(i for i in request.constraints.pinned if i not in own)
    runs = tuple(
        replace(run, thawed=run.thawed or run.step.id == step_id) for run in request.kept.runs
    )
    return replace(
        request,
        constraints=replace(request.constraints, pinned=pinned),
        kept=replace(request.kept, runs=runs),
    )


def _ids_of(activity_id: str, catalogue: Catalogue) -> frozenset[str]:
    """The activity and its runs."""
    return frozenset(
        (activity_id, *(o.id for o in catalogue.offerings if o.activity_id == activity_id))
    )
