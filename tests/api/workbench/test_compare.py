"""Routes side by side."""

from __future__ import annotations

import datetime as dt
from typing import Any

from api.access.principal import Role
from api.workbench.views.comparison import compared
from tests.api.workbench.markup import sound
from tests.api.workbench.small import SCRIPT, Browsers

ANSWER: dict[str, Any] = {
    "educator": "E1",
    "routes": [
        {
            "id": i,
            "status": "OPTIMAL",
            "value": value,
            "start": "2026-09-07",
            "end": end,
            "peak_min": 90,
            "peak_week": "2026-09-07",
            "workload_min": minutes,
            "steps": 1,
            "cost_rub": 0,
            "mentor": mentor,
            "mentor_meetings": 2,
            "mentor_missed": 0,
        }
        for i, value, end, minutes, mentor in (
            ("r-1", 100.4, "2026-09-20", 600, "M1"),
            ("r-2", 88.6, "2026-10-04", 600, None),
        )
    ],
    "pairs": [{"first": 0, "second": 1, "distance": 0.5, "changes": 1}],
    "steps": [
        {
            "activity": "a",
            "title": "Курс",
            "code": "moved",
            "runs": [
                {
                    "offering": f"a-{n}",
                    "start": day,
                    "end": day,
                    "workload_min": 90,
                    "cost_rub": cost,
                }
                for n, day, cost in ((1, "2026-09-07", 0), (2, "2026-10-04", 1500))
            ],
        },
        {"activity": "b", "title": "Вебинар", "code": "not_in_all", "runs": [None, None]},
    ],
    "demands": [{"node": "PSY", "title": "Психология", "closed": [0.125, None]}],
}
KNOWN = [
    {"id": "r-1", "created_at": "2026-09-01T00:00:00Z", "state": "agreed"},
    {"id": "r-2", "created_at": "2026-09-02T00:00:00Z", "state": "proposed"},
]


def test_differences_are_worked_out_against_the_first() -> None:
    """Points in whole numbers with the difference: 89 is 11 less than 100; what is equal is not."""
    found = compared(ANSWER, KNOWN, "ru", dt.UTC, {})
    assert [s.title for s in found.sides] == ["Маршрут А", "Маршрут Б"]
    lines = {line.title: line for line in found.totals}
    value = lines["Ценность, баллов"]
    assert [(c.text, c.change) for c in value.cells] == [("100", ""), ("89", "−11")]
    assert value.differs
    assert not lines["Общее время"].differs
    assert [c.text for c in lines["Наставник"].cells] == ["M1, встреч 2", "нет"]
    assert lines["Сроки"].cells[0].text == "7–20 сентября 2026"


def test_differences_come_first_and_the_unit_is_that_of_the_route() -> None:
    """What is closed in all leads, with two decimals; rows that are the same follow all others."""
    demands = [
        {"node": "A", "title": "Одинаково", "closed": [0.2, 0.2]},
        {"node": "B", "title": "Психология", "closed": [0.13, 0.3]},
    ]
    found = compared({**ANSWER, "demands": demands}, KNOWN, "ru", dt.UTC, {"M1": "Наставникова"})
    assert [line.title for line in found.demands] == ["Психология", "Одинаково"]
    first = found.totals[0]
    assert first.title == "Закроет дефицита, всего"
    assert [(c.text, c.change) for c in first.cells] == [("0,33", ""), ("0,50", "+0,17")]
    differs = [line.differs for line in found.totals]
    assert differs == sorted(differs, reverse=True)
    mentor = next(line for line in found.totals if line.title == "Наставник")
    assert mentor.cells[0].text == "Наставникова, встреч 2"


def test_nothing_closed_is_no_row_and_equal_routes_are_said_to_be_so() -> None:
    """Who sees no numbers gets no sum; two equal routes differ by no "0 %"."""
    pairs = [{"first": 0, "second": 1, "distance": 0.0, "changes": 0}]
    found = compared({**ANSWER, "pairs": pairs, "demands": []}, KNOWN, "ru", dt.UTC, {})
    assert "Закроет дефицита, всего" not in [line.title for line in found.totals]
    assert found.pairs == ("Маршрут А и Маршрут Б: мероприятия и дни одни и те же",)


def test_steps_and_demands_are_in_words() -> None:
    """A run by days, time and money; what a route does not know is not a zero."""
    found = compared(ANSWER, KNOWN, "ru", dt.UTC, {})
    assert found.different[0].runs == (
        "7 сентября 2026 · 1 ч 30 мин",
        "4 октября 2026 · 1 ч 30 мин · 1500 ₽",
    )
    closed = found.demands[0].cells
    assert [(c.text, c.share) for c in closed] == [("0,13", 0.125), ("не измерялось", None)]
    assert found.pairs == ("Маршрут А и Маршрут Б: разных мероприятий 50 %, изменений 1",)


def test_variants_go_by_their_names() -> None:
    """The later ones are solved for goals of their own, and it is said."""
    pairs = zip(ANSWER["routes"], ("thorough", "fast"), strict=True)
    answer = {**ANSWER, "routes": [{**route, "id": name} for route, name in pairs]}
    sides = compared(answer, KNOWN, "ru", dt.UTC, {}).sides
    assert [s.title for s in sides] == ["Основной", "Быстрый"]
    assert [s.status.startswith("по своей цели") for s in sides] == [False, True]
    assert [s.id for s in sides] == [None, None]
    # the first one is the route itself: nothing to take
    assert [s.variant for s in sides] == ["", "fast"]


def test_two_routes_of_one_educator(small: Browsers) -> None:
    """The page names the person, both routes, and the activity that only one of them has."""
    first = small.built("E1")
    second = small.built("E1", constraints={"excluded": ["pk-assess"]})
    assert "pk-assess" in {s["activity"] for s in first["route"]["steps"]}
    answer = small.get(f"/compare?routes={first['id']}&routes={second['id']}")
    page = sound(answer.text)
    assert answer.status_code == 200
    assert f"Петрова Анна {SCRIPT}" in page.said
    assert "Формирующее оценивание на уроке" in page.said
    assert "Маршрут Б" in page.said
    assert "— нет" in page.said
    english = small.get(
        f"/compare?routes={first['id']}&routes={second['id']}",
        Cookie=f"routes_key=default-{Role.METHODIST}; routes_language=en",
    )
    assert "Route B" in sound(english.text).said


def test_what_cannot_be_compared_is_told(small: Browsers) -> None:
    """Routes of two people, an unknown one, none chosen: what is wrong and where to go."""
    first, other = small.built("E1")["id"], small.built("E2")["id"]
    refused = small.get(f"/compare?routes={first}&routes={other}")
    assert refused.status_code == 422
    assert "Что делать" in sound(refused.text).said
    assert small.get("/compare?routes=nobody&routes=none").status_code == 422
    page = sound(small.get("/compare").text)
    assert "/workbench/routes" in [a.get("href") for a in page.of("a")]
    assert small.get(f"/compare?routes={first}", Role.AUDITOR).status_code == 403
