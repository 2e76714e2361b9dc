"""A small region whose shared resources run out: five seats, five mentor places, one slot."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.domain import (
    Activity,
    DiagnosticResult,
    Educator,
    Form,
    Kind,
    Mentor,
    MentorForm,
    Method,
    Offering,
    Organisation,
    Position,
    Slot,
    Stage,
)
from engine.interchange import DataPackage, write_package

ZONE = ZoneInfo("Europe/Moscow")
SCHOOL = Organisation("S1", "Школа № 1", "Центральный", "Город")

LEFT = 5
"""Seats of ``FEW`` and places of ``PLACES``."""

FEW, MANY = "psy-few", "psy-many"
"""Activities that close the same deficit: the better one has ``LEFT`` seats, the other any."""

PLACES, SLOTS = "M-places", "M-slots"
"""Mentors: one has ``LEFT`` places, the other a hundred."""

SLOTS_EACH = 220


def offering_of(activity: str) -> str:
    return f"{activity}-1"


def slot(number: int, as_of: dt.datetime) -> Slot:
    """A mentor's slot: four a day from next week on."""
    day, hour = divmod(number, 4)
    date = as_of.astimezone(ZONE).date() + dt.timedelta(days=7 + day)
    start = dt.datetime.combine(date, dt.time(14 + 2 * hour), ZONE)
    return Slot(start, start + dt.timedelta(hours=1))


def region(folder: Path, as_of: dt.datetime) -> DataPackage:
    """Write the package: dates count from ``as_of``, as the service plans from its own clock."""
    today = as_of.astimezone(ZONE).date()
    package = DataPackage(
        as_of=as_of,
        time_zone=ZONE.key,
        activities=(_activity(FEW, 0.9), _activity(MANY, 0.5)),
        offerings=(
            Offering(offering_of(FEW), FEW, None, None, self_paced=True, seats_left=LEFT),
            Offering(offering_of(MANY), MANY, None, None, self_paced=True),
        ),
        organisations=(SCHOOL,),
        educators=(
            _educator("E-senior", today, years=20),
            _educator("E-young", today, years=0),
        ),
        mentors=(_mentor(PLACES, LEFT, as_of), _mentor(SLOTS, 100, as_of)),
        diagnostics={id: _weak(today) for id in ("E-senior", "E-young")},
    )
    write_package(package, folder)
    return package


def body(educator: str, as_of: dt.datetime, **constraints: object) -> dict[str, Any]:
    """Body of ``POST /routes``."""
    asked: dict[str, Any] = {
        "educator": {"id": educator},
        "as_of": as_of.isoformat(),
        "options": {"deadline_ms": 10_000, "gap_rel": 0.05},
    }
    return {**asked, "constraints": constraints} if constraints else asked


def _activity(id: str, share: float) -> Activity:
    return Activity(
        id=id,
        kind=Kind.SELF_STUDY,
        title="Самообразование: общение с классом",
        hours_academic=16,
        form=Form.INFORMAL,
        coverage={"PSY": share},
    )


def _educator(id: str, today: dt.date, years: int) -> Educator:
    """Whoever has worked for less than three years and is young is due a mentor."""
    begun = today - dt.timedelta(days=100 + 365 * years)
    return Educator(
        id,
        Position.TEACHER,
        subjects=("математика",),
        stages=(Stage.BASIC,),
        organisation=SCHOOL,
        district="Центральный",
        born_on=begun - dt.timedelta(days=365 * 23),
        pedagogical_start=begun,
        post_start=begun,
    )


def _mentor(id: str, capacity: int, as_of: dt.datetime) -> Mentor:
    return Mentor(
        id,
        Position.TEACHER,
        subjects=("математика",),
        district="Центральный",
        forms=(MentorForm.MENTOR_YOUNG,),
        consent=True,
        capacity=capacity,
        competencies=("PSY",),
        slots=tuple(slot(n, as_of) for n in range(SLOTS_EACH)),
    )


def _weak(today: dt.date) -> tuple[DiagnosticResult, ...]:
    return (
        DiagnosticResult("entry", today - dt.timedelta(days=30), Method.TEST, "PSY", 2.0, 6.0, 6),
    )
