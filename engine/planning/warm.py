"""Load what the first solve of a process would otherwise wait for."""

from __future__ import annotations

from functools import cache

import numpy as np

from engine.planning.bounding import Bounding
from engine.planning.local_search import LocalSearch
from engine.planning.plan_loops import MenuArrays, RoomArrays
from engine.planning.plans import quick_plans
from engine.planning.problem import (
    Candidate,
    CandidateTable,
    CheckpointOffer,
    CheckpointRules,
    Limits,
    MentorRules,
    ProblemActivity,
    ProblemDemand,
    ProblemMentor,
    RouteProblem,
)
from engine.planning.warm_relaxation import warm_relaxation


@cache
def warm() -> None:
    """Solve a tiny problem once, so that libraries are loaded and loops are compiled.

    Takes a moment; in the first process after an installation, some seconds (the machine code
    is kept on disk after that). No deadline should run meanwhile.
    """
    warm_relaxation()
    bounding = Bounding(tiny_problem())
    while not bounding.finished:
        bounding.step(None)
    everyone = np.arange(bounding.r.n)
    LocalSearch(bounding.r, everyone, bounding.lack()).run(everyone[:0], 3, 10_000, 0)
    warm_plans()


def warm_plans() -> None:
    """Load or compile the loop of quick plans."""
    none, one = np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    menu = MenuArrays(
        *(one, none, none, none, none, none, none.astype(np.bool_), none, none),
        net=np.zeros(0),
        gain_ptr=one,
        gain_demand=none,
        gain=np.zeros(0),
        week_ptr=one,
        week=none,
        week_min=none,
    )
    room = RoomArrays(one, np.zeros(2, dtype=np.int64), one.reshape(1, 1), one, one)
    quick_plans(menu, room, np.zeros((1, 1, 2)))


def tiny_problem() -> RouteProblem:
    """Three weeks, three candidates, one of everything that compiled loops look at."""
    n_days = 21
    gains, weekly = ((0, 500),), ((0, 60),)
    return RouteProblem(
        first_day="2026-01-05",
        tempo_min=np.full(3, 120, dtype=np.int64),
        holiday_week=np.zeros(3, dtype=np.bool_),
        day_open_min=np.zeros(n_days, dtype=np.int64),
        day_close_min=np.full(n_days, 1440, dtype=np.int64),
        busy=np.zeros((0, 2), dtype=np.int64),
        demands=(ProblemDemand("d", ((1000, 1000),)),),
        activities=(
            ProblemActivity("a", 1, long=True, needs_practice=True, practices=(1,)),
            ProblemActivity("b", 2),
            ProblemActivity("c", 2, prerequisites=((1,),)),
        ),
        candidates=CandidateTable.of(
            [
                Candidate("a", 0, 0, 4, gains, weekly, ((600, 660, 1),)),
                Candidate("b", 1, 7, 8, gains, ((1, 60),), ((10_680, 10_740, 2),)),
                Candidate("c", 2, 14, 15, gains, ((2, 60),), ((20_760, 20_820, -1),)),
            ]
        ),
        limits=Limits(600, 5, 2, 480, 60, 8),
        mentor=MentorRules(
            cadence_weeks=2,
            missed_meeting_mpt=10,
            options=(ProblemMentor("m", 10, 0, 1, ((700, 745, -1),)),),
        ),
        checkpoints=CheckpointRules(True, True, 14, 10, (CheckpointOffer("o", 9, 30),)),
    )
