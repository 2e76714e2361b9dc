"""Records over HTTP: catalogue, people, diagnostics."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import places, refused
from tests.api.kept_service import Kept, kept_service


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def everything(kept: Kept, path: str, **params: Any) -> list[dict[str, Any]]:
    """All records of a list, part by part."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = kept.caller.get(path, params={"limit": 7, **params, **cursor}).json()
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/activities", "/offerings", "/mentors", "/educators"])
def test_every_record_is_read_back_unchanged_by_its_own_import(kept: Kept, path: str) -> None:
    """What lists give is accepted by the import; afterwards the records are the same, kept."""
    before = everything(kept, path)
    ids = [r["record"]["id"] for r in before]
    assert ids == sorted(set(ids))
    assert {r["version"] for r in before} == {0}
    given = [r["record"] for r in before]
    dry = kept.caller.post(f"{path}?dry_run=true", json={"items": given})
    assert dry.status_code == 200, dry.text
    assert {r["origin"] for r in everything(kept, path)} == {"package"}
    taken = kept.caller.post(path, json={"items": given})
    assert taken.json()["accepted"] == len(given)
    after = everything(kept, path)
    assert [r["record"] for r in after] == given
    assert {(r["version"], r["origin"]) for r in after} == {(1, "store")}


def test_a_new_record_must_be_new_and_an_edit_must_know_the_version(kept: Kept) -> None:
    """201 with If-None-Match: *, 412 twice, 200 with the tag, 404 after the removal."""
    record = kept.caller.get("/activities?limit=1").json()["items"][0]["record"]
    path = "/activities/новая"
    fresh = record | {"id": "новая"}
    new = {"If-None-Match": "*"}
    made = kept.caller.put(path, json=fresh, headers=new)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    refused(kept.caller.put(path, json=fresh, headers=new), 412, "version_stale")
    changed = kept.caller.put(path, json=fresh | {"title": "Иначе"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    refused(kept.caller.delete(path), 428, "version_required")
    refused(kept.caller.delete(path, headers={"If-Match": '"1"'}), 412, "version_stale")
    assert kept.caller.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    refused(kept.caller.get(path), 404, "record_not_found")
    differs = kept.caller.put("/activities/другая", json=fresh, headers=new)
    assert places(refused(differs, 422, "invalid_input")) == [("/id", "id_differs")]


def test_an_import_names_every_fault_and_takes_nothing(kept: Kept) -> None:
    """Row and field of each fault; the good rows are not taken either."""
    runs = [r["record"] for r in kept.caller.get("/offerings?limit=3").json()["items"]]
    runs[0] |= {"activity_id": "нет"}
    runs[1] |= {"start": "2026-12-01", "end": "2026-11-01", "self_paced": False, "meetings": []}
    runs[2] |= {"id": runs[0]["id"]}
    answer = kept.caller.post("/offerings", json={"items": runs})
    found = set(places(refused(answer, 422, "invalid_input")))
    assert ("/items/0/activity_id", "unknown_activity") in found
    assert ("/items/1/end", "offering_ends_before_start") in found
    assert ("/items/2/id", "id_repeated") in found
    assert {r["origin"] for r in everything(kept, "/offerings")} == {"package"}


def test_coverage_and_prerequisites_are_checked(kept: Kept) -> None:
    """Unknown nodes, shares above one, unknown and circular prerequisites, each in its place."""
    record = kept.caller.get("/activities?limit=1").json()["items"][0]["record"]
    node = next(iter(record["coverage"]))
    one = record | {"id": "а", "prerequisites": [["б"]], "coverage": {"НЕТ": 0.5}}
    two = record | {"id": "б", "prerequisites": [["а"], ["в"]], "coverage": {node: 0.7, "MET": 0.7}}
    answer = kept.caller.post("/activities", json={"items": [one, two]})
    found = places(refused(answer, 422, "invalid_input"))
    assert ("/items/0/coverage/НЕТ", "unknown_node") in found
    assert ("/items/1/prerequisites/1/0", "unknown_activity") in found
    assert "prerequisite_cycle" in [code for _, code in found]
    assert "coverage_above_one" in [code for _, code in found]


def test_a_withdrawn_activity_is_planned_no_more(kept: Kept) -> None:
    """The new catalogue reaches the engine, and routes after that do without the activity."""
    before = kept.caller.get("/version").json()["catalogue"]
    step = kept.built()[2]["lifecycle"]["steps"][0]
    path = f"/activities/{step['activity']}"
    assert kept.caller.delete(path, headers={"If-Match": '"0"'}).status_code == 204
    while kept.caller.get("/version").json()["catalogue"] == before:
        time.sleep(0.01)
    after = kept.caller.get("/version").json()["catalogue"]
    assert after["activities"] == before["activities"] - 1
    assert step["activity"] not in {s["activity"] for s in kept.built()[2]["lifecycle"]["steps"]}
    refused(kept.caller.get(f"/offerings/{step['offering']}"), 404, "record_not_found")


def test_stored_diagnostics_are_what_a_route_is_planned_with(kept: Kept) -> None:
    """Evidence put for an educator changes the deficits of a body that names only the id."""
    read = kept.caller.get("/diagnostics/E02")
    asked = {"educator": {"id": "E02"}, "requests": []}
    before = kept.caller.post("/deficits", json=asked).json()
    one = read.json()["items"][:1]
    tag = {"If-Match": read.headers["etag"]}
    put = kept.caller.put("/diagnostics/E02", json={"items": one}, headers=tag)
    assert put.status_code == 200, put.text
    refused(
        kept.caller.put("/diagnostics/E02", json={"items": one}, headers=tag), 412, "version_stale"
    )
    after = kept.caller.post("/deficits", json=asked).json()
    assert len(before["nodes"]) == len(after["nodes"])
    measured = [sum(n["mean"] is not None for n in a["nodes"]) for a in (before, after)]
    assert measured[0] > measured[1] > 0
    above = [one[0] | {"score": one[0]["max_score"] + 1}]
    answer = kept.caller.put("/diagnostics/E02", json={"items": above}, headers={"If-Match": "*"})
    assert places(refused(answer, 422, "invalid_input")) == [("/items/0/score", "score_above_max")]


def test_an_erased_person_is_gone_and_the_routes_are_nobodys(kept: Kept) -> None:
    """Record, name and evidence are gone; the route stays under a random id, cancelled."""
    body = {"position": "teacher", "display_name": "Мария Тестова", "subjects": ["химия"]}
    made = kept.caller.put("/educators/П-1", json=body, headers={"If-None-Match": "*"})
    assert made.status_code == 201, made.text
    asked = {"requests": [{"text": "оценивание"}]}
    location, _, _ = kept.built("П-1", **asked)
    assert "Тестова" in kept.caller.get(f"{location}/page").text
    erased = kept.caller.delete("/educators/П-1")
    assert (erased.json()["routes"], erased.json()["in_package"]) == (1, False)
    refused(kept.caller.get("/educators/П-1"), 404, "record_not_found")
    refused(kept.caller.delete("/educators/П-1"), 404, "record_not_found")
    left = kept.caller.get(location)
    assert left.json()["lifecycle"]["state"] == "cancelled"
    assert "П-1" not in left.text
    assert "Тестова" not in kept.caller.get(f"{location}/page").text


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc", "America", "europe/moscow", "\u00a6^"])
def test_a_person_lives_in_a_zone_that_there_is(kept: Kept, zone: str) -> None:
    """One that is unknown would stop whatever is computed of his days, for others too."""
    body = {"position": "teacher", "time_zone": zone}
    one = kept.caller.put("/educators/e-1", json=body, headers={"If-None-Match": "*"})
    assert places(refused(one, 422, "invalid_input")) == [("/time_zone", "unknown_time_zone")]
    good = {"id": "e-2", "position": "teacher", "time_zone": "Asia/Vladivostok"}
    both = kept.caller.post("/educators", json={"items": [good, body | {"id": "e-1"}]})
    found = places(refused(both, 422, "invalid_input"))
    assert found == [("/items/1/time_zone", "unknown_time_zone")]
    refused(kept.caller.get("/educators/e-2"), 404, "record_not_found")
