"""Deficits of groups over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from engine.domain import Educator, Position
from engine.storage import DEFAULT_TENANT, Store
from tests.api.conftest import NOW, places, refused
from tests.api.fakes import RESULT

AS_OF = "2026-08-31T09:00:00+03:00"
NODE = "MET.ASM"


def given(number: int, score: float | None, **educator: Any) -> dict[str, Any]:
    """One teacher of a school with a score out of ten, or without any."""
    diagnostics = [
        {"procedure_id": "p", "date": "2026-05-20", "method": "test", "node": NODE,
         "score": score, "max_score": 10, "n_tasks": 10}
    ]  # fmt: skip
    return {
        "educator": {
            "id": f"П-{number}",
            "position": "teacher",
            "organisation": {"id": "o", "title": "Школа", "district": "Северный"},
            **educator,
        },
        "diagnostics": [] if score is None else diagnostics,
    }


def body(*members: dict[str, Any], by: str = "school", **more: Any) -> dict[str, Any]:
    return {"as_of": AS_OF, "by": by, "educators": list(members), **more}


@pytest.fixture
def twelve() -> list[dict[str, Any]]:
    """Six with 3 of 10, five with 9 of 10, one who was not measured."""
    scores = [3.0] * 6 + [9.0] * 5 + [None]
    return [given(i, score) for i, score in enumerate(scores)]


def test_the_table_of_given_educators(client: TestClient, twelve: list[dict[str, Any]]) -> None:
    """Everybody and the one school: the same eleven measured of twelve members."""
    answer = client.post("/deficits/groups", json=body(*twelve, policy="spb"))
    assert answer.status_code == 200, answer.text
    table = answer.json()
    assert (table["as_of"], table["policy"], table["by"]) == (AS_OF, "spb", "school")
    assert (table["least_people"], table["n_people"], table["left_out"]) == (5, 12, [])
    everybody, school = table["rows"]
    assert (everybody["n_members"], everybody["n_measured"]) == (12, 11)
    assert everybody["official"] == [6, 0, 5]
    assert sum(share["expected"] for share in everybody["shares"]) == pytest.approx(1, abs=1e-5)
    for share in everybody["shares"]:
        low, high = share["interval_90"]
        assert 0 <= low <= share["expected"] <= high <= 1
    assert (everybody["withheld"], everybody["official_withheld"]) == (None, None)
    assert school["group"] == {
        "grouping": "school", "key": "o", "title": "Школа", "district": "Северный",
    }  # fmt: skip
    assert {**school, "group": None} == {**everybody, "group": None}


def test_the_answer_is_as_the_contract_says(
    client: TestClient, twelve: list[dict[str, Any]]
) -> None:
    """With numbers, without them, and with somebody left out."""
    document = client.get("/openapi.json").json()
    schema = {"$ref": "#/components/schemas/GroupsAnswer", "components": document["components"]}
    for members in (twelve, twelve[:3], [given(1, 11.0)]):
        answer = client.post("/deficits/groups", json=body(*members)).json()
        jsonschema.Draft202012Validator(schema).validate(answer)


def test_few_people_are_withheld_with_the_reason(
    client: TestClient, twelve: list[dict[str, Any]]
) -> None:
    """Three measured people: a row that says so, without any number about them."""
    (row,) = client.post("/deficits/groups", json=body(*twelve[:3], by="all")).json()["rows"]
    assert row["withheld"] == {"code": "group_too_few", "parameters": {"least": 5}}
    assert row["official"] == [None, None, None]
    assert (row["shares"], row["mean_deficit"], row["n_measured"]) == (None, None, 3)


def test_faulty_results_of_one_educator_are_named(
    client: TestClient, twelve: list[dict[str, Any]]
) -> None:
    """He counts as a member who was not assessed; the pointer is into the body."""
    twelve[1]["diagnostics"][0]["score"] = 11
    for language, words in (("ru", "балл"), ("en", "above the maximum")):
        answer = client.post(
            "/deficits/groups", json=body(*twelve), headers={"Accept-Language": language}
        ).json()
        (left_out,) = answer["left_out"]
        assert left_out["educator_id"] == "П-1"
        (fault,) = left_out["errors"]
        assert fault["code"] == "score_above_maximum"
        assert fault["pointer"] == "/educators/1/diagnostics/0/score"
        assert words in fault["detail"].lower()
        assert (answer["rows"][0]["n_members"], answer["rows"][0]["n_measured"]) == (12, 10)


def test_everybody_whom_the_service_knows(client: TestClient, store: Store) -> None:
    """People of the package and of the store, each once; evidence as for one educator."""
    with store.writing(DEFAULT_TENANT) as kept:
        for number in range(6):
            educator = Educator(f"s-{number}", Position.TEACHER, ("математика",))
            kept.educators.put(educator, NOW)
            kept.diagnostics.replace(educator.id, [replace(RESULT, node=NODE)])
    table = client.post("/deficits/groups", json={"as_of": AS_OF, "by": "position"}).json()
    assert table["n_people"] == 8
    found = {r["group"]["key"]: (r["n_members"], r["n_measured"]) for r in table["rows"]}
    # the package has one more teacher, not measured here, and a head, to whom it does not apply
    assert found == {"": (7, 6), "teacher": (7, 6)}


def test_known_and_given_educators_together(
    client: TestClient, twelve: list[dict[str, Any]]
) -> None:
    """An educator by id brings what the service knows; nobody may stand there twice."""
    table = client.post("/deficits/groups", json=body({"educator": {"id": "e-1"}}, *twelve)).json()
    assert table["n_people"] == 13
    document = refused(
        client.post("/deficits/groups", json=body(*twelve, twelve[3])), 422, "invalid_input"
    )
    assert places(document) == [("/educators/12/educator/id", "educator_repeated")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"by": "colour"}, [("/by", "value_not_listed")]),
        ({"by": None}, [("/by", "value_not_listed")]),
        ({"node_levels": ["twig"]}, [("/node_levels/0", "value_not_listed")]),
        ({"policy": "nowhere"}, [("/policy", "unknown_policy")]),
        ({"colour": 1}, [("/colour", "unknown_field")]),
        ({"educators": [{"educator": {"id": "nobody"}}]},
         [("/educators/0/educator/id", "unknown_educator")]),
        ({"educators": [given(1, 3.0, time_zone="Moon")]},
         [("/educators/0/educator/time_zone", "unknown_time_zone")]),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_body_is_pointed_at(
    client: TestClient, change: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """As elsewhere: 422 with pointers."""
    document = refused(
        client.post("/deficits/groups", json={**body(), **change}), 422, "invalid_input"
    )
    assert places(document) == expected


def test_a_table_that_is_too_large_is_refused(
    client: TestClient, twelve: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is bounded, and the refusal says what to do."""
    monkeypatch.setattr("api.groups.ROWS_MOST", 1)
    document = refused(client.post("/deficits/groups", json=body(*twelve)), 422, "invalid_input")
    assert places(document) == [("/node_levels", "table_too_large")]


def test_only_nodes_of_the_levels_asked_for(
    client: TestClient, twelve: list[dict[str, Any]]
) -> None:
    """The measured node is a block."""
    for level, count in (("block", 2), ("leaf", 0)):
        table = client.post("/deficits/groups", json=body(*twelve, node_levels=[level])).json()
        assert len(table["rows"]) == count
