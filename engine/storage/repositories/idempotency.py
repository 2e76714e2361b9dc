"""Repeated requests: whoever sends the same write twice gets the same answer twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from engine.storage.bound import Bound, Where
from engine.storage.service_values import Idempotent
from engine.storage.tables import IDEMPOTENCY

LEASE = dt.timedelta(minutes=10)
"""A request that has run for longer than any may is taken for dead, and its key is free again."""


class IdempotencyRepository:
    """Writes under keys of their callers.

    A key belongs to one endpoint; whoever must not see another caller's answers puts the caller
    into ``endpoint``. ``begin`` is to be committed before the work, ``finish`` with the work.
    """

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def begin(
        self, key: str, endpoint: str, digest: str, now: dt.datetime, lease: dt.timedelta = LEASE
    ) -> Idempotent:
        """Find out what is known under a key, and make it the caller's if nothing is.

        Parameters
        ----------
        digest
            Of the request's body.
        lease
            After how long a request that never ended counts for nothing.
        """
        row = {"key": key, "endpoint": endpoint, "digest": digest, "started_at": now}
        mine = _mine(key, endpoint)
        dead = (IDEMPOTENCY.c.status.is_(None), IDEMPOTENCY.c.started_at <= now - lease)
        self._bound.delete(IDEMPOTENCY, *mine, *dead)
        if self._bound.insert_new(IDEMPOTENCY, [row]):
            return Idempotent("new")
        found = self._bound.row(IDEMPOTENCY, *mine)
        if found is None or found.digest != digest:
            return Idempotent("mismatch")
        if found.status is None:
            return Idempotent("running")
        return Idempotent("done", found.status, json.loads(found.headers), found.body)

    def finish(
        self, key: str, endpoint: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Keep the answer of a request that was begun."""
        kept = json.dumps(dict(headers), ensure_ascii=False)
        values = {"status": status, "headers": kept, "body": body}
        self._bound.update(IDEMPOTENCY, values, *_mine(key, endpoint))

    def abandon(self, key: str, endpoint: str) -> None:
        """Let the key of a request that led to nothing be new again."""
        where = (*_mine(key, endpoint), IDEMPOTENCY.c.status.is_(None))
        self._bound.delete(IDEMPOTENCY, *where)

    def purge(self, before: dt.datetime) -> int:
        """Forget what was begun before an instant; returns how many."""
        return self._bound.delete(IDEMPOTENCY, IDEMPOTENCY.c.started_at < before)


def _mine(key: str, endpoint: str) -> tuple[Where, Where]:
    return IDEMPOTENCY.c.key == key, IDEMPOTENCY.c.endpoint == endpoint
