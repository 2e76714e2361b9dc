"""How the service hands calls over, and the simplest way: in its own process."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeVar

from api.solving.calls import EngineCall
from api.solving.engine import Engine
from engine.planning.interruption import Interruption, interruptible
from engine.planning.solution import OnProgress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PoolStats:
    """What a pool does at the moment, and what has happened since it began.

    Parameters
    ----------
    workers, alive, busy
        Places for workers, those with a worker that is ready, those at a call.
    waiting, queue_size
        Calls in the line, and how many may be.
    restarts
        Workers that were replaced because they died or overran.
    overloaded
        Calls that were turned away.
    median_s
        Middle time of the last calls in a worker, seconds; ``None`` = there were none.
    """

    workers: int
    alive: int
    busy: int
    waiting: int
    queue_size: int
    restarts: int = 0
    overloaded: int = 0
    median_s: float | None = None


class Solving(Protocol):
    """Where calls to one engine go."""

    def submit(
        self,
        call: EngineCall[T],
        *,
        deadline_ms: int,
        on_progress: OnProgress | None = None,
        job: str | None = None,
    ) -> Future[T]:
        """Take a call; nothing blocks.

        Parameters
        ----------
        deadline_ms
            Wall-clock limit of the call's solves, in milliseconds, waiting included.
        on_progress
            Called from a thread of the pool.
        job
            Name for ``stop``, unique among the calls that go on.

        Raises
        ------
        Overloaded, Stopping
            It was not taken. The future may fail with any ``SolvingError``, and with what the
            call raises.
        """

    def stop(self, job: str) -> bool:
        """Ask for the best route so far; ``False`` = no such call goes on."""

    def ready(self) -> bool:
        """Whether a call would be begun."""

    def stats(self) -> PoolStats:
        """What goes on."""


class InlinePool:
    """Calls in threads of this process: tests, notebooks, and one small machine.

    A thread cannot be killed, so nothing here survives a crash of the solver and no overrun is
    ended; ``SolverPool`` does both.

    Parameters
    ----------
    engine
        Thread-safe.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._busy = 0
        self._jobs: dict[str, Interruption] = {}
        self._lock = threading.Lock()

    def submit(
        self,
        call: EngineCall[T],
        *,
        deadline_ms: int,
        on_progress: OnProgress | None = None,
        job: str | None = None,
    ) -> Future[T]:
        """Take a call; each solve of it keeps its own deadline."""
        interruption = Interruption()
        with self._lock:
            self._busy += 1
            if job is not None:
                self._jobs[job] = interruption

        def run() -> T:
            try:
                with interruptible(interruption):
                    return call.run(self._engine, on_progress)
            finally:
                with self._lock:
                    self._busy -= 1
                    if job is not None:
                        self._jobs.pop(job, None)

        return _threads().submit(run)

    def stop(self, job: str) -> bool:
        """Ask for the best route so far."""
        with self._lock:
            interruption = self._jobs.get(job)
        if interruption is None:
            return False
        interruption.stop()
        return True

    def ready(self) -> bool:
        """Always."""
        return True

    def stats(self) -> PoolStats:
        """Threads instead of workers; the line has no end."""
        threads = os.cpu_count() or 1
        busy = min(self._busy, threads)
        return PoolStats(threads, threads, busy, self._busy - busy, queue_size=0)


@cache
def _threads() -> ThreadPoolExecutor:
    """Shared by all of the process: their number is what bounds the solves at a time."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="inline-solve")
