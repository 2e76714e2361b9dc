"""Messages between the service and a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.solving.calls import EngineCall
from api.solving.spec import EngineKey, EngineSource
from engine.planning.solution import Progress


@dataclass(frozen=True, slots=True)
class Install:
    """To a worker: build an engine and keep it."""

    source: EngineSource


@dataclass(frozen=True, slots=True)
class Drop:
    """To a worker: forget an engine."""

    key: EngineKey


@dataclass(frozen=True, slots=True)
class Task:
    """To a worker: do a call.

    Parameters
    ----------
    budget_ms
        Wall-clock limit of its solves together, milliseconds.
    telling
        Whether somebody listens to its progress.
    """

    number: int
    key: EngineKey
    call: EngineCall[Any]
    budget_ms: int
    telling: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """To a worker: end a task with the best route so far."""

    number: int


@dataclass(frozen=True, slots=True)
class Said:
    """From a worker: how far a task has got."""

    number: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Done:
    """From a worker: what a task or an installation gave; an engine itself never crosses."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """From a worker: what it raised; ``trace`` is its traceback there."""

    error: Exception
    trace: str
