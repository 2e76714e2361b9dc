"""Routes that are built while nobody waits, and many in one call."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.jobs import LEASE, Jobs
from api.route_calls import RouteCalls
from engine.recommender import Outcome, RouteRequest
from engine.storage import JobEvent, JobState, Store
from tests.api.conftest import NOW, refused, whole
from tests.api.fakes import FakeEngine

ASYNC = {"Prefer": "respond-async"}
LINES = {"Content-Type": "application/x-ndjson"}


class Held(FakeEngine):
    """Answers once it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def recommend(self, request: RouteRequest, on_progress: Any = None) -> Outcome:
        assert self.go.wait(20)
        return super().recommend(request)


def holding(client: TestClient) -> Held:
    """Put an engine into the service that waits."""
    engine = Held()
    loading = client.app.state.loading  # type: ignore[attr-defined]
    service = loading.service
    fields = ("settings", "store", "package", "clock", "new_id")
    loading.service = type(service)(engine=engine, **{f: getattr(service, f) for f in fields})
    return engine


def kinds(text: str) -> list[str]:
    return [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event")]


def test_a_route_is_asked_for_now_and_read_later(client: TestClient, store: Store) -> None:
    """202 with Location at once; 202 while it is built; then the route, with its events."""
    engine = holding(client)
    asked = client.post("/routes", json=whole(), headers=ASYNC)
    assert (asked.status_code, asked.headers["preference-applied"]) == (202, "respond-async")
    location = asked.headers["location"]
    assert client.get(location).status_code == 202
    engine.go.set()
    events = client.get(f"{location}/events").text
    assert kinds(events) == ["started", "done"]
    built = client.get(location)
    assert built.status_code == 200
    assert built.json()["id"] == asked.json()["id"]
    rest = client.get(f"{location}/events", headers={"Last-Event-ID": "1"}).text
    assert kinds(rest) == ["done"]
    refused(client.delete(f"{location}/solve"), 404, "solve_not_found")
    with store.reading("default") as kept:
        assert [e.action for e in kept.audit.page().items] == ["build_route", "build_route"]


def test_a_route_that_is_kept_between_two_looks_is_found(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks while the last word is written gets the route, not that there is none."""
    location = client.post("/routes", json=whole(), headers=ASYNC).headers["location"]
    assert kinds(client.get(f"{location}/events").text)[-1] == "done"
    look, looks = RouteCalls.kept, []

    def late(self: RouteCalls, route_id: str) -> Any:
        looks.append(route_id)
        return None if len(looks) == 1 else look(self, route_id)

    monkeypatch.setattr(RouteCalls, "kept", late)
    assert client.get(location).status_code == 200
    assert len(looks) == 2


def test_a_failed_solve_says_why(client: TestClient, engine: FakeEngine) -> None:
    """The events end with failed, and reading gives a problem document."""
    engine.error = RuntimeError("broken")
    location = client.post("/routes", json=whole(), headers=ASYNC).headers["location"]
    assert kinds(client.get(f"{location}/events").text) == ["started", "failed"]
    document = refused(client.get(location), 500, "solve_failed")
    assert document["cause"] == "internal_error"


def test_a_wish_to_stop_is_kept_for_whoever_works_on_it(client: TestClient, store: Store) -> None:
    """202, and the wish stands in the database; a job that is over has none to stop."""
    engine = holding(client)
    location = client.post("/routes", json=whole(), headers=ASYNC).headers["location"]
    stopped = client.delete(f"{location}/solve")
    assert (stopped.status_code, stopped.json()["stop_requested"]) == (202, True)
    with store.reading("default") as kept:
        job = kept.jobs.get(location.rpartition("/")[2])
    assert job is not None
    assert job.stop_requested
    engine.go.set()
    assert kinds(client.get(f"{location}/events").text)[-1] == "done"


def test_a_job_of_a_dead_process_is_taken_up_by_another(client: TestClient, store: Store) -> None:
    """After the lease another process builds the route under the same id, once."""
    engine = holding(client)
    asked = client.post("/routes", json=whole(), headers=ASYNC)
    job_id = asked.json()["id"]
    later = NOW + LEASE + dt.timedelta(seconds=1)
    loading = client.app.state.loading  # type: ignore[attr-defined]
    other = type(loading.service)(
        settings=loading.service.settings,
        engine=FakeEngine(),
        store=store,
        package=loading.service.package,
        clock=lambda: later,
        new_id=loading.service.new_id,
    )
    jobs = Jobs(lambda tenant: other)
    jobs.take_up("default")
    assert kinds(client.get(f"/routes/{job_id}/events").text) == ["started", "taken_up", "done"]
    engine.go.set()
    assert client.get(f"/routes/{job_id}").json()["id"] == job_id
    with store.reading("default") as kept:
        job = kept.jobs.get(job_id)
        assert kept.routes.count() == 1
    assert job is not None
    assert job.state is JobState.DONE


def test_events_go_on_after_the_last_that_was_seen(client: TestClient, store: Store) -> None:
    """Numbers of events are their ids; only later ones are sent."""
    location = client.post("/routes", json=whole(), headers=ASYNC).headers["location"]
    client.get(f"{location}/events")
    with store.writing("default") as kept:
        kept.jobs.append(location.rpartition("/")[2], JobEvent(NOW, "done"))
    text = client.get(f"{location}/events", headers={"Last-Event-ID": "2"}).text
    assert "id: 3" in text
    assert "id: 2" not in text


def lines(answer: Any) -> list[dict[str, Any]]:
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_batch_answers_line_by_line(client: TestClient, store: Store) -> None:
    """A route or a problem for each line, in its order; a bad line spoils no other."""
    given = [
        json.dumps(whole()),
        "",
        "{bad",
        json.dumps({"educator": {"id": "нет"}}),
        json.dumps(whole(nonsense=1)),
        json.dumps(whole(policy="spb")),
    ]
    found = lines(client.post("/routes/batch", content="\n".join(given).encode(), headers=LINES))
    assert [line["index"] for line in found] == [0, 1, 2, 3, 4]
    assert [line["status"] for line in found] == [201, 400, 422, 422, 201]
    codes = [line.get("problem", {}).get("code") for line in found]
    assert codes == [None, "invalid_json", "invalid_input", "invalid_input", None]
    assert found[3]["problem"]["errors"][0]["pointer"] == "/nonsense"
    for line in (found[0], found[4]):
        assert client.get(f"/routes/{line['route']['id']}").json() == line["route"]
    with store.reading("default") as kept:
        assert kept.routes.count() == 2


def test_a_batch_that_is_sent_again_builds_only_what_is_missing(
    client: TestClient, engine: FakeEngine
) -> None:
    """Under one key lines that were built are answered as before; changed ones are refused."""
    key = LINES | {"Idempotency-Key": "b"}
    one, two, other = (json.dumps(whole(policy=p)) for p in ("default", "spb", "volgodonsk"))
    first = lines(client.post("/routes/batch", content=one, headers=key))
    again = lines(client.post("/routes/batch", content=f"{one}\n{two}\n", headers=key))
    assert again[0] == first[0]
    assert len(engine.asked) == 2
    changed = lines(client.post("/routes/batch", content=other, headers=key))
    assert changed[0]["problem"]["code"] == "idempotency_mismatch"


def test_a_batch_must_say_that_it_is_one(client: TestClient) -> None:
    """JSON is no NDJSON, whatever is in it."""
    refused(client.post("/routes/batch", json=whole()), 415, "ndjson_expected")


def test_an_endless_line_ends_the_batch(client: TestClient) -> None:
    """Lines before it are answered, then 413; nothing after it is believed."""
    most = 2_000_000
    content = f"{json.dumps(whole())}\n{'x' * (most + 1)}\n{json.dumps(whole())}\n"
    found = lines(client.post("/routes/batch", content=content.encode(), headers=LINES))
    assert [line["status"] for line in found] == [201, 413]
