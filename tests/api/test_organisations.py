"""Organisations and districts over HTTP, and busy times that are known or added to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.principal import Role
from engine.domain import Conditions, Educator, Organisation, Position, Slot
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store
from tests.api.access.people import EDUCATOR, FOREIGN, ORGANISATION, bearer, ring
from tests.api.conftest import NOW, running
from tests.api.fakes import BUSY, FakeEngine


@pytest.fixture
def service(settings: Settings, store: Store, engine: FakeEngine) -> Iterator[TestClient]:
    """The package (e-1 in «Приморский», e-2 nowhere) and four of the store, keys of all roles."""
    village = Conditions(rural=True)
    own = Organisation(ORGANISATION, "Ёлочка", "Невский", "Пос. Лесной", village)
    people = [
        Educator(EDUCATOR, Position.TEACHER, organisation=own),
        Educator("s-2", Position.TEACHER, organisation=own, district="НЕВСКИЙ"),
        Educator("s-3", Position.TEACHER, organisation=Organisation("z", "Детский сад")),
        Educator("s-4", Position.TEACHER, district="Дальний"),
    ]
    with store.writing(DEFAULT_TENANT) as kept:
        for person in people:
            kept.educators.put(person, NOW)
    with running(settings, engine, store=store, keys=ring()) as caller:
        yield caller


def asked(service: TestClient, role: Role = Role.METHODIST, **headers: str) -> Any:
    return service.get("/organisations", headers={**bearer(role), **headers})


def test_organisations_and_districts_hold_everybody(service: TestClient) -> None:
    """Numbers by hand: of store and package together, by title; an own district counts as such."""
    found = asked(service).json()
    told = [(o["id"], o["title"], o["district"], o["people"]) for o in found["items"]]
    assert told == [
        ("z", "Детский сад", "", 1),
        (ORGANISATION, "Ёлочка", "Невский", 2),
        ("o-1", "Школа № 1", "Приморский", 1),
    ]
    assert [(o["locality"], o["rural"]) for o in found["items"][:2]] == [
        ("", None),
        ("Пос. Лесной", True),
    ]
    districts = {d["title"].lower(): d["people"] for d in found["districts"]}
    assert districts == {"дальний": 1, "невский": 2, "приморский": 1}


def test_the_record_of_the_store_stands_for_the_packages(service: TestClient, store: Store) -> None:
    """Who moved to another school is counted there alone."""
    moved = Educator("e-1", Position.TEACHER, organisation=Organisation("z", "Сад «Лучик»"))
    with store.writing(DEFAULT_TENANT) as kept:
        kept.educators.put(moved, NOW)
    found = asked(service).json()
    # z: s-3 calls it by its old title, and s-3 comes after e-1
    assert {o["id"]: (o["title"], o["people"]) for o in found["items"]} == {
        "z": ("Детский сад", 2),
        ORGANISATION: ("Ёлочка", 2),
    }
    assert "приморский" not in {d["title"].lower() for d in found["districts"]}


def test_every_role_sees_the_places_of_its_own_people(service: TestClient) -> None:
    """A manager his organisation with its number, an educator his own, another region nothing."""
    manager = asked(service, Role.MANAGER).json()
    assert [(o["id"], o["people"]) for o in manager["items"]] == [(ORGANISATION, 2)]
    own = asked(service, Role.EDUCATOR).json()
    assert [(o["id"], o["people"]) for o in own["items"]] == [(ORGANISATION, 1)]
    foreign = service.get("/organisations", headers=bearer(Role.METHODIST, FOREIGN)).json()
    assert foreign == {"items": [], "districts": []}


def test_the_same_list_is_not_sent_twice(service: TestClient, store: Store) -> None:
    """304 for who has it; another tag once somebody came."""
    tag = asked(service).headers["etag"]
    again = asked(service, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    with store.writing(DEFAULT_TENANT) as kept:
        kept.educators.put(Educator("s-5", Position.TEACHER, district="Дальний"), NOW)
    changed = asked(service, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


# --------------------------------------------------------------------------- busy times


def slot(start: str, end: str) -> tuple[dict[str, str], Slot]:
    """A span as it is sent, and as the engine gets it."""
    return {"start": start, "end": end}, Slot(*map(dt.datetime.fromisoformat, (start, end)))


SENT, GIVEN = slot("2026-09-15T10:00:00+03:00", "2026-09-15T11:00:00+03:00")
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//
BEGIN:VEVENT
UID:1
DTSTAMP:20260901T000000Z
DTSTART:20260915T070000Z
DTEND:20260915T080000Z
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_known_busy_times_are_told(client: TestClient) -> None:
    """Those of the package, in the educator's zone; of whom nothing is known an empty list."""
    told = client.get("/educators/e-1/busy").json()
    assert (told["educator_id"], told["time_zone"]) == ("e-1", "Europe/Moscow")
    assert [slot(span["start"], span["end"])[1] for span in told["items"]] == [BUSY]
    assert client.get("/educators/e-2/busy").json()["items"] == []
    assert client.get("/educators/nobody/busy").status_code == 404


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ({}, {BUSY}),
        ({"keep_busy": True}, {BUSY}),
        ({"busy": [SENT]}, {GIVEN}),
        ({"busy": []}, set()),
        ({"busy": [SENT], "keep_busy": True}, {BUSY, GIVEN}),
        ({"busy_ics": ICS}, {GIVEN}),
        ({"busy_ics": ICS, "keep_busy": True}, {BUSY, GIVEN}),
    ],
)
def test_given_busy_times_replace_the_known_or_join_them(
    client: TestClient, engine: FakeEngine, constraints: dict[str, Any], expected: set[Slot]
) -> None:
    """Without word they replace, with keep_busy they join; nothing given leaves what is known."""
    body = {"educator": {"id": "e-1"}, "constraints": constraints}
    assert client.post("/routes", json=body).status_code == 201
    assert set(engine.asked[-1].constraints.busy) == expected
