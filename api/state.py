"""What serves: loaded in the background, exchanged while it serves, and stopped in order."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from api.service import Service, engine_spec
from api.solving.pool import SolverPool

log = logging.getLogger(__name__)

LAST_ANSWERS_S = 2.0
"""Left of the time for stopping when the last routes are asked for, so that they still get out."""


@dataclass(slots=True)
class Loading:
    """What has been loaded so far.

    Parameters
    ----------
    service
        ``None`` until everything is there.
    failed
        Loading has ended with an error; only a new start can help.
    pool
        Worker processes for what solves; ``None`` = threads of this process.
    stopping
        New work is refused; what goes on is finished.
    """

    service: Service | None = None
    failed: bool = False
    pool: SolverPool | None = None
    stopping: bool = False
    switching: threading.RLock = field(default_factory=threading.RLock, repr=False)

    async def run(self, build: Callable[[], Service]) -> None:
        """Build the service in a thread; a failure is logged and keeps the probe red."""
        try:
            service = await asyncio.to_thread(build)
            self.service = await asyncio.to_thread(self.with_workers, service)
        except Exception:
            log.exception("the service could not be loaded")
            self.failed = True

    def with_workers(self, service: Service, revision: int = 0) -> Service:
        """The service with its engine in every worker; without workers as it is.

        Blocks until that is so; what serves meanwhile goes on serving.

        Raises
        ------
        Exception
            What building the engine raised; then nothing has changed.
        """
        if self.pool is None:
            return service
        spec = engine_spec(service, revision)
        self.pool.ensure(spec)
        return replace(service, solvers=self.pool.bound(spec.key))

    def switch(self, change: Callable[[Service], Service], revision: int = 0) -> None:
        """Put a changed service in the place of the present one, in one assignment.

        A request keeps the service that it began with, so none is dropped and none sees two
        engines. Changes follow one another, so none is lost.

        Parameters
        ----------
        change
            Gives the new service; its engine is brought into the workers if it is another one.
        """
        with self.switching:
            before = self.service
            assert before is not None
            after = change(before)
            if after.engine is not before.engine:
                after = self.with_workers(after, revision=revision)
            self.service = after

    def stop(self, timeout_s: float) -> None:
        """Refuse new work at once and let what goes on end; returns without waiting.

        Parameters
        ----------
        timeout_s
            Time until the answers must be out; before that running solves are asked for their
            best route so far.
        """
        if self.stopping:
            return
        self.stopping = True
        if self.pool is not None:
            left = max(timeout_s / 2, timeout_s - LAST_ANSWERS_S)
            threading.Thread(target=self.pool.drain, args=(left,), name="drain").start()
