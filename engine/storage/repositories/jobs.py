"""Asynchronous solves: any process can tell how far one is, and take it up if its owner died."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import sqlalchemy as sa

from engine.recommendation import to_dict
from engine.storage.bound import Bound, Row
from engine.storage.service_values import Job, JobEvent, JobState
from engine.storage.tables import JOB_EVENTS, JOBS

OPEN = (JobState.QUEUED.value, JobState.RUNNING.value)
_JOB = [f.name for f in dataclasses.fields(Job)]


class JobRepository:
    """Asynchronous solves and their progress."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def add(self, job: Job) -> None:
        """Store a job; its id must be new."""
        values = {f.name: getattr(job, f.name) for f in dataclasses.fields(job)}
        updated = job.updated_at or job.created_at
        self._bound.insert(JOBS, [{**values, "state": job.state.value, "updated_at": updated}])

    def get(self, job_id: str) -> Job | None:
        """Job by id, ``None`` if there is none."""
        row = self._bound.row(JOBS, JOBS.c.id == job_id)
        return None if row is None else _job(row)

    def claim(
        self, job_id: str, owner: str, lease_until: dt.datetime, now: dt.datetime
    ) -> Job | None:
        """Take up an open job that nobody living works on; of two who try one gets it.

        Returns
        -------
        Job or None
            ``None`` = it is over, or its owner lives.
        """
        free = sa.or_(JOBS.c.lease_until.is_(None), JOBS.c.lease_until <= now)
        values = {"owner": owner, "lease_until": lease_until, "updated_at": now}
        changed = self._bound.update(
            JOBS,
            {**values, "state": JobState.RUNNING.value},
            JOBS.c.id == job_id,
            JOBS.c.state.in_(OPEN),
            free,
        )
        return self.get(job_id) if changed else None

    def renew(
        self, job_id: str, owner: str, lease_until: dt.datetime, at: dt.datetime
    ) -> Job | None:
        """Prolong one's own lease; ``None`` = it is somebody else's now, or the job is over."""
        values = {"lease_until": lease_until, "updated_at": at}
        mine = (JOBS.c.id == job_id, JOBS.c.owner == owner, JOBS.c.state.in_(OPEN))
        return self.get(job_id) if self._bound.update(JOBS, values, *mine) else None

    def update(
        self,
        job_id: str,
        at: dt.datetime,
        *,
        owner: str | None = None,
        state: JobState | None = None,
        value: float | None = None,
        gap_rel: float | None = None,
        answer: str | None = None,
        error: str | None = None,
        route_id: str | None = None,
    ) -> bool:
        """Change what is given of an open job; ``None`` = leave it.

        Parameters
        ----------
        owner
            Who must still own it; ``None`` = whoever.

        Returns
        -------
        bool
            False = it is over already, or somebody else's.
        """
        given: dict[str, object] = {"value": value, "gap_rel": gap_rel, "answer": answer}
        given |= {"error": error, "route_id": route_id, "state": state and state.value}
        values = {name: v for name, v in given.items() if v is not None}
        where = [JOBS.c.id == job_id, JOBS.c.state.in_(OPEN)]
        if owner is not None:
            where.append(JOBS.c.owner == owner)
        return self._bound.update(JOBS, {**values, "updated_at": at}, *where) > 0

    def stop(self, job_id: str, at: dt.datetime) -> bool:
        """Ask for the best route so far; False = the job is over or there is none."""
        values = {"stop_requested": True, "updated_at": at}
        where = (JOBS.c.id == job_id, JOBS.c.state.in_(OPEN))
        return self._bound.update(JOBS, values, *where) > 0

    def lapsed(self, now: dt.datetime) -> tuple[str, ...]:
        """Open jobs that nobody living works on, in the order in which they came."""
        free = sa.or_(JOBS.c.lease_until.is_(None), JOBS.c.lease_until <= now)
        rows = self._bound.rows(
            JOBS,
            JOBS.c.state.in_(OPEN),
            free,
            columns=(JOBS.c.id,),
            order=(JOBS.c.created_at, JOBS.c.id),
        )
        return tuple(row.id for row in rows)

    def append(self, job_id: str, *events: JobEvent) -> tuple[JobEvent, ...]:
        """Add progress of a stored job; returns the events with their numbers."""
        self._bound.rows(JOBS, JOBS.c.id == job_id, columns=(JOBS.c.id,), lock=True)
        mine = JOB_EVENTS.c.job_id == job_id
        first = self._bound.next_number(JOB_EVENTS, JOB_EVENTS.c.seq, mine)
        numbered = tuple(dataclasses.replace(e, seq=first + i) for i, e in enumerate(events))
        self._bound.insert(JOB_EVENTS, [_event_columns(job_id, e) for e in numbered])
        return numbered

    def events(self, job_id: str, after: int = 0, limit: int = 500) -> tuple[JobEvent, ...]:
        """Progress after a number, at most ``limit`` events."""
        rows = self._bound.rows(
            JOB_EVENTS,
            JOB_EVENTS.c.job_id == job_id,
            JOB_EVENTS.c.seq > after,
            order=(JOB_EVENTS.c.seq,),
            limit=limit,
        )
        return tuple(JobEvent(r.at, r.kind, json.loads(r.data), r.seq) for r in rows)

    def purge(self, before: dt.datetime) -> int:
        """Forget jobs that were over before an instant; returns how many."""
        over = JOBS.c.state.not_in(OPEN)
        return self._bound.delete(JOBS, over, JOBS.c.updated_at < before)


def _job(row: Row) -> Job:
    values: dict[str, Any] = {name: row._mapping[name] for name in _JOB}
    return Job(**{**values, "state": JobState(row.state)})


def _event_columns(job_id: str, event: JobEvent) -> dict[str, object]:
    data = json.dumps(to_dict(event.data, None), ensure_ascii=False)
    return {"job_id": job_id, "seq": event.seq, "at": event.at, "kind": event.kind, "data": data}
