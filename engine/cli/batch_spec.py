"""What a run of ``routes batch`` is asked with; workers get it with every line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class BatchSpec:
    """Everything that answers depend on beside their line; small, as every line takes it along.

    Parameters
    ----------
    package, mapping, calibration, models
        Paths; ``package`` ``None`` = the demo.
    model
        Version of the registry ``models``, so that a promotion halfway changes nothing; ``None``
        = the weights that come with the package.
    as_of
        Instant for whatever states none; ``None`` = the package's.
    policy, deadline_ms, gap_rel
        For lines of ids, ``policy`` also for bodies that name none; ``None`` as in a request.
    limits
        Settings that bound a body.
    """

    package: Path | None = None
    mapping: Path | None = None
    calibration: Path | None = None
    models: Path | None = None
    model: str | None = None
    as_of: dt.datetime | None = None
    policy: str | None = None
    deadline_ms: int | None = None
    gap_rel: float | None = None
    language: str = "ru"
    limits: Settings = field(default_factory=Settings)
