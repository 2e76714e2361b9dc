"""A seat: one thread that owns one worker, gives it calls, and replaces it when it dies."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from api.solving.errors import CallOverrun, WorkerLost
from api.solving.line import Line, Ticket
from api.solving.process import WorkerGone, WorkerProcess, result_of
from api.solving.recipes import RecipeBook
from api.solving.wire import Done, Failed, Said, Stop, Task

log = logging.getLogger(__name__)

FLOOR_MS = 200
"""Least budget of a call that has waited; a route by worth alone takes about as long."""
DEATHS_MOST = 2
LOOK_S = 0.5
"""How often an idle seat looks whether its worker lives."""
BACKOFF_S, BACKOFF_MOST_S = 0.2, 10.0


class Seat:
    """One place for a worker.

    Parameters
    ----------
    grace_s
        How long after its budget a call may go on before its worker is ended, in seconds.
    boot_s
        How long a worker may take to begin.
    finished
        Called after every call with the seconds that the worker was busy with it.
    """

    def __init__(
        self,
        line: Line,
        recipes: RecipeBook,
        *,
        grace_s: float,
        boot_s: float,
        finished: Callable[[float], None],
    ) -> None:
        self._line, self._recipes = line, recipes
        self._grace_s, self._boot_s, self._finished = grace_s, boot_s, finished
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._next: WorkerProcess | None = None
        self._booting: WorkerProcess | None = None
        self._ticket: Ticket | None = None
        self._kill_at: float | None = None
        self._overrun = False
        self._ending = threading.Event()
        self.booted = threading.Event()
        self.refused: Exception | None = None
        self.restarts = 0
        self.ready = False
        self._thread = threading.Thread(target=self._run, name="solver-seat", daemon=True)

    # ------------------------------------------------------------------ for any thread

    @property
    def busy(self) -> bool:
        """Whether a call goes on."""
        return self._ticket is not None

    @property
    def pid(self) -> int | None:
        """Process id of the worker that is asked now."""
        worker = self._worker
        return None if worker is None else worker.pid

    def start(self) -> None:
        """Begin; ``booted`` is set once the worker is ready or was ``refused``."""
        self._thread.start()

    def stop_job(self, job: str | None) -> bool:
        """Ask the call of that name, or any for ``None``, to end with its best route."""
        with self._lock:
            ticket, worker = self._ticket, self._worker
            if ticket is None or worker is None or job not in (None, ticket.job):
                return False
            ticket.stopped = True
        try:
            worker.send(Stop(ticket.number))
        except WorkerGone:
            log.warning("a worker died while it was asked to stop")
        return True

    def end_overrun(self, now: float) -> None:
        """End the worker if its time is long over; whatever waits for it is told by its death."""
        with self._lock:
            if self._kill_at is None or now < self._kill_at:
                return
            self._kill_at, self._overrun = None, True
            worker = self._booting or self._worker
        if worker is not None:
            log.error("worker %d overran and is ended", worker.pid)
            worker.kill()

    def hand_over(self, worker: WorkerProcess) -> None:
        """Give a booted worker that takes the place of the present one after its call."""
        with self._lock:
            if not self._ending.is_set():
                worker, self._next = self._next, worker  # type: ignore[assignment]
        if worker is not None:
            worker.close()
        self._line.wake()

    def end(self) -> None:
        """Let the thread end after its call."""
        with self._lock:
            self._ending.set()
        self._line.wake()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread, then end the worker under it."""
        if self._thread.ident is None:
            return
        self._thread.join(timeout_s)
        while self._thread.is_alive():
            worker = self._booting or self._worker
            if worker is not None:
                worker.kill()
            self._thread.join(LOOK_S)

    # ------------------------------------------------------------------ its thread

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                if not self._look_after_worker():
                    continue
                ticket = self._line.take(LOOK_S)
                if ticket is not None and ticket.begin():
                    self._serve(ticket)
        finally:
            self.ready = False
            for worker in (self._worker, self._next):
                if worker is not None:
                    worker.close()

    def _look_after_worker(self) -> bool:
        """See to a living worker; ``False`` = there is none yet."""
        with self._lock:
            following, self._next = self._next, None
        if following is not None:
            self._let_go()
            self._worker = following
        if self._worker is not None and not self._worker.alive():
            log.error("a worker died while it had nothing to do")
            self._let_go()
            self.restarts += 1
        if self._worker is None:
            self._boot()
        self.ready = self._worker is not None
        return self.ready

    def _boot(self) -> None:
        """Start a worker; after a failure wait, longer each time, before the next attempt."""
        wait = BACKOFF_S
        while not self._ending.is_set() and self._worker is None:
            try:
                self._worker, self.refused = self._started(), None
            except Exception as error:
                log.exception("a worker could not be started")
                self.refused = error
            finally:
                with self._lock:
                    self._booting, self._kill_at, self._overrun = None, None, False
                self.booted.set()
            if self._worker is None:
                self._ending.wait(wait)
                wait = min(BACKOFF_MOST_S, 2 * wait)

    def _started(self) -> WorkerProcess:
        worker = self._booting = WorkerProcess()
        self._kill_at = time.monotonic() + self._boot_s
        try:
            worker.boot(self._recipes.sources())
        except BaseException:
            worker.kill()
            worker.close()
            raise
        return worker

    def _let_go(self) -> None:
        worker, self._worker, self.ready = self._worker, None, False
        if worker is not None:
            worker.close()

    def _serve(self, ticket: Ticket) -> None:
        """One call from begin to end, or to the death of the worker."""
        worker = self._worker
        assert worker is not None
        started = time.monotonic()
        waited_ms = round((started - ticket.submitted) * 1000)
        # The wait is taken off, so that the whole stays within the deadline that was asked for.
        budget_ms = max(min(FLOOR_MS, ticket.deadline_ms), ticket.deadline_ms - waited_ms)
        with self._lock:
            self._ticket, self._overrun = ticket, False
            self._kill_at = started + budget_ms / 1000 + self._grace_s
        sent = False
        try:
            worker.install(self._recipes.source(ticket.key))
            task = Task(
                ticket.number,
                worker.keys[-1],
                ticket.call,
                budget_ms,
                ticket.on_progress is not None,
            )
            worker.send(task)
            sent = True
            if ticket.stopped:
                worker.send(Stop(ticket.number))
            value = result_of(self._listen(worker, ticket))
        except WorkerGone:
            self._after_death(ticket, sent)
        except Exception as error:
            self._done()
            ticket.fail(error)
        else:
            self._done()
            if ticket.begin():
                ticket.future.set_result(value)
        self._finished(time.monotonic() - started)

    def _listen(self, worker: WorkerProcess, ticket: Ticket) -> Done | Failed:
        message: Said | Done | Failed = worker.receive()
        while isinstance(message, Said):
            assert ticket.on_progress is not None
            try:
                ticket.on_progress(message.progress)
            except Exception:
                log.exception("a listener to progress failed")
            message = worker.receive()
        return message

    def _done(self) -> None:
        with self._lock:
            self._ticket, self._kill_at = None, None

    def _after_death(self, ticket: Ticket, sent: bool) -> None:
        """Retry once; a worker that had died before it got the call does not count."""
        with self._lock:
            overrun = self._overrun
            self._ticket, self._kill_at, self._overrun = None, None, False
        self.restarts += 1
        ticket.deaths += sent
        log.error("a worker died; deaths over this call: %d", ticket.deaths)
        if overrun:
            ticket.fail(CallOverrun())
        elif ticket.deaths >= DEATHS_MOST:
            ticket.fail(WorkerLost())
        else:
            self._line.put_back(ticket)
        self._let_go()
