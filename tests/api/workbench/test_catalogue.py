"""The catalogue: search by words, kind and competency; one activity."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from api.access.principal import Role
from api.workbench.views.catalogue import facts_of, hit_of, runs_of
from tests.api.workbench.markup import sound
from tests.api.workbench.small import IMAGE, SCRIPT, Browsers


def record(**changes: Any) -> dict[str, Any]:
    """An activity with nothing stated that need not be."""
    lists = ("positions", "subjects", "stages", "technologies", "partners", "themes", "funding")
    return {
        "id": "a",
        "kind": "webinar",
        "title": "Вебинар",
        "hours_academic": 2.0,
        "form": "non_formal",
        "summary": "",
        "audience": "",
        "provider": "",
        "document": "none",
        "level": None,
        "coverage": {},
        "register_from": None,
        "register_to": None,
        "price_rub": 0,
        "language": "ru",
        "source": "",
        **dict.fromkeys(lists, ()),
        **changes,
    }


def run(i: str, **changes: Any) -> dict[str, Any]:
    """An offering as GET /offerings lists it."""
    stated = {
        "id": i,
        "start": "2026-10-05",
        "end": "2026-10-05",
        "self_paced": False,
        "enrolment_until": None,
        "meetings": [],
        "seats_left": None,
        "price_rub": None,
        "locality": "",
    }
    return {"record": {**stated, **changes}}


def test_a_hit_names_what_it_covers_most_first() -> None:
    """Competencies by falling share, one without a name by its code; what is unknown is said."""
    given = record(coverage={"B": 0.2, "A": 0.5, "C": 0.2}, hours_academic=None)
    hit = hit_of(given, {"A": "Первая", "C": "Третья"}, "ru")
    assert hit.covers == ("Первая", "B", "Третья")
    assert "длина неизвестна: не планируется" in hit.facts
    assert "бесплатно" in hit.facts


def test_facts_leave_out_what_is_not_stated() -> None:
    """Who pays is told where something costs; codes of lists are told by their names."""
    bare = dict(facts_of(record(funding=("state",)), "ru"))
    assert bare["Вид"] == "вебинар"
    assert "Кто платит" not in bare
    assert "Предметы" not in bare
    paid = record(
        price_rub=8200, funding=("state",), register_from="2026-01-01", register_to="2026-12-31"
    )
    full = dict(facts_of(paid, "ru"))
    assert full["Цена"] == "8200 ₽"
    assert full["Кто платит"] == "бюджет"
    assert full["В федеральном реестре"] == "1 января – 31 декабря 2026"


def test_runs_that_can_be_joined_come_first() -> None:
    """Closed is what nobody can enrol in any more: after its last day, or after its start."""
    items = [
        run("old", start="2026-09-01", end="2026-12-01"),
        run("late", start="2026-11-01", end="2026-11-02", enrolment_until="2026-09-30"),
        run("open", start="2026-12-01", end="2026-12-02", seats_left=0, price_rub=300),
        run("today", enrolment_until="2026-10-01", seats_left=4, locality="Псков"),
        run("self", self_paced=True, start=None, end=None),
    ]
    runs = runs_of(items, record(price_rub=100), dt.date(2026, 10, 1), "ru")
    assert [(r.id, r.closed) for r in runs] == [
        *(("self", False), ("today", False), ("open", False)),
        *(("old", True), ("late", True)),
    ]
    by_id = {r.id: r for r in runs}
    assert (by_id["today"].seats, by_id["today"].place, by_id["today"].price) == (
        *("4", "Псков"),
        "100 ₽",
    )
    assert (by_id["open"].seats, by_id["open"].full, by_id["open"].price) == ("нет", True, "300 ₽")
    assert (by_id["self"].when, by_id["self"].seats) == ("в любое время", "без ограничения")


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("q=подростков", "Психология подростка", "Критерии оценивания"),
        ("kind=webinar", "Критерии оценивания", "Психология подростка"),
        ("covers=PSY", "Психология подростка", "Критерии оценивания"),
        ("about=сотрудничество с родителями", "Сотрудничество с родителями: разговор", "Критерии"),
    ],
)
def test_the_search_finds_by_words_kind_and_competency(
    small: Browsers, query: str, found: str, missing: str
) -> None:
    """Each condition leaves what fits it, also a competency that is only in the text."""
    page = sound(small.get(f"/catalogue?{query}").text)
    assert found in page.said
    assert missing not in page.said


def test_empty_answers_say_what_to_do(small: Browsers) -> None:
    """Nothing found, and a competency that no words of the framework fit."""
    assert "Уберите часть слов" in sound(small.get("/catalogue?q=щщщ").text).said
    unknown = sound(small.get(f"/catalogue?about={SCRIPT}").text)
    assert "Попробуйте сказать иначе" in unknown.said
    assert "Критерии оценивания" not in unknown.said
    assert small.get("/catalogue?kind=nothing").status_code == 422


def test_hostile_texts_are_shown_as_they_are(small: Browsers) -> None:
    """Markup in a title, a summary or a provider is text, in the list and on the page."""
    listed = small.get("/catalogue?q=инклюзивное").text
    one = small.get("/catalogue/u-incl").text
    for text in (listed, one):
        page = sound(text)
        assert SCRIPT in page.said
        assert IMAGE in page.said
        assert not page.of("img")
        assert "<script>alert" not in text
    assert "5 октября – 6 декабря 2026" in sound(one).said


def test_an_activity_tells_whence_its_competencies_are_known(small: Browsers) -> None:
    """Stated or from the text, the latter with a probability; who may correct them is led there."""
    stated = sound(small.get("/catalogue/pk-paid").text)
    assert "Заданы в записи каталога" in stated.said
    assert "4000 ₽" in stated.said
    inferred = sound(small.get("/catalogue/u-fam").text)
    assert "верна с вероятностью" in inferred.said
    assert "/workbench/tagging?activity=u-fam" in [a.get("href") for a in inferred.of("a")]
    looked = sound(small.get("/catalogue/u-fam", Role.EDUCATOR).text)
    assert "/workbench/tagging?activity=u-fam" not in [a.get("href") for a in looked.of("a")]


def test_an_unknown_activity_is_told(small: Browsers) -> None:
    """Also one whose code is no code at all."""
    for path in ("/catalogue/nowhere", "/catalogue/..%2F..%2Fmodels"):
        answer = small.get(path)
        assert answer.status_code == 404
        assert "Что делать" in sound(answer.text).said


def test_every_role_reads_the_catalogue(small: Browsers) -> None:
    """Who may not ask for competencies in words chooses one of the list by its name."""
    page = sound(small.get("/catalogue?covers=PSY.DEV.01", Role.AUDITOR).text)
    assert "about" not in [a.get("name") for a in page.of("input")]
    chosen = [a["value"] for a in page.of("option") if "selected" in a]
    assert chosen == ["", "PSY.DEV.01"]
    part = small.get("/catalogue?q=оценивание", **{"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Критерии оценивания" in part.replace("\u00a0", " ")
