"""Life of a route over HTTP: decisions, progress, holds, replanning, versions."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.housekeeping import keep_house
from engine.domain import Occupancy
from tests.api.conftest import places, refused
from tests.api.kept_service import Kept, kept_service


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def life(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["lifecycle"]
    return found


def occupied(kept: Kept) -> Occupancy:
    with kept.store.reading("default") as rows:
        return rows.holds.occupancy(kept.clock.now)


def limited(kept: Kept, steps: list[dict[str, Any]]) -> dict[str, int]:
    """Seats that a route needs of runs with a limit, looked up over HTTP."""
    found = {}
    for step in steps:
        run = kept.caller.get(f"/offerings/{step['offering']}").json()["record"]
        if run["seats_left"] is not None:
            found[step["offering"]] = 1
    return found


def test_agreeing_holds_what_the_route_needs_and_returning_gives_it_back(kept: Kept) -> None:
    """Nothing is held of a proposal; an agreement holds exactly the limited runs and the mentor."""
    location, tag, body = kept.built("E01")
    assert not occupied(kept)
    agreed = kept.move(f"{location}/decisions", tag, decision="agree")
    assert agreed.status_code == 200, agreed.text
    state = life(agreed)
    assert (state["state"], state["version"]) == ("agreed", 2)
    until = dt.datetime.fromisoformat(state["held_until"])
    assert until == kept.clock.now + dt.timedelta(days=14)
    assert dict(occupied(kept).seats) == limited(kept, state["steps"])
    mentor = body["route"]["mentor"]
    assert dict(occupied(kept).mentors) == ({mentor["id"]: 1} if mentor else {})
    missing = kept.move(f"{location}/decisions", agreed.headers["etag"], decision="return")
    assert places(refused(missing, 422, "invalid_input")) == [("/comment", "comment_needed")]
    returned = kept.move(
        f"{location}/decisions", agreed.headers["etag"], decision="return", comment="Темп"
    )
    assert life(returned)["state"] == "returned"
    assert not occupied(kept)
    assert [e["kind"] for e in life(returned)["history"]] == ["proposed", "agree", "return"]


def test_an_edit_without_or_with_an_old_version_changes_nothing(kept: Kept) -> None:
    """428 without If-Match, 412 with a stale, weak or foreign tag, 400 with nonsense."""
    location, tag, _ = kept.built()
    path = f"{location}/decisions"
    agree = {"decision": "agree"}
    refused(kept.caller.post(path, json=agree), 428, "version_required")
    for stale in ('"2"', f"W/{tag}", '"x"', '"1x", "3"'):
        answer = kept.caller.post(path, json=agree, headers={"If-Match": stale})
        refused(answer, 412, "version_stale")
        assert answer.headers["etag"] == tag
    unfit = kept.caller.post(path, json=agree, headers={"If-Match": "1"})
    refused(unfit, 400, "condition_unreadable")
    assert kept.caller.get(location).headers["etag"] == tag
    fresh = kept.caller.post(path, json=agree, headers={"If-Match": f'"9", {tag}'})
    assert fresh.status_code == 200


def test_a_route_that_has_not_changed_is_not_sent_again(kept: Kept) -> None:
    """304 for the version that the caller has, the whole route for another."""
    location, tag, _ = kept.built()
    same = kept.caller.get(location, headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    other = kept.caller.get(location, headers={"If-None-Match": '"7"'})
    assert other.status_code == 200


def test_illegal_moves_say_what_is_legal(kept: Kept) -> None:
    """409 with the state and the moves that it admits, in both languages; nothing changes."""
    location, tag, _ = kept.built()
    step = kept.caller.get(location).json()["lifecycle"]["steps"][0]["step"]
    events = [{"step": step, "event": "attended"}]
    answer = kept.move(f"{location}/progress", tag, events=events)
    document = refused(answer, 409, "illegal_move")
    assert document["state"] == "proposed"
    assert set(document["legal"]) == {"agree", "return", "accept", "replan", "cancel"}
    english = kept.caller.post(
        f"{location}/progress",
        json={"events": events},
        headers={"If-Match": tag, "Accept-Language": "en"},
    )
    assert english.json()["detail"] != document["detail"]
    assert kept.caller.get(location).headers["etag"] == tag


def test_events_of_one_call_are_all_noted_or_none(kept: Kept) -> None:
    """An illegal third event leaves the first two undone."""
    location, tag, body = kept.built()
    agreed = kept.move(f"{location}/decisions", tag, decision="agree")
    first = body["lifecycle"]["steps"][0]["step"]
    events = [{"step": first, "event": e} for e in ("enrolled", "attended", "report_accepted")]
    path, tag = f"{location}/progress", agreed.headers["etag"]
    refused(kept.move(path, tag, events=events), 409, "illegal_move")
    assert life(kept.caller.get(location))["steps"][0]["state"] == "planned"
    done = kept.move(path, tag, events=[*events[:2], {"step": first, "event": "completed"}])
    assert (life(done)["state"], life(done)["steps"][0]["state"]) == ("active", "completed")


def last_seats(kept: Kept, offering: str, seats: int) -> None:
    """Leave so many seats of a run."""
    read = kept.caller.get(f"/offerings/{offering}")
    record = read.json()["record"] | {"seats_left": seats}
    before = kept.caller.get("/version").json()["catalogue"]["version"]
    put = kept.caller.put(
        f"/offerings/{offering}", json=record, headers={"If-Match": read.headers["etag"]}
    )
    assert put.status_code == 200, put.text
    while kept.caller.get("/version").json()["catalogue"]["version"] == before:
        time.sleep(0.01)


def test_the_loser_of_the_last_seat_gets_a_route_without_it(kept: Kept) -> None:
    """409 seat_gone with the route built again, as its next revision, which can be agreed to."""
    _, _, body = kept.built()
    wanted = next(s for s in body["lifecycle"]["steps"] if "self" not in s["offering"])
    last_seats(kept, wanted["offering"], 1)
    pin = {"constraints": {"pinned": []}}
    (first, first_tag, one), (second, second_tag, two) = kept.built(**pin), kept.built(**pin)
    runs = [{s["offering"] for s in b["lifecycle"]["steps"]} for b in (one, two)]
    assert wanted["offering"] in runs[0] & runs[1]
    assert kept.move(f"{first}/decisions", first_tag, decision="agree").status_code == 200
    lost = kept.move(f"{second}/decisions", second_tag, decision="agree")
    document = refused(lost, 409, "seat_gone")
    assert document["gone"] == [{"kind": "seat", "resource": wanted["offering"]}]
    rebuilt = document["route"]
    assert rebuilt["id"] == two["id"]
    assert rebuilt["lifecycle"]["revision"] == 2
    assert wanted["offering"] not in {s["offering"] for s in rebuilt["lifecycle"]["steps"]}
    again = kept.move(f"{second}/decisions", lost.headers["etag"], decision="agree")
    assert again.status_code == 200, again.text
    assert occupied(kept).seats[wanted["offering"]] == 1
    third = kept.built()[2]
    assert wanted["offering"] not in {s["offering"] for s in third["lifecycle"]["steps"]}


def test_an_agreement_lapses_and_what_was_enrolled_stays(kept: Kept) -> None:
    """After the hold's days only the enrolled step's seat is held; an agreed route is proposed."""
    location, tag, body = kept.built()
    wanted = next(s for s in body["lifecycle"]["steps"] if "self" not in s["offering"])
    last_seats(kept, wanted["offering"], 5)
    location, tag, body = kept.built()
    other, other_tag, _ = kept.built()
    agreed = kept.move(f"{location}/decisions", tag, decision="agree")
    assert kept.move(f"{other}/decisions", other_tag, decision="agree").status_code == 200
    steps = body["lifecycle"]["steps"]
    step = next(s for s in steps if s["offering"] == wanted["offering"])
    events = [{"step": step["step"], "event": "enrolled"}]
    kept.move(f"{location}/progress", agreed.headers["etag"], events=events)
    assert occupied(kept).seats[wanted["offering"]] == 2
    kept.clock.pass_days(15)
    service = kept.caller.app.state.tenants.of("default")  # type: ignore[attr-defined]
    lapsed = keep_house(service)
    assert set(lapsed) == {path.rpartition("/")[2] for path in (location, other)}
    assert life(kept.caller.get(other))["state"] == "proposed"
    assert life(kept.caller.get(other))["history"][-1]["role"] == "system"
    assert life(kept.caller.get(location))["state"] == "active"
    assert occupied(kept).seats == {wanted["offering"]: 1}


def test_a_ban_gives_the_next_revision_with_its_difference(kept: Kept) -> None:
    """A banned step is gone, the difference says so, the earlier answer is kept as it was."""
    location, tag, body = kept.built()
    banned = body["lifecycle"]["steps"][-1]
    changed = kept.move(f"{location}/decisions", tag, decision="ban", step=banned["step"])
    assert changed.status_code == 200, changed.text
    answer = changed.json()
    assert banned["activity"] not in {s["activity"] for s in answer["lifecycle"]["steps"]}
    of_step = [c for c in answer["difference"]["changes"] if c["step_id"] == banned["step"]]
    assert [c["why"]["code"] for c in of_step] == ["step_banned"]
    assert answer["lifecycle"]["revision"] == 2
    with kept.store.reading("default") as rows:
        first = rows.routes.revision(body["id"], 1)
        actions = [e.action for e in rows.audit.page().items]
    assert first is not None
    sent = {k: v for k, v in body.items() if k != "lifecycle"}
    assert json.loads(first.answer) == sent
    assert actions[:2] == ["decide", "build_route"]


def test_replanning_keeps_what_has_begun(kept: Kept) -> None:
    """A started step stays with its state, a missed one leaves and its run does not come back."""
    location, tag, body = kept.built()
    steps = body["lifecycle"]["steps"]
    agreed = kept.move(f"{location}/decisions", tag, decision="agree")
    events = [
        {"step": steps[0]["step"], "event": "enrolled"},
        {"step": steps[1]["step"], "event": "missed"},
    ]
    told = kept.move(f"{location}/progress", agreed.headers["etag"], events=events)
    kept.clock.pass_days(1)
    replanned = kept.move(f"{location}/replan", told.headers["etag"], changes_most=10)
    assert replanned.status_code == 200, replanned.text
    after = {s["step"]: s for s in life(replanned)["steps"]}
    assert after[steps[0]["step"]] == steps[0] | {"state": "enrolled"}
    assert steps[1]["offering"] not in {s["offering"] for s in after.values()}
    assert life(replanned)["history"][-1]["kind"] == "revise"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"decision": "pin"}, ("/activity", "activity_needed")),
        ({"decision": "pin", "activity": "нет такой"}, ("/activity", "unknown_activity")),
        ({"decision": "ban"}, ("/activity", "activity_needed")),
        ({"decision": "ban", "step": "step-99"}, ("/step", "unknown_activity")),
        ({"decision": "replace", "activity": "x"}, ("/step", "step_needed")),
        ({"decision": "agree", "step": "step-1"}, ("/step", "step_unwanted")),
        ({"decision": "burn"}, ("/decision", "value_not_listed")),
    ],
)
def test_a_decision_that_says_too_little_is_named(
    kept: Kept, body: dict[str, Any], fault: tuple[str, str]
) -> None:
    """422 with the pointer of what is missing or unknown."""
    location, tag, _ = kept.built()
    answer = kept.move(f"{location}/decisions", tag, **body)
    assert places(refused(answer, 422, "invalid_input")) == [fault]


def test_the_list_is_cut_into_parts_and_filtered(kept: Kept) -> None:
    """Every route once over the parts, newest first; filters narrow; foreign cursors: 422."""
    made = []
    for educator in ("E01", "E02", "E02"):
        made.append(kept.built(educator)[2]["id"])
        kept.clock.pass_days(0.01)
    found, cursor = [], None
    while True:
        asked = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = kept.caller.get("/routes", params=asked)
        found += [r["id"] for r in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert found == made[::-1]
    mine = kept.caller.get("/routes", params={"educator_id": "E02", "state": "proposed"}).json()
    assert [r["id"] for r in mine["items"]] == made[:0:-1]
    assert kept.caller.get("/routes", params={"state": "agreed"}).json()["items"] == []
    refused(kept.caller.get("/routes", params={"cursor": "x"}), 422, "invalid_input")


def test_a_route_that_is_over_is_not_planned_anew(kept: Kept) -> None:
    """409 for a revision of a cancelled route, whoever asks for it and however."""
    location, tag, _ = kept.built()
    over = kept.move(f"{location}/decisions", tag, decision="cancel")
    tag = over.headers["etag"]
    refused(kept.move(f"{location}/replan", tag), 409, "illegal_move")
    banned = kept.move(f"{location}/decisions", tag, decision="ban", step="step-1")
    assert refused(banned, 409, "illegal_move")["legal"] == []
