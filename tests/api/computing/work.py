"""Calls that another process can be given."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from engine.errors import Fault, InputError


@dataclass(frozen=True, eq=False)
class Whose:
    """Process id, niceness, and the frames as they have come."""

    one: pd.DataFrame
    other: pd.DataFrame
    more: object = None

    def run(self) -> tuple[int, int, pd.DataFrame, pd.DataFrame, object]:
        return os.getpid(), os.nice(0), self.one, self.other, self.more


@dataclass(frozen=True)
class Raising:
    """Raises what is wrong with an input."""

    def run(self) -> None:
        raise InputError([Fault("report_district_unknown", "нет", "/district")])


@dataclass(frozen=True)
class Dying:
    """Dies at its first ``times`` attempts, each told by a line of a file."""

    told: Path
    times: int

    def run(self) -> int:
        with self.told.open("a") as file:
            file.write("x")
        if len(self.told.read_text()) <= self.times:
            os._exit(1)
        return len(self.told.read_text())


@dataclass(frozen=True)
class Endless:
    """Writes its process id and goes on for as long as it is let."""

    told: Path

    def run(self) -> None:
        self.told.with_suffix(".part").write_text(str(os.getpid()))
        self.told.with_suffix(".part").rename(self.told)
        while True:
            time.sleep(0.05)
