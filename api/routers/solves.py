"""Routes that are being built: follow, stop."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response
from sse_starlette import EventSourceResponse

from api.access.deps import CurrentPrincipal
from api.deps import Loaded, RunningJobs
from api.job_calls import events_of, followed
from api.job_calls import stop_solve as stop_job
from api.routers.responses import ALWAYS, problems
from api.schemas.jobs import JobAnswer

router = APIRouter(prefix="/routes/{route_id}", tags=["routes"])

RouteId = Annotated[str, Path(max_length=128, description="Код маршрута.")]


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "События (SSE)."},
        **problems(*ALWAYS, "route_not_found", "invalid_input"),
    },
    summary="Как строится",
)
def follow_route(
    route_id: RouteId,
    service: Loaded,
    principal: CurrentPrincipal,
    last_event_id: Annotated[
        str | None,
        Header(max_length=20, description="Номер последнего полученного события; нет — сначала."),
    ] = None,
) -> EventSourceResponse:
    """Отдаёт события: progress (value, gap_rel), в конце done (status, gap_rel) или failed (code).

    После разрыва продолжает с Last-Event-ID; поток кончается последним событием.
    """
    last = followed(service, principal, route_id, last_event_id)
    return EventSourceResponse(events_of(service, principal.tenant, route_id, last), ping=15)


@router.delete(
    "/solve",
    status_code=202,
    response_model=JobAnswer,
    responses=problems(*ALWAYS, "solve_not_found", "database_unavailable", "invalid_input"),
    summary="Закончить расчёт",
)
def stop_solve(
    route_id: RouteId, service: Loaded, principal: CurrentPrincipal, jobs: RunningJobs
) -> Response:
    """Просит закончить с лучшим маршрутом, какой уже есть; его отдаст GET /routes/{route_id}."""
    return stop_job(service, principal, jobs, route_id)
