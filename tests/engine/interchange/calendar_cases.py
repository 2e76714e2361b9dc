"""Odd calendars and what they mean, worked out by hand: spans in UTC, or a fault and its line.

The reader's zone is Moscow (UTC+3, no changes of clocks), the days 1 September … 30 November 2026.
A span is ``MMDDTHHMM-HHMM`` or ``MMDDTHHMM-MMDDTHHMM`` of 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//")


@dataclass(frozen=True)
class Case:
    """A calendar with its spans, or with the code and the line of its fault."""

    name: str
    content: bytes
    spans: str = ""
    fault: str = ""
    line: int | None = None


def event(*lines: str) -> tuple[str, ...]:
    """Lines of an event; with ``HEAD`` before it they begin in line 6 of the file."""
    return ("BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT")


def file(*lines: str, end: str = "\r\n", head: tuple[str, ...] = HEAD) -> bytes:
    return end.join((*head, *lines, "END:VCALENDAR", "")).encode()


def reads(name: str, spans: str, *lines: str) -> Case:
    return Case(name, file(*event(*lines)), spans)


def refuses(name: str, fault: str, line: int | None, *lines: str) -> Case:
    return Case(name, file(*event(*lines)), fault=fault, line=line)


NINE = ("DTSTART:20260915T090000Z", "DTEND:20260915T100000Z")
NINE_SPAN = "0915T0900-1000"

BERLIN_OWN = (
    "BEGIN:VTIMEZONE", "TZID:Школьное время", "BEGIN:STANDARD", "DTSTART:20001029T030000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
    "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:20000326T020000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200",
    "END:DAYLIGHT", "END:VTIMEZONE",
)  # fmt: skip


def fixed(name: str, offset: str) -> tuple[str, ...]:
    return ("BEGIN:VTIMEZONE", f"TZID:{name}", "BEGIN:STANDARD", "DTSTART:19700101T000000",
            f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD",
            "END:VTIMEZONE")  # fmt: skip


WHOLE_DAYS = (
    reads("one day without an end", "0909T2100-0910T2100", "DTSTART;VALUE=DATE:20260910"),
    reads("three days, the end excluded", "0909T2100-0912T2100",
          "DTSTART;VALUE=DATE:20260910", "DTEND;VALUE=DATE:20260913"),
    reads("an end on its own day is that day", "0909T2100-0910T2100",
          "DTSTART;VALUE=DATE:20260910", "DTEND;VALUE=DATE:20260910"),
    reads("a date without VALUE=DATE", "0909T2100-0910T2100", "DTSTART:20260910"),
    reads("a length in days", "0909T2100-0911T2100",
          "DTSTART;VALUE=DATE:20260910", "DURATION:P2D"),
    reads("a length in weeks", "0909T2100-0916T2100",
          "DTSTART;VALUE=DATE:20260910", "DURATION:P1W"),
    reads("every year since long ago", "0930T2100-1001T2100",
          "DTSTART;VALUE=DATE:19900101", "RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1"),
    reads("every week with a day left out", "0906T2100-0907T2100 0920T2100-0921T2100",
          "DTSTART;VALUE=DATE:20260907", "RRULE:FREQ=WEEKLY;COUNT=3",
          "EXDATE;VALUE=DATE:20260914"),
    reads("a zone beside a date says nothing", "0909T2100-0910T2100",
          "DTSTART;VALUE=DATE;TZID=Asia/Vladivostok:20260910"),
    reads("from before the first day into it", "0830T2100-0901T2100",
          "DTSTART;VALUE=DATE:20260831", "DTEND;VALUE=DATE:20260902"),
    reads("through the year", "1129T2100-1202T2100",
          "DTSTART;VALUE=DATE:20261130", "DTEND;VALUE=DATE:20261203"),
    reads("29 February of a year that has none this year", "",
          "DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY"),
)  # fmt: skip

TIMES = (
    reads("UTC", NINE_SPAN, *NINE),
    reads("floating, of the reader's zone", "0915T0600-0700",
          "DTSTART:20260915T090000", "DTEND:20260915T100000"),
    reads("a length", "0915T0900-1030", "DTSTART:20260915T090000Z", "DURATION:PT1H30M"),
    reads("a length with its sign", "0915T0900-0915", "DTSTART:20260915T090000Z",
          "DURATION:+PT15M"),
    reads("a length of days and hours", "0915T0900-0916T1100",
          "DTSTART:20260915T090000Z", "DURATION:P1DT2H"),
    reads("no end and no length is a moment", "", "DTSTART:20260915T090000Z"),
    reads("no length at all", "", "DTSTART:20260915T090000Z", "DURATION:PT0S"),
    reads("an end in another zone", "0915T0600-0800",
          "DTSTART;TZID=Europe/Moscow:20260915T090000",
          "DTEND;TZID=Europe/Berlin:20260915T100000"),
    reads("over midnight", "0915T2000-0916T0200", "DTSTART:20260915T230000",
          "DTEND:20260916T050000"),
    reads("out of the days", "", "DTSTART:20261215T090000Z", "DTEND:20261215T100000Z"),
    reads("a zone beside UTC says nothing", NINE_SPAN,
          "DTSTART;TZID=Asia/Vladivostok:20260915T090000Z", "DTEND:20260915T100000Z"),
    refuses("an end before the start", "calendar_ends_before_start", 7,
            "DTSTART:20260915T100000Z", "DTEND:20260915T090000Z"),
    refuses("a negative length", "calendar_ends_before_start", 7,
            "DTSTART:20260915T100000Z", "DURATION:-PT1H"),
    refuses("no start", "calendar_event_incomplete", 4, "DTEND:20260915T090000Z"),
    refuses("two starts", "calendar_property_twice", 7,
            "DTSTART:20260915T090000Z", "DTSTART:20260916T090000Z"),
    refuses("an end and a length", "calendar_property_twice", 8,
            "DTSTART:20260915T090000Z", "DTEND:20260915T100000Z", "DURATION:PT1H"),
    refuses("a day that does not exist", "calendar_value_unreadable", 6,
            "DTSTART:20260931T090000Z", "DTEND:20260931T100000Z"),
    refuses("an hour that does not exist", "calendar_value_unreadable", 6,
            "DTSTART:20260930T250000Z", "DTEND:20261001T100000Z"),
    refuses("a date with dashes", "calendar_value_unreadable", 6,
            "DTSTART:2026-09-15T09:00:00Z", "DTEND:2026-09-15T10:00:00Z"),
    refuses("a whole day that ends at an hour", "calendar_value_unreadable", 7,
            "DTSTART;VALUE=DATE:20260915", "DTEND:20260915T100000Z"),
    refuses("a floating start and an end in UTC", "calendar_value_unreadable", 7,
            "DTSTART:20260915T090000", "DTEND:20260915T100000Z"),
    refuses("a length that is none", "calendar_value_unreadable", 7,
            "DTSTART:20260915T090000Z", "DURATION:1 час"),
    refuses("an empty length", "calendar_value_unreadable", 7,
            "DTSTART:20260915T090000Z", "DURATION:P"),
    refuses("an empty start", "calendar_value_unreadable", 6, "DTSTART:", "DURATION:PT1H"),
)  # fmt: skip

STANDING = (
    reads("cancelled", "", *NINE, "STATUS:CANCELLED"),
    reads("cancelled in small letters", "", *NINE, "STATUS:cancelled"),
    reads("transparent", "", *NINE, "TRANSP:TRANSPARENT"),
    reads("opaque", NINE_SPAN, *NINE, "TRANSP:OPAQUE"),
    reads("tentative keeps busy", NINE_SPAN, *NINE, "STATUS:TENTATIVE"),
    reads("free as Outlook says it", "", *NINE, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"),
    reads("out of office as Outlook says it", NINE_SPAN, *NINE,
          "X-MICROSOFT-CDO-BUSYSTATUS:OOF"),
    Case("METHOD:CANCEL takes everything back", file("METHOD:CANCEL", *event(*NINE))),
    Case("METHOD:REQUEST is an invitation", file("METHOD:REQUEST", *event(*NINE)), NINE_SPAN),
    Case("METHOD:PUBLISH", file("METHOD:PUBLISH", *event(*NINE)), NINE_SPAN),
    Case("METHOD:REPLY is no calendar", file("METHOD:REPLY", *event(*NINE)),
         fault="calendar_value_unreadable", line=4),
    Case("tasks and journals keep nobody busy", file(
        "BEGIN:VTODO", "UID:t", "DTSTART:20260915T090000Z", "DUE:20260915T100000Z", "END:VTODO",
        "BEGIN:VJOURNAL", "UID:j", "DTSTART:20260915T090000Z", "END:VJOURNAL")),
    Case("an empty calendar", file()),
)  # fmt: skip

WEEKLY = ("DTSTART;TZID=Europe/Moscow:20260902T100000", "DTEND;TZID=Europe/Moscow:20260902T113000")

REPEATED = (
    reads("every Wednesday but one", "0902T0700-0830 0909T0700-0830 0923T0700-0830", *WEEKLY,
          "RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=4", "EXDATE;TZID=Europe/Moscow:20260916T100000"),
    reads("two days left out in one line", "0902T0700-0830 0923T0700-0830", *WEEKLY,
          "RRULE:FREQ=WEEKLY;COUNT=4",
          "EXDATE;TZID=Europe/Moscow:20260909T100000,20260916T100000"),
    reads("a day left out, said in UTC", "0902T0700-0830 0916T0700-0830", *WEEKLY,
          "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260909T070000Z"),
    reads("a day more", "0902T0700-0830 0905T0700-0830", *WEEKLY,
          "RDATE;TZID=Europe/Moscow:20260905T100000"),
    reads("a day more, with its own length", "0902T0700-0830 0905T0700-0705", *WEEKLY,
          "RDATE;VALUE=PERIOD:20260905T070000Z/PT5M"),
    reads("until a moment in UTC", "0902T0700-0830 0909T0700-0830", *WEEKLY,
          "RRULE:FREQ=WEEKLY;UNTIL=20260909T070000Z"),
    reads("until a day", "0902T0700-0830 0909T0700-0830", *WEEKLY,
          "RRULE:FREQ=WEEKLY;UNTIL=20260915"),
    reads("every other week", "0902T0700-0830 0916T0700-0830 0930T0700-0830", *WEEKLY,
          "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3"),
    reads("the last Friday of a month", "0925T0700-0800 1030T0700-0800 1127T0700-0800",
          "DTSTART:20260925T070000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=-1FR"),
    reads("the second Tuesday by its place", "0908T0700-0800 1013T0700-0800 1110T0700-0800",
          "DTSTART:20260908T070000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2"),
    reads("the 31st, where there is one", "1031T0700-0800",
          "DTSTART:20260831T070000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31"),
    reads("twice a day", "0901T0600-0630 0901T1200-1230 0902T0600-0630",
          "DTSTART:20260901T060000Z", "DURATION:PT30M", "RRULE:FREQ=DAILY;BYHOUR=6,12;COUNT=3"),
    reads("since 1990 without an end", "0904T0600-0700 1002T0600-0700 1106T0600-0700",
          "DTSTART:19900105T060000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=1FR"),
    reads("a rule in small letters with a stray mark", "0902T0700-0830 0903T0700-0830", *WEEKLY,
          "RRULE:freq=daily;count=2;"),
    Case("one moved", file(*event(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=2"), *event(
        "RECURRENCE-ID;TZID=Europe/Moscow:20260909T100000",
        "DTSTART;TZID=Europe/Moscow:20260910T120000", "DTEND;TZID=Europe/Moscow:20260910T130000")),
        "0902T0700-0830 0910T0900-1000"),
    Case("one cancelled", file(*event(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=2"), *event(
        "RECURRENCE-ID;TZID=Europe/Moscow:20260909T100000", "STATUS:CANCELLED",
        "DTSTART;TZID=Europe/Moscow:20260909T100000", "DURATION:PT1H")), "0902T0700-0830"),
    Case("one moved out of the days", file(*event(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=2"), *event(
        "RECURRENCE-ID:20260909T070000Z", "DTSTART:20270110T090000Z", "DURATION:PT1H")),
        "0902T0700-0830"),
    Case("one moved, without the rest", file(*event(
        "RECURRENCE-ID:20260909T070000Z", *NINE)), NINE_SPAN),
    Case("all from one on moved by an hour", file(
        *event(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3"), *event(
            "RECURRENCE-ID;TZID=Europe/Moscow;RANGE=THISANDFUTURE:20260909T100000",
            "DTSTART;TZID=Europe/Moscow:20260909T110000",
            "DTEND;TZID=Europe/Moscow:20260909T123000")),
        "0902T0700-0830 0909T0800-0930 0916T0800-0930"),
    refuses("every second", "calendar_rule_too_dense", 8, *NINE, "RRULE:FREQ=SECONDLY"),
    refuses("every minute, thrice", "calendar_rule_too_dense", 8, *NINE,
            "RRULE:FREQ=MINUTELY;COUNT=3"),
    refuses("seconds of a day", "calendar_rule_too_dense", 8, *NINE,
            "RRULE:FREQ=DAILY;BYSECOND=1,2"),
    refuses("an unknown frequency", "calendar_rule_unreadable", 8, *NINE, "RRULE:FREQ=OFTEN"),
    refuses("no frequency", "calendar_rule_unreadable", 8, *NINE, "RRULE:COUNT=3"),
    refuses("an interval of nothing", "calendar_rule_unreadable", 8, *NINE,
            "RRULE:FREQ=DAILY;INTERVAL=0"),
    refuses("an end by count and by day", "calendar_rule_unreadable", 8, *NINE,
            "RRULE:FREQ=DAILY;COUNT=3;UNTIL=20260920T000000Z"),
    refuses("a day that no year has, hour by hour", "calendar_rule_too_dense", None, *NINE,
            "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
    refuses("every hour since the year 1000", "calendar_rule_too_dense", None,
            "DTSTART:10000101T000000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY"),
    refuses("EXRULE", "calendar_exrule", 8, *NINE, "EXRULE:FREQ=DAILY"),
    refuses("a rule of another calendar", "calendar_scale_unknown", 8, *NINE,
            "RRULE:RSCALE=HEBREW;FREQ=YEARLY"),
    refuses("an exception that is no date", "calendar_value_unreadable", 8, *NINE,
            "EXDATE:завтра"),
)  # fmt: skip

BERLIN = ("DTSTART;TZID=Europe/Berlin:20261019T100000", "DTEND;TZID=Europe/Berlin:20261019T110000")


def zoned(name: str) -> tuple[str, ...]:
    return event(f"DTSTART;TZID={name}:20260915T090000", f"DTEND;TZID={name}:20260915T100000")


def names(name: str, spans: str) -> Case:
    return Case(f"zone {name}", file(*zoned(name)), spans)


ZONES = (
    reads("the hour is kept over the change of clocks", "1019T0800-0900 1026T0900-1000", *BERLIN,
          "RRULE:FREQ=WEEKLY;COUNT=2"),
    reads("an hour that comes twice is the first", "1025T0030-0045",
          "DTSTART;TZID=Europe/Berlin:20261025T023000", "DURATION:PT15M"),
    reads("a night over the change is longer by an hour", "1024T2100-1025T0600",
          "DTSTART;TZID=Europe/Berlin:20261024T230000",
          "DTEND;TZID=Europe/Berlin:20261025T070000"),
    names("Europe/Moscow", "0915T0600-0700"),
    names("Asia/Vladivostok", "0914T2300-0915T0000"),
    names("europe/moscow", "0915T0600-0700"),
    names("Russian Standard Time", "0915T0600-0700"),
    names("Vladivostok Standard Time", "0914T2300-0915T0000"),
    names("W. Europe Standard Time", "0915T0700-0800"),
    names("Ekaterinburg Standard Time", "0915T0400-0500"),
    names("/mozilla.org/20050126_1/Europe/Moscow", "0915T0600-0700"),
    names("/freeassociation.sourceforge.net/Asia/Yekaterinburg", "0915T0400-0500"),
    names("GMT", NINE_SPAN),
    names("UTC", NINE_SPAN),
    Case("quoted", file(*zoned('"Europe/Moscow"')), "0915T0600-0700"),
    Case("of the file's own, summer and winter", file(*BERLIN_OWN, *event(
        "DTSTART;TZID=Школьное время:20261019T100000", "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;COUNT=2")), "1019T0800-0900 1026T0900-1000"),
    Case("of the file's own, with a colon in its name", file(
        *fixed("(UTC+03:00) Moscow", "+0300"), *zoned('"(UTC+03:00) Moscow"')), "0915T0600-0700"),
    Case("of the file's own, half an hour off", file(
        *fixed("Customized Time Zone", "+0530"), *zoned("Customized Time Zone")),
        "0915T0330-0430"),
    Case("the Moscow of 2011 is not believed", file(
        *fixed("Russian Standard Time", "+0400"), *zoned("Russian Standard Time")),
        "0915T0600-0700"),
    Case("a wrong offset of a public zone is not believed", file(
        *fixed("Asia/Vladivostok", "-0800"), *zoned("Asia/Vladivostok")), "0914T2300-0915T0000"),
    Case("defined after its use", file(*zoned("Наш"), *fixed("Наш", "+0700")), "0915T0200-0300"),
    Case("unknown and not defined", file(*zoned("Марс/Олимп")), fault="calendar_zone_unknown",
         line=6),
    Case("a definition without offsets", file(
        "BEGIN:VTIMEZONE", "TZID:Наш", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        "END:STANDARD", "END:VTIMEZONE", *zoned("Наш")), fault="calendar_event_incomplete",
        line=6),
    Case("a definition of nothing", file("BEGIN:VTIMEZONE", "TZID:Наш", "END:VTIMEZONE",
         *zoned("Наш")), fault="calendar_event_incomplete", line=4),
    Case("a definition that repeats every second", file(
        "BEGIN:VTIMEZONE", "TZID:Наш", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        "RRULE:FREQ=SECONDLY", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "END:STANDARD",
        "END:VTIMEZONE", *zoned("Наш")), fault="calendar_rule_too_dense", line=8),
    Case("a definition with an offset of 99 hours", file(*fixed("Наш", "+9900"), *zoned("Наш")),
         fault="calendar_value_unreadable", line=8),
    Case("the zone of a Google calendar", file("X-WR-TIMEZONE:Asia/Vladivostok", *event(*NINE)),
         NINE_SPAN),
    Case("an unknown zone of a Google calendar", file("X-WR-TIMEZONE:Mars/Olympus",
         *event(*NINE)), fault="calendar_zone_unknown", line=4),
)  # fmt: skip

_PLAIN = event(*NINE)
HALF_HOURLY = "RRULE:FREQ=HOURLY;BYMINUTE=0,30"
MORE_THAN_ANYBODY = "more events in the days than anybody has"


FORMS = (
    Case("lines end with LF", file(*_PLAIN, end="\n"), NINE_SPAN),
    Case("lines end with CR", file(*_PLAIN, end="\r"), NINE_SPAN),
    Case("a byte order mark", b"\xef\xbb\xbf" + file(*_PLAIN), NINE_SPAN),
    Case("UTF-16", file(*_PLAIN).decode().encode("utf-16"), NINE_SPAN),
    Case("Windows-1251", "\r\n".join(
        (*HEAD, *event("SUMMARY:Урок", *NINE), "END:VCALENDAR")).encode("cp1251"), NINE_SPAN),
    Case("folded in the middle of a value", file(*event(
        "DTSTART:2026", " 0915T0900", "\t00Z", "DTEND:20260915T100000Z")), NINE_SPAN),
    Case("folded within a letter", file(*_PLAIN).replace(b"UID:one", "UID:й".encode()[:5]
         + b"\r\n " + "й".encode()[1:]), NINE_SPAN),
    Case("blank lines between", file("", *_PLAIN, "", "  "), NINE_SPAN),
    Case("small letters", file(*_PLAIN).decode().lower().replace("t0", "T0").replace(
        "t1", "T1").replace("0z", "0Z").encode(), NINE_SPAN),
    Case("two calendars in one file", file(*_PLAIN) + file(*event(
        "DTSTART:20260916T090000Z", "DURATION:PT1H")), "0915T0900-1000 0916T0900-1000"),
    Case("an alarm within", file(*event(*NINE, "BEGIN:VALARM", "ACTION:DISPLAY",
         "TRIGGER:-PT15M", "DURATION:PT5M", "REPEAT:2", "END:VALARM")), NINE_SPAN),
    Case("names of Apple and Exchange", file("X-APPLE-CALENDAR-COLOR:#FF2968", *event(
        "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC", "X-MICROSOFT-CDO-APPT-SEQUENCE:0",
        'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-ADDRESS="Невский; 1: двор":geo:59.9,30.3', *NINE,
        "X-ALT-DESC;FMTTYPE=text/html:<b>DTSTART:1</b>")), NINE_SPAN),
    Case("the same event twice", file(*_PLAIN, *_PLAIN), NINE_SPAN),
    Case("a later version of one event", file(
        *event(*NINE, "SEQUENCE:1"),
        *event("DTSTART:20260916T090000Z", "DURATION:PT1H", "SEQUENCE:2")), "0916T0900-1000"),
    Case("a later version that cancels", file(
        *event(*NINE, "SEQUENCE:9"), *event(*NINE, "SEQUENCE:10", "STATUS:CANCELLED"))),
    Case("different events under one UID", file(
        *_PLAIN, *event("DTSTART:20260916T090000Z", "DURATION:PT1H")),
        "0915T0900-1000 0916T0900-1000"),
    Case("no UID at all", file(*(ln for ln in _PLAIN if not ln.startswith("UID")),
         "BEGIN:VEVENT", "DTSTART:20260916T090000Z", "DURATION:PT1H", "END:VEVENT"),
         "0915T0900-1000 0916T0900-1000"),
    Case("an event that is not closed", file(*_PLAIN[:-1]), fault="calendar_unreadable", line=8),
    Case("a calendar that is not closed", "\r\n".join((*HEAD, *_PLAIN)).encode(),
         fault="calendar_unreadable", line=1),
    Case("ends that cross", file("BEGIN:VEVENT", "BEGIN:VALARM", "END:VEVENT", "END:VALARM"),
         fault="calendar_unreadable", line=6),
    Case("an end without a beginning", file("END:VEVENT"), fault="calendar_unreadable", line=4),
    Case("a line without a colon", file(*event(*NINE, "просто текст")),
         fault="calendar_unreadable", line=8),
    Case("an event outside a calendar", "\r\n".join(_PLAIN).encode(),
         fault="calendar_unreadable", line=1),
    Case("nested without end", file(*["BEGIN:VEVENT"] * 50), fault="calendar_unreadable", line=11),
    Case("no calendar", b"", fault="calendar_unreadable", line=1),
    Case("a page of the web", b"<!DOCTYPE html><html></html>", fault="calendar_unreadable",
         line=1),
    Case("a picture", b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00", fault="calendar_not_text"),
    Case("an archive", b"PK\x03\x04\x14\x00\x00\x00", fault="calendar_not_text"),
    Case("the Islamic calendar", file("CALSCALE:ISLAMIC", *_PLAIN),
         fault="calendar_scale_unknown", line=4),
    Case("more than 5 MB", file(*event("DESCRIPTION:" + "я" * 5_300_000, *NINE)),
         fault="calendar_too_large"),
    Case("a description of 4 MB", file(*event("DESCRIPTION:" + "x" * 4_000_000, *NINE)),
         NINE_SPAN),
    Case("20 001 events", file(*("BEGIN:VEVENT", "DTSTART:20260915T090000Z", "END:VEVENT")
         * 20_001), fault="calendar_too_many_events"),
    # Every half hour from 1, 1, 2, 3, 4 and 5 September to 30 November: 91, 91, 90, 89, 88 and
    # 87 days are 536, times 48 are 25 728, and 20 000 are the most.
    Case(MORE_THAN_ANYBODY, file(*event(
        "DTSTART:20260901T000000Z", "DURATION:PT1M", HALF_HOURLY),
        *(line for i in range(5) for line in event(
            f"DTSTART:2026090{i + 1}T000000Z", f"DURATION:PT{i + 2}M", HALF_HOURLY))),
        fault="calendar_rule_too_dense"),
)  # fmt: skip


def busy(*lines: str) -> bytes:
    return file("BEGIN:VFREEBUSY", "UID:f", "DTSTAMP:20260901T000000Z", *lines, "END:VFREEBUSY")


FREE_BUSY = (
    Case("busy by two moments", busy("FREEBUSY:20260915T090000Z/20260915T100000Z"), NINE_SPAN),
    Case("busy by a length", busy("FREEBUSY;FBTYPE=BUSY:20260915T090000Z/PT1H"), NINE_SPAN),
    Case("several in one line", busy(
        "FREEBUSY:20260915T090000Z/PT1H,20260916T090000Z/P1D"),
        "0915T0900-1000 0916T0900-0917T0900"),
    Case("unavailable and tentative", busy(
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260915T090000Z/PT1H",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260916T090000Z/PT1H"), "0915T0900-1000 0916T0900-1000"),
    Case("a type of one's own is busy", busy(
        "FREEBUSY;FBTYPE=X-SLEEP:20260915T090000Z/PT1H"), NINE_SPAN),
    Case("free is not busy", busy("FREEBUSY;FBTYPE=FREE:20260915T090000Z/PT1H")),
    Case("periods out of the days", busy("FREEBUSY:20260715T090000Z/PT1H")),
    Case("a period not in UTC", busy("FREEBUSY:20260915T090000/PT1H"),
         fault="calendar_value_unreadable", line=7),
    Case("a period that ends before it starts", busy(
        "FREEBUSY:20260915T090000Z/20260915T080000Z"), fault="calendar_ends_before_start", line=7),
    Case("free/busy beside events", busy("FREEBUSY:20260916T090000Z/PT1H") + file(*_PLAIN),
         "0915T0900-1000 0916T0900-1000"),
)  # fmt: skip

CASES = (*WHOLE_DAYS, *TIMES, *STANDING, *REPEATED, *ZONES, *FORMS, *FREE_BUSY)
