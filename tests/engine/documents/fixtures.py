"""Recommendations made by hand: a full route, an infeasible request, an empty route, a hostile one.

The numbers are invented but agree with each other: loads add up to the steps' minutes, closings
stay below the deficits.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from engine.domain import Reason
from engine.dynamics import ChangeEntry, PointEntry
from engine.recommendation import (
    Certificate,
    Checkpoint,
    Closing,
    ConditionsEntry,
    ConflictMember,
    DeficitEntry,
    Descriptors,
    EducatorEntry,
    Evidence,
    MeetingEntry,
    MentorEntry,
    MissedWindow,
    Provenance,
    Recommendation,
    Repair,
    RequestEntry,
    Resources,
    RouteEntry,
    Step,
    Unmet,
    WeekLoad,
)

ZONE = ZoneInfo("Asia/Vladivostok")
AS_OF = dt.datetime(2026, 9, 10, 9, 0, tzinfo=ZONE)

ASSESSMENT = "Формирующее и критериальное оценивание"
CLASSROOM = "Управление классом и поведением на уроке"
TASKS = "Методика решения текстовых задач"
PARENTS = "Общение с родителями"
WISH = "Хочу научиться вести проекты с семиклассниками"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def meeting(start: str, minutes: int, place: str = "") -> MeetingEntry:
    begin = dt.datetime.fromisoformat(start).replace(tzinfo=ZONE)
    return MeetingEntry(begin, begin + dt.timedelta(minutes=minutes), place)


def evidence(score: float, maximum: float, tasks: int | None, method: str = "test") -> Evidence:
    return Evidence("ДПП-2026-09", day("2026-09-02"), method, score, maximum, tasks)


DEFICITS = (
    DeficitEntry(
        node="MET.05",
        kind="deficit",
        title=ASSESSMENT,
        estimate=0.42,
        interval_90=(0.20, 0.64),
        weight=1.0,
        official_level="high",
        level_probability=(0.71, 0.22, 0.07),
        raw_score=8,
        raw_max=24,
        n_tasks=6,
        closed_expected=0.27,
        evidence=(evidence(8, 24, 6), evidence(3, 6, None, "observation")),
        direction="Методические компетенции",
    ),
    DeficitEntry(
        node="PSY.02",
        kind="deficit",
        title=CLASSROOM,
        estimate=0.31,
        interval_90=(0.10, 0.53),
        weight=0.7,
        official_level="medium",
        level_probability=(0.34, 0.47, 0.19),
        raw_score=15,
        raw_max=25,
        n_tasks=7,
        closed_expected=0.16,
        evidence=(evidence(15, 25, 7),),
        direction="Психолого-педагогические компетенции",
    ),
    DeficitEntry(
        node="SUB.MAT.03",
        kind="deficit",
        title=TASKS,
        estimate=0.18,
        interval_90=(0.02, 0.39),
        weight=0.7,
        official_level="medium",
        level_probability=(0.08, 0.55, 0.37),
        raw_score=19,
        raw_max=25,
        n_tasks=7,
        closed_expected=0.09,
        evidence=(evidence(19, 25, 7),),
        direction="Предметные компетенции",
    ),
    DeficitEntry(
        node="COM.01",
        kind="deficit",
        title=PARENTS,
        estimate=0.09,
        interval_90=(0.0, 0.27),
        weight=0.3,
        official_level="minimal",
        level_probability=(0.03, 0.21, 0.76),
        raw_score=22,
        raw_max=26,
        n_tasks=5,
        closed_expected=0.0,
        evidence=(evidence(22, 26, 5),),
        direction="Коммуникативные компетенции",
    ),
    DeficitEntry(
        node="request:projects",
        kind="request",
        title=WISH,
        estimate=0.5,
        interval_90=(0.5, 0.5),
        weight=0.8,
        official_level=None,
        level_probability=None,
        raw_score=None,
        raw_max=None,
        n_tasks=None,
        closed_expected=0.21,
        evidence=(),
    ),
)

CHANGES = (
    ChangeEntry(
        node="MET.05",
        title=ASSESSMENT,
        points=(
            PointEntry(day("2025-09-03"), "ДПП-2025-09", 0.41, (0.22, 0.62), 0.2, 5, "high"),
            PointEntry(day("2026-02-04"), "ДПП-2026-02", 0.48, (0.30, 0.66), 0.55, None, "high"),
            PointEntry(day("2026-09-02"), "ДПП-2026-09", 0.62, (0.43, 0.79), 0.625, 6, "medium"),
        ),
        change=0.21,
        interval_90=(0.02, 0.38),
        probability_grown=0.966,
        probability_before=0.998,
        probability_after=0.22,
        probability_removed=0.78,
        status="likely_removed",
    ),
    ChangeEntry(
        node="PSY.02",
        title=CLASSROOM,
        points=(
            PointEntry(day("2025-09-03"), "ДПП-2025-09", 0.62, (0.42, 0.80), 0.7, 10, "medium"),
            PointEntry(day("2026-09-02"), "ДПП-2026-09", 0.60, (0.41, 0.78), 0.6, 7, "medium"),
        ),
        change=-0.02,
        interval_90=(-0.18, 0.13),
        probability_grown=0.41,
        probability_before=0.93,
        probability_after=0.95,
        probability_removed=0.03,
        status="likely_remains",
    ),
)

STEPS = (
    Step(
        id="s1",
        activity="a-101",
        title="Формирующее оценивание на уроках математики в основной школе",
        kind="dpp_pk",
        offering="o-101-2",
        form="formal",
        technology=("blended", "case"),
        document="udostoverenie",
        provider="Приморский краевой институт развития образования",
        level=None,
        start=day("2026-09-21"),
        end=day("2026-10-25"),
        self_paced=False,
        hours_academic=36.0,
        workload_min=1620,
        travel_min=0,
        funding="state",
        cost_rub=6500,
        meetings=(
            meeting("2026-09-22T16:00", 90),
            meeting("2026-10-06T16:00", 90),
            meeting("2026-10-20T16:00", 90),
        ),
        closes=(
            Closing("MET.05", ASSESSMENT, 0.19, (0.12, 0.25)),
            Closing("SUB.MAT.03", TASKS, 0.04, (0.01, 0.06)),
        ),
        relevance=0.78,
        reasons=(
            Reason(
                "closes_deficit",
                {
                    "node": "MET.05",
                    "title": ASSESSMENT,
                    "expected": 0.19,
                    "estimate": 0.42,
                    "n_tasks_wrong": 4,
                    "n_tasks": 6,
                },
            ),
            Reason("federal_register", {"until": "2027-08-31"}),
            Reason("relevance", {"value": 0.78, "factors": ["coverage", "subject"]}),
        ),
    ),
    Step(
        id="s2",
        activity="a-155",
        title="Тихий класс: приёмы управления вниманием",
        kind="master_class",
        offering="o-155-1",
        form="non_formal",
        technology=("classroom", "simulation"),
        document="certificate",
        provider="Информационно-методический центр Первореченского района",
        level="district",
        start=day("2026-10-14"),
        end=day("2026-10-14"),
        self_paced=False,
        hours_academic=4.0,
        workload_min=240,
        travel_min=60,
        funding=None,
        cost_rub=0,
        meetings=(meeting("2026-10-14T15:30", 180, "Владивосток, ул. Первая, 10"),),
        closes=(Closing("PSY.02", CLASSROOM, 0.06, (0.03, 0.14)),),
        relevance=0.66,
        reasons=(
            Reason("closes_deficit", {"node": "PSY.02", "title": CLASSROOM, "expected": 0.06}),
            Reason("pinned", {}),
        ),
        pinned=True,
    ),
    Step(
        id="s3",
        activity="a-160",
        title="Открытый урок «Оцениваем вместе»",
        kind="open_lesson",
        offering="o-160-1",
        form="non_formal",
        technology=("peer", "reflection"),
        document="none",
        provider="Школа № 12",
        level="municipal",
        start=day("2026-11-18"),
        end=day("2026-11-18"),
        self_paced=False,
        hours_academic=2.0,
        workload_min=150,
        travel_min=60,
        funding=None,
        cost_rub=0,
        meetings=(meeting("2026-11-18T10:00", 90, "Владивосток, Школа № 12"),),
        closes=(Closing("MET.05", ASSESSMENT, 0.04, (0.00, 0.07)),),
        relevance=0.7,
        reasons=(Reason("practice_for", {"title": "Формирующее оценивание на уроках математики"}),),
    ),
    Step(
        id="s4",
        activity="a-201",
        title="Текстовые задачи: от условия к модели (самостоятельный курс)",
        kind="self_study",
        offering="o-201@2026-11-09/0.5",
        form="informal",
        technology=("self_directed", "distance"),
        document="none",
        provider="Академия Минпросвещения",
        level=None,
        start=day("2026-11-09"),
        end=day("2026-12-20"),
        self_paced=True,
        hours_academic=12.0,
        workload_min=540,
        travel_min=0,
        funding=None,
        cost_rub=0,
        meetings=(),
        closes=(Closing("SUB.MAT.03", TASKS, 0.05, (0.01, 0.06)),),
        relevance=0.61,
        reasons=(Reason("closes_deficit", {"node": "SUB.MAT.03", "title": TASKS}),),
    ),
    Step(
        id="s5",
        activity="a-230",
        title="Профилактика профессионального выгорания: тренинг для начинающих педагогов",
        kind="training",
        offering="o-230-1",
        form="non_formal",
        technology=("classroom", "reflection"),
        document="certificate",
        provider="ЦНППМ",
        level="regional",
        start=day("2026-12-05"),
        end=day("2026-12-05"),
        self_paced=False,
        hours_academic=6.0,
        workload_min=330,
        travel_min=60,
        funding=None,
        cost_rub=0,
        meetings=(meeting("2026-12-05T10:00", 270, "Владивосток, ЦНППМ"),),
        closes=(),
        relevance=0.5,
        reasons=(Reason("required_theme", {"theme": "burnout_prevention"}),),
    ),
    Step(
        id="s6",
        activity="a-244",
        title="Учебный проект в 7 классе: от замысла до защиты",
        kind="workshop",
        offering="o-244-1",
        form="non_formal",
        technology=("project", "distance"),
        document="certificate",
        provider="Приморский краевой институт развития образования",
        level="regional",
        start=day("2027-01-18"),
        end=day("2027-02-14"),
        self_paced=False,
        hours_academic=16.0,
        workload_min=720,
        travel_min=0,
        funding="employer",
        cost_rub=1200,
        meetings=(meeting("2027-01-21T17:00", 90), meeting("2027-02-11T17:00", 90)),
        closes=(Closing("request:projects", WISH, 0.21, (0.21, 0.21)),),
        relevance=0.81,
        reasons=(Reason("closes_request", {"node": "request:projects", "title": WISH}),),
    ),
    Step(
        id="s7",
        activity="a-301",
        title="Стажировка в школе-партнёре: уроки с трудным классом",
        kind="internship",
        offering="o-301-1",
        form="informal",
        technology=("mentoring",),
        document="none",
        provider="",
        level=None,
        start=day("2027-03-01"),
        end=day("2027-03-21"),
        self_paced=False,
        hours_academic=10.0,
        workload_min=450,
        travel_min=0,
        funding="state",
        cost_rub=0,
        meetings=(),
        closes=(
            Closing("PSY.02", CLASSROOM, 0.10, (0.03, 0.14)),
            Closing("MET.05", ASSESSMENT, 0.04, (0.00, 0.07)),
        ),
        relevance=0.73,
        reasons=(
            Reason("closes_deficit", {"node": "PSY.02", "title": CLASSROOM, "expected": 0.10}),
        ),
    ),
)

MENTOR = MentorEntry(
    id="m-07",
    form="mentor_young",
    fit=0.82,
    reasons=(
        Reason("mentor_fit_subject", {"value": 1.0}),
        Reason("mentor_fit_competency", {"value": 0.8, "titles": [ASSESSMENT, CLASSROOM]}),
    ),
    meetings=tuple(
        meeting(start, 60)
        for start in (
            "2026-09-25T15:00",
            "2026-10-23T15:00",
            "2026-11-20T15:00",
            "2027-01-22T15:00",
            "2027-02-19T15:00",
            "2027-03-12T15:00",
        )
    ),
    missed=(MissedWindow(day("2026-12-14"), day("2027-01-10")),),
)

_LOADS = "384 324 324 564 384 0 0 90 300 90 420 135 90 0 0 0 0 240 180 180 180 60 0 150 210 150 0"
_TEMPO = "420 " * 3 + "600 420 180 180 " + "420 " * 7 + "0 0 " + "420 " * 11


def weekly_load() -> tuple[WeekLoad, ...]:
    first = day("2026-09-21")
    pairs = zip(_LOADS.split(), _TEMPO.split(), strict=True)
    return tuple(
        WeekLoad(first + dt.timedelta(days=7 * i), int(load), int(tempo))
        for i, (load, tempo) in enumerate(pairs)
    )


FULL = Recommendation(
    id="r-2026-0001",
    as_of=AS_OF,
    status="WITHIN_GAP",
    certificate=Certificate(7312.4, 7368.1, 0.00762, 0.412, False),
    educator=EducatorEntry(
        id="e-01",
        position="teacher",
        subjects=("математика",),
        stages=("basic", "secondary"),
        organisation="МБОУ «Школа № 12»",
        district="Первореченский",
        strengths=("цифровые инструменты", "COM.01"),
        time_zone="Asia/Vladivostok",
        tempo_min_per_week=420,
    ),
    group="support",
    deficits=DEFICITS,
    requests=(
        RequestEntry("projects", WISH, None, None, ()),
        RequestEntry("career", None, None, "deputy_head", ()),
    ),
    conditions=ConditionsEntry(rural=False, internet=True, shift=1, forbidden_weekdays=(1, 4)),
    resources=Resources(152, 61, 214, 18, 97),
    descriptors=Descriptors(
        content=(ASSESSMENT, CLASSROOM, TASKS, WISH),
        forms=("formal", "non_formal", "informal"),
        technologies=("blended", "case", "classroom", "peer", "project", "self_directed"),
        tempo_min_per_week=420,
        total_min=4455,
    ),
    route=RouteEntry(
        start=day("2026-09-21"),
        end=day("2027-03-21"),
        workload_min=4455,
        weekly_load=weekly_load(),
        steps=STEPS,
        mentor=MENTOR,
        checkpoints=(
            Checkpoint("middle", "d-1", "Промежуточная диагностика ЦНППМ", day("2026-12-08"), 45),
            Checkpoint("final", None, None, None, 0),
        ),
        cost_by_source={"state": 6500, "employer": 1200},
    ),
    unmet=(
        Unmet("COM.01", PARENTS, "outranked", {"value_lost": 12.0}),
        Unmet("checkpoint", "", "missing_checkpoint", {"stage": "final"}),
        Unmet(
            "mentor",
            "",
            "missed_meeting",
            {"start": "2026-12-14", "end": "2027-01-10"},
        ),
    ),
    conflict=None,
    repairs=(),
    notes=(Reason("unmatched_request", {"text": WISH}),),
    not_chosen={
        "a-1": Reason("audience_position", {"position": "head"}),
        "a-2": Reason("audience_position", {"position": "head"}),
        "a-3": Reason("outranked", {}),
    },
    provenance=Provenance(
        policy="primorye@2026.1",
        framework="educator-2026@1",
        catalogue="demo@2026-09-01",
        model="matcher-0.1",
        engine_version="0.1.0",
        problem_digest="sha256:" + "4f9c2a7be1d05c38" * 4,
        seed=0,
        gap_rel_asked=0.01,
        deadline_ms=1000,
    ),
)

CHANGED = replace(FULL, id="r-2026-0005", changes=CHANGES)

INFEASIBLE = replace(
    FULL,
    id="r-2026-0002",
    status="INFEASIBLE",
    certificate=Certificate(None, None, None, 0.08, False),
    route=None,
    unmet=(),
    not_chosen={},
    notes=(),
    conflict=(
        ConflictMember("pinned", {"label": "a-101"}),
        ConflictMember("tempo", {"tempo_min": 90}),
        ConflictMember("horizon", {"start": "2026-09-14", "end": "2026-10-25"}),
    ),
    repairs=(
        Repair("more_tempo", {"minutes": 150, "loss": 21}),
        Repair("drop_pin", {"label": "a-101", "loss": 1900}),
        Repair("relax_rule", {"rule": "transfer"}),
    ),
)

UNKNOWN = replace(
    INFEASIBLE,
    id="r-2026-0003",
    status="UNKNOWN",
    certificate=Certificate(None, 9000.0, None, 1.0, True),
    conflict=None,
    repairs=(),
)

EMPTY = replace(
    FULL,
    id="r-2026-0004",
    status="OPTIMAL",
    certificate=Certificate(0.0, 0.0, 0.0, 0.01, False),
    educator=replace(FULL.educator, organisation=None, district=None, strengths=(), subjects=()),
    group=None,
    deficits=(),
    requests=(),
    conditions=ConditionsEntry(None, None, None, ()),
    descriptors=Descriptors((), (), (), 120, 0),
    route=RouteEntry(None, None, 0, (), (), None, ()),
    unmet=(Unmet("request:x", "Робототехника", "no_activity", {}),),
    notes=(),
    not_chosen={},
)

EVIL = "<script>alert(1)</script>\"'{{7*7}}[red]\x1b[31m\u202eabc</svg></style>\nBEGIN:VEVENT"

HOSTILE = replace(
    FULL,
    id=EVIL,
    educator=replace(
        FULL.educator, organisation=EVIL, district=EVIL, subjects=(EVIL,), strengths=(EVIL,)
    ),
    group=EVIL,
    deficits=tuple(replace(d, title=EVIL, direction=EVIL) for d in DEFICITS),
    requests=(RequestEntry("x", EVIL, EVIL, EVIL, (EVIL,)),),
    descriptors=replace(FULL.descriptors, content=(EVIL,), forms=(EVIL,), technologies=(EVIL,)),
    route=replace(
        FULL.route,
        steps=tuple(
            replace(
                s,
                title=EVIL,
                kind=EVIL,
                form=EVIL,
                provider=EVIL,
                document=EVIL,
                technology=(EVIL,),
                reasons=(Reason(EVIL, {"x": EVIL}), Reason("practice_for", {"title": EVIL})),
                closes=tuple(replace(c, title=EVIL) for c in s.closes),
                meetings=tuple(replace(m, place=EVIL) for m in s.meetings),
            )
            for s in STEPS
        ),
        mentor=replace(MENTOR, id=EVIL, form=EVIL),
        checkpoints=(Checkpoint(EVIL, EVIL, EVIL, day("2026-12-08"), 45),),
    ),
    unmet=(Unmet(EVIL, EVIL, EVIL, {"x": EVIL}),),
    notes=(Reason(EVIL, {EVIL: EVIL}),),
    changes=tuple(replace(c, title=EVIL, status=EVIL) for c in CHANGES),
    provenance=replace(FULL.provenance, policy=EVIL, problem_digest=EVIL),
)

ALL = {
    "full": FULL,
    "changed": CHANGED,
    "infeasible": INFEASIBLE,
    "unknown": UNKNOWN,
    "empty": EMPTY,
    "hostile": HOSTILE,
}
