"""Educators with their diagnostics and wishes, and mentors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.domain import (
    Conditions,
    Constraints,
    DiagnosticResult,
    Educator,
    HistoryItem,
    Mentor,
    MentorForm,
    Method,
    Organisation,
    Position,
    Request,
    Slot,
    Stage,
)
from engine.framework import Framework
from engine.simulation.activities import activity_id, saturated_leaves
from engine.simulation.runs import LOCALITIES, Season
from engine.simulation.streams import pick, stream
from engine.simulation.truth import Truth

N_TASKS = 6
"""Tasks behind a score, as in the published regional test."""

LEAST_DEFICITS, MOST_DEFICITS = 4, 8

POSITIONS: tuple[tuple[Position, float], ...] = (
    (Position.TEACHER, 0.7),
    (Position.PRIMARY_TEACHER, 0.2),
    (Position.PRESCHOOL_TEACHER, 0.06),
    (Position.DEPUTY_HEAD, 0.04),
)

EVERYBODY = (Position.TEACHER, Position.PRIMARY_TEACHER)
"""Positions of a saturated region, whose competencies apply to everybody."""

STAGES: dict[Position, tuple[Stage, ...]] = {
    Position.TEACHER: (Stage.BASIC, Stage.SECONDARY),
    Position.PRIMARY_TEACHER: (Stage.PRIMARY,),
    Position.PRESCHOOL_TEACHER: (Stage.PRESCHOOL,),
    Position.DEPUTY_HEAD: (Stage.BASIC,),
}

TEMPO: tuple[tuple[int | None, float], ...] = (
    (None, 0.15),
    (180, 0.2),
    (240, 0.25),
    (300, 0.2),
    (360, 0.15),
    (480, 0.05),
)
"""Clock minutes a week; ``None`` = the policy's default."""


@dataclass(frozen=True, slots=True)
class SimulatedEducator:
    """What is known of one educator: an input of every stage, the truth not among it."""

    educator: Educator
    diagnostics: tuple[DiagnosticResult, ...]
    requests: tuple[Request, ...]
    history: tuple[HistoryItem, ...]
    constraints: Constraints


def draw_educator(
    seed: int,
    index: int,
    truth: Truth,
    framework: Framework,
    season: Season,
    n_activities: int,
    *,
    saturated: bool,
) -> SimulatedEducator:
    """Educator ``index`` with four to eight measured deficits."""
    rng = stream(seed, "educator", index)
    educator = _educator(rng, index, framework, season.as_of)
    if saturated and educator.position not in EVERYBODY:
        educator = replace(educator, position=Position.PRIMARY_TEACHER, stages=(Stage.PRIMARY,))
    measured = _measured(rng, index, educator, truth, framework, saturated)
    asked = rng.random() < 0.3 and not saturated
    return SimulatedEducator(
        educator=educator,
        diagnostics=_scores(seed, index, measured, truth, season.as_of),
        requests=(Request("R1", node=measured[0]),) if asked else (),
        history=tuple(
            HistoryItem(
                season.as_of - dt.timedelta(days=int(rng.integers(30, 1_400))),
                activity_id(int(rng.integers(n_activities))),
            )
            for _ in range(int(rng.integers(0, 6)))
        ),
        constraints=Constraints(
            busy=_busy(rng, season),
            excluded=_excluded(rng, n_activities),
        ),
    )


def _educator(
    rng: np.random.Generator, index: int, framework: Framework, as_of: dt.date
) -> Educator:
    position = pick(rng, POSITIONS)
    young = rng.random() < 0.25
    service = int(rng.integers(100, 900) if young else rng.integers(1_500, 12_000))
    age = int(rng.integers(22 * 365, 33 * 365)) if young else 24 * 365 + service
    started = as_of - dt.timedelta(days=service)
    locality = pick(rng, LOCALITIES)
    school = Organisation(
        f"S{int(rng.integers(60)):03d}", "Школа", district=locality, locality=locality
    )
    taught = position is Position.TEACHER
    return Educator(
        id=f"E{index:06d}",
        position=position,
        subjects=(_subject(rng, framework),) if taught else (),
        stages=STAGES[position],
        organisation=school,
        district=locality,
        born_on=as_of - dt.timedelta(days=age),
        pedagogical_start=started,
        post_start=started,
        tempo_min_per_week=pick(rng, TEMPO),
        conditions=Conditions(
            internet=bool(rng.random() < 0.97),
            shift=pick(rng, ((1, 0.55), (2, 0.1), (None, 0.35))),
            forbidden_weekdays=(int(rng.integers(1, 6)),) if rng.random() < 0.3 else (),
        ),
    )


def _subject(rng: np.random.Generator, framework: Framework) -> str:
    names = sorted({name[0] for node in framework.nodes for name in node.subjects})
    return names[int(rng.integers(len(names)))]


def _measured(
    rng: np.random.Generator,
    index: int,
    educator: Educator,
    truth: Truth,
    framework: Framework,
    saturated: bool,
) -> list[str]:
    """Codes of the weakest competencies among some that apply to the educator."""
    if saturated:
        among: Sequence[str] = saturated_leaves(framework)
    else:
        applies = framework.applies_to(educator.position, educator.subjects, educator.stages)
        own = [code for code in truth.leaves if applies[framework.index[code]]]
        among = [own[i] for i in sorted(rng.permutation(len(own))[:16].tolist())]
    count = int(rng.integers(LEAST_DEFICITS, MOST_DEFICITS + 1))
    theta = dict(zip(truth.leaves, truth.proficiency[index].tolist(), strict=True))
    return sorted(among, key=lambda code: (theta[code], code))[:count]


def _scores(
    seed: int, index: int, measured: Sequence[str], truth: Truth, as_of: dt.date
) -> tuple[DiagnosticResult, ...]:
    """A test of six tasks for each competency, three months ago."""
    rng = stream(seed, "scores", index)
    theta = dict(zip(truth.leaves, truth.proficiency[index].tolist(), strict=True))
    return tuple(
        DiagnosticResult(
            procedure_id="entry",
            date=as_of - dt.timedelta(days=90),
            method=Method.TEST,
            node=code,
            score=float(rng.binomial(N_TASKS, theta[code])),
            max_score=float(N_TASKS),
            n_tasks=N_TASKS,
        )
        for code in sorted(measured)
    )


def _busy(rng: np.random.Generator, season: Season) -> tuple[Slot, ...]:
    """For two educators in five a weekday's afternoon that is never free."""
    if rng.random() > 0.4:
        return ()
    weekday, hour = int(rng.integers(0, 5)), int(rng.integers(14, 17))
    first = dt.datetime.combine(
        season.first_monday + dt.timedelta(days=weekday), dt.time(hour), tzinfo=season.zone
    )
    starts = [first + dt.timedelta(weeks=week) for week in range(season.weeks)]
    return tuple(Slot(start, start + dt.timedelta(minutes=120)) for start in starts)


def _excluded(rng: np.random.Generator, n_activities: int) -> tuple[str, ...]:
    """One educator in four is kept from one activity in fifty, say those of a provider."""
    if rng.random() > 0.25:
        return ()
    drawn = rng.integers(0, n_activities, max(1, n_activities // 50))
    return tuple(sorted({activity_id(int(i)) for i in drawn}))


def draw_mentor(seed: int, index: int, framework: Framework, season: Season) -> Mentor:
    """Mentor ``index`` with one free hour in each or every other week."""
    rng = stream(seed, "mentor", index)
    weekday, hour = int(rng.integers(0, 5)), int(rng.integers(13, 19))
    every = int(rng.integers(1, 3))
    first = dt.datetime.combine(
        season.first_monday + dt.timedelta(days=weekday), dt.time(hour), tzinfo=season.zone
    )
    starts = [first + dt.timedelta(weeks=week) for week in range(0, season.weeks, every)]
    position = pick(rng, ((Position.TEACHER, 0.75), (Position.PRIMARY_TEACHER, 0.25)))
    leaves = [framework.codes[i] for i in framework.leaves]
    strong = rng.permutation(len(leaves))[:3].tolist()
    return Mentor(
        id=f"M{index:04d}",
        position=position,
        subjects=(_subject(rng, framework),) if position is Position.TEACHER else (),
        stages=STAGES[position],
        organisation_id=f"S{int(rng.integers(60)):03d}",
        district=pick(rng, LOCALITIES),
        forms=(MentorForm.MENTOR_YOUNG,),
        consent=bool(rng.random() < 0.85),
        consent_on=season.as_of - dt.timedelta(days=60),
        capacity=int(rng.integers(0, 4)),
        competencies=tuple(leaves[i] for i in sorted(strong)),
        slots=tuple(Slot(start, start + dt.timedelta(minutes=60)) for start in starts),
        online=bool(rng.random() < 0.7),
    )
