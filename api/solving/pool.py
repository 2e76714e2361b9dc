"""The pool: as many workers as cores, one line before them, and somebody who watches.

What it promises: a call is answered, by its worker, by the worker of its retry, or by an error
that says when to come again; a worker that dies or hangs costs no other call; nobody waits longer
than is admitted.
"""

from __future__ import annotations

import atexit
import logging
import math
import os
import statistics
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from api.solving.calls import EngineCall
from api.solving.errors import Overloaded, Stopping
from api.solving.line import Line, Ticket
from api.solving.process import WorkerGone, WorkerProcess
from api.solving.recipes import RecipeBook
from api.solving.seat import Seat
from api.solving.solving import PoolStats
from api.solving.spec import EngineKey, EngineSource
from engine.errors import ConfigurationError
from engine.planning.solution import OnProgress

log = logging.getLogger(__name__)
T = TypeVar("T")

GRACE_S = 15.0
BOOT_S = 180.0
"""The first worker after an installation compiles the solver's loops."""
WAIT_MOST_S = 30.0
WATCH_S = 0.1
RETRY_MOST_S = 60
LAST_WORDS_S = 1.0
"""Before the end of ``drain`` running calls are asked for the best route so far."""
_REMEMBERED = 64


class SolverPool:
    """Supervised worker processes; every method is for any thread.

    Parameters
    ----------
    workers
        Processes; 0 = as many as this process may use cores.
    queue_size
        Calls that may wait.
    grace_s
        How long after its budget a call may go on, for what is not solving, before its worker
        is ended; seconds.
    wait_most_s
        Longest wait in the line, seconds.
    """

    def __init__(
        self,
        workers: int,
        queue_size: int,
        *,
        grace_s: float = GRACE_S,
        wait_most_s: float = WAIT_MOST_S,
        boot_s: float = BOOT_S,
    ) -> None:
        self._boot_s, self._wait_most_s = boot_s, wait_most_s
        self._line = Line(queue_size)
        self._lock = threading.Lock()
        self._installing = threading.Lock()
        self._recipes = RecipeBook()
        self._recent: deque[float] = deque(maxlen=_REMEMBERED)
        self._open: set[Ticket] = set()
        self._overloaded = 0
        self._started = False
        self._taking = True
        self._closed = threading.Event()
        self._seats = tuple(
            Seat(
                self._line,
                self._recipes,
                grace_s=grace_s,
                boot_s=boot_s,
                finished=self._recent.append,
            )
            for _ in range(workers or cores())
        )
        self._watch = threading.Thread(target=self._watching, name="solver-watch", daemon=True)

    # ------------------------------------------------------------------ begin, swap, end

    def start(self, source: EngineSource) -> None:
        """Start the workers with an engine and wait for the first that is ready.

        Raises
        ------
        Exception
            What building the engine raised in every worker; the pool is closed then.
        """
        self._started = True
        self._recipes.keep(source)
        # Before the hook of multiprocessing, which would wait for workers that nobody has told.
        atexit.register(self.close)
        self._watch.start()
        for seat in self._seats:
            seat.start()
        while not self.ready():
            if all(seat.booted.is_set() and seat.refused for seat in self._seats):
                # before the close, which ends the next attempts in another way
                refused = self._refused()
                self.close()
                raise refused
            time.sleep(0.01)

    def ensure(self, source: EngineSource) -> None:
        """Have an engine in the workers: start with it, or install it unless it is there."""
        if not self._started:
            self.start(source)
        elif source.key not in self._recipes:
            self.install(source)

    def _refused(self) -> Exception:
        """Why no worker began."""
        for seat in self._seats:
            if seat.refused is not None and not isinstance(seat.refused, WorkerGone):
                return seat.refused
        return ConfigurationError("процессы расчёта не запускаются; подробности — в журнале")

    def install(self, source: EngineSource) -> None:
        """Bring an engine into every worker, without a pause and without losing a call.

        A fresh worker builds it beside the old ones, which go on, and then takes a seat between
        two calls; so do the others, one after the other. A worker that built it between its
        own calls would stand still meanwhile (with one worker all of the service would), and
        what a broken model or catalogue can do to a process would be done to one that serves;
        and the memory of old engines goes back to the system with the old processes. It costs
        the start of a process a seat, which a fork server makes short.

        Fresh workers have the older engine of the family too: calls that began with it end
        with it.

        Raises
        ------
        Exception
            What building it raised; then nothing has changed.
        """
        with self._installing:
            fresh = self._booted(source)
            self._recipes.keep(source)
            self._seats[0].hand_over(fresh)
            for seat in self._seats[1:]:
                try:
                    seat.hand_over(self._booted(source))
                except Exception:
                    # it could be built a moment ago: this seat will build it at its first call
                    log.exception("a fresh worker could not be started")

    def _booted(self, newest: EngineSource) -> WorkerProcess:
        """A fresh worker with all engines."""
        worker = WorkerProcess()
        overrun = threading.Timer(self._boot_s, worker.kill)
        overrun.daemon = True
        overrun.start()
        try:
            worker.boot((*self._recipes.sources(), newest))
        except BaseException:
            worker.kill()
            worker.close()
            raise
        finally:
            overrun.cancel()
        return worker

    def drain(self, timeout_s: float) -> None:
        """Take nothing new, let everything end, and close.

        Parameters
        ----------
        timeout_s
            Shortly before it, running calls are asked for the best route so far and those that
            still wait are turned away.
        """
        until = time.monotonic() + timeout_s
        self.refuse_new()
        while self._occupied() and time.monotonic() < until - min(LAST_WORDS_S, timeout_s / 2):
            time.sleep(0.01)
        for ticket in self._line.remove():
            ticket.fail(Stopping())
        for seat in self._seats:
            seat.stop_job(None)
        while self._occupied() and time.monotonic() < until:
            time.sleep(0.01)
        self.close()

    def refuse_new(self) -> None:
        """Turn away every call from now on."""
        self._taking = False

    def close(self) -> None:
        """End everything now; calls that go on fail."""
        self.refuse_new()
        atexit.unregister(self.close)
        for ticket in self._line.remove():
            ticket.fail(Stopping())
        for seat in self._seats:
            seat.end()
        for seat in self._seats:
            seat.join(LAST_WORDS_S if seat.ready and not seat.busy else 0.0)
        for ticket in self._line.remove():
            ticket.fail(Stopping())
        self._closed.set()

    # ------------------------------------------------------------------ calls

    def submit(
        self,
        call: EngineCall[T],
        *,
        key: EngineKey,
        deadline_ms: int,
        on_progress: OnProgress | None = None,
        job: str | None = None,
    ) -> Future[T]:
        """Take a call for the engine ``key``; see ``Solving.submit``."""
        if not self._taking:
            raise Stopping(self._retry_after())
        ticket = Ticket(call, key, deadline_ms, time.monotonic(), on_progress=on_progress, job=job)
        if not self._line.put(ticket):
            self._overloaded += 1
            raise Overloaded(self._retry_after())
        with self._lock:
            self._open.add(ticket)
        ticket.future.add_done_callback(lambda _: self._answered(ticket))
        return ticket.future

    def stop(self, job: str) -> bool:
        """Ask the call of that name for the best route so far; ``False`` = there is none."""
        waiting = self._line.find(job)
        if waiting is not None:
            waiting.stopped = True
        found = [seat.stop_job(job) for seat in self._seats]
        return waiting is not None or any(found)

    def ready(self) -> bool:
        """Whether a worker is there and calls are taken."""
        return self._taking and any(seat.ready for seat in self._seats)

    def stats(self) -> PoolStats:
        """What goes on."""
        return PoolStats(
            workers=len(self._seats),
            alive=sum(seat.ready for seat in self._seats),
            busy=sum(seat.busy for seat in self._seats),
            waiting=len(self._line),
            queue_size=self._line.size,
            restarts=sum(seat.restarts for seat in self._seats),
            overloaded=self._overloaded,
            median_s=self._median(),
        )

    def pids(self) -> list[int]:
        """Process ids of the workers that are asked now."""
        return [pid for seat in self._seats if (pid := seat.pid) is not None]

    def bound(self, key: EngineKey) -> BoundPool:
        """The pool for calls to one engine."""
        return BoundPool(self, key)

    # ------------------------------------------------------------------ watch

    def _watching(self) -> None:
        while not self._closed.wait(WATCH_S):
            now = time.monotonic()
            for seat in self._seats:
                seat.end_overrun(now)
            for ticket in self._line.remove(before=now - self._wait_most_s):
                self._overloaded += 1
                ticket.fail(Overloaded(self._retry_after()))

    def _occupied(self) -> bool:
        return bool(self._open)

    def _answered(self, ticket: Ticket) -> None:
        with self._lock:
            self._open.discard(ticket)

    def _median(self) -> float | None:
        recent = tuple(self._recent)
        return statistics.median(recent) if recent else None

    def _retry_after(self) -> int:
        """When the line of now will have been worked off, as the last calls tell."""
        waits = (len(self._line) + 1) / len(self._seats) * (self._median() or 1.0)
        return min(RETRY_MOST_S, math.ceil(waits))


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class BoundPool:
    """The pool for calls to one engine; a ``Solving``."""

    pool: SolverPool
    key: EngineKey

    def submit(
        self,
        call: EngineCall[T],
        *,
        deadline_ms: int,
        on_progress: OnProgress | None = None,
        job: str | None = None,
    ) -> Future[T]:
        """Take a call."""
        return self.pool.submit(
            call, key=self.key, deadline_ms=deadline_ms, on_progress=on_progress, job=job
        )

    def stop(self, job: str) -> bool:
        """Ask for the best route so far."""
        return self.pool.stop(job)

    def ready(self) -> bool:
        """Whether a call would be begun."""
        return self.pool.ready()

    def stats(self) -> PoolStats:
        """What the pool does."""
        return self.pool.stats()
