"""The record behind the documents: all fields, from the route and from its life."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.documents.build_iom import build_iom, head_of
from engine.lifecycle.states import RouteProgress
from tests.engine.documents.documents import progress
from tests.engine.documents.fixtures import ALL, EMPTY, FULL, INFEASIBLE, STEPS


def test_every_field_of_the_template_is_there() -> None:
    """Level, accompaniment, five descriptors and terms head the map; four inputs are shown."""
    iom = build_iom(FULL)
    assert [name for name, _ in head_of(iom)] == [
        "Уровень маршрута",
        "Сопровождение",
        "Встречи",
        "Содержание",
        "Формы организации",
        "Технологии",
        "Темп",
        "Общее время",
        "Сроки",
    ]
    assert [name for name, _ in iom.inputs] == [
        "Дефициты",
        "Запросы педагога",
        "Условия организации",
        "Ресурсы дополнительного образования",
    ]
    assert len(iom.steps) == len(iom.report) == len(STEPS)
    assert [s.role for s in iom.signatures] == [
        "Педагог",
        "Тьютор (методист)",
        "Наставник",
        "Руководитель организации",
    ]


def test_official_level_stands_beside_its_probability() -> None:
    """8 of 24 done is 33 % and high; the probability of that level is the posterior's 0.71."""
    assert build_iom(FULL).deficits[0].official == "Высокий (33 %; вероятность 0,71)"


def test_levels_of_the_route_go_from_the_school_to_the_country() -> None:
    """The level of a route is that of its events, each once, the nearest first."""
    levels = ("national", "school", "regional", "school", None, None, None)
    assert FULL.route is not None
    steps = tuple(replace(s, level=v) for s, v in zip(STEPS, levels, strict=True))
    iom = build_iom(replace(FULL, route=replace(FULL.route, steps=steps)))
    assert iom.level == "школьный, региональный, всероссийский"


def test_what_is_not_stated_says_so_and_is_never_filled() -> None:
    """Of an empty route every descriptor without data reads «не указано»."""
    iom = build_iom(EMPTY)
    assert iom.level == "не указано"
    assert dict(iom.about)["Организация"] == "не указано"
    assert dict(iom.descriptors)["Содержание"] == "не указано"
    assert (iom.steps, iom.report, iom.total, iom.money) == ((), (), "", "")


def test_life_of_the_route_fills_the_report() -> None:
    """Done and accepted come from the states of the steps; a planned step is left to fill in."""
    report = build_iom(FULL, progress=progress()).report
    told = {r.number: (r.done, r.accepted) for r in report}
    assert told[1] == ("пройдено", "принято 2 ноября 2026")
    assert told[2] == ("пропущено", "")
    # The map is numbered by dates: the open lesson s3 is the fourth.
    assert told[4] == ("зачисление подтверждено", "")
    assert told[7] == ("", "")
    assert {r.link for r in report} == {""}


def test_state_and_revision_are_told_where_known() -> None:
    """A route of a service says where it stands; a route from the command line does not."""
    assert build_iom(FULL, progress=progress()).state == "выполняется, редакция 3"
    assert build_iom(FULL).state == ""


def test_steps_that_progress_does_not_know_are_left_open() -> None:
    """A record without a step tells nothing of it."""
    assert {r.done for r in build_iom(FULL, progress=RouteProgress()).report} == {""}


def test_names_are_where_they_belong() -> None:
    """Names stand in general data, accompaniment and signatures; without one a line is left."""
    named = build_iom(FULL, display_name="Тестова Анна", mentor_name="Опытов Пётр")
    assert named.name == "Тестова Анна"
    assert "Опытов Пётр (m-07)" in named.accompaniment
    assert [s.name for s in named.signatures] == ["Тестова Анна", "", "Опытов Пётр", ""]
    bare = build_iom(FULL)
    assert bare.name == ""
    assert {s.name for s in bare.signatures} == {""}


def test_meetings_are_all_there_in_order_of_time() -> None:
    """Classes, mentor and diagnostics: 8 + 6 + 1 dates, sorted, in the educator's zone."""
    meetings = build_iom(FULL).meetings
    classes = sum(len(s.meetings) for s in STEPS)
    assert classes == 8
    assert len(meetings) == classes + 6 + 1
    assert [m.day for m in meetings] == sorted(m.day for m in meetings)
    first = meetings[0]
    assert first.start is not None
    assert (first.day, first.start.hour, first.place) == (dt.date(2026, 9, 22), 16, "онлайн")
    assert [m.start for m in meetings if "диагностика" in m.what] == [None]


def test_weeks_name_what_goes_on_in_them() -> None:
    """In the week of 12 October the course and the master class go on; load is that of the week."""
    (week,) = (w for w in build_iom(FULL).weeks if w.monday == dt.date(2026, 10, 12))
    assert [a.split(".")[0] for a in week.activities] == ["1", "2"]
    assert (week.load_min, week.tempo_min) == (564, 600)


def test_many_classes_are_counted_and_few_are_named() -> None:
    """Up to six days stand in the map, more are a number that points to the calendar."""
    assert FULL.route is not None
    day = STEPS[0].meetings[0]
    many = tuple(
        replace(day, start=day.start + dt.timedelta(days=i), end=day.end + dt.timedelta(days=i))
        for i in range(7)
    )
    for count, said in ((6, "22 сентября, 23 сентября"), (7, "занятий: 7")):
        steps = (replace(STEPS[0], meetings=many[:count]), *STEPS[1:])
        iom = build_iom(replace(FULL, route=replace(FULL.route, steps=steps)))
        assert said in iom.steps[0].classes


def test_without_a_route_the_document_says_why_and_what_helps() -> None:
    """Conflict and repairs take the place of the map; nothing is to be signed or reported."""
    iom = build_iom(INFEASIBLE)
    assert not iom.has_route
    assert "Доказано" in iom.refusal[0]
    assert len(iom.refusal) == 1 + 3 + 1 + 3
    assert (iom.steps, iom.report, iom.meetings, iom.weeks) == ((), (), (), ())


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_answer_can_be_worded(name: str, language: str) -> None:
    """Any recommendation becomes a document in both languages, twice the same."""
    assert build_iom(ALL[name], language=language) == build_iom(ALL[name], language=language)
