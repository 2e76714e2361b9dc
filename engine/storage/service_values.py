"""Values of what the service itself keeps: audit, repeated requests, solves, tenants, keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One write: who, what, when.

    Parameters
    ----------
    request_id
        Of the HTTP request; ``None`` = it was none.
    before_digest, after_digest
        Of the object; ``None`` = there was none before, there is none after.
    seq
        Running number of the tenant's audit; 0 = not stored yet.
    """

    at: dt.datetime
    actor: str
    role: str
    action: str
    object_kind: str
    object_id: str
    request_id: str | None = None
    before_digest: str | None = None
    after_digest: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Idempotent:
    """What is known of a request under its idempotency key.

    Parameters
    ----------
    state
        ``new``: the caller's now, to be finished or abandoned; ``running``: somebody works on it;
        ``done``: the answer stands here; ``mismatch``: the key belongs to another body.
    status, headers, body
        Of the answer, when it is done.
    """

    state: Literal["new", "running", "done", "mismatch"]
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class JobState(StrEnum):
    """State of an asynchronous solve."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """An asynchronous solve.

    Parameters
    ----------
    request
        JSON text, whatever the caller needs to do the work.
    owner
        Process that works on it; ``None`` = nobody yet.
    lease_until
        Until when the owner is believed alive; after that anybody may claim the job.
    stop_requested
        The best route so far is wanted now.
    value, gap_rel
        Of the best route so far; ``None`` = none, or not known.
    answer
        JSON text of the final answer; ``None`` before.
    error
        JSON text of the problem that ended it; ``None`` = none did.
    """

    id: str
    created_at: dt.datetime
    request: str
    state: JobState = JobState.QUEUED
    educator_id: str | None = None
    route_id: str | None = None
    owner: str | None = None
    lease_until: dt.datetime | None = None
    stop_requested: bool = False
    value: float | None = None
    gap_rel: float | None = None
    answer: str | None = None
    error: str | None = None
    updated_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Progress of a solve; ``seq`` counts from 1, 0 = not stored yet."""

    at: dt.datetime
    kind: str
    data: Mapping[str, object] = field(default_factory=dict)
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Tenant:
    """A region that the service works for."""

    id: str
    title: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A machine's key, without the key.

    Parameters
    ----------
    id
        Public part, safe in logs.
    key_hash
        Hash of the secret; nothing else of it is kept.
    subject, organisation
        Whom and which organisation it speaks for; ``None`` = nobody in particular.
    expires_at, revoked_at, last_used_at
        Instants; ``None`` = never.
    """

    id: str
    key_hash: str
    tenant: str
    role: str
    created_at: dt.datetime
    subject: str | None = None
    organisation: str | None = None
    scopes: tuple[str, ...] = ()
    comment: str = ""
    expires_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None
    last_used_at: dt.datetime | None = None
