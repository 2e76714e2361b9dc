"""What a route is held to, taking it back, and taking a variant as a route of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import places, refused
from tests.api.kept_service import QUICK, Kept, kept_service


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def wishes(kept: Kept, location: str) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = kept.caller.get(f"{location}/wishes").json()["items"]
    return [(w["decision"], w["activity"]) for w in found]


def test_decisions_are_listed_and_taken_back(kept: Kept) -> None:
    """A ban and a pin show with their titles, leave by their ids, and stay in the history."""
    location, tag, body = kept.built()
    first, second = body["route"]["steps"][:2]
    banned = kept.move(
        f"{location}/decisions", tag, decision="ban", activity=first["activity"], comment="Нет"
    )
    assert banned.status_code == 200, banned.text
    pinned = kept.move(
        f"{location}/decisions",
        banned.headers["etag"],
        decision="pin",
        activity=second["offering"],
    )
    assert pinned.status_code == 200, pinned.text
    told = kept.caller.get(f"{location}/wishes").json()
    assert told["version"] == pinned.json()["lifecycle"]["version"]
    assert [(w["decision"], w["id"], w["title"]) for w in told["items"]] == [
        ("pin", second["offering"], second["title"]),
        ("ban", first["activity"], first["title"]),
    ]
    assert [w["offering"] for w in told["items"]] == [second["offering"], None]
    tag = pinned.headers["etag"]
    for decision, activity, left in (
        ("unban", first["activity"], [("pin", second["activity"])]),
        # of an activity the pin of its run is taken back, too
        ("unpin", second["activity"], []),
    ):
        done = kept.move(f"{location}/decisions", tag, decision=decision, activity=activity)
        assert done.status_code == 200, done.text
        tag = done.headers["etag"]
        assert wishes(kept, location) == left
    assert first["activity"] in {s["activity"] for s in done.json()["route"]["steps"]}
    kinds = [e["kind"] for e in done.json()["lifecycle"]["history"]]
    assert kinds == ["proposed", "revise", "revise", "revise", "revise"]


def test_what_was_not_decided_cannot_be_taken_back(kept: Kept) -> None:
    """422 at the activity, in both languages; without an activity the body is refused."""
    location, tag, body = kept.built()
    path, activity = f"{location}/decisions", body["route"]["steps"][0]["activity"]
    for decision, code in (("unpin", "not_pinned"), ("unban", "not_excluded")):
        answer = kept.move(path, tag, decision=decision, activity=activity)
        assert places(refused(answer, 422, "invalid_input")) == [("/activity", code)]
        bare = kept.move(path, tag, decision=decision)
        assert places(refused(bare, 422, "invalid_input")) == [("/activity", "activity_needed")]
    assert kept.caller.get(location).headers["etag"] == tag


def test_a_variant_becomes_a_route_of_its_own(kept: Kept) -> None:
    """It has the variant's runs and no others; the route it comes from stays as it was."""
    options = {**QUICK, "gap_rel": 0.0, "variants": True}
    location, tag, body = kept.built(options=options)
    variants = {v["name"]: v["route"] for v in body["variants"]}
    found = [name for name in ("fast", "light") if variants[name]]
    assert found  # the demo has both
    for name in found:
        answer = kept.caller.post(f"{location}/variants/{name}")
        assert answer.status_code == 201, answer.text
        taken = answer.json()
        assert answer.headers["location"] == f"/routes/{taken['id']}" != location
        assert taken["lifecycle"]["state"] == "proposed"
        runs = {s["offering"] for s in taken["route"]["steps"]}
        assert runs == {s["offering"] for s in variants[name]["steps"]}
        if name == "fast":
            assert taken["route"]["end"] <= variants[name]["end"]
        newest = kept.caller.get("/audit").json()["items"][0]
        assert newest["action"] == "build_route"
        assert newest["object_id"] == taken["id"]
    assert kept.caller.get(location).headers["etag"] == tag


def test_a_route_without_variants_has_none_to_take(kept: Kept) -> None:
    """409 where it was built without, 404 for a route that is none, 422 for a name that is none."""
    location, _, _ = kept.built()
    refused(kept.caller.post(f"{location}/variants/fast"), 409, "route_absent")
    refused(kept.caller.post("/routes/none/variants/fast"), 404, "route_not_found")
    assert kept.caller.post(f"{location}/variants/thorough").status_code == 422
