"""Repeated requests: whoever sends the same write twice gets the same answer twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from engine.storage.bound import Bound, Where
from engine.storage.service_values import Idempotent
from engine.storage.tables import IDEMPOTENCY

LEASE = dt.timedelta(seconds=10)
"""Whoever has not been heard of for so long is taken for dead, and the key is free again."""


class IdempotencyRepository:
    """Writes under keys of their callers.

    A key belongs to one endpoint; whoever must not see another caller's answers puts the caller
    into ``endpoint``. ``begin`` is to be committed before the work, ``finish`` with the work, and
    between them ``renew`` tells that the owner lives. An owner that was given up too early
    cannot end what another one does by now: its work is to be undone.
    """

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def begin(
        self,
        key: str,
        endpoint: str,
        digest: str,
        now: dt.datetime,
        *,
        owner: str = "",
        lease: dt.timedelta = LEASE,
    ) -> Idempotent:
        """Find out what is known under a key, and make it the caller's if nothing is.

        Parameters
        ----------
        digest
            Of the request's body.
        owner
            Name of this attempt, another one each time.
        lease
            After how long a request of which nothing was heard counts for nothing.
        """
        row = {
            "key": key,
            "endpoint": endpoint,
            "digest": digest,
            "started_at": now,
            "owner": owner,
        }
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

    def renew(self, key: str, endpoint: str, now: dt.datetime, *, owner: str = "") -> bool:
        """Tell that the owner still works; ``False`` = it is no longer the owner's."""
        where = _running(key, endpoint, owner)
        return self._bound.update(IDEMPOTENCY, {"started_at": now}, *where) == 1

    def finish(
        self,
        key: str,
        endpoint: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        *,
        owner: str = "",
    ) -> bool:
        """Keep the answer of a request that was begun.

        Returns
        -------
        bool
            ``False`` = it is no longer the owner's; the transaction of the work has to end.
        """
        kept = json.dumps(dict(headers), ensure_ascii=False)
        values = {"status": status, "headers": kept, "body": body}
        return self._bound.update(IDEMPOTENCY, values, *_running(key, endpoint, owner)) == 1

    def abandon(self, key: str, endpoint: str, *, owner: str = "") -> None:
        """Let the key of a request that led to nothing be new again."""
        self._bound.delete(IDEMPOTENCY, *_running(key, endpoint, owner))

    def purge(self, before: dt.datetime) -> int:
        """Forget what was begun before an instant; returns how many."""
        return self._bound.delete(IDEMPOTENCY, IDEMPOTENCY.c.started_at < before)


def _running(key: str, endpoint: str, owner: str) -> tuple[Where, ...]:
    mine = (IDEMPOTENCY.c.owner == owner, IDEMPOTENCY.c.status.is_(None))
    return (*_mine(key, endpoint), *mine)


def _mine(key: str, endpoint: str) -> tuple[Where, Where]:
    return IDEMPOTENCY.c.key == key, IDEMPOTENCY.c.endpoint == endpoint
