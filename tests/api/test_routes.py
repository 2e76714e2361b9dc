"""POST /routes and what is kept of it."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from engine.domain import Position, Request
from engine.planning.problem_json import NO_CLOCK_MS, read_problem_file
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store
from tests.api.conftest import NOW, places, refused, running, whole
from tests.api.fakes import BUSY, KNOWN, NODES, PACKAGE, RESPONSES, RESULT, FakeEngine


@pytest.mark.parametrize("status", ["OPTIMAL", "FEASIBLE", "INFEASIBLE", "UNKNOWN"])
def test_every_status_is_created_kept_and_read_back(
    client: TestClient, engine: FakeEngine, status: str
) -> None:
    """201 with Location for every status; what is read later is the same, byte for byte."""
    engine.status = status
    made = client.post("/routes", json=whole())
    assert made.status_code == 201
    body = made.json()
    assert body["status"] == status
    assert (body["route"] is None) == (status in ("INFEASIBLE", "UNKNOWN"))
    assert made.headers["location"] == f"/routes/{body['id']}"
    read = client.get(made.headers["location"])
    assert read.status_code == 200
    assert read.content == made.content


def test_the_edge_gives_the_id_and_the_row_is_complete(client: TestClient, store: Store) -> None:
    """Id and creation instant come from the edge, the rest from the answer."""
    body = client.post("/routes", json=whole(policy="spb")).json()
    with store.reading(DEFAULT_TENANT) as kept:
        row = kept.routes.get(body["id"])
    assert row is not None
    assert body["id"].startswith("id-")
    assert row.created_at == NOW
    assert (row.status, row.policy, row.problem_digest) == ("OPTIMAL", "spb", "d" * 64)
    assert row.educator_id == body["educator"]["id"]


def test_as_of_defaults_to_the_clock_of_the_edge(client: TestClient, engine: FakeEngine) -> None:
    """Without as_of the injected clock decides; with it, it does not."""
    given = "2026-08-31T09:00:00+10:00"
    client.post("/routes", json=whole())
    client.post("/routes", json=whole(as_of=given))
    assert [r.as_of for r in engine.asked] == [NOW, dt.datetime.fromisoformat(given)]


def test_a_known_educator_brings_everything_known(client: TestClient, engine: FakeEngine) -> None:
    """An id alone stands for the package's educator, evidence, requests, history and busy times."""
    assert client.post("/routes", json={"educator": {"id": "e-1"}}).status_code == 201
    (asked,) = engine.asked
    assert asked.educator == KNOWN
    assert asked.diagnostics == (RESULT,)
    assert [r.item for r in asked.responses] == [r.item for r in RESPONSES]
    assert asked.requests == (Request("q-1", text="Как вести проекты"),)
    assert asked.history[0].title == "Курсы"
    assert asked.constraints.busy == (BUSY,)


def test_what_the_body_states_wins_over_what_is_known(
    client: TestClient, engine: FakeEngine
) -> None:
    """Empty lists mean none, not "whatever you know"."""
    body = {
        "educator": {"id": "e-1"},
        "diagnostics": [],
        "requests": [],
        "history": [],
        "constraints": {"busy": []},
    }
    assert client.post("/routes", json=body).status_code == 201
    (asked,) = engine.asked
    empty = (asked.diagnostics, asked.responses, asked.requests, asked.history)
    assert empty == ((), (), (), ())
    assert asked.constraints.busy == ()


def test_the_store_wins_over_the_package(
    client: TestClient, engine: FakeEngine, store: Store
) -> None:
    """An educator of the store is taken with the store's evidence."""
    stored = KNOWN.__class__(id="e-1", position=Position.METHODIST)
    with store.writing(DEFAULT_TENANT) as kept:
        kept.educators.put(stored, NOW)
    client.post("/routes", json={"educator": {"id": "e-1"}})
    assert engine.asked[0].educator == stored
    assert engine.asked[0].diagnostics == ()


def test_a_whole_body_arrives_whole(client: TestClient, engine: FakeEngine) -> None:
    """Every field of a body reaches the engine as it was written."""
    body = {
        "as_of": "2026-08-31T09:00:00.5Z",
        "educator": {
            "id": "x",
            "position": "preschool_teacher",
            "subjects": ["музыка"],
            "stages": ["preschool"],
            "organisation": {
                "id": "o",
                "title": "Сад",
                "district": "Р",
                "conditions": {"shift": 2},
            },
            "turns_35_on": "2030-01-02",
            "pedagogical_start": "2024-09-01",
            "post_start": "2025-09-01",
            "tempo_min_per_week": 90,
            "total_min": 4000,
            "conditions": {"rural": True, "internet": False, "forbidden_weekdays": [5, 1, 5]},
            "strengths": [NODES[2]],
            "time_zone": "Asia/Vladivostok",
        },
        "diagnostics": [
            {"procedure_id": "p", "date": "2026-05-01", "item": "i", "response": None, "node": "n"},
            {
                "procedure_id": "p",
                "date": "2026-05-02",
                "method": "observation",
                "node": "n",
                "score": 3,
                "max_score": 4.5,
                "observer": "inner",
            },
            {"procedure_id": "p", "date": "2026-05-01", "item": "i-1", "response": 1},
        ],
        "requests": [
            {"text": "проекты", "weight": 2},
            {"id": "z", "node": "n"},
            {"career_position": "deputy_head"},
        ],
        "history": [{"activity_id": "a", "completed_on": "2025-01-01"}],
        "constraints": {
            "horizon": {"start": "2026-09-07", "end": "2027-05-30"},
            "tempo_by_week": {"2026-09-14": 0, "2026-09-07": 60},
            "busy": [{"start": "2026-09-08T10:00:00+03:00", "end": "2026-09-08T12:00:00+03:00"}],
            "forms": ["formal"],
            "budget_by_source": {"employer": 5000},
            "pinned": ["a"],
            "excluded": ["b"],
            "max_steps": 4,
        },
        "policy": "volgodonsk",
        "options": {"deadline_ms": 30000, "gap_rel": 0, "seed": 7, "language": "en"},
    }
    assert client.post("/routes", json=body).status_code == 201
    (asked,) = engine.asked
    assert asked.as_of == dt.datetime(2026, 8, 31, 9, 0, 0, 500_000, tzinfo=dt.UTC)
    educator = asked.educator
    assert (educator.id, educator.district, educator.time_zone) == ("x", "Р", "Asia/Vladivostok")
    assert educator.turns_35_on == dt.date(2030, 1, 2)
    assert educator.conditions.forbidden_weekdays == (1, 5)
    assert educator.organisation is not None
    assert educator.organisation.conditions.shift == 2
    assert educator.display_name is None
    (score,) = asked.diagnostics
    assert (score.score, score.max_score, score.observer, score.n_tasks) == (3, 4.5, "inner", None)
    first, second = asked.responses
    assert math.isnan(first.response)
    assert (second.response, second.node) == (1.0, NODES[1])
    assert [r.id for r in asked.requests] == ["r1", "z", "r3"]
    assert asked.requests[2].career_position is Position.DEPUTY_HEAD
    limits = asked.constraints
    assert limits.horizon_end == dt.date(2027, 5, 30)
    assert list(limits.tempo_by_week.items()) == [
        (dt.date(2026, 9, 7), 60),
        (dt.date(2026, 9, 14), 0),
    ]
    assert (limits.pinned, limits.excluded, limits.max_steps) == (("a",), ("b",), 4)
    assert limits.budget_by_source == {"employer": 5000}
    assert (asked.policy, asked.deadline_ms, asked.gap_rel) == ("volgodonsk", 30000, 0.0)
    assert (asked.seed, asked.language) == (7, "en")


def test_an_answer_counts_for_every_node_of_its_item(
    engine: FakeEngine, store: Store, settings: Settings
) -> None:
    """An item of the package that measures two nodes is one answer for both."""
    package = replace(PACKAGE, items={"i-3": (NODES[0], NODES[2])})
    item = {"procedure_id": "p", "date": "2026-05-01", "item": "i-3", "response": 1}
    with running(settings, engine, store=store, package=package) as caller:
        assert caller.post("/routes", json=whole(diagnostics=[item])).status_code == 201
    assert [(r.item, r.node) for r in engine.asked[-1].responses] == [
        ("i-3", NODES[0]),
        ("i-3", NODES[2]),
    ]


def test_a_calendar_text_becomes_busy_times(client: TestClient, engine: FakeEngine) -> None:
    """A weekly rule with one date taken out is expanded in the educator's zone."""
    text = "\r\n".join(
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//x//x//RU",
            "BEGIN:VEVENT",
            "UID:1",
            "DTSTAMP:20260801T000000Z",
            "DTSTART:20260907T100000",
            "DTEND:20260907T113000",
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "EXDATE:20260914T100000",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        )
    )
    educator = {"position": "teacher", "time_zone": "Asia/Vladivostok"}
    body = {"educator": educator, "constraints": {"busy_ics": text}}
    assert client.post("/routes", json=body).status_code == 201
    starts = [s.start.astimezone(dt.UTC) for s in engine.asked[0].constraints.busy]
    # 10:00 in Vladivostok (UTC+10) is midnight in UTC.
    assert starts == [dt.datetime(2026, 9, d, tzinfo=dt.UTC) for d in (7, 21)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("это не календарь", "calendar_unreadable"),
        (
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260907T100000Z\r\n"
            "RRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            "calendar_rule_too_dense",
        ),
    ],
)
def test_a_bad_calendar_text_is_named(client: TestClient, text: str, code: str) -> None:
    """A text that is no calendar, or one that would never end, is refused with its pointer."""
    answer = client.post("/routes", json=whole(constraints={"busy_ics": text}))
    document = refused(answer, 422, "invalid_input")
    assert places(document) == [("/constraints/busy_ics", code)]


def test_the_problem_file_is_kept(client: TestClient) -> None:
    """The problem comes back as a file that the engine reads again, without a clock."""
    location = client.post("/routes", json=whole()).headers["location"]
    answer = client.get(f"{location}/problem")
    assert answer.headers["content-type"] == "application/json"
    problem, options = read_problem_file(answer.content)
    assert problem.tempo_min.tolist() == [120]
    assert options.deadline_ms == NO_CLOCK_MS


def test_calendar_and_page_are_served(client: TestClient) -> None:
    """Calendar and page are made from what was kept; the page loads nothing from elsewhere."""
    location = client.post("/routes", json=whole()).headers["location"]
    calendar = client.get(f"{location}/calendar.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert calendar.text.startswith("BEGIN:VCALENDAR")
    page = client.get(f"{location}/page")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["content-language"] == "ru"
    english = client.get(f"{location}/page", params={"language": "en"})
    assert english.headers["content-language"] == "en"
    assert english.text != page.text
    refused(client.get(f"{location}/page", params={"language": "de"}), 422, "invalid_input")


def test_a_name_is_on_the_page_and_nowhere_else(client: TestClient, store: Store) -> None:
    """display_name goes to its own table and to the page, not into answer or problem."""
    educator = {"position": "teacher", "display_name": "Мария Ивановна Тестова"}
    made = client.post("/routes", json={"educator": educator})
    location = made.headers["location"]
    assert "Тестова" not in made.text
    assert "Тестова" not in client.get(f"{location}/problem").text
    assert "Тестова" in client.get(f"{location}/page").text
    with store.writing(DEFAULT_TENANT) as kept:
        kept.labels.erase(made.json()["educator"]["id"])
    assert "Тестова" not in client.get(f"{location}/page").text


def test_two_nameless_educators_never_share_a_name(client: TestClient) -> None:
    """Educators without an id get ids of their own, so a name cannot pass from one to the other."""
    first = {"position": "teacher", "display_name": "Мария Тестова"}
    client.post("/routes", json={"educator": first})
    second = client.post("/routes", json=whole())
    assert "Тестова" not in client.get(f"{second.headers['location']}/page").text


@pytest.mark.parametrize("tail", ["", "/problem", "/calendar.ics", "/page"])
def test_an_unknown_route_is_not_found(client: TestClient, tail: str) -> None:
    """404 as a problem that names the id."""
    document = refused(client.get(f"/routes/nobody{tail}"), 404, "route_not_found")
    assert "nobody" in document["detail"]


def test_the_same_body_twice_differs_in_ids_only(client: TestClient) -> None:
    """Two answers to one body are the same but for the ids of route and educator."""
    body = whole(as_of="2026-08-31T09:00:00+03:00")
    first, second = (client.post("/routes", json=body).json() for _ in range(2))
    assert first["id"] != second["id"]
    for answer in (first, second):
        answer["id"] = answer["educator"]["id"] = ""
    assert json.dumps(first) == json.dumps(second)
