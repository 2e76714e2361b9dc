"""How often a credential may call: reads and writes, and apart from them what solves.

Counts live in the memory of the process: behind a balancer with n processes a credential gets up
to n times the rate. The window slides, so that a burst at its edge is not let in twice.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from api.access.errors import TooManyRequests
from api.access.matrix import Kind
from api.access.principal import Principal
from engine.settings import Settings

WINDOW_S = 60
SWEEP_S = 10.0
"""How often counts of windows that have passed are thrown away."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What a credential has left after a call.

    Parameters
    ----------
    name
        ``calls`` or ``solves``.
    most, left
        Calls a minute, and calls left now.
    reset_s
        Whole seconds until something is given back, ≥ 0.
    """

    name: str
    most: int
    left: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """Return header fields ``RateLimit-Policy`` and ``RateLimit`` (draft of IETF httpapi)."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.most};w={WINDOW_S}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.reset_s}',
        }


class _Sweeper(threading.Timer):
    """Timer that goes on: the library's own starts a thread for calls that are 10 ms apart, and
    waits for its start, which costs a call more than all the counting.
    """

    def run(self) -> None:
        while not self.finished.wait(self.interval):
            self.function(*self.args, **self.kwargs)


def _storage() -> MemoryStorage:
    storage = MemoryStorage()
    storage.timer.cancel()
    sweeper = _Sweeper(SWEEP_S, storage.timer.function)
    sweeper.daemon = True
    sweeper.start()
    storage.timer = sweeper
    return storage


class Rates:
    """Counts calls per credential.

    Parameters
    ----------
    settings
        ``rate_limit_per_minute``, ``rate_limit_solves_per_minute``; 0 = no limit.
    now_s
        Seconds since the epoch.
    """

    def __init__(self, settings: Settings, now_s: Callable[[], float] = time.time) -> None:
        calls, solves = settings.rate_limit_per_minute, settings.rate_limit_solves_per_minute
        self._items = {
            "calls": RateLimitItemPerMinute(calls) if calls else None,
            "solves": RateLimitItemPerMinute(solves) if solves else None,
        }
        self._limiter = SlidingWindowCounterRateLimiter(_storage())
        self._now_s = now_s

    def take(self, principal: Principal, kind: Kind) -> Quota | None:
        """Count one call; ``None`` = there is no limit for it.

        Raises
        ------
        TooManyRequests
            Nothing is left; the call is not counted.
        """
        name = "solves" if kind is Kind.SOLVE else "calls"
        item = self._items[name]
        if item is None:
            return None
        who = (name, principal.tenant, principal.credential_id)
        admitted = self._limiter.hit(item, *who)
        stats = self._limiter.get_window_stats(item, *who)
        reset_s = max(0, math.ceil(stats.reset_time - self._now_s()))
        if not admitted:
            raise TooManyRequests(max(1, reset_s))
        return Quota(name, item.amount, stats.remaining, reset_s)
