"""One worker process as its owner sees it."""

from __future__ import annotations

import contextlib
import pickle
import threading
from collections.abc import Iterable
from typing import Any

from api.solving.forking import start_context
from api.solving.spec import EngineKey, EngineSource
from api.solving.wire import Done, Drop, Failed, Install
from api.solving.worker import work

ENGINES_MOST = 4
"""Engines that a worker keeps; the one not used for longest makes room."""
_JOIN_S = 5.0


class WorkerGone(Exception):
    """The process has died or was ended."""


class WorkerProcess:
    """A process and the pipe to it; made, asked and closed by one thread at a time.

    ``send`` and ``kill`` are for any thread.
    """

    def __init__(self) -> None:
        context = start_context()
        self._pipe, theirs = context.Pipe()
        self._sending = threading.Lock()
        self.keys: list[EngineKey] = []
        self._process = context.Process(  # type: ignore[attr-defined]
            target=work, args=(theirs,), name="solver", daemon=True
        )
        self._process.start()
        # the worker must hold the only copy, so that its death closes the pipe
        theirs.close()
        self.pid = int(self._process.pid)

    def alive(self) -> bool:
        """Whether the process runs."""
        return bool(self._process.is_alive())

    def boot(self, sources: Iterable[EngineSource]) -> None:
        """Wait until it is warm, and let it build engines.

        Raises
        ------
        WorkerGone
            It died.
        Exception
            What building an engine raised.
        """
        result_of(self.receive())
        for source in sources:
            self.install(source)

    def install(self, source: EngineSource) -> None:
        """Let it build an engine unless it has it, and wait for that; raises as ``boot``."""
        if source.key in self.keys:
            self.keys.remove(source.key)
            self.keys.append(source.key)
            return
        self.send(Install(source))
        result_of(self.receive())
        self.keys.append(source.key)
        while len(self.keys) > ENGINES_MOST:
            self.send(Drop(self.keys.pop(0)))

    def send(self, message: object) -> None:
        """Send a message.

        Raises
        ------
        WorkerGone
            It died.
        """
        content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        try:
            with self._sending:
                self._pipe.send_bytes(content)
        except (OSError, ValueError) as error:
            raise WorkerGone(str(error)) from error

    def receive(self) -> Any:
        """Wait for its next message.

        Raises
        ------
        WorkerGone
            It died, also in the middle of a message.
        """
        try:
            return pickle.loads(self._pipe.recv_bytes())
        except (EOFError, OSError) as error:
            raise WorkerGone(str(error)) from error

    def kill(self) -> None:
        """End it at once."""
        # it may have been let go of meanwhile
        with contextlib.suppress(ValueError):
            self._process.kill()

    def close(self) -> None:
        """Let go of it: it ends when its pipe closes, and by force if it does not."""
        self._pipe.close()
        self._process.join(_JOIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def result_of(message: Done | Failed) -> Any:
    """What a worker gave, or raise what it raised."""
    if isinstance(message, Failed):
        message.error.add_note(message.trace)
        raise message.error
    return message.value
