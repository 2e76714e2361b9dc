"""The line in which calls wait for a worker: bounded in length and in time."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from api.solving.calls import EngineCall
from api.solving.spec import EngineKey
from engine.planning.solution import OnProgress

_numbers = itertools.count(1)


@dataclass(eq=False, slots=True)
class Ticket:
    """One call on its way.

    Parameters
    ----------
    submitted, queued
        Monotonic seconds: of the call, and of its standing in the line, also for a retry.
    deaths
        Workers that died over it.
    begun
        Its future is running; a retry must not begin it again.
    stopped
        The best route so far is wanted.
    """

    call: EngineCall[Any]
    key: EngineKey
    deadline_ms: int
    submitted: float
    queued: float = 0.0
    on_progress: OnProgress | None = None
    job: str | None = None
    future: Future[Any] = field(default_factory=Future)
    number: int = field(default_factory=lambda: next(_numbers))
    deaths: int = 0
    begun: bool = False
    stopped: bool = False

    def begin(self) -> bool:
        """Whether it is to be done: nobody has given it up or answered it."""
        if not self.begun:
            self.begun = self.future.set_running_or_notify_cancel()
            return self.begun
        return not self.future.done()

    def fail(self, error: BaseException) -> None:
        """Answer with an error, unless it has been answered or given up."""
        if self.begin():
            self.future.set_exception(error)


class Line:
    """Waiting calls, first in, first out; a retry goes to the front.

    Parameters
    ----------
    size
        Most calls that wait; retries are not counted out.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._tickets: deque[Ticket] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._tickets)

    def put(self, ticket: Ticket) -> bool:
        """Stand at the end; ``False`` = the line is full."""
        with self._changed:
            if len(self._tickets) >= self.size:
                return False
            ticket.queued = ticket.submitted
            self._tickets.append(ticket)
            self._changed.notify()
            return True

    def put_back(self, ticket: Ticket) -> None:
        """Stand at the front."""
        with self._changed:
            ticket.queued = time.monotonic()
            self._tickets.appendleft(ticket)
            self._changed.notify()

    def take(self, wait_s: float) -> Ticket | None:
        """The next one; ``None`` if none comes in that time, or ``wake`` was called."""
        with self._changed:
            if not self._tickets:
                self._changed.wait(wait_s)
            return self._tickets.popleft() if self._tickets else None

    def wake(self) -> None:
        """Let everybody who waits in ``take`` look around."""
        with self._changed:
            self._changed.notify_all()

    def find(self, job: str) -> Ticket | None:
        """The waiting call of that name."""
        with self._changed:
            return next((t for t in self._tickets if t.job == job), None)

    def remove(self, before: float | None = None) -> list[Ticket]:
        """Take away those that have stood since before an instant; ``None`` = all."""
        with self._changed:
            gone = [t for t in self._tickets if before is None or t.queued < before]
            for ticket in gone:
                self._tickets.remove(ticket)
            return gone
