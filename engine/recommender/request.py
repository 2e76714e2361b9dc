"""What one route is asked with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from engine.domain import (
    Constraints,
    DiagnosticResult,
    Educator,
    HistoryItem,
    ItemResponse,
    Request,
)


@dataclass(frozen=True, slots=True)
class RouteRequest:
    """Everything that one educator's route depends on, beside the catalogue.

    Parameters
    ----------
    as_of
        Instant with offset; nothing of the route starts on or before its day.
    policy
        Profile's name; ``None`` = the recommender's default.
    deadline_ms, gap_rel
        ``None`` = the policy's.
    deterministic_time
        Most deterministic work of the solver in its seconds; ``None`` = the policy's.
    """

    educator: Educator
    as_of: dt.datetime
    diagnostics: tuple[DiagnosticResult, ...] = ()
    responses: tuple[ItemResponse, ...] = ()
    requests: tuple[Request, ...] = ()
    history: tuple[HistoryItem, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    policy: str | None = None
    deadline_ms: int | None = None
    gap_rel: float | None = None
    deterministic_time: float | None = None
    seed: int = 0
    language: str = "ru"
