"""The calendar, read back by the library."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from icalendar import Calendar

from engine.documents import render_ics
from tests.engine.documents.fixtures import (
    ALL,
    AS_OF,
    FULL,
    HOSTILE,
    INFEASIBLE,
    MENTOR,
    STEPS,
    ZONE,
    day,
)


def events(rec, language="ru"):
    return Calendar.from_ical(render_ics(rec, language)).walk("VEVENT")


def by_uid(rec):
    return {str(event["uid"]): event for event in events(rec)}


def test_every_date_of_the_route_is_there():
    """Meetings of steps and mentor, spans of work outside meetings, checkpoints with a date."""
    spans = sum(
        1
        for s in STEPS
        if not s.meetings
        or s.workload_min - s.travel_min
        > sum((m.end - m.start).total_seconds() / 60 for m in s.meetings)
    )
    meetings = sum(len(s.meetings) for s in STEPS)
    assert (spans, meetings) == (4, 8)
    assert len(events(FULL)) == spans + meetings + len(MENTOR.meetings) + 1


def test_meetings_keep_their_instants_in_the_educators_zone():
    """A meeting is timed in the educator's zone, which the file defines."""
    event = by_uid(FULL)["r-2026-0001/s1/meeting-1@learning-routes"]
    start = event["dtstart"].dt
    assert start == dt.datetime(2026, 9, 22, 16, 0, tzinfo=ZONE)
    assert event["dtstart"].params["TZID"] == "Asia/Vladivostok"
    assert event["dtend"].dt - start == dt.timedelta(minutes=90)
    assert event["location"] == "онлайн"
    assert event["transp"] == "OPAQUE"
    assert "(встреча 1 из 3)" in event["summary"]
    zones = Calendar.from_ical(render_ics(FULL)).walk("VTIMEZONE")
    assert [str(zone["tzid"]) for zone in zones] == ["Asia/Vladivostok"]


def test_independent_work_is_a_span_that_blocks_nothing():
    """A self-paced run is an all-day span; its DTEND is the day after the last one."""
    event = by_uid(FULL)["r-2026-0001/s4@learning-routes"]
    assert event["dtstart"].dt == day("2026-11-09")
    assert event["dtend"].dt == day("2026-12-21")
    assert event["transp"] == "TRANSPARENT"


def test_checkpoints_without_a_date_are_left_out():
    """The middle diagnostic is an all-day event; the final one, not on offer, is absent."""
    found = [uid for uid in by_uid(FULL) if "checkpoint" in uid]
    assert found == ["r-2026-0001/checkpoint/middle@learning-routes"]


@pytest.mark.parametrize("name", ALL)
def test_stamped_by_as_of_and_unique(name):
    """DTSTAMP is as_of, UIDs are unique, bytes repeat."""
    rec = ALL[name]
    for event in events(rec):
        assert event["dtstamp"].dt == AS_OF
    assert max(Counter(str(e["uid"]) for e in events(rec)).values(), default=1) == 1
    assert render_ics(rec) == render_ics(rec)


def test_uids_survive_a_move():
    """A meeting at another time keeps its UID, so an import moves it."""
    moved = replace(MENTOR.meetings[0], end=MENTOR.meetings[0].end + dt.timedelta(hours=1))
    mentor = replace(MENTOR, meetings=(moved, *MENTOR.meetings[1:]))
    later = replace(FULL, route=replace(FULL.route, mentor=mentor))
    assert by_uid(later).keys() == by_uid(FULL).keys()


@pytest.mark.parametrize("name", ALL)
def test_lines_are_folded_and_end_with_crlf(name):
    """No content line is longer than 75 octets (RFC 5545, 3.1), Cyrillic included."""
    raw = render_ics(ALL[name])
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75


def test_hostile_texts_make_no_components():
    """A line break and BEGIN:VEVENT in a title stay inside their value."""
    assert len(events(HOSTILE)) == len(events(FULL))
    assert all("<script>" in str(e["summary"]) for e in events(HOSTILE) if "/s1" in str(e["uid"]))


def test_without_a_route_there_are_no_events():
    """The calendar of an infeasible request is valid and empty."""
    assert events(INFEASIBLE) == []


def test_unknown_zone_falls_back_to_utc():
    """A zone that does not exist loses no event; the instants stay."""
    odd = replace(FULL, educator=replace(FULL.educator, time_zone="Mars/Olympus"))
    event = by_uid(odd)["r-2026-0001/s1/meeting-1@learning-routes"]
    assert event["dtstart"].dt == dt.datetime(2026, 9, 22, 6, 0, tzinfo=dt.UTC)


def test_language():
    """Fixed phrases follow the language."""
    summaries = {str(e["summary"]) for e in events(FULL, "en")}
    assert "Meeting with the mentor" in summaries
