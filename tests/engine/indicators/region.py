"""A little region, small enough to count by hand; every test that counts refers to these tables.

The year 2026 is the period; the record is of 30 November 2026. ``x9`` is nobody in the system.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from engine.domain import (
    Activity,
    Document,
    Form,
    Kind,
    Level,
    Mentor,
    MentorForm,
    Offering,
    Organisation,
    Position,
)
from engine.region_record import COLUMNS, RegionRecord
from engine.registers import (
    Accompaniment,
    Community,
    InternshipSite,
    Methodist,
    Period,
    Practice,
    Registers,
    Team,
)

AS_OF = dt.datetime(2026, 11, 30, 12, tzinfo=dt.timezone(dt.timedelta(hours=3)))

# id, position, organisation, district, turns 35, began to teach
EDUCATORS = (
    ("p1", "teacher", "S1", "Север", "2030-05-01", "2025-09-01"),
    ("p2", "teacher", "S1", "Север", "2026-06-01", "2024-09-01"),
    ("p3", "teacher", "S2", "Юг", "2028-01-01", "2023-12-31"),
    ("p4", "teacher", "S2", "Юг", "2010-01-01", "2000-09-01"),
    ("p5", "teacher", "S2", "Юг", None, "2025-01-01"),
    ("p6", "primary_teacher", "S1", "Север", "2011-01-01", "2005-09-01"),
    ("p7", "teacher", "S2", "Юг", "2009-01-01", "2001-09-01"),
    ("h1", "head", "S1", "Север", "2005-01-01", "1995-09-01"),
    ("d1", "deputy_head", "S1", "Север", "2006-01-01", "1996-09-01"),
    ("h2", "head", "S2", "Юг", "2007-01-01", "1997-09-01"),
)

# who, day, method, node, score out of 10
SITTINGS = (
    ("p1", "2026-01-20", "test", "SUB.A.01", 5),
    ("p2", "2025-10-10", "test", "MET.B", 9),
    ("p2", "2026-03-01", "self", "MET.B", 8),
    ("p3", "2026-02-01", "self", "SUB.A", 10),
    ("p6", "2026-06-06", "test", "MET.B", 10),
    ("p7", "2026-06-07", "test", "MET.B", 10),
    ("h1", "2025-05-05", "expert", "MET.M", 3),
    ("x9", "2026-02-02", "test", "SUB.A", 1),
)

# who, activity, state, began, ended, chosen for a deficit
PARTICIPATION = (
    ("p1", "A1", "completed", "2026-02-01", "2026-04-01", True),
    ("p2", "A3", "completed", "2026-03-05", "2026-05-01", None),
    ("p3", "A1", "completed", "2026-05-01", "2026-07-15", False),
    ("p4", "A4", "attended", "2026-03-10", None, None),
    ("p1", "A4", "enrolled", "2026-05-01", None, None),
    ("p3", "A5", "attended", "2026-04-01", None, None),
    ("h1", "A2", "completed", "2026-01-10", "2026-02-20", None),
    ("d1", "A2", "enrolled", "2026-10-01", None, None),
    ("h2", "A6", "completed", "2025-11-01", "2026-01-15", None),
    ("p2", "A7", "attended", "2026-03-01", None, None),
    ("x9", "A9", "attended", "2026-03-10", None, None),
    ("p2", "A9", "missed", "2026-05-05", None, None),
    ("p6", "A8", "enrolled", "2026-03-03", None, None),
    ("p7", "A8", "attended", "2026-03-03", None, None),
)

# route, who, created, state, ended, rests on diagnostics, mentor
ROUTES = (
    ("r1", "p1", "2026-01-25", "active", None, True, "m1"),
    ("r2", "p2", "2025-11-01", "proposed", None, True, "m2"),
    ("r3", "p3", "2026-02-10", "cancelled", "2026-02-20", True, None),
    ("r4", "p4", "2026-03-01", "completed", "2026-06-01", False, None),
    ("r5", "h1", "2026-04-01", "proposed", None, True, None),
    ("r6", "p5", "2026-05-01", "agreed", None, False, "m1"),
)

# id, kind, level, in the register from, to, covers, for, themes
ACTIVITIES = (
    ("A1", "dpp_pk", None, "2025-01-01", "2026-06-30", "SUB.A", (), ()),
    ("A2", "dpp_pk", None, None, None, "MET.M", ("head", "deputy_head"), ()),
    ("A3", "dpp_pp", "regional", "2024-01-01", None, "MET.B", (), ()),
    ("A4", "seminar", "regional", None, None, "", (), ("burnout_prevention",)),
    ("A5", "webinar", "national", None, None, "", (), ()),
    ("A6", "dpp_pk", None, None, "2025-12-31", "", (), ("education_quality_management",)),
    ("A7", "diagnostic", "regional", None, None, "", (), ()),
    ("A8", "master_class", "municipal", None, None, "", (), ()),
    ("A9", "forum", "regional", None, None, "", (), ()),
)

# run, activity, first day, last day, self-paced
RUNS = (
    ("R1", "A4", "2026-03-10", "2026-03-10", False),
    ("R2", "A4", "2026-05-10", "2026-05-10", False),
    ("R3", "A5", "2026-04-01", "2026-04-01", False),
    ("R4", "A9", "2026-12-15", "2026-12-15", False),
    ("R5", "A1", "2026-02-01", "2026-04-01", False),
    ("R6", "A8", "2026-03-03", "2026-03-03", False),
    ("R7", "A4", "2025-12-31", "2025-12-31", False),
    ("R8", "A9", "2026-01-01", "2026-06-01", True),
    ("R9", "A3", "2026-01-10", "2026-05-01", False),
)

REGISTERS = Registers(
    methodists=(
        Methodist("M1", Level.REGIONAL, educators=("p1", "p2", "h1"), organisations=("S2",),
                  trained_until=dt.date(2026, 11, 30)),
        Methodist("M2", Level.REGIONAL, educators=("p4",),
                  in_post=Period(None, dt.date(2026, 10, 31))),
        Methodist("M3", Level.MUNICIPAL, organisations=("S1",)),
        Methodist("M4", Level.MUNICIPAL, educators=("p4",), organisations=("S1",),
                  in_post=Period(None, dt.date(2026, 6, 30))),
        Methodist("M5", Level.REGIONAL, educators=("p1",), trained_until=dt.date(2026, 11, 29)),
        Methodist("M6", Level.REGIONAL),
    ),
    teams=(
        Team("T1", "S1", members=("h1", "d1")),
        Team("T2", "S2", members=("h2", "p4"), exists=Period(None, dt.date(2025, 12, 31))),
        Team("T3", "S2", members=("h2", "z9"), exists=Period(dt.date(2026, 1, 1))),
    ),
    sites=(InternshipSite("V1", "Площадка", open_during=Period(dt.date(2027, 1, 1))),),
    communities=(Community("C1", "Объединение", lead="p4", members=("p5",)),),
    practices=(Practice("B1", "Практика", authors=("p4",)),),
    accompaniments=(
        Accompaniment("a1", "p1", MentorForm.MENTOR_YOUNG, "m1", Period(dt.date(2026, 9, 1))),
        Accompaniment("a2", "p3", MentorForm.PEER, "m2", Period(None, dt.date(2026, 2, 1))),
        Accompaniment("a3", "p2", MentorForm.TUTOR, "m2", Period(None, dt.date(2025, 12, 31))),
        Accompaniment("a4", "T1", MentorForm.TEAM, "T3", Period()),
    ),
)  # fmt: skip


def frame(name: str, rows: Sequence[Sequence[object]], days: Sequence[str]) -> pd.DataFrame:
    """A frame of the record from rows in the order of its columns."""
    made = pd.DataFrame(list(rows), columns=list(COLUMNS[name]), dtype=object)
    for column in days:
        made[column] = pd.to_datetime(made[column])
    return made


def educators_of(rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Frame of educators."""
    managers = ("head", "deputy_head", "unit_head")
    return frame(
        "educators",
        [
            (who, post, post in managers, place, district, None, turns, began, None, ())
            for who, post, place, district, turns, began in rows
        ],
        ("turns_35_on", "pedagogical_start", "post_start"),
    )


def sittings_of(rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Frame of sittings; a procedure of its own for each day."""
    made = frame(
        "sittings",
        [(who, day, f"d-{day}", method, node, score, 10) for who, day, method, node, score in rows],
        ("date",),
    )
    return made.astype({"score": float, "max_score": float})


def participation_of(rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Frame of participation without runs and routes."""
    return frame(
        "participation",
        [
            (who, activity, None, None, state, began, ended, selected)
            for who, activity, state, began, ended, selected in rows
        ],
        ("date", "ended_on"),
    )


def routes_of(rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Frame of routes."""
    return frame(
        "routes",
        [
            (route, who, created, state, None, ended, diagnosed, mentor)
            for route, who, created, state, ended, diagnosed, mentor in rows
        ],
        ("created_on", "agreed_on", "ended_on"),
    )


def little_region(
    *,
    educators: Sequence[Sequence[object]] = EDUCATORS,
    sittings: Sequence[Sequence[object]] = SITTINGS,
    participation: Sequence[Sequence[object]] = PARTICIPATION,
    routes: Sequence[Sequence[object]] = ROUTES,
    registers: Registers = REGISTERS,
    as_of: dt.datetime = AS_OF,
) -> RegionRecord:
    """The region of the tables above, or with other ones in their place."""
    return RegionRecord(
        as_of=as_of,
        educators=educators_of(educators),
        sittings=sittings_of(sittings),
        routes=routes_of(routes),
        participation=participation_of(participation),
        activities=tuple(_activity(*row) for row in ACTIVITIES),
        offerings=tuple(_run(*row) for row in RUNS),
        organisations=(Organisation("S1", "Школа 1", "Север"), Organisation("S2", "Школа 2", "Юг")),
        mentors=(Mentor("m1", Position.TEACHER), Mentor("m2", Position.TEACHER)),
        registers=registers,
    )


def _activity(
    name: str,
    kind: str,
    level: str | None,
    since: str | None,
    until: str | None,
    covers: str,
    positions: tuple[str, ...],
    themes: tuple[str, ...],
) -> Activity:
    return Activity(
        id=name,
        kind=Kind(kind),
        title=name,
        hours_academic=36,
        form=Form.FORMAL,
        document=Document.NONE,
        level=None if level is None else Level(level),
        positions=tuple(map(Position, positions)),
        coverage={covers: 1.0} if covers else {},
        themes=themes,
        register_from=None if since is None else dt.date.fromisoformat(since),
        register_to=None if until is None else dt.date.fromisoformat(until),
    )


def _run(name: str, activity: str, start: str, end: str, self_paced: bool) -> Offering:
    days = (dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    return Offering(name, activity, *days, self_paced=self_paced)
