"""Computations of a service: each question is computed once and kept while its data stand."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from api.computing.apart import Apart, Call
from api.refusals import Refused
from api.solving.errors import Overloaded, Stopping
from api.state import Loading
from engine.errors import InputError

T = TypeVar("T")
log = logging.getLogger(__name__)

WAIT_S = 10.0
"""Longest wait of a caller; below the patience of balancers and of people."""
RETRY_S = 5
"""When a caller who was not answered should ask again, seconds."""
KEPT_MOST = 64
"""Results that are kept; one holds some hundreds of kilobytes."""
OPEN_MOST = 32
"""Computations that may wait or go on; more are refused."""
KEPT_FOR_MOST_S = 600.0
"""See ``Computations``."""
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Question:
    """What is computed.

    Parameters
    ----------
    tenant
        Whose data.
    subject
        Kind and arguments of the computation.
    version
        Version of the data; equal = they have not changed.
    lane
        Computations of one lane follow one another: a small one need not wait for a large one.
    """

    tenant: str
    subject: Hashable
    version: Hashable
    lane: str = "region"


class Run(Protocol):
    """How a computation has its heavy part done."""

    def __call__(self, call: Call[T]) -> T:
        """What the call gives."""


@dataclass(eq=False)
class Flight(Generic[T]):
    """A computation that waits, goes on, or is over.

    Parameters
    ----------
    asked_at
        Instant at which it was asked for first.
    began
        Monotonic seconds at which it began; ``None`` = it waits for its turn.
    """

    question: Question
    asked_at: dt.datetime
    future: Future[T] = field(default_factory=Future)
    asked: float = field(default_factory=time.monotonic)
    began: float | None = None
    apart: Apart = field(default_factory=Apart)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last result of a subject; ``until`` as of ``Computations``."""

    version: Hashable
    value: Any
    until: float


class StillComputing(Exception):
    """The caller's patience is over before the computation is."""

    def __init__(self, flight: Flight[Any]) -> None:
        super().__init__(repr(flight.question.subject))
        self.flight = flight


class Computations:
    """Computations of one process; thread-safe.

    One computation of a question goes on at a time, whoever asks; the newest result of a subject
    is kept for as long as its data stand. One that took longer than a caller waits is kept for as
    long as it took in any case, at most ``KEPT_FOR_MOST_S``: where data are written all the time,
    whoever comes back for his answer would never find one. A failed one is not kept.

    Parameters
    ----------
    loading
        Has worker processes where computations are to have processes of their own; without any
        they are done by threads, as solves are. Tells also that the service is being stopped.
    """

    def __init__(self, loading: Loading) -> None:
        self._loading = loading
        self._lock = threading.Lock()
        self._open: dict[Question, Flight[Any]] = {}
        self._kept: OrderedDict[tuple[str, Hashable], _Kept] = OrderedDict()
        self._lanes: dict[str, threading.Lock] = {}
        self._closed = False

    # ------------------------------------------------------------------------- ask

    def ask(self, question: Question, make: Callable[[Run], T], at: dt.datetime) -> Flight[T]:
        """The computation of a question: a finished one, the one that goes on, or a new one.

        Parameters
        ----------
        make
            Does it in a thread, its heavy part by what it is given.
        at
            Now.

        Raises
        ------
        Overloaded
            Too many go on or wait.
        Stopping
            The service is being stopped.
        """
        with self._lock:
            if self._closed:
                raise Stopping()
            found = self._answered(question, at) or self._going(question)
            if found is not None:
                return found
            if len(self._open) >= OPEN_MOST:
                raise Overloaded(RETRY_S)
            flight: Flight[T] = Flight(question, at)
            self._open[question] = flight
            lane = self._lanes.setdefault(question.lane, threading.Lock())
        threading.Thread(
            target=self._fly, args=(flight, make, lane), name="computation", daemon=True
        ).start()
        return flight

    async def answer(self, flight: Flight[T], wait_s: float = WAIT_S) -> T:
        """What a computation gives, if it is over soon.

        Raises
        ------
        StillComputing
            It is not over after ``wait_s`` seconds.
        Stopping
            The service is being stopped.
        Exception
            What it raised.
        """
        over, loop = asyncio.Event(), asyncio.get_running_loop()

        def tell(_: Future[T]) -> None:
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(over.set)

        flight.future.add_done_callback(tell)
        until = time.monotonic() + wait_s
        while not flight.future.done():
            left = until - time.monotonic()
            if self._loading.stopping:
                raise Stopping()
            if left <= 0:
                raise StillComputing(flight)
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), min(left, _LOOK_S))
        return flight.future.result()

    # ------------------------------------------------------------------------- keep

    def known(self, question: Question) -> Any:
        """Result of a question on these very data; ``None`` = there is none."""
        with self._lock:
            kept = self._kept.get((question.tenant, question.subject))
        return kept.value if kept is not None and kept.version == question.version else None

    def keep(self, question: Question, value: object, took_s: float = 0.0) -> None:
        """Keep a result that another computation had on its way."""
        now = time.monotonic()
        until = now + min(took_s, KEPT_FOR_MOST_S) if took_s > WAIT_S else now
        key = (question.tenant, question.subject)
        with self._lock:
            self._kept[key] = _Kept(question.version, value, until)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT_MOST:
                self._kept.popitem(last=False)

    def close(self) -> None:
        """End everything now; whoever waits is told that the service stops."""
        with self._lock:
            self._closed = True
            flights = tuple(self._open.values())
        for flight in flights:
            flight.apart.end()

    # ------------------------------------------------------------------------- inside

    def _answered(self, question: Question, at: dt.datetime) -> Flight[Any] | None:
        key = (question.tenant, question.subject)
        kept = self._kept.get(key)
        if kept is None or (kept.version != question.version and time.monotonic() > kept.until):
            return None
        self._kept.move_to_end(key)
        flight: Flight[Any] = Flight(question, at)
        flight.future.set_result(kept.value)
        return flight

    def _going(self, question: Question) -> Flight[Any] | None:
        """The one on these data, or on older ones if it has gone on for longer than one waits."""
        if question in self._open:
            return self._open[question]
        now = time.monotonic()
        for flight in self._open.values():
            same = (flight.question.tenant, flight.question.subject)
            if same == (question.tenant, question.subject) and now - flight.asked > WAIT_S:
                return flight
        return None

    def _fly(self, flight: Flight[T], make: Callable[[Run], T], lane: threading.Lock) -> None:
        try:
            with lane:
                if self._closed:
                    raise Stopping()
                flight.began = time.monotonic()
                value = make(self._runner(flight))
            self.keep(flight.question, value, time.monotonic() - flight.asked)
        except BaseException as error:
            self._landed(flight)
            if not self._closed and not isinstance(error, InputError | Refused):
                log.exception("a computation failed")
            flight.future.set_exception(error)
        else:
            self._landed(flight)
            flight.future.set_result(value)

    def _landed(self, flight: Flight[Any]) -> None:
        with self._lock:
            self._open.pop(flight.question, None)

    def _runner(self, flight: Flight[Any]) -> Run:
        return flight.apart.run if self._loading.pool is not None else _here


def _here(call: Call[T]) -> T:
    return call.run()
