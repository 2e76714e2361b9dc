"""What falls due by itself: agreements that lapse, answers and jobs that are kept long enough.

Besides, memory that is free gets back to the system.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.allocator import give_back
from api.jobs import KEPT
from api.moving import Mover
from api.service import Service
from engine.storage import StoredRoute

log = logging.getLogger(__name__)

EVERY_S = 30.0


def keep_house(service: Service) -> tuple[str, ...]:
    """Do what has fallen due for one tenant.

    Returns
    -------
    tuple of str
        Routes whose agreement has lapsed, those under way too.
    """
    now = service.clock()
    lapsed = []
    with service.store.writing(service.tenant) as kept:
        mover = Mover(kept, service.engine.catalogue, service.package.mentors, now, "system")
        for route_id in kept.holds.expire(now):
            route: StoredRoute | None = kept.routes.lock(route_id)
            if route is not None and mover.expired(route).version != route.version:
                lapsed.append(route_id)
        kept.idempotency.purge(now - dt.timedelta(hours=service.settings.idempotency_hours))
        kept.jobs.purge(now - KEPT)
    return tuple(lapsed)


@contextmanager
def housekeeping(
    service_of: Callable[[str], Service], tenants: Callable[[], tuple[str, ...]]
) -> Iterator[None]:
    """Do it for every tenant from time to time, in a thread; then give memory back."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(EVERY_S):
            try:
                for tenant in tenants():
                    keep_house(service_of(tenant))
            except Exception:
                log.exception("what has fallen due could not be done")
            give_back()

    thread = threading.Thread(target=run, name="housekeeping", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
