"""Asynchronous solves: kept in the database, done by whichever process holds the lease.

A job is the route that is being built, under the route's id. Whoever begins it renews a lease; a
process that dies lets it lapse, and any process takes the job up again from the kept request. Of
an answer and a job that is over both are kept, or neither.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import math
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.access.principal import Principal, Role
from api.pointers import Pointers
from api.route_calls import RouteCalls
from api.service import Service
from api.solving.calls import BuildCall, Built
from api.solving.errors import SolvingError
from api.translate import Translated
from engine.errors import EngineError
from engine.planning.solution import Progress
from engine.recommender import request_from_json, request_to_json
from engine.storage import DatabaseUnavailable, Job, JobEvent, JobState

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=20)
RENEW_S = 2.0
"""How often leases are renewed, wishes to stop are heard and lapsed jobs are taken up."""
TOLD_S = 0.2
"""Least time between two events of one job."""
KEPT = dt.timedelta(days=7)

ServiceOf = Callable[[str], Service]


@dataclass
class _Running:
    """A job that this process works on."""

    tenant: str
    last_told: float = -math.inf
    lock: threading.Lock = field(default_factory=threading.Lock)


class Jobs:
    """Asynchronous solves of one process; thread-safe.

    Parameters
    ----------
    service_of
        Gives the service of a tenant.
    """

    def __init__(self, service_of: ServiceOf) -> None:
        self._service_of = service_of
        self._owner = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._running: dict[str, _Running] = {}
        self._tenants: set[str] = set()
        self._ended = threading.Event()

    # ------------------------------------------------------------------ begin and stop

    def begin(self, asked: Translated, principal: Principal, language: str) -> Job:
        """Keep a job and begin it.

        Raises
        ------
        SolvingError
            The queue is full; nothing is left of the job.
        """
        service = self._service_of(principal.tenant)
        at = service.clock()
        job = Job(
            id=service.new_id(),
            created_at=at,
            request=_request_text(asked, principal, language),
            educator_id=asked.request.educator.id,
            owner=self._owner,
            lease_until=at + LEASE,
            state=JobState.RUNNING,
        )
        with service.store.writing(principal.tenant) as kept:
            kept.jobs.add(job)
            kept.jobs.append(job.id, JobEvent(at, "started"))
            if asked.display_name is not None:
                kept.labels.put(asked.request.educator.id, asked.display_name)
        try:
            self._submit(service, job)
        except SolvingError as error:
            self._fail(service, job.id, error.code)
            raise
        return job

    def stop(self, tenant: str, job_id: str) -> bool:
        """Ask for the best route so far, whoever works on it; ``False`` = it is over."""
        service = self._service_of(tenant)
        with service.store.writing(tenant) as kept:
            if not kept.jobs.stop(job_id, service.clock()):
                return False
        service.solving.stop(job_id)
        return True

    def take_up(self, tenant: str) -> None:
        """Take up jobs of a tenant that nobody living works on."""
        service = self._service_of(tenant)
        now = service.clock()
        with service.store.reading(tenant) as kept:
            lapsed = kept.jobs.lapsed(now)
        for job_id in lapsed:
            with service.store.writing(tenant) as kept:
                job = kept.jobs.claim(job_id, self._owner, now + LEASE, now)
                if job is not None:
                    kept.jobs.append(job_id, JobEvent(now, "taken_up"))
            if job is not None:
                self._again(service, job)

    def _again(self, service: Service, job: Job) -> None:
        try:
            self._submit(service, job)
        except SolvingError:
            # the queue is full: the lease lapses, and somebody tries again
            self._running.pop(job.id, None)
        except EngineError as error:
            self._fail(service, job.id, error.code)

    # ------------------------------------------------------------------ work

    def _submit(self, service: Service, job: Job) -> None:
        asked, principal, language = _asked_of(job)
        calls = RouteCalls(service, principal, language)
        request = asked.request
        self._running[job.id] = _Running(service.tenant)
        self._tenants.add(service.tenant)

        def told(progress: Progress) -> None:
            self._tell(service, job.id, progress)

        def ended(future: Future[Built]) -> None:
            self._finish(service, job.id, future, asked, calls)

        try:
            future = service.solving.submit(
                BuildCall(request, job.id),
                deadline_ms=service.deadline_ms(request),
                on_progress=told,
                job=job.id,
            )
        except SolvingError:
            self._running.pop(job.id, None)
            raise
        future.add_done_callback(ended)
        if job.stop_requested:
            service.solving.stop(job.id)

    def _tell(self, service: Service, job_id: str, progress: Progress) -> None:
        running = self._running.get(job_id)
        if running is None:
            return
        at = service.clock()
        with running.lock:
            if time.monotonic() - running.last_told < TOLD_S:
                return
            running.last_told = time.monotonic()
        value, gap = _figures(progress)
        event = JobEvent(at, "progress", {"value": value, "gap_rel": gap})
        try:
            with service.store.writing(service.tenant) as kept:
                if kept.jobs.update(job_id, at, owner=self._owner, value=value, gap_rel=gap):
                    kept.jobs.append(job_id, event)
        except DatabaseUnavailable:
            log.warning("progress of a job could not be kept")

    def _finish(
        self,
        service: Service,
        job_id: str,
        future: Future[Built],
        asked: Translated,
        calls: RouteCalls,
    ) -> None:
        self._running.pop(job_id, None)
        try:
            error = future.exception()
            if error is None:
                self._keep(service, job_id, future.result(), asked, calls)
            else:
                code = getattr(error, "code", "internal_error")
                log.error("a job failed: %s", code, exc_info=error)
                self._fail(service, job_id, str(code))
        except Exception:
            # the lease lapses and the job is taken up again
            log.exception("the end of a job could not be kept")

    def _keep(
        self, service: Service, job_id: str, built: Built, asked: Translated, calls: RouteCalls
    ) -> None:
        at = service.clock()
        route = calls.built_route(built, job_id, asked)
        with service.store.writing(service.tenant) as kept:
            mine = kept.jobs.update(
                job_id, at, owner=self._owner, state=JobState.DONE, route_id=job_id
            )
            if not mine:
                return  # somebody else has taken it up meanwhile
            calls.added(kept, route, None)
            gap = None if built.gap_ppm is None else built.gap_ppm / 1e6
            data = {"status": built.status, "gap_rel": gap, "version": route.version}
            kept.jobs.append(job_id, JobEvent(at, "done", data))

    def _fail(self, service: Service, job_id: str, code: str) -> None:
        at = service.clock()
        with service.store.writing(service.tenant) as kept:
            error = json.dumps({"code": code})
            if kept.jobs.update(job_id, at, owner=self._owner, state=JobState.FAILED, error=error):
                kept.jobs.append(job_id, JobEvent(at, "failed", {"code": code}))

    # ------------------------------------------------------------------ watch

    @contextmanager
    def watching(self, tenants: Callable[[], tuple[str, ...]]) -> Iterator[None]:
        """Renew leases, hear wishes to stop, take up what nobody works on; in a thread."""

        def run() -> None:
            while not self._ended.wait(RENEW_S):
                for tenant in tenants():
                    try:
                        self.look(tenant)
                    except Exception:
                        log.exception("jobs could not be looked after")

        thread = threading.Thread(target=run, name="jobs-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def look(self, tenant: str) -> None:
        """Look once after the jobs of a tenant."""
        service = self._service_of(tenant)
        mine = [i for i, running in list(self._running.items()) if running.tenant == tenant]
        now = service.clock()
        if mine:
            with service.store.writing(tenant) as kept:
                jobs = [kept.jobs.renew(i, self._owner, now + LEASE, now) for i in mine]
            for job in jobs:
                if job is not None and job.stop_requested:
                    service.solving.stop(job.id)
        self.take_up(tenant)


def _request_text(asked: Translated, principal: Principal, language: str) -> str:
    who = {
        "role": principal.role.value,
        "subject": principal.subject,
        "organisation": principal.organisation,
        "credential_id": principal.credential_id,
        "tenant": principal.tenant,
    }
    told = {
        "request": request_to_json(asked.request),
        "policy": asked.policy,
        "principal": who,
        "language": language,
    }
    return json.dumps(told, ensure_ascii=False)


def _asked_of(job: Job) -> tuple[Translated, Principal, str]:
    told = json.loads(job.request)
    who = dict(told["principal"])
    principal = Principal(
        tenant=who["tenant"],
        role=Role(who["role"]),
        subject=who["subject"],
        organisation=who["organisation"],
        credential_id=who["credential_id"],
    )
    request = request_from_json(told["request"])
    return Translated(request, told["policy"], None, Pointers()), principal, told["language"]


def _figures(progress: Progress) -> tuple[float | None, float | None]:
    """Points and relative gap of the best route so far."""
    value = None if progress.value_mpt is None else progress.value_mpt / 1000
    return value, None if progress.gap_ppm is None else progress.gap_ppm / 1e6
