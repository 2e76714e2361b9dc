"""A route, and what a solve says of it. Knows the problem's indices, never the solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class SolveStatus(StrEnum):
    """What a solve can say; see route-problem, section 3."""

    OPTIMAL = "OPTIMAL"
    WITHIN_GAP = "WITHIN_GAP"
    FEASIBLE = "FEASIBLE"
    INFEASIBLE = "INFEASIBLE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How long and how exactly to solve; part of the problem file, so that it replays.

    Parameters
    ----------
    gap_ppm
        Asked relative gap in 10⁻⁶ (10 000 = 1 %).
    deadline_ms
        Wall-clock limit, 1 … 30 000 on the service.
    work_milli
        Limit of deterministic work in 10⁻³ of the solver's deterministic second. It is looked at
        between units of work, so the last unit may pass it.
    seed
        Random seed of the solver.
    """

    gap_ppm: int = 10_000
    deadline_ms: int = 1_000
    work_milli: int = 1_000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """The decisions alone: what ``checks`` judges.

    Parameters
    ----------
    chosen
        Candidate indices, ascending.
    mentor
        Index of the option, ``None`` = no mentor.
    slots
        Indices into the chosen mentor's slots, ascending.
    middle, final
        Indices of checkpoint offers, ``None`` = not taken.
    """

    chosen: tuple[int, ...] = ()
    mentor: int | None = None
    slots: tuple[int, ...] = ()
    middle: int | None = None
    final: int | None = None


@dataclass(frozen=True, slots=True)
class RouteSolution:
    """A route with its certificate.

    Parameters
    ----------
    route
        ``None`` for INFEASIBLE and UNKNOWN.
    value_mpt, bound_mpt
        Value of the route and a bound that no route of the problem exceeds; ``None`` where
        there is none.
    gap_ppm
        (bound − value) / max(1 point, |value|) in 10⁻⁶, rounded up.
    work_milli
        Deterministic work done; solving again with this limit and no clock repeats the answer.
    cut_by_clock
        The wall clock ended the solve, so another machine may end elsewhere.
    """

    status: SolveStatus
    route: Route | None
    value_mpt: int | None
    bound_mpt: int | None
    gap_ppm: int | None
    work_milli: int
    cut_by_clock: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known while a solve goes on.

    Parameters
    ----------
    value_mpt
        Of the best route so far; ``None`` = there is none yet.
    bound_mpt
        No route is worth more; ``None`` = nothing is proved yet.
    """

    value_mpt: int | None
    bound_mpt: int | None

    @property
    def gap_ppm(self) -> int | None:
        """(bound − value) / max(1 point, |value|) in 10⁻⁶, rounded up; ``None`` = not known."""
        if self.value_mpt is None or self.bound_mpt is None:
            return None
        return -(-(self.bound_mpt - self.value_mpt) * 1_000_000 // max(1_000, abs(self.value_mpt)))


OnProgress = Callable[[Progress], None]
