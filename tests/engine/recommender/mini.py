"""A small catalogue and a few educators, all in code, for tests of the whole chain."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

from engine.domain import (
    Activity,
    DiagnosticResult,
    Document,
    Educator,
    Form,
    Funding,
    Kind,
    Meeting,
    Mentor,
    MentorForm,
    Method,
    Offering,
    Organisation,
    Position,
    Request,
    Slot,
    Stage,
)
from engine.framework import load_framework
from engine.recommender import Recommender, RouteRequest

MSK = ZoneInfo("Europe/Moscow")
AS_OF = dt.datetime(2026, 8, 31, 9, 0, tzinfo=MSK)
SCHOOL = Organisation("S1", "Школа № 1", "Центральный", "Город")


def day(month: int, number: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, number)


def meeting(date: dt.date, hour: int, minutes: int = 90, place: str = "") -> Meeting:
    start = dt.datetime.combine(date, dt.time(hour), MSK)
    return Meeting(start, start + dt.timedelta(minutes=minutes), place)


def _activity(i: str, kind: Kind, title: str, hours: float, form: Form, **fields) -> Activity:
    return Activity(id=i, kind=kind, title=title, hours_academic=hours, form=form, **fields)


ACTIVITIES = (
    _activity(
        "pk-assess",
        Kind.DPP_PK,
        "Формирующее оценивание на уроке",
        36,
        Form.FORMAL,
        document=Document.CERTIFICATE_PK,
        coverage={"MET.ASM": 1.0},
        register_from=day(1, 1),
        register_to=day(12, 31, 2027),
    ),
    _activity(
        "pk-paid",
        Kind.DPP_PK,
        "Психология подростка для учителя",
        24,
        Form.FORMAL,
        document=Document.CERTIFICATE_PK,
        coverage={"PSY": 1.0},
        price_rub=4_000,
        funding=(Funding.STATE, Funding.OWN),
    ),
    _activity(
        "web-assess",
        Kind.WEBINAR,
        "Критерии оценивания",
        2,
        Form.NON_FORMAL,
        coverage={"MET.ASM": 1.0},
    ),
    _activity(
        "mc-assess",
        Kind.MASTER_CLASS,
        "Мастер-класс: обратная связь",
        4,
        Form.NON_FORMAL,
        coverage={"MET.ASM": 0.8},
    ),
    _activity(
        "self-psy",
        Kind.SELF_STUDY,
        "Самообразование: общение с классом",
        16,
        Form.INFORMAL,
        coverage={"PSY": 0.9},
    ),
    _activity(
        "contest",
        Kind.CONTEST,
        "Конкурс: поделись опытом с коллегами",
        8,
        Form.NON_FORMAL,
        coverage={"COM.COL": 1.0},
    ),
    _activity(
        "burnout",
        Kind.TRAINING,
        "Профилактика эмоционального выгорания педагога",
        4,
        Form.NON_FORMAL,
        themes=("burnout_prevention",),
        coverage={"PSY": 0.5},
    ),
    _activity("check", Kind.DIAGNOSTIC, "Повторная диагностика", 1, Form.INFORMAL),
)

OFFERINGS = (
    Offering("pk-assess-1", "pk-assess", day(9, 21), day(12, 13), enrolment_until=day(9, 10)),
    Offering("pk-paid-1", "pk-paid", day(10, 5), day(12, 27)),
    Offering(
        "web-assess-1",
        "web-assess",
        day(9, 16),
        day(9, 16),
        meetings=(meeting(day(9, 16), 16),),
    ),
    Offering(
        "mc-assess-1",
        "mc-assess",
        day(12, 16),
        day(12, 16),
        meetings=(meeting(day(12, 16), 16, 180, "Город, ИМЦ"),),
        locality="Город",
        seats_left=3,
    ),
    Offering("self-psy-1", "self-psy", None, None, self_paced=True),
    Offering("contest-1", "contest", day(2, 1, 2027), day(2, 14, 2027)),
    Offering(
        "burnout-1", "burnout", day(12, 2), day(12, 2), meetings=(meeting(day(12, 2), 16, 180),)
    ),
    Offering("check-1", "check", None, None, self_paced=True),
)


def _slots(hour: int) -> tuple[Slot, ...]:
    first = dt.datetime(2026, 9, 10, hour, tzinfo=MSK)
    starts = [first + dt.timedelta(weeks=w) for w in range(36)]
    return tuple(Slot(s, s + dt.timedelta(minutes=60)) for s in starts)


def mentor(i: str, **fields) -> Mentor:
    base = {
        "position": Position.TEACHER,
        "subjects": ("математика",),
        "forms": (MentorForm.MENTOR_YOUNG,),
        "consent": True,
        "capacity": 2,
        "competencies": ("MET.ASM",),
        "slots": _slots(17),
        "district": "Центральный",
    }
    return Mentor(i, **{**base, **fields})


MENTORS = (mentor("M1"), mentor("M2", subjects=("химия",), competencies=("COM",)))


def educator(i: str = "E1", **fields) -> Educator:
    base = {
        "position": Position.TEACHER,
        "subjects": ("математика",),
        "stages": (Stage.BASIC,),
        "organisation": SCHOOL,
        "district": "Центральный",
        "born_on": day(5, 1, 1985),
        "pedagogical_start": day(9, 1, 2008),
        "post_start": day(9, 1, 2012),
    }
    return Educator(i, **{**base, **fields})


def score(node: str, points: float, of: float = 6, **fields) -> DiagnosticResult:
    base = {"procedure_id": "entry", "date": day(5, 12), "method": Method.TEST, "n_tasks": int(of)}
    return DiagnosticResult(
        node=node, score=float(points), max_score=float(of), **{**base, **fields}
    )


WEAK = (score("MET.ASM", 2), score("PSY", 3), score("COM", 5))
STRONG = tuple(score(n, 24, 24) for n in ("MET", "PSY", "COM"))
ASKS = Request("R1", text="Хочу научиться формирующему оцениванию")


@cache
def recommender() -> Recommender:
    return Recommender(
        activities=ACTIVITIES, offerings=OFFERINGS, mentors=MENTORS, framework=load_framework()
    )


def ask(**fields) -> RouteRequest:
    base = {"educator": educator(), "as_of": AS_OF, "diagnostics": WEAK, "deadline_ms": 10_000}
    return RouteRequest(**{**base, **fields})
