"""Pages about educators: who is found, what is shown of one, and to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from api.access.principal import Role
from api.workbench.views import deficits, educators
from tests.api.access.people import ORGANISATION
from tests.api.workbench.desks import HOSTILE, HTMX, Desk, demo, open_desk
from tests.api.workbench.markup import Markup, sound


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Desk]:
    """The demo, and people of the store beside it."""
    engine, package = demo()
    with open_desk(tmp_path_factory.mktemp("people"), migrated, engine, package) as found:
        yield found


def names(page: Markup) -> list[str]:
    """Where the rows of the list lead."""
    links = [a["href"] or "" for a in page.of("a")]
    return [link.rpartition("/")[2] for link in links if "/workbench/educators/" in link]


def put(desk: Desk, educator_id: str, **record: Any) -> None:
    body = {"position": "teacher", **record}
    desk.api("PUT", f"/educators/{quote(educator_id)}", body, **{"If-None-Match": "*"})


# ------------------------------------------------------------------------------- the list


def test_the_list_says_who_and_where(desk: Desk) -> None:
    """A row holds name, position in words, organisation, district and the last diagnostics."""
    page = desk.page("/workbench?q=Словесник")
    assert names(page) == ["E02"]
    for text in (
        "Словесникова Грамота Сочинительевна",
        "учитель",
        "русский язык, литература",
        "Гимназия № 1002 (демо)",
        "район: Калининский",
        "9 апреля 2026",
        "Найдено педагогов: 1",
    ):
        assert text in page.said, text


def test_who_sees_no_names_gets_none(desk: Desk) -> None:
    """An auditor neither reads names nor finds people by them; by cipher he does."""
    page = desk.page("/workbench?q=E02", Role.AUDITOR)
    assert names(page) == ["E02"]
    assert "Словесник" not in page.said
    assert "Никто не подходит" in desk.page("/workbench?q=Словесник", Role.AUDITOR).said


def test_conditions_hold_together_and_stay_in_the_form(desk: Desk) -> None:
    """Position, district and subject narrow the list; the form shows what was asked."""
    page = desk.page("/workbench?position=teacher&district=невский&subject=ИСТОРИЯ")
    assert names(page) == ["E11", "E13"]
    chosen = [a["value"] for a in page.of("option") if "selected" in a]
    # the district is chosen by its name as the data write it
    assert chosen == ["teacher", "Невский", ""]
    values = {a.get("name"): a.get("value") for a in page.of("input")}
    assert values["subject"] == "ИСТОРИЯ"


def test_conditions_are_chosen_by_name(desk: Desk) -> None:
    """Organisations stand below their districts with codes as values; subjects are proposed."""
    page = desk.page("/workbench?organisation_id=school-7")
    options = {a["value"] for a in page.of("option")}
    assert {"school-7", "Невский", "teacher"} <= options
    assert "Невский" in [a["label"] for a in page.of("optgroup")]
    assert "Лицей № 1007 (демо)" in page.said
    assert "математика" in options  # of the framework
    assert [a["value"] for a in page.of("option") if "selected" in a] == ["", "school-7", ""]
    lost = desk.page("/workbench?organisation_id=gone")
    assert "gone" in [a["value"] for a in lost.of("option") if "selected" in a]


def test_an_organisation_is_a_condition_that_can_be_dropped(desk: Desk) -> None:
    """The link of an organisation narrows the list to it, by its title, and can be undone."""
    page = desk.page("/workbench?organisation_id=school-7&q=e")
    assert names(page) == ["E05", "E12"]
    assert "организация: Лицей № 1007 (демо)" in page.said
    assert "/workbench?q=e" in [a["href"] for a in page.of("a")]


def test_pages_of_a_list_hold_everybody_once(desk: Desk) -> None:
    """Going on to the end shows each educator who meets the conditions, once, in order."""
    rows = [{"id": f"p-{n:03}", "position": "methodist", "district": "Дальний"} for n in range(45)]
    desk.api("POST", "/educators", {"items": rows})
    found, path = [], "/workbench?district=дальний"
    for _ in range(3):
        page = desk.page(path)
        assert "Найдено педагогов: 45" in page.said
        found += names(page)
        onward = [a["href"] for a in page.of("a") if a.get("rel") == "next"]
        path = onward[0] if onward and onward[0] else ""
    assert not path
    assert found == [row["id"] for row in rows]


def test_a_script_gets_the_rows_and_the_number_alone(desk: Desk) -> None:
    """What is typed is answered with the table and the count, put where they belong."""
    answer = desk.get("/workbench?q=E02", **HTMX)
    part = sound(answer.text)
    assert not part.of("html")
    assert names(part) == ["E02"]
    assert [a["hx-swap-oob"] for a in part.of("div") if "hx-swap-oob" in a] == ["innerHTML:#count"]


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.MENTOR, "/workbench/routes"), (Role.DATA_SCIENTIST, "/workbench/models")],
)
def test_who_sees_no_educators_begins_elsewhere(desk: Desk, role: Role, path: str) -> None:
    """The first page of such a role is one that it may see."""
    answer = desk.get("/workbench", role)
    assert (answer.status_code, answer.headers["location"]) == (303, path)


def test_a_manager_sees_his_own_people_without_estimates(desk: Desk) -> None:
    """The list ends at his organisation; of a person he sees general data alone."""
    organisation = {"id": ORGANISATION, "title": "Своя школа"}
    put(desk, "own-1", organisation=organisation, display_name="Тайная Имя")
    page = desk.page("/workbench", Role.MANAGER)
    assert names(page) == ["own-1"]
    assert "Последняя диагностика" not in page.said
    person = desk.page("/workbench/educators/own-1", Role.MANAGER)
    assert "Своя школа" in person.said
    assert "Тайная" not in person.said
    assert "Оценки видят методист" in person.said
    assert desk.get("/workbench/educators/E02", Role.MANAGER).status_code == 403


def test_what_the_contract_refuses_is_said_on_the_page(desk: Desk) -> None:
    """A position that there is not is refused with what to do, not with a crash."""
    page = desk.page("/workbench?position=wizard", status=422)
    assert "Что делать" in page.said


# ------------------------------------------------------------------------------- one educator


def test_one_educator_is_told_in_words(desk: Desk) -> None:
    """Deficits come largest first, with level, probability, interval, results and their age."""
    page = desk.page("/workbench/educators/E02")
    told = page.said
    assessed = desk.api("POST", "/deficits", {"educator": {"id": "E02"}})["demands"]
    measured = [d for d in assessed if d["kind"] == "deficit"]
    titles = [d["title"] for d in sorted(measured, key=lambda d: -d["estimate"])]
    places = [told.index(title) for title in titles]
    assert places == sorted(places)
    largest = max(measured, key=lambda d: d["estimate"])
    # 15 of 25 points are 60 %, the lower bound of the medium level
    assert (largest["node"], largest["official_level"]) == ("PSY.INC", "medium")
    chance = f"{largest['level_probability'][1]:.2f}".replace(".", ",")
    assert f"средний (60 %; вероятность {chance})" in told
    low, high = largest["interval_90"]
    numbers = [f"{x:.2f}".replace(".", ",") for x in (largest["estimate"], low, high)]
    assert f"{numbers[0]}, от {numbers[1]} до {numbers[2]}" in told
    assert "тестирование, 9 апреля 2026: 15 из 25" in told
    assert "последний результат: 4 месяца назад" in told
    assert len([a for a in page.of("svg") if a.get("class") == "interval"]) == len(measured)


def test_general_data_requests_and_what_to_do_next(desk: Desk) -> None:
    """The page names stages, tempo, conditions and requests, and leads to a new route."""
    page = desk.page("/workbench/educators/E01")
    for text in (
        "основное общее образование",
        "не больше 4 ч в неделю",
        "динамическая геометрия",
        "с 2 сентября 2024, полных лет: 1",
        "14 марта 2001",
        "1-я",
        "группа: методическая поддержка",
        "Разрешение конфликтов и управление поведением в классе",
        "Маршрутов ещё нет",
    ):
        assert text in page.said, text
    links = [a["href"] for a in page.of("a")]
    assert "/workbench/educators/E01/new-route" in links


def test_results_that_no_longer_count_are_named(desk: Desk) -> None:
    """A result of another day is listed; one that stands behind no estimate says so."""
    score = {"method": "test", "node": "MET.ASM", "max_score": 10.0, "n_tasks": 10}
    put(desk, "old-1")
    old = {**score, "procedure_id": "старая", "date": "2020-03-01", "score": 9.0}
    new = {**score, "procedure_id": "новая", "date": "2025-05-01", "score": 3.0}
    items = {"items": [{"educator_id": "old-1", "items": [old, new]}]}
    desk.api("POST", "/diagnostics", items)
    page = desk.page("/workbench/educators/old-1")
    assert page.said.count("В оценку не вошло") == 1
    assert page.said.index("1 мая 2025 · тестирование") < page.said.index("1 марта 2020")
    assert "результат давний: 16 месяцев назад" in page.said
    assert "Части результатов больше года" in page.said


def test_nothing_known_says_what_to_do(desk: Desk) -> None:
    """An educator without diagnostics and requests gets both ways out, and no table."""
    put(desk, "bare-1")
    page = desk.page("/workbench/educators/bare-1")
    assert "Загрузите результаты диагностики или впишите запрос" in page.said
    links = [a["href"] for a in page.of("a")]
    assert "/workbench/imports" in links
    assert "/workbench/educators/bare-1/new-route" in links
    assert "next_actions" not in page.said


def test_what_was_completed_comes_from_the_ranking(desk: Desk) -> None:
    """Completed activities of the catalogue are named with their days, newest first."""
    part = sound(desk.get("/workbench/educators/E02/completed", **HTMX).text)
    newer = part.said.index("Мастер-класс «Текст всем вместе»: смысловое чтение")
    assert "18 февраля 2026" in part.said
    assert newer < part.said.index("28 ноября 2025")
    whole = desk.page("/workbench/educators/E02/completed")
    assert part.said in whole.said
    put(desk, "bare-2")
    bare = sound(desk.get("/workbench/educators/bare-2/completed", **HTMX).text)
    assert "Станет видно" in bare.said


def test_hostile_text_is_shown_as_it_is(desk: Desk) -> None:
    """Names, titles, ids and what was typed are text wherever they stand."""
    evil = "e'vil\"<b>&"
    organisation = {"id": "o'<i>", "title": HOSTILE}
    put(
        desk,
        evil,
        organisation=organisation,
        display_name=HOSTILE,
        district=HOSTILE,
        subjects=[HOSTILE],
        strengths=["<b>сила</b>"],
    )
    for path in (f"/workbench/educators/{quote(evil)}", f"/workbench?district={quote(HOSTILE)}"):
        page = desk.page(path)
        assert not page.of("img")
        assert not [a for a in page.of("script") if not (a["src"] or "").startswith("/workbench/")]
        assert HOSTILE in page.said
    typed = desk.page(f"/workbench?q={quote(HOSTILE)}")
    assert {"q": HOSTILE}.items() <= {
        a.get("name"): a.get("value") for a in typed.of("input")
    }.items()
    part = desk.get(f"/workbench?q={quote(HOSTILE)}", **HTMX)
    assert not sound(part.text).of("script")


def test_an_unknown_educator_is_a_page_with_advice(desk: Desk) -> None:
    """An id that nobody has gives 404 and what to do."""
    page = desk.page("/workbench/educators/nobody", status=404)
    assert "найдите её заново через поиск" in page.said


def test_the_pages_speak_english(desk: Desk) -> None:
    """With the other language chosen, labels and words are English."""
    cookie = "routes_key=default-methodist; routes_language=en"
    answer = desk.get("/workbench/educators/E02", Cookie=cookie)
    page = sound(answer.text)
    assert page.of("html") == [{"lang": "en"}]
    for text in ("Deficits", "medium", "levelling", "teacher", "Build a route"):
        assert text in page.said, text
    assert "дефицит" not in page.said.lower()


# ------------------------------------------------------------------------------- shaping


@pytest.mark.parametrize(
    ("begun", "today", "years"),
    [
        ("2024-09-02", dt.date(2026, 9, 1), 1),
        ("2024-09-02", dt.date(2026, 9, 2), 2),
        ("2024-02-29", dt.date(2025, 2, 28), 0),
        ("2027-01-01", dt.date(2026, 9, 1), None),
        (None, dt.date(2026, 9, 1), None),
        ("2024-09-02", None, None),
    ],
)
def test_full_years(begun: str | None, today: dt.date | None, years: int | None) -> None:
    """A year counts once its day has come; what is not known or to come is no number."""
    assert educators.years_since(begun, today) == years


def test_conditions_are_the_educators_own_first() -> None:
    """What the record leaves open is the organisation's; closed days add up."""
    stated = {"rural": None, "internet": False, "shift": None, "forbidden_weekdays": [3]}
    school = {"rural": True, "internet": True, "shift": 2, "forbidden_weekdays": [6, 3]}
    found = educators.conditions_of({"conditions": stated, "organisation": {"conditions": school}})
    assert found == {"rural": True, "internet": False, "shift": 2, "forbidden_weekdays": [3, 6]}


def test_answers_to_tasks_are_counted_by_competency() -> None:
    """Single answers of a test become tasks done; one that was left out counts for nothing."""

    def answer(item: str, node: str, response: float | None) -> dict[str, Any]:
        told = {"procedure_id": "p", "date": "2026-05-21", "item": item}
        return {**told, "node": node, "response": response}

    items = [answer("1", "A", 1.0), answer("2", "A", 0.5), answer("3", "A", None)]
    line = deficits.procedures_of([*items, answer("4", "B", 0.0)], None, {"A": "Первая"}, "ru")[0]
    told = [(r.title, r.node, r.score, r.most, r.of_tasks) for r in line.results]
    assert told == [("Первая", "A", 1.5, 2, True), ("", "B", 0.0, 1, True)]
    assert not line.used
