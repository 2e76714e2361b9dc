"""Assignments over HTTP: whom the service knows, what agreed routes hold, and nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.register_kinds import RegisterName
from engine.storage import DEFAULT_TENANT
from tests.api.conftest import places, refused
from tests.api.kept_service import Kept, kept_service

PATH = "/mentors/assignment"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """The demo, which the tests of this module leave as it is."""
    with kept_service(tmp_path_factory.mktemp("assignment")) as kept:
        yield kept


def asked(kept: Kept, **body: Any) -> dict[str, Any]:
    answer = kept.caller.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by(answer: dict[str, Any]) -> dict[str, str]:
    return {p["educator_id"]: p["carer_id"] for p in answer["assignment"]["pairs"]}


@pytest.mark.slow
@pytest.mark.parametrize("form", [None, "mentor_young", "tutor", "team", "peer"])
def test_every_form_answers_as_the_contract_says(demo: Kept, form: str | None) -> None:
    """The schema of the answer holds for each form, and one of its two parts is there."""
    document = demo.caller.get("/openapi.json").json()
    schema = {"$ref": "#/components/schemas/AssignmentAnswer", "components": document["components"]}
    answer = asked(demo, form=form)
    jsonschema.Draft202012Validator(schema).validate(answer)
    assert (answer["peers"] is None) is (form != "peer")
    assert (answer["assignment"] is None) is (form == "peer")


def test_the_young_teacher_of_the_demo(demo: Kept) -> None:
    """One educator is owed a mentor of the young; the proof has no gap and the pair its reasons."""
    found = asked(demo, form="mentor_young")["assignment"]
    (pair,) = found["pairs"]
    assert pair["educator_id"] == "E01"
    assert sum(r["parameters"]["contribution"] for r in pair["reasons"]) == pytest.approx(
        pair["fit"], abs=1e-5
    )
    certificate = found["certificate"]
    assert (certificate["served_required"], certificate["required"]) == (1, 1)
    assert certificate["gap"] == 0


def test_wishes_of_the_body(demo: Kept) -> None:
    """A veto keeps two apart; with vetoes against everybody the reason is told with its count."""
    usual = by(asked(demo, form="mentor_young"))["E01"]
    veto = [{"educator_id": "E01", "by": usual, "veto": True}]
    assert by(asked(demo, form="mentor_young", wishes=veto))["E01"] != usual
    loads = asked(demo, form="mentor_young")["assignment"]["loads"]
    vetoes = [{"educator_id": "E01", "by": x["carer_id"], "veto": True} for x in loads]
    (left,) = asked(demo, form="mentor_young", wishes=vetoes)["assignment"]["unserved"]
    assert (left["code"], left["required"]) == ("assignment_none_admitted", True)
    assert left["refusals"]["mentor_vetoed"] >= 1


def test_people_can_be_narrowed(demo: Kept) -> None:
    """Of one organisation only its people are looked at."""
    own = asked(demo, organisation_id="school-1")
    assert "E01" in by(own)
    other = asked(demo, organisation_id="nowhere")["assignment"]
    assert (other["pairs"], other["certificate"]["people"]) == ([], 0)


def test_nothing_is_kept(demo: Kept) -> None:
    """Neither records of the register nor holds follow from a proposal."""
    before = asked(demo)
    with demo.store.reading(DEFAULT_TENANT) as kept:
        assert kept.registers.changed(RegisterName.ACCOMPANIMENTS) == frozenset()
        assert not kept.holds.occupancy(demo.clock())
    assert asked(demo) == before


def test_agreed_routes_hold_their_mentors(tmp_path: Path) -> None:
    """The pair of an agreed route stands, and its mentor's place is gone for others."""
    with kept_service(tmp_path) as kept:
        path, tag, route = kept.built("E01")
        held = route["route"]["mentor"]["id"]
        free = next(x for x in asked(kept)["assignment"]["loads"] if x["carer_id"] == held)
        assert kept.move(f"{path}/decisions", tag, decision="agree").status_code == 200
        found = asked(kept)["assignment"]
        pair = next(p for p in found["pairs"] if p["educator_id"] == "E01")
        assert (pair["carer_id"], pair["present"], pair["fit"]) == (held, True, None)
        load = next(x for x in found["loads"] if x["carer_id"] == held)
        assert (load["capacity"], load["held"]) == (free["capacity"], free["held"] + 1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"form": "friend"}, [("/form", "value_not_listed")]),
        ({"fairness": -1}, [("/fairness", "too_small")]),
        ({"most": 0}, [("/most", "too_small")]),
        ({"policy": "nowhere"}, [("/policy", "unknown_policy")]),
        ({"wishes": [{"educator_id": "E01"}]}, [("/wishes/0/by", "field_missing")]),
        ({"colour": 1}, [("/colour", "unknown_field")]),
    ],
)
def test_what_is_wrong_in_the_body_is_pointed_at(
    demo: Kept, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """422 with a pointer to every fault."""
    document = refused(demo.caller.post(PATH, json=body), 422, "invalid_input")
    assert places(document) == expected


def test_too_many_people_for_pairs(demo: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal names the way out, in the caller's language."""
    monkeypatch.setattr("engine.assignment.peer_graph.CIRCLE_MOST", 3)
    answer = demo.caller.post(PATH, json={"form": "peer"}, headers={"Accept-Language": "en"})
    document = refused(answer, 422, "invalid_input")
    assert places(document) == [("/same_district", "peers_too_many")]
    assert "within districts" in document["errors"][0]["detail"]
