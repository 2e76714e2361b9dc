"""What the calls about asynchronous solves do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.concurrency import run_in_threadpool
from sse_starlette import ServerSentEvent

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from api.access.scope import check_educator_id, check_route
from api.audit import audited
from api.errors import RouteNotFound
from api.jobs import Jobs
from api.refusals import Refused
from api.service import Service
from api.translate import Translated
from engine.storage import Job, JobEvent, JobState

JSON = "application/json"
POLL_S = 0.2
"""How often the database is asked for news: any process may follow any other's solve."""

_OVER = frozenset({"done", "failed"})


def wants_async(prefer: str | None) -> bool:
    """Whether ``Prefer`` asks for an answer before the work is done (RFC 7240)."""
    wishes = (w.split(";")[0].strip().lower() for w in (prefer or "")[:1_000].split(","))
    return "respond-async" in wishes


def begin_solve(
    jobs: Jobs, service: Service, asked: Translated, principal: Principal, language: str
) -> Response:
    """Begin a solve and answer at once with where its route will be."""
    job = jobs.begin(asked, principal, language)
    with service.store.writing(principal.tenant) as kept:
        told = {"educator": job.educator_id}
        audited(kept, principal, "build_route", "job", job.id, None, told, job.created_at)
    headers = {
        "Location": f"/routes/{job.id}",
        "Preference-Applied": "respond-async",
        "Retry-After": "1",
    }
    return _shown(job, 202, headers)


def read_solve(service: Service, principal: Principal, route_id: str) -> Response:
    """A route that is still being built, or why it was not.

    Raises
    ------
    RouteNotFound
        Nobody has asked for it.
    Refused
        It was not built.
    """
    job = _job(service, principal, route_id)
    if job is None or job.state is JobState.DONE:
        # what is done stands among the routes, unless its person was erased
        raise RouteNotFound(route_id)
    if job.state is JobState.FAILED:
        cause = json.loads(job.error or "{}").get("code", "internal_error")
        raise Refused("solve_failed", {"id": route_id}, members={"cause": cause})
    return _shown(job, 202, {"Retry-After": "1"})


def stop_solve(service: Service, principal: Principal, jobs: Jobs, route_id: str) -> Response:
    """Ask a solve for the best route so far.

    Raises
    ------
    Refused
        ``solve_not_found``: it is over, or nobody has asked for it.
    """
    job = _job(service, principal, route_id)
    if job is None or not jobs.stop(principal.tenant, route_id):
        raise Refused("solve_not_found", {"id": route_id[:80]})
    with service.store.writing(principal.tenant) as kept:
        at = service.clock()
        audited(kept, principal, "stop_solve", "job", route_id, job.state, "stopping", at)
        stopped = kept.jobs.get(route_id) or job
    return _shown(stopped, 202, {"Location": f"/routes/{route_id}"})


def followed(service: Service, principal: Principal, route_id: str, last: str | None) -> int:
    """Number of the last event that the caller has; the route must be his to follow.

    Raises
    ------
    RouteNotFound
        There is neither such a route nor such a solve.
    """
    if _job(service, principal, route_id) is None:
        route = service.route(principal.tenant, route_id)
        if route is None:
            raise RouteNotFound(route_id)
        check_route(principal, route)
    return int(last) if last is not None and last.isascii() and last.isdigit() else 0


async def events_of(
    service: Service, tenant: str, route_id: str, last: int
) -> AsyncIterator[ServerSentEvent]:
    """Events of a solve after a number, until the last one; of a kept route its end alone."""
    while True:
        events, open_ = await run_in_threadpool(_news, service, tenant, route_id, last)
        for event in events:
            last = event.seq
            yield _sent(event)
            if event.kind in _OVER:
                return
        if not open_ and not events:
            return
        await asyncio.sleep(POLL_S)


def _news(
    service: Service, tenant: str, route_id: str, last: int
) -> tuple[tuple[JobEvent, ...], bool]:
    """New events, and whether there may be more."""
    with service.store.reading(tenant) as kept:
        job = kept.jobs.get(route_id)
        events = kept.jobs.events(route_id, last)
        if job is not None:
            return events, job.state in (JobState.QUEUED, JobState.RUNNING)
        route = kept.routes.get(route_id)
    if route is None or last:
        return (), False
    data = {"status": route.status, "version": route.version}
    return (JobEvent(route.created_at, "done", data, seq=1),), False


def _sent(event: JobEvent) -> ServerSentEvent:
    data = {"at": event.at.isoformat(), **event.data}
    text = json.dumps(data, ensure_ascii=False)
    return ServerSentEvent(text, event=event.kind, id=str(event.seq))


def _job(service: Service, principal: Principal, job_id: str) -> Job | None:
    """Job of the caller's; a mentor and a manager see routes, not what may become one."""
    with service.store.reading(principal.tenant) as kept:
        job = kept.jobs.get(job_id)
    if job is not None:
        if principal.data_scope in (DataScope.MENTEES, DataScope.ORGANISATION):
            raise Forbidden(principal)
        check_educator_id(principal, job.educator_id or "")
    return job


def _shown(job: Job, status: int, headers: dict[str, str]) -> Response:
    told = {
        "id": job.id,
        "state": job.state.value,
        "created_at": job.created_at.isoformat(),
        "value": job.value,
        "gap_rel": job.gap_rel,
        "stop_requested": job.stop_requested,
    }
    text = json.dumps(told)
    return Response(text, status_code=status, headers=headers, media_type=JSON)
