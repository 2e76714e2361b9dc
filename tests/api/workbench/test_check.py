"""A hand-made route: what is read, what is said of it, building the mended one."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from typing import Any

import openpyxl
import pytest

from api.access.principal import Role
from api.workbench.views.checked import checked
from api.workbench.views.handmade import Line, lines_of_file, lines_of_text
from tests.api.workbench.markup import sound
from tests.api.workbench.small import SCRIPT, Browsers

ODD = "<b>щщщ</b>"


def workbook(*rows: tuple[object, ...]) -> bytes:
    """A book of one sheet with these rows."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("text", "what", "start"),
    [
        ("pk-a.autumn", "pk-a.autumn", ""),
        ("  3. «Курс» ; 7.09.2026 ", "Курс", "2026-09-07"),
        ("Курс: начало; и конец", "Курс: начало; и конец", ""),
        ("Курс; часть 2; 2026-09-07", "Курс; часть 2", "2026-09-07"),
        ("2\tКурс\t5 марта 2026", "Курс", "2026-03-05"),
        ("12 уроков доброты", "12 уроков доброты", ""),
    ],
)
def test_a_line_is_a_step(text: str, what: str, start: str) -> None:
    """A number in front, quotes and the day behind are understood; a title keeps its own marks."""
    assert lines_of_text(f"\n{text}\n\n") == [Line(2, what, start)]


def test_a_workbook_with_heads_is_read_by_them() -> None:
    """The run counts before the title, days are days, other columns and empty rows do not count."""
    content = workbook(
        ("№", "Название", "Код потока", "Примечание", "Начало"),
        (1, "Курс", "pk-a-1", "срочно", dt.datetime(2026, 9, 7)),
        (None, None, None, None, None),
        (2, "Вебинар", None, "01.01.2020", "16.09.2026"),
    )
    lines, faults = lines_of_file(content, "маршрут.xlsx")
    assert faults == ()
    assert lines == [Line(2, "pk-a-1", "2026-09-07"), Line(4, "Вебинар", "2026-09-16")]


def test_a_table_without_heads_is_read_too() -> None:
    """The first text that is no day and no number is the step, the first day its start."""
    lines, faults = lines_of_file("1;Курс;07.09.2026\n2;Вебинар;\n".encode("cp1251"), "m.csv")
    assert faults == ()
    assert [(x.what, x.start) for x in lines] == [("Курс", "2026-09-07"), ("Вебинар", "")]


@pytest.mark.parametrize(
    "given",
    [
        [{"offering": "a-1"}, {"activity": "b", "start": "2026-09-07"}],
        {"steps": [{"offering": "a-1"}, {"title": "b", "start": "2026-09-07"}]},
        {"route": {"steps": [{"offering": "a-1"}, {"activity": "b", "start": "2026-09-07"}]}},
    ],
)
def test_json_is_read_as_the_service_writes_it(given: Any) -> None:
    """A list of steps, a body of a check, an answer with a route."""
    lines, faults = lines_of_file(json.dumps(given).encode(), "route.json")
    assert faults == ()
    assert [(x.what, x.start) for x in lines] == [("a-1", ""), ("b", "2026-09-07")]


def _bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 40_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_bomb(), "workbook_too_large"),
        (b"PK\x03\x04 not an archive", "workbook_damaged"),
        (b"[" * 100_000, "steps_not_found"),
        (b'{"steps": [1]}', "steps_not_found"),
        (b"\xff\xfe\x00", "not_a_text_file"),
    ],
)
def test_hostile_files_are_refused(content: bytes, code: str) -> None:
    """Bombs, damaged archives, deep nesting and noise are named, and give no steps."""
    lines, faults = lines_of_file(content, "x")
    assert lines == []
    assert [f.code for f in faults] == [code]


def route_check(**changes: Any) -> dict[str, Any]:
    """Answer of a check that holds and is the best."""
    repair = {
        "status": "OPTIMAL",
        "edits": 0,
        "edits_bound": 0,
        "edits_proof": "proved",
        "value": 10.0,
        "changes": [],
        "route": {"steps": [{"offering": "a-1"}]},
    }
    answer = {
        "holds": True,
        "steps": [],
        "violations": [],
        "value": 10.0,
        "best": {"value": 10.0, "bound": 10.0},
        "loss": [0.0, 0.0],
        "repair": repair,
    }
    return answer | changes


def test_a_route_that_holds_and_is_the_best() -> None:
    """It says so, nothing is to be mended, and it may be built as it is."""
    found = checked(route_check(), "ru")
    assert (found.holds, found.verdict) == (True, "Нарушений нет.")
    assert found.worth == "Ценность маршрута 10 баллов; лучшего маршрута нет."
    assert found.repair.offerings == ("a-1",)


def test_violations_are_told_by_rule_with_sizes() -> None:
    """150 minutes in a week of 120: over by half an hour; two of one rule stand together."""
    tempo = {
        "rule": "tempo",
        "code": "tempo",
        "title": "",
        "parameters": {"week": "2026-09-07", "load_min": 150, "limit_min": 120},
        "excess": 30,
        "unit": "min",
    }
    steps = {
        **tempo,
        "rule": "steps",
        "code": "steps",
        "parameters": {"steps": 5, "limit": 3},
        "excess": 2,
        "unit": "count",
    }
    answer = route_check(holds=False, violations=[tempo, steps, tempo], loss=None)
    found = checked(answer, "ru")
    assert [len(b.said) for b in found.broken] == [2, 1]
    assert found.broken[0].said[0] == (
        "Неделя с 7 сентября 2026: нагрузка 2 ч 30 мин при темпе 2 ч. Разница: 30 мин."
    )
    assert found.broken[1].said == ("Мероприятий 5 при пределе 3.",)
    assert found.worth.startswith("Если бы правила не мешали")


def test_no_repair_is_no_route_to_build() -> None:
    """Where nothing holds, or time ran out, the page says which and offers no button."""
    for status, words in (("INFEASIBLE", "нет вовсе"), ("UNKNOWN", "срок расчёта вышел")):
        repair = {**route_check()["repair"], "status": status, "edits": None, "route": None}
        found = checked(route_check(repair=repair), "ru").repair
        assert words in found.verdict
        assert found.offerings == ()


def steps(*lines: str, **more: str) -> dict[str, Any]:
    return {"educator": "E1", "steps": "\n".join(lines), **more}


def test_a_route_by_code_title_and_name_is_checked(small: Browsers) -> None:
    """Runs, activities and titles are recognised, the person by name; the answer is in words."""
    data = steps("pk-assess-1", "Профилактика эмоционального выгорания педагога", "check")
    answer = small.post("/check", {**data, "educator": "петрова"})
    assert answer.status_code == 200, answer.text
    page = sound(answer.text)
    assert "Формирующее оценивание на уроке" in page.said
    assert "21 сентября – 13 декабря 2026" in page.said
    assert "2 декабря 2026" in page.said
    assert "Не может войти в маршрут:" in page.said  # a diagnostic that nothing asks for
    assert "Как исправить" in page.said
    assert "pk-assess-1" in answer.text  # the form is as it was filled in


def test_the_mended_route_can_be_built(small: Browsers) -> None:
    """The button pins the runs of the repair; pressed twice it builds one route."""
    text = small.post("/check", steps("pk-assess-1", "pk-paid-1")).text
    form = text[text.index('action="/workbench/check/build"') :]
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    data: dict[str, Any] = {k: v for k, v in fields if k not in ("offerings", "csrf")}
    data["offerings"] = [v for k, v in fields if k == "offerings"]
    assert data["offerings"]
    first, again = (small.post("/check/build", data) for _ in range(2))
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    path = first.headers["location"].removeprefix("/workbench")
    assert path.startswith("/routes/")
    assert small.api("GET", path).status_code in (200, 202)


def test_an_uploaded_route_is_checked(small: Browsers) -> None:
    """A workbook in the form counts as the lines do."""
    content = workbook(("Мероприятие", "Начало"), ("web-assess-1", None))
    files = {"file": ("маршрут.xlsx", content, "application/octet-stream")}
    page = sound(small.post("/check", steps(), files=files).text)
    assert "Критерии оценивания" in page.said
    files = {"file": (f"{SCRIPT}.xlsx", b"PK\x03\x04", "application/octet-stream")}
    refused = small.post("/check", steps(), files=files)
    assert refused.status_code == 422
    assert "Файл не прочитан" in sound(refused.text).said


def test_what_is_not_recognised_is_asked_back(small: Browsers) -> None:
    """Words of several activities give their codes, words of none say so, all at once."""
    answer = small.post("/check", steps("оценивание", ODD, "pk-assess-1"))
    assert answer.status_code == 422
    page = sound(answer.text)
    assert "Строка 1" in page.said
    assert "web-assess" in page.said
    assert f"«{ODD}» — в каталоге такого нет" in page.said
    assert "Строка 3" not in page.said


def test_faults_of_the_contract_name_the_line(small: Browsers) -> None:
    """Self-paced study without a day is told with the words of its line."""
    answer = small.post("/check", steps("web-assess-1", "", "self-psy"))
    page = sound(answer.text)
    assert answer.status_code == 422
    assert "3. «self-psy» — начать можно в разные дни" in page.said
    assert "Что делать" in page.said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"educator": "", "steps": "a"}, "Укажите педагога"),
        ({"educator": "E1", "steps": "\n"}, "Впишите хотя бы одно"),
        ({"educator": "E1", "steps": "a\n" * 101}, "больше ста"),
        ({"educator": "Сидоров", "steps": "a"}, "служба не знает"),
        ({"educator": "Школа", "steps": "a"}, "служба не знает"),
        ({"educator": "E", "steps": "a"}, "Впишите шифр"),
    ],
)
def test_a_form_that_lacks_something_says_what(
    small: Browsers, data: dict[str, str], said: str
) -> None:
    """Nothing is asked of the planner before person and steps are known."""
    answer = small.post("/check", data)
    assert answer.status_code == 422
    assert said in sound(answer.text).said
    part = small.post("/check", data, **{"HX-Request": "true"})
    assert part.status_code == 200  # shown in its place
    assert "<html" not in part.text


def test_who_may_check(small: Browsers) -> None:
    """Forged forms and roles without the right change nothing and are told."""
    assert small.get("/check").status_code == 200
    assert small.post("/check", steps("web-assess-1"), forged=True).status_code == 403
    assert small.post("/check/build", {"educator": "E1"}, forged=True).status_code == 403
    refused = small.post("/check", steps("web-assess-1"), Role.AUDITOR)
    assert refused.status_code == 403
    assert "Что делать" in sound(refused.text).said
