"""Free and busy times: read back by ``icalendar`` and by our own reader, and by the standard."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar
import pytest

from engine.documents.freebusy import render_freebusy
from engine.domain import Slot
from engine.interchange.calendars import read_calendar
from engine.interchange.faults import FaultLog

MOSCOW = dt.timezone(dt.timedelta(hours=3))
START, END = (dt.datetime(2026, 9, day, tzinfo=MOSCOW) for day in (1, 30))


def slot(day: int, first: int, last: int) -> Slot:
    return Slot(*(dt.datetime(2026, 9, day, hour, tzinfo=MOSCOW) for hour in (first, last)))


BUSY = [slot(3, 12, 13), slot(2, 9, 11), slot(2, 10, 12), slot(3, 13, 14)]
FREE = [slot(5, 9, 10)]


def test_times_are_joined_in_utc_and_read_back() -> None:
    """Overlapping and touching spans become one, in UTC; both readers get the same times."""
    content = render_freebusy("e-1", START, END, START, busy=BUSY, free=FREE)
    part = icalendar.Calendar.from_ical(content).walk("VFREEBUSY")[0]
    assert {p.params["FBTYPE"] for p in part["FREEBUSY"]} == {"BUSY", "FREE"}
    assert [p.to_ical().decode() for p in part["FREEBUSY"]] == [
        "20260902T060000Z/20260902T090000Z", "20260903T090000Z/20260903T110000Z",
        "20260905T060000Z/20260905T070000Z",
    ]  # fmt: skip
    days = (dt.date(2026, 9, 1), dt.date(2026, 9, 30), ZoneInfo("Europe/Moscow"))
    assert read_calendar(content, "b", *days, FaultLog()) == (slot(2, 9, 12), slot(3, 12, 14))
    assert read_calendar(content, "b", *days, FaultLog(), free=True) == tuple(FREE)


def test_the_file_keeps_the_rules_of_its_form() -> None:
    """CRLF, lines of at most 75 octets, UID and DTSTAMP, the same bytes again; no id within."""
    content = render_freebusy("педагог-17", START, END, START, busy=BUSY * 5)
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    assert content.count(b"UID:") == 1
    assert content.count(b"DTSTAMP:20260831T210000Z") == 1
    assert "педагог-17".encode() not in content
    assert content == render_freebusy("педагог-17", START, END, START, busy=BUSY * 5)


def test_spans_are_cut_to_the_time_spoken_of() -> None:
    """What lies outside is left out, what reaches in is cut."""
    nine = START.replace(day=2, hour=9)
    content = render_freebusy("e", nine, nine + dt.timedelta(hours=1), START, busy=BUSY)
    content = content.replace(b"\r\n ", b"")
    assert b":20260902T060000Z/20260902T070000Z" in content
    assert content.count(b"/2026") == 1


def test_times_without_an_offset_are_refused() -> None:
    """A local time is nobody's time."""
    with pytest.raises(ValueError, match="offset"):
        render_freebusy("e", START.replace(tzinfo=None), END, START)
