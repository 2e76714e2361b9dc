"""A small region whose every number is counted by hand, and a wide one of sixty districts."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from engine.domain import (
    Activity,
    Conditions,
    Document,
    Form,
    Funding,
    Kind,
    Level,
    Mentor,
    MentorForm,
    Offering,
    Organisation,
    Position,
    Technology,
)
from engine.indicators.periods import ReportPeriod
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

AS_OF = dt.datetime(2026, 12, 20, 9, tzinfo=dt.timezone(dt.timedelta(hours=10)))
YEAR = ReportPeriod(dt.date(2026, 1, 1), dt.date(2026, 12, 31))

_EDUCATORS = [
    # id, position, manager, organisation, district, rural, turns 35, pedagogical start, post start
    ("E1", "teacher", False, "S1", "Северный", False, "2035-01-01", "2025-09-01", "2025-09-01"),
    ("E2", "teacher", False, "S1", "Северный", False, "2020-01-01", "2008-09-01", "2008-09-01"),
    ("E3", "head", True, "S1", "Северный", False, "2010-01-01", "1999-09-01", "2020-01-01"),
    ("E4", "teacher", False, "S2", "Южный", True, "2030-01-01", "2024-02-01", "2024-02-01"),
    ("E5", "primary_teacher", False, "S2", "Южный", True, None, "2025-09-01", None),
    ("E6", "deputy_head", True, "S2", "Южный", True, "2012-01-01", "2001-09-01", "2019-01-01"),
    ("E7", "teacher", False, None, "", None, "2034-01-01", "2020-09-01", "2020-09-01"),
]
_SITTINGS = [
    ("E1", "2026-03-01", "d1", "test", "MET.PLN.01", 5, 10),
    ("E1", "2026-10-01", "d2", "test", "MET.PLN.01", 9, 10),
    ("E2", "2026-03-01", "d1", "test", "MET.PLN.01", 7, 10),
    ("E4", "2025-10-01", "d0", "test", "MET.PLN.01", 3, 10),
    ("E6", "2026-03-02", "d1", "test", "MET.PLN.01", 8, 10),
]
_ROUTES = [
    ("R1", "E1", "2026-03-10", "active", "2026-03-12", None, True, "M1"),
    ("R2", "E2", "2026-03-11", "proposed", None, None, False, None),
    ("R3", "E4", "2025-03-11", "completed", "2025-03-12", "2025-12-30", True, None),
]
_PARTICIPATION = [
    ("E1", "A1", "O1", "R1", "completed", "2026-04-01", "2026-05-20", True),
    ("E1", "A2", "O2", None, "attended", "2026-06-01", None, None),
    ("E2", "A2", "O2", None, "completed", "2026-06-01", "2026-06-01", None),
    ("E4", "A3", None, None, "enrolled", "2026-11-01", None, None),
    ("E5", "A1", "O1", None, "completed", "2025-04-01", "2025-05-20", None),
]


def frame(name: str, rows: list[tuple[object, ...]], days: tuple[str, ...]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=list(COLUMNS[name]))
    for column in days:
        made[column] = pd.to_datetime(made[column])
    return made


def record(educators: list[tuple[object, ...]] | None = None, **changed: object) -> RegionRecord:
    """The small region, or one of other people."""
    people = _EDUCATORS if educators is None else educators
    values: dict[str, object] = {
        "as_of": AS_OF,
        "educators": frame(
            "educators",
            [(*row, ("физика",)) for row in people],
            ("turns_35_on", "pedagogical_start", "post_start"),
        ),
        "sittings": frame("sittings", list(_SITTINGS), ("date",)),
        "routes": frame("routes", list(_ROUTES), ("created_on", "agreed_on", "ended_on")),
        "participation": frame("participation", list(_PARTICIPATION), ("date", "ended_on")),
        "activities": ACTIVITIES,
        "offerings": OFFERINGS,
        "organisations": ORGANISATIONS,
        "mentors": MENTORS,
        "registers": REGISTERS,
    }
    return RegionRecord(**{**values, **changed})  # type: ignore[arg-type]


def empty() -> RegionRecord:
    """A region of which nothing is known yet."""
    return RegionRecord(
        as_of=AS_OF,
        educators=frame("educators", [], ("turns_35_on", "pedagogical_start", "post_start")),
        sittings=frame("sittings", [], ("date",)),
        routes=frame("routes", [], ("created_on", "agreed_on", "ended_on")),
        participation=frame("participation", [], ("date", "ended_on")),
    )


LONG = (
    "Муниципальное образование городской округ Большой Камень и посёлки с очень длинным "
    "официальным наименованием"
)


def wide(districts: int = 60) -> RegionRecord:
    """A region of many districts, each of i % 7 + 1 people, every second one diagnosed."""
    people, sittings = [], []
    for d in range(districts):
        name = LONG if d == 3 else f"Район {d:02d}"
        for i in range(d % 7 + 1):
            key = f"E{d:02d}-{i}"
            people.append((key, "teacher", False, f"S{d}", name, None, None, None, None))
            if i % 2 == 0:
                sittings.append((key, "2026-03-01", "d1", "test", "MET.PLN.01", 5, 10))
    return record(people, sittings=frame("sittings", sittings, ("date",)))


ORGANISATIONS = (
    Organisation("S1", "Школа № 1", "Северный", conditions=Conditions(rural=False)),
    Organisation("S2", "Школа № 2", "Южный", conditions=Conditions(rural=True)),
    Organisation("MS", "Информационно-методический центр", "Северный"),
)

ACTIVITIES = (
    Activity(
        "A1", Kind.DPP_PK, "Оценивание на уроке", 36.0, Form.FORMAL,
        provider="Институт развития образования", document=Document.CERTIFICATE_PK,
        technologies=(Technology.DISTANCE,), network_form=True,
        register_from=dt.date(2024, 1, 1), register_to=dt.date(2027, 1, 1),
        price_rub=5000, funding=(Funding.STATE,),
    ),
    Activity(
        "A2", Kind.SEMINAR, "Семинар по оцениванию", 4.0, Form.NON_FORMAL,
        provider="Информационно-методический центр",
    ),
    Activity(
        "A3", Kind.DPP_PP, "Менеджмент в образовании", 250.0, Form.FORMAL,
        provider="Институт развития образования", document=Document.DIPLOMA_PP,
        register_from=dt.date(2022, 1, 1), register_to=dt.date(2026, 1, 1),
        price_rub=30000, funding=(Funding.OWN, Funding.EMPLOYER),
    ),
    Activity("A4", Kind.DPP_PK, "Программа без сведений", None, Form.FORMAL),
)  # fmt: skip
OFFERINGS = (
    Offering("O1", "A1", dt.date(2026, 4, 1), dt.date(2026, 5, 20), price_rub=4000),
    Offering("O2", "A2", dt.date(2026, 6, 1), dt.date(2026, 6, 1)),
    Offering("O3", "A3", dt.date(2027, 2, 1), dt.date(2027, 6, 1)),
)
MENTORS = (
    Mentor("M1", Position.TEACHER, organisation_id="S1", district="Северный", consent=True,
           capacity=2, trained_until=dt.date(2027, 1, 1)),
    Mentor("M2", Position.TEACHER, organisation_id="S2", district="Южный", consent=False,
           capacity=3, forms=(MentorForm.PEER,)),
)  # fmt: skip
REGISTERS = Registers(
    methodists=(
        Methodist("T1", Level.MUNICIPAL, "MS", "Северный", educators=("E1", "E2"),
                  organisations=("S1",), trained_until=dt.date(2027, 6, 1)),
        Methodist("T2", Level.MUNICIPAL, "MS", "Северный", educators=("E2",)),
        Methodist("T3", Level.REGIONAL, in_post=Period(until=dt.date(2026, 6, 1))),
    ),
    teams=(Team("K1", "S1", "Команда школы № 1", ("E3",)),),
    sites=(
        InternshipSite("P1", "Площадка «Формирующее оценивание»", "S1", "Северный",
                       Level.REGIONAL, places=6, activities=("A2",)),
        InternshipSite("P2", "Закрытая площадка", open_during=Period(until=dt.date(2025, 1, 1))),
    ),
    communities=(Community("C1", "Ассоциация учителей физики", Level.REGIONAL,
                           subjects=("физика",), members=("E1", "E2", "E4")),),
    practices=(Practice("B1", "Практика", link="https://example.org/p"), Practice("B2", "Вторая")),
    accompaniments=(
        Accompaniment("K", "E4", MentorForm.MENTOR_YOUNG, "M1",
                      Period(dt.date(2026, 2, 1), dt.date(2026, 6, 1))),
    ),
)  # fmt: skip
