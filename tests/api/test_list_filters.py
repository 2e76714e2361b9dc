"""Filters of lists over HTTP: educators and activities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.activity_filter import beginning
from engine.domain import Educator, Kind, Organisation, Position
from engine.storage import DEFAULT_TENANT, Store
from tests.api.access.people import FOREIGN, bearer
from tests.api.conftest import NOW, places, refused
from tests.api.kept_service import Kept, _demo, kept_service


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] >= len(answer.json()["items"])
    return [i["record"]["id"] for i in answer.json()["items"]]


@pytest.fixture
def filled(everyone: TestClient, store: Store) -> TestClient:
    """Two of the package (e-1 is Анна Петровна), the first of them in the store too, and others."""
    with store.writing(DEFAULT_TENANT) as kept:
        for n in range(5):
            school = Organisation("O-own" if n < 2 else "O-other", "Школа", "Невский")
            kept.educators.put(
                Educator(f"Ю-{n}", Position.TEACHER, ("Химия",), organisation=school), NOW
            )
        kept.labels.put("Ю-3", "Ёлкина Анна")
        kept.educators.put(Educator("e-2", Position.METHODIST), NOW)
    return everyone


@pytest.fixture
def everyone(client: TestClient) -> TestClient:
    return client


def test_store_and_package_are_searched_as_one(filled: TestClient) -> None:
    """The store's record stands for the package's; ids in order; the number is of all."""
    answer = filled.get("/educators?limit=3")
    assert ids(answer) == ["e-1", "e-2", "Ю-0"]
    assert answer.json()["total"] == 7
    assert [i["origin"] for i in answer.json()["items"]] == ["package", "store", "store"]
    rest = filled.get("/educators", params={"limit": 50, "cursor": answer.json()["next"]})
    assert ids(rest) == ["Ю-1", "Ю-2", "Ю-3", "Ю-4"]
    assert (rest.json()["next"], rest.json()["total"]) == (None, 7)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=анна", ["e-1", "Ю-3"]),
        ("q=елкина", ["Ю-3"]),
        ("q=ю-", ["Ю-0", "Ю-1", "Ю-2", "Ю-3", "Ю-4"]),
        ("position=methodist", ["e-2"]),
        ("position=head", []),
        ("district=невский&limit=2", ["Ю-0", "Ю-1"]),
        ("organisation_id=O-other", ["Ю-2", "Ю-3", "Ю-4"]),
        ("organisation_id=o-1", ["e-1"]),
        ("subject=математика", ["e-1"]),
        ("subject=хим", []),
        ("young=false", []),
    ],
)
def test_educators_are_filtered(filled: TestClient, query: str, expected: list[str]) -> None:
    """By name, cipher and fields; of both origins by the same rules."""
    assert ids(filled.get(f"/educators?{query}")) == expected


def test_unreadable_filters_are_refused(filled: TestClient) -> None:
    """An unknown position, a control character, a cursor of nothing."""
    for query in ("position=baker", "q=%00", "district=", "cursor=x"):
        refused(filled.get(f"/educators?{query}"), 422, "invalid_input")


def test_names_are_searched_by_those_who_may_see_them(
    settings: Any, store: Store, engine: Any
) -> None:
    """A platform cannot find out a name by asking for its parts; a methodist finds and reads it."""
    from tests.api.access.people import ring
    from tests.api.conftest import running

    with store.writing(DEFAULT_TENANT) as kept:
        own, other = Organisation("O-own", "Школа"), Organisation("O-other", "Лицей")
        kept.educators.put(Educator("E-own", Position.TEACHER, organisation=own), NOW)
        kept.educators.put(Educator("E-other", Position.TEACHER, organisation=other), NOW)
        kept.labels.put("E-own", "Лис Вера")
    with running(settings, engine, store=store, keys=ring()) as caller:
        del caller.headers["Authorization"]

        def asked(role: str, query: str, tenant: str = "default") -> list[str]:
            return ids(caller.get(f"/educators?{query}", headers=bearer(role, tenant)))

        assert asked("methodist", "q=лис") == ["E-own"]
        assert asked("platform", "q=лис") == asked("admin", "q=лис") == []
        assert asked("platform", "q=E-o") == ["E-other", "E-own"]
        assert asked("manager", "") == asked("educator", "") == ["E-own"]
        assert asked("manager", "q=лис") == []
        assert asked("educator", "q=other") == []
        assert asked("methodist", "", FOREIGN) == []
        told = caller.get("/educators", headers=bearer("manager")).json()
        assert (told["total"], told["items"][0]["record"]["display_name"]) == (1, None)
        answer = caller.get("/educators?organisation_id=O-other", headers=bearer("manager"))
        refused(answer, 403, "forbidden")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def test_activities_are_found_by_words_in_any_form(kept: Kept) -> None:
    """Case, ending, ё and order do not matter; each word must be there."""
    record = kept.caller.get("/activities?limit=1").json()["items"][0]["record"]
    new = record | {"id": "ёж-1", "title": "Критериальное оценивание учёбы", "summary": "Приёмы"}
    kept.caller.post("/activities", json={"items": [new]})
    for query in ("оценивания критериального", "УЧЕБА", "ЁЖ", "приём оценив", "критериальных"):
        assert "ёж-1" in ids(kept.caller.get("/activities", params={"q": query, "limit": 500}))
    for query in ("критериальное биатлон", "ценивание"):
        assert "ёж-1" not in ids(kept.caller.get("/activities", params={"q": query, "limit": 500}))
    assert ids(kept.caller.get("/activities?q=")) == ids(kept.caller.get("/activities"))


def test_filters_of_activities_add_up(kept: Kept) -> None:
    """Kind and words together, counted as a comprehension counts them, part by part."""
    activities = _demo()[0].activities
    wanted = sorted(
        a.id for a in activities if a.kind is Kind.DPP_PK and "урок" in a.title.casefold()
    )
    assert len(wanted) > 1
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        params = {"q": "урок", "kind": "dpp_pk", "limit": 1, **cursor}
        answer = kept.caller.get("/activities", params=params)
        found += ids(answer)
        if answer.json()["next"] is None:
            break
        cursor = {"cursor": answer.json()["next"]}
    assert set(wanted) <= set(found)
    assert found == sorted(found)
    assert answer.json()["total"] == len(found)


def test_a_covered_node_stands_for_those_below_it(kept: Kept) -> None:
    """By coverage given or found; a node that is not there is refused with its parameter."""
    package, engine = _demo()
    coverage, framework = engine.matcher.coverage_.toarray(), engine.framework
    below = [
        framework.index["MET"],
        *(framework.index[n.code] for n in framework.descendants("MET")),
    ]
    expected = [
        a.id
        for a, row in zip(engine.matcher.activities_, coverage, strict=True)
        if row[below].any()
    ]
    answer = kept.caller.get("/activities", params={"covers": "MET", "limit": 500})
    assert ids(answer) == sorted(expected)
    assert 0 < len(expected) < len(package.activities)
    refused_answer = refused(kept.caller.get("/activities?covers=НЕТ"), 422, "invalid_input")
    assert places(refused_answer) == [("", "covers_unknown")]


@pytest.mark.parametrize(
    ("word", "expected"), [("оценивания", "оцениван"), ("уроки", "урок"), ("ии", "ии"), ("я", "я")]
)
def test_a_word_keeps_enough_to_be_told(word: str, expected: str) -> None:
    """A stem of less than three letters would find half of the catalogue."""
    assert beginning(word) == expected


def test_lists_say_how_many_there_are(kept: Kept) -> None:
    """Of all parts, not of this one; for what has no filters as well."""
    package = _demo()[0]
    for path, number in (
        ("/offerings", len(package.offerings)),
        ("/mentors", len(package.mentors)),
        ("/activities", len(package.activities)),
        ("/educators", len(package.educators)),
    ):
        assert kept.caller.get(f"{path}?limit=1").json()["total"] == number


def test_groups_are_of_those_who_meet_the_filters(kept: Kept) -> None:
    """The number of people is that of the list with the same filter; given people take none."""
    record = kept.caller.get("/educators/E02").json()["record"]
    for name, value in (
        ("organisation_id", record["organisation"]["id"]),
        ("position", record["position"]),
        ("district", record["district"] or record["organisation"]["district"]),
    ):
        listed = kept.caller.get("/educators", params={name: value}).json()["total"]
        table = kept.caller.post("/deficits/groups", json={"by": "all", name: value})
        assert table.json()["n_people"] == listed > 0, table.text
    body = {"by": "all", "position": "teacher", "educators": [{"educator": {"id": "E02"}}]}
    found = places(refused(kept.caller.post("/deficits/groups", json=body), 422, "invalid_input"))
    assert found == [("/position", "filter_of_given_people")]


def test_a_person_who_moved_is_counted_once(kept: Kept) -> None:
    """Somebody of the package who is in the store elsewhere is not found at the old place."""
    record = kept.caller.get("/educators/E02").json()["record"]
    old = {"organisation_id": record["organisation"]["id"]}
    before = kept.caller.get("/educators", params=old).json()["total"]
    moved = replace(_demo()[0].educators[0], id="E02", organisation=Organisation("o-new", "Н"))
    with kept.store.writing(DEFAULT_TENANT) as stored:
        stored.educators.put(moved, NOW)
    assert kept.caller.get("/educators", params=old).json()["total"] == before - 1
    assert ids(kept.caller.get("/educators?organisation_id=o-new")) == ["E02"]
    groups = kept.caller.post("/deficits/groups", json={"by": "all", **old}).json()
    assert groups["n_people"] == before - 1
