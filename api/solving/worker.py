"""The worker process: one call at a time, an ear for stops, and no life after its parent."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from threadpoolctl import threadpool_limits

from api.solving.engine import Engine
from api.solving.spec import EngineKey
from api.solving.wire import Done, Drop, Failed, Install, Said, Stop, Task
from api.standing import spare_what_stays
from engine.planning.interruption import Interruption, interruptible
from engine.planning.warm import warm


class WorkerFault(Exception):
    """Stands for an exception that cannot cross to another process; its text says which."""


def work(pipe: Connection) -> None:
    """Serve a pipe until its other end is gone.

    Signals of a terminal or of a service manager reach the whole group; when to end is the
    parent's to say, so that a solve which goes on is finished.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # as many workers as cores: a second thread of one would only take another's core
    threadpool_limits(1)
    _Worker(pipe).serve()


class _Worker:
    """State of the process."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._engines: dict[EngineKey, Engine] = {}
        self._interruptions: dict[int, Interruption] = {}

    def serve(self) -> None:
        """Warm up, then do what comes in, in its order."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        self._answer(warm)
        while True:
            message = self._inbox.get()
            if isinstance(message, Task):
                self._answer(lambda task=message: self._run(task))  # type: ignore[misc]
                self._interruptions.pop(message.number, None)
            elif isinstance(message, Install):
                self._answer(lambda made=message: self._install(made))  # type: ignore[misc]
            elif isinstance(message, Drop):
                self._engines.pop(message.key, None)

    def _listen(self) -> None:
        """Read the pipe beside the work: a stop must be heard, and the end of the parent too.

        The parent holds the only other end. However it dies, the pipe closes, and the process
        goes with it in the middle of whatever it does.
        """
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(message, Stop):
                interruption = self._interruptions.get(message.number)
                if interruption is not None:
                    interruption.stop()
                continue
            if isinstance(message, Task):
                # before it is begun, so that a stop close behind finds it
                self._interruptions[message.number] = Interruption(message.budget_ms)
            self._inbox.put(message)

    def _run(self, task: Task) -> Any:
        def say(progress: Any) -> None:
            self._send(Said(task.number, progress))

        with interruptible(self._interruptions[task.number]):
            return task.call.run(self._engines[task.key], say if task.telling else None)

    def _install(self, made: Install) -> None:
        self._engines[made.source.key] = made.source.build()
        spare_what_stays()

    def _answer(self, work: Callable[[], Any]) -> None:
        try:
            answer: Done | Failed = Done(work())
            content = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            failed = Failed(portable(error), traceback.format_exc())
            content = pickle.dumps(failed, pickle.HIGHEST_PROTOCOL)
        self._send_bytes(content)

    def _send(self, message: object) -> None:
        self._send_bytes(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))

    def _send_bytes(self, content: bytes) -> None:
        try:
            self._pipe.send_bytes(content)
        except OSError:
            os._exit(0)


def portable(error: Exception) -> Exception:
    """The exception if it is still itself on the other side, else its name and text."""
    try:
        again = pickle.loads(pickle.dumps(error))
        if type(again) is type(error) and str(again) == str(error):
            return error
    except Exception as reason:
        return WorkerFault(f"{type(error).__name__}: {error} ({reason})")
    return WorkerFault(f"{type(error).__name__}: {error}")
