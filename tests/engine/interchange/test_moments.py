"""Zones, weekly rows and calendars."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import Slot
from engine.interchange.calendars import read_calendar
from engine.interchange.faults import FaultLog
from engine.interchange.moments import instant, span, weekly
from engine.interchange.values import CellError
from tests.engine.interchange.conftest import EDUCATORS, Import

UTC = dt.UTC
VLADIVOSTOK = ZoneInfo("Asia/Vladivostok")
BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def calendar(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{i}\r\n{e}\r\nEND:VEVENT\r\n" for i, e in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//\r\n{body}END:VCALENDAR\r\n".encode()


def read(content: bytes, zone: ZoneInfo = VLADIVOSTOK) -> tuple[Slot, ...]:
    log = FaultLog()
    slots = read_calendar(content, "a.ics", dt.date(2026, 9, 1), dt.date(2026, 9, 30), zone, log)
    assert log.errors == ()
    return slots


def test_a_weekly_rule_with_an_exception_and_a_zone() -> None:
    """RRULE is expanded in its own zone, EXDATE left out: 10:00 in Moscow is 07:00 UTC."""
    slots = read(calendar(
        "DTSTART;TZID=Europe/Moscow:20260902T100000\r\nDTEND;TZID=Europe/Moscow:20260902T113000\r\n"
        "RRULE:FREQ=WEEKLY;BYDAY=WE\r\nEXDATE;TZID=Europe/Moscow:20260916T100000"
    ))  # fmt: skip
    # Wednesdays of September 2026: 2, 9, 16, 23, 30.
    assert slots == tuple(Slot(utc(2026, 9, d, 7), utc(2026, 9, d, 8, 30)) for d in (2, 9, 23, 30))


def test_a_rule_over_the_change_of_clocks_keeps_its_local_hour() -> None:
    """Berlin goes from +02:00 to +01:00 on 25 October 2026: 10:00 is 08:00, then 09:00 UTC."""
    log = FaultLog()
    slots = read_calendar(
        calendar("DTSTART;TZID=Europe/Berlin:20261019T100000\r\n"
                 "DTEND;TZID=Europe/Berlin:20261019T110000\r\nRRULE:FREQ=WEEKLY;COUNT=2"),
        "a.ics", dt.date(2026, 10, 1), dt.date(2026, 10, 31), BERLIN, log,
    )  # fmt: skip
    assert [s.start for s in slots] == [utc(2026, 10, 19, 8), utc(2026, 10, 26, 9)]


def test_all_day_and_floating_events_are_of_the_educator() -> None:
    """An all-day event fills the local day; a floating time is local."""
    slots = read(calendar(
        "DTSTART;VALUE=DATE:20260910\r\nDTEND;VALUE=DATE:20260912",
        "DTSTART:20260915T090000\r\nDTEND:20260915T100000",
    ))  # fmt: skip
    assert slots == (
        Slot(utc(2026, 9, 9, 14), utc(2026, 9, 11, 14)),
        Slot(utc(2026, 9, 14, 23), utc(2026, 9, 15, 0)),
    )


def test_what_keeps_nobody_busy_is_left_out() -> None:
    """Cancelled and transparent events, reminders and events out of the horizon do not count."""
    assert read(calendar(
        "DTSTART:20260915T090000\r\nDTEND:20260915T100000\r\nSTATUS:CANCELLED",
        "DTSTART:20260915T090000\r\nDTEND:20260915T100000\r\nTRANSP:TRANSPARENT",
        "DTSTART:20260915T090000\r\nDTEND:20260915T090000",
        "DTSTART:20261015T090000\r\nDTEND:20261015T100000",
    )) == ()  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=9", "FREQ=DAILY;BYSECOND=0,1,2",
     "FREQ=HOURLY;BYMINUTE=0,1,2", "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6;BYMINUTE=1,2,3,4,5,6,7"],
)  # fmt: skip
def test_a_rule_that_would_flood_is_refused(rule: str) -> None:
    """A rule of thousands of events a day is refused before it is expanded."""
    log = FaultLog()
    content = calendar(f"DTSTART:20260901T090000\r\nDTEND:20260901T090001\r\nRRULE:{rule}")
    first, last = dt.date(2026, 9, 1), dt.date(2026, 9, 30)
    assert read_calendar(content, "a.ics", first, last, BERLIN, log) == ()
    assert [f.code for f in log.errors] == ["calendar_rule_too_dense"]


def test_calendars_of_a_package_are_read_in_the_zone_of_the_school(importing: Import) -> None:
    """The educator's zone is the own one, else the school's; it is kept with the educator."""
    package = importing({
        "organisations.csv": "id,title,time_zone\ns1,Школа,Asia/Vladivostok\n",
        "educators.csv": "id,position,organisation_id\ne1,teacher,s1\n",
        "busy/e1.ics": calendar("DTSTART:20260915T090000\r\nDTEND:20260915T100000"),
    }).accepted()  # fmt: skip
    assert package.educators[0].time_zone == "Asia/Vladivostok"
    assert package.busy == {"e1": (Slot(utc(2026, 9, 14, 23), utc(2026, 9, 15, 0)),)}


def test_a_weekly_timetable_is_expanded_over_the_horizon(importing: Import) -> None:
    """Mondays from the first valid day to the end of the horizon, as_of's own day included."""
    package = importing(
        {"educators.csv": EDUCATORS,
         "busy.csv": "educator_id,weekday,start,end,valid_from,valid_to\n"
                     "e1,пн,08:30,14:00,2025-09-01,\ne1,вт,10:00,11:00,2026-09-07,2026-09-14\n"
                     "e1,,2026-09-10 09:00,2026-09-10 10:00,,\n"},
        horizon_end=dt.date(2026, 9, 21),
    ).accepted()  # fmt: skip
    starts = [s.start for s in package.busy["e1"]]
    # 31 August 2026 is a Monday; Moscow is UTC+3.
    assert starts == [
        utc(2026, 8, 31, 5, 30), utc(2026, 9, 7, 5, 30), utc(2026, 9, 8, 7), utc(2026, 9, 10, 6),
        utc(2026, 9, 14, 5, 30), utc(2026, 9, 21, 5, 30),
    ]  # fmt: skip


def test_the_zone_of_a_meeting_is_the_providers(importing: Import) -> None:
    """The row's own zone wins, then the provider's, then the package's."""
    package = importing({
        "organisations.csv": "id,title,time_zone\np,Институт,Asia/Vladivostok\n",
        "activities.csv": "id,kind,title,hours,provider\na1,dpp_pk,К,36,институт\n"
                          "a2,dpp_pk,Л,36,другой\n",
        "offerings.csv": "id,activity_id,start,end\no1,a1,2026-10-05,2026-11-20\n"
                         "o2,a2,2026-10-05,2026-11-20\n",
        "meetings.csv": "offering_id,start,end,time_zone\no1,2026-10-06 15:00,16:00,\n"
                        "o1,2026-10-07 15:00,16:00,Europe/Moscow\n"
                        "o2,2026-10-06 15:00,16:00,\no2,2026-10-08T15:00:00+05:00,16:00,\n",
    }).accepted()  # fmt: skip
    assert [m.start for o in package.offerings for m in o.meetings] == [
        utc(2026, 10, 6, 5), utc(2026, 10, 7, 12), utc(2026, 10, 6, 12), utc(2026, 10, 8, 10),
    ]  # fmt: skip


def test_times_that_are_not_or_are_twice_are_refused() -> None:
    """The hour lost in March and the hour doubled in October need an offset."""
    for local in (dt.datetime(2026, 3, 29, 2, 30), dt.datetime(2026, 10, 25, 2, 30)):
        with pytest.raises(CellError, match="смещением"):
            instant(local, BERLIN)
    assert instant(
        dt.datetime(2026, 10, 25, 2, 30, tzinfo=UTC), BERLIN
    ).utcoffset() == dt.timedelta(0)


def test_a_span_is_of_its_day() -> None:
    """An end without a date is of the start's day and must be later."""
    day = dt.date(2026, 10, 7)
    assert span(day, dt.time(15), dt.time(16), VLADIVOSTOK).start == utc(2026, 10, 7, 5)
    with pytest.raises(CellError):
        span(day, dt.time(15), dt.time(15), VLADIVOSTOK)
    with pytest.raises(CellError):
        span(None, dt.time(15), dt.time(16), VLADIVOSTOK)


@given(st.integers(1, 7), st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1)), st.integers(-3, 60))
def test_weekly_rows_give_every_such_weekday_once(weekday: int, first: dt.date, days: int) -> None:
    """The days are those of the span that fall on the weekday, by counting them all."""
    last = first + dt.timedelta(days=days)
    every = [first + dt.timedelta(days=i) for i in range(max(0, days + 1))]
    slots = weekly(weekday, dt.time(9), dt.time(10), first, last, VLADIVOSTOK)
    assert [s.start.date() for s in slots] == [d for d in every if d.isoweekday() == weekday]
