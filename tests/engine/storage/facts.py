"""Values that the tests of the store put into it."""

from __future__ import annotations

import datetime as dt
import json
import math
from zoneinfo import ZoneInfo

from engine.domain import (
    Conditions,
    DiagnosticResult,
    Educator,
    ItemResponse,
    Method,
    Organisation,
    Position,
    Stage,
)
from engine.lifecycle.states import StepRecord, StepState
from engine.storage import StoredRoute

TENANT = "region-1"

AT = dt.datetime(2026, 8, 31, 9, 30, tzinfo=ZoneInfo("Asia/Vladivostok"))
DAY = dt.date(2026, 5, 20)

EDUCATOR = Educator(
    id="e-1",
    position=Position.TEACHER,
    subjects=("математика",),
    stages=(Stage.BASIC,),
    organisation=Organisation("o-1", "Школа № 1", conditions=Conditions(rural=True)),
    born_on=dt.date(1999, 2, 28),
    tempo_min_per_week=180,
    conditions=Conditions(forbidden_weekdays=(3,)),
)
ROUTE = StoredRoute(
    id="r-1",
    created_at=AT,
    educator_id="e-1",
    as_of=AT,
    status="OPTIMAL",
    policy="spb",
    problem_digest="abc",
    answer='{"id": "r-1", "title": "ё"}',
    problem=b"\x00\xff{}",
    request='{"as_of": "2026-08-31T09:30:00+10:00"}',
    solution='{"status": "OPTIMAL"}',
    updated_at=AT,
)
SCORES = (
    DiagnosticResult("p-2", DAY, Method.TEST, "n2", 3.25, 10.0, 6),
    DiagnosticResult("p-1", DAY, Method.OBSERVATION, "n1", 0.0, 2.0, None, "inner", "c1"),
)
ANSWERS = (
    ItemResponse("p-2", DAY, "i1", 1.0, "n2"),
    ItemResponse("p-2", DAY, "i2", math.nan, "n2"),
)
STEPS = (
    StepRecord(
        "s1", "a1", "o1", DAY, dt.date(2026, 6, 1), StepState.COMPLETED, DAY, 90, 500, "own"
    ),
    StepRecord("s2", "a2", "o2", DAY, DAY),
)


def after(**passed: float) -> dt.datetime:
    """Instant after ``AT``, by words of ``timedelta``."""
    return AT + dt.timedelta(**passed)


def sized_answer(characters: int) -> str:
    """Answer of a route that takes at least so many characters on the disk."""
    return json.dumps({"title": "x" * characters})
