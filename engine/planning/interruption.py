"""Ending a solve from outside: a stop that was asked for, and a budget that others used up.

A call to the engine may solve many times (a route, its variants, a conflict, prices), so what
ends it belongs to the call and not to one solve: it surrounds the call, and every place that
looks at the clock looks here too. Without it nothing changes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Interruption:
    """What may end every solve of one call early; ``stop`` may come from any thread.

    Parameters
    ----------
    budget_ms
        Wall-clock limit of all solves together, from the start of the first one on, in
        milliseconds; ``None`` = each solve has its own deadline alone.
    """

    def __init__(self, budget_ms: int | None = None) -> None:
        self.budget_ms = budget_ms
        self._end: float | None = None
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._cancel: Callable[[], None] | None = None

    @property
    def stopped(self) -> bool:
        """Whether the best route so far is wanted now."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask for the best route so far; a run of the solver that goes on is ended too."""
        with self._lock:
            self._stopped.set()
            if self._cancel is not None:
                self._cancel()

    def end(self, deadline_ms: int) -> float:
        """``time.monotonic()`` at which a solve with that deadline, begun now, must end."""
        now = time.monotonic()
        own = now + deadline_ms / 1000
        if self.budget_ms is None:
            return own
        if self._end is None:
            self._end = now + self.budget_ms / 1000
        return min(own, self._end)

    @contextmanager
    def breaking(self, cancel: Callable[[], None]) -> Iterator[None]:
        """Let ``stop`` call ``cancel`` inside; it is called at once if that came before."""
        with self._lock:
            self._cancel = cancel
            if self.stopped:
                cancel()
        try:
            yield
        finally:
            with self._lock:
                self._cancel = None


_current: ContextVar[Interruption | None] = ContextVar("interruption", default=None)


@contextmanager
def interruptible(interruption: Interruption) -> Iterator[None]:
    """Let every solve inside, in this thread, end when ``interruption`` says so."""
    token = _current.set(interruption)
    try:
        yield
    finally:
        _current.reset(token)


def stop_asked() -> bool:
    """Whether the call that goes on in this thread is to end with what it has."""
    interruption = _current.get()
    return interruption is not None and interruption.stopped


def end_of(deadline_ms: int) -> float:
    """``time.monotonic()`` at which a solve with that deadline, begun now, must end."""
    interruption = _current.get()
    if interruption is None:
        return time.monotonic() + deadline_ms / 1000
    return interruption.end(deadline_ms)


@contextmanager
def breakable(cancel: Callable[[], None]) -> Iterator[None]:
    """Let a stop call ``cancel``, which must be safe from any thread, while this goes on."""
    interruption = _current.get()
    if interruption is None:
        yield
        return
    with interruption.breaking(cancel):
        yield
