"""A new educator by hand: who it is, results of diagnostics, and on to the route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.access.principal import Role
from api.workbench.views.choices import Places, places_of
from api.workbench.views.move_bodies import Sent
from api.workbench.views.new_person import free_cipher, placed, read_person, read_results
from tests.api.fakes import NODES, FakeEngine
from tests.api.workbench.desks import HOSTILE, Desk, open_desk
from tests.api.workbench.markup import Markup, sound

FORM = "/workbench/new-educator"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("new"), migrated, FakeEngine()) as found:
        yield found


def marked(page: Markup) -> set[str]:
    return {a["name"] or "" for _, a in page.elements if a.get("aria-invalid") == "true"}


def hidden(desk: Desk, path: str, name: str) -> str:
    values = {a.get("name"): a.get("value") for a in desk.page(path).of("input")}
    return values[name] or ""


# ------------------------------------------------------------------------------- over HTTP


def test_from_nobody_to_the_form_of_a_route(desk: Desk) -> None:
    """Three forms, each leading to the next; what was typed is what the contract keeps."""
    cipher = hidden(desk, FORM, "id")
    assert cipher
    sent = {
        "id": cipher,
        "display_name": f"Новикова {HOSTILE}",
        "position": "teacher",
        "subject_1": "математика",
        "stages": ["basic", "secondary"],
        "organisation_id": "o-1",
        "tempo": "2,5",
        "pedagogical_start": "2024-09-01",
        "rural": "no",
        "weekdays": ["3"],
    }
    answer = desk.post(FORM, sent)
    results = f"/workbench/educators/{cipher}/diagnostics"
    assert (answer.status_code, answer.headers["location"]) == (303, results), answer.text
    record = desk.api("GET", f"/educators/{cipher}")["record"]
    assert record["subjects"] == ["математика"]
    assert record["stages"] == ["basic", "secondary"]
    # as the other educators of that school have it
    assert record["organisation"]["title"] == "Школа № 1"
    assert record["organisation"]["district"] == "Приморский"
    assert record["tempo_min_per_week"] == 150
    assert record["conditions"]["forbidden_weekdays"] == [3]
    assert record["conditions"]["rural"] is False
    assert HOSTILE in desk.page(results).said

    tag = hidden(desk, results, "tag")
    rows = {
        "date": "2026-08-20",
        "method": "test",
        "tag": tag,
        "node_1": NODES[0],
        "score_1": "4,5",
        "most_1": "10",
        "tasks_1": "12",
        "node_3": NODES[1],
        "level_3": "high",
        "do": "build",
    }
    answer = desk.post(results, rows)
    route = f"/workbench/educators/{cipher}/new-route"
    assert (answer.status_code, answer.headers["location"]) == (303, route), answer.text
    items = desk.api("GET", f"/diagnostics/{cipher}")["items"]
    assert [(i["node"], i["score"], i["max_score"], i["n_tasks"]) for i in items] == [
        (NODES[0], 4.5, 10.0, 12),
        (NODES[1], 30.0, 100.0, None),
    ]
    assert {i["procedure_id"] for i in items} == {"ввод-2026-08-20"}
    again = desk.post(results, rows)
    assert again.status_code == 412  # the same form once more adds nothing
    assert len(desk.api("GET", f"/diagnostics/{cipher}")["items"]) == 2
    second = desk.post(results, {**rows, "tag": hidden(desk, results, "tag"), "do": "stay"})
    assert second.headers["location"] == f"/workbench/educators/{cipher}"
    items = desk.api("GET", f"/diagnostics/{cipher}")["items"]
    assert [i["procedure_id"] for i in items[2:]] == ["ввод-2026-08-20-2"] * 2


def test_a_form_for_a_new_one_replaces_nobody(desk: Desk) -> None:
    """A cipher that is taken is said to be so at its field, and the record stays."""
    before = desk.api("GET", "/educators/e-1")
    answer = desk.post(FORM, {"id": "e-1", "position": "methodist"})
    page = sound(answer.text)
    assert (answer.status_code, marked(page)) == (422, {"id"})
    assert "Такой шифр уже есть" in page.said
    assert desk.api("GET", "/educators/e-1") == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"position": ""}, "position"),
        ({"id": ""}, "id"),
        ({"tempo": "много"}, "tempo"),
        ({"organisation_id": "nowhere"}, "organisation_id"),
        ({"organisation_new_title": "Школа"}, "organisation_new_id"),
        ({"born_on": "2999-01-01"}, "born_on"),
    ],
)
def test_faults_stand_at_their_fields(desk: Desk, changes: dict[str, str], field: str) -> None:
    """Those of the form and those of the contract alike; what was typed is still there."""
    sent = {"id": "p-fault", "position": "teacher", "subject_1": "физика", **changes}
    answer = desk.post(FORM, sent)
    assert answer.status_code == 422, answer.text
    page = sound(answer.text)
    assert marked(page) == {field}
    assert "физика" in [a.get("value") for a in page.of("input")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date": ""}, "date"),
        ({}, "node_1"),
        ({"score_2": "3", "most_2": "5"}, "node_2"),
        ({"node_1": NODES[0], "score_1": "6", "most_1": "5"}, "score_1"),
        ({"node_1": NODES[0], "score_1": "3", "most_1": "5", "tasks_1": "1.5"}, "score_1"),
        ({"node_1": "NO.SUCH", "level_1": "high"}, "node_1"),
        ({"node_1": NODES[0], "level_1": "high", "date": "2999-01-01"}, "date"),
    ],
)
def test_faulty_results_are_not_kept(desk: Desk, changes: dict[str, str], field: str) -> None:
    """Each fault at its field, and nothing of the sitting is kept."""
    path = "/workbench/educators/e-2/diagnostics"
    sent = {"date": "2026-08-20", "method": "test", "tag": hidden(desk, path, "tag"), **changes}
    answer = desk.post(path, sent)
    assert answer.status_code == 422, answer.text
    assert field in marked(sound(answer.text))
    assert desk.api("GET", "/diagnostics/e-2")["items"] == []


def test_roles(desk: Desk) -> None:
    """Who may put no educators is told so; the way to the form is only for those who may."""
    for role in (Role.TUTOR, Role.MANAGER):
        assert desk.post(FORM, {"id": "x", "position": "teacher"}, role).status_code == 403
        assert FORM not in [a.get("href") for a in desk.page("/workbench", role).of("a")]
    assert FORM in [a.get("href") for a in desk.page("/workbench").of("a")]


# ------------------------------------------------------------------------------- by themselves


def form(**fields: str) -> Sent:
    return Sent.of(list(fields.items()))


def test_a_cipher_is_random_and_no_name() -> None:
    """Two are never the same, and they hold nothing but hexadecimal digits."""
    one, other = free_cipher(), free_cipher()
    assert one != other
    assert re.fullmatch(r"p-[0-9a-f]{8}", one)


def test_an_organisation_is_new_or_known() -> None:
    """The typed one holds before the chosen one; without either none is stated."""
    known: dict[str, Any] = {
        "id": "o", "title": "Лицей", "district": "Р", "locality": "П", "rural": True, "people": 3,
    }  # fmt: skip
    places = places_of({"items": [known], "districts": []})
    base = {"id": "x", "position": "teacher"}
    chosen = read_person(form(**base, organisation_id="o"), places).body["organisation"]
    assert chosen == {
        **{k: known[k] for k in ("id", "title", "district", "locality")},
        "conditions": {"rural": True},
    }
    typed = {"organisation_new_id": "n", "organisation_new_title": "Новая"}
    new = read_person(form(**base, organisation_id="o", **typed), places)
    assert new.body["organisation"]["id"] == "n"
    assert "organisation" not in read_person(form(**base), Places()).body


@pytest.mark.parametrize(("level", "score"), [("high", 30), ("medium", 70), ("minimal", 90)])
def test_a_level_is_the_middle_of_its_bounds(level: str, score: int) -> None:
    """0–60, 60–80 and 80–100 % have their middles at 30, 70 and 90; points hold before a level."""
    row = {"date": "2026-01-01", "method": "expert", "node_1": "A", "level_1": level}
    (item,) = read_results(form(**row), [], ["A"]).body["items"]
    assert (item["score"], item["max_score"], "n_tasks" in item) == (score, 100, False)
    (item,) = read_results(form(**row, score_1="1", most_1="4"), [], ["A"]).body["items"]
    assert (item["score"], item["max_score"]) == (1.0, 4.0)


def test_pointers_lead_past_what_was_there_before() -> None:
    """Items of the form stand after those that were known: their rows are found all the same."""
    reading = read_results(
        form(date="2026-01-01", method="test", node_2="A", level_2="high"),
        ["ввод-2026-01-01"],
        ["A"],
    )
    assert reading.body["items"][0]["procedure_id"] == "ввод-2026-01-01-2"
    reading.body["items"] = [{}, {}, *reading.body["items"]]
    errors = [
        {"pointer": "/items/2/node", "detail": "узел"},
        {"pointer": "/items/0/score", "detail": "прежний"},
    ]
    assert placed(errors, reading) == ({"node_2": "узел"}, ["прежний"])
