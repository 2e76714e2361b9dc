"""Engines and calls that workers can be given without anything being solved."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.solving.spec import EngineKey
from engine.errors import ConfigurationError
from engine.planning.interruption import end_of, stop_asked
from engine.planning.solution import OnProgress, Progress

KEY = EngineKey("t", "v1")


@dataclass(frozen=True)
class Plain:
    """Recipe of an engine that is its own name."""

    key: EngineKey = KEY
    takes_s: float = 0.0
    refused: bool = False

    def build(self) -> Any:
        time.sleep(self.takes_s)
        if self.refused:
            raise ConfigurationError("нет такого каталога")
        return self.key.catalogue


@dataclass(frozen=True)
class WhoAmI:
    """Name of the engine, and the process."""

    def run(self, engine: Any, on_progress: OnProgress | None = None) -> tuple[str, int]:
        return engine, os.getpid()


@dataclass(frozen=True)
class Budget:
    """Milliseconds that a solve may still take, were its own deadline a minute."""

    def run(self, engine: Any, on_progress: OnProgress | None = None) -> float:
        return (end_of(60_000) - time.monotonic()) * 1000


@dataclass(frozen=True)
class Raise:
    """An error of the engine."""

    error: Exception

    def run(self, engine: Any, on_progress: OnProgress | None = None) -> None:
        raise self.error


@dataclass(frozen=True)
class Die:
    """The process ends as by kill -9."""

    def run(self, engine: Any, on_progress: OnProgress | None = None) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Gate:
    """Leaves the process's id in a folder and waits for the file ``go`` there."""

    folder: Path

    def run(self, engine: Any, on_progress: OnProgress | None = None) -> int:
        pass_gate(self.folder)
        return os.getpid()


@dataclass(frozen=True)
class UntilStopped:
    """Gets better until it is stopped, and gives how far it got."""

    folder: Path

    def run(self, engine: Any, on_progress: OnProgress | None = None) -> int:
        value = 0
        enter(self.folder)
        while not stop_asked():
            value += 1
            if on_progress is not None:
                on_progress(Progress(value, 1_000_000))
            time.sleep(0.01)
        return value


def enter(folder: Path) -> None:
    """Leave the process's id."""
    (folder / f"in-{os.getpid()}").touch()


def pass_gate(folder: Path) -> None:
    """Leave the process's id and wait for ``go``, or for ``go-`` with that id."""
    enter(folder)
    own = folder / f"go-{os.getpid()}"
    until(lambda: (folder / "go").exists() or own.exists())


def entered(folder: Path, number: int = 1) -> list[int]:
    """Wait for so many processes at a gate; their ids."""

    def there() -> list[int]:
        return [int(p.name[3:]) for p in folder.glob("in-*")]

    until(lambda: len(there()) >= number)
    return there()


def until(holds: Callable[[], Any], seconds: float = 60) -> None:
    """Wait until something holds; after so long it never will."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("it never came to hold")
        time.sleep(0.01)
