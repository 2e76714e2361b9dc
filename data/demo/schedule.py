"""Runs of the demo's activities: named patterns of dates, meetings and places.

All dates lie in the school year 2026/27 and all of them are made up. Times are local to the
place or, online, to the provider.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from data.demo.run import (
    AFTERNOON_MIN,
    MSK,
    PLACES,
    SATURDAY,
    SPB,
    VL,
    VOLHOV,
    WINTER_BREAK,
    ZONES,
    Course,
    Meeting,
    Run,
    clock,
    day,
    in_break,
    split_weeks,
    weekly,
)

# --------------------------------------------------------------------------- programmes


def _programme(
    course: Course, label: str, monday: dt.date, weeks: int, dates: Sequence[dt.date], *,
    start: str, length: int, city: str = "", enrol_weeks: int = 3,
) -> Run:  # fmt: skip
    """A run over whole weeks with meetings of equal length; the winter break makes it longer."""
    if monday <= WINTER_BREAK[0] <= monday + dt.timedelta(weeks=weeks):
        weeks += 2
    end = max([monday + dt.timedelta(days=7 * weeks - 1), *dates])
    return Run(
        label,
        monday,
        end,
        meetings=tuple(
            Meeting(d, start, clock(start, length), PLACES[city][0] if city else "",
                    ZONES[city] if city else course.zone)
            for d in dates
        ),
        enrolment_until=monday - dt.timedelta(weeks=enrol_weeks),
        weekly_min=split_weeks(monday, end, course.minutes),
        locality=city,
    )  # fmt: skip


def _slow(course: Course, label: str, monday: dt.date) -> Run:
    """About 170 minutes a week with an online meeting every second week."""
    weeks = max(4, -(-course.minutes // 170))
    dates = weekly(monday, course.weekday, max(2, weeks // 2), every=2)
    return _programme(course, label, monday, weeks, dates, start="16:00", length=90,
                      enrol_weeks=2 + course.turn % 3)  # fmt: skip


def slow_autumn(course: Course) -> Iterator[Run]:
    """From the end of September."""
    monday = day("2026-09-21") + dt.timedelta(weeks=course.turn % 4)
    yield _slow(course, "autumn", monday)


def slow_spring(course: Course) -> Iterator[Run]:
    """From the middle of January."""
    yield _slow(course, "spring", day("2027-01-18") + dt.timedelta(weeks=course.turn % 3))


def normal(course: Course, monday: dt.date, label: str) -> Run:
    """36 h over five weeks: a Saturday morning in person each week."""
    weeks = max(2, round(course.minutes / 324))
    dates = weekly(monday, SATURDAY, weeks)
    return _programme(course, label, monday, weeks, dates, start="10:00", length=180,
                      city=course.city or SPB, enrol_weeks=4)  # fmt: skip


def dense(course: Course, monday: dt.date, label: str) -> Run:
    """36 h in 12 days of the school holidays, six clock hours a day at most."""
    dates = [monday + dt.timedelta(days=i) for i in (0, 1, 2, 3, 4, 7, 8, 9, 10)]
    dates = [d for d in dates if not in_break(d)]
    length = min(300, -(-course.minutes // len(dates)))
    return _programme(course, label, monday, 2, dates, start="10:00", length=length, city=SPB,
                      enrol_weeks=8)  # fmt: skip


def pk(course: Course) -> Iterator[Run]:
    """A usual programme: slow online, five weeks with Saturdays, 12 days in the holidays."""
    yield from slow_autumn(course)
    yield normal(course, day("2026-11-09") + dt.timedelta(weeks=course.turn % 2), "winter")
    if course.turn % 3 == 0:
        yield dense(course, day("2026-10-26"), "holidays")
    else:
        yield from slow_spring(course)


def pk_slow(course: Course) -> Iterator[Run]:
    """Online twice a year."""
    yield from slow_autumn(course)
    yield from slow_spring(course)


def pk_normal(course: Course) -> Iterator[Run]:
    """In person twice a year."""
    yield normal(course, day("2026-10-05"), "autumn")
    yield normal(course, day("2027-02-08"), "spring")


def year_long(course: Course) -> Iterator[Run]:
    """72 h over the school year, an evening online a month."""
    monday, end = day("2026-09-28"), day("2027-05-16")
    dates = weekly(monday, course.weekday, 8, every=4)
    yield Run(
        "year",
        monday,
        end,
        meetings=tuple(Meeting(d, "16:30", "18:00", "", course.zone) for d in dates),
        enrolment_until=day("2026-09-14"),
        weekly_min=split_weeks(monday, end, course.minutes),
    )


SPANS = {
    "autumn": ("2026-10-05", "2026-12-20"),
    "winter": ("2027-01-11", "2027-03-28"),
    "spring": ("2027-02-22", "2027-05-09"),
}
SHORT_SPANS = {"autumn": "2026-09-28", "spring": "2027-02-01"}
SHORT_MIN = 600


def self_paced(course: Course) -> Iterator[Run]:
    """Self-paced inside a span of eleven weeks; what is short inside one of five."""
    if course.minutes <= SHORT_MIN:
        label = course.span or list(SHORT_SPANS)[course.turn % len(SHORT_SPANS)]
        yield _short_span(course, label, SHORT_SPANS[label])
        return
    label = course.span or list(SPANS)[course.turn % len(SPANS)]
    first, last = (day(text) for text in SPANS[label])
    yield Run(f"self-{label}", first, last, self_paced=True,
              enrolment_until=first + dt.timedelta(days=13))  # fmt: skip


def visits(course: Course) -> Iterator[Run]:
    """Visits to colleagues' lessons, agreed in pairs, inside both spans of five weeks."""
    for label, monday in SHORT_SPANS.items():
        yield _short_span(course, label, monday)


def _short_span(course: Course, label: str, monday: str) -> Run:
    start = day(monday) + dt.timedelta(weeks=course.turn % 4)
    return Run(label, start, start + dt.timedelta(days=34), self_paced=True,
               enrolment_until=start + dt.timedelta(days=20))  # fmt: skip


def open_all_year(course: Course) -> Iterator[Run]:
    """Self-paced at any time of the school year."""
    yield Run("open", day("2026-09-01"), day("2027-06-20"), self_paced=True,
              enrolment_until=day("2027-04-30"))  # fmt: skip


# --------------------------------------------------------------------------- events


def _event(
    course: Course, label: str, dates: Sequence[dt.date], start: str, city: str = "", place: int = 0
) -> Run:
    """Meetings of equal length at one time of the day; enrolment closes three days before."""
    length = -(-course.minutes // len(dates))
    where = PLACES[city][place % len(PLACES[city])] if city else ""
    zone = ZONES[city] if city else course.zone
    meetings = tuple(Meeting(d, start, clock(start, length), where, zone) for d in dates)
    split = _meeting_weeks(dates, course.minutes) if len(dates) > 1 else ()
    return Run(label, dates[0], dates[-1], meetings, locality=city, weekly_min=split,
               enrolment_until=dates[0] - dt.timedelta(days=3))  # fmt: skip


def _meeting_weeks(dates: Sequence[dt.date], minutes: int) -> tuple[int, ...]:
    """Minutes in the weeks of the meetings only."""
    monday = dates[0] - dt.timedelta(days=dates[0].weekday())
    weeks = [0] * ((dates[-1] - monday).days // 7 + 1)
    for date in dates:
        weeks[(date - monday).days // 7] += -(-minutes // len(dates))
    return tuple(weeks)


def webinars(course: Course) -> Iterator[Run]:
    """Three times a year, at four, at three and at ten in the provider's zone."""
    for label, monday, start in (
        ("autumn", "2026-09-21", "16:00"),
        ("winter", "2026-12-07", "15:00"),
        ("spring", "2027-03-15", "10:00"),
    ):
        week = day(monday) + dt.timedelta(weeks=course.turn % 4 if label != "winter" else 0)
        yield _event(course, label, weekly(week, course.weekday, 1), start)


def webinars_vladivostok(course: Course) -> Iterator[Run]:
    """Twice a year, in the evening of Vladivostok."""
    for label, monday in (("autumn", "2026-10-05"), ("spring", "2027-02-15")):
        yield _event(course, label, weekly(day(monday), course.weekday, 1), "17:00")


def in_person(course: Course, city: str, count: int) -> Iterator[Run]:
    """Afternoons in person of about 90 minutes each, a week apart."""
    meetings = -(-course.minutes // AFTERNOON_MIN)
    for number in range(count):
        monday = day("2026-10-12") + dt.timedelta(weeks=(3 * course.turn + 16 * number) % 30)
        dates = weekly(monday, course.weekday, meetings)
        yield _event(course, f"{city_code(city)}{number + 1}", dates, "15:30", city,
                     course.turn)  # fmt: skip


def city_code(city: str) -> str:
    """Short code of a city for ids."""
    return {SPB: "spb", MSK: "msk", VL: "vl", VOLHOV: "volhov"}[city]


def internship(course: Course, city: str) -> Iterator[Run]:
    """Afternoons a week apart on a school's site, three times a year."""
    meetings = -(-course.minutes // AFTERNOON_MIN)
    for label, monday in (("autumn", "2026-11-09"), ("winter", "2027-01-25"),
                          ("spring", "2027-04-05")):  # fmt: skip
        dates = weekly(day(monday), course.weekday, meetings)
        yield _event(course, f"{city_code(city)}-{label}", dates, "15:00", city, 1)


def open_lessons(course: Course) -> Iterator[Run]:
    """In the morning in a school; once a year after lessons."""
    for label, monday, start in (("autumn", "2026-10-12", "10:00"), ("spring", "2027-02-08",
                                 "10:00"), ("after", "2026-12-07", "14:30")):  # fmt: skip
        yield _event(course, label, weekly(day(monday), course.weekday, 1), start, SPB, 1)


def one_day(course: Course, city: str) -> Iterator[Run]:
    """One Saturday in autumn and one in spring."""
    for label, monday in (("autumn", "2026-11-16"), ("spring", "2027-04-12")):
        week = day(monday) + dt.timedelta(weeks=course.turn % 3)
        yield _event(course, f"{city_code(city)}-{label}", weekly(week, SATURDAY, 1), "10:00", city)


def intensive(course: Course) -> Iterator[Run]:
    """One Saturday of nine hours: more than a day may hold."""
    yield _event(course, "msk", weekly(day("2026-11-23"), SATURDAY, 1), "09:00", MSK)


def club(course: Course, city: str = SPB) -> Iterator[Run]:
    """Monthly evenings from October to April; an empty city is online."""
    every = 4
    count = 6 if course.minutes >= 400 else 4
    dates = weekly(day("2026-10-05") + dt.timedelta(weeks=course.turn % 3), course.weekday, count,
                   every)  # fmt: skip
    yield _event(course, city_code(city) if city else "online", dates, "16:00", city, 1)


def contest(course: Course, online: bool = False) -> Iterator[Run]:
    """Preparation at home from November to February, a final in person."""
    start, end = day("2026-11-09"), day("2027-02-27")
    final = () if online else (Meeting(end, "10:00", "13:00", PLACES[SPB][0], ZONES[SPB]),)
    yield Run("2027", start, end, final, enrolment_until=day("2026-10-30"),
              weekly_min=split_weeks(start, end, course.minutes),
              locality="" if online else SPB)  # fmt: skip


FORUM_DAYS = (("autumn", "2026-10-30"), ("spring", "2027-03-31"))


def forum_slot(course: Course, start: str, place: int) -> Iterator[Run]:
    """Parallel slots of 60 minutes on the days of the forum, two buildings."""
    for label, date in FORUM_DAYS:
        yield _event(course, label, [day(date)], start, SPB, place)


def diagnostic_days(course: Course) -> Iterator[Run]:
    """Diagnostics in person in December, March and May."""
    for date in ("2026-12-16", "2027-03-17", "2027-05-12"):
        yield _event(course, date, [day(date)], "15:00", SPB)


PATTERNS: dict[str, Callable[[Course], Iterator[Run]]] = {
    "pk": pk,
    "pkslow": pk_slow,
    "pknormal": pk_normal,
    "pkyear": year_long,
    "ppyear": year_long,
    "self": self_paced,
    "visits": visits,
    "selfopen": open_all_year,
    "web": webinars,
    "webvl": webinars_vladivostok,
    "spb2": lambda c: in_person(c, SPB, 2),
    "msk1": lambda c: in_person(c, MSK, 1),
    "vl1": lambda c: in_person(c, VL, 1),
    "vl2": lambda c: in_person(c, VL, 2),
    "spb4": lambda c: internship(c, SPB),
    "vl4": lambda c: internship(c, VL),
    "spbam": open_lessons,
    "spbday": lambda c: one_day(c, SPB),
    "vlday": lambda c: one_day(c, VL),
    "intensive": intensive,
    "club": club,
    "clubonline": lambda c: club(c, ""),
    "volhov": lambda c: club(c, VOLHOV),
    "contest": contest,
    "contestonline": lambda c: contest(c, online=True),
    "forum11": lambda c: forum_slot(c, "11:00", 0),
    "forum12": lambda c: forum_slot(c, "12:00", 1),
    "diagspb": diagnostic_days,
}
