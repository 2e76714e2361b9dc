"""People and policies for the tests of mentorship."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np

from engine.calendar import WorkCalendar, build_calendar
from engine.domain import (
    DeficitVector,
    Demand,
    DemandKind,
    Educator,
    Mentor,
    MentorForm,
    Organisation,
    Position,
    Slot,
    Stage,
)
from engine.policy import PolicyProfile, load_policy

MOSCOW = ZoneInfo("Europe/Moscow")
VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")
MONDAY = dt.date(2026, 9, 7)
AS_OF = dt.datetime(2026, 9, 1, 12, tzinfo=MOSCOW)
SCHOOL = Organisation("school-1", "Школа № 1", district="Центральный")


def policy(**mentorship: object) -> PolicyProfile:
    """The default profile with some of its mentorship changed."""
    base = load_policy("default")
    rules = dataclasses.replace(base.mentorship, **mentorship)  # type: ignore[arg-type]
    return dataclasses.replace(base, mentorship=rules)


def teacher(**changes: object) -> Educator:
    """An experienced teacher of mathematics: no rule demands a mentor."""
    base = Educator(
        "e1",
        Position.TEACHER,
        subjects=("математика",),
        stages=(Stage.BASIC,),
        organisation=SCHOOL,
        born_on=dt.date(1980, 5, 5),
        pedagogical_start=dt.date(2003, 9, 1),
        post_start=dt.date(2010, 9, 1),
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def hours(day: int, start: float, end: float, zone: ZoneInfo = MOSCOW) -> Slot:
    """A span of a day (0 = the first Monday) by the hours of a zone's clock."""
    midnight = dt.datetime.combine(MONDAY + dt.timedelta(day), dt.time(), tzinfo=zone)
    return Slot(midnight + dt.timedelta(hours=start), midnight + dt.timedelta(hours=end))


def mentor(name: str = "m1", **changes: object) -> Mentor:
    """A mentor against whom nothing stands, free on the first Tuesday 15–16."""
    base = Mentor(
        name,
        Position.TEACHER,
        subjects=("математика",),
        stages=(Stage.BASIC,),
        organisation_id="school-2",
        district="Центральный",
        forms=(MentorForm.MENTOR_YOUNG, MentorForm.PEER),
        consent=True,
        capacity=2,
        competencies=("K1",),
        slots=(hours(1, 15, 16),),
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def demand(node: str, weight: float = 1.0, expected: float = 0.4) -> Demand:
    """A certain deficit of one node."""
    return Demand(
        code=node,
        kind=DemandKind.DEFICIT,
        title=node,
        nodes=(node,),
        weight=weight,
        expected=expected,
        sd=0.0,
        interval_90=(expected, expected),
        pieces=((expected, 1.0),),
    )


def deficits(*demands: Demand) -> DeficitVector:
    """A vector of which only the demands matter here."""
    empty = np.zeros(0)
    return DeficitVector((), empty, empty, empty, demands, None)


def calendar(educator: Educator | None = None, weeks: int = 4) -> WorkCalendar:
    """Calendar of an educator from 7.9.2026 by the default policy."""
    return build_calendar(policy(), educator or teacher(), MONDAY, weeks)
