"""A plan of a team with its certificate, and what became of each team offering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.planning.solution import Route, RouteSolution, SolveOptions, SolveStatus
from engine.planning.team_cases import Case, CaseProblem

CHOSEN = "chosen"
OUTRANKED = "outranked"
CANNOT = "cannot"
SEATS = "seats"
TOGETHER = "together"
OPEN = "not_decided"


@dataclass(frozen=True, slots=True)
class TeamLimits:
    """How long and how exactly a team is solved.

    Parameters
    ----------
    gap_ppm
        Asked relative gap of the whole team in 10⁻⁶.
    deadline_ms
        Wall-clock limit of everything.
    work_milli
        Deterministic work of a first solve of one member, as of ``SolveOptions``.
    total_work_milli
        Deterministic work of the whole search; looked at between solves.
    explained_most
        So many of the rejected offerings are solved, so that their loss is known from both sides.
    """

    gap_ppm: int = 10_000
    deadline_ms: int = 30_000
    work_milli: int = 1_000
    total_work_milli: int = 40_000
    explained_most: int = 5
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class MemberPlan:
    """What the plan says of one member.

    Parameters
    ----------
    case
        What the plan decided of him.
    solved
        The problem that was solved, which replays the route.
    route
        In the indices of the member's own problem.
    solution, options
        Of ``solved``; its bound is of that problem, not of the member's own.
    """

    case: Case
    solved: CaseProblem
    route: Route
    solution: RouteSolution
    options: SolveOptions


@dataclass(frozen=True, slots=True)
class OfferingVerdict:
    """Why a team offering is in the plan or not.

    Parameters
    ----------
    code
        ``chosen``; ``outranked``: every plan with it is worth less; ``cannot``: more members than
        may be excused have no route with it; ``seats``: too few for the team; ``together``: each
        member can take it, but not all at once; ``not_decided``: no limit sufficed to say.
    cannot
        Members without a route with it, as far as that is known.
    loss_low_mpt, loss_high_mpt
        The best plan with it is worth less than the best one by something between; ``None`` =
        not known, or there is no plan with it.
    """

    offering: int
    code: str
    cannot: tuple[int, ...] = ()
    loss_low_mpt: int | None = None
    loss_high_mpt: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TeamSolution:
    """The best plan that was found, with a bound that no plan exceeds.

    Parameters
    ----------
    together
        Offerings of the plan, rising.
    excused
        Members excused from each of them, by offering; those of nobody are absent.
    members
        In the members' order; empty = there is no plan.
    value_mpt, bound_mpt
        ``None`` where there is none.
    gap_ppm
        (bound − value) / max(1 point, |value|) in 10⁻⁶, rounded up.
    solves
        Route problems solved.
    """

    status: SolveStatus
    together: tuple[int, ...]
    excused: Mapping[int, tuple[int, ...]]
    members: tuple[MemberPlan, ...]
    value_mpt: int | None
    bound_mpt: int | None
    gap_ppm: int | None
    work_milli: int
    solves: int
    cut_by_clock: bool
    verdicts: tuple[OfferingVerdict, ...] = ()
