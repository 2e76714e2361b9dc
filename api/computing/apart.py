"""One call in a process of its own.

Numpy holds the interpreter while it works: beside an analysis of 35 000 people, a thread of the
same process stood still for 1.3 s at worst and 50 ms at the 99th percentile. Another process costs
the service nothing but a core, gives its memory back at its end, and can be ended at any moment.
"""

from __future__ import annotations

import io
import logging
import os
import pickle
import signal
import threading
import traceback
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

import pandas as pd
from threadpoolctl import threadpool_limits

from api.solving.errors import Stopping, WorkerLost
from api.solving.forking import start_context
from api.solving.process import result_of
from api.solving.wire import Done, Failed
from api.solving.worker import portable

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
log = logging.getLogger(__name__)

ATTEMPTS = 2
NICENESS = 10
"""Who waits for a route goes before who waits for a report."""
ROWS_AT_ONCE = 20_000
"""Rows of a frame that are written down in one go, some 10 ms in which nothing else runs here."""


class Call(Protocol[T_co]):
    """Work that can be pickled; so can what it gives."""

    def run(self) -> T_co:
        """Do it."""


class Apart:
    """A process for one call, a second one if it dies; ``end`` from any thread at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: Any = None
        self._ended = False

    def run(self, call: Call[T]) -> T:
        """What the call gives.

        Raises
        ------
        Stopping
            It was ended.
        WorkerLost
            Both processes died, of too little memory for example.
        Exception
            What the call raised.
        """
        for _ in range(ATTEMPTS):
            message = self._asked(call)
            if message is not None:
                value: T = result_of(message)
                return value
            log.error("the process of a computation died")
        raise WorkerLost()

    def _asked(self, call: object) -> Done | Failed | None:
        """Answer of a fresh process; ``None`` = it died."""
        pipe = self._started()
        try:
            send(pipe, call)
            message: Done | Failed = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError) as error:
            if self._ended:
                raise Stopping() from error
            return None
        finally:
            self._close(pipe)
        return message

    def end(self) -> None:
        """End the process at once; whoever waits for its call is told."""
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._process.kill()

    def _started(self) -> Connection:
        context = start_context()
        with self._lock:
            if self._ended:
                raise Stopping()
            ours, theirs = context.Pipe()
            self._process = context.Process(  # type: ignore[attr-defined]
                target=work, args=(theirs,), name="computation", daemon=True
            )
            self._process.start()
            # it must hold the only copy, so that its death closes the pipe
            theirs.close()
        return ours

    def _close(self, pipe: Connection) -> None:
        pipe.close()
        with self._lock:
            process, self._process = self._process, None
        process.join()
        process.close()


def work(pipe: Connection) -> None:
    """Do the one call that comes through a pipe; the other process's side of ``Apart``.

    A terminal's signal reaches the whole group, and when to end is the parent's to say; the end
    of the parent closes the pipe, and this process goes with it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    threadpool_limits(1)
    try:
        call = receive(pipe)
    except (EOFError, OSError):
        return
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()
    try:
        content = pickle.dumps(Done(call.run()), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        failed = Failed(portable(error), traceback.format_exc())
        content = pickle.dumps(failed, pickle.HIGHEST_PROTOCOL)
    pipe.send_bytes(content)


def _end_with(pipe: Connection) -> None:
    try:
        pipe.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)


# ------------------------------------------------------------------------- over the pipe


class _Writer(pickle.Pickler):
    """Leaves frames out and remembers them."""

    def __init__(self, into: io.BytesIO) -> None:
        super().__init__(into, pickle.HIGHEST_PROTOCOL)
        self.frames: list[pd.DataFrame] = []

    def persistent_id(self, value: object) -> int | None:
        """Number of a frame; ``None`` = anything else, which is written as it is."""
        if not isinstance(value, pd.DataFrame):
            return None
        self.frames.append(value)
        return len(self.frames) - 1


class _Reader(pickle.Unpickler):
    """Puts the frames back."""

    def __init__(self, content: bytes, frames: list[pd.DataFrame]) -> None:
        super().__init__(io.BytesIO(content))
        self._frames = frames

    def persistent_load(self, number: int) -> pd.DataFrame:
        """Frame of a number."""
        return self._frames[number]


def send(pipe: Connection, call: object) -> None:
    """Send anything, its frames in slices: pickling lets no other thread run meanwhile."""
    into = io.BytesIO()
    writer = _Writer(into)
    writer.dump(call)
    slices = [max(1, -(-len(frame) // ROWS_AT_ONCE)) for frame in writer.frames]
    pipe.send(slices)
    for frame, count in zip(writer.frames, slices, strict=True):
        for i in range(count):
            part = frame.iloc[i * ROWS_AT_ONCE : (i + 1) * ROWS_AT_ONCE]
            pipe.send_bytes(pickle.dumps(part, pickle.HIGHEST_PROTOCOL))
    pipe.send_bytes(into.getvalue())


def receive(pipe: Connection) -> Any:
    """What ``send`` has sent.

    Raises
    ------
    EOFError, OSError
        The other side is gone.
    """
    slices: list[int] = pipe.recv()
    frames = []
    for count in slices:
        parts = [pickle.loads(pipe.recv_bytes()) for _ in range(count)]
        frames.append(parts[0] if count == 1 else pd.concat(parts))
    return _Reader(pipe.recv_bytes(), frames).load()
