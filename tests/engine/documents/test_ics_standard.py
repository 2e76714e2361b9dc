"""The calendar of a route by the letter of RFC 5545, by readers that are not ours, and by ours."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from dateutil import tz
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from engine.documents import render_ics
from engine.domain import ACADEMIC_HOUR_MIN
from engine.interchange.calendars import read_calendar
from engine.interchange.faults import FaultLog
from engine.recommendation import MeetingEntry, Recommendation
from tests.engine.documents.fixtures import ALL, FULL, STEPS

UTC = dt.UTC


def lines_of(content: bytes) -> list[str]:
    """Content lines, unfolded as 3.1 says: a line break and one white space go together."""
    assert content.endswith(b"\r\n")
    return content.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode("utf-8").split("\r\n")[:-1]


def unescaped(value: str) -> str:
    """Text of a value, by 3.3.11 alone."""
    return re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], value)


def components(content: bytes, name: str) -> Iterator[list[str]]:
    lines = lines_of(content)
    while f"BEGIN:{name}" in lines:
        start, end = lines.index(f"BEGIN:{name}"), lines.index(f"END:{name}")
        yield lines[start + 1 : end]
        lines = lines[end + 1 :]


def value(lines: Sequence[str], name: str) -> str:
    (found,) = (line for line in lines if re.match(rf"{name}[:;]", line))
    return found.partition(":")[2]


def met(rec: Recommendation) -> list[MeetingEntry]:
    route = rec.route
    steps = [m for step in route.steps for m in step.meetings] if route else []
    return [*steps, *(route.mentor.meetings if route and route.mentor else ())]


def in_zone(name: str, *meetings: tuple[str, str]) -> Recommendation:
    """The full route with the first step's meetings of one's own, in a zone."""
    made = tuple(
        MeetingEntry(*(dt.datetime.fromisoformat(moment) for moment in pair), "")
        for pair in meetings
    )
    step = replace(STEPS[0], meetings=made)
    educator = replace(FULL.educator, time_zone=name)
    return replace(FULL, educator=educator, route=replace(FULL.route, steps=(step,), mentor=None))


BERLIN = in_zone(
    "Europe/Berlin",
    ("2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+02:00"),  # the hour comes first so,
    ("2026-10-25T02:15:00+01:00", "2026-10-25T02:45:00+01:00"),  # and again so
    ("2026-10-25T01:30:00+02:00", "2026-10-25T02:30:00+01:00"),
    ("2027-03-28T01:30:00+01:00", "2027-03-28T03:30:00+02:00"),  # an hour is left out
    ("2030-07-01T10:00:00+02:00", "2030-07-01T11:30:00+02:00"),  # years after the calculation
)
ROUTES = {**ALL, "berlin": BERLIN}


@pytest.mark.parametrize("name", ROUTES)
def test_every_event_has_what_the_standard_asks_of_it(name: str) -> None:
    """UID, DTSTAMP in UTC and SEQUENCE once each; a start, an end of one form, after it."""
    for event in components(render_ics(ROUTES[name]), "VEVENT"):
        assert value(event, "UID")
        assert re.fullmatch(r"\d{8}T\d{6}Z", value(event, "DTSTAMP"))
        assert 0 <= int(value(event, "SEQUENCE")) < 2**31
        start, end = value(event, "DTSTART"), value(event, "DTEND")
        assert re.sub(r"\d", "0", start) == re.sub(r"\d", "0", end)
        assert start < end


@pytest.mark.parametrize("name", ROUTES)
def test_every_zone_that_is_named_is_defined_and_no_other(name: str) -> None:
    """A TZID without its VTIMEZONE is no calendar (3.2.19)."""
    content = render_ics(ROUTES[name])
    named = set(re.findall(r"TZID=([^:;]+)", "\n".join(lines_of(content))))
    assert {value(zone, "TZID") for zone in components(content, "VTIMEZONE")} == named


@pytest.mark.parametrize("name", ROUTES)
def test_the_zones_of_the_file_alone_give_the_instants(name: str) -> None:
    """dateutil reads the VTIMEZONE and the local times; nothing of our zones is known to it."""
    content = render_ics(ROUTES[name])
    zones = "".join(
        "\n".join(["BEGIN:VTIMEZONE", *zone, "END:VTIMEZONE", ""])
        for zone in components(content, "VTIMEZONE")
    )
    known = tz.tzical(io.StringIO(zones)) if zones else None
    found = []
    for event in components(content, "VEVENT"):
        if value(event, "TRANSP") == "TRANSPARENT":
            continue
        ends = []
        for part in ("DTSTART", "DTEND"):
            text = value(event, part)
            local = dt.datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
            zone = UTC if text.endswith("Z") else known.get()
            ends.append(local.replace(tzinfo=zone).astimezone(UTC))
        found.append(tuple(ends))
    assert found == [(m.start.astimezone(UTC), m.end.astimezone(UTC)) for m in met(ROUTES[name])]


@pytest.mark.parametrize("name", ROUTES)
def test_given_back_as_busy_times_it_blocks_just_the_meetings(name: str) -> None:
    """Our reader and recurring-ical-events find the meetings' minutes, and nothing beside them."""
    rec = ROUTES[name]
    content = render_ics(rec)
    first, last = dt.date(2026, 1, 1), dt.date(2030, 12, 31)
    log = FaultLog()
    read = read_calendar(content, "busy", first, last, ZoneInfo("Asia/Tokyo"), log)
    expected = {(m.start.astimezone(UTC), m.end.astimezone(UTC)) for m in met(rec)}
    assert not log.failed
    assert {(s.start, s.end) for s in read} == expected
    theirs = recurring_ical_events.of(Calendar.from_ical(content)).between(first, last)
    blocking = [event for event in theirs if event["transp"] == "OPAQUE"]
    # In UTC, as times of an hour that comes twice equal none of another zone (PEP 495).
    assert {(e.start.astimezone(UTC), e.end.astimezone(UTC)) for e in blocking} == expected


def test_a_lesson_of_two_academic_hours_is_ninety_minutes() -> None:
    """Meetings stand in minutes of the clock, and the load in hours of the clock beside them."""
    assert ACADEMIC_HOUR_MIN == 45
    nine = "2026-10-05T09:00:00+03:00"
    rec = in_zone("Europe/Moscow", (nine, "2026-10-05T10:30:00+03:00"))
    step = replace(rec.route.steps[0], workload_min=36 * ACADEMIC_HOUR_MIN, travel_min=0)
    rec = replace(rec, route=replace(rec.route, steps=(step,)))
    meeting, span = list(components(render_ics(rec), "VEVENT"))[:2]
    assert (value(meeting, "DTSTART"), value(meeting, "DTEND")) == (
        "20261005T090000", "20261005T103000"
    )  # fmt: skip
    # 36 · 45 min = 27 h
    assert "нагрузка: 27 ч" in unescaped(value(span, "DESCRIPTION")).splitlines()


def test_a_newer_calendar_has_the_greater_sequence() -> None:
    """A second later is one more, so that importing the newer file wins (RFC 5546, 2.1.5)."""
    later = replace(FULL, as_of=FULL.as_of + dt.timedelta(seconds=1))
    one, two = (
        {int(value(e, "SEQUENCE")) for e in components(render_ics(rec), "VEVENT")}
        for rec in (FULL, later)
    )
    assert len(one) == 1
    assert two == {number + 1 for number in one}
    # 2020-01-01 … 2026-09-09T23:00Z are 2 443 days and 23 hours.
    assert one == {(2_443 * 24 + 23) * 3_600}


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=200))
@example(text='a\\nb;c,d:"e"\\;^n')
@example(text="Ш" * 200)
@example(text="я\U0001f600" * 60)
def test_any_title_is_folded_and_escaped_by_the_letter(text: str) -> None:
    """Lines have at most 75 octets and whole letters, and the value read by hand is the title."""
    step = replace(STEPS[3], title=text)
    rec = replace(FULL, route=replace(FULL.route, steps=(step,), mentor=None, checkpoints=()))
    content = render_ics(rec)
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode("utf-8")
    (event,) = components(content, "VEVENT")
    summary = value(event, "SUMMARY")
    assert re.search(r"(?<!\\)(?:\\\\)*[;,]", summary) is None
    (read,) = Calendar.from_ical(content).walk("VEVENT")
    assert unescaped(summary) == str(read["summary"])
    shown = "".join(c for c in text if c.isalnum())
    assert shown in "".join(c for c in unescaped(summary) if c.isalnum())
