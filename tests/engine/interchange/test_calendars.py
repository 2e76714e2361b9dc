"""Odd calendars: read as the standard means them, or refused with the line at fault."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from engine.domain import Slot
from engine.interchange.calendars import EVENTS_MOST, read_calendar
from engine.interchange.faults import FaultLog
from tests.engine.interchange.calendar_cases import (
    CASES,
    HALF_HOURLY,
    MORE_THAN_ANYBODY,
    Case,
    busy,
    event,
    file,
)

MOSCOW = ZoneInfo("Europe/Moscow")
FIRST, LAST = dt.date(2026, 9, 1), dt.date(2026, 11, 30)


def moment(text: str, day: str) -> dt.datetime:
    whole = text if "T" in text else f"{day}T{text}"
    return dt.datetime.strptime(f"2026{whole}", "%Y%m%dT%H%M").replace(tzinfo=dt.UTC)


def expected(spans: str) -> tuple[Slot, ...]:
    found = [re.fullmatch(r"(\d{4})(T\d{4})-(\S+)", span) for span in spans.split()]
    return tuple(Slot(moment(f[1] + f[2], f[1]), moment(f[3], f[1])) for f in found if f)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_odd_calendar(case: Case) -> None:
    """Its spans are those worked out by hand, or its one fault stands in the line at fault."""
    log = FaultLog()
    slots = read_calendar(case.content, "a.ics", FIRST, LAST, MOSCOW, log)
    told = [(f.code, f.row) for f in log.errors]
    assert told == ([(case.fault, case.line)] if case.fault else [])
    assert slots == expected(case.spans)


def test_there_are_a_hundred_of_them() -> None:
    """The table is as long as it says, and no name stands twice."""
    assert len({case.name for case in CASES}) == len(CASES) >= 100


def test_the_calendar_of_too_many_events_has_them() -> None:
    """dateutil counts, in the days, the 25 728 occurrences that the table's note reckons."""
    (case,) = (case for case in CASES if case.name == MORE_THAN_ANYBODY)
    starts = re.findall(rb"DTSTART:(\d{8}T\d{6})Z", case.content)
    assert case.content.count(HALF_HOURLY.encode()) == len(starts) == 6
    end = dt.datetime.combine(LAST + dt.timedelta(days=1), dt.time())
    found = 0
    for start in starts:
        first = dt.datetime.strptime(start.decode(), "%Y%m%dT%H%M%S")
        found += len(rrulestr(HALF_HOURLY, dtstart=first).between(first, end, inc=True)) - 1
    assert found == 25_728
    assert EVENTS_MOST == 20_000


def test_offered_times_are_free_periods_and_events_of_consulting_hours() -> None:
    """With ``free`` busy periods are left out and transparent events are offers; cancelled not."""
    content = busy(
        "FREEBUSY;FBTYPE=FREE:20260915T090000Z/PT1H", "FREEBUSY:20260916T090000Z/PT1H"
    ) + file(
        *event("DTSTART:20260917T090000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"),
        *(line.replace("one", "two") for line in event(
            "DTSTART:20260918T090000Z", "DURATION:PT1H", "STATUS:CANCELLED")),
    )  # fmt: skip
    log = FaultLog()
    slots = read_calendar(content, "a.ics", FIRST, LAST, MOSCOW, log, free=True)
    assert slots == expected("0915T0900-1000 0917T0900-1000")
    assert not log.failed


def test_a_floating_time_in_the_gap_has_the_offset_before_it() -> None:
    """29 March 2026, 02:30 in Berlin does not exist: it is 01:30 UTC (RFC 5545, 3.3.5)."""
    log = FaultLog()
    content = file(*event("DTSTART:20260329T023000", "DURATION:PT1H"))
    march = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    (slot,) = read_calendar(content, "a.ics", *march, ZoneInfo("Europe/Berlin"), log)
    assert slot.start == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
