"""The form of a new route: what it asks of the contract, and where it says what is wrong."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar
import pytest

from api.access.principal import Role
from api.workbench.views.busy import Weekly, busy_calendar
from api.workbench.views.keys import own_key
from api.workbench.views.route_form import (
    Known,
    Reading,
    RouteForm,
    faults_by_field,
    field_of,
    opened,
    read_form,
)
from engine.domain import Funding, Slot
from engine.recommender import RouteRequest
from tests.api.fakes import BUSY, NODES, PACKAGE, FakeEngine, activity
from tests.api.workbench.desks import HOSTILE, HTMX, Desk, open_desk
from tests.api.workbench.markup import Markup, sound

MOSCOW = ZoneInfo("Europe/Moscow")
TODAY = dt.date(2026, 9, 1)
PATH = "/workbench/educators/e-1"
FILE = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//a school//\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20260901T000000Z\r
DTSTART:20260910T060000Z\r
DTEND:20260910T070000Z\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture(scope="module")
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, migrated: Path, engine: FakeEngine
) -> Iterator[Desk]:
    """An engine that remembers what it was asked."""
    package = replace(PACKAGE, activities=tuple(map(activity, "abcd")))
    with open_desk(tmp_path_factory.mktemp("building"), migrated, engine, package) as found:
        yield found


def send(desk: Desk, files: Any = None, key: str | None = None, **data: Any) -> Any:
    sent = {"key": key or str(uuid.uuid4()), "requests": "known", **data}
    return desk.post(f"{PATH}/build", sent, files=files)


def built(desk: Desk, engine: FakeEngine, files: Any = None, **data: Any) -> RouteRequest:
    """What the engine was asked by a form."""
    answer = send(desk, files, **data)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].removeprefix("/workbench")
    for _ in range(3_000):
        if desk.caller.get(path).status_code != 202:
            break
        time.sleep(0.01)
    assert desk.caller.get(path).status_code == 200
    return engine.asked[-1]


def refused(answer: Any) -> tuple[Markup, set[str]]:
    """Page of a refused form, and the fields that it marks."""
    assert answer.status_code == 422, answer.text
    page = sound(answer.text)
    marked = [a["name"] or "" for _, a in page.elements if a.get("aria-invalid") == "true"]
    assert marked
    return page, set(marked)


# ------------------------------------------------------------------------------- what is asked


def test_an_untouched_form_leaves_everything_to_the_service(desk: Desk, engine: FakeEngine) -> None:
    """Sent as it comes, the form names the educator alone; what is known of him is used."""
    page = desk.page(f"{PATH}/new-route")
    values = {a["name"]: a.get("value", "") for a in page.of("input") if a.get("name")}
    assert values["tempo"] == ""
    asked = built(desk, engine)
    assert asked.educator.id == "e-1"
    assert [r.id for r in asked.requests] == ["q-1"]
    assert asked.constraints.tempo_by_week == {}
    assert asked.constraints.busy  # of the package
    assert not asked.variants


def test_every_setting_reaches_the_engine(desk: Desk, engine: FakeEngine) -> None:
    """Tempo, terms, forms, budget, picks, limit, policy and variants arrive as they were typed."""
    asked = built(
        desk,
        engine,
        tempo="2,5",
        start="2026-09-09",
        end="2026-09-30",
        forms=["formal", "informal"],
        budget_state="12 000",
        budget_own="0",
        pinned=["a"],
        excluded=["b", "c"],
        max_steps="4",
        policy="spb",
        variants="1",
    )
    limits = asked.constraints
    # Mondays of the weeks from the 9th to the 30th of September 2026, 2.5 hours each
    mondays = [dt.date(2026, 9, 7 + 7 * n) for n in range(4)]
    assert dict(limits.tempo_by_week) == dict.fromkeys(mondays, 150)
    assert (limits.horizon_start, limits.horizon_end) == (dt.date(2026, 9, 9), dt.date(2026, 9, 30))
    assert set(limits.forms) == {"formal", "informal"}
    assert limits.budget_by_source == {Funding.STATE: 12_000, Funding.OWN: 0}
    assert (limits.pinned, limits.excluded) == (("a",), ("b", "c"))
    assert limits.max_steps == 4
    assert asked.policy == "spb"
    assert asked.variants


def test_own_requests_take_the_place_of_known_ones(desk: Desk, engine: FakeEngine) -> None:
    """Text, competency and position become requests with their weights; empty rows do not."""
    asked = built(
        desk,
        engine,
        requests="own",
        request_text_1="как вести проекты",
        request_weight_1="2",
        request_node_3=NODES[0],
        request_position_3="deputy_head",
        request_weight_3="0.5",
    )
    told = [(r.text, r.node, r.career_position, r.weight) for r in asked.requests]
    assert told == [("как вести проекты", None, None, 2.0), (None, NODES[0], "deputy_head", 0.5)]


def test_busy_times_of_file_and_form_are_one(desk: Desk, engine: FakeEngine) -> None:
    """A calendar file, a weekly lesson and days away all keep the educator busy, in his zone."""
    asked = built(
        desk,
        engine,
        {"busy_file": ("school.ics", FILE, "text/calendar")},
        start="2026-09-07",
        end="2026-09-20",
        weekly_day_1="2",
        weekly_from_1="15:00",
        weekly_to_1="16:30",
        away_from_1="2026-09-17",
        away_to_1="2026-09-18",
    )

    def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
        return dt.datetime(2026, 9, day, hour, minute, tzinfo=MOSCOW)

    expected = {
        Slot(at(8, 15), at(8, 16, 30)),
        Slot(at(15, 15), at(15, 16, 30)),
        Slot(at(10, 9), at(10, 10)),
        Slot(at(17, 0), at(19, 0)),
    }
    assert set(asked.constraints.busy) == expected


def test_known_busy_times_are_shown_and_kept_or_dropped(desk: Desk, engine: FakeEngine) -> None:
    """The form tells what is known; the typed joins it, replaces it, or it goes altogether."""
    page = desk.page(f"{PATH}/new-route")
    # BUSY of the package: 8 September, nine to eleven
    said = page.said.replace("\u2060", "")  # what keeps a span on one line
    assert "8 сентября 2026, 09:00–11:00" in said
    kept = [a["value"] for a in page.of("input") if a.get("name") == "busy_known"]
    assert kept == ["keep", "drop"]
    day = {"start": "2026-09-07", "end": "2026-09-20", "away_from_1": "2026-09-17"}
    day["away_to_1"] = "2026-09-17"
    own = Slot(dt.datetime(2026, 9, 17, tzinfo=MOSCOW), dt.datetime(2026, 9, 18, tzinfo=MOSCOW))
    assert set(built(desk, engine, busy_known="keep", **day).constraints.busy) == {BUSY, own}
    assert set(built(desk, engine, busy_known="drop", **day).constraints.busy) == {own}
    assert built(desk, engine, busy_known="keep").constraints.busy == (BUSY,)
    assert built(desk, engine, busy_known="drop").constraints.busy == ()
    nothing = desk.page("/workbench/educators/e-2/new-route")
    assert "ничего не известно" in nothing.said
    assert "busy_known" not in [a.get("name") for a in nothing.of("input")]


def test_a_day_without_a_time_is_busy_as_a_whole(desk: Desk, engine: FakeEngine) -> None:
    """«Среда» alone keeps every Wednesday free of anything; half of a time is asked about."""
    asked = built(desk, engine, start="2026-09-07", end="2026-09-20", weekly_day_1="3")
    days = {(slot.start.date().isoformat(), slot.start.hour) for slot in asked.constraints.busy}
    assert days == {("2026-09-09", 0), ("2026-09-16", 0)}
    assert all(
        s.end - s.start >= dt.timedelta(hours=23, minutes=59) for s in asked.constraints.busy
    )
    assert "weekly_from_1" in refused(send(desk, weekly_day_1="3", weekly_from_1="09:00"))[1]


def test_the_same_form_twice_builds_once(desk: Desk, engine: FakeEngine) -> None:
    """A double click leads to one route; the key with other content gives the form again."""
    key = str(uuid.uuid4())
    before = len(desk.api("GET", "/routes?limit=500")["items"])
    first, second = (send(desk, key=key, max_steps="3") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    built(desk, engine)
    assert len(desk.api("GET", "/routes?limit=500")["items"]) == before + 2
    other = send(desk, key=key, max_steps="5")
    assert other.status_code in (409, 422)
    page = sound(other.text)
    fresh = next(a["value"] for a in page.of("input") if a.get("name") == "key")
    assert fresh not in (None, key)
    assert send(desk, key=fresh, max_steps="5").status_code == 303


# ------------------------------------------------------------------------------- what is wrong


def test_what_cannot_be_sent_is_said_at_its_field(desk: Desk, engine: FakeEngine) -> None:
    """Fields at fault are marked, everything typed stays, and nobody is asked to build."""
    asked = len(engine.asked)
    answer = send(
        desk,
        tempo="много",
        end="2020-01-01",
        max_steps="2.5",
        weekly_day_1="2",
        weekly_from_1="16:00",
        weekly_to_1="15:00",
        away_from_2="2026-10-02",
        policy="spb",
        pinned="a",
    )
    page, marked = refused(answer)
    assert marked == {
        *("tempo", "end", "max_steps", "weekly_from_1", "weekly_to_1"),
        *("away_from_2", "away_to_2"),
    }
    assert "Этот день уже прошёл" in page.said
    assert "Начало должно быть раньше конца" in page.said
    values = {a["name"]: a.get("value") for a in page.of("input") if a.get("name")}
    assert (values["tempo"], values["max_steps"], values["weekly_from_1"]) == (
        "много",
        "2.5",
        "16:00",
    )
    assert [a["value"] for a in page.of("option") if "selected" in a and a["value"]] == [
        *("1", "1", "1", "2", "spb")
    ]
    assert [
        a["value"] for a in page.of("input") if a.get("name") == "pinned" and "checked" in a
    ] == ["a"]
    described = {a.get("aria-describedby") for _, a in page.elements if "aria-invalid" in a}
    assert described <= {a.get("id") for _, a in page.elements}
    assert len(engine.asked) == asked + 1  # the deficits that the form shows


@pytest.mark.parametrize(
    ("data", "files", "name"),
    [
        ({}, {"busy_file": ("x.ics", b"no calendar", "text/calendar")}, "busy_file"),
        ({"policy": "mars"}, None, "policy"),
        ({"max_steps": "0"}, None, "max_steps"),
        ({"budget_state": "999999999999"}, None, "budget_state"),
        ({"requests": "own", "request_text_2": "x" * 2_001}, None, "request_text_2"),
    ],
)
def test_what_the_contract_refuses_is_said_at_its_field(
    desk: Desk, data: dict[str, str], files: Any, name: str
) -> None:
    """A pointer of the problem document leads to the field that it is about."""
    answer = send(desk, files, **data)
    assert answer.status_code == 422
    page = sound(answer.text)
    assert "отмечены ниже" in page.said
    assert page.of("section")[0]["class"] == "problem"
    if name != "policy":  # a list of choices, with a text beneath
        assert name in refused(answer)[1]


def test_a_broken_calendar_is_not_hidden_by_typed_times(desk: Desk) -> None:
    """Busy times of the form are not put in the place of a file that nobody can read."""
    files = {"busy_file": ("x.ics", b"no calendar", "text/calendar")}
    row = {"weekly_day_1": "2", "weekly_from_1": "15:00", "weekly_to_1": "16:00"}
    assert "busy_file" in refused(send(desk, files, **row))[1]


def test_a_form_without_its_token_builds_nothing(desk: Desk, engine: FakeEngine) -> None:
    """A form of another site is refused before anything is asked."""
    asked = len(engine.asked)
    answer = desk.post(f"{PATH}/build", {"requests": "known"}, csrf=False)
    assert answer.status_code == 403
    assert len(engine.asked) == asked


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MANAGER, Role.MENTOR])
def test_roles_that_may_not_build_get_no_form(desk: Desk, role: Role) -> None:
    """Neither the form nor its sending is open to them."""
    assert desk.get(f"{PATH}/new-route", role).status_code == 403
    assert desk.post(f"{PATH}/build", {"requests": "known"}, role).status_code == 403


# ------------------------------------------------------------------------------- while it is filled


def test_the_catalogue_is_searched_and_picks_stay(desk: Desk) -> None:
    """What is ticked stays with its title while the search goes on; what is found excludes it."""
    path = f"{PATH}/picks?find={quote('семинар')}&pinned=b&excluded=d"
    part = sound(desk.get(path, **HTMX).text)
    boxes = [(a["name"], a["value"], "checked" in a) for a in part.of("input")]
    assert boxes == [
        *(("pinned", "b", True), ("excluded", "b", False)),
        *(("pinned", "d", False), ("excluded", "d", True)),
        *(("pinned", "a", False), ("excluded", "a", False)),
        *(("pinned", "c", False), ("excluded", "c", False)),
    ]
    assert "Семинар b" in part.said
    assert "Найдено: 4, показано 2" in part.said


def test_the_search_works_without_scripts(desk: Desk) -> None:
    """The button of the search sends the form and gets it back with what was found."""
    answer = send(desk, do="find", find="семинар", tempo="3")
    assert answer.status_code == 200
    page = sound(answer.text)
    assert "Найдено: 4, показано 4" in page.said
    values = {a["name"]: a.get("value") for a in page.of("input") if a.get("name")}
    assert values["tempo"] == "3"


def test_a_link_brings_its_pick(desk: Desk) -> None:
    """The form begins with what a link from the catalogue names."""
    page = desk.page(f"{PATH}/new-route?pinned=c")
    ticked = [a["value"] for a in page.of("input") if a.get("name") == "pinned" and "checked" in a]
    assert ticked == ["c"]


def test_hostile_text_stays_text(desk: Desk) -> None:
    """Searches, requests and ids come back as they were typed, as text."""
    for answer in (
        desk.get(f"{PATH}/picks?find=x&pinned={quote(HOSTILE)}", **HTMX),
        send(desk, do="find", find=HOSTILE, request_text_1=HOSTILE, tempo=HOSTILE),
    ):
        page = sound(answer.text)
        assert not page.of("img")
        assert HOSTILE in [a.get("value") for a in page.of("input")]


# ------------------------------------------------------------------------------- shaping


def test_an_address_of_the_contract_leads_to_its_field() -> None:
    """Requests are found by their row in the form, as empty rows are not sent."""
    form = RouteForm({"requests": "own", "request_text_3": "x", "request_text_1": "y"})
    reading = read_form(form, Known("e", None, TODAY))
    assert field_of("/requests/1/text", reading) == "request_3"
    assert field_of("/requests/7", reading) is None
    errors = [
        {"pointer": "/constraints/horizon", "detail": "первое"},
        {"pointer": "/constraints/horizon/end", "detail": "второе"},
        {"pointer": "/educator/id", "detail": "третье"},
    ]
    assert faults_by_field(errors, reading) == ({"end": "первое"}, ["третье"])


def test_the_tempo_of_the_record_is_not_sent_again() -> None:
    """A tempo that was left as it is does not bind the weeks; another one binds all of them."""
    known = Known("e", 210, TODAY)
    assert read_form(RouteForm({"tempo": "3.5"}), known).body == {"educator": {"id": "e"}}
    weeks = read_form(RouteForm({"tempo": "4"}), known).body["constraints"]["tempo_by_week"]
    assert len(weeks) == 110
    assert min(weeks) == "2026-08-31"
    assert set(weeks.values()) == {240}


def test_folded_parts_open_where_something_is_said_or_wrong() -> None:
    """An untouched form is short; a value or a fault opens its part."""
    assert opened(RouteForm(), {}) == {"busy": False, "picks": False, "more": False}
    form = RouteForm({"policy": "spb"}, {"pinned": ("a",)})
    assert opened(form, {"weekly_1": "x"}) == {"busy": True, "picks": True, "more": True}


def test_a_calendar_keeps_its_own_events() -> None:
    """Typed times are added to a file's events; a file alone is passed on untouched."""
    text = FILE.decode()
    weekly = [Weekly(1, dt.time(8), dt.time(9))]
    joined = icalendar.Calendar.from_ical(busy_calendar(text, weekly, [], TODAY))
    assert {str(e["uid"]) for e in joined.walk("VEVENT")} == {"1", "weekly-0@workbench"}
    assert busy_calendar(text, [], [], TODAY) == text
    assert busy_calendar(None, [], [], TODAY) is None
    assert busy_calendar("broken", weekly, [], TODAY) == "broken"


def test_keys_of_forms_are_ours() -> None:
    """Only a key that a form of ours may have carried is used again."""
    key = str(uuid.uuid4())
    assert own_key(key) == key
    for strange in ("", "ключ\r\nX: y", "a" * 400):
        assert uuid.UUID(own_key(strange))


def test_a_reading_takes_numbers_as_people_type_them() -> None:
    """Comma, spaces and no-break spaces are fine; a fraction of a whole number is not."""
    form = RouteForm({"a": "3,5", "b": "12\u00a0000", "c": "1.5", "d": "-1", "e": "nan"})
    reading = Reading({})
    assert reading.number(form, "a", whole=False) == 3.5
    assert reading.number(form, "b") == 12_000
    assert [reading.number(form, n) for n in ("c", "d", "e")] == [None] * 3
    assert reading.faults == dict.fromkeys(("c", "d", "e"), "whole_number")
