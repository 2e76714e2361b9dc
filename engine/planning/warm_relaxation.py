"""Compile, or load from the cache, all loops of the relaxation before a clock runs."""

from __future__ import annotations

import numpy as np

from engine.domain import FloatArray
from engine.planning.bounding import Bounding
from engine.planning.cuts import violated_rows
from engine.planning.problem import (
    Candidate,
    CandidateTable,
    Limits,
    MentorRules,
    ProblemActivity,
    ProblemDemand,
    ProblemMentor,
    RouteProblem,
)
from engine.planning.relaxation import Relaxation

_WEEKS = 3
_DAYS = 7 * _WEEKS


def warm_relaxation() -> None:
    """Bound a problem of three runs and separate a point that breaks rows of every kind."""
    bounding = Bounding(_tiny_problem())
    bounding.step(None)
    violated_rows(bounding.r, _point(bounding.r))


def _point(r: Relaxation) -> FloatArray:
    """Everything chosen, and more gained than there is."""
    x = np.ones(len(r.objective))
    x[r.first_piece] = 1_000.0
    return x


def _tiny_problem() -> RouteProblem:
    """Runs in one week too short for two; two of them need the third as their practice."""
    runs = [
        Candidate(str(a), a, 0, 6, gains=((0, 10),), weekly=((0, 60),), meetings=((600, 660, 0),))
        for a in range(3)
    ]
    return RouteProblem(
        first_day="2026-09-07",
        tempo_min=np.full(_WEEKS, 100),
        holiday_week=np.zeros(_WEEKS, dtype=np.bool_),
        day_open_min=np.zeros(_DAYS, dtype=np.int64),
        day_close_min=np.full(_DAYS, 1440),
        busy=np.zeros((0, 2), dtype=np.int64),
        demands=(ProblemDemand("d", ((15, 1_000),)),),
        activities=(
            ProblemActivity("0", 1, needs_practice=True, practices=(1,)),
            ProblemActivity("1", 1, prerequisites=((0,),)),
            ProblemActivity("2", 1, needs_practice=True, practices=(1,)),
        ),
        candidates=CandidateTable.of(runs),
        limits=Limits(transfer_weeks=1),
        mentor=MentorRules(
            required=False,
            cadence_weeks=1,
            options=(ProblemMentor("m", 0, 0, 1, ((700, 730, 0),)),),
        ),
    )
